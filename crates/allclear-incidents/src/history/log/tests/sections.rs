//! Facts that labels and headings announce; running prose gives none.

use super::{import, one};
use crate::history::facts::FactsActionState::{Done, Promised};
use crate::history::facts::FactsRecord;

/// A record of an entry with these lines.
fn entry(lines: &str) -> FactsRecord {
    one(&format!("2017-03-02 - Fire\n\nAffected: Shop\n\n{lines}\n"))
}

/// Steps with their state.
fn steps(record: &FactsRecord) -> Vec<(&str, bool)> {
    record.actions.iter().map(|action| (&*action.text, action.state == Done)).collect()
}

#[test]
fn labels_give_causes_and_statements() {
    let record = entry(
        "Root cause: a full disk\nSuspected cause: a leak\nRuled out: the network\nDetected by: a customer\nSecurity: no data was seen by others\nWorkaround: restart the script",
    );
    assert_eq!(record.causes, ["a full disk"]);
    assert_eq!(record.suspected, ["a leak"]);
    assert_eq!(record.ruled_out, ["the network"]);
    assert_eq!(record.detected_by.as_deref(), Some("a customer"));
    assert_eq!(record.security.as_deref(), Some("no data was seen by others"));
    assert_eq!(record.customers_should.as_deref(), Some("restart the script"));
    let record = entry("Root cause: unknown\nWhat you should do: Nothing.");
    assert!(record.causes.is_empty() && record.customers_should.is_none());
}

#[test]
fn headings_give_what_stands_below_them() {
    for heading in ["## Root cause", "Root cause:", "**Root cause**", "Root Cause"] {
        let record = entry(&format!(
            "Words.\n\n{heading}\n\nThe disk was full.\nNobody saw it.\n\nMore prose.\n\nIt was restored at 5:15pm."
        ));
        assert_eq!(record.causes, ["The disk was full. Nobody saw it."], "{heading}");
        assert!(record.text.is_some_and(|text| text.contains("The disk was full.\nNobody")));
    }
    let record = entry("## Root causes\n\n- The disk\n  was full\n\n- Nobody saw it\n\nWords.");
    assert_eq!(record.causes, ["The disk was full", "Nobody saw it"]);
}

#[test]
fn lists_of_steps_are_done_or_promised() {
    let record = entry(
        "What we have done\n\n- Replaced the disk\n\nAction items:\n- [x] Watch the disks\n- [ ] Alert on inodes by 2017-04-01\n- Drill (done)\n\n## Next steps\n\n* A second disk in May 2017\n* A third one, due June 2017",
    );
    assert_eq!(
        steps(&record),
        [
            ("Replaced the disk", true),
            ("Watch the disks", true),
            ("Alert on inodes by 2017-04-01", false),
            ("Drill (done)", true),
            ("A second disk in May 2017", false),
            ("A third one, due June 2017", false),
        ]
    );
    let due: Vec<_> = record.actions.iter().filter_map(|action| action.due.as_deref()).collect();
    assert_eq!(due, ["2017-04-01", "2017-06"]);
    assert_eq!(record.actions[0].state, Done);
    assert_eq!(record.actions[2].state, Promised);
}

#[test]
fn the_resolution_is_a_step_and_its_times_count() {
    let record =
        entry("It began at 4:05pm SLT.\n\nResolution: We restarted it, and it was back at 4:20pm.");
    assert_eq!(steps(&record).len(), 1);
    assert_eq!(record.ended_at.as_deref(), Some("2017-03-02T16:20:00-08:00"));
}

#[test]
fn prose_gives_no_facts() {
    let record = entry(
        "The root cause was a full disk, and next steps are open: we will watch it.\n\nYou should restart the script. The cause is known.\n\nFix it we did.",
    );
    assert!(record.causes.is_empty() && record.actions.is_empty());
    assert!(record.customers_should.is_none());
}

#[test]
fn corrections_are_updates_that_say_so() {
    for (line, on) in [
        ("Correction (2017-04-26): one order was lost.", Some("2017-04-26")),
        ("Correction: one order was lost.", None),
        ("UPDATE 2017-04-26: Correction: one order was lost.", Some("2017-04-26")),
        ("EDIT 2017-04-26: we first said that nothing was lost.", Some("2017-04-26")),
    ] {
        let record = entry(&format!("Nothing was lost.\n\n{line}"));
        let [correction] = record.corrections.as_slice() else { panic!("one correction: {line}") };
        assert_eq!(correction.on.map(|day| day.to_string()).as_deref(), on, "{line}");
        assert_eq!(record.updates.len(), 1, "{line}");
    }
    assert!(entry("EDIT: all is well again.").corrections.is_empty());
}

#[test]
fn a_value_may_stand_below_its_label() {
    let record = one(
        "2017-03-02\n\nAffected:\nAll services\nDisruption length:\n~12 hours\nService:\nTotal outage\nLost transactions:\nShop: 30%. Mail: None.\n\nWords.",
    );
    assert_eq!(record.affected, ["all"]);
    assert_eq!(record.reported_duration.as_deref(), Some("~12 hours"));
    assert_eq!(record.service.as_deref(), Some("Total outage"));
    assert_eq!(record.losses.len(), 2);
    let record = one(
        "2017-03-02\n\nImpacted Systems:\n- shop\n- mail\n\nImpacted Systems are listed above.",
    );
    assert_eq!(record.affected, ["shop", "mail"]);
}

#[test]
fn an_empty_label_takes_no_sentence() {
    for prose in
        ["We clean up tonight", "Clean up. Nothing is expected", "It is slow.", "\nShort words"]
    {
        let record = one(&format!("2017-03-02\n\nImpacted Systems:\n{prose}\n\nMore words."));
        assert!(record.affected.is_empty(), "{prose}");
    }
}

#[test]
fn labels_in_other_forms() {
    let record = one(
        "2017-03-02\n'''Affected:''' Shop\n__Service:__ Full outage\nDisruption length\t5 hours\nLost transactions – None\n\nWords.",
    );
    assert_eq!(record.affected, ["shop"]);
    assert_eq!(record.service.as_deref(), Some("Full outage"));
    assert_eq!(record.reported_duration.as_deref(), Some("5 hours"));
    assert_eq!(record.losses.len(), 1);
    let plain = import("2017-03-02\nDisruption length:\u{a0}5\u{a0}hours\n", None);
    assert_eq!(plain.records[0].reported_duration.as_deref(), Some("5 hours"));
}

#[test]
fn work_that_is_called_an_outage_is_one() {
    let record = entry(
        "Service: Severely degraded\n\nAt 4:52PM we began planned maintenance of the database, and a step was missing.",
    );
    assert_eq!(record.kind, crate::history::facts::FactsKind::Incident);
}

#[test]
fn a_remark_in_brackets_names_no_component() {
    let record = entry("Lost transactions: Shop: Delayed (none lost: kept elsewhere). Mail: None");
    let components: Vec<_> = record.losses.iter().map(|loss| &*loss.component).collect();
    assert_eq!(components, ["shop", "mail"]);
    assert_eq!(record.losses[0].note.as_deref(), Some("none lost: kept elsewhere"));
}

#[test]
fn names_in_any_letters_become_keys() {
    let found = import(
        "2017-03-02\nAffected: Größe, Дом, Том, Łódź, Café, Cafe\u{301}, a name that is much longer than a key\n",
        None,
    );
    let keys: Vec<_> = found.components.iter().map(|component| &*component.key).collect();
    assert_eq!(keys[0], "groesse");
    assert!(keys[1].starts_with("component-") && keys[2].starts_with("component-"));
    assert_ne!(keys[1], keys[2]);
    assert_eq!(keys[3..], ["lodz", "cafe"]);
    assert_eq!(found.records[0].affected.len(), 6, "{:?}", found.records[0].affected);
}

#[test]
fn a_table_of_steps_is_read_by_its_head() {
    let tables = [
        "| Action | Owner | Due |\n|---|---|---|\n| Add a canary | robin | 2024-03-01 |\n| Watch it | kim | soon |\n",
        "No | Task | Owner | Deadline | Status |\n1 | Add a canary | robin | 2024-03-01 | open |\n2 | Watch it | kim | soon | Done |\n",
    ];
    for (table, state) in tables.into_iter().zip([Promised, Done]) {
        let record = one(&format!(
            "2024-02-01 - Errors\n\nIt broke.\n\n## Action items\n{table}\nThat is all.\n"
        ));
        let [canary, watch] = record.actions.as_slice() else { panic!("{:?}", record.actions) };
        assert!(canary.text.starts_with("Add a canary (robin, due 2024-03-01"), "{}", canary.text);
        assert_eq!(canary.due.as_deref(), Some("2024-03-01"));
        assert_eq!(canary.state, Promised);
        assert!(watch.text.starts_with("Watch it (kim, soon"), "{}", watch.text);
        assert_eq!(watch.state, state);
    }
}
