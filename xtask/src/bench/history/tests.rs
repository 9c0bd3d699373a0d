//! Dates, ids and order of the made-up history.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{civil, facts};

#[test]
fn days_become_dates() {
    for (days, date) in [
        (0, "1970-01-01"),
        (-1, "1969-12-31"),
        (11_016, "2000-02-29"),
        (11_017, "2000-03-01"),
        (20_777, "2026-11-20"),
    ] {
        assert_eq!(civil(days), date);
    }
}

#[test]
fn ids_differ_and_records_are_newest_first_and_past() {
    let now = Duration::from_secs(20_777 * 86_400 + 40_000);
    let file = facts(1_000, now);
    let records = file["records"].as_array().unwrap();
    let ids: BTreeSet<_> = records.iter().map(|record| record["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 1_000);
    let starts: Vec<_> = records.iter().map(|it| it["started_at"].as_str().unwrap()).collect();
    assert!(starts.is_sorted_by(|newer, older| newer > older));
    assert_eq!(records[0]["id"], "bench-2026-11-19");
    assert_eq!(records[1]["id"], "bench-2026-11-19b");
    assert_eq!(records[0]["ended_at"], "2026-11-19T19:05:00+00:00");
}
