//! Maintenance series and reminders.

use allclear_domain::audit::Subject;
use allclear_domain::maintenance::{InSeries, MaintenanceState, SeriesState};
use allclear_domain::reminder::{ReminderKind, ReminderState};
use allclear_domain::{Maintenance, MaintenanceSeries, Reminder, StatusPage};
use allclear_store::{Slice, StoreError};

use crate::harness::{Content, Home};
use crate::samples::{NOW, Samples, at};

fn series(samples: &Samples, page: &StatusPage) -> MaintenanceSeries {
    MaintenanceSeries {
        id: samples.0.id(at(NOW)),
        page_id: page.id,
        title: "New certificates".to_owned(),
        state: SeriesState::Running,
        rule: "FREQ=MONTHLY;BYDAY=1SU".to_owned(),
        first: "2026-12-06T02:30".parse().unwrap(),
        timezone: "Europe/Berlin".to_owned(),
        except: vec!["2027-01-03".parse().unwrap()],
        lasts_minutes: 90,
        affected: Vec::new(),
        expected_effect: Some("Slow for a minute".to_owned()),
        recovery_plan: Some("The old ones".to_owned()),
        abort_after_minutes: Some(60),
        is_automatic: false,
        created_at: at(NOW),
    }
}

fn on(window: Maintenance, series: &MaintenanceSeries, day: &str) -> Maintenance {
    let series = InSeries { id: series.id, on: day.parse().unwrap(), is_by_hand: false };
    Maintenance { series: Some(series), ..window }
}

pub(crate) async fn a_series_and_its_windows(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let running = series(&samples, &page);
    let window = |day| on(samples.maintenance(page.id), &running, day);
    let mut given_up = window("2026-12-08");
    given_up.state = MaintenanceState::Cancelled { at: at(NOW) };
    let windows = [window("2026-12-06"), window("2026-12-07"), given_up.clone()];
    let content =
        Content { pages: vec![page.clone()], maintenance: windows.to_vec(), ..Content::default() };
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.insert_maintenance_series(std::slice::from_ref(&running)).await.unwrap();
    transaction.commit().await.unwrap();
    Content { pages: Vec::new(), ..content }.write(&home.store).await.unwrap();
    let store = &home.store;
    let stored = store.find_maintenance_series(running.id).await.unwrap().unwrap();
    assert_eq!((&stored.value, stored.version), (&running, 1));
    assert_eq!(
        store.list_maintenance_series(page.id).await.unwrap(),
        std::slice::from_ref(&running)
    );
    let from = |day: &str| store.list_windows_of_series(running.id, day.parse().unwrap());
    assert_eq!(from("2026-12-01").await.unwrap(), windows[..2]);
    assert_eq!(from("2026-12-07").await.unwrap(), windows[1..2]);
    // One window for each day, but for one that the series took back itself.
    let again = |window: Maintenance| async move {
        let content = Content { maintenance: vec![window], ..Content::default() };
        content.write(store).await
    };
    let twice = again(window("2026-12-07")).await.unwrap_err();
    assert!(matches!(twice, StoreError::Duplicate { .. }), "{twice}");
    again(window("2026-12-08")).await.unwrap();
    let mut by_hand = on(given_up, &running, "2026-12-09");
    by_hand.id = samples.0.id(at(NOW));
    by_hand.public_id = samples.0.public_id();
    by_hand.series = by_hand.series.map(|series| InSeries { is_by_hand: true, ..series });
    again(by_hand).await.unwrap();
    assert!(again(window("2026-12-09")).await.is_err(), "called off by a person");
}

pub(crate) async fn a_series_is_due(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let (first, second) = (series(&samples, &page), series(&samples, &page));
    let ended = series(&samples, &page).end(at(NOW)).unwrap();
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    let all = [first.clone(), second.clone(), ended.clone()];
    transaction.insert_maintenance_series(&all).await.unwrap();
    transaction.commit().await.unwrap();
    let store = &home.store;
    let due = |time: &'static str| store.list_due_series(at(time), None);
    assert_eq!(due(NOW).await.unwrap(), [first.id, second.id], "at once");
    assert_eq!(store.list_due_series(at(NOW), Some(first.id)).await.unwrap(), [second.id]);
    let mut transaction = store.begin().await.unwrap();
    let later = at("2026-12-01T00:00:00Z");
    transaction.set_series_next_action_at(first.id, Some(later)).await.unwrap();
    transaction.set_series_next_action_at(second.id, None).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(due(NOW).await.unwrap(), []);
    assert_eq!(due("2026-12-01T00:00:00Z").await.unwrap(), [first.id]);
    let stored = store.find_maintenance_series(first.id).await.unwrap().unwrap();
    assert_eq!(stored.version, 1, "looking ahead is no change");
    // A change is looked at, at once; an end is not.
    let mut transaction = store.begin().await.unwrap();
    let ended_too = second.end(at(NOW)).unwrap();
    assert_eq!(transaction.update_maintenance_series(&first, 1).await.unwrap(), 2);
    transaction.update_maintenance_series(&ended_too, 1).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(due(NOW).await.unwrap(), [first.id]);
    let slice = |statuses: &[&'static str]| {
        let slice = Slice { from: None, page_id: None, statuses: statuses.to_vec(), limit: 9 };
        async move { store.slice_maintenance_series(&slice).await.unwrap().len() }
    };
    assert_eq!((slice(&[]).await, slice(&["running"]).await, slice(&["ended"]).await), (3, 1, 2));
}

pub(crate) async fn a_reminder_comes_due_once(home: Home) {
    let samples = Samples::new();
    let subject = Subject::Maintenance(samples.0.id(at(NOW)));
    let reminder = |kind, due_at| Reminder {
        id: samples.0.id(at(NOW)),
        subject,
        kind,
        due_at: at(due_at),
        state: ReminderState::Waiting,
    };
    let hour = reminder(ReminderKind::HourBefore, "2026-12-01T01:00:00Z");
    let start = reminder(ReminderKind::Start, "2026-12-01T02:00:00Z");
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_reminders(&[start.clone(), hour.clone()]).await.unwrap();
    transaction.commit().await.unwrap();
    let store = &home.store;
    assert_eq!(store.list_reminders(subject).await.unwrap(), [hour.clone(), start.clone()]);
    let other = Subject::Incident(samples.0.id(at(NOW)));
    assert_eq!(store.list_reminders(other).await.unwrap(), []);
    let noticed = at("2026-12-01T01:30:00Z");
    assert_eq!(store.list_due_reminders(at(NOW)).await.unwrap(), (vec![], vec![]));
    assert_eq!(store.list_due_reminders(noticed).await.unwrap(), (vec![hour.clone()], vec![]));
    // Of two who saw it due, one has it.
    for is_first in [true, false] {
        let mut transaction = store.begin().await.unwrap();
        assert_eq!(transaction.reminder_came_due(hour.id, noticed).await.unwrap(), is_first);
        assert!(!transaction.reminder_came_due(start.id, noticed).await.unwrap());
        transaction.commit().await.unwrap();
    }
    let came_due = Reminder { state: ReminderState::CameDue { at: noticed }, ..hour };
    let cancelled = Reminder { state: ReminderState::Cancelled, ..start };
    let mut transaction = store.begin().await.unwrap();
    transaction.update_reminder(&cancelled).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.list_reminders(subject).await.unwrap(), [came_due, cancelled]);
    assert_eq!(store.list_due_reminders(at("2027-01-01T00:00:00Z")).await.unwrap().0, []);
    let mut transaction = store.begin().await.unwrap();
    let again = reminder(ReminderKind::Start, "2026-12-01T02:00:00Z");
    let twice = transaction.insert_reminders(&[again]).await.unwrap_err();
    assert!(matches!(twice, StoreError::Duplicate { .. }), "{twice}");
    drop(transaction);
    home.run("update reminders set state = 'waiting', next_action_at = 1").await;
    let (due, bad) = store.list_due_reminders(at(NOW)).await.unwrap();
    assert_eq!((due.len(), bad.len()), (1, 1), "a bad row keeps no other back");
}
