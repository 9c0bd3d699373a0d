//! What writing needs to know of a noun: where it is stored, and what it names.

use std::fmt::Display;

use allclear_domain::audit::Subject;
use allclear_domain::ids::{
    AnnouncementId, ComponentId, IncidentId, MaintenanceId, SeriesId, StatusPageId, TemplateId,
};
use allclear_domain::posted::Posted;
use allclear_domain::record::{Affected, OutageRecord};
use allclear_domain::reminder::ReminderKind;
use allclear_domain::{
    Announcement, Component, Incident, Maintenance, MaintenanceSeries, StatusPage, Template,
    Validate,
};
use allclear_store::{StoreError, Stored, Transaction};
use jiff::Timestamp;
use serde::Serialize;

use crate::references::named_components;

/// Something that people write.
pub trait Noun: Validate + Serialize + Clone + PartialEq + Send + Sync + Sized + 'static {
    /// Its id.
    type Id: Copy + Display + Send;
    /// What people call it.
    const NOUN: &'static str;

    /// What audit entries name it by.
    fn subject(&self) -> Subject;
    /// What it names, and where, as the stored form spells it.
    fn names(&self) -> Vec<(String, Named)> {
        Vec::new()
    }
    /// The latest time at which something was entered in it; `None` where it keeps no such times.
    fn latest(&self) -> Option<Timestamp> {
        None
    }
    /// What it is to remind the team of; `None` where its kind never does.
    fn reminders(&self) -> Option<Vec<(ReminderKind, Timestamp)>> {
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
pub trait Alone: Noun {
    /// What it remembers of having been changed by itself.
    #[must_use]
    fn by_itself(self, _before: &Self) -> Self {
        self
    }
}

impl Alone for Incident {
    fn by_itself(self, before: &Self) -> Self {
        self.by_hand(before)
    }
}
impl Alone for Maintenance {
    fn by_itself(self, before: &Self) -> Self {
        self.by_hand(before)
    }
}
impl Alone for Announcement {}
impl Alone for Component {}
impl Alone for Template {}

/// Something that a noun names by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A component that the status page shows or has.
    Component(ComponentId, StatusPageId),
    /// An incident of any page.
    Incident(IncidentId),
}

impl Named {
    /// Why it cannot be named; `None` where it can.
    pub(super) async fn problem(
        self,
        transaction: &mut Transaction,
    ) -> Result<Option<String>, StoreError> {
        let (is_there, noun, id) = match self {
            Self::Component(id, page_id) => {
                let component = transaction.find_component(id).await?;
                if let Some(component) = &component
                    && component.value.page_id != page_id
                    && !shows_chosen(transaction, page_id).await?
                {
                    let text = format!(
                        "component {id} is of another status page: name one that this page shows"
                    );
                    return Ok(Some(text));
                }
                (component.is_some(), "component", id.to_string())
            }
            Self::Incident(id) => {
                (transaction.find_incident(id).await?.is_some(), "incident", id.to_string())
            }
        };
        let missing = || format!("there is no {noun} {id}: name one that is there");
        Ok((!is_there).then(missing))
    }
}

/// Whether a page shows components that were chosen for it, from any page.
async fn shows_chosen(
    transaction: &mut Transaction,
    page_id: StatusPageId,
) -> Result<bool, StoreError> {
    let page = transaction.find_status_page(page_id).await?;
    Ok(page.is_some_and(|page| !page.value.components.is_own()))
}

/// The components that will be affected by what is planned, or is not yet told.
fn affected(affected: &[Affected], page_id: StatusPageId) -> Vec<(String, Named)> {
    let name = |(place, affected): (usize, &Affected)| {
        let id = affected.target.component()?;
        Some((format!("affected[{place}].target"), Named::Component(id, page_id)))
    };
    affected.iter().enumerate().filter_map(name).collect()
}

fn components<S>(
    record: &OutageRecord,
    updates: &[Posted<S>],
    page_id: StatusPageId,
) -> Vec<(String, Named)> {
    let named = named_components(record, updates).into_iter();
    named.map(|(spot, id)| (spot.to_string(), Named::Component(id, page_id))).collect()
}

impl Noun for Incident {
    type Id = IncidentId;
    const NOUN: &'static str = "incident";

    fn subject(&self) -> Subject {
        Subject::Incident(self.id)
    }

    fn reminders(&self) -> Option<Vec<(ReminderKind, Timestamp)>> {
        Some(Self::reminders(self))
    }

    fn names(&self) -> Vec<(String, Named)> {
        let mut named = components(&self.record, &self.updates, self.page_id);
        let cause = self.same_cause_as.map(Named::Incident);
        named.extend(cause.map(|cause| ("same_cause_as".to_owned(), cause)));
        named
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

    fn reminders(&self) -> Option<Vec<(ReminderKind, Timestamp)>> {
        Some(Self::reminders(self))
    }

    fn names(&self) -> Vec<(String, Named)> {
        // The incident that it became is entered by the same transaction, after it.
        components(&self.record, &self.updates, self.page_id)
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

impl Noun for MaintenanceSeries {
    type Id = SeriesId;
    const NOUN: &'static str = "maintenance series";

    fn subject(&self) -> Subject {
        Subject::MaintenanceSeries(self.id)
    }

    fn names(&self) -> Vec<(String, Named)> {
        affected(&self.affected, self.page_id)
    }

    async fn find(
        transaction: &mut Transaction,
        id: SeriesId,
    ) -> Result<Option<Stored<Self>>, StoreError> {
        transaction.find_maintenance_series(id).await
    }

    async fn insert(&self, transaction: &mut Transaction) -> Result<(), StoreError> {
        transaction.insert_maintenance_series(std::slice::from_ref(self)).await
    }

    async fn update(
        &self,
        transaction: &mut Transaction,
        expected: i64,
    ) -> Result<i64, StoreError> {
        transaction.update_maintenance_series(self, expected).await
    }
}

impl Noun for Announcement {
    type Id = AnnouncementId;
    const NOUN: &'static str = "announcement";

    fn subject(&self) -> Subject {
        Subject::Announcement(self.id)
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

impl Noun for Template {
    type Id = TemplateId;
    const NOUN: &'static str = "template";

    fn subject(&self) -> Subject {
        Subject::Template(self.id)
    }

    fn names(&self) -> Vec<(String, Named)> {
        affected(&self.affected, self.page_id)
    }

    async fn find(
        transaction: &mut Transaction,
        id: TemplateId,
    ) -> Result<Option<Stored<Self>>, StoreError> {
        transaction.find_template(id).await
    }

    async fn insert(&self, transaction: &mut Transaction) -> Result<(), StoreError> {
        transaction.insert_templates(std::slice::from_ref(self)).await
    }

    async fn update(
        &self,
        transaction: &mut Transaction,
        expected: i64,
    ) -> Result<i64, StoreError> {
        transaction.update_template(self, expected).await
    }
}
