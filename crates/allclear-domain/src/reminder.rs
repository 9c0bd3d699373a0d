//! Reminders: what the team is to be told at a time that follows from a record.
//!
//! They are rows with a due time, written in the transaction of the change that they follow from,
//! and each comes due once. Nothing sends them yet.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::audit::Subject;
use crate::ids::ReminderId;
use crate::incident::Incident;
use crate::maintenance::{DueTransition, Maintenance, MaintenanceState};

/// What a reminder is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderKind {
    /// Work begins in a day.
    DayBefore,
    /// Work begins in an hour.
    HourBefore,
    /// Work is to begin.
    Start,
    /// Work goes on past its announced end.
    Overrun,
    /// Work is to be taken back.
    Abort,
    /// The next update of an incident is due.
    NextUpdate,
}

impl ReminderKind {
    /// The word in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DayBefore => "day_before",
            Self::HourBefore => "hour_before",
            Self::Start => "start",
            Self::Overrun => "overrun",
            Self::Abort => "abort",
            Self::NextUpdate => "next_update",
        }
    }
}

/// How a reminder stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReminderState {
    /// Its time has not come.
    Waiting,
    /// Its time came.
    CameDue {
        /// When that was noticed.
        at: Timestamp,
    },
    /// What it was of does not come any more.
    Cancelled,
}

impl ReminderState {
    /// The word in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::CameDue { .. } => "came_due",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A reminder. Of each kind a record has one at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// Id inside.
    pub id: ReminderId,
    /// What it follows from.
    pub subject: Subject,
    /// What it is of.
    pub kind: ReminderKind,
    /// Its time.
    pub due_at: Timestamp,
    /// How it stands.
    pub state: ReminderState,
}

impl Reminder {
    /// When something is to be done about it: a column of the store.
    #[must_use]
    pub fn next_action_at(&self) -> Option<Timestamp> {
        (self.state == ReminderState::Waiting).then_some(self.due_at)
    }
}

/// What is to be written so that reminders follow a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Following {
    /// New ones.
    pub new: Vec<Reminder>,
    /// Those that were there and change.
    pub changed: Vec<Reminder>,
}

/// Has the reminders of a record follow it: `wanted` is what it is to remind of now. What would have
/// come due before `now` is not reminded of any more.
#[must_use]
pub fn follow(
    there: &[Reminder],
    wanted: &[(ReminderKind, Timestamp)],
    subject: Subject,
    now: Timestamp,
    mut id: impl FnMut() -> ReminderId,
) -> Following {
    let mut following = Following::default();
    for reminder in there {
        let due_at = wanted.iter().find(|(kind, _)| *kind == reminder.kind).map(|(_, at)| *at);
        let state = match (reminder.state, due_at) {
            (ReminderState::CameDue { .. }, None) => reminder.state,
            (ReminderState::Cancelled, Some(at)) if at > now => ReminderState::Waiting,
            (state, Some(at)) if at == reminder.due_at => state,
            (_, Some(at)) if at > now => ReminderState::Waiting,
            (ReminderState::CameDue { .. }, Some(_)) => reminder.state,
            (ReminderState::Waiting | ReminderState::Cancelled, _) => ReminderState::Cancelled,
        };
        let is_moved = state == ReminderState::Waiting;
        let due_at = due_at.filter(|_| is_moved).unwrap_or(reminder.due_at);
        let after = Reminder { due_at, state, ..reminder.clone() };
        if after != *reminder {
            following.changed.push(after);
        }
    }
    for (kind, due_at) in wanted.iter().copied().filter(|(_, at)| *at > now) {
        if there.iter().all(|reminder| reminder.kind != kind) {
            let state = ReminderState::Waiting;
            following.new.push(Reminder { id: id(), subject, kind, due_at, state });
        }
    }
    following
}

impl Maintenance {
    /// What it is to remind the team of, as it stands.
    #[must_use]
    pub fn reminders(&self) -> Vec<(ReminderKind, Timestamp)> {
        let is_ahead = matches!(self.state, MaintenanceState::Scheduled);
        if !self.publication.is_public() || !(is_ahead || self.is_under_way()) {
            return Vec::new();
        }
        let mut wanted = Vec::new();
        if let Some(starts_at) = self.window.starts_at.filter(|_| is_ahead) {
            for (kind, hours) in [
                (ReminderKind::DayBefore, 24),
                (ReminderKind::HourBefore, 1),
                (ReminderKind::Start, 0),
            ] {
                let at = starts_at.checked_sub(SignedDuration::from_hours(hours));
                wanted.extend(at.ok().map(|at| (kind, at)));
            }
        }
        // What is over by itself does not overrun.
        let ends_by_itself = match self.next_transition() {
            Some(DueTransition::Begin { .. }) => true,
            Some(DueTransition::Complete { at }) => Some(at) == self.window.ends_at,
            None => false,
        };
        let ends_at = self.window.ends_at.filter(|_| !ends_by_itself);
        wanted.extend(ends_at.map(|at| (ReminderKind::Overrun, at)));
        wanted.extend(self.abort_at.map(|at| (ReminderKind::Abort, at)));
        wanted
    }
}

impl Incident {
    /// What it is to remind the team of, as it stands.
    #[must_use]
    pub fn reminders(&self) -> Vec<(ReminderKind, Timestamp)> {
        let is_told = self.is_open() && self.publication.is_public();
        let last = self.updates.last().filter(|_| is_told);
        let due_at = last.and_then(|update| update.next_update_due_at);
        due_at.map(|at| (ReminderKind::NextUpdate, at)).into_iter().collect()
    }
}

#[cfg(test)]
mod tests;
