//! Origins as rows: what comes from a file, and from which.

use allclear_domain::Origin;
use allclear_domain::audit::Subject;
use uuid::Uuid;

use super::{Record, notes};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::Columns;
use crate::sql::{Insert, origins as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for Origin {
    const TABLE: &'static str = "origins";
    const PREFIX: &'static str = "";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.subject.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![Bind::Text(self.subject.noun().to_owned()), Bind::Text(self.file.clone())])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        Ok(Self { subject: notes::subject(columns)?, file: columns.text("file")? })
    }
}

fn binds(subject: Subject) -> Vec<Bind> {
    vec![Bind::Text(subject.noun().to_owned()), Bind::Uuid(subject.uuid())]
}

impl Store {
    /// Everything that comes from a file.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_origins(&self) -> Result<Vec<Origin>, StoreError> {
        self.list_by(sql::LIST, vec![]).await
    }

    /// Where something comes from, where that is a file.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_origin(&self, subject: Subject) -> Result<Option<Origin>, StoreError> {
        Ok(self.list_by(sql::FIND, binds(subject)).await?.pop())
    }
}

impl Transaction {
    /// Everything that comes from a file, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_origins(&mut self) -> Result<Vec<Origin>, StoreError> {
        self.list_by(sql::LIST, vec![]).await
    }

    /// Says that something comes from a file, whatever was said before.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_origin(&mut self, origin: &Origin) -> Result<(), StoreError> {
        self.remove_origin(origin.subject).await?;
        self.insert_records(std::slice::from_ref(origin)).await
    }

    /// Says that something comes from no file, or from none any more.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_origin(&mut self, subject: Subject) -> Result<(), StoreError> {
        self.execute(sql::REMOVE, binds(subject)).await.map(|_| ())
    }
}
