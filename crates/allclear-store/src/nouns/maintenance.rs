//! Maintenance windows as rows: the document, and columns for what is searched, constrained or due.

use allclear_domain::ids::{MaintenanceId, PublicId, StatusPageId};
use allclear_domain::maintenance::MaintenanceState;
use allclear_domain::times::Bound;
use allclear_domain::{Maintenance, limits};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Record, Stored, Versioned};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, maintenance as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for Maintenance {
    const TABLE: &'static str = "maintenance_windows";
    const PREFIX: &'static str = "mnt_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        let source = self.source.as_ref();
        Ok(vec![
            Bind::Text(self.public_id.to_string()),
            Bind::Uuid(self.page_id.uuid()),
            Bind::Bool(self.publication.is_public()),
            Bind::Bool(self.is_settled()),
            Bind::Text(self.state.status().as_str().to_owned()),
            Bind::MaybeInteger(self.started().instant().map(micros)),
            Bind::MaybeInteger(self.ended().and_then(Bound::instant).map(micros)),
            Bind::MaybeInteger(self.next_action_at().map(micros)),
            Bind::MaybeUuid(self.series.map(|series| series.id.uuid())),
            Bind::MaybeText(occurs_on(self)),
            Bind::MaybeText(source.map(|source| source.key.clone())),
            Bind::MaybeText(source.map(|source| source.digest.clone())),
            super::document(self)?,
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        columns.document()
    }
}

/// The day for which no other window of its series is planned. One that the series took back itself
/// stands in nobody's way, should the series come back to that day.
fn occurs_on(window: &Maintenance) -> Option<String> {
    let is_cancelled = matches!(window.state, MaintenanceState::Cancelled { .. });
    let series = window.series.filter(|series| series.is_by_hand || !is_cancelled);
    series.map(|series| series.on.to_string())
}

impl Versioned for Maintenance {
    const NOUN: &'static str = "maintenance window";
    const FIND: &'static str = sql::FIND;
    const LIST_CHANGED: &'static str = sql::LIST_CHANGED;
    const FIND_VERSION: &'static str = sql::FIND_VERSION;
    const UPDATE: &'static str = sql::UPDATE;
}

/// Windows with a step to take, a batch of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DueMaintenance {
    /// The windows, oldest entry first.
    pub windows: Vec<Maintenance>,
    /// Rows that are due and do not make sense.
    pub bad_rows: Vec<BadRow>,
    /// Where the next batch begins; `None` where this is the last one.
    pub goes_on_after: Option<MaintenanceId>,
}

impl Store {
    /// The windows of a page with its drafts, oldest entry first: for the team, never for readers.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_maintenance(
        &self,
        page_id: StatusPageId,
    ) -> Result<Vec<Maintenance>, StoreError> {
        self.list_by(sql::LIST_OF_PAGE, vec![Bind::Uuid(page_id.uuid())]).await
    }

    /// The windows of a page with which the team is not done: announced ones, those under way,
    /// drafts, and those with a promise to keep; oldest entry first. Settled ones may be among them
    /// that were last written before the database told them apart.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_unsettled_maintenance(
        &self,
        page_id: StatusPageId,
    ) -> Result<Vec<Maintenance>, StoreError> {
        self.list_by(sql::LIST_UNSETTLED, vec![Bind::Uuid(page_id.uuid())]).await
    }

    /// The next windows of any page that have a step to take by themselves at `now`: to begin, or to
    /// be over. A window stays due until it has taken it. `after` is where the batch before ended.
    ///
    /// # Errors
    /// Where the database fails. A row that does not make sense is named and keeps no other back.
    pub async fn list_due_maintenance(
        &self,
        now: Timestamp,
        after: Option<MaintenanceId>,
    ) -> Result<DueMaintenance, StoreError> {
        let after = after.map_or(Uuid::nil(), MaintenanceId::uuid);
        let most = i64::try_from(limits::DUE_AT_ONCE_MAX).unwrap_or(i64::MAX);
        let binds = vec![Bind::Integer(micros(now)), Bind::Uuid(after), Bind::Integer(most)];
        let rows = self.read().await?.fetch_all(sql::LIST_DUE, binds).await?;
        let is_full = rows.len() >= limits::DUE_AT_ONCE_MAX;
        let mut due = DueMaintenance::default();
        if let Some(last) = rows.last().filter(|_| is_full) {
            let columns = last.of(Maintenance::TABLE, Maintenance::PREFIX);
            due.goes_on_after = Some(columns.uuid("id")?.into());
        }
        for row in &rows {
            match super::read(row) {
                Ok(window) => due.windows.push(window),
                Err(bad) => due.bad_rows.push(bad),
            }
        }
        Ok(due)
    }

    /// The window with this id, draft or not.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_maintenance(
        &self,
        id: MaintenanceId,
    ) -> Result<Option<Stored<Maintenance>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// The window with this id in addresses, draft or not.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_maintenance_by_public_id(
        &self,
        public_id: PublicId,
    ) -> Result<Option<Stored<Maintenance>>, StoreError> {
        self.find_by(sql::FIND_BY_PUBLIC_ID, vec![Bind::Text(public_id.to_string())]).await
    }
}

impl Transaction {
    /// The windows of a page with which the team is not done, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_unsettled_maintenance(
        &mut self,
        page_id: StatusPageId,
    ) -> Result<Vec<Maintenance>, StoreError> {
        self.list_by(sql::LIST_UNSETTLED, vec![Bind::Uuid(page_id.uuid())]).await
    }

    /// Writes new windows.
    ///
    /// # Errors
    /// Where an id or a source exists on the page, the page is not there, or the database fails.
    pub async fn insert_maintenance(&mut self, windows: &[Maintenance]) -> Result<(), StoreError> {
        self.insert_new(windows).await
    }

    /// Changes a window that is still at version `expected`; gives its new version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it is at another version, [`StoreError::NotFound`] where it
    /// is not there.
    pub async fn update_maintenance(
        &mut self,
        window: &Maintenance,
        expected: i64,
    ) -> Result<i64, StoreError> {
        self.update(window, expected).await
    }

    /// The window with this id, draft or not.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_maintenance(
        &mut self,
        id: MaintenanceId,
    ) -> Result<Option<Stored<Maintenance>>, StoreError> {
        self.find(id.uuid()).await
    }
}
