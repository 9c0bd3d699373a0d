//! Answers that are kept under an idempotency key, as rows.
//!
//! The row is written in the transaction of the change that it stands for: whoever asks again with
//! the same key finds it, or comes too late to write. What was answered is added afterwards.

use jiff::Timestamp;
use uuid::Uuid;

use super::Record;
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, answers as sql};
use crate::store::Store;
use crate::transaction::Transaction;

/// What a program was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Made from who asked and their key, so that each has one of a kind.
    pub id: Uuid,
    /// Who asked.
    pub actor: String,
    /// What tells the same request from another one.
    pub request_digest: String,
    /// What was answered; `None` while that is not known.
    pub answer: Option<String>,
    /// From when on it is forgotten.
    pub expires_at: Timestamp,
}

impl Record for KeptAnswer {
    const TABLE: &'static str = "kept_answers";
    const PREFIX: &'static str = "";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![
            Bind::Text(self.actor.clone()),
            Bind::Text(self.request_digest.clone()),
            Bind::MaybeText(self.answer.clone()),
            Bind::Integer(micros(self.expires_at)),
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        Ok(Self {
            id: columns.uuid("id")?,
            actor: columns.text("actor")?,
            request_digest: columns.text("request_digest")?,
            answer: columns.maybe_text("answer")?,
            expires_at: columns.instant("expires_at")?,
        })
    }
}

impl Store {
    /// The kept answer with this id, over or not.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_kept_answer(&self, id: Uuid) -> Result<Option<KeptAnswer>, StoreError> {
        let found: Vec<_> = self.list_by(sql::FIND, vec![Bind::Uuid(id)]).await?;
        Ok(found.into_iter().next())
    }

    /// Whether an answer is over and still kept.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn has_kept_answers_over(&self, now: Timestamp) -> Result<bool, StoreError> {
        let binds = vec![Bind::Integer(micros(now))];
        Ok(self.read().await?.fetch_optional(sql::FIND_OVER, binds).await?.is_some())
    }

    /// How many answers are kept for an actor.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_kept_answers(&self, actor: &str) -> Result<i64, StoreError> {
        let binds = vec![Bind::Text(actor.to_owned())];
        let row = self.read().await?.fetch_optional(sql::COUNT_OF_ACTOR, binds).await?;
        Ok(row.map_or(Ok(0), |row| row.of(KeptAnswer::TABLE, "").integer("number"))?)
    }
}

impl Transaction {
    /// Remembers that a change was made under a key.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where one was made under it before, or where the database fails.
    pub async fn insert_kept_answer(&mut self, kept: &KeptAnswer) -> Result<(), StoreError> {
        self.insert_records(std::slice::from_ref(kept)).await
    }

    /// Adds what was answered.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_kept_answer(&mut self, id: Uuid, answer: &str) -> Result<(), StoreError> {
        let binds =
            vec![Bind::Uuid(id), Bind::Text(answer.to_owned()), Bind::Integer(self.revision())];
        self.execute(sql::SET_ANSWER, binds).await.map(|_| ())
    }

    /// Removes the answers that are over; gives how many there were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_kept_answers_over(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        self.execute(sql::REMOVE_OVER, vec![Bind::Integer(micros(now))]).await
    }
}
