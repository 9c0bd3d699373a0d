//! Incidents as rows: the document, and columns for what is searched, constrained or due.

use allclear_domain::ids::{IncidentId, PublicId, StatusPageId};
use allclear_domain::times::Bound;
use allclear_domain::{Incident, IncidentStatus};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{Record, Stored, Versioned};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, incidents as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for Incident {
    const TABLE: &'static str = "incidents";
    const PREFIX: &'static str = "inc_";
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
            Bind::Integer(micros(began(self))),
            Bind::MaybeInteger(self.ended().and_then(Bound::instant).map(micros)),
            Bind::MaybeText(source.map(|source| source.key.clone())),
            Bind::MaybeText(source.map(|source| source.digest.clone())),
            super::document(self)?,
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        columns.document()
    }
}

/// When an incident began, as lists are ordered: whichever zone its page has, a day begins at its
/// midnight in UTC.
fn began(incident: &Incident) -> Timestamp {
    incident.started.earliest(&TimeZone::UTC).unwrap_or(Timestamp::MIN)
}

/// What is wanted of the incidents in the order in which they began, the latest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BegunSlice {
    /// What the slice before ended with; `None` for the first one.
    pub from: Option<IncidentId>,
    /// Of this status page alone, where one is named.
    pub page_id: Option<StatusPageId>,
    /// At this stage alone, where one is named.
    pub stage: Option<Stage>,
    /// How many, at most.
    pub limit: usize,
}

/// A slice of the incidents, in the order in which they began.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Begun {
    /// Those that can be read.
    pub incidents: Vec<Incident>,
    /// Rows among them that cannot be read.
    pub bad_rows: Vec<BadRow>,
    /// What the next slice goes on behind; `None` where there was room for more.
    pub goes_on_after: Option<IncidentId>,
}

/// How far the team is with an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The team alone may read it.
    Draft,
    /// Readers see it, and it is not over.
    Open,
    /// Readers see it, and it is over.
    Over,
}

impl Versioned for Incident {
    const NOUN: &'static str = "incident";
    const FIND: &'static str = sql::FIND;
    const LIST_CHANGED: &'static str = sql::LIST_CHANGED;
    const FIND_VERSION: &'static str = sql::FIND_VERSION;
    const UPDATE: &'static str = sql::UPDATE;
}

impl Store {
    /// The incidents of a page with its drafts, oldest entry first: for the team, never for readers.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_incidents(&self, page_id: StatusPageId) -> Result<Vec<Incident>, StoreError> {
        self.list_by(sql::LIST_OF_PAGE, vec![Bind::Uuid(page_id.uuid())]).await
    }

    /// The incidents of a page with which the team is not done: open ones, drafts, and those with a
    /// promise to keep; oldest entry first. Settled ones may be among them that were last written
    /// before the database told them apart.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_unsettled_incidents(
        &self,
        page_id: StatusPageId,
    ) -> Result<Vec<Incident>, StoreError> {
        self.list_by(sql::LIST_UNSETTLED, vec![Bind::Uuid(page_id.uuid())]).await
    }

    /// The incidents that are not over and tell of outages that were measured, where they can be read;
    /// oldest entry first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_measured_incidents(&self) -> Result<Vec<Incident>, StoreError> {
        let mut link = self.read().await?;
        super::list_readable(&mut link, sql::LIST_MEASURED, vec![], &mut Vec::new()).await
    }

    /// Incidents, drafts among them, in the order in which they began, the latest first. Nothing
    /// comes after one that is not there.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn slice_incidents_begun(&self, slice: &BegunSlice) -> Result<Begun, StoreError> {
        let (started, from) = match slice.from {
            None => (i64::MAX, Uuid::max()),
            Some(from) => match self.find_started(from.uuid()).await? {
                Some(started) => (started, from.uuid()),
                None => return Ok(Begun::default()),
            },
        };
        let limit = Bind::Integer(i64::try_from(slice.limit).unwrap_or(i64::MAX));
        let mut binds = vec![Bind::Integer(started), Bind::Uuid(from)];
        let page = slice.page_id.map(StatusPageId::uuid);
        let text = match (slice.stage, page) {
            (Some(stage @ (Stage::Draft | Stage::Open)), page) => {
                binds.extend([Bind::Bool(stage == Stage::Open), limit, Bind::MaybeUuid(page)]);
                sql::LIST_UNFINISHED_BEGUN_BEFORE
            }
            (stage, page) => {
                let over = IncidentStatus::Resolved.as_str().to_owned();
                binds.extend([Bind::MaybeText(stage.map(|_| over)), limit]);
                binds.extend(page.map(Bind::Uuid));
                if page.is_some() { sql::LIST_OF_PAGE_BEGUN_BEFORE } else { sql::LIST_BEGUN_BEFORE }
            }
        };
        let rows = self.read().await?.fetch_all(text, binds).await?;
        let mut begun = Begun::default();
        if let Some(last) = rows.last().filter(|_| rows.len() >= slice.limit) {
            let columns = last.of(Incident::TABLE, Incident::PREFIX);
            begun.goes_on_after = Some(columns.uuid("id")?.into());
        }
        for row in &rows {
            match super::read(row) {
                Ok(incident) => begun.incidents.push(incident),
                Err(bad) => begun.bad_rows.push(bad),
            }
        }
        Ok(begun)
    }

    async fn find_started(&self, id: Uuid) -> Result<Option<i64>, StoreError> {
        let row =
            self.read().await?.fetch_optional(sql::FIND_STARTED, vec![Bind::Uuid(id)]).await?;
        let started =
            row.map(|row| row.of(Incident::TABLE, Incident::PREFIX).integer("started_at"));
        Ok(started.transpose()?)
    }

    /// The incident with this id, draft or not.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_incident(
        &self,
        id: IncidentId,
    ) -> Result<Option<Stored<Incident>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// The incident with this id in addresses, draft or not.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_incident_by_public_id(
        &self,
        public_id: PublicId,
    ) -> Result<Option<Stored<Incident>>, StoreError> {
        self.find_by(sql::FIND_BY_PUBLIC_ID, vec![Bind::Text(public_id.to_string())]).await
    }
}

impl Transaction {
    /// The incidents of a page with which the team is not done, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_unsettled_incidents(
        &mut self,
        page_id: StatusPageId,
    ) -> Result<Vec<Incident>, StoreError> {
        self.list_by(sql::LIST_UNSETTLED, vec![Bind::Uuid(page_id.uuid())]).await
    }

    /// Writes new incidents.
    ///
    /// # Errors
    /// Where an id or a source exists on the page, the page is not there, or the database fails.
    pub async fn insert_incidents(&mut self, incidents: &[Incident]) -> Result<(), StoreError> {
        self.insert_new(incidents).await
    }

    /// Changes an incident that is still at version `expected`; gives its new version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it is at another version, [`StoreError::NotFound`] where it
    /// is not there.
    pub async fn update_incident(
        &mut self,
        incident: &Incident,
        expected: i64,
    ) -> Result<i64, StoreError> {
        self.update(incident, expected).await
    }

    /// The incident with this id, draft or not.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_incident(
        &mut self,
        id: IncidentId,
    ) -> Result<Option<Stored<Incident>>, StoreError> {
        self.find(id.uuid()).await
    }
}
