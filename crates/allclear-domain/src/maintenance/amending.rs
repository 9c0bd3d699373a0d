//! What a person changes of a window beside its messages: title, facts, the announced times.

use jiff::Timestamp;

use super::{AnnouncedWindow, FormerWindow, Maintenance, MaintenanceState};
use crate::error::InvalidTransition;
use crate::record::{OutageRecord, Publication};
use crate::times::Window;

impl Maintenance {
    /// Shows a draft to everybody.
    ///
    /// # Errors
    /// Where it is published already, or where it would begin by itself at a start that has passed.
    pub fn publish(mut self, now: Timestamp) -> Result<Self, InvalidTransition> {
        if self.publication.is_public() {
            return Err(self.refuse("published", "it is published already"));
        }
        self.publication = Publication::Published { at: now };
        let is_scheduled = matches!(self.state, MaintenanceState::Scheduled);
        if is_scheduled && self.due_transition(now).is_some() {
            return Err(self.refuse("published", "its start has passed: reschedule or begin it"));
        }
        Ok(self)
    }

    /// Gives it another title.
    #[must_use]
    pub fn retitle(self, title: String) -> Self {
        Self { title, ..self }
    }

    /// Replaces its facts.
    #[must_use]
    pub fn set_record(self, record: OutageRecord) -> Self {
        Self { record, ..self }
    }

    /// Announces the times of a window that had none.
    ///
    /// # Errors
    /// Where a start was announced already, where work has begun or it is over, where the end does
    /// not lie after the start, or has passed.
    pub fn schedule(self, window: Window, now: Timestamp) -> Result<Self, InvalidTransition> {
        if self.window.starts_at.is_some() {
            let hint = "it has a start: reschedule it, so that readers see both";
            return Err(self.refuse("scheduled", hint));
        }
        self.announce("scheduled", window, None, now)
    }

    /// Announces another window; the former one stays on record.
    ///
    /// # Errors
    /// Where work has begun or it is over, where the end does not lie after the start, or has
    /// passed.
    pub fn reschedule(
        self,
        window: Window,
        why: Option<String>,
        now: Timestamp,
    ) -> Result<Self, InvalidTransition> {
        self.announce("rescheduled", window, why, now)
    }

    /// Announces another end while work is under way; the former one stays on record.
    ///
    /// # Errors
    /// Where work is not under way, or the end has passed.
    pub fn extend(
        self,
        ends_at: Timestamp,
        why: Option<String>,
        now: Timestamp,
    ) -> Result<Self, InvalidTransition> {
        if !self.is_under_way() {
            return Err(self.refuse("extended", "only work under way can be extended"));
        }
        if ends_at <= now {
            return Err(self.refuse("extended", "that end has passed: give a later one"));
        }
        let next = AnnouncedWindow { ends_at: Some(ends_at), ..self.window.clone() };
        Ok(self.replace_window(next, why, now))
    }

    fn announce(
        self,
        wanted: &'static str,
        window: Window,
        why: Option<String>,
        now: Timestamp,
    ) -> Result<Self, InvalidTransition> {
        if !matches!(self.state, MaintenanceState::Scheduled) {
            return Err(self.refuse(wanted, "only a scheduled window can move"));
        }
        if window.ends_at <= window.starts_at {
            return Err(self.refuse(wanted, "its end must lie after its start: give a later end"));
        }
        if window.ends_at <= now {
            return Err(self.refuse(wanted, "that window has passed: give a later one"));
        }
        let next = AnnouncedWindow {
            starts_at: Some(window.starts_at),
            ends_at: Some(window.ends_at),
            length: None,
        };
        Ok(self.replace_window(next, why, now))
    }

    fn replace_window(
        mut self,
        next: AnnouncedWindow,
        why: Option<String>,
        now: Timestamp,
    ) -> Self {
        let former = std::mem::replace(&mut self.window, next);
        if !former.is_empty() {
            self.former_windows.push(FormerWindow { window: former, changed_at: now, why });
        }
        self
    }
}

#[cfg(test)]
mod tests;
