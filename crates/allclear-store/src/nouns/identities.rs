//! Whom a provider says people are, as rows; and which trips there were used.

use allclear_domain::ids::PersonId;
use allclear_domain::session::SecretDigest;
use allclear_domain::{Identity, PendingIdentity};
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

    /// The identity of a person at an issuer, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_identity_of(
        &mut self,
        id: PersonId,
        issuer: &str,
    ) -> Result<Option<Identity>, StoreError> {
        let binds = vec![Bind::Uuid(id.uuid()), Bind::Text(issuer.to_owned())];
        let found = self.link()?.fetch_optional(sql::FIND_OF_PERSON, binds).await;
        let row = self.note(found)?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// Keeps whom a provider vouched for with the link that waits for their code. It goes with the
    /// link.
    ///
    /// # Errors
    /// Where the link is not there, or the database fails.
    pub async fn insert_pending_identity(
        &mut self,
        link: &SecretDigest,
        pending: &PendingIdentity,
    ) -> Result<(), StoreError> {
        let binds = vec![
            Bind::Text(link.0.clone()),
            Bind::Text(pending.issuer.clone()),
            Bind::Text(pending.subject.clone()),
            Bind::Text(pending.provider.clone()),
            Bind::Integer(self.revision()),
        ];
        self.execute(sql::INSERT_PENDING, binds).await?;
        Ok(())
    }

    /// Whom a provider vouched for, where a link waits for their code.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_pending_identity(
        &mut self,
        link: &SecretDigest,
    ) -> Result<Option<PendingIdentity>, StoreError> {
        let found =
            self.link()?.fetch_optional(sql::FIND_PENDING, vec![Bind::Text(link.0.clone())]);
        let found = found.await;
        let row = self.note(found)?;
        Ok(row.as_ref().map(read_pending).transpose()?)
    }

    /// Takes the links away that wait for a person's code because a provider vouched for them; gives
    /// how many there were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_pending_identities_of(&mut self, id: PersonId) -> Result<u64, StoreError> {
        self.execute(sql::REMOVE_PENDING_OF_PERSON, vec![Bind::Uuid(id.uuid())]).await
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

fn read_pending(row: &Row) -> Result<PendingIdentity, BadRow> {
    let columns = row.of("pending_identities", "");
    Ok(PendingIdentity {
        issuer: columns.text("issuer")?,
        subject: columns.text("subject")?,
        provider: columns.text("provider")?,
    })
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
