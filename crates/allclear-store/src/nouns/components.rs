//! Components as rows.

use allclear_domain::Component;
use allclear_domain::ids::{ComponentId, StatusPageId};
use uuid::Uuid;

use super::{Record, Removable, Stored, Versioned};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, components as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for Component {
    const TABLE: &'static str = "components";
    const PREFIX: &'static str = "cmp_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![
            Bind::Text(self.public_id.to_string()),
            Bind::Uuid(self.page_id.uuid()),
            Bind::Text(self.key.to_string()),
            Bind::Text(self.name.clone()),
            Bind::MaybeText(self.description.clone()),
            Bind::MaybeUuid(self.parent_id.map(ComponentId::uuid)),
            Bind::Integer(i64::from(self.position)),
            Bind::MaybeText(self.start_date.map(|day| day.to_string())),
            Bind::Integer(micros(self.created_at)),
            Bind::MaybeInteger(self.retired_at.map(micros)),
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        let position = columns.integer("position")?;
        let key = columns.text("key")?;
        let start_date = columns.maybe_text("start_date")?;
        Ok(Self {
            id: columns.uuid("id")?.into(),
            public_id: columns.parsed("public_id")?,
            page_id: columns.uuid("page_id")?.into(),
            key: key.try_into().map_err(|error| columns.bad(error))?,
            name: columns.text("name")?,
            description: columns.maybe_text("description")?,
            parent_id: columns.maybe_uuid("parent_id")?.map(ComponentId::from),
            position: u32::try_from(position)
                .map_err(|_| columns.bad(format!("column position: {position}")))?,
            start_date: start_date
                .map(|day| day.parse())
                .transpose()
                .map_err(|error| columns.bad(format!("column start_date: {error}")))?,
            created_at: columns.instant("created_at")?,
            retired_at: columns.maybe_instant("retired_at")?,
        })
    }
}

impl Versioned for Component {
    const NOUN: &'static str = "component";
    const FIND: &'static str = sql::FIND;
    const LIST_CHANGED: &'static str = sql::LIST_CHANGED;
    const FIND_VERSION: &'static str = sql::FIND_VERSION;
    const UPDATE: &'static str = sql::UPDATE;
}

impl Removable for Component {
    const REMOVE: &'static str = sql::REMOVE;
}

impl Store {
    /// The components of all pages, oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_components(&self) -> Result<Vec<Component>, StoreError> {
        self.list_by(sql::LIST, vec![]).await
    }

    /// The components of a page, oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_components_of(
        &self,
        page_id: StatusPageId,
    ) -> Result<Vec<Component>, StoreError> {
        self.list_by(sql::LIST_OF_PAGE, vec![Bind::Uuid(page_id.uuid())]).await
    }

    /// The component with this id.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_component_by_id(
        &self,
        id: ComponentId,
    ) -> Result<Option<Stored<Component>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// The component with this key on a page.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_component(
        &self,
        page_id: StatusPageId,
        key: &str,
    ) -> Result<Option<Stored<Component>>, StoreError> {
        self.find_by(sql::FIND_BY_KEY, vec![Bind::Uuid(page_id.uuid()), Bind::Text(key.to_owned())])
            .await
    }
}

impl Transaction {
    /// Writes new components. A parent may come after its parts; it has to be there at the commit.
    ///
    /// # Errors
    /// Where a key or an id exists, or the database fails.
    pub async fn insert_components(&mut self, components: &[Component]) -> Result<(), StoreError> {
        self.insert_new(components).await
    }

    /// Changes a component that is still at version `expected`; gives its new version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it is at another version, [`StoreError::NotFound`] where it
    /// is not there.
    pub async fn update_component(
        &mut self,
        component: &Component,
        expected: i64,
    ) -> Result<i64, StoreError> {
        self.update(component, expected).await
    }

    /// Removes a component that is still at version `expected` and that nothing names.
    ///
    /// # Errors
    /// As [`Transaction::update_component`]; also where a row names it.
    pub async fn remove_component(
        &mut self,
        component: &Component,
        expected: i64,
    ) -> Result<(), StoreError> {
        self.remove(component, expected).await
    }

    /// Whether anything names a component: a record, its parts, a status set by hand, a note, a
    /// template or the choice of a page.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn is_component_named(&mut self, id: ComponentId) -> Result<bool, StoreError> {
        let binds = vec![Bind::Uuid(id.uuid()), Bind::Text(format!("%{id}%"))];
        Ok(self.count(sql::COUNT_NAMED, binds, "named").await? > 0)
    }

    /// The component with this id.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_component(
        &mut self,
        id: ComponentId,
    ) -> Result<Option<Stored<Component>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// The component with this key on a page.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_component_by_key(
        &mut self,
        page_id: StatusPageId,
        key: &str,
    ) -> Result<Option<Stored<Component>>, StoreError> {
        self.find_by(sql::FIND_BY_KEY, vec![Bind::Uuid(page_id.uuid()), Bind::Text(key.to_owned())])
            .await
    }

    /// The components of all pages, oldest first, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_components(&mut self) -> Result<Vec<Component>, StoreError> {
        self.list_by(sql::LIST, vec![]).await
    }

    /// The components of a page, oldest first, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_components_of(
        &mut self,
        page_id: StatusPageId,
    ) -> Result<Vec<Component>, StoreError> {
        self.list_by(sql::LIST_OF_PAGE, vec![Bind::Uuid(page_id.uuid())]).await
    }
}
