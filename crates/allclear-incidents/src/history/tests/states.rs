//! Facts of what is not over: in, and out again, as it stands.

use allclear_domain::incident::IncidentState;
use allclear_domain::maintenance::{AnnouncedWindow, MaintenanceState};
use allclear_domain::times::Bound;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::again::{contents, facts_batch, file_of};
use crate::history::batch::Present;
use crate::history::check::{Installation, check};
use crate::history::facts::FactsFile;
use crate::history::left_out::left_out;
use crate::history::to_facts::facts_of;

/// What records become on 2026-11-20, 12:00 in UTC, or the first problem.
fn read(record: &Value) -> Result<crate::history::batch::Batch, String> {
    let batch = facts_batch(&file_of(std::slice::from_ref(record)), &Present::default());
    let batch = batch.map_err(|problems| problems[0].to_string())?;
    let now = "2026-11-20T12:00:00Z".parse().unwrap();
    check(std::slice::from_ref(&batch), &Installation::default(), now)
        .map_err(|problems| problems[0].to_string())?;
    Ok(batch)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Reads a record, writes it, reads what was written, and compares. Gives what was written.
fn there_and_back(record: &Value) -> Value {
    let first = read(record).unwrap();
    let facts = facts_of(&contents(first.clone())).unwrap();
    let written = serde_json::to_value(&facts.records[0]).unwrap();
    let second = read(&written).unwrap();
    let states = |batch: &crate::history::batch::Batch| {
        let incidents = batch.incidents.iter().map(|i| (i.state, i.started));
        let windows = batch.maintenance.iter().map(|m| (m.state, m.window.clone()));
        (incidents.collect::<Vec<_>>(), windows.collect::<Vec<_>>())
    };
    assert_eq!(states(&first), states(&second), "{written}");
    let again: FactsFile = facts_of(&contents(second)).unwrap();
    assert_eq!(serde_json::to_value(&again.records[0]).unwrap(), written);
    written
}

fn incident(fields: &Value) -> Value {
    let mut record = json!({"id": "x-1", "started_at": "2026-11-20T10:00:00Z"});
    fields.as_object().unwrap().iter().for_each(|(name, value)| record[name] = value.clone());
    record
}

fn window(fields: &Value) -> Value {
    let mut record = json!({"id": "x-1", "kind": "maintenance"});
    fields.as_object().unwrap().iter().for_each(|(name, value)| record[name] = value.clone());
    record
}

#[test]
fn an_incident_stands_as_its_facts_say() {
    let state = |fields: Value| read(&incident(&fields)).unwrap().incidents[0].state;
    let resolved = IncidentState::Resolved { ended: Bound::Unknown };
    assert_eq!(state(json!({})), resolved);
    assert_eq!(state(json!({"end_precision": "unknown", "ended_at": null})), resolved);
    assert_eq!(state(json!({"state": "investigating"})), IncidentState::Investigating);
    assert_eq!(state(json!({"state": "identified"})), IncidentState::Identified);
    let since = |text: &str| IncidentState::Monitoring { since: at(text) };
    let told = json!([
        {"at": "2026-11-20T10:05:00Z", "text": "A fix is on its way"},
        {"at": "2026-11-20T10:20:00Z", "text": "It works again"},
    ]);
    let monitoring = json!({"state": "monitoring", "updates": told});
    assert_eq!(state(monitoring), since("2026-11-20T10:20:00Z"));
    assert_eq!(state(json!({"state": "monitoring"})), since("2026-11-20T12:00:00Z"));
    let stated = json!({"state": "monitoring", "since": "2026-11-20T11:00:00Z"});
    assert_eq!(state(stated), since("2026-11-20T11:00:00Z"));
}

#[test]
fn what_is_not_over_comes_out_as_it_went_in() {
    for state in ["investigating", "identified", "monitoring"] {
        assert_eq!(there_and_back(&incident(&json!({"state": state})))["state"], state);
    }
    assert_eq!(there_and_back(&incident(&json!({})))["state"], Value::Null);
    for times in [
        json!({"started_at": "2026-11-21T10:00:00Z", "ended_at": "2026-11-21T11:00:00Z"}),
        json!({"started_at": "2026-11-19T10:00:00Z"}),
        json!({"on": "2026-11-22", "planned": {"length": "an hour"}}),
        json!({"on": "2026-11-18"}),
        json!({"planned": {"length": "some day"}}),
    ] {
        for state in ["scheduled", "cancelled"] {
            let mut times = times.clone();
            times["state"] = state.into();
            assert_eq!(there_and_back(&window(&times))["state"], state);
        }
    }
    let plan = json!({"started_at": "2026-11-20T01:00:00Z", "ended_at": "2026-11-20T13:00:00Z"});
    for times in [
        json!({"started_at": "2026-11-20T01:02:00Z"}),
        json!({"started_at": "2026-11-20T01:02:00Z", "planned": plan}),
        json!({"on": "2026-11-19", "planned": {"length": "a day or two"}}),
        json!({"started_at": "2026-11-20T01:02:00Z", "ended_on": "2026-11-23"}),
    ] {
        for state in ["in_progress", "verifying"] {
            let mut times = times.clone();
            times["state"] = state.into();
            assert_eq!(there_and_back(&window(&times))["state"], state);
        }
    }
    there_and_back(&window(&json!({"on": "2026-11-10", "ended_on": "2026-11-11"})));
}

#[test]
fn work_begun_on_a_day_without_an_hour_is_under_way() {
    // The day began an hour before it did in UTC.
    let started_at = at("2026-11-17T23:00:00Z");
    for end in [
        json!({"ended_on": "2026-11-21"}),
        json!({"ended_at": "2026-11-20T18:00:00Z"}),
        json!({"planned": {"ended_at": "2026-11-20T18:00:00Z"}}),
        json!({"state": "in_progress"}),
    ] {
        let mut fields = end;
        fields["on"] = "2026-11-18".into();
        let batch = read(&window(&fields)).unwrap();
        let state = batch.maintenance[0].state;
        assert_eq!(state, MaintenanceState::InProgress { started_at }, "{fields}");
        assert_eq!(there_and_back(&window(&fields))["state"], "in_progress");
    }
    let over = read(&window(&json!({"on": "2026-11-18", "ended_on": "2026-11-20"}))).unwrap();
    assert!(matches!(over.maintenance[0].state, MaintenanceState::Completed { .. }));
}

#[test]
fn a_window_that_was_not_begun_in_time_stays_scheduled() {
    let batch = read(&window(&json!({
        "state": "scheduled",
        "started_at": "2026-11-19T10:00:00Z", "ended_at": "2026-11-19T11:00:00Z",
    })));
    let [window] = &batch.unwrap().maintenance[..] else { panic!("one window") };
    assert_eq!(window.state, MaintenanceState::Scheduled);
    let announced = AnnouncedWindow {
        starts_at: Some(at("2026-11-19T10:00:00Z")),
        ends_at: Some(at("2026-11-19T11:00:00Z")),
        length: None,
    };
    assert_eq!(window.window, announced);
}

#[test]
fn facts_that_contradict_their_state_are_refused() {
    let ended = "2026-11-20T11:00:00Z";
    for (record, wanted) in [
        (incident(&json!({"state": "monitoring", "ended_at": ended})), "record x-1: state: "),
        (incident(&json!({"state": "scheduled"})), "record x-1: state: an incident is"),
        (window(&json!({"state": "identified"})), "record x-1: state: a window is"),
        (window(&json!({"state": "in_progress"})), "record x-1: started_at: is missing"),
        (
            window(&json!({"state": "verifying", "on": "2026-11-19", "ended_at": ended})),
            "record x-1: state: ",
        ),
        (incident(&json!({"since": ended})), "record x-1: since: goes with"),
        (incident(&json!({"state": "identified", "since": ended})), "record x-1: since: goes with"),
        (incident(&json!({"state": "monitoring", "since": "now"})), "record x-1: since: `now`"),
        (
            json!({"id": "x-1", "kind": "announcement", "state": "scheduled"}),
            "record x-1: state: an announcement has none",
        ),
        // What lies ahead cannot be over.
        (
            incident(&json!({"started_at": "2026-12-20T10:00:00Z"})),
            "record x-1: started_at: 2026-12-20T10:00:00Z lies ahead",
        ),
        (
            incident(&json!({"ended_at": "2026-11-20T14:00:00Z"})),
            "record x-1: ended_at: 2026-11-20T14:00:00Z lies ahead",
        ),
        (incident(&json!({"on": "2026-11-23", "started_at": null})), "record x-1: started_at: "),
        (
            incident(&json!({"ended_at": "2026-11-20T09:59:00Z"})),
            "record x-1: ended_at: lies before the start",
        ),
    ] {
        let refused = read(&record).unwrap_err();
        assert!(refused.starts_with(wanted), "{refused}");
    }
}

#[test]
fn an_offset_is_in_hours_and_minutes() {
    for bad in [
        "1893-03-31T12:00:00+00:53:28",
        "2010-09-02T02:03:00-07:00:00.5",
        "2010-09-02T02:03:00-07",
        "2010-09-02T02:03:00-0700",
        "2010-09-02T02:03:00-07:00[America/Los_Angeles]",
        "2010-09-02",
    ] {
        let refused = read(&incident(&json!({"started_at": bad}))).unwrap_err();
        assert!(refused.starts_with(&format!("record x-1: started_at: `{bad}` ")), "{refused}");
    }
    for good in ["2010-09-02T02:03:00Z", "2010-09-02T02:03-07:00", "2010-09-02T02:03:00.25-07:00"] {
        let batch = read(&incident(&json!({"started_at": good}))).unwrap();
        let contradictions = &batch.report.contradictions;
        assert_eq!(contradictions.len(), usize::from(!good.ends_with('Z')), "{contradictions:?}");
    }
    // The same offset as the page's, with a fraction of a second before it, contradicts nothing.
    let batch = read(&incident(&json!({"started_at": "2010-09-02T02:03:00.25+02:00"}))).unwrap();
    assert_eq!(batch.report.contradictions, []);
    // Berlin's own time before there was a zone is written in UTC.
    let old = there_and_back(&incident(&json!({"started_at": "1890-01-01T00:00:00Z"})));
    assert_eq!(old["started_at"], "1890-01-01T00:00:00Z");
}

#[test]
fn no_component_has_the_key_that_stands_for_all() {
    let mut file = file_of(&[json!({"id": "x-1", "affected": ["all"]})]);
    file.components = serde_json::from_value(json!([{"key": "all", "name": "All of it"}])).unwrap();
    let batch = facts_batch(&file, &Present::default()).unwrap();
    let refused = check(&[batch], &Installation::default(), Timestamp::MAX).unwrap_err();
    assert_eq!(refused[0].field, "component all \u{201c}All of it\u{201d}: key");
}

#[test]
fn what_facts_leave_out_is_counted() {
    let file: crate::history::own::AllclearFile =
        serde_json::from_str(include_str!("full.json")).unwrap();
    assert_eq!(left_out(&file.pages[0]), []);
    for (slug, json, _) in super::SAMPLES {
        assert_eq!(left_out(&contents(super::read(slug, json).1)), []);
    }
    let told: Vec<String> = left_out(&file.pages[1])
        .into_iter()
        .map(|(what, count)| format!("{count} {what}"))
        .collect();
    assert_eq!(
        told,
        [
            "6 settings of the page",
            "1 descriptions of components",
            "1 days from which uptime counts",
            "1 parents of components",
            "1 ends of components",
            "1 statuses set by hand",
            "1 marks of deliberate shutdowns",
            "1 impacts that a person set",
            "1 postmortems",
            "1 reopenings",
            "2 links to what became of a window",
            "1 statuses of affected components",
            "1 times of detection",
            "1 counts of losses",
            "1 settlements of losses",
            "1 corrections of causes",
            "2 days and reasons of steps",
            "2 statuses of updates",
            "2 changes of components by updates",
            "2 announced times of next updates",
            "2 earlier wordings of updates",
            "3 texts in Markdown, written as plain ones",
            "1 marks of windows that people begin",
            "1 former windows",
            "3 expected effects and plans of windows",
            "2 templates",
            "1 notes on components",
            "5 authors and dates of internal notes",
        ]
    );
}
