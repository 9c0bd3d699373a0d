//! Incidents: how they begin. What comes after is [`super::change`] with a transition.

use allclear_domain::error::{InvalidTransition, InvalidValue};
use allclear_domain::ids::StatusPageId;
use allclear_domain::incident::{Impact, IncidentKind, IncidentState};
use allclear_domain::posted::{Posted, StatusChange};
use allclear_domain::record::{Affected, OutageRecord, Publication};
use allclear_domain::text::Prose;
use allclear_domain::times::{Bound, Moment};
use allclear_domain::{Change, Incident, IncidentStatus, limits};
use allclear_store::Store;
use jiff::Timestamp;

use super::{WriteError, Written, create};

/// An incident as somebody reports it.
#[derive(Clone, Debug)]
pub struct NewIncident {
    /// The page that tells it.
    pub page_id: StatusPageId,
    /// One line that says what happened.
    pub title: String,
    /// Something broke, or was taken down on purpose.
    pub kind: IncidentKind,
    /// How bad, where that does not follow from what is affected.
    pub impact_override: Option<Impact>,
    /// What is affected, from the start on.
    pub affected: Vec<Affected>,
    /// When it began for users.
    pub started: Bound,
    /// When it ended, where it is entered after it was over.
    pub ended: Option<Bound>,
    /// The first message; none where the title says everything.
    pub update: Option<NewUpdate<IncidentStatus>>,
    /// Whether the team alone may read it for now.
    pub is_draft: bool,
}

/// A message as somebody writes it.
#[derive(Clone, Debug)]
pub struct NewUpdate<S> {
    /// The status that it publishes.
    pub status: Option<S>,
    /// The message.
    pub body: Prose,
    /// The time that readers are shown; the present, where there is none.
    pub shown_at: Option<Timestamp>,
    /// What it changes for components.
    pub changes: Vec<StatusChange>,
    /// By when the next one is announced.
    pub next_update_due_at: Option<Timestamp>,
}

impl<S> NewUpdate<S> {
    /// The same, where it makes sense to somebody who reads it.
    ///
    /// # Errors
    /// Where it says nothing at all, or the next one is announced for a time that is past or further
    /// ahead than [`limits::NEXT_UPDATE_WITHIN`].
    pub fn checked(self, now: Timestamp) -> Result<Self, InvalidValue> {
        if self.body.text.trim().is_empty() && self.changes.is_empty() && self.status.is_none() {
            return Err(InvalidValue::new("body", "says nothing new: write a text"));
        }
        let latest = now.checked_add(limits::NEXT_UPDATE_WITHIN).unwrap_or(Timestamp::MAX);
        let problem = match self.next_update_due_at {
            Some(at) if at <= now => "lies in the past: give a later time",
            Some(at) if at > latest => "lies more than 31 days ahead: give an earlier time",
            _ => return Ok(self),
        };
        Err(InvalidValue::new("next_update_due_at", problem))
    }

    /// The message, with an id, as it is posted by a change.
    #[must_use]
    pub fn posted(self, change: Change<'_>) -> Posted<S> {
        let is_backfilled = self.shown_at.is_some_and(|at| at < change.now);
        Posted {
            id: change.entropy.id(change.now),
            status: self.status,
            shown_at: Moment::At { at: self.shown_at.unwrap_or(change.now) },
            posted_at: change.now,
            body: self.body,
            changes: self.changes,
            next_update_due_at: self.next_update_due_at,
            is_backfilled,
            edits: Vec::new(),
        }
    }
}

/// Reports an incident.
///
/// # Errors
/// Where its page or a component is not there, a value is not taken, or it ends before it begins.
pub async fn report_incident(
    store: &Store,
    new: NewIncident,
    change: Change<'_>,
) -> Result<Written<Incident>, WriteError> {
    create(store, new.reported(change)?, change).await
}

impl NewIncident {
    /// The incident that it becomes, without writing it: so that it can be looked at before.
    ///
    /// # Errors
    /// Where it ends before it begins, or a time lies in the future.
    pub fn reported(self, change: Change<'_>) -> Result<Incident, InvalidTransition> {
        let incident = Incident {
            id: change.entropy.id(change.now),
            public_id: change.entropy.public_id(),
            page_id: self.page_id,
            title: self.title,
            kind: self.kind,
            state: IncidentState::Investigating,
            publication: match self.is_draft {
                true => Publication::Draft,
                false => Publication::Published { at: change.now },
            },
            impact_override: self.impact_override,
            started: Bound::Unknown,
            record: OutageRecord { affected: self.affected, ..OutageRecord::default() },
            updates: Vec::new(),
            same_cause_as: None,
            converted_from: None,
            is_automatic: false,
            postmortem: None,
            reopened: Vec::new(),
            source: None,
            is_backfilled: self.ended.is_some(),
            created_at: change.now,
        };
        let mut incident = incident.correct_start(self.started, change.now)?;
        let update = self.update.map(|update| update.posted(change));
        if let Some(ended) = self.ended {
            incident.state = IncidentState::Resolved { ended };
            incident = incident.correct_end(ended, change.now)?;
        }
        if let Some(update) = update {
            incident = incident.post(update, change.now)?;
        }
        Ok(incident)
    }
}
