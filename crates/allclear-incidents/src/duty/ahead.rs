//! What the duty does ahead of windows: it plans those of series that have come into sight, and
//! notices reminders whose time came.

use allclear_domain::audit::{Actor, Subject};
use allclear_domain::{Change, limits};
use allclear_store::StoreError;
use jiff::Timestamp;

use super::{MaintenanceDuty, NAME, Report};
use crate::writing::{self, WriteError};

impl MaintenanceDuty {
    /// Plans the windows that have come into sight.
    pub(super) async fn look_ahead(
        &self,
        now: Timestamp,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let actor = Actor::Duty(NAME.to_owned());
        let change = Change { actor: &actor, entropy: &self.entropy, now };
        let mut after = None;
        loop {
            let due = self.store.list_due_series(now, after).await?;
            for id in &due {
                match writing::plan_windows(&self.store, *id, change).await {
                    Ok(planned) => {
                        report.planned.new += planned.new;
                        report.planned.changed += planned.changed;
                        report.planned.cancelled += planned.cancelled;
                    }
                    // Somebody else was faster in this moment: what is missing is seen next time.
                    Err(WriteError::Store(
                        StoreError::Conflict { .. } | StoreError::Duplicate { .. },
                    )) => {}
                    Err(error) => {
                        let subject = Subject::MaintenanceSeries(*id);
                        report.failed.push((subject, error.to_string()));
                    }
                }
            }
            after = due.last().copied().filter(|_| due.len() >= limits::DUE_AT_ONCE_MAX);
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Notices reminders whose time came, each once. Where one batch is full, the next run goes on.
    pub(super) async fn remind(
        &self,
        now: Timestamp,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let (due, bad_rows) = self.store.list_due_reminders(now).await?;
        report.bad_rows.extend(bad_rows);
        if due.is_empty() {
            return Ok(());
        }
        let mut transaction = self.store.begin().await?;
        for reminder in &due {
            let is_ours = transaction.reminder_came_due(reminder.id, now).await?;
            report.came_due += usize::from(is_ours);
        }
        transaction.commit().await?;
        Ok(())
    }
}
