//! Templates as rows: the document, and columns for what is searched or constrained.

use allclear_domain::Template;
use allclear_domain::ids::{StatusPageId, TemplateId};
use uuid::Uuid;

use super::{Record, Removable, Stored, Versioned};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::Columns;
use crate::sql::{Insert, templates as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for Template {
    const TABLE: &'static str = "templates";
    const PREFIX: &'static str = "tpl_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![
            Bind::Uuid(self.page_id.uuid()),
            Bind::Text(self.key.to_string()),
            super::document(self)?,
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        columns.document()
    }
}

impl Versioned for Template {
    const NOUN: &'static str = "template";
    const FIND: &'static str = sql::FIND;
    const LIST_CHANGED: &'static str = sql::LIST_CHANGED;
    const FIND_VERSION: &'static str = sql::FIND_VERSION;
    const UPDATE: &'static str = sql::UPDATE;
}

impl Removable for Template {
    const REMOVE: &'static str = sql::REMOVE;
}

impl Store {
    /// The templates of a page, by key.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_templates_of(
        &self,
        page_id: StatusPageId,
    ) -> Result<Vec<Template>, StoreError> {
        self.list_by(sql::LIST_OF_PAGE, vec![Bind::Uuid(page_id.uuid())]).await
    }

    /// The template with this id.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_template(
        &self,
        id: TemplateId,
    ) -> Result<Option<Stored<Template>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// The template with this key on a page.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_template_by_key(
        &self,
        page_id: StatusPageId,
        key: &str,
    ) -> Result<Option<Stored<Template>>, StoreError> {
        self.find_by(sql::FIND_BY_KEY, vec![Bind::Uuid(page_id.uuid()), Bind::Text(key.to_owned())])
            .await
    }
}

impl Transaction {
    /// Writes new templates.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where a key is that of another one on the page; also where the page
    /// is not there, or the database fails.
    pub async fn insert_templates(&mut self, templates: &[Template]) -> Result<(), StoreError> {
        self.insert_new(templates).await
    }

    /// Changes a template that is still at version `expected`; gives its new version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it is at another version, [`StoreError::NotFound`] where it
    /// is not there.
    pub async fn update_template(
        &mut self,
        template: &Template,
        expected: i64,
    ) -> Result<i64, StoreError> {
        self.update(template, expected).await
    }

    /// Removes a template that is still at version `expected`.
    ///
    /// # Errors
    /// As [`Transaction::update_template`].
    pub async fn remove_template(
        &mut self,
        template: &Template,
        expected: i64,
    ) -> Result<(), StoreError> {
        self.remove(template, expected).await
    }

    /// The template with this id, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_template(
        &mut self,
        id: TemplateId,
    ) -> Result<Option<Stored<Template>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// All templates, by page and key, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_templates(&mut self) -> Result<Vec<Template>, StoreError> {
        self.list_by(sql::LIST, vec![]).await
    }

    /// The templates of a page, by key, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_templates_of(
        &mut self,
        page_id: StatusPageId,
    ) -> Result<Vec<Template>, StoreError> {
        self.list_by(sql::LIST_OF_PAGE, vec![Bind::Uuid(page_id.uuid())]).await
    }
}
