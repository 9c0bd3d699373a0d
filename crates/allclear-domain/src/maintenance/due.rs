//! What a window does by itself: it begins at its announced start and is over at its announced end.

use jiff::Timestamp;

use super::{Maintenance, MaintenanceState};

/// A step that a window takes by itself, and the announced instant at which it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueTransition {
    /// Work begins.
    Begin {
        /// The announced start.
        at: Timestamp,
    },
    /// It is over.
    Complete {
        /// The announced end.
        at: Timestamp,
    },
}

impl DueTransition {
    /// When it is due.
    #[must_use]
    pub const fn at(self) -> Timestamp {
        match self {
            Self::Begin { at } | Self::Complete { at } => at,
        }
    }
}

impl Maintenance {
    /// The next step that it takes by itself; `None` where it takes none, as with a draft.
    ///
    /// Work that a person began at or after the announced end is over when a person says so.
    #[must_use]
    pub fn next_transition(&self) -> Option<DueTransition> {
        if !self.is_automatic || !self.publication.is_public() {
            return None;
        }
        match self.state {
            MaintenanceState::Scheduled => {
                self.window.starts_at.map(|at| DueTransition::Begin { at })
            }
            MaintenanceState::InProgress { started_at }
            | MaintenanceState::Verifying { started_at, .. } => {
                let ends_at = self.window.ends_at.filter(|ends_at| started_at < *ends_at);
                ends_at.map(|at| DueTransition::Complete { at })
            }
            MaintenanceState::Completed { .. } | MaintenanceState::Cancelled { .. } => None,
        }
    }

    /// The step that is due at `now`: to be taken with [`Maintenance::begin`] or
    /// [`Maintenance::complete`] at the announced instant, however late that is noticed. After one,
    /// the next may be due at once.
    #[must_use]
    pub fn due_transition(&self, now: Timestamp) -> Option<DueTransition> {
        self.next_transition().filter(|next| next.at() <= now)
    }

    /// When the next step is due that it takes by itself: a column of the store.
    #[must_use]
    pub fn next_action_at(&self) -> Option<Timestamp> {
        self.next_transition().map(DueTransition::at)
    }
}

#[cfg(test)]
mod tests;
