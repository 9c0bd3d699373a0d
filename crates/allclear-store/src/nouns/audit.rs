//! Audit entries as rows. They are added to and never changed.

use allclear_domain::AuditEntry;
use allclear_domain::audit::{Actor, Subject};
use uuid::Uuid;

use super::Record;
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, audit as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for AuditEntry {
    const TABLE: &'static str = "audit_entries";
    const PREFIX: &'static str = "aud_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![
            Bind::Integer(micros(self.at)),
            Bind::Text(self.actor.to_string()),
            Bind::Text(self.action.as_str().to_owned()),
            Bind::Text(self.subject.noun().to_owned()),
            Bind::Uuid(self.subject.uuid()),
            Bind::MaybeText(self.before.clone()),
            Bind::MaybeText(self.after.clone()),
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        let actor = columns.text("actor")?;
        Ok(Self {
            id: columns.uuid("id")?.into(),
            at: columns.instant("at")?,
            actor: parse_actor(&actor)
                .ok_or_else(|| columns.bad(format!("column actor: unknown actor `{actor}`")))?,
            action: columns.word("action")?,
            subject: super::notes::subject(columns)?,
            before: columns.maybe_text("before")?,
            after: columns.maybe_text("after")?,
        })
    }
}

/// The actor that wrote its `Display` form.
fn parse_actor(text: &str) -> Option<Actor> {
    let (kind, name) = text.split_once(':')?;
    match kind {
        "command" => Some(Actor::Command(name.to_owned())),
        "duty" => Some(Actor::Duty(name.to_owned())),
        "person" => name.parse().ok().map(Actor::Person),
        "token" => name.parse().ok().map(Actor::Token),
        _ => None,
    }
}

impl Store {
    /// The newest `limit` audit entries, about one subject or about all, newest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_audit_entries(
        &self,
        subject: Option<Subject>,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let limit = Bind::Integer(i64::try_from(limit).unwrap_or(i64::MAX));
        let mut link = self.read().await?;
        match subject {
            None => super::list(&mut link, sql::LIST, vec![limit]).await,
            Some(subject) => {
                let noun = Bind::Text(subject.noun().to_owned());
                let binds = vec![noun, Bind::Uuid(subject.uuid()), limit];
                super::list(&mut link, sql::LIST_OF_SUBJECT, binds).await
            }
        }
    }
}

impl Transaction {
    /// Writes new audit entries: in the transaction of the change that they tell of.
    ///
    /// # Errors
    /// Where an id exists or the database fails.
    pub async fn insert_audit_entries(&mut self, entries: &[AuditEntry]) -> Result<(), StoreError> {
        self.insert_records(entries).await
    }
}
