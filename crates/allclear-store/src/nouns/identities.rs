//! Whom a provider says people are, as rows; and which trips there were used.

use allclear_domain::Identity;
use allclear_domain::ids::PersonId;
use allclear_domain::session::SecretDigest;
use jiff::Timestamp;

use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Row, micros};
use crate::sql::identities as sql;
use crate::store::Store;
use crate::transaction::Transaction;

impl Store {
    /// The identities of a person, the oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_identities(&self, id: PersonId) -> Result<Vec<Identity>, StoreError> {
        let binds = vec![Bind::Uuid(id.uuid())];
        let rows = self.read().await?.fetch_all(sql::LIST_OF_PERSON, binds).await?;
        Ok(rows.iter().map(read).collect::<Result<_, BadRow>>()?)
    }
}

impl Transaction {
    /// The identity of a subject, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_identity(
        &mut self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<Identity>, StoreError> {
        let binds = vec![Bind::Text(issuer.to_owned()), Bind::Text(subject.to_owned())];
        let found = self.link()?.fetch_optional(sql::FIND, binds).await;
        let row = self.note(found)?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// Binds an identity to its person. Gives whether that could be: a subject belongs to one person,
    /// and a person has one subject at an issuer.
    ///
    /// # Errors
    /// Where the person is not there, or the database fails.
    pub async fn insert_identity(&mut self, identity: &Identity) -> Result<bool, StoreError> {
        let binds = vec![
            Bind::Text(identity.issuer.clone()),
            Bind::Text(identity.subject.clone()),
            Bind::Uuid(identity.person_id.uuid()),
            Bind::Integer(micros(identity.bound_at)),
            Bind::Integer(self.revision()),
        ];
        Ok(self.execute(sql::INSERT, binds).await? == 1)
    }

    /// Takes all identities of a person away; gives how many there were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_identities_of(&mut self, id: PersonId) -> Result<u64, StoreError> {
        self.execute(sql::REMOVE_OF_PERSON, vec![Bind::Uuid(id.uuid())]).await
    }

    /// Uses a trip to a provider up, and forgets those that are over at `now`. Gives whether it was
    /// still to be used: of several who come back from one trip, one gets `true`.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn use_trip(
        &mut self,
        digest: &SecretDigest,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.execute(sql::REMOVE_TRIPS_OVER, vec![Bind::Integer(micros(now))]).await?;
        let binds = vec![
            Bind::Text(digest.0.clone()),
            Bind::Integer(micros(expires_at)),
            Bind::Integer(self.revision()),
        ];
        Ok(self.execute(sql::USE_TRIP, binds).await? == 1)
    }
}

fn read(row: &Row) -> Result<Identity, BadRow> {
    let columns = row.of("identities", "per_");
    Ok(Identity {
        person_id: columns.uuid("id")?.into(),
        issuer: columns.text("issuer")?,
        subject: columns.text("subject")?,
        bound_at: columns.instant("bound_at")?,
    })
}
