//! Names that are asked one by one, as rows: which there are, and what is known of each.

use std::collections::BTreeSet;

use allclear_domain::check::{NameCounts, NameList, NameState, WatchedName};
use allclear_domain::ids::CheckId;
use allclear_domain::limits::ROWS_PER_STATEMENT_MAX;
use jiff::Timestamp;

use super::document;
use crate::engine::{Bind, Link};
use crate::error::{BadRow, StoreError};
use crate::row::{Row, micros};
use crate::sql::names as sql;
use crate::store::Store;
use crate::transaction::Transaction;

/// What is known of a set of names beside the names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameListRow {
    /// What is known.
    pub list: NameList,
    /// Counts what makes void what is being asked: a new list, or another way to ask. From 1; 0 where no list
    /// was ever set.
    pub version: i64,
}

/// How a list changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NamesChanged {
    /// Names that are new.
    pub added: usize,
    /// Names that are gone.
    pub removed: usize,
    /// Names that stayed, with what is known of them.
    pub kept: usize,
}

const TABLE: &str = "check_names";

fn read(row: &Row) -> Result<WatchedName, BadRow> {
    let columns = row.of(TABLE, "chk_");
    Ok(WatchedName {
        name: columns.text("name")?,
        state: columns.word("state")?,
        since: columns.maybe_instant("since")?,
        probed_at: columns.maybe_instant("probed_at")?,
        due_at: columns.instant("due_at")?,
        reason: columns.maybe_text("reason")?,
        certificate_ends_at: columns.maybe_instant("certificate_ends_at")?,
    })
}

fn values(id: CheckId, one: &WatchedName) -> Vec<Bind> {
    let state = Bind::Text(one.state.as_str().to_owned());
    vec![
        Bind::Uuid(id.uuid()),
        Bind::Text(one.name.clone()),
        state,
        Bind::MaybeInteger(one.since.map(micros)),
        Bind::MaybeInteger(one.probed_at.map(micros)),
        Bind::Integer(micros(one.due_at)),
        Bind::MaybeText(one.reason.clone()),
        Bind::MaybeInteger(one.certificate_ends_at.map(micros)),
    ]
}

/// The values of a statement that names so many names.
fn named(id: CheckId, names: &[&str]) -> Vec<Bind> {
    let last = names.last().copied().unwrap_or_default();
    let all = names.iter().copied().chain(std::iter::repeat(last)).take(sql::NAMED);
    let names = all.map(|name| Bind::Text(name.to_owned()));
    std::iter::once(Bind::Uuid(id.uuid())).chain(names).collect()
}

fn number(count: usize) -> Bind {
    Bind::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

async fn find_list(link: &mut Link, id: CheckId) -> Result<NameListRow, StoreError> {
    let row = link.fetch_optional(sql::FIND_LIST, vec![Bind::Uuid(id.uuid())]).await?;
    let Some(row) = row else { return Ok(NameListRow::default()) };
    let columns = row.of("name_lists", "chk_");
    Ok(NameListRow { list: columns.document()?, version: columns.integer("version")? })
}

async fn count(link: &mut Link, id: CheckId) -> Result<NameCounts, StoreError> {
    let rows = link.fetch_all(sql::COUNT, vec![Bind::Uuid(id.uuid())]).await?;
    let mut counts = NameCounts::default();
    for row in &rows {
        let columns = row.of(TABLE, "chk_");
        let names = u32::try_from(columns.integer("names")?).unwrap_or(u32::MAX);
        counts = counts.with(columns.word("state")?, names);
    }
    Ok(counts)
}

async fn slice(
    link: &mut Link,
    id: CheckId,
    state: Option<NameState>,
    after: &str,
    limit: usize,
) -> Result<Vec<WatchedName>, StoreError> {
    let (id, after) = (Bind::Uuid(id.uuid()), Bind::Text(after.to_owned()));
    let rows = match state {
        Some(state) => {
            let state = Bind::Text(state.as_str().to_owned());
            link.fetch_all(sql::SLICE_IN, vec![id, state, after, number(limit)]).await?
        }
        None => link.fetch_all(sql::SLICE, vec![id, after, number(limit)]).await?,
    };
    Ok(rows.iter().map(read).collect::<Result<_, BadRow>>()?)
}

async fn list_all(link: &mut Link, id: CheckId) -> Result<BTreeSet<String>, StoreError> {
    let rows = link.fetch_all(sql::LIST_ALL, vec![Bind::Uuid(id.uuid())]).await?;
    let name = |row: &Row| row.of(TABLE, "chk_").text("name");
    Ok(rows.iter().map(name).collect::<Result<_, BadRow>>()?)
}

impl Store {
    /// What is known of a set of names beside the names.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_name_list(&self, id: CheckId) -> Result<NameListRow, StoreError> {
        find_list(&mut self.read().await?, id).await
    }

    /// How many names of a set are in each state.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn count_names(&self, id: CheckId) -> Result<NameCounts, StoreError> {
        count(&mut self.read().await?, id).await
    }

    /// Names of a set, of one state or of any, those after a name in the order of the alphabet: `limit` of them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn slice_names(
        &self,
        id: CheckId,
        state: Option<NameState>,
        after: &str,
        limit: usize,
    ) -> Result<Vec<WatchedName>, StoreError> {
        slice(&mut self.read().await?, id, state, after, limit).await
    }

    /// Those in a state whose turn it is first, `limit` of them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_names_due_in(
        &self,
        id: CheckId,
        state: NameState,
        limit: u32,
    ) -> Result<Vec<WatchedName>, StoreError> {
        self.list_due(sql::LIST_DUE_IN, id, state, limit).await
    }

    /// Those in any other state whose turn it is first, `limit` of them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_names_due_beside(
        &self,
        id: CheckId,
        state: NameState,
        limit: u32,
    ) -> Result<Vec<WatchedName>, StoreError> {
        self.list_due(sql::LIST_DUE_BESIDE, id, state, limit).await
    }

    async fn list_due(
        &self,
        text: &'static str,
        id: CheckId,
        state: NameState,
        limit: u32,
    ) -> Result<Vec<WatchedName>, StoreError> {
        let state = Bind::Text(state.as_str().to_owned());
        let binds = vec![Bind::Uuid(id.uuid()), state, Bind::Integer(limit.into())];
        let rows = self.read().await?.fetch_all(text, binds).await?;
        Ok(rows.iter().map(read).collect::<Result<_, BadRow>>()?)
    }
}

impl Transaction {
    /// What is known of a set of names beside the names, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_name_list(&mut self, id: CheckId) -> Result<NameListRow, StoreError> {
        let found = find_list(self.link()?, id).await;
        self.note(found)
    }

    /// How many names of a set are in each state, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn count_names(&mut self, id: CheckId) -> Result<NameCounts, StoreError> {
        let counted = count(self.link()?, id).await;
        self.note(counted)
    }

    /// As [`Store::slice_names`], as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn slice_names(
        &mut self,
        id: CheckId,
        state: Option<NameState>,
        after: &str,
        limit: usize,
    ) -> Result<Vec<WatchedName>, StoreError> {
        let listed = slice(self.link()?, id, state, after, limit).await;
        self.note(listed)
    }

    /// The names of a set, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_names(&mut self, id: CheckId) -> Result<BTreeSet<String>, StoreError> {
        let listed = list_all(self.link()?, id).await;
        self.note(listed)
    }

    /// Those of some names that are there, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_named(
        &mut self,
        id: CheckId,
        names: &[&str],
    ) -> Result<Vec<WatchedName>, StoreError> {
        let mut found = Vec::new();
        for chunk in names.chunks(sql::NAMED) {
            let rows = self.link()?.fetch_all(sql::LIST_NAMED, named(id, chunk)).await;
            for row in &self.note(rows)? {
                found.push(read(row)?);
            }
        }
        Ok(found)
    }

    /// Writes what is known of names. Each may be named once; those that are new are added.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn put_names(
        &mut self,
        id: CheckId,
        names: &[WatchedName],
    ) -> Result<(), StoreError> {
        for chunk in names.chunks(ROWS_PER_STATEMENT_MAX) {
            let rows = chunk.iter().map(|one| values(id, one)).collect();
            let written = self.link()?.upsert(&sql::UPSERT, rows).await;
            self.note(written)?;
        }
        Ok(())
    }

    /// Writes what is known of a set beside its names.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn put_name_list(
        &mut self,
        id: CheckId,
        row: &NameListRow,
    ) -> Result<(), StoreError> {
        let revision = Bind::Integer(self.revision());
        let values =
            vec![Bind::Uuid(id.uuid()), document(&row.list)?, Bind::Integer(row.version), revision];
        let written = self.link()?.upsert(&sql::UPSERT_LIST, vec![values]).await;
        self.note(written)
    }

    /// Makes `names` the names of a set: those that stay keep what is known of them. Where any comes or goes, what
    /// is being asked meanwhile is void. `names` are each there once.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn set_names(
        &mut self,
        id: CheckId,
        names: &[String],
        now: Timestamp,
    ) -> Result<NamesChanged, StoreError> {
        let before = self.list_names(id).await?;
        let after: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let gone = before.iter().map(String::as_str).filter(|name| !after.contains(name));
        let gone: Vec<_> = gone.collect();
        for chunk in gone.chunks(sql::NAMED) {
            self.execute(sql::REMOVE, named(id, chunk)).await?;
        }
        let new = after.iter().filter(|name| !before.contains(**name));
        let new: Vec<_> = new.map(|name| WatchedName::new((*name).to_owned(), now)).collect();
        self.put_names(id, &new).await?;
        let row = self.find_name_list(id).await?;
        let list = NameList { set_at: Some(now), problem: None, ..row.list };
        let is_same = new.is_empty() && gone.is_empty() && row.version > 0;
        let version = if is_same { row.version } else { row.version + 1 };
        self.put_name_list(id, &NameListRow { list, version }).await?;
        let (added, removed) = (new.len(), gone.len());
        Ok(NamesChanged { added, removed, kept: before.len() - removed })
    }

    /// Forgets what is known of each name of a set, as they are asked in another way from now on, or were not
    /// asked for long. It is the turn of all. What is being asked meanwhile is void.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn reset_names(&mut self, id: CheckId, now: Timestamp) -> Result<(), StoreError> {
        self.execute(sql::RESET, vec![Bind::Uuid(id.uuid()), Bind::Integer(micros(now))]).await?;
        let row = self.find_name_list(id).await?;
        let list = NameList { dark_since: None, shared_since: None, asked_at: None, ..row.list };
        self.put_name_list(id, &NameListRow { list, version: row.version + 1 }).await
    }

    /// Forgets a set of names.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_names(&mut self, id: CheckId) -> Result<(), StoreError> {
        self.execute(sql::REMOVE_ALL, vec![Bind::Uuid(id.uuid())]).await?;
        self.execute(sql::REMOVE_LIST, vec![Bind::Uuid(id.uuid())]).await.map(|_| ())
    }
}
