//! Maintenance series as rows: the document, and when another window is to be planned. That time
//! follows from the present as well, so it is a column alone and no change of the series.

use allclear_domain::ids::{SeriesId, StatusPageId};
use allclear_domain::maintenance::SeriesState;
use allclear_domain::{Maintenance, MaintenanceSeries, limits};
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::{Record, Stored, Versioned};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, maintenance, series as sql};
use crate::store::Store;
use crate::transaction::Transaction;

/// A series that was written is looked at as soon as possible; whoever writes it may do so at once.
const AT_ONCE: i64 = 0;

impl Record for MaintenanceSeries {
    const TABLE: &'static str = "maintenance_series";
    const PREFIX: &'static str = "ser_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        let next_action_at = (self.state == SeriesState::Running).then_some(AT_ONCE);
        Ok(vec![
            Bind::Uuid(self.page_id.uuid()),
            Bind::Text(self.state.as_str().to_owned()),
            Bind::MaybeInteger(next_action_at),
            super::document(self)?,
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        columns.document()
    }
}

impl Versioned for MaintenanceSeries {
    const NOUN: &'static str = "maintenance series";
    const FIND: &'static str = sql::FIND;
    const LIST_CHANGED: &'static str = sql::LIST_CHANGED;
    const FIND_VERSION: &'static str = sql::FIND_VERSION;
    const UPDATE: &'static str = sql::UPDATE;
}

impl Store {
    /// The series of a page, oldest entry first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_maintenance_series(
        &self,
        page_id: StatusPageId,
    ) -> Result<Vec<MaintenanceSeries>, StoreError> {
        self.list_by(sql::LIST_OF_PAGE, vec![Bind::Uuid(page_id.uuid())]).await
    }

    /// The series with this id.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_maintenance_series(
        &self,
        id: SeriesId,
    ) -> Result<Option<Stored<MaintenanceSeries>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// The windows of a series from a day on, by day, but for those that it took back itself.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_windows_of_series(
        &self,
        id: SeriesId,
        from: Date,
    ) -> Result<Vec<Maintenance>, StoreError> {
        let binds = vec![Bind::Uuid(id.uuid()), Bind::Text(from.to_string())];
        self.list_by(maintenance::LIST_OF_SERIES, binds).await
    }

    /// The next series for which a window is to be planned at `now`, after `after`; at most
    /// [`limits::DUE_AT_ONCE_MAX`] of them.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_due_series(
        &self,
        now: Timestamp,
        after: Option<SeriesId>,
    ) -> Result<Vec<SeriesId>, StoreError> {
        let most = i64::try_from(limits::DUE_AT_ONCE_MAX).unwrap_or(i64::MAX);
        let after = after.map_or(Uuid::nil(), SeriesId::uuid);
        let binds = vec![Bind::Integer(micros(now)), Bind::Uuid(after), Bind::Integer(most)];
        let rows = self.read().await?.fetch_all(sql::LIST_DUE, binds).await?;
        let id = |row: &crate::row::Row| {
            row.of(MaintenanceSeries::TABLE, MaintenanceSeries::PREFIX).uuid("id")
        };
        Ok(rows.iter().map(|row| id(row).map(SeriesId::from)).collect::<Result<_, BadRow>>()?)
    }
}

impl Transaction {
    /// Writes new series. Each is due at once.
    ///
    /// # Errors
    /// Where an id exists, the page is not there, or the database fails.
    pub async fn insert_maintenance_series(
        &mut self,
        series: &[MaintenanceSeries],
    ) -> Result<(), StoreError> {
        self.insert_new(series).await
    }

    /// Changes a series that is still at version `expected`; gives its new version. It is due at
    /// once, where it runs.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it is at another version, [`StoreError::NotFound`] where it
    /// is not there.
    pub async fn update_maintenance_series(
        &mut self,
        series: &MaintenanceSeries,
        expected: i64,
    ) -> Result<i64, StoreError> {
        self.update(series, expected).await
    }

    /// Says when another window of a series is to be planned; its version stays.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_series_next_action_at(
        &mut self,
        id: SeriesId,
        at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let binds = vec![
            Bind::Uuid(id.uuid()),
            Bind::MaybeInteger(at.map(micros)),
            Bind::Integer(self.revision()),
        ];
        self.execute(sql::SET_NEXT_ACTION_AT, binds).await.map(|_| ())
    }

    /// The series with this id.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_maintenance_series(
        &mut self,
        id: SeriesId,
    ) -> Result<Option<Stored<MaintenanceSeries>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// The series of a page, oldest entry first, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_maintenance_series(
        &mut self,
        page_id: StatusPageId,
    ) -> Result<Vec<MaintenanceSeries>, StoreError> {
        self.list_by(sql::LIST_OF_PAGE, vec![Bind::Uuid(page_id.uuid())]).await
    }

    /// The windows of a series from a day on, by day, but for those that it took back itself, as
    /// this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_windows_of_series(
        &mut self,
        id: SeriesId,
        from: Date,
    ) -> Result<Vec<Maintenance>, StoreError> {
        let binds = vec![Bind::Uuid(id.uuid()), Bind::Text(from.to_string())];
        self.list_by(maintenance::LIST_OF_SERIES, binds).await
    }
}
