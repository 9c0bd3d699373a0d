//! Messages of incidents and windows.

use allclear_domain::posted::Posted;
use allclear_domain::record::Publication;
use allclear_domain::{IncidentStatus, MaintenanceStatus};
use jiff::civil::Date;

use super::Context;
use super::changes::ChangeView;
use crate::format::{Html, prose};
use crate::messages::Messages;

/// One message.
pub(crate) struct UpdateView {
    /// Anchor on the page.
    pub(crate) id: String,
    pub(crate) status: &'static str,
    pub(crate) time: Html,
    pub(crate) body: Html,
    pub(crate) changes: Vec<ChangeView>,
    pub(crate) is_backfilled: bool,
    pub(crate) edited: Option<Html>,
    pub(crate) edits_label: String,
    pub(crate) edits: Vec<EditView>,
}

/// How a message was before; what was not changed is not said again.
pub(crate) struct EditView {
    pub(crate) until: Html,
    pub(crate) shown: Option<Html>,
    pub(crate) body: Option<Html>,
    pub(crate) changes: Vec<ChangeView>,
}

/// A published status with a word in every language.
pub(crate) trait StatusWord: Copy {
    fn word(self, m: &'static Messages) -> &'static str;
}

impl StatusWord for IncidentStatus {
    fn word(self, m: &'static Messages) -> &'static str {
        let [investigating, identified, monitoring, resolved] = m.incident_statuses;
        match self {
            Self::Investigating => investigating,
            Self::Identified => identified,
            Self::Monitoring => monitoring,
            Self::Resolved => resolved,
        }
    }
}

impl StatusWord for MaintenanceStatus {
    fn word(self, m: &'static Messages) -> &'static str {
        let [scheduled, in_progress, verifying, completed, cancelled] = m.maintenance_statuses;
        match self {
            Self::Scheduled => scheduled,
            Self::InProgress => in_progress,
            Self::Verifying => verifying,
            Self::Completed => completed,
            Self::Cancelled => cancelled,
        }
    }
}

impl Context<'_> {
    /// One message; its date stands where it is not `day`. What was replaced before
    /// `publication` was never public, and stays so.
    pub(crate) fn update<S: StatusWord>(
        &self,
        update: &Posted<S>,
        publication: Publication,
        day: Date,
    ) -> UpdateView {
        let was_public = |at| match publication {
            Publication::Draft => false,
            Publication::Published { at: since } => at >= since,
        };
        let edits: Vec<EditView> = update
            .edits
            .iter()
            .rev()
            .filter(|edit| was_public(edit.edited_at))
            .map(|edit| EditView {
                until: self.locale.instant(edit.edited_at, day),
                shown: edit.shown_before.map(|shown_at| self.locale.moment(shown_at, day)),
                body: edit.before.as_ref().map(prose),
                changes: self.changes_of(edit.changes_before.as_deref().unwrap_or_default()),
            })
            .collect();
        UpdateView {
            id: update.id.to_string(),
            status: update.status.map_or(self.m.incident.update, |status| status.word(self.m)),
            time: self.locale.moment(update.shown_at, day),
            body: prose(&update.body),
            changes: self.changes_of(&update.changes),
            is_backfilled: update.is_backfilled,
            edited: edits.first().map(|edit| edit.until.clone()),
            edits_label: (self.m.incident.earlier_versions)(edits.len()),
            edits,
        }
    }

    /// Messages, latest first.
    pub(crate) fn updates<S: StatusWord>(
        &self,
        posted: &[Posted<S>],
        publication: Publication,
        day: Date,
    ) -> Vec<UpdateView> {
        posted.iter().rev().map(|update| self.update(update, publication, day)).collect()
    }
}
