//! Slices: what a list of the API shows at once. Entries that come later do not move what was seen.

use allclear_domain::ids::{
    AnnouncementId, CheckId, ComponentId, ExpiryId, IncidentId, MaintenanceId, PersonId, PublicId,
    SeriesId, StatusPageId, TemplateId,
};
use allclear_domain::{
    Announcement, Check, Component, Incident, Maintenance, MaintenanceSeries, Person, StatusPage,
    Template,
};
use uuid::Uuid;

use super::expiries::ExpiryRow;
use super::{Stored, Versioned};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::sql;
use crate::store::Store;

/// What is wanted of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<I> {
    /// Where the slice before ended; `None` for the first one.
    pub from: Option<I>,
    /// Of this status page alone, where one is named.
    pub page_id: Option<StatusPageId>,
    /// With one of these statuses alone, where there are any.
    pub statuses: Vec<&'static str>,
    /// How many, at most.
    pub limit: usize,
}

impl<I> Slice<I> {
    fn page(&self) -> Bind {
        Bind::MaybeUuid(self.page_id.map(StatusPageId::uuid))
    }

    fn statuses(&self) -> Bind {
        let words = (!self.statuses.is_empty()).then(|| format!(" {} ", self.statuses.join(" ")));
        Bind::MaybeText(words)
    }

    fn limit(&self) -> Bind {
        Bind::Integer(i64::try_from(self.limit).unwrap_or(i64::MAX))
    }
}

impl Store {
    /// Incidents, drafts among them, newest entry first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn slice_incidents(
        &self,
        slice: &Slice<IncidentId>,
    ) -> Result<Vec<Stored<Incident>>, StoreError> {
        let from = Bind::Uuid(slice.from.map_or(Uuid::max(), IncidentId::uuid));
        let binds = vec![from, slice.page(), slice.statuses(), slice.limit()];
        self.list_stored(sql::incidents::LIST_BEFORE, binds).await
    }

    /// Maintenance windows, drafts among them, newest entry first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn slice_maintenance(
        &self,
        slice: &Slice<MaintenanceId>,
    ) -> Result<Vec<Stored<Maintenance>>, StoreError> {
        let from = Bind::Uuid(slice.from.map_or(Uuid::max(), MaintenanceId::uuid));
        let binds = vec![from, slice.page(), slice.statuses(), slice.limit()];
        self.list_stored(sql::maintenance::LIST_BEFORE, binds).await
    }

    /// Maintenance series, newest entry first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn slice_maintenance_series(
        &self,
        slice: &Slice<SeriesId>,
    ) -> Result<Vec<Stored<MaintenanceSeries>>, StoreError> {
        let from = Bind::Uuid(slice.from.map_or(Uuid::max(), SeriesId::uuid));
        let binds = vec![from, slice.page(), slice.statuses(), slice.limit()];
        self.list_stored(sql::series::LIST_BEFORE, binds).await
    }

    /// Announcements, drafts among them, newest entry first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn slice_announcements(
        &self,
        slice: &Slice<AnnouncementId>,
    ) -> Result<Vec<Stored<Announcement>>, StoreError> {
        let from = Bind::Uuid(slice.from.map_or(Uuid::max(), AnnouncementId::uuid));
        let binds = vec![from, slice.page(), slice.limit()];
        self.list_stored(sql::announcements::LIST_BEFORE, binds).await
    }

    /// Components, oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn slice_components(
        &self,
        slice: &Slice<ComponentId>,
    ) -> Result<Vec<Stored<Component>>, StoreError> {
        let from = Bind::Uuid(slice.from.map_or(Uuid::nil(), ComponentId::uuid));
        let binds = vec![from, slice.page(), slice.limit()];
        self.list_stored(sql::components::LIST_AFTER, binds).await
    }

    /// Status pages, oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn slice_status_pages(
        &self,
        slice: &Slice<StatusPageId>,
    ) -> Result<Vec<Stored<StatusPage>>, StoreError> {
        let from = Bind::Uuid(slice.from.map_or(Uuid::nil(), StatusPageId::uuid));
        self.list_stored(sql::pages::LIST_AFTER, vec![from, slice.limit()]).await
    }

    /// Templates, oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn slice_templates(
        &self,
        slice: &Slice<TemplateId>,
    ) -> Result<Vec<Stored<Template>>, StoreError> {
        let from = Bind::Uuid(slice.from.map_or(Uuid::nil(), TemplateId::uuid));
        let binds = vec![from, slice.page(), slice.limit()];
        self.list_stored(sql::templates::LIST_AFTER, binds).await
    }

    /// Checks, oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn slice_checks(
        &self,
        slice: &Slice<CheckId>,
    ) -> Result<Vec<Stored<Check>>, StoreError> {
        let from = Bind::Uuid(slice.from.map_or(Uuid::nil(), CheckId::uuid));
        self.list_stored(sql::checks::LIST_AFTER, vec![from, slice.limit()]).await
    }

    /// What ends, oldest entry first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn slice_expiries(
        &self,
        slice: &Slice<ExpiryId>,
    ) -> Result<Vec<Stored<ExpiryRow>>, StoreError> {
        let from = Bind::Uuid(slice.from.map_or(Uuid::nil(), ExpiryId::uuid));
        self.list_stored(sql::expiries::LIST_AFTER, vec![from, slice.limit()]).await
    }

    /// People, oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn slice_people(
        &self,
        slice: &Slice<PersonId>,
    ) -> Result<Vec<Stored<Person>>, StoreError> {
        let from = Bind::Uuid(slice.from.map_or(Uuid::nil(), PersonId::uuid));
        self.list_stored(sql::people::LIST_AFTER, vec![from, slice.limit()]).await
    }

    /// The component with this id in addresses.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_component_by_public_id(
        &self,
        public_id: PublicId,
    ) -> Result<Option<Stored<Component>>, StoreError> {
        let binds = vec![Bind::Text(public_id.to_string())];
        self.find_by(sql::components::FIND_BY_PUBLIC_ID, binds).await
    }

    /// The status page that `/` shows.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_default_status_page(&self) -> Result<Option<Stored<StatusPage>>, StoreError> {
        self.find_by(sql::pages::FIND_DEFAULT, vec![]).await
    }

    async fn list_stored<T: Versioned>(
        &self,
        text: &'static str,
        binds: Vec<Bind>,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let rows = self.read().await?.fetch_all(text, binds).await?;
        Ok(rows.iter().map(super::read_stored).collect::<Result<_, BadRow>>()?)
    }
}
