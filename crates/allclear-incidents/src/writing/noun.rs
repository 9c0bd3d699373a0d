//! What writing needs to know of a noun: where it is stored, and what it names.

use std::fmt::Display;

use allclear_domain::audit::Subject;
use allclear_domain::ids::{AnnouncementId, ComponentId, IncidentId, MaintenanceId, StatusPageId};
use allclear_domain::{Announcement, Component, Incident, Maintenance, StatusPage, Validate};
use allclear_store::{StoreError, Stored, Transaction};
use jiff::Timestamp;
use serde::Serialize;

use crate::references::{Spot, named_components};

/// Something that people write.
pub trait Noun: Validate + Serialize + Clone + PartialEq + Send + Sync + Sized + 'static {
    /// Its id.
    type Id: Copy + Display + Send;
    /// What people call it.
    const NOUN: &'static str;

    /// What audit entries name it by.
    fn subject(&self) -> Subject;
    /// The components that it names, and where, as the stored form spells it.
    fn names(&self) -> Vec<(String, ComponentId)>;
    /// The latest time at which something was entered in it; `None` where it keeps no such times.
    fn latest(&self) -> Option<Timestamp> {
        None
    }
    /// Reads it.
    fn find(
        transaction: &mut Transaction,
        id: Self::Id,
    ) -> impl Future<Output = Result<Option<Stored<Self>>, StoreError>> + Send;
    /// Writes it, new.
    fn insert(
        &self,
        transaction: &mut Transaction,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Writes it over the version `expected`; gives the new one.
    fn update(
        &self,
        transaction: &mut Transaction,
        expected: i64,
    ) -> impl Future<Output = Result<i64, StoreError>> + Send;
}

/// A noun that can be changed by itself. A status page cannot: what it may be depends on the others.
pub trait Alone: Noun {}

impl Alone for Incident {}
impl Alone for Maintenance {}
impl Alone for Announcement {}
impl Alone for Component {}

fn spelt(named: Vec<(Spot, ComponentId)>) -> Vec<(String, ComponentId)> {
    named.into_iter().map(|(spot, id)| (spot.to_string(), id)).collect()
}

impl Noun for Incident {
    type Id = IncidentId;
    const NOUN: &'static str = "incident";

    fn subject(&self) -> Subject {
        Subject::Incident(self.id)
    }

    fn names(&self) -> Vec<(String, ComponentId)> {
        spelt(named_components(&self.record, &self.updates))
    }

    fn latest(&self) -> Option<Timestamp> {
        Some(Incident::latest(self))
    }

    async fn find(
        transaction: &mut Transaction,
        id: IncidentId,
    ) -> Result<Option<Stored<Self>>, StoreError> {
        transaction.find_incident(id).await
    }

    async fn insert(&self, transaction: &mut Transaction) -> Result<(), StoreError> {
        transaction.insert_incidents(std::slice::from_ref(self)).await
    }

    async fn update(
        &self,
        transaction: &mut Transaction,
        expected: i64,
    ) -> Result<i64, StoreError> {
        transaction.update_incident(self, expected).await
    }
}

impl Noun for Maintenance {
    type Id = MaintenanceId;
    const NOUN: &'static str = "maintenance window";

    fn subject(&self) -> Subject {
        Subject::Maintenance(self.id)
    }

    fn names(&self) -> Vec<(String, ComponentId)> {
        spelt(named_components(&self.record, &self.updates))
    }

    fn latest(&self) -> Option<Timestamp> {
        Some(Maintenance::latest(self))
    }

    async fn find(
        transaction: &mut Transaction,
        id: MaintenanceId,
    ) -> Result<Option<Stored<Self>>, StoreError> {
        transaction.find_maintenance(id).await
    }

    async fn insert(&self, transaction: &mut Transaction) -> Result<(), StoreError> {
        transaction.insert_maintenance(std::slice::from_ref(self)).await
    }

    async fn update(
        &self,
        transaction: &mut Transaction,
        expected: i64,
    ) -> Result<i64, StoreError> {
        transaction.update_maintenance(self, expected).await
    }
}

impl Noun for Announcement {
    type Id = AnnouncementId;
    const NOUN: &'static str = "announcement";

    fn subject(&self) -> Subject {
        Subject::Announcement(self.id)
    }

    fn names(&self) -> Vec<(String, ComponentId)> {
        Vec::new()
    }

    async fn find(
        transaction: &mut Transaction,
        id: AnnouncementId,
    ) -> Result<Option<Stored<Self>>, StoreError> {
        transaction.find_announcement(id).await
    }

    async fn insert(&self, transaction: &mut Transaction) -> Result<(), StoreError> {
        transaction.insert_announcements(std::slice::from_ref(self)).await
    }

    async fn update(
        &self,
        transaction: &mut Transaction,
        expected: i64,
    ) -> Result<i64, StoreError> {
        transaction.update_announcement(self, expected).await
    }
}

impl Noun for Component {
    type Id = ComponentId;
    const NOUN: &'static str = "component";

    fn subject(&self) -> Subject {
        Subject::Component(self.id)
    }

    fn names(&self) -> Vec<(String, ComponentId)> {
        Vec::new()
    }

    async fn find(
        transaction: &mut Transaction,
        id: ComponentId,
    ) -> Result<Option<Stored<Self>>, StoreError> {
        transaction.find_component(id).await
    }

    async fn insert(&self, transaction: &mut Transaction) -> Result<(), StoreError> {
        transaction.insert_components(std::slice::from_ref(self)).await
    }

    async fn update(
        &self,
        transaction: &mut Transaction,
        expected: i64,
    ) -> Result<i64, StoreError> {
        transaction.update_component(self, expected).await
    }
}

impl Noun for StatusPage {
    type Id = StatusPageId;
    const NOUN: &'static str = "status page";

    fn subject(&self) -> Subject {
        Subject::StatusPage(self.id)
    }

    fn names(&self) -> Vec<(String, ComponentId)> {
        Vec::new()
    }

    async fn find(
        transaction: &mut Transaction,
        id: StatusPageId,
    ) -> Result<Option<Stored<Self>>, StoreError> {
        transaction.find_status_page(id).await
    }

    async fn insert(&self, transaction: &mut Transaction) -> Result<(), StoreError> {
        transaction.insert_status_page(self).await
    }

    async fn update(
        &self,
        transaction: &mut Transaction,
        expected: i64,
    ) -> Result<i64, StoreError> {
        transaction.update_status_page(self, expected).await
    }
}
