//! Status pages as rows.

use allclear_domain::StatusPage;
use allclear_domain::ids::StatusPageId;
use uuid::Uuid;

use super::{Record, Removable, Stored, Versioned};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::Columns;
use crate::sql::{Insert, pages as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for StatusPage {
    const TABLE: &'static str = "status_pages";
    const PREFIX: &'static str = "pag_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![
            Bind::Text(self.slug.to_string()),
            Bind::Bool(self.is_default),
            super::document(self)?,
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        columns.document()
    }
}

impl Versioned for StatusPage {
    const NOUN: &'static str = "status page";
    const FIND: &'static str = sql::FIND;
    const LIST_CHANGED: &'static str = sql::LIST_CHANGED;
    const FIND_VERSION: &'static str = sql::FIND_VERSION;
    const UPDATE: &'static str = sql::UPDATE;
}

impl Removable for StatusPage {
    const REMOVE: &'static str = sql::REMOVE;
}

impl Store {
    /// All status pages, oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_status_pages(&self) -> Result<Vec<StatusPage>, StoreError> {
        self.list_by(sql::LIST, vec![]).await
    }

    /// The status page with this slug.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn find_status_page(
        &self,
        slug: &str,
    ) -> Result<Option<Stored<StatusPage>>, StoreError> {
        self.find_by(sql::FIND_BY_SLUG, vec![Bind::Text(slug.to_owned())]).await
    }

    /// The status page with this id.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_status_page_by_id(
        &self,
        id: StatusPageId,
    ) -> Result<Option<Stored<StatusPage>>, StoreError> {
        self.find(id.uuid()).await
    }
}

impl Transaction {
    /// Removes a status page that is still at version `expected` and holds nothing.
    ///
    /// # Errors
    /// As [`Transaction::update_status_page`]; also where something belongs to it.
    pub async fn remove_status_page(
        &mut self,
        page: &StatusPage,
        expected: i64,
    ) -> Result<(), StoreError> {
        self.remove(page, expected).await
    }

    /// How much belongs to a status page: components, records, templates and notes about it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_held(&mut self, id: StatusPageId) -> Result<i64, StoreError> {
        self.count(sql::COUNT_HELD, vec![Bind::Uuid(id.uuid())], "held").await
    }

    /// Writes a new status page. There can be one default page; another is a
    /// [`StoreError::Duplicate`]: take the mark from the former one first.
    ///
    /// # Errors
    /// Where its slug or its id exists, or the database fails.
    pub async fn insert_status_page(&mut self, page: &StatusPage) -> Result<(), StoreError> {
        self.insert_new(std::slice::from_ref(page)).await
    }

    /// Changes a status page that is still at version `expected`; gives its new version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it is at another version, [`StoreError::NotFound`] where it
    /// is not there.
    pub async fn update_status_page(
        &mut self,
        page: &StatusPage,
        expected: i64,
    ) -> Result<i64, StoreError> {
        self.update(page, expected).await
    }

    /// All status pages, oldest first, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_status_pages(&mut self) -> Result<Vec<StatusPage>, StoreError> {
        self.list_by(sql::LIST, vec![]).await
    }

    /// The status page with this id.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_status_page(
        &mut self,
        id: StatusPageId,
    ) -> Result<Option<Stored<StatusPage>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// The status page with this slug.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_status_page_by_slug(
        &mut self,
        slug: &str,
    ) -> Result<Option<Stored<StatusPage>>, StoreError> {
        self.find_by(sql::FIND_BY_SLUG, vec![Bind::Text(slug.to_owned())]).await
    }
}
