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

#[test]
fn days_below_each_other_are_entries_whatever_parts_them_from_the_words() {
    let found = import(
        "2021-05-01 10:00 - 10:30 web down\n2021-04-01 10:00 - 11:00 db down\n2021-03-20 02:30 mail\n2021-02-20 mail again\n2021-02-10 03:30 disk\n",
        Some("UTC"),
    );
    let titles: Vec<_> = found.records.iter().map(|record| &*record.title).collect();
    assert_eq!(titles, ["web down", "db down", "mail", "mail again", "disk"]);
    assert_eq!(found.records[4].started_at.as_deref(), Some("2021-02-10T03:30:00+00:00"));
    let night = import(
        "2021-05-01\n\n2021-05-01 23:00 it began\n2021-05-02 01:00 it was restored\n",
        Some("UTC"),
    );
    assert_eq!(night.records.len(), 1, "a timeline over midnight is one");
}

#[test]
fn start_and_end_may_have_zones_of_their_own() {
    let found = import(
        "2021-05-01 10:00 - 10:30 PST web down\n2021-04-01 10:00 +02:00 - 11:00 UTC db down\n2021-03-29 02:30 Europe/Berlin mail\n",
        Some("UTC"),
    );
    let [_, db, mail] = found.records.as_slice() else { panic!("three records") };
    assert_eq!(
        window(db),
        (Some("2021-04-01T10:00:00+00:00"), Some("2021-04-01T11:00:00+00:00")),
        "local time in the zone of the import wins"
    );
    assert_eq!(found.report.contradictions[0].printed, "+02:00");
    assert_eq!((mail.title.as_str(), window(mail).0), ("mail", Some("2021-03-29T00:30:00+00:00")));
}

#[test]
fn a_window_in_utc_on_another_day_repeats_nothing() {
    let found = import("2021-05-01 10:00 - 10:30 UTC\n2021-04-01 10:00 - 11:00 UTC\n", Some("UTC"));
    assert_eq!(found.records.len(), 2);
}

#[test]
fn a_date_of_three_short_numbers_is_an_entry_that_is_not_understood() {
    let found = import(
        "2021-05-20 09:00 - Login failure\n\n21/05/19 18:00 - planned work on a database (2 hours)\n\n19.05.21: Mail\n",
        Some("UTC"),
    );
    assert_eq!(found.records.len(), 3);
    let drafts: Vec<_> = found.records.iter().map(|record| record.draft).collect();
    assert_eq!(drafts, [false, true, true]);
    let lines: Vec<_> = found.report.not_understood.iter().map(|line| line.line).collect();
    assert_eq!(lines, [3, 5]);
    assert_eq!(import("10.11.12.13 was down\n\n10:20\n", None).records.len(), 1);
}

#[test]
fn columns_of_a_table_are_read_or_named_in_the_report() {
    let found = import(
        "| Date | From | To | What | Impact | Ticket |\n|---|---|---|---|---|---|\n| 2021-03-04 | 10:00 | 10:45 | API | 500s after a deploy | 12 |\n| 2021-02-28 | 23:50 | 00:20 | DB | failover | 13 |\n",
        Some("UTC"),
    );
    assert_eq!(
        window(&found.records[0]),
        (Some("2021-03-04T10:00:00+00:00"), Some("2021-03-04T10:45:00+00:00"))
    );
    assert_eq!(
        window(&found.records[1]),
        (Some("2021-02-28T23:50:00+00:00"), Some("2021-03-01T00:20:00+00:00"))
    );
    assert!(found.report.understood[0].meaning.ends_with("kept in the text alone: Ticket"));
}

#[test]
fn a_table_in_the_markup_of_a_wiki_is_a_draft_and_named() {
    let found = import(
        "{| class=\"wikitable\"\n! Date !! Duration\n|-\n| 2019-02-03 || 45 min\n|}\n",
        Some("UTC"),
    );
    assert!(found.records.iter().all(|record| record.draft));
    let lines: Vec<_> = found.report.not_understood.iter().map(|line| line.line).collect();
    assert_eq!(lines, [1]);
}

#[test]
fn two_days_may_stand_before_a_colon() {
    let found = import("May 3rd-4th, 2021: Lost packets\n", Some("UTC"));
    let [record] = found.records.as_slice() else { panic!("one record") };
    assert_eq!(record.title, "Lost packets");
    assert_eq!(record.ended_on.map(|day| day.to_string()).as_deref(), Some("2021-05-04"));
}
