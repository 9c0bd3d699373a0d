//! Lines as test programs print them.

use super::Counts;

fn read(lines: &[&str]) -> Counts {
    let mut counts = Counts::default();
    for line in lines {
        counts.read(line);
    }
    counts
}

#[test]
fn sums_over_programs() {
    let counts = read(&[
        "running 5 tests",
        "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 2 filtered out; finished in 0.01s",
        "test result: FAILED. 7 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s",
    ]);
    assert_eq!((counts.passed, counts.failed), (12, 2));
    assert_eq!(counts.problems(), Vec::<String>::new());
}

#[test]
fn other_lines_do_not_count() {
    assert_eq!(read(&["9 passed; 9 failed", "test result:", ""]), Counts::default());
}

#[test]
fn ignored_tests_and_no_tests_are_problems() {
    let ignored = read(&["test result: ok. 1 passed; 0 failed; 3 ignored; 0 measured"]);
    assert!(ignored.problems()[0].starts_with("ignored tests: 3"));
    assert!(Counts::default().problems()[0].starts_with("no test ran"));
}
