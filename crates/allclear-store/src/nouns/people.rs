//! People as rows.

use std::collections::BTreeMap;

use allclear_domain::ids::PersonId;
use allclear_domain::{EmailAddress, Person};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Record, Stored, Versioned};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, people as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for Person {
    const TABLE: &'static str = "people";
    const PREFIX: &'static str = "per_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![
            Bind::Text(self.email.to_string()),
            Bind::Text(self.state.as_str().to_owned()),
            super::document(self)?,
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        columns.document()
    }
}

impl Versioned for Person {
    const NOUN: &'static str = "person";
    const FIND: &'static str = sql::FIND;
    const LIST_CHANGED: &'static str = sql::LIST_CHANGED;
    const FIND_VERSION: &'static str = sql::FIND_VERSION;
    const UPDATE: &'static str = sql::UPDATE;
}

impl Store {
    /// All people, oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_people(&self) -> Result<Vec<Person>, StoreError> {
        self.list_by(sql::LIST, vec![]).await
    }

    /// The person with this id.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_person(&self, id: PersonId) -> Result<Option<Stored<Person>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// The person who signs in with this address.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_person_by_email(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<Stored<Person>>, StoreError> {
        let binds = vec![Bind::Text(email.to_string())];
        self.find_by(sql::FIND_BY_EMAIL, binds).await
    }

    /// When each person was last there, to a few minutes; those who never were are left out.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_seen(&self) -> Result<BTreeMap<PersonId, Timestamp>, StoreError> {
        let rows = self.read().await?.fetch_all(sql::LIST_SEEN, vec![]).await?;
        let seen = rows.iter().map(|row| {
            let columns = row.of(Person::TABLE, Person::PREFIX);
            Ok((columns.uuid("id")?.into(), columns.instant("seen_at")?))
        });
        Ok(seen.collect::<Result<_, BadRow>>()?)
    }
}

impl Transaction {
    /// Writes a new person.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where the address is somebody's, or the database fails.
    pub async fn insert_person(&mut self, person: &Person) -> Result<(), StoreError> {
        self.insert_new(std::slice::from_ref(person)).await
    }

    /// Changes a person who is still at version `expected`; gives the new version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where they are at another version, [`StoreError::NotFound`] where
    /// they are not there.
    pub async fn update_person(
        &mut self,
        person: &Person,
        expected: i64,
    ) -> Result<i64, StoreError> {
        self.update(person, expected).await
    }

    /// The person with this id, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_person(
        &mut self,
        id: PersonId,
    ) -> Result<Option<Stored<Person>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// All people, oldest first, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_people(&mut self) -> Result<Vec<Person>, StoreError> {
        self.list_by(sql::LIST, vec![]).await
    }

    /// Remembers when somebody was last there.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_person_seen_at(
        &mut self,
        id: PersonId,
        seen_at: Timestamp,
    ) -> Result<(), StoreError> {
        let binds = vec![
            Bind::Uuid(id.uuid()),
            Bind::Integer(micros(seen_at)),
            Bind::Integer(self.revision()),
        ];
        self.execute(sql::SET_SEEN_AT, binds).await.map(|_| ())
    }
}
