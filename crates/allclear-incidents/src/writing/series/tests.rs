//! What a change of a series reaches, with a turned clock on the embedded database.

use allclear_domain::audit::{Actor, Subject};
use allclear_domain::maintenance::MaintenanceState;
use allclear_domain::reminder::{ReminderKind, ReminderState};
use allclear_domain::status_page::Language;
use allclear_domain::{Entropy, StatusPage};
use allclear_store::Location;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::*;
use crate::history::own::AllclearFile;
use crate::history::{from_own, import};
use crate::writing::{NewStatusPage, add_status_page, change};

struct Desk {
    _folder: TempDir,
    store: Store,
    entropy: Entropy,
    actor: Actor,
}

/// Days after noon of 21 November 2026, a Saturday.
fn day(days: i64) -> Timestamp {
    let noon: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    noon + SignedDuration::from_hours(24 * days)
}

impl Desk {
    async fn new() -> (Self, StatusPage) {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&Location::Folder(folder.path().join("data"))).await.unwrap();
        let actor = Actor::Command("test".to_owned());
        let desk = Self { _folder: folder, store, entropy: Entropy::from_seed(3), actor };
        let timezone = Some("Europe/Berlin".to_owned());
        let title = "Shop".to_owned();
        let new = NewStatusPage { title, slug: None, timezone, language: Language::En };
        let page = add_status_page(&desk.store, new, desk.at(0)).await.unwrap().value;
        (desk, page)
    }

    fn at(&self, days: i64) -> Change<'_> {
        Change { actor: &self.actor, entropy: &self.entropy, now: day(days) }
    }

    async fn series(&self, page: &StatusPage, rule: &str) -> MaintenanceSeries {
        let planned = plan_series(&self.store, new(page, rule), self.at(0)).await.unwrap();
        planned.0.value
    }

    async fn windows(&self, series: &MaintenanceSeries) -> Vec<Maintenance> {
        let from = "2026-11-01".parse().unwrap();
        self.store.list_windows_of_series(series.id, from).await.unwrap()
    }

    async fn begins(&self, series: &MaintenanceSeries) -> Vec<String> {
        let start = |window: &Maintenance| window.window.starts_at.unwrap().to_string();
        self.windows(series).await.iter().map(start).collect()
    }
}

fn new(page: &StatusPage, rule: &str) -> NewSeries {
    NewSeries {
        page_id: page.id,
        title: "New certificates".to_owned(),
        rule: rule.to_owned(),
        first: "2026-11-22T02:30".parse().unwrap(),
        timezone: "Europe/Berlin".to_owned(),
        except: Vec::new(),
        lasts_minutes: 60,
        affected: Vec::new(),
        expected_effect: None,
        recovery_plan: None,
        abort_after_minutes: None,
        is_automatic: true,
    }
}

fn retitle(title: &str) -> impl FnOnce(MaintenanceSeries) -> Result<MaintenanceSeries, WriteError> {
    let title = title.to_owned();
    move |series| Ok(MaintenanceSeries { title, ..series })
}

#[tokio::test]
async fn windows_come_out_of_a_series_once() {
    let (desk, page) = Desk::new().await;
    let series = desk.series(&page, "FREQ=WEEKLY;COUNT=10").await;
    let begins = desk.begins(&series).await;
    assert_eq!(begins.len(), limits::SERIES_WINDOWS_AHEAD);
    assert_eq!(
        (begins[0].as_str(), begins[1].as_str()),
        ("2026-11-22T01:30:00Z", "2026-11-29T01:30:00Z")
    );
    assert_eq!(plan_windows(&desk.store, series.id, desk.at(0)).await.unwrap(), Planned::default());
    assert_eq!(desk.store.list_due_series(day(0), None).await.unwrap(), []);
    assert_eq!(desk.store.list_due_series(day(1), None).await.unwrap(), [series.id]);
    let planned = plan_windows(&desk.store, series.id, desk.at(1)).await.unwrap();
    assert_eq!(planned, Planned { new: 1, ..Planned::default() });
    plan_windows(&desk.store, series.id, desk.at(20)).await.unwrap();
    assert_eq!(desk.begins(&series).await.len(), 10);
    assert_eq!(desk.store.list_due_series(day(999), None).await.unwrap(), [], "that was all");
    // What was slept through is not planned afterwards.
    let daily = desk.series(&page, "FREQ=DAILY").await;
    plan_windows(&desk.store, daily.id, desk.at(100)).await.unwrap();
    let begins = desk.begins(&daily).await;
    assert_eq!(begins.len(), 16);
    assert!(begins[8] > day(100).to_string(), "{begins:?}");
}

#[tokio::test]
async fn a_change_reaches_windows_that_nobody_touched() {
    let (desk, page) = Desk::new().await;
    let series = desk.series(&page, "FREQ=WEEKLY").await;
    let windows = desk.windows(&series).await;
    let store = &desk.store;
    let mine = |window: Maintenance| Ok(window.retitle("Mine".to_owned()));
    change(store, windows[1].id, None, desk.at(0), mine).await.unwrap();
    let off = |window: Maintenance| Ok(window.cancel(day(0))?);
    change(store, windows[2].id, None, desk.at(0), off).await.unwrap();
    // One that is under way belongs to those who work on it.
    let begin = |window: Maintenance| Ok(window.begin(day(0))?);
    change(store, windows[0].id, None, desk.at(0), begin).await.unwrap();
    let later = |series: MaintenanceSeries| {
        let first = "2026-11-22T04:00".parse().unwrap();
        Ok(MaintenanceSeries { title: "Later".to_owned(), first, ..series })
    };
    let done = change_series(store, series.id, Some(1), desk.at(0), later).await.unwrap();
    assert_eq!(done.1, Planned { changed: 5, ..Planned::default() });
    assert_eq!(done.0.version, 2);
    let windows = desk.windows(&series).await;
    let titles: Vec<&str> = windows.iter().map(|window| window.title.as_str()).collect();
    assert_eq!(titles[..4], ["New certificates", "Mine", "New certificates", "Later"]);
    assert!(matches!(windows[2].state, MaintenanceState::Cancelled { .. }), "it stays called off");
    assert_eq!(windows[3].window.starts_at, Some("2026-12-13T03:00:00Z".parse().unwrap()));
    assert_eq!(windows[3].former_windows.len(), 1, "readers see both times");
    let stale = change_series(store, series.id, Some(1), desk.at(0), retitle("x")).await;
    assert!(stale.is_err());
}

#[tokio::test]
async fn another_rule_calls_windows_off_and_may_bring_them_back() {
    let (desk, page) = Desk::new().await;
    let series = desk.series(&page, "FREQ=WEEKLY;BYDAY=SU").await;
    let off = |window: Maintenance| Ok(window.cancel(day(0))?);
    let first = desk.windows(&series).await[0].id;
    change(&desk.store, first, None, desk.at(0), off).await.unwrap();
    let rule = |rule: &str| {
        let rule = rule.to_owned();
        move |series: MaintenanceSeries| Ok(MaintenanceSeries { rule, ..series })
    };
    let change = |text| change_series(&desk.store, series.id, None, desk.at(0), rule(text));
    let planned = change("FREQ=WEEKLY;BYDAY=MO").await.unwrap().1;
    assert_eq!(planned, Planned { new: 8, cancelled: 7, changed: 0 });
    let planned = change("FREQ=WEEKLY;BYDAY=SU").await.unwrap().1;
    assert_eq!(planned, Planned { new: 7, cancelled: 8, changed: 0 }, "but for the one called off");
    let all = desk.store.list_maintenance(page.id).await.unwrap();
    let ahead = all.iter().filter(|w| w.state == MaintenanceState::Scheduled).count();
    assert_eq!((all.len(), ahead), (23, 7));
    let end = |series: MaintenanceSeries| Ok(series.end(day(0))?);
    let ended = change_series(&desk.store, series.id, None, desk.at(0), end).await.unwrap();
    assert_eq!(ended.1, Planned { cancelled: 7, ..Planned::default() });
    assert_eq!(plan_windows(&desk.store, series.id, desk.at(9)).await.unwrap(), Planned::default());
    assert_eq!(desk.store.list_due_series(day(999), None).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_wrong_with_a_series_is_told_and_nothing_is_written() {
    let (desk, page) = Desk::new().await;
    let bad = NewSeries {
        rule: "FREQ=HOURLY".to_owned(),
        lasts_minutes: 0,
        title: String::new(),
        ..new(&page, "")
    };
    let Err(WriteError::Invalid(problems)) = plan_series(&desk.store, bad, desk.at(0)).await else {
        panic!("it was taken");
    };
    let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["title", "rule", "lasts_minutes"]);
    assert_eq!(desk.store.list_maintenance_series(page.id).await.unwrap(), []);
    for _ in 0..limits::SERIES_PER_PAGE_MAX {
        desk.series(&page, "FREQ=YEARLY;COUNT=1").await;
    }
    let more = plan_series(&desk.store, new(&page, "FREQ=DAILY"), desk.at(0)).await.unwrap_err();
    assert!(more.to_string().contains("end one first"), "{more}");
}

#[tokio::test]
async fn reminders_are_written_with_their_window() {
    let (desk, page) = Desk::new().await;
    let series = desk.series(&page, "FREQ=WEEKLY").await;
    let windows = desk.windows(&series).await;
    let of = async |at: usize| {
        let subject = Subject::Maintenance(windows[at].id);
        let there = desk.store.list_reminders(subject).await.unwrap();
        there.iter().map(|one| (one.kind, one.state)).collect::<Vec<_>>()
    };
    let waits = |kind| (kind, ReminderState::Waiting);
    let (hour, start) = (ReminderKind::HourBefore, ReminderKind::Start);
    assert_eq!(of(0).await, [waits(hour), waits(start)], "a day before has passed");
    assert_eq!(of(1).await, [waits(ReminderKind::DayBefore), waits(hour), waits(start)]);
    let end = |series: MaintenanceSeries| Ok(series.end(day(0))?);
    change_series(&desk.store, series.id, None, desk.at(0), end).await.unwrap();
    assert!(of(1).await.iter().all(|(_, state)| *state == ReminderState::Cancelled));
}

#[tokio::test]
async fn an_export_brings_a_series_along() {
    let (desk, page) = Desk::new().await;
    let series = desk.series(&page, "FREQ=WEEKLY").await;
    let exported = import::contents(&desk.store, page.clone()).await.unwrap();
    assert_eq!(
        (exported.series.as_slice(), exported.maintenance.len()),
        (&[series.clone()][..], 8)
    );
    let text = serde_json::to_string(&AllclearFile::of(vec![exported.clone()])).unwrap();
    let mut file: AllclearFile = serde_json::from_str(&text).unwrap();
    let folder = TempDir::new().unwrap();
    let store = Store::open(&Location::Folder(folder.path().join("data"))).await.unwrap();
    let batch = from_own::batch_of(file.pages.remove(0), None, None, false).unwrap();
    let write = |batch| {
        let batches = [batch];
        let (store, desk) = (&store, &desk);
        async move { import::write(store, &batches, &desk.actor, &desk.entropy, day(0)).await }
    };
    let mut without = batch.clone();
    without.series.clear();
    let refused = write(without).await.unwrap_err().to_string();
    assert!(refused.contains("series.id: ser_"), "{refused}");
    write(batch).await.unwrap();
    let page = store.list_status_pages().await.unwrap().remove(0);
    assert_eq!(import::contents(&store, page).await.unwrap(), exported);
    // It goes on there, and plans nothing twice.
    assert_eq!(store.list_due_series(day(0), None).await.unwrap(), [series.id]);
    assert_eq!(plan_windows(&store, series.id, desk.at(0)).await.unwrap(), Planned::default());
    for window in &exported.maintenance {
        let reminders = store.list_reminders(Subject::Maintenance(window.id)).await.unwrap();
        assert!(!reminders.is_empty(), "it reminds as well");
    }
}
