//! Options, rows and the last line.

use anyhow::anyhow;

use super::{Options, Report, Row, least};

fn row(ours: f64, theirs: f64) -> Row {
    Row::against_peer("CPU a request", "us", ours, ("nginx", theirs), 1.0)
}

#[test]
fn options_are_read() {
    let expected = Options { name: "page", is_json: true, binary: Some("a".into()) };
    assert_eq!(Options::read(&["page", "--json", "--binary", "a"]), Ok(expected));
    assert_eq!(
        Options::read(&["page"]),
        Ok(Options { name: "page", is_json: false, binary: None })
    );
    for wrong in [&[][..], &["moon"], &["page", "--binary"], &["page", "--jsno"]] {
        assert!(Options::read(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_peer_may_be_equalled_and_a_limit_may_not() {
    assert!(row(2.0, 2.0).holds);
    assert!(!row(2.1, 2.0).holds);
    assert!(Row::below_limit("size", "bytes", 29_999.0, 30_000.0).unwrap().holds);
    assert!(!Row::below_limit("size", "bytes", 30_000.0, 30_000.0).unwrap().holds);
}

#[test]
fn a_peer_that_did_nothing_proves_nothing() {
    assert!(!row(0.0, 0.0).holds);
}

#[test]
fn what_was_not_measured_does_not_hold() {
    let mut report = Report::default();
    report.add("one", Ok(vec![row(1.0, 2.0), row(3.0, 2.0)])).unwrap();
    assert_eq!(report.verdict(), "1 of 2 hold");
    report.add("two", Err(anyhow!("no"))).unwrap();
    assert_eq!(report.verdict(), "1 of 3 hold");
    assert!(!report.holds());
    assert!(!Report::default().holds());
}

#[test]
fn rows_are_printed_as_a_table_or_one_object_a_line() {
    let mut report = Report::default();
    report.add("one", Ok(vec![row(6.9, 9.2)])).unwrap();
    assert_eq!(
        report.table(),
        [
            "figure         ours  unit  against  theirs  ratio  goal  holds  load",
            "CPU a request  6.90  us    nginx    9.20    0.75  1.00  yes",
        ]
        .map(|line| line.replace("0.75  1.00", "0.75   1.00"))
    );
    let json: serde_json::Value = serde_json::from_str(&report.json().unwrap()[0]).unwrap();
    assert_eq!(json["holds"], true);
    assert_eq!(json["against"], "nginx");
}

#[test]
fn the_least_round_counts() {
    assert!((least([3.0, 1.5, 2.0]) - 1.5).abs() < f64::EPSILON);
}
