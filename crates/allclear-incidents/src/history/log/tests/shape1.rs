//! Pages with a date over each entry.

use super::{import, one, pacific, window};
use crate::history::facts::{FactsKind, FactsLevel, FactsPrecision};

#[test]
fn labels_in_any_order_with_any_missing() {
    let record = one(
        "2017-03-15 - Lookups failed\nLost transactions: Minimal\nAffected: Shop and Mail\nOutage: Partial outage\n\nWords.",
    );
    assert_eq!(record.title, "Lookups failed");
    assert_eq!(record.affected, ["shop", "mail"]);
    assert_eq!(record.service.as_deref(), Some("Partial outage"));
    assert_eq!(record.level, Some(FactsLevel::Partial));
    assert_eq!(record.reported_duration, None);
    assert_eq!(record.on.map(|date| date.to_string()).as_deref(), Some("2017-03-15"));
    assert_eq!(record.start_precision, FactsPrecision::Day);
    assert_eq!(window(&record), (None, None));
}

#[test]
fn no_instant_is_invented_from_a_length_alone() {
    let record = one(
        "2024-02-27\nAffected: All services\nDisruption length: 30 minutes\n\nWe took it down.",
    );
    assert_eq!(window(&record), (None, None));
    assert_eq!(record.reported_duration.as_deref(), Some("30 minutes"));
    assert_eq!(record.affected, ["all"]);
}

#[test]
fn an_end_is_computed_from_a_printed_start_and_a_plain_length() {
    let text = "2016-02-11\nAffected: All\nDisruption length: 10 minutes\n\nAt around 7:55AM SLT a provider leaked routes.";
    let record = one(text);
    assert_eq!(
        window(&record),
        (Some("2016-02-11T07:55:00-08:00"), Some("2016-02-11T08:05:00-08:00"))
    );
    assert_eq!(record.end_precision, FactsPrecision::Approximate);
    let about = one(&text.replace("10 minutes", "~8 hours"));
    assert_eq!(about.ended_at, None);
    let bound = one(&text.replace("10 minutes", "<1 hour"));
    assert_eq!(bound.ended_at, None);
}

#[test]
fn a_range_in_prose_gives_start_and_end() {
    let record = one(
        "2018-05-26\nAffected: All\n\nAn outage this morning lasted from 10:12pm to 10:57pm SLT.",
    );
    assert_eq!(
        window(&record),
        (Some("2018-05-26T22:12:00-07:00"), Some("2018-05-26T22:57:00-07:00"))
    );
    assert_eq!(record.contradictions.len(), 1, "this morning is not 10:12pm");
}

#[test]
fn days_of_the_week_move_start_and_end() {
    let record = one(
        "2018-11-25\nAffected: All\n\nAt approximately 8:15pm SLT on Saturday all servers crashed. Service was restored at about 4am.",
    );
    assert_eq!(
        window(&record),
        (Some("2018-11-24T20:15:00-08:00"), Some("2018-11-25T04:00:00-08:00"))
    );
    assert_eq!(record.start_precision, FactsPrecision::Approximate);
    assert!(record.contradictions.is_empty(), "an end on the next day is none");
}

#[test]
fn a_timeline_rolls_over_midnight_and_gives_start_and_end() {
    let record = one(
        "2017-03-02\nDisruption length: ~12 hours\n\n[10:30 SLT] - Restarted.\n[~17:45 SLT] - The attack begins.\n[05:27 PDT] - Shop is back.\n[06:00 SLT] - Websites are back.\n",
    );
    assert_eq!(
        window(&record),
        (Some("2017-03-02T17:45:00-08:00"), Some("2017-03-03T05:27:00-08:00"))
    );
    assert_eq!(record.start_precision, FactsPrecision::Approximate);
    assert_eq!(record.end_precision, FactsPrecision::Minute);
    let told: Vec<_> = record.updates.iter().filter_map(|update| update.at.as_deref()).collect();
    assert_eq!(
        told,
        [
            "2017-03-02T10:30:00-08:00",
            "2017-03-02T17:45:00-08:00",
            "2017-03-03T05:27:00-08:00",
            "2017-03-03T06:00:00-08:00"
        ]
    );
    assert_eq!(record.updates[1].text, "The attack begins.");
}

#[test]
fn a_timeline_may_run_backwards() {
    let record =
        one("2019-01-05\n\n[11:47] all clear\n[10:11] services are back\n[08:34] sites are down\n");
    assert_eq!(
        window(&record),
        (Some("2019-01-05T08:34:00-08:00"), Some("2019-01-05T10:11:00-08:00"))
    );
}

#[test]
fn planned_work_becomes_maintenance() {
    let record = one(
        "2016-02-10\n\nWe will be performing scheduled maintenance at 4:30AM SLT. It should take approximately 10 minutes.",
    );
    assert_eq!(record.kind, FactsKind::Maintenance);
    assert_eq!(record.level, Some(FactsLevel::Maintenance));
    assert_eq!(record.reported_duration.as_deref(), Some("approximately 10 minutes"));
    assert_eq!(
        window(&record),
        (Some("2016-02-10T04:30:00-08:00"), Some("2016-02-10T04:40:00-08:00"))
    );
    let outage = one("2016-02-10 - Outage after maintenance\n\nSomething broke.");
    assert_eq!(outage.kind, FactsKind::Incident);
}

#[test]
fn announced_and_real_windows_are_kept_apart() {
    let record = one(
        "2016-02-10 - Scheduled maintenance\n\nThe servers will be restarted between 4:00 AM and 5:00 AM PST. The work was done from 4:30 AM to 4:45 AM PST.",
    );
    assert_eq!(
        window(&record),
        (Some("2016-02-10T04:30:00-08:00"), Some("2016-02-10T04:45:00-08:00"))
    );
    let planned = record.planned.expect("another window was announced");
    assert_eq!(planned.started_at.as_deref(), Some("2016-02-10T04:00:00-08:00"));
    assert_eq!(planned.ended_at.as_deref(), Some("2016-02-10T05:00:00-08:00"));
}

#[test]
fn without_a_zone_there_are_dates_and_local_times() {
    let import = import(
        "2017-03-02\nAffected: All\n\n[17:45] - It begins.\n[18:45] - It is restored.\n",
        None,
    );
    let record = &import.records[0];
    assert_eq!(window(record), (None, None));
    assert!(record.on.is_some());
    assert_eq!(record.updates[0].local.as_deref(), Some("17:45"));
    assert_eq!(record.updates[0].on, record.on);
}

#[test]
fn entries_without_dates_begin_at_their_labels() {
    let entry = "\nAffected: All services\n\nDisruption length: 30 minutes\n\nService: Web only\n\nWe closed a hole.\n\nThank you.\n";
    let import = pacific(&format!("From a wiki\n{entry}{entry}"));
    assert_eq!(import.records.len(), 2);
    assert!(import.records.iter().all(|record| record.draft && record.started_at.is_none()));
    assert_eq!(import.report.not_understood.len(), 1);
    assert_eq!(import.records[0].id, "example-we-closed-a-hole");
    assert_eq!(import.records[1].id, "example-we-closed-a-holeb");
}

#[test]
fn more_entries_on_a_day_have_letters() {
    let import =
        pacific("2010-08-24 - One\n\nWords.\n\n2010-08-24 - Two\n\nWords.\n\n2010-08-23 - Three\n");
    let ids: Vec<_> = import.records.iter().map(|record| record.id.as_str()).collect();
    assert_eq!(ids, ["example-2010-08-24", "example-2010-08-24b", "example-2010-08-23"]);
}

#[test]
fn what_is_not_understood_is_listed() {
    let import = pacific(
        "2017-03-02\nAffected: All\nMood: sour\n\nProse, and more: prose.\n\n[25:10 SLT] - never\n\n2017-02-30\n\nNo such day.\n\n04/05/2017 - either\n",
    );
    let lines: Vec<_> = import.report.not_understood.iter().map(|line| line.line).collect();
    assert_eq!(lines, [3, 7, 9, 13]);
    assert_eq!(import.records.len(), 3);
    assert_eq!(import.records[1].on, None);
}

#[test]
fn years_come_from_headings_neighbours_and_days_of_the_week() {
    let import = pacific(
        "# 2016\n\n## March 2nd\n\nOne.\n\n## Feb 1st\n\nTwo.\n\n# 2015\n\n## December 9\n\nThree.\n",
    );
    let dates: Vec<_> =
        import.records.iter().filter_map(|record| record.on).map(|date| date.to_string()).collect();
    assert_eq!(dates, ["2016-03-02", "2016-02-01", "2015-12-09"]);
    assert_eq!(import.report.not_understood.len(), 2);
    let import = pacific(
        "2016-01-03\n\nOne.\n\nThursday, Dec 31st\n\nTwo.\n\nWednesday, Dec 30th\n\nThree.\n",
    );
    let dates: Vec<_> =
        import.records.iter().filter_map(|record| record.on).map(|date| date.to_string()).collect();
    assert_eq!(dates, ["2016-01-03", "2015-12-31", "2015-12-30"]);
}

#[test]
fn a_free_text_is_one_draft_with_its_prose_whole() {
    let text = "Hey folks,\r\n\r\nOur host had an outage starting around 6:45 Central time (GMT-5) this morning.\r\n\r\nNo data was lost.";
    let import = import(text, Some("America/Chicago"));
    let record = &import.records[0];
    assert!(record.draft);
    assert_eq!(record.text.as_deref(), Some(text.replace("\r\n", "\n").as_str()));
    assert_eq!(window(record), (None, None));
    assert!(import.report.not_understood.is_empty());
}

#[test]
fn a_free_text_with_a_dated_window_has_it() {
    let record = one(
        "Between 10:00 PM and 10:59 PM Pacific time Wednesday May 22, 2013, the web servers will be restarted.",
    );
    assert_eq!(record.id, "example-2013-05-22");
    assert_eq!(record.kind, FactsKind::Maintenance);
    assert_eq!(
        window(&record),
        (Some("2013-05-22T22:00:00-07:00"), Some("2013-05-22T22:59:00-07:00"))
    );
}

#[test]
fn odd_texts_are_read() {
    assert!(pacific("").records.is_empty());
    assert!(pacific("\u{feff}\r\n \t\u{a0}\n").records.is_empty());
    let import = pacific(
        "\u{feff}2017-03-02\r\n**Affected:** All\u{a0}services\r\n- Disruption length: 5 minutes\r\n\r\nNUL \0 “quoted”.\r\n",
    );
    let record = &import.records[0];
    assert_eq!(record.affected, ["all"]);
    assert_eq!(record.reported_duration.as_deref(), Some("5 minutes"));
    assert_eq!(pacific("2017-03-02\rAffected: Shop\r\rWords.\r").records[0].affected, ["shop"]);
}

#[test]
fn gaps_and_folds_of_summer_time_are_compatible() {
    let record = one("2021-03-14\n\nIt began at 2:30AM PST and was restored at 3:45AM.");
    assert_eq!(
        window(&record),
        (Some("2021-03-14T03:30:00-07:00"), Some("2021-03-14T03:45:00-07:00"))
    );
    let record = one("2021-11-07\n\nIt began at 1:30AM and was restored at 2:30AM.");
    assert_eq!(
        window(&record),
        (Some("2021-11-07T01:30:00-07:00"), Some("2021-11-07T02:30:00-08:00"))
    );
}

#[test]
fn work_is_announced_days_before() {
    let record = one(
        "Maintenance of two servers\n\nPosted on May 10, 2013 by Robin\n\nBetween 10:00 PM and 10:59 PM Pacific time Wednesday May 22, 2013, both servers will be restarted.\n",
    );
    assert_eq!(record.kind, FactsKind::Maintenance);
    assert_eq!(record.title, "Maintenance of two servers");
    assert_eq!(
        window(&record),
        (Some("2013-05-22T22:00:00-07:00"), Some("2013-05-22T22:59:00-07:00"))
    );
}
