//! `/api/v1/audit`: who changed what, when, from what, to what.

use allclear_domain::AuditEntry;
use allclear_domain::audit::{Actor, AuditAction};
use allclear_store::AuditFilter;
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use super::call::Call;
use super::json::{Answer, json};
use super::openapi::Operation;
use super::wire::{AuditActionWord, ListJson};

/// One change.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditEntry")]
struct AuditEntryJson {
    id: String,
    at: Timestamp,
    /// Such as `person:per_…`, `token:tok_…` or `command:person`.
    actor: String,
    #[schemars(with = "AuditActionWord")]
    action: AuditAction,
    /// What kind of thing it was done to.
    noun: &'static str,
    /// Its id.
    subject: String,
    /// The document before, as it was stored; `null` where there was none.
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    before: Option<Box<RawValue>>,
    /// The document after.
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    after: Option<Box<RawValue>>,
}

impl AuditEntryJson {
    fn of(entry: AuditEntry) -> Self {
        // What was stored is JSON; anything else is left out rather than sent.
        let raw = |text: Option<String>| text.and_then(|text| RawValue::from_string(text).ok());
        Self {
            id: entry.id.to_string(),
            at: entry.at,
            actor: entry.actor.to_string(),
            action: entry.action,
            noun: entry.subject.noun(),
            subject: entry.subject.to_string(),
            before: raw(entry.before),
            after: raw(entry.after),
        }
    }
}

/// Its address.
pub(super) const ALL: &str = "/api/v1/audit";

/// What it gives.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(ALL, "List changes, newest first")
            .pages()
            .query("about", "About this kind of thing, or this one thing, alone.")
            .query("actor", "By this actor alone, such as `person:per_…`.")
            .gives::<ListJson<AuditEntryJson>>(200),
    ]
}

/// Entries, newest first: all, or those about a noun or a thing, or by an actor.
pub(super) async fn list(call: Call) -> Answer {
    let filter = AuditFilter {
        about: call.query("about")?,
        actor: call.query::<Actor>("actor")?,
        after: call.query("cursor")?,
    };
    let limit = call.limit()?;
    let mut entries = call.app.store.list_audit_entries(&filter, limit + 1).await?;
    let has_more = entries.len() > limit;
    entries.truncate(limit);
    let next_cursor = entries.last().filter(|_| has_more).map(|entry| entry.id.to_string());
    let items = entries.into_iter().map(AuditEntryJson::of).collect();
    json(StatusCode::OK, &ListJson { items, next_cursor })
}
