//! What readers of protected status pages are let in by, as rows.

use allclear_domain::ids::StatusPageId;
use allclear_domain::status_page::ReaderPassword;

use crate::engine::{Bind, Link};
use crate::error::{BadRow, StoreError};
use crate::row::Row;
use crate::sql::readers as sql;
use crate::store::Store;
use crate::transaction::Transaction;

impl Store {
    /// What readers of a status page are let in by; `None` where it has no password.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_reader_password(
        &self,
        id: StatusPageId,
    ) -> Result<Option<ReaderPassword>, StoreError> {
        let binds = vec![Bind::Uuid(id.uuid())];
        let row = self.read().await?.fetch_optional(sql::FIND, binds).await?;
        Ok(row.as_ref().map(read).transpose()?)
    }
}

impl Transaction {
    /// Writes what readers of a status page are let in by over what they were let in by before.
    ///
    /// # Errors
    /// Where the page is not there, or the database fails.
    pub async fn set_reader_password(
        &mut self,
        password: &ReaderPassword,
    ) -> Result<(), StoreError> {
        let binds = vec![
            Bind::Uuid(password.page_id.uuid()),
            Bind::Text(password.password_hash.clone()),
            Bind::Text(password.cookie_key.clone()),
            Bind::Integer(self.revision()),
        ];
        self.execute(sql::SET, binds).await.map(|_| ())
    }

    /// Takes away what readers of a status page are let in by.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_reader_password(&mut self, id: StatusPageId) -> Result<(), StoreError> {
        self.execute(sql::REMOVE, vec![Bind::Uuid(id.uuid())]).await.map(|_| ())
    }
}

/// What readers are let in by, of all pages; rows that do not make sense are added to `bad`.
pub(crate) async fn list_readable(
    link: &mut Link,
    bad: &mut Vec<BadRow>,
) -> Result<Vec<ReaderPassword>, StoreError> {
    let rows = link.fetch_all(sql::LIST, vec![]).await?;
    let mut passwords = Vec::with_capacity(rows.len());
    for row in &rows {
        match read(row) {
            Ok(password) => passwords.push(password),
            Err(row) => bad.push(row),
        }
    }
    Ok(passwords)
}

fn read(row: &Row) -> Result<ReaderPassword, BadRow> {
    let columns = row.of("reader_passwords", "pag_");
    Ok(ReaderPassword {
        page_id: columns.uuid("id")?.into(),
        password_hash: columns.text("password_hash")?,
        cookie_key: columns.text("cookie_key")?,
    })
}
