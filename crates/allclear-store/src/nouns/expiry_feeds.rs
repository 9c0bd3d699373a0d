//! Addresses at which calendars read what ends, as rows: the document, and the digest of the secret.

use allclear_domain::expiry::ExpiryFeed;
use allclear_domain::ids::ExpiryFeedId;
use allclear_domain::session::SecretDigest;
use uuid::Uuid;

use super::{Record, Removable, Stored, Versioned};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::Columns;
use crate::sql::{Insert, expiry_feeds as sql};
use crate::store::Store;
use crate::transaction::Transaction;

/// An address as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiryFeedRow {
    /// What it is.
    pub feed: ExpiryFeed,
    /// What its secret is checked by.
    pub digest: SecretDigest,
}

impl Record for ExpiryFeedRow {
    const TABLE: &'static str = "expiry_feeds";
    const PREFIX: &'static str = "fed_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.feed.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![Bind::Text(self.digest.0.clone()), super::document(&self.feed)?])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        Ok(Self { feed: columns.document()?, digest: SecretDigest(columns.text("digest")?) })
    }
}

impl Versioned for ExpiryFeedRow {
    const NOUN: &'static str = "calendar";
    const FIND: &'static str = sql::FIND;
    const LIST_CHANGED: &'static str = sql::LIST_CHANGED;
    const FIND_VERSION: &'static str = sql::FIND_VERSION;
    const UPDATE: &'static str = sql::UPDATE;
}

impl Removable for ExpiryFeedRow {
    const REMOVE: &'static str = sql::REMOVE;
}

impl Store {
    /// All of them, oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_expiry_feeds(&self) -> Result<Vec<ExpiryFeedRow>, StoreError> {
        self.list_by(sql::LIST, vec![]).await
    }

    /// The one of a secret.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_expiry_feed(
        &self,
        digest: &SecretDigest,
    ) -> Result<Option<Stored<ExpiryFeedRow>>, StoreError> {
        self.find_by(sql::FIND_BY_DIGEST, vec![Bind::Text(digest.0.clone())]).await
    }
}

impl Transaction {
    /// Writes a new one.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn insert_expiry_feed(&mut self, feed: &ExpiryFeedRow) -> Result<(), StoreError> {
        self.insert_new(std::slice::from_ref(feed)).await
    }

    /// Removes one that is still at version `expected`: its address leads nowhere from then on.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it is at another version, [`StoreError::NotFound`] where it
    /// is not there.
    pub async fn remove_expiry_feed(
        &mut self,
        feed: &ExpiryFeedRow,
        expected: i64,
    ) -> Result<(), StoreError> {
        self.remove(feed, expected).await
    }

    /// The one with this id, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_expiry_feed(
        &mut self,
        id: ExpiryFeedId,
    ) -> Result<Option<Stored<ExpiryFeedRow>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// How many there are, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_expiry_feeds(&mut self) -> Result<i64, StoreError> {
        self.count(sql::COUNT, vec![], "feeds").await
    }
}
