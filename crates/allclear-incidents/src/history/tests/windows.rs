//! How a window stands follows from when it is, seen from now: 2026-11-20, 12:00 in UTC.

use allclear_domain::maintenance::{AnnouncedWindow, MaintenanceState};
use serde_json::{Value, json};

use super::again::{facts_batch, file_of};
use crate::history::batch::Present;
use crate::history::contents::Contents;
use crate::history::facts::FactsRecord;
use crate::history::to_facts::facts_of;

/// The state and the window of a record, and the record as it is exported.
fn window(fields: &Value) -> (MaintenanceState, AnnouncedWindow, FactsRecord) {
    let mut record = json!({"id": "x-1", "kind": "maintenance", "title": "Work"});
    for (field, value) in fields.as_object().unwrap() {
        record[field] = value.clone();
    }
    let batch = facts_batch(&file_of(&[record]), &Present::default()).unwrap();
    let [window] = &batch.maintenance[..] else { panic!("one window") };
    let contents = Contents {
        page: batch.page.clone(),
        components: Vec::new(),
        settings: Vec::new(),
        incidents: Vec::new(),
        series: Vec::new(),
        maintenance: batch.maintenance.clone(),
        announcements: Vec::new(),
        templates: Vec::new(),
        notes: Vec::new(),
    };
    let exported = facts_of(&contents).unwrap().records.remove(0);
    (window.state, window.window.clone(), exported)
}

#[test]
fn a_day_that_is_ahead_is_scheduled_and_comes_out_again() {
    let fields = json!({"on": "2027-01-12", "start_precision": "day"});
    let (state, announced, exported) = window(&fields);
    assert_eq!(state, MaintenanceState::Scheduled);
    assert_eq!(announced.starts_at, None);
    assert_eq!(announced.length.as_deref(), Some("on 2027-01-12"));
    assert_eq!(exported.on, Some("2027-01-12".parse().unwrap()));
    assert_eq!(exported.planned, None);
    let (_, announced, exported) =
        window(&json!({"on": "2027-01-12", "planned": {"length": "two hours"}}));
    assert_eq!(announced.length.as_deref(), Some("on 2027-01-12, two hours"));
    assert_eq!(exported.planned.unwrap().length.as_deref(), Some("two hours"));
    let (state, ..) = window(&json!({"on": "2026-11-20", "start_precision": "day"}));
    assert!(matches!(state, MaintenanceState::Completed { .. }));
}

#[test]
fn a_plan_alone_is_scheduled_until_it_is_past() {
    let plan =
        |from: &str, to: &str| window(&json!({"planned": {"started_at": from, "ended_at": to}}));
    let (state, announced, _) = plan("2027-01-12T02:00:00Z", "2027-01-12T04:00:00Z");
    assert_eq!(state, MaintenanceState::Scheduled);
    assert!(announced.window().is_some());
    let (state, ..) = plan("2026-01-12T02:00:00Z", "2026-01-12T04:00:00Z");
    assert!(matches!(state, MaintenanceState::Completed { .. }));
}

#[test]
fn begun_and_not_over_is_under_way() {
    for ended in [
        json!({"ended_at": "2026-11-20T23:00:00Z"}),
        json!({"planned": {"ended_at": "2026-11-20T23:00:00Z"}}),
        json!({"ended_on": "2026-11-21"}),
    ] {
        let mut fields = ended;
        fields["started_at"] = "2026-11-20T11:00:00Z".into();
        let (state, ..) = window(&fields);
        let started_at = "2026-11-20T11:00:00Z".parse().unwrap();
        assert_eq!(state, MaintenanceState::InProgress { started_at }, "{fields}");
    }
    let over = json!({"started_at": "2026-11-20T09:00:00Z", "ended_at": "2026-11-20T10:00:00Z"});
    assert!(matches!(window(&over).0, MaintenanceState::Completed { .. }));
}
