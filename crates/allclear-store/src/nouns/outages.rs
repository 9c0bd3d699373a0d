//! Outages as rows: the document, and columns for what is searched or constrained.

use allclear_domain::Outage;
use allclear_domain::ids::{CheckId, IncidentId, OutageId};
use uuid::Uuid;

use super::{Record, Stored, Versioned};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, outages as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for Outage {
    const TABLE: &'static str = "outages";
    const PREFIX: &'static str = "out_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![
            Bind::Uuid(self.check_id.uuid()),
            Bind::Text(self.threshold.as_str().to_owned()),
            Bind::Integer(micros(self.began_at)),
            Bind::MaybeInteger(self.ended_at.map(micros)),
            Bind::MaybeUuid(self.incident_id.map(IncidentId::uuid)),
            super::document(self)?,
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        columns.document()
    }
}

impl Versioned for Outage {
    const NOUN: &'static str = "outage";
    const FIND: &'static str = sql::FIND;
    const LIST_CHANGED: &'static str = sql::LIST_CHANGED;
    const FIND_VERSION: &'static str = sql::FIND_VERSION;
    const UPDATE: &'static str = sql::UPDATE;
}

impl Store {
    /// All outages that go on and can be read, oldest entry first: a damaged row keeps no other from
    /// being told.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_readable_open_outages(&self) -> Result<Vec<Outage>, StoreError> {
        let mut link = self.read().await?;
        super::list_readable(&mut link, sql::LIST_OPEN, vec![], &mut Vec::new()).await
    }

    /// The outages that an incident tells of, oldest entry first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_outages_of_incident(
        &self,
        incident_id: IncidentId,
    ) -> Result<Vec<Outage>, StoreError> {
        self.list_by(sql::LIST_OF_INCIDENT, vec![Bind::Uuid(incident_id.uuid())]).await
    }

    /// The latest outages of a check, newest first, `most` of them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_latest_outages(
        &self,
        check_id: CheckId,
        most: u16,
    ) -> Result<Vec<Outage>, StoreError> {
        let binds = vec![Bind::Uuid(check_id.uuid()), Bind::Integer(i64::from(most))];
        self.list_by(sql::LIST_LATEST_OF_CHECK, binds).await
    }
}

impl Transaction {
    /// Writes new outages.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where a check has an open one for the same threshold, or the
    /// database fails.
    pub async fn insert_outages(&mut self, outages: &[Outage]) -> Result<(), StoreError> {
        self.insert_new(outages).await
    }

    /// Changes an outage that is still at version `expected`; gives its new version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it is at another version, [`StoreError::NotFound`] where it
    /// is not there.
    pub async fn update_outage(
        &mut self,
        outage: &Outage,
        expected: i64,
    ) -> Result<i64, StoreError> {
        self.update(outage, expected).await
    }

    /// The outage with this id, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_outage(
        &mut self,
        id: OutageId,
    ) -> Result<Option<Stored<Outage>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// The outages of a check that go on, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_open_outages_of(
        &mut self,
        check_id: CheckId,
    ) -> Result<Vec<Stored<Outage>>, StoreError> {
        let binds = vec![Bind::Uuid(check_id.uuid())];
        self.list_stored_by(sql::LIST_OPEN_OF_CHECK, binds).await
    }
}
