//! The reminders of a window, for the team to see. Nothing sends them yet, and the page says so.

use allclear_domain::Maintenance;
use allclear_domain::audit::Subject;
use allclear_domain::reminder::{ReminderKind, ReminderState};

use super::plan::Place;
use crate::console::answer::Refusal;
use crate::console::call::Call;

/// One reminder.
pub(super) struct ReminderLine {
    pub(super) what: &'static str,
    pub(super) at: String,
    pub(super) state: &'static str,
}

/// Those of a window, by time.
pub(super) async fn of(
    call: &Call,
    window: &Maintenance,
    place: &Place,
) -> Result<Vec<ReminderLine>, Refusal> {
    let there = call.app.store.list_reminders(Subject::Maintenance(window.id)).await?;
    let line = |reminder: &allclear_domain::Reminder| ReminderLine {
        what: what(reminder.kind),
        at: place.clock.both(reminder.due_at),
        state: match reminder.state {
            ReminderState::Waiting => "waiting",
            ReminderState::CameDue { .. } => "its time came",
            ReminderState::Cancelled => "not needed any more",
        },
    };
    Ok(there.iter().map(line).collect())
}

const fn what(kind: ReminderKind) -> &'static str {
    match kind {
        ReminderKind::DayBefore => "A day before the start",
        ReminderKind::HourBefore => "An hour before the start",
        ReminderKind::Start => "At the start",
        ReminderKind::Overrun => "At the announced end, if work goes on",
        ReminderKind::Abort => "When work is to be taken back",
        ReminderKind::NextUpdate => "When the next update is due",
    }
}
