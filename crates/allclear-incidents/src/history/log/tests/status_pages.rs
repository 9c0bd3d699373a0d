//! The history of a status page as it is copied out of a browser: newest first, times below texts.

use super::{import, window};
use crate::history::facts::FactsKind;

const PAGE: &str = "Past Incidents\nNov 21, 2020\nNo incidents reported.\nNov 20, 2020\nErrors of the shop\nResolved - All is well.\nNov 20, 15:20 PST\nMonitoring - A fix is in place.\n\nWe keep watching.\nNov 20, 14:31 PST\nInvestigating - We look into it.\nNov 20, 13:47 PST\nNov 18, 2020\nMove of the database\nCompleted - The scheduled maintenance is done.\nNov 18, 03:00 PST\nIn progress - The maintenance has begun.\nNov 18, 01:00 PST\nScheduled - We will move the database.\nNov 16, 10:12 PST\n";

#[test]
fn times_below_texts_belong_to_them() {
    let import = import(PAGE, Some("America/Los_Angeles"));
    let [errors, moved] = import.records.as_slice() else { panic!("two records") };
    assert_eq!(errors.title, "Errors of the shop");
    let told: Vec<_> =
        errors.updates.iter().map(|update| (update.at.as_deref(), &*update.text)).collect();
    assert_eq!(
        told,
        [
            (Some("2020-11-20T15:20:00-08:00"), "All is well."),
            (Some("2020-11-20T14:31:00-08:00"), "A fix is in place.\n\nWe keep watching."),
            (Some("2020-11-20T13:47:00-08:00"), "We look into it."),
        ]
    );
    assert_eq!(
        window(errors),
        (Some("2020-11-20T13:47:00-08:00"), Some("2020-11-20T15:20:00-08:00"))
    );
    assert_eq!(moved.kind, FactsKind::Maintenance);
    assert_eq!(
        window(moved),
        (Some("2020-11-18T01:00:00-08:00"), Some("2020-11-18T03:00:00-08:00"))
    );
}

#[test]
fn a_day_without_incidents_is_no_record() {
    let import = import(PAGE, None);
    let lines: Vec<_> = import.report.understood.iter().map(|line| line.line).collect();
    assert_eq!(lines, [2, 3]);
    assert_eq!(import.report.not_understood.len(), 1);
}

#[test]
fn a_step_is_not_the_start() {
    let import = import(
        "6th July 2018\n\nHeat (nodes 1 to 9)\n\n19:00 PDT It is hot and nodes are unstable.\n\nAffected nodes: one\n\n20:09 PDT We have shut down two nodes.\n\n00:55 PDT All are back online.\n",
        Some("America/Los_Angeles"),
    );
    let record = &import.records[0];
    assert_eq!(record.affected, ["one"]);
    assert_eq!(
        window(record),
        (Some("2018-07-06T19:00:00-07:00"), Some("2018-07-07T00:55:00-07:00"))
    );
}
