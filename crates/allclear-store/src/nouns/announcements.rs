//! Announcements as rows: the document, and columns for what is searched, constrained or due.

use allclear_domain::Announcement;
use allclear_domain::ids::{AnnouncementId, PublicId, StatusPageId};
use uuid::Uuid;

use super::{Record, Stored, Versioned};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, announcements as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for Announcement {
    const TABLE: &'static str = "announcements";
    const PREFIX: &'static str = "ann_";
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
            Bind::MaybeInteger(self.shown_at.instant().map(micros)),
            Bind::MaybeInteger(self.until.map(micros)),
            Bind::MaybeText(source.map(|source| source.key.clone())),
            Bind::MaybeText(source.map(|source| source.digest.clone())),
            super::document(self)?,
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        columns.document()
    }
}

impl Versioned for Announcement {
    const NOUN: &'static str = "announcement";
    const FIND: &'static str = sql::FIND;
    const LIST_CHANGED: &'static str = sql::LIST_CHANGED;
    const FIND_VERSION: &'static str = sql::FIND_VERSION;
    const UPDATE: &'static str = sql::UPDATE;
}

impl Store {
    /// The announcements of a page with its drafts, oldest entry first: for the team, never for readers.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_announcements(
        &self,
        page_id: StatusPageId,
    ) -> Result<Vec<Announcement>, StoreError> {
        self.list_by(sql::LIST_OF_PAGE, vec![Bind::Uuid(page_id.uuid())]).await
    }

    /// The announcement with this id, draft or not.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_announcement(
        &self,
        id: AnnouncementId,
    ) -> Result<Option<Stored<Announcement>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// The announcement with this id in addresses, draft or not.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_announcement_by_public_id(
        &self,
        public_id: PublicId,
    ) -> Result<Option<Stored<Announcement>>, StoreError> {
        self.find_by(sql::FIND_BY_PUBLIC_ID, vec![Bind::Text(public_id.to_string())]).await
    }
}

impl Transaction {
    /// Writes new announcements.
    ///
    /// # Errors
    /// Where an id or a source exists on the page, the page is not there, or the database fails.
    pub async fn insert_announcements(
        &mut self,
        announcements: &[Announcement],
    ) -> Result<(), StoreError> {
        self.insert_new(announcements).await
    }

    /// Changes an announcement that is still at version `expected`; gives its new version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it is at another version, [`StoreError::NotFound`] where it
    /// is not there.
    pub async fn update_announcement(
        &mut self,
        announcement: &Announcement,
        expected: i64,
    ) -> Result<i64, StoreError> {
        self.update(announcement, expected).await
    }

    /// The announcement with this id, draft or not.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_announcement(
        &mut self,
        id: AnnouncementId,
    ) -> Result<Option<Stored<Announcement>>, StoreError> {
        self.find(id.uuid()).await
    }
}
