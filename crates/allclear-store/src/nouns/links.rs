//! One-time links as rows.

use allclear_domain::OneTimeLink;
use allclear_domain::ids::{LinkId, PersonId};
use allclear_domain::session::{LinkPurpose, SecretDigest};
use jiff::Timestamp;
use uuid::Uuid;

use super::Record;
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, links as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for OneTimeLink {
    const TABLE: &'static str = "one_time_links";
    const PREFIX: &'static str = "lnk_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![
            Bind::Text(self.purpose.as_str().to_owned()),
            Bind::MaybeUuid(self.person_id.map(PersonId::uuid)),
            Bind::Text(self.digest.0.clone()),
            Bind::Integer(micros(self.created_at)),
            Bind::Integer(micros(self.expires_at)),
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        Ok(Self {
            id: columns.uuid("id")?.into(),
            purpose: columns.word("purpose")?,
            person_id: columns.maybe_uuid("person_id")?.map(PersonId::from),
            digest: SecretDigest(columns.text("digest")?),
            created_at: columns.instant("created_at")?,
            expires_at: columns.instant("expires_at")?,
        })
    }
}

impl Store {
    /// The link of a secret, over or not.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_link(
        &self,
        digest: &SecretDigest,
    ) -> Result<Option<OneTimeLink>, StoreError> {
        let binds = vec![Bind::Text(digest.0.clone())];
        let found: Vec<_> = self.list_by(sql::FIND_BY_DIGEST, binds).await?;
        Ok(found.into_iter().next())
    }

    /// Whether there is a link that is over.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn has_links_over(&self, now: Timestamp) -> Result<bool, StoreError> {
        let binds = vec![Bind::Integer(micros(now))];
        Ok(self.read().await?.fetch_optional(sql::FIND_OVER, binds).await?.is_some())
    }
}

impl Transaction {
    /// Writes a new link.
    ///
    /// # Errors
    /// Where the person is not there, or the database fails.
    pub async fn insert_link(&mut self, link: &OneTimeLink) -> Result<(), StoreError> {
        self.insert_records(std::slice::from_ref(link)).await
    }

    /// Uses a link up; gives whether it was there. Of several who try, one gets `true`.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_link(&mut self, id: LinkId) -> Result<bool, StoreError> {
        Ok(self.execute(sql::REMOVE, vec![Bind::Uuid(id.uuid())]).await? == 1)
    }

    /// Takes all links of one purpose away; gives how many there were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_links_for(&mut self, purpose: LinkPurpose) -> Result<u64, StoreError> {
        let binds = vec![Bind::Text(purpose.as_str().to_owned())];
        self.execute(sql::REMOVE_OF_PURPOSE, binds).await
    }

    /// Takes all links of a person away; gives how many there were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_links_of(&mut self, id: PersonId) -> Result<u64, StoreError> {
        self.execute(sql::REMOVE_OF_PERSON, vec![Bind::Uuid(id.uuid())]).await
    }

    /// Removes the links that are over; gives how many there were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_links_over(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        self.execute(sql::REMOVE_OVER, vec![Bind::Integer(micros(now))]).await
    }
}
