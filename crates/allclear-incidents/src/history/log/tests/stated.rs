//! Sentences that say in which zone times are.

use super::{import, window};
use crate::history::log::stated::read;

#[test]
fn zones_in_many_words() {
    for (line, zone) in [
        ("All times are UTC.", Some("UTC")),
        ("This page lists our outages. All times are SLT.", Some("America/Los_Angeles")),
        ("All times in SLT (Pacific)", Some("America/Los_Angeles")),
        ("Timeline (all times UTC)", Some("UTC")),
        ("Times are PST unless noted otherwise", Some("America/Los_Angeles")),
        ("**Times shown are in Pacific Time**", Some("America/Los_Angeles")),
        ("All times are in Second Life Time (Pacific)", Some("America/Los_Angeles")),
        ("all times below are Europe/Berlin", Some("Europe/Berlin")),
        ("All times in Central European Time (CET)", Some("Europe/Berlin")),
        ("Timezone: America/New_York", Some("America/New_York")),
        ("Time zone: utc", Some("UTC")),
        ("All timestamps in UTC+2", Some("Etc/GMT-2")),
        ("All times are local.", None),
        ("all times are ours", None),
        ("We restarted it five times PST", None),
        ("Response times are in the graph", None),
        ("At the time PST was in use", None),
        ("All times are in Nowhere/Town", None),
    ] {
        assert_eq!(read(line).as_deref(), zone, "{line}");
    }
}

const ENTRY: &str = "2017-03-02\nAffected: Shop\n\nFrom 17:45 until 19:10 all was down.\n";

#[test]
fn a_page_says_its_zone() {
    let page = format!("Outages\n\nAll times are SLT.\n\n{ENTRY}");
    let found = import(&page, None);
    assert_eq!(found.timezone.as_deref(), Some("America/Los_Angeles"));
    assert_eq!(
        window(&found.records[0]),
        (Some("2017-03-02T17:45:00-08:00"), Some("2017-03-02T19:10:00-08:00"))
    );
    let [line] = found.report.understood.as_slice() else { panic!("one line") };
    assert_eq!((line.line, &*line.text), (3, "All times are SLT."));
    assert_eq!(line.meaning, "the page's times are in America/Los_Angeles");
    assert_eq!(found.report.not_understood.len(), 1);
    assert_eq!(import(ENTRY, None).timezone, None);
}

#[test]
fn a_given_zone_wins_and_a_difference_is_reported() {
    let page = format!("All times are UTC.\n\n{ENTRY}");
    let found = import(&page, Some("America/Los_Angeles"));
    assert_eq!(found.records[0].started_at.as_deref(), Some("2017-03-02T17:45:00-08:00"));
    let [contradiction] = found.report.contradictions.as_slice() else { panic!("one") };
    assert_eq!(contradiction.field, "timezone");
    assert_eq!(contradiction.printed, "All times are UTC.");
    assert_eq!(contradiction.kept, "America/Los_Angeles");
    let same = import(&page.replace("UTC", "PST"), Some("US/Pacific"));
    assert!(same.report.contradictions.is_empty());
}

#[test]
fn an_entry_says_its_own_zone() {
    let page = format!(
        "{ENTRY}\n2017-02-01\n\nAll times UTC.\n\n17:45 - All is down.\n19:10 - All is restored.\n"
    );
    let found = import(&page, Some("America/Los_Angeles"));
    assert_eq!(found.records[0].started_at.as_deref(), Some("2017-03-02T17:45:00-08:00"));
    assert_eq!(
        window(&found.records[1]),
        (Some("2017-02-01T09:45:00-08:00"), Some("2017-02-01T11:10:00-08:00"))
    );
    let found = import(&page, None);
    assert_eq!(found.records[0].started_at, None);
    assert_eq!(found.records[1].started_at.as_deref(), Some("2017-02-01T17:45:00+00:00"));
}

#[test]
fn times_in_two_zones_that_do_not_fit_are_a_contradiction() {
    let page = |prose: &str| {
        format!(
            "2010-04-19 2:55pm2:59pm -07:00 (PST) 2010-04-19 21:552010-04-19 21:59 +00:00 (GMT)\n\nSlow\n\n{prose}\n"
        )
    };
    for prose in ["It began at 2:55pm PST (19:55 GMT).", "Starting at 19:55 GMT it was slow."] {
        let found = import(&page(prose), Some("America/Los_Angeles"));
        let [contradiction] = &*found.records[0].contradictions else { panic!("one: {prose}") };
        assert_eq!(contradiction.printed, "19:55 GMT in the prose");
        assert_eq!(contradiction.against, "21:55 UTC in the heading");
    }
    for prose in ["It began at 2:55pm PST (21:55 GMT).", "It was slow since 21:51 GMT."] {
        let found = import(&page(prose), Some("America/Los_Angeles"));
        assert!(found.records[0].contradictions.is_empty(), "{prose}");
    }
}
