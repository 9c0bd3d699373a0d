//! A change: who makes it, when, and where its ids come from. Every function of an area that writes
//! takes one, and every write leaves its audit entry.

use jiff::Timestamp;

use crate::audit::{Actor, AuditAction, AuditEntry, Subject};
use crate::entropy::Entropy;

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

impl Change<'_> {
    /// The audit entry of a change, with the documents before and after as JSON.
    #[must_use]
    pub fn entry(
        &self,
        action: AuditAction,
        subject: Subject,
        before: Option<String>,
        after: Option<String>,
    ) -> AuditEntry {
        AuditEntry {
            id: self.entropy.id(self.now),
            at: self.now,
            actor: self.actor.clone(),
            action,
            subject,
            before,
            after,
        }
    }
}
