//! Posting: the one way an incident changes. Reads, decides with the pure transition, writes the
//! document and its audit entry in one transaction.

use allclear_domain::audit::{Actor, AuditAction, Subject};
use allclear_domain::error::InvalidTransition;
use allclear_domain::ids::IncidentId;
use allclear_domain::{AuditEntry, Entropy, Incident, IncidentUpdate};
use allclear_store::{Store, StoreError};
use jiff::Timestamp;

/// Why an incident was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PostingError {
    /// There is no such incident.
    #[error("there is no incident {0}")]
    NotFound(IncidentId),
    /// Its lifecycle does not allow it.
    #[error(transparent)]
    Invalid(#[from] InvalidTransition),
    /// The store refused; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who changes something, and when.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// Where ids come from.
    pub entropy: &'a Entropy,
    /// When.
    pub now: Timestamp,
}

/// Posts an update; its status, where it has one, becomes the incident's, if none is shown later.
/// Gives the incident as it is now, and the revision that shows it.
///
/// # Errors
/// Where there is no such incident, where [`Incident::post`] or the store refuses.
pub async fn post_incident_update(
    store: &Store,
    id: IncidentId,
    update: IncidentUpdate,
    change: Change<'_>,
) -> Result<(Incident, i64), PostingError> {
    change_incident(store, id, change, |incident| incident.post(update, change.now)).await
}

/// Opens a resolved incident again.
///
/// # Errors
/// Where there is no such incident, it is open, or the store refuses.
pub async fn reopen_incident(
    store: &Store,
    id: IncidentId,
    change: Change<'_>,
) -> Result<(Incident, i64), PostingError> {
    change_incident(store, id, change, |incident| incident.reopen(change.now)).await
}

/// Shows a draft to everybody.
///
/// # Errors
/// Where there is no such incident, it is published, or the store refuses.
pub async fn publish_incident(
    store: &Store,
    id: IncidentId,
    change: Change<'_>,
) -> Result<(Incident, i64), PostingError> {
    change_incident(store, id, change, |incident| incident.publish(change.now)).await
}

async fn change_incident(
    store: &Store,
    id: IncidentId,
    change: Change<'_>,
    transition: impl FnOnce(Incident) -> Result<Incident, InvalidTransition>,
) -> Result<(Incident, i64), PostingError> {
    let mut transaction = store.begin().await?;
    let stored = transaction.find_incident(id).await?.ok_or(PostingError::NotFound(id))?;
    // Domain types always have a JSON form.
    let before = serde_json::to_string(&stored.value).ok();
    let incident = transition(stored.value)?;
    transaction.update_incident(&incident, stored.version).await?;
    let entry = AuditEntry {
        id: change.entropy.id(change.now),
        at: change.now,
        actor: change.actor.clone(),
        action: AuditAction::Change,
        subject: Subject::Incident(id),
        before,
        after: serde_json::to_string(&incident).ok(),
    };
    transaction.insert_audit_entries(&[entry]).await?;
    let revision = transaction.commit().await?;
    Ok((incident, revision))
}
