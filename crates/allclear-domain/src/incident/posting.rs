//! Messages of an incident: posting, resolving, editing. How it stands follows what was said last.
//!
//! Updates stand in the order of the times that readers are shown. The status of an update becomes
//! the incident's, unless another update with a status is shown after it, or it is shown before
//! what is known of how the incident stands: before it was seen to be over, before its end, before
//! it was opened again. So a message can be backfilled at any time, and the incident never moves
//! back.

use jiff::Timestamp;

use super::{Incident, IncidentState, IncidentStatus, IncidentUpdate};
use crate::error::InvalidTransition;
use crate::ids::UpdateId;
use crate::posted::{self, UpdateEdit};
use crate::times::Bound;

const IS_OVER: &str = "reopen it, or add the message without a status";

impl Incident {
    /// Adds a message. Its status, where it has one, becomes the incident's, if no later one was
    /// posted; "resolved" ends it at the time shown.
    ///
    /// # Errors
    /// Where the time shown lies in the future, where it would be over before it began, or where
    /// the incident is resolved and the message speaks of a time after that: reopen it first.
    pub fn post(
        mut self,
        mut update: IncidentUpdate,
        now: Timestamp,
    ) -> Result<Self, InvalidTransition> {
        let now = posted::follow(&mut update, self.latest(), now);
        let shown_at = posted::come(update.shown_at, now);
        update.shown_at = shown_at.map_err(|hint| self.refuse("updated", hint))?;
        if let Some(status) = update.status.filter(|_| self.is_moved_by(&update)) {
            if !self.is_open() {
                return Err(self.refuse("updated", IS_OVER));
            }
            self.state = match status {
                IncidentStatus::Investigating => IncidentState::Investigating,
                IncidentStatus::Identified => IncidentState::Identified,
                IncidentStatus::Monitoring => {
                    let since = update.said().instant().unwrap_or(update.posted_at);
                    IncidentState::Monitoring { since }
                }
                IncidentStatus::Resolved => {
                    IncidentState::Resolved { ended: self.checked_end(update.said(), now)? }
                }
            };
        }
        posted::insert(&mut self.updates, update);
        Ok(self)
    }

    /// Resolves it with a message, and with an end that is not the time of the message.
    ///
    /// # Errors
    /// Where it is resolved already, where the end or the message lies in the future, where the end
    /// lies before the start or before it was opened again, or where a later message speaks
    /// of it as going on.
    pub fn resolve(
        mut self,
        mut update: IncidentUpdate,
        ended: Bound,
        now: Timestamp,
    ) -> Result<Self, InvalidTransition> {
        if !self.is_open() {
            return Err(self.refuse("resolved", "it is resolved already: correct its end"));
        }
        let now = posted::follow(&mut update, self.latest(), now);
        let shown_at = posted::come(update.shown_at, now);
        update.shown_at = shown_at.map_err(|hint| self.refuse("resolved", hint))?;
        if !self.is_moved_by(&update) {
            let hint = "a later message says that it goes on: show this one at the present time";
            return Err(self.refuse("resolved", hint));
        }
        update.status = Some(IncidentStatus::Resolved);
        self.state = IncidentState::Resolved { ended: self.checked_end(ended, now)? };
        posted::insert(&mut self.updates, update);
        Ok(self)
    }

    /// Corrects its start.
    ///
    /// # Errors
    /// Where the start lies in the future, or after the end.
    pub fn correct_start(
        mut self,
        started: Bound,
        now: Timestamp,
    ) -> Result<Self, InvalidTransition> {
        let Some(started) = started.come(now) else {
            return Err(self.refuse("given that start", "it lies in the future: give a past one"));
        };
        if self.ended().is_some_and(|ended| ended.is_before(started)) {
            return Err(
                self.refuse("given that start", "it lies after the end: correct that first")
            );
        }
        self.started = started;
        Ok(self)
    }

    /// Corrects the end of a resolved incident.
    ///
    /// # Errors
    /// Where it is open, where the end lies in the future, before the start, or before it was
    /// opened again.
    pub fn correct_end(mut self, ended: Bound, now: Timestamp) -> Result<Self, InvalidTransition> {
        if self.is_open() {
            return Err(self.refuse("given an end", "it goes on: resolve it"));
        }
        self.state = IncidentState::Resolved { ended: self.checked_end(ended, now)? };
        Ok(self)
    }

    /// Opens a resolved incident again; the end that was published stays on record.
    ///
    /// # Errors
    /// Where it is open.
    pub fn reopen(mut self, now: Timestamp) -> Result<Self, InvalidTransition> {
        let now = now.max(self.latest());
        let IncidentState::Resolved { ended } = self.state else {
            return Err(self.refuse("reopened", "it is open already"));
        };
        self.reopened.push(super::Reopening { reopened_at: now, ended_before: ended });
        self.state = IncidentState::Investigating;
        Ok(self)
    }

    /// Edits a message: its words, its time, what it changed for components. How it was stays on
    /// record, with the editor. Where the incident stands as it does since the time of the
    /// message, it does so since its new time.
    ///
    /// # Errors
    /// Where there is no such message, where the new time lies in the future or makes the end lie
    /// before the start, or where another message would then say how the incident stands.
    pub fn edit_update(
        mut self,
        id: UpdateId,
        edit: UpdateEdit,
        editor: &str,
        now: Timestamp,
    ) -> Result<Self, InvalidTransition> {
        let mut updates = std::mem::take(&mut self.updates);
        let moved = posted::edit(&mut updates, id, edit, editor, now);
        let moved = moved.map_err(|hint| self.refuse("edited", hint))?;
        self.updates = updates;
        let was = |bound: Bound| moved.from == bound && moved.to != Bound::Unknown;
        match (self.state, moved.status) {
            (IncidentState::Monitoring { since }, Some(IncidentStatus::Monitoring))
                if was(Bound::exactly(since)) =>
            {
                let since = moved.to.instant().unwrap_or(since);
                self.state = IncidentState::Monitoring { since };
            }
            (IncidentState::Resolved { ended }, Some(IncidentStatus::Resolved)) if was(ended) => {
                self.state = IncidentState::Resolved { ended: self.checked_end(moved.to, now)? };
            }
            _ => {}
        }
        Ok(self)
    }

    /// Whether the status of a message would be the incident's.
    fn is_moved_by(&self, update: &IncidentUpdate) -> bool {
        let opened = self.reopened.last().map(|reopening| Bound::exactly(reopening.reopened_at));
        let opened = opened.unwrap_or(Bound::Unknown);
        let is_latest = |since| posted::is_latest(&self.updates, update, since);
        match self.state {
            IncidentState::Investigating | IncidentState::Identified => is_latest(opened),
            IncidentState::Monitoring { since } => is_latest(Bound::exactly(since)),
            // What is backfilled speaks of the time before the end, unless it says otherwise.
            IncidentState::Resolved { ended } => {
                let shown = update.shown_at.bound();
                (!update.is_backfilled || ended.is_before(shown)) && is_latest(ended)
            }
        }
    }

    /// An end that makes sense.
    fn checked_end(&self, ended: Bound, now: Timestamp) -> Result<Bound, InvalidTransition> {
        let reopened = self.reopened.last().map(|reopening| Bound::exactly(reopening.reopened_at));
        let hint = match ended.come(now) {
            None => "its end lies in the future: give the present time, or an earlier one",
            Some(ended) if ended.is_before(self.started) => {
                "its end lies before its start: give a later end, or correct the start first"
            }
            Some(ended) if reopened.is_some_and(|reopened| ended.is_before(reopened)) => {
                "its end lies before it was opened again: give a later end"
            }
            Some(ended) => return Ok(ended),
        };
        Err(self.refuse("resolved", hint))
    }
}

#[cfg(test)]
mod tests;
