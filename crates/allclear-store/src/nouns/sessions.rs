//! Sessions as rows.

use allclear_domain::Session;
use allclear_domain::ids::{PersonId, SessionId};
use allclear_domain::session::SecretDigest;
use jiff::Timestamp;
use uuid::Uuid;

use super::Record;
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, sessions as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for Session {
    const TABLE: &'static str = "sessions";
    const PREFIX: &'static str = "ses_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![
            Bind::Uuid(self.person_id.uuid()),
            Bind::Text(self.digest.0.clone()),
            Bind::Text(self.client.clone()),
            Bind::Integer(micros(self.created_at)),
            Bind::Integer(micros(self.seen_at)),
            Bind::Integer(micros(self.expires_at)),
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        Ok(Self {
            id: columns.uuid("id")?.into(),
            person_id: columns.uuid("person_id")?.into(),
            digest: SecretDigest(columns.text("digest")?),
            client: columns.text("client")?,
            created_at: columns.instant("created_at")?,
            seen_at: columns.instant("seen_at")?,
            expires_at: columns.instant("expires_at")?,
        })
    }
}

impl Store {
    /// The session of a secret, over or not.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_session(&self, digest: &SecretDigest) -> Result<Option<Session>, StoreError> {
        let binds = vec![Bind::Text(digest.0.clone())];
        let found: Vec<_> = self.list_by(sql::FIND_BY_DIGEST, binds).await?;
        Ok(found.into_iter().next())
    }

    /// The sessions of a person, the last used first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_sessions(&self, id: PersonId) -> Result<Vec<Session>, StoreError> {
        let binds = vec![Bind::Uuid(id.uuid())];
        self.list_by(sql::LIST_OF_PERSON, binds).await
    }

    /// Whether there is a session that is over, or that nobody used since `used_since`.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn has_sessions_over(
        &self,
        now: Timestamp,
        used_since: Timestamp,
    ) -> Result<bool, StoreError> {
        let binds = vec![Bind::Integer(micros(now)), Bind::Integer(micros(used_since))];
        Ok(self.read().await?.fetch_optional(sql::FIND_OVER, binds).await?.is_some())
    }
}

impl Transaction {
    /// Writes a new session.
    ///
    /// # Errors
    /// Where the person is not there, or the database fails.
    pub async fn insert_session(&mut self, session: &Session) -> Result<(), StoreError> {
        self.insert_records(std::slice::from_ref(session)).await
    }

    /// The sessions of a person, the last used first, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_sessions(&mut self, id: PersonId) -> Result<Vec<Session>, StoreError> {
        self.list_by(sql::LIST_OF_PERSON, vec![Bind::Uuid(id.uuid())]).await
    }

    /// Remembers when a session was last used.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_session_seen_at(
        &mut self,
        id: SessionId,
        seen_at: Timestamp,
    ) -> Result<(), StoreError> {
        let binds = vec![
            Bind::Uuid(id.uuid()),
            Bind::Integer(micros(seen_at)),
            Bind::Integer(self.revision()),
        ];
        self.execute(sql::SET_SEEN_AT, binds).await.map(|_| ())
    }

    /// Ends a session; gives whether it was there.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_session(&mut self, id: SessionId) -> Result<bool, StoreError> {
        Ok(self.execute(sql::REMOVE, vec![Bind::Uuid(id.uuid())]).await? == 1)
    }

    /// Ends all sessions of a person; gives how many there were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_sessions_of(&mut self, id: PersonId) -> Result<u64, StoreError> {
        self.execute(sql::REMOVE_OF_PERSON, vec![Bind::Uuid(id.uuid())]).await
    }

    /// Ends all sessions of a person but one; gives how many there were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_other_sessions_of(
        &mut self,
        id: PersonId,
        kept: SessionId,
    ) -> Result<u64, StoreError> {
        let binds = vec![Bind::Uuid(id.uuid()), Bind::Uuid(kept.uuid())];
        self.execute(sql::REMOVE_OTHERS_OF_PERSON, binds).await
    }

    /// Removes the sessions that are over, or that nobody used since `used_since`; gives how many
    /// there were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_sessions_over(
        &mut self,
        now: Timestamp,
        used_since: Timestamp,
    ) -> Result<u64, StoreError> {
        let binds = vec![Bind::Integer(micros(now)), Bind::Integer(micros(used_since))];
        self.execute(sql::REMOVE_OVER, binds).await
    }
}
