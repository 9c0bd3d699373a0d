//! Audit entries of this area: documents as JSON, which hold no secret by their types.

use allclear_domain::audit::{AuditAction, Subject};
use allclear_domain::{AuditEntry, Change};
use serde::Serialize;

/// The entry of something new.
pub(crate) fn created(change: Change<'_>, subject: Subject, after: &impl Serialize) -> AuditEntry {
    change.entry(AuditAction::Create, subject, None, json(after))
}

/// The entry of a change.
pub(crate) fn changed<T: Serialize>(
    change: Change<'_>,
    subject: Subject,
    before: &T,
    after: &T,
) -> AuditEntry {
    change.entry(AuditAction::Change, subject, json(before), json(after))
}

/// The entry of something that is gone.
pub(crate) fn removed(change: Change<'_>, subject: Subject) -> AuditEntry {
    change.entry(AuditAction::Remove, subject, None, None)
}

/// Domain types always have a JSON form.
fn json(document: &impl Serialize) -> Option<String> {
    serde_json::to_string(document).ok()
}
