//! Pages whose times stand below their texts.

use super::{import, window};
use crate::history::facts::{FactsKind, FactsPrecision};

/// Titles with start and end.
fn outages(text: &str) -> Vec<(String, Option<String>, Option<String>)> {
    let records = import(text, Some("UTC")).records;
    let told = records.into_iter().map(|record| (record.title, record.started_at, record.ended_at));
    told.collect()
}

/// A title with start and end in UTC, each to the minute.
fn outage(title: &str, start: &str, end: &str) -> (String, Option<String>, Option<String>) {
    let instant = |at: &str| Some(format!("{at}:00+00:00"));
    (title.to_owned(), instant(start), instant(end))
}

#[test]
fn a_time_with_an_end_closes_an_entry() {
    let expected = [
        outage("Shop slow", "2024-11-14T09:12", "2024-11-14T11:40"),
        outage("Mail late", "2024-11-09T08:00", "2024-11-09T09:00"),
        outage("No search", "2024-10-01T08:00", "2024-10-01T09:00"),
    ];
    let page = "Shop slow\nAll is well again.\nNov 14, 2024, 09:12 - 11:40 UTC\n\nMail late\nWe mended it.\nNov 9, 2024, 08:00 - 09:00 UTC\n\nNo search\nMended.\nOct 1, 2024, 08:00 - 09:00 UTC\n";
    assert_eq!(outages(page), expected);
    // Without gaps, with gaps everywhere, and with what pages print around their history.
    assert_eq!(outages(&page.replace("\n\n", "\n")), expected);
    assert_eq!(outages(&page.replace("\n\n", "\n").replace('\n', "\n\n")), expected);
    let around = format!("Status of Example\nSubscribe\n\n{page}\nEarlier incidents\n");
    assert_eq!(outages(&around), expected);
    assert_eq!(import(&around, Some("UTC")).report.not_understood.len(), 3);
    // Many paragraphs in a text.
    let long = page.replace("We mended it.", "We look.\n\nWe found it.\nWe mended it.");
    assert_eq!(outages(&long), expected);
}

#[test]
fn months_above_give_the_year() {
    let page = "Incident History\n\nNovember 2024\n\nShop slow\nAll is well.\nNov 14, 09:12 - 11:40 UTC\n\nScheduled upgrade\nThe scheduled maintenance is done.\nNov 9, 22:00 - Nov 10, 01:00 UTC\n\nMonth October 2024\n\nNo login for some\nWe mended it.\nOct 3, 14:05 - 14:52 PDT\n\nSeptember 2024\n\nNo incidents reported for this month.\n";
    assert_eq!(
        outages(page),
        [
            outage("Shop slow", "2024-11-14T09:12", "2024-11-14T11:40"),
            outage("Scheduled upgrade", "2024-11-09T22:00", "2024-11-10T01:00"),
            outage("No login for some", "2024-10-03T21:05", "2024-10-03T21:52"),
        ]
    );
    let import = import(page, Some("UTC"));
    let kinds: Vec<_> = import.records.iter().map(|record| record.kind).collect();
    assert_eq!(kinds, [FactsKind::Incident, FactsKind::Maintenance, FactsKind::Incident]);
    let lines: Vec<_> = import.report.understood.iter().map(|line| line.line).collect();
    assert_eq!(lines, [3, 13, 19, 21]);
    assert_eq!(import.report.not_understood.len(), 1);
}

#[test]
fn a_window_over_new_year_has_its_end() {
    assert_eq!(
        outages("Move\nDone.\nDec 31, 2024, 22:00 - Jan 1, 01:00 UTC\n"),
        [outage("Move", "2024-12-31T22:00", "2025-01-01T01:00")]
    );
}

const PERMALINK: &str = "Errors of the API\nIncident Report for Example\n\nResolved\nAll is well.\nPosted Nov 14, 2024 - 11:40 UTC\n\nUpdate\nAlmost.\n\nTwo servers to go.\nPosted Nov 14, 2024 - 11:10 UTC\n\nInvestigating\nWe look into it.\nPosted 3 days ago. Nov 14, 2024 - 09:12 UTC\nThis incident affected: API and Console.\n";

#[test]
fn a_page_of_one_incident_is_one_record() {
    let import = import(PERMALINK, None);
    let [record] = import.records.as_slice() else { panic!("one record: {:?}", import.records) };
    assert_eq!(record.title, "Errors of the API");
    assert_eq!(record.affected, ["api", "console"]);
    assert!(!record.draft);
    assert_eq!(
        window(record),
        (Some("2024-11-14T09:12:00+00:00"), Some("2024-11-14T11:40:00+00:00"))
    );
    let told: Vec<_> =
        record.updates.iter().map(|update| (update.at.as_deref(), &*update.text)).collect();
    assert_eq!(
        told,
        [
            (Some("2024-11-14T11:40:00+00:00"), "All is well."),
            (Some("2024-11-14T11:10:00+00:00"), "Almost.\n\nTwo servers to go."),
            (Some("2024-11-14T09:12:00+00:00"), "We look into it."),
        ]
    );
    assert!(import.report.not_understood.is_empty());
}

#[test]
fn updates_of_several_incidents_stay_with_theirs() {
    let page = format!(
        "{PERMALINK}\nMove of the database\nCompleted - It is done.\nNov 10, 2024 - 03:00 UTC\nIn progress - It has begun.\nNov 10, 2024 - 01:00 UTC\nScheduled - We will move it.\nNov 8, 2024 - 10:12 UTC\n"
    );
    assert_eq!(
        outages(&page),
        [
            outage("Errors of the API", "2024-11-14T09:12", "2024-11-14T11:40"),
            outage("Move of the database", "2024-11-10T01:00", "2024-11-10T03:00"),
        ]
    );
}

#[test]
fn one_time_below_a_text_is_when_it_was_told() {
    let import = import(
        "Shop slow\nAll is well.\nNov 14, 2024 09:12 UTC\n\nMail late\nWe mended it.\nNov 9, 2024 08:00 UTC\n",
        None,
    );
    let [shop, mail] = import.records.as_slice() else { panic!("two records") };
    assert_eq!((shop.title.as_str(), mail.title.as_str()), ("Shop slow", "Mail late"));
    assert_eq!(window(shop), (None, None));
    assert_eq!(shop.start_precision, FactsPrecision::Day);
}

#[test]
fn times_above_their_texts_stay_there() {
    let page = "Our outages\n\n2024-11-14 09:12 - 11:40\nShop slow\n\n2024-11-09 08:00 - 09:00\nMail late\n\n2024-10-01 08:00 - 09:00\n";
    let titles: Vec<_> = outages(page).into_iter().map(|(title, _, _)| title).collect();
    assert_eq!(titles.get(..2).expect("two"), ["Shop slow", "Mail late"]);
}
