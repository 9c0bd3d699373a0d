//! Passkeys as rows.

use allclear_domain::Passkey;
use allclear_domain::ids::{PasskeyId, PersonId};
use jiff::Timestamp;
use uuid::Uuid;

use super::Record;
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, passkeys as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for Passkey {
    const TABLE: &'static str = "passkeys";
    const PREFIX: &'static str = "pky_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![
            Bind::Uuid(self.person_id.uuid()),
            Bind::Text(self.credential_id.clone()),
            Bind::Text(self.name.clone()),
            Bind::Text(self.public_key.clone()),
            Bind::Integer(micros(self.created_at)),
            Bind::MaybeInteger(self.used_at.map(micros)),
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        Ok(Self {
            id: columns.uuid("id")?.into(),
            person_id: columns.uuid("person_id")?.into(),
            credential_id: columns.text("credential_id")?,
            name: columns.text("name")?,
            public_key: columns.text("public_key")?,
            created_at: columns.instant("created_at")?,
            used_at: columns.maybe_instant("used_at")?,
        })
    }
}

impl Store {
    /// The passkey that its device calls by this name.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_passkey(&self, credential_id: &str) -> Result<Option<Passkey>, StoreError> {
        let binds = vec![Bind::Text(credential_id.to_owned())];
        let found: Vec<_> = self.list_by(sql::FIND_BY_CREDENTIAL, binds).await?;
        Ok(found.into_iter().next())
    }

    /// The passkeys of a person, oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_passkeys(&self, id: PersonId) -> Result<Vec<Passkey>, StoreError> {
        self.list_by(sql::LIST_OF_PERSON, vec![Bind::Uuid(id.uuid())]).await
    }
}

impl Transaction {
    /// Writes a new passkey.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where it is there already, or the database fails.
    pub async fn insert_passkey(&mut self, passkey: &Passkey) -> Result<(), StoreError> {
        self.insert_records(std::slice::from_ref(passkey)).await
    }

    /// The passkeys of a person, oldest first, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_passkeys(&mut self, id: PersonId) -> Result<Vec<Passkey>, StoreError> {
        self.list_by(sql::LIST_OF_PERSON, vec![Bind::Uuid(id.uuid())]).await
    }

    /// Gives a passkey of a person another name; gives whether it was there.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn rename_passkey(
        &mut self,
        id: PasskeyId,
        person_id: PersonId,
        name: &str,
    ) -> Result<bool, StoreError> {
        let binds = vec![
            Bind::Uuid(id.uuid()),
            Bind::Uuid(person_id.uuid()),
            Bind::Text(name.to_owned()),
            Bind::Integer(self.revision()),
        ];
        Ok(self.execute(sql::RENAME, binds).await? == 1)
    }

    /// Remembers that a passkey was used, and its key as it is after that; gives `false` where it is
    /// gone or was used otherwise meanwhile.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn use_passkey(
        &mut self,
        checked: &Passkey,
        public_key: &str,
        used_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let binds = vec![
            Bind::Uuid(checked.id.uuid()),
            Bind::Text(checked.public_key.clone()),
            Bind::Text(public_key.to_owned()),
            Bind::Integer(micros(used_at)),
            Bind::Integer(self.revision()),
        ];
        Ok(self.execute(sql::USE, binds).await? == 1)
    }

    /// Takes a passkey of a person away; gives whether it was there.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_passkey(
        &mut self,
        id: PasskeyId,
        person_id: PersonId,
    ) -> Result<bool, StoreError> {
        let binds = vec![Bind::Uuid(id.uuid()), Bind::Uuid(person_id.uuid())];
        Ok(self.execute(sql::REMOVE, binds).await? == 1)
    }

    /// Takes every passkey of a person away; gives how many there were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_passkeys_of(&mut self, person_id: PersonId) -> Result<u64, StoreError> {
        self.execute(sql::REMOVE_OF_PERSON, vec![Bind::Uuid(person_id.uuid())]).await
    }
}
