//! What was imported from where, so that importing it again changes nothing.

use std::collections::HashMap;

use allclear_domain::audit::Subject;
use allclear_domain::ids::StatusPageId;

use crate::engine::{Bind, Link};
use crate::error::StoreError;
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
