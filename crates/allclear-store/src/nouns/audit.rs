//! Audit entries as rows. They are added to and never changed.

use std::fmt;
use std::str::FromStr;

use allclear_domain::AuditEntry;
use allclear_domain::audit::{Actor, Subject};
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::AuditEntryId;
use uuid::Uuid;

use super::Record;
use crate::engine::{Bind, Link};
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
        Ok(Self {
            id: columns.uuid("id")?.into(),
            at: columns.instant("at")?,
            actor: columns.parsed("actor")?,
            action: columns.word("action")?,
            subject: super::notes::subject(columns)?,
            before: columns.maybe_text("before")?,
            after: columns.maybe_text("after")?,
        })
    }
}

/// Which audit entries are wanted. Without anything: all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// What they are about.
    pub about: Option<About>,
    /// Who made the change.
    pub actor: Option<Actor>,
    /// Only those that come after this one in the list, which begins with the newest.
    pub after: Option<AuditEntryId>,
}

/// What audit entries are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Anything of a kind, as [`Subject::noun`] names it.
    Noun(&'static str),
    /// One thing.
    One(Subject),
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Noun(noun) => f.write_str(noun),
            Self::One(subject) => subject.fmt(f),
        }
    }
}

impl FromStr for About {
    type Err = InvalidValue;

    /// Reads the `Display` form: a noun, or the id of one thing.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        match Subject::NOUNS.into_iter().find(|noun| *noun == text) {
            Some(noun) => Ok(Self::Noun(noun)),
            None => text.parse().map(Self::One),
        }
    }
}

impl AuditFilter {
    /// The statement, and what it is given before cursor and limit.
    fn statement(&self) -> (&'static str, Vec<Bind>) {
        let text = |text: &str| Bind::Text(text.to_owned());
        let actor = self.actor.as_ref().map(|actor| Bind::Text(actor.to_string()));
        let (of_all, by_one, mut binds) = match self.about {
            None => (sql::LIST, sql::LIST_BY_ACTOR, vec![]),
            Some(About::Noun(noun)) => {
                (sql::LIST_OF_NOUN, sql::LIST_OF_NOUN_BY_ACTOR, vec![text(noun)])
            }
            Some(About::One(subject)) => (
                sql::LIST_OF_SUBJECT,
                sql::LIST_OF_SUBJECT_BY_ACTOR,
                vec![text(subject.noun()), Bind::Uuid(subject.uuid())],
            ),
        };
        let statement = if actor.is_some() { by_one } else { of_all };
        binds.extend(actor);
        (statement, binds)
    }
}

impl Store {
    /// The newest `limit` audit entries of those that are wanted, newest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where they are to come after an entry that is not there; where the
    /// database fails or a row does not make sense.
    pub async fn list_audit_entries(
        &self,
        filter: &AuditFilter,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let mut link = self.read().await?;
        let (at, id) = match filter.after {
            None => (i64::MAX, Uuid::max()),
            Some(id) => (find_at(&mut link, id).await?, id.uuid()),
        };
        let (statement, mut binds) = filter.statement();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        binds.extend([Bind::Integer(at), Bind::Uuid(id), Bind::Integer(limit)]);
        super::list(&mut link, statement, binds).await
    }
}

async fn find_at(link: &mut Link, id: AuditEntryId) -> Result<i64, StoreError> {
    let row = link.fetch_optional(sql::FIND_AT, vec![Bind::Uuid(id.uuid())]).await?;
    let Some(row) = row else {
        return Err(StoreError::not_found("audit entry", id.to_string()));
    };
    Ok(row.of(AuditEntry::TABLE, AuditEntry::PREFIX).integer("at")?)
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
