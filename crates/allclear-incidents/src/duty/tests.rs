//! Windows that begin and end by themselves, with a turned clock on the embedded database. Both
//! engines, and two nodes at once, are in the story `console::automatic`.

mod ahead;

use std::sync::Arc;

use allclear_domain::maintenance::MaintenanceState;
use allclear_domain::times::{Bound, Window};
use allclear_domain::{StatusPage, TurnedClock};
use allclear_store::Location;
use jiff::SignedDuration;
use tempfile::TempDir;

use super::*;
use crate::writing::{NewMaintenance, NewStatusPage, NewUpdate, plan_maintenance};

const NOON: &str = "2026-11-21T12:00:00Z";

struct Desk {
    _folder: TempDir,
    duty: MaintenanceDuty,
    actor: Actor,
    page: StatusPage,
}

fn after(minutes: i64) -> Timestamp {
    NOON.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

impl Desk {
    async fn new(language: Language) -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&Location::Folder(folder.path().join("data"))).await.unwrap();
        let actor = Actor::Command("test".to_owned());
        let entropy = Arc::new(Entropy::from_seed(3));
        let new = NewStatusPage { title: "Shop".to_owned(), slug: None, timezone: None, language };
        let change = Change { actor: &actor, entropy: &entropy, now: after(0) };
        let page = writing::add_status_page(&store, new, change).await.unwrap().value;
        let clock = Arc::new(TurnedClock::at(after(0)));
        let duty = MaintenanceDuty::new(store, clock, entropy, Arc::default());
        Self { _folder: folder, duty, actor, page }
    }

    fn change(&self, minutes: i64) -> Change<'_> {
        Change { actor: &self.actor, entropy: &self.duty.entropy, now: after(minutes) }
    }

    /// From 13:00 to 14:00.
    async fn plan(&self) -> MaintenanceId {
        let new = NewMaintenance {
            page_id: self.page.id,
            title: "New disks".to_owned(),
            window: Window { starts_at: after(60), ends_at: after(120) },
            affected: Vec::new(),
            expected_effect: None,
            recovery_plan: None,
            abort_at: None,
            is_automatic: true,
            update: None,
            is_draft: false,
        };
        plan_maintenance(&self.duty.store, new, self.change(0)).await.unwrap().value.id
    }

    async fn window(&self, id: MaintenanceId) -> Maintenance {
        self.duty.store.find_maintenance(id).await.unwrap().unwrap().value
    }

    async fn run(&self, minutes: i64) -> (usize, usize) {
        let report = self.duty.run_once(after(minutes)).await.unwrap();
        assert_eq!((report.failed, report.bad_rows), (vec![], vec![]));
        (report.begun, report.completed)
    }
}

fn said(window: &Maintenance) -> Vec<&str> {
    window.updates.iter().map(|update| update.body.text.as_str()).collect()
}

#[tokio::test]
async fn a_window_begins_and_is_over_at_its_announced_times() {
    let desk = Desk::new(Language::De).await;
    let id = desk.plan().await;
    assert_eq!(desk.run(59).await, (0, 0));
    assert_eq!(desk.run(61).await, (1, 0));
    assert_eq!(desk.run(61).await, (0, 0), "once");
    let window = desk.window(id).await;
    assert_eq!(window.state, MaintenanceState::InProgress { started_at: after(60) });
    assert!(!window.updates[0].is_backfilled);
    assert_eq!(said(&window), ["Die Arbeiten haben wie angekündigt begonnen."]);
    assert_eq!(desk.run(121).await, (0, 1));
    let window = desk.window(id).await;
    let (started, ended) = (Bound::exactly(after(60)), Bound::exactly(after(120)));
    assert_eq!(window.state, MaintenanceState::Completed { started, ended });
    let entries = desk
        .duty
        .store
        .list_audit_entries(&allclear_store::AuditFilter::default(), 2)
        .await
        .unwrap();
    assert!(entries.iter().all(|entry| entry.actor == Actor::Duty(NAME.to_owned())));
}

#[tokio::test]
async fn what_was_slept_through_is_told_afterwards_and_once() {
    let desk = Desk::new(Language::En).await;
    let id = desk.plan().await;
    assert_eq!(desk.run(24 * 60).await, (1, 1));
    let window = desk.window(id).await;
    assert_eq!(window.ended(), Some(Bound::exactly(after(120))));
    assert_eq!(said(&window), ["Work has begun as announced.", "The announced window is over."]);
    assert!(window.updates.iter().all(|update| update.is_backfilled), "entered after the fact");
    assert_eq!(desk.run(24 * 60).await, (0, 0));
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_nothing_twice() {
    let desk = Desk::new(Language::En).await;
    let id = desk.plan().await;
    assert_eq!(desk.run(61).await, (1, 0));
    assert_eq!(desk.run(1).await, (0, 0));
    assert_eq!(desk.run(61).await, (0, 0));
    assert_eq!(desk.run(121).await, (0, 1));
    assert_eq!(desk.run(61).await, (0, 0));
    assert_eq!(said(&desk.window(id).await).len(), 2);
}

#[tokio::test]
async fn an_hour_longer_is_an_hour_longer() {
    let desk = Desk::new(Language::En).await;
    let id = desk.plan().await;
    desk.run(60).await;
    let longer = |window: Maintenance| Ok(window.extend(after(180), None, after(110))?);
    writing::change(&desk.duty.store, id, None, desk.change(110), longer).await.unwrap();
    assert_eq!(desk.run(121).await, (0, 0));
    assert_eq!(desk.run(180).await, (0, 1));
}

#[tokio::test]
async fn a_message_that_came_before_does_not_hold_a_step_up() {
    let desk = Desk::new(Language::En).await;
    let id = desk.plan().await;
    let late = NewUpdate {
        status: Some(MaintenanceStatus::Scheduled),
        body: Prose::plain("We begin a little later."),
        shown_at: None,
        changes: Vec::new(),
        next_update_due_at: None,
    };
    let change = desk.change(70);
    let post = |window: Maintenance| Ok(window.post(late.posted(change), after(70))?);
    writing::change(&desk.duty.store, id, None, change, post).await.unwrap();
    assert_eq!(desk.run(71).await, (1, 0));
    assert_eq!(desk.run(71).await, (0, 0));
    let window = desk.window(id).await;
    assert_eq!(window.state, MaintenanceState::InProgress { started_at: after(60) });
    assert_eq!(window.updates.len(), 2);
}

#[tokio::test]
async fn a_window_without_room_for_a_message_moves_on_in_silence() {
    let desk = Desk::new(Language::En).await;
    let id = desk.plan().await;
    let change = desk.change(0);
    let fill = |mut window: Maintenance| {
        for n in 0..limits::UPDATES_MAX {
            let update = NewUpdate {
                status: None,
                body: Prose::plain(n.to_string()),
                shown_at: None,
                changes: Vec::new(),
                next_update_due_at: None,
            };
            window = window.post(update.posted(change), change.now)?;
        }
        Ok(window)
    };
    writing::change(&desk.duty.store, id, None, change, fill).await.unwrap();
    assert_eq!(desk.run(61).await, (1, 0));
    assert_eq!(desk.run(121).await, (0, 1));
    assert_eq!(desk.window(id).await.updates.len(), limits::UPDATES_MAX);
}

#[tokio::test]
async fn more_windows_than_are_read_at_once_all_begin() {
    let desk = Desk::new(Language::En).await;
    let count = limits::DUE_AT_ONCE_MAX + 1;
    for _ in 0..count {
        desk.plan().await;
    }
    assert_eq!(desk.run(60).await, (count, 0));
}
