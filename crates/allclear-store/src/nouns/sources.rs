//! What was imported from where, so that importing it again changes nothing.

use std::collections::HashMap;

use allclear_domain::audit::Subject;
use allclear_domain::ids::{PublicId, StatusPageId};
use uuid::Uuid;

use crate::engine::{Bind, Link};
use crate::error::StoreError;
use crate::row::Row;
use crate::sql::sources as sql;
use crate::store::Store;
use crate::transaction::Transaction;

/// What became of something that was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceState {
    /// What it is now.
    pub subject: Subject,
    /// The digest of what was read, as [`allclear_domain::record::Source::digest`].
    pub digest: String,
}

/// An id that is taken, whatever it is of. Pages and components are not among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What has it: `incident`, `maintenance`, `announcement`, `series`, `setting` or `note`.
    pub noun: String,
    /// The id.
    pub id: Uuid,
    /// The id in addresses.
    pub public_id: Option<PublicId>,
    /// The page.
    pub page_id: Option<StatusPageId>,
    /// The id at the source that it was imported from.
    pub source_key: Option<String>,
}

impl Store {
    /// Everything on a page that was imported, by its key at the source.
    ///
    /// # Errors
    /// Where the database fails, a row does not make sense, or two rows have one key.
    pub async fn find_sources(
        &self,
        page_id: StatusPageId,
    ) -> Result<HashMap<String, SourceState>, StoreError> {
        find_sources(&mut self.read().await?, page_id).await
    }
}

impl Transaction {
    /// Everything on a page that was imported, by its key at the source, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails, a row does not make sense, or two rows have one key.
    pub async fn find_sources(
        &mut self,
        page_id: StatusPageId,
    ) -> Result<HashMap<String, SourceState>, StoreError> {
        let found = find_sources(self.link()?, page_id).await;
        self.note(found)
    }

    /// Every id that is taken by anything but a page or a component, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_taken(&mut self) -> Result<Vec<Taken>, StoreError> {
        let listed = list_taken(self.link()?).await;
        self.note(listed)
    }
}

async fn list_taken(link: &mut Link) -> Result<Vec<Taken>, StoreError> {
    let rows = link.fetch_all(sql::LIST_TAKEN, vec![]).await?;
    let read = |row: &Row| {
        let columns = row.of("incidents", "");
        let public_id = columns.maybe_text("public_id")?.map(|id| id.parse()).transpose();
        Ok(Taken {
            noun: columns.text("noun")?,
            id: columns.uuid("id")?,
            public_id: public_id.map_err(|error| columns.bad(error))?,
            page_id: columns.maybe_uuid("page_id")?.map(StatusPageId::from),
            source_key: columns.maybe_text("source_key")?,
        })
    };
    rows.iter().map(read).collect()
}

async fn find_sources(
    link: &mut Link,
    page_id: StatusPageId,
) -> Result<HashMap<String, SourceState>, StoreError> {
    let binds = vec![Bind::Uuid(page_id.uuid())];
    let rows = link.fetch_all(sql::LIST_OF_PAGE, binds).await?;
    let mut sources = HashMap::with_capacity(rows.len());
    for row in &rows {
        let noun = row.of("incidents", "").text("subject_noun")?;
        let columns = match noun.as_str() {
            "incident" => row.of("incidents", "inc_"),
            "maintenance" => row.of("maintenance_windows", "mnt_"),
            _ => row.of("announcements", "ann_"),
        };
        let subject = Subject::from_parts(&noun, columns.uuid("id")?)
            .ok_or_else(|| columns.bad(format!("unknown noun `{noun}`")))?;
        let key = columns.text("source_key")?;
        let digest = columns.text("source_digest")?;
        let state = SourceState { subject, digest };
        if let Some(other) = sources.insert(key.clone(), state) {
            let (noun, id) = (other.subject.noun(), other.subject.uuid().simple());
            let problem = format!("its source key `{key}` is that of the {noun} {id} as well");
            return Err(columns.bad(problem).into());
        }
    }
    Ok(sources)
}
