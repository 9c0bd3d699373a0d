//! Messages of a maintenance window: posting and editing. How it stands follows what was said last,
//! by the same rule as with an incident.

use jiff::Timestamp;

use super::{Maintenance, MaintenanceState, MaintenanceStatus, MaintenanceUpdate};
use crate::error::InvalidTransition;
use crate::ids::UpdateId;
use crate::posted::{self, UpdateEdit};
use crate::times::Bound;

impl Maintenance {
    /// Adds a message. Its status, where it has one, becomes the window's, if no later one was
    /// posted: work begins, is checked, goes on or ends at the time shown.
    ///
    /// # Errors
    /// Where the time shown lies in the future, or where the window cannot take that step: begin,
    /// verify, complete and cancel say when.
    pub fn post(
        mut self,
        mut update: MaintenanceUpdate,
        now: Timestamp,
    ) -> Result<Self, InvalidTransition> {
        let now = posted::follow(&mut update, self.latest(), now);
        let shown_at = posted::come(update.shown_at, now);
        update.shown_at = shown_at.map_err(|hint| self.refuse("updated", hint))?;
        if let Some(status) = update.status.filter(|_| self.is_moved_by(&update)) {
            let at = update.said().instant().unwrap_or(update.posted_at);
            self = match (status, self.state) {
                (_, MaintenanceState::Completed { .. } | MaintenanceState::Cancelled { .. }) => {
                    return Err(self.refuse("updated", "add the message without a status"));
                }
                (MaintenanceStatus::Scheduled, MaintenanceState::Scheduled)
                | (MaintenanceStatus::InProgress, MaintenanceState::InProgress { .. })
                | (MaintenanceStatus::Verifying, MaintenanceState::Verifying { .. }) => self,
                (MaintenanceStatus::Scheduled, _) => {
                    return Err(self.refuse("scheduled", "work has begun: complete it"));
                }
                (MaintenanceStatus::InProgress, MaintenanceState::Verifying { started_at, .. }) => {
                    Self { state: MaintenanceState::InProgress { started_at }, ..self }
                }
                (MaintenanceStatus::InProgress, _) => self.begin(at)?,
                (MaintenanceStatus::Verifying, _) => self.verify(at)?,
                (MaintenanceStatus::Completed, _) => self.complete_on(update.said())?,
                (MaintenanceStatus::Cancelled, _) => self.cancel(at)?,
            };
        }
        posted::insert(&mut self.updates, update);
        Ok(self)
    }

    /// Edits a message: its words, its time, what it changed for components. How it was stays on
    /// record, with the editor. What began or ended at the time of the message does so at its new
    /// time.
    ///
    /// # Errors
    /// Where there is no such message, where the new time lies in the future or makes work end
    /// before it began, or where another message would then say how the window stands.
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
        let follow = |status: MaintenanceStatus, bound: &mut Bound| {
            if moved.status == Some(status) && moved.from == *bound && moved.to != Bound::Unknown {
                *bound = moved.to;
            }
        };
        let follow_at = |status: MaintenanceStatus, at: &mut Timestamp| {
            let mut bound = Bound::exactly(*at);
            follow(status, &mut bound);
            *at = bound.instant().unwrap_or(*at);
        };
        match &mut self.state {
            MaintenanceState::Scheduled => {}
            MaintenanceState::InProgress { started_at } => {
                follow_at(MaintenanceStatus::InProgress, started_at);
            }
            MaintenanceState::Verifying { started_at, since } => {
                follow_at(MaintenanceStatus::InProgress, started_at);
                follow_at(MaintenanceStatus::Verifying, since);
            }
            MaintenanceState::Completed { started, ended } => {
                follow(MaintenanceStatus::InProgress, started);
                follow(MaintenanceStatus::Completed, ended);
            }
            MaintenanceState::Cancelled { at } => follow_at(MaintenanceStatus::Cancelled, at),
        }
        if self.ended().is_some_and(|ended| ended.is_before(self.started())) {
            return Err(self.refuse("edited", "work would end before it began: correct that first"));
        }
        Ok(self)
    }

    /// Whether the status of a message would be the window's.
    fn is_moved_by(&self, update: &MaintenanceUpdate) -> bool {
        let is_latest = |since| posted::is_latest(&self.updates, update, since);
        let is_told_after = |over: Bound| {
            let shown = update.shown_at.bound();
            (!update.is_backfilled || over.is_before(shown)) && is_latest(over)
        };
        match self.state {
            MaintenanceState::Scheduled => is_latest(Bound::Unknown),
            MaintenanceState::InProgress { started_at } => is_latest(Bound::exactly(started_at)),
            MaintenanceState::Verifying { since, .. } => is_latest(Bound::exactly(since)),
            MaintenanceState::Completed { ended, .. } => is_told_after(ended),
            MaintenanceState::Cancelled { at } => is_told_after(Bound::exactly(at)),
        }
    }
}

#[cfg(test)]
mod tests;
