//! API tokens as rows: the document, the digest of the secret, and when it was last used.

use allclear_domain::ApiToken;
use allclear_domain::ids::TokenId;
use allclear_domain::session::SecretDigest;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Record, Stored, Versioned};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, tokens as sql};
use crate::store::Store;
use crate::transaction::Transaction;

/// A token as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// The token.
    pub token: ApiToken,
    /// What its secret is checked by.
    pub digest: SecretDigest,
    /// When it was last used, to a few minutes.
    pub used_at: Option<Timestamp>,
}

impl Record for TokenRow {
    const TABLE: &'static str = "api_tokens";
    const PREFIX: &'static str = "tok_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.token.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![Bind::Text(self.digest.0.clone()), super::document(&self.token)?])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        Ok(Self {
            token: columns.document()?,
            digest: SecretDigest(columns.text("digest")?),
            used_at: columns.maybe_instant("used_at")?,
        })
    }
}

impl Versioned for TokenRow {
    const NOUN: &'static str = "token";
    const FIND: &'static str = sql::FIND;
    const LIST_CHANGED: &'static str = sql::LIST_CHANGED;
    const FIND_VERSION: &'static str = sql::FIND_VERSION;
    const UPDATE: &'static str = sql::UPDATE;
}

impl Store {
    /// All tokens, revoked ones among them, oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        self.list_by(sql::LIST, vec![]).await
    }

    /// The token of a secret, usable or not.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_token(
        &self,
        digest: &SecretDigest,
    ) -> Result<Option<Stored<TokenRow>>, StoreError> {
        let binds = vec![Bind::Text(digest.0.clone())];
        self.find_by(sql::FIND_BY_DIGEST, binds).await
    }
}

impl Transaction {
    /// Writes a new token.
    ///
    /// # Errors
    /// Where its id exists, or the database fails.
    pub async fn insert_token(&mut self, token: &TokenRow) -> Result<(), StoreError> {
        self.insert_new(std::slice::from_ref(token)).await
    }

    /// Changes a token that is still at version `expected`; gives its new version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it is at another version, [`StoreError::NotFound`] where it
    /// is not there.
    pub async fn update_token(
        &mut self,
        token: &TokenRow,
        expected: i64,
    ) -> Result<i64, StoreError> {
        self.update(token, expected).await
    }

    /// The token with this id, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_token(
        &mut self,
        id: TokenId,
    ) -> Result<Option<Stored<TokenRow>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// All tokens, oldest first, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_tokens(&mut self) -> Result<Vec<TokenRow>, StoreError> {
        self.list_by(sql::LIST, vec![]).await
    }

    /// Remembers when a token was last used.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_token_used_at(
        &mut self,
        id: TokenId,
        used_at: Timestamp,
    ) -> Result<(), StoreError> {
        let binds = vec![
            Bind::Uuid(id.uuid()),
            Bind::Integer(micros(used_at)),
            Bind::Integer(self.revision()),
        ];
        self.execute(sql::SET_USED_AT, binds).await.map(|_| ())
    }
}
