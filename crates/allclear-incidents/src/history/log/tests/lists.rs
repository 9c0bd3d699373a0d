//! Pages with a line, or a row of a table, for each outage.

use super::{import, pacific, window};

#[test]
fn lines_below_each_other_are_entries() {
    let found = pacific(
        "OUTAGES\n=======\n\n[2016-03-02] mail - 17:45-19:10 - disk full\n[2016-02-27] web - gone\n2016-02-11 17:45-19:10 - power\n",
    );
    let titles: Vec<_> = found.records.iter().map(|record| &*record.title).collect();
    assert_eq!(titles, ["mail - 17:45-19:10 - disk full", "web - gone", "power"]);
    assert_eq!(
        window(&found.records[0]),
        (Some("2016-03-02T17:45:00-08:00"), Some("2016-03-02T19:10:00-08:00"))
    );
    let lines: Vec<_> = found.report.not_understood.iter().map(|line| line.line).collect();
    assert_eq!(lines, [1], "a rule says nothing");
}

#[test]
fn a_list_inside_prose_is_prose() {
    let found = pacific(
        "2016-03-02\n\nIt was like these:\n2015-02-27 - gone\n2015-02-11 - power\n\nWe are sorry.\n",
    );
    assert_eq!(found.records.len(), 1);
}

#[test]
fn a_diary_of_several_days_has_an_entry_for_each() {
    let found = pacific(
        "STATUS LOG\n\n28/11/2014 22:00  Mail is down\n28/11/2014 22:30  Mail is restored\n10/12/2014 14:05  Switch restarted\nand its twin\n09/11/2014 03:12  Disk full\n",
    );
    let titles: Vec<_> = found.records.iter().map(|record| &*record.title).collect();
    assert_eq!(titles, ["Mail is down", "Switch restarted", "Disk full"]);
    assert_eq!(
        window(&found.records[0]),
        (Some("2014-11-28T22:00:00-08:00"), Some("2014-11-28T22:30:00-08:00"))
    );
    assert_eq!(found.records[1].started_at.as_deref(), Some("2014-12-10T14:05:00-08:00"));
    let timeline =
        "Notes\n\n2014-11-28 22:00 - down\n2014-11-28 22:30 - up\n2014-11-28 23:00 - well\n";
    assert_eq!(pacific(timeline).records.len(), 1, "one day is one text");
}

#[test]
fn rows_of_a_table_are_entries() {
    let bars = "# Outages\n\n| Date | Duration | Affected | Cause | Ticket |\n|---|---|---|---|---|\n| 2016-03-02 17:45 | 85 min | mail | disk full | 12 |\n| 2016-02-27 08:00 | 20 min | web, wiki | | 13 |\n\nThat is all.\n";
    let found = pacific(bars);
    let [first, second] = found.records.as_slice() else { panic!("two records") };
    assert_eq!(
        window(first),
        (Some("2016-03-02T17:45:00-08:00"), Some("2016-03-02T19:10:00-08:00"))
    );
    assert_eq!(first.causes, ["disk full"]);
    assert_eq!(first.title, "disk full");
    assert!(first.text.as_deref().is_some_and(|text| text.contains("| 12 |")));
    assert_eq!(second.affected, ["web", "wiki"]);
    let lines: Vec<_> = found.report.not_understood.iter().map(|line| line.line).collect();
    assert_eq!(lines, [1, 8]);
    assert_eq!(found.report.understood[0].line, 3);
}

#[test]
fn a_table_may_be_parted_by_tabs() {
    let found = pacific(
        "Date\tStart (local)\tEnd\tWhat\tAffected services\n2015-03-02\t17:45\t19:10\tDisk full\tmail\n2015-02-27\t23:50\t00:20\tRestart\tweb\n",
    );
    let [first, second] = found.records.as_slice() else { panic!("two records") };
    assert_eq!(first.title, "Disk full");
    assert_eq!(first.affected, ["mail"]);
    assert_eq!(
        window(second),
        (Some("2015-02-27T23:50:00-08:00"), Some("2015-02-28T00:20:00-08:00"))
    );
}

#[test]
fn a_table_inside_an_entry_is_its_timeline() {
    let found = import(
        "# Incident on 2018-01-18\n\n| Time | What |\n|---|---|\n| 2018-01-18 04:19 | It is down |\n| 2018-01-18 05:00 | It is restored |\n",
        None,
    );
    assert_eq!(found.records.len(), 1);
    assert_eq!(found.records[0].updates.len(), 2);
}
