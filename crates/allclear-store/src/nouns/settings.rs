//! Component statuses that people set, as rows. They are added to and never changed.

use allclear_domain::StatusSetting;
use allclear_domain::ids::{ComponentId, StatusPageId};
use allclear_domain::text::InternalText;
use uuid::Uuid;

use super::Record;
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, settings as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for StatusSetting {
    const TABLE: &'static str = "status_settings";
    const PREFIX: &'static str = "sts_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![
            Bind::Uuid(self.component_id.uuid()),
            Bind::Text(self.status.as_str().to_owned()),
            Bind::Integer(micros(self.set_at)),
            Bind::MaybeInteger(self.ends_at.map(micros)),
            Bind::MaybeText(self.overrules.as_ref().map(|why| why.reveal_to_team().to_owned())),
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        Ok(Self {
            id: columns.uuid("id")?.into(),
            component_id: columns.uuid("component_id")?.into(),
            status: columns.word("status")?,
            set_at: columns.instant("set_at")?,
            ends_at: columns.maybe_instant("ends_at")?,
            overrules: columns.maybe_text("overrules")?.map(InternalText::new),
        })
    }
}

impl Store {
    /// All settings, in the order of time.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_status_settings(&self) -> Result<Vec<StatusSetting>, StoreError> {
        self.list_by(sql::LIST, vec![]).await
    }

    /// The settings of the components of a page, in the order of time.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_status_settings_of(
        &self,
        page_id: StatusPageId,
    ) -> Result<Vec<StatusSetting>, StoreError> {
        self.list_by(sql::LIST_OF_PAGE, vec![Bind::Uuid(page_id.uuid())]).await
    }

    /// The latest settings of a component, newest first, `most` of them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_latest_settings(
        &self,
        component_id: ComponentId,
        most: u16,
    ) -> Result<Vec<StatusSetting>, StoreError> {
        let binds = vec![Bind::Uuid(component_id.uuid()), Bind::Integer(i64::from(most))];
        self.list_by(sql::LIST_OF_COMPONENT, binds).await
    }
}

impl Transaction {
    /// The latest setting of a component.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_latest_setting(
        &mut self,
        component_id: ComponentId,
    ) -> Result<Option<StatusSetting>, StoreError> {
        let binds = vec![Bind::Uuid(component_id.uuid()), Bind::Integer(1)];
        Ok(self.list_by(sql::LIST_OF_COMPONENT, binds).await?.pop())
    }

    /// Writes new settings.
    ///
    /// # Errors
    /// Where a component is not there, an id exists, or the database fails.
    pub async fn insert_status_settings(
        &mut self,
        settings: &[StatusSetting],
    ) -> Result<(), StoreError> {
        self.insert_records(settings).await
    }
}
