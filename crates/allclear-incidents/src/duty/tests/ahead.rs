//! Series and reminders, as the duty looks after them.

use allclear_domain::reminder::{ReminderKind, ReminderState};

use super::*;
use crate::writing::{NewSeries, plan_series};

#[tokio::test]
async fn windows_of_a_series_are_planned_as_time_goes_by() {
    let desk = Desk::new(Language::En).await;
    let new = NewSeries {
        page_id: desk.page.id,
        title: "New certificates".to_owned(),
        rule: "FREQ=DAILY".to_owned(),
        first: "2026-11-21T13:00".parse().unwrap(),
        timezone: "UTC".to_owned(),
        except: Vec::new(),
        lasts_minutes: 60,
        affected: Vec::new(),
        expected_effect: None,
        recovery_plan: None,
        abort_after_minutes: None,
        is_automatic: true,
    };
    let store = &desk.duty.store;
    let (series, _) = plan_series(store, new, desk.change(0)).await.unwrap();
    let run = async |minutes| desk.duty.run_once(after(minutes)).await.unwrap();
    assert_eq!(run(59).await.planned, Planned::default());
    let at_start = run(60).await;
    assert_eq!((at_start.planned.new, at_start.begun), (1, 1));
    assert_eq!(run(60).await.planned, Planned::default());
    // Two days were slept through: what was announced took place, and as many are ahead as ever.
    let later = run(3 * 24 * 60).await;
    assert_eq!((later.planned.new, later.begun, later.completed), (2, 2, 3));
    assert_eq!((later.failed, later.bad_rows), (vec![], vec![]));
    let windows =
        store.list_windows_of_series(series.value.id, "2026-11-01".parse().unwrap()).await.unwrap();
    assert_eq!(windows.len(), 11);
    let audited = allclear_store::AuditFilter::default();
    let entries = store.list_audit_entries(&audited, 100).await.unwrap();
    let planned = entries.iter().filter(|entry| entry.before.is_none());
    let by_duty = planned.filter(|entry| entry.actor == Actor::Duty(NAME.to_owned())).count();
    assert_eq!(by_duty, 3, "each leaves its entry");
}

#[tokio::test]
async fn reminders_come_due_once_and_not_for_what_was_called_off() {
    let desk = Desk::new(Language::En).await;
    let (kept, off) = (desk.plan().await, desk.plan().await);
    let cancel = |window: Maintenance| Ok(window.cancel(after(1))?);
    writing::change(&desk.duty.store, off, None, desk.change(1), cancel).await.unwrap();
    let run = async |minutes| desk.duty.run_once(after(minutes)).await.unwrap().came_due;
    assert_eq!(run(59).await, 0);
    assert_eq!(run(60).await, 1, "its start");
    assert_eq!(run(60).await, 0);
    let subject = Subject::Maintenance(kept);
    let there = desk.duty.store.list_reminders(subject).await.unwrap();
    let came_due = ReminderState::CameDue { at: after(60) };
    assert_eq!((there.len(), there[0].kind, there[0].state), (1, ReminderKind::Start, came_due));
    // Longer work, which nobody ended by its new end.
    let by_hand = |window: Maintenance| {
        let window = window.extend(after(150), None, after(70))?;
        Ok(Maintenance { is_automatic: false, abort_at: Some(after(200)), ..window })
    };
    writing::change(&desk.duty.store, kept, None, desk.change(70), by_hand).await.unwrap();
    assert_eq!(run(149).await, 0);
    assert_eq!(run(150).await, 1, "it overran");
    let over = |window: Maintenance| Ok(window.complete(after(160))?);
    writing::change(&desk.duty.store, kept, None, desk.change(160), over).await.unwrap();
    assert_eq!(run(999).await, 0, "nothing is left to take back");
}
