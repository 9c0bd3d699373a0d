//! Which files are looked at, and which of their lines are production code.

use std::path::Path;

use super::{Finding, Source, is_ours};

#[test]
fn foreign_text_is_left_alone() {
    assert!(is_ours(Path::new("crates/allclear-web/src/lib.rs")));
    assert!(is_ours(Path::new("docs/adr/0001-areas-are-crates.md")));
    assert!(!is_ours(Path::new("crates/allclear/tests/it/data/page.html")));
    assert!(!is_ours(Path::new("Cargo.lock")));
}

#[test]
fn test_files_are_known_by_name_or_folder() {
    for (path, expected) in [
        ("crates/a/src/x.rs", false),
        ("crates/a/src/x/tests.rs", true),
        ("crates/a/src/x_tests.rs", true),
        ("crates/a/tests/it/story.rs", true),
        ("tests.rs", true),
    ] {
        let source = Source { path: Path::new(path), text: "" };
        assert_eq!(source.is_test(), expected, "{path}");
    }
}

#[test]
fn production_ends_where_tests_begin() {
    let text = "//! A.\nfn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n";
    let source = Source { path: Path::new("a.rs"), text };
    assert_eq!(source.production_lines().len(), 2);
    let sibling = "//! A.\n#[cfg(test)]\nmod tests;\nfn a() {}\n";
    let source = Source { path: Path::new("a.rs"), text: sibling };
    assert_eq!(source.production_lines().len(), 4);
}

#[test]
fn a_finding_reads_file_line_what_what_to_do() {
    let path = Path::new("a.rs");
    assert_eq!(
        Finding::new(path, 3, "a tab", "use spaces").to_string(),
        "a.rs:3: a tab: use spaces"
    );
    assert_eq!(Finding::note(path, "long", "split it").to_string(), "a.rs: note: long: split it");
}
