//! From nouns to rows and back, one file per noun. Rows never leave this crate.

pub(crate) mod announcements;
pub(crate) mod answers;
pub(crate) mod audit;
pub(crate) mod checks;
pub(crate) mod components;
pub(crate) mod credentials;
pub(crate) mod expiries;
pub(crate) mod expiry_feeds;
pub(crate) mod heartbeats;
pub(crate) mod identities;
pub(crate) mod incidents;
pub(crate) mod judgments;
pub(crate) mod leases;
pub(crate) mod links;
pub(crate) mod maintenance;
pub(crate) mod names;
pub(crate) mod notes;
pub(crate) mod origins;
pub(crate) mod outages;
pub(crate) mod pages;
pub(crate) mod passkeys;
pub(crate) mod people;
pub(crate) mod readers;
pub(crate) mod reminders;
pub(crate) mod samples;
pub(crate) mod secrets;
pub(crate) mod series;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod sights;
pub(crate) mod slices;
pub(crate) mod sources;
pub(crate) mod templates;
pub(crate) mod tokens;

use std::ops::Deref;

use serde::Serialize;
use uuid::Uuid;

use crate::engine::{Bind, Link};
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, Row};
use crate::sql::Insert;

/// A value as it is stored, with the version that a change to it has to name.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored<T> {
    /// The value.
    pub value: T,
    /// Counts its changes, from 1. An update that names another version is a
    /// [`StoreError::Conflict`].
    pub version: i64,
    /// The revision of the installation that wrote it.
    pub revision: i64,
}

impl<T> Deref for Stored<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Something that is a row.
pub(crate) trait Record: Sized {
    /// Its table.
    const TABLE: &'static str;
    /// What its ids begin with.
    const PREFIX: &'static str;
    /// How many of them are written at once.
    const INSERT: Insert;

    /// Its id.
    fn uuid(&self) -> Uuid;
    /// The columns between `id` and `version`, or `revision` where there is no version.
    fn values(&self) -> Result<Vec<Bind>, StoreError>;
    /// The noun of a row.
    fn read(columns: Columns<'_>) -> Result<Self, BadRow>;
}

/// Something that changes, and whose changes are counted.
pub(crate) trait Versioned: Record {
    /// What people call it.
    const NOUN: &'static str;
    /// Finds one by id.
    const FIND: &'static str;
    /// Lists those that changed after a revision.
    const LIST_CHANGED: &'static str;
    /// Finds the version of one.
    const FIND_VERSION: &'static str;
    /// Changes one: `$1` is the id, `$2` the version, then its values, then the revision.
    const UPDATE: &'static str;
}

/// Something that may be removed as if it had never been there.
pub(crate) trait Removable: Versioned {
    /// Removes one: `$1` is the id, `$2` the version.
    const REMOVE: &'static str;
}

/// The noun of a row.
pub(crate) fn read<T: Record>(row: &Row) -> Result<T, BadRow> {
    let columns = row.of(T::TABLE, T::PREFIX);
    let value = T::read(columns)?;
    if value.uuid() != columns.uuid("id")? {
        return Err(columns.bad("its document has another id"));
    }
    Ok(value)
}

/// The noun of a row, with its version.
pub(crate) fn read_stored<T: Versioned>(row: &Row) -> Result<Stored<T>, BadRow> {
    let columns = row.of(T::TABLE, T::PREFIX);
    Ok(Stored {
        value: read(row)?,
        version: columns.integer("version")?,
        revision: columns.integer("revision")?,
    })
}

/// The nouns of all rows of a statement.
pub(crate) async fn list<T: Record>(
    link: &mut Link,
    text: &'static str,
    binds: Vec<Bind>,
) -> Result<Vec<T>, StoreError> {
    let rows = link.fetch_all(text, binds).await?;
    Ok(rows.iter().map(read).collect::<Result<_, BadRow>>()?)
}

/// The nouns of the rows of a statement that make sense; the others are added to `bad`.
pub(crate) async fn list_readable<T: Record>(
    link: &mut Link,
    text: &'static str,
    binds: Vec<Bind>,
    bad: &mut Vec<BadRow>,
) -> Result<Vec<T>, StoreError> {
    let rows = link.fetch_all(text, binds).await?;
    let mut nouns = Vec::with_capacity(rows.len());
    for row in &rows {
        match read(row) {
            Ok(noun) => nouns.push(noun),
            Err(row) => bad.push(row),
        }
    }
    Ok(nouns)
}

/// The noun of a statement that gives one row or none.
pub(crate) async fn find<T: Versioned>(
    link: &mut Link,
    text: &'static str,
    binds: Vec<Bind>,
) -> Result<Option<Stored<T>>, StoreError> {
    let row = link.fetch_optional(text, binds).await?;
    Ok(row.as_ref().map(read_stored).transpose()?)
}

/// The column `document`: the serde form of a noun.
pub(crate) fn document(noun: &impl Serialize) -> Result<Bind, StoreError> {
    serde_json::value::to_raw_value(noun)
        .map(Bind::Document)
        .map_err(|error| StoreError::refused(format!("it cannot be written as JSON: {error}")))
}
