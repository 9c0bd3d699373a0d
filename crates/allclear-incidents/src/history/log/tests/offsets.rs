//! Windows without spaces, and offsets, which look like their ends.

use super::{import, window};

/// Start and end of a text of one entry on a page in UTC.
fn times(text: &str) -> (Option<String>, Option<String>) {
    let import = import(text, Some("UTC"));
    let [record] = import.records.as_slice() else { panic!("one record: {text}") };
    (record.started_at.clone(), record.ended_at.clone())
}

/// Both instants of a window on 4 March 2020, in UTC.
fn on_the_fourth(start: &str, end: &str) -> (Option<String>, Option<String>) {
    let instant = |at: &str| Some(format!("2020-03-04T{at}:00+00:00"));
    (instant(start), instant(end))
}

#[test]
fn an_end_may_stand_right_behind_its_start() {
    for text in [
        "2020-03-04\n06:00-07:00 the router was upgraded and nothing worked.\n",
        "2020-03-04\nBetween 06:00-07:00 the router was down.\n",
        "2020-03-04 06:00-07:00 router\n",
        "2020-03-04 06:00-07:00\nRouter down\n",
        "2020-03-04 (Wed) 06:00-07:00: router\n",
        "2020-03-04 06:00 -07:00 router\n",
        "2020-03-04\nFrom 06:00-07:00 (UTC) mail was down.\n",
        "2020-03-04\nDate: 06:00-07:00\n\nMail was down.\n",
        "2020-03-04 06:00am-07:00am router\n",
        "2020-03-04 6:00am-7:00 router\n",
    ] {
        assert_eq!(times(text), on_the_fourth("06:00", "07:00"), "{text}");
    }
    assert_eq!(times("2020-03-04 06:00-07:30\nRouter\n"), on_the_fourth("06:00", "07:30"));
    assert_eq!(times("2020-03-04 09:00-09:45 JST: x\n"), on_the_fourth("00:00", "00:45"));
    let night = "2020-03-03 23:00-01:00\nRouter\n";
    let (start, end) = times(night);
    assert_eq!(start.as_deref(), Some("2020-03-03T23:00:00+00:00"));
    assert_eq!(end.as_deref(), Some("2020-03-04T01:00:00+00:00"));
}

#[test]
fn an_offset_is_none_where_something_says_so() {
    for (text, start) in [
        ("2020-03-04 06:00 -07:00 (PDT)\nRouter\n", "13:00"),
        ("2020-03-04T06:00-07:00\nRouter\n", "13:00"),
        ("2020-03-04 06:00:00-07:00\nRouter\n", "13:00"),
        ("2020-03-04 06:00 UTC-7\nRouter\n", "13:00"),
        ("2020-03-04 06:00 -0700\nRouter\n", "13:00"),
        ("2020-03-04 06:00 -07:00\nRouter\n", "13:00"),
        ("2020-03-04 06:00+02:00\nRouter\n", "04:00"),
        ("2020-03-04 12:00-07:00\nRouter\n", "19:00"),
        ("2020-03-04 06:00 -07:00 to 06:30 -07:00\nRouter\n", "13:00"),
        ("2020-03-04 06:00 - 06:30 -07:00\nRouter\n", "13:00"),
    ] {
        let found = import(text, None);
        let start = Some(format!("2020-03-04T{start}"));
        let instant = found.records[0].started_at.as_deref().and_then(|at| at.parse().ok());
        let instant: jiff::Timestamp = instant.unwrap_or_else(|| panic!("an instant: {text}"));
        let utc = instant.to_zoned(jiff::tz::TimeZone::UTC);
        assert_eq!(Some(utc.strftime("%Y-%m-%dT%H:%M").to_string()), start, "{text}");
    }
}

#[test]
fn an_offset_in_prose_that_is_not_the_pages_is_a_contradiction() {
    for text in [
        "2020-03-04\n\nIt began at 06:00 +02:00 and was restored at 07:00 +02:00.\n",
        "2020-03-04\n\n[06:00 +02:00] It began.\n[07:00 +02:00] All is restored.\n",
    ] {
        let found = import(text, Some("America/Los_Angeles"));
        assert_eq!(found.report.contradictions.len(), 1, "{text}");
        assert_eq!(found.report.contradictions[0].printed, "06:00 +02:00");
    }
}

#[test]
fn a_timeline_of_windows_keeps_each() {
    let found = import(
        "2020-03-04\nRouter\n\n06:00-06:10 we looked.\n06:10-07:00 we replaced it.\n",
        Some("UTC"),
    );
    let told: Vec<_> = found.records[0].updates.iter().map(|update| &*update.text).collect();
    assert_eq!(told, ["06:00-06:10 we looked.", "06:10-07:00 we replaced it."]);
    assert_eq!(window(&found.records[0]).0, Some("2020-03-04T06:00:00+00:00"));
}
