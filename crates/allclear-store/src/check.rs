//! The store looks at itself, for `doctor`.

use allclear_domain::{
    Announcement, AuditEntry, Component, Incident, InternalNote, Maintenance, MaintenanceSeries,
    Person, Reminder, StatusPage, StatusSetting, Template,
};
use uuid::Uuid;

use crate::engine::{Bind, Link};
use crate::error::StoreError;
use crate::nouns::expiries::ExpiryRow;
use crate::nouns::expiry_feeds::ExpiryFeedRow;
use crate::nouns::tokens::TokenRow;
use crate::nouns::{self, Record, Versioned, readers};
use crate::row::Row;
use crate::sql::{self, audit, dialect, installation, notes, reminders, settings};
use crate::store::{Store, find_revision};

/// Problems of one kind that are told; more are counted.
const PROBLEMS_MAX: usize = 20;
/// Audit entries that are read, newest first; more are left out.
const AUDIT_ENTRIES_READ_MAX: i64 = 10_000;

/// How a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Name of the engine, for people.
    pub engine: &'static str,
    /// Its schema.
    pub schema: i64,
    /// Its newest revision.
    pub revision: i64,
    /// How much is in it.
    pub counts: Counts,
    /// Statements that the engine read without complaint.
    pub statements: usize,
    /// Whether a write transaction could begin.
    pub is_writable: bool,
    /// What is wrong, in sentences for the operator; empty where all is well.
    pub problems: Vec<String>,
    /// What may go wrong one day, in sentences for the operator.
    pub warnings: Vec<String>,
}

/// Rows of each noun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Status pages.
    pub status_pages: i64,
    /// Components.
    pub components: i64,
    /// Statuses that people set.
    pub status_settings: i64,
    /// Incidents.
    pub incidents: i64,
    /// Maintenance windows.
    pub maintenance_windows: i64,
    /// Announcements.
    pub announcements: i64,
    /// Internal notes.
    pub internal_notes: i64,
    /// Audit entries.
    pub audit_entries: i64,
}

impl Counts {
    /// The counts in the row of [`installation::COUNT`].
    pub(crate) fn read(row: &Row) -> Result<Self, StoreError> {
        let columns = row.of("installation", "");
        Ok(Self {
            status_pages: columns.integer("status_pages")?,
            components: columns.integer("components")?,
            status_settings: columns.integer("status_settings")?,
            incidents: columns.integer("incidents")?,
            maintenance_windows: columns.integer("maintenance_windows")?,
            announcements: columns.integer("announcements")?,
            internal_notes: columns.integer("internal_notes")?,
            audit_entries: columns.integer("audit_entries")?,
        })
    }
}

impl Store {
    /// How much is in the database.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count(&self) -> Result<Counts, StoreError> {
        count(&mut self.read().await?).await
    }

    /// Reads everything and looks whether it makes sense; writes nothing. Takes a while on a large
    /// database.
    ///
    /// # Errors
    /// Where the database fails altogether; what is merely wrong in it is among the problems.
    pub async fn check(&self) -> Result<Health, StoreError> {
        let mut link = self.read().await?;
        let (mut problems, warnings) = look_at_engine(&mut link).await?;
        let mut statements = 0;
        for (name, text) in sql::all() {
            match link.prepare(text).await {
                Ok(()) => statements += 1,
                Err(error) => problems.push(format!("statement {name}: {error}")),
            }
        }
        read_everything(&mut link, &mut problems).await?;
        let is_writable = match self.begin().await {
            Ok(transaction) => {
                transaction.rollback().await?;
                true
            }
            Err(error) => {
                problems.push(format!("it cannot be written: {error}"));
                false
            }
        };
        let engine = match link {
            Link::Sqlite(_) => "SQLite",
            Link::Postgres(_) => "PostgreSQL",
        };
        let schema = link.fetch_optional(installation::FIND_SCHEMA, vec![]).await?;
        Ok(Health {
            engine,
            schema: match schema {
                Some(row) => row.of("_sqlx_migrations", "").integer("schema")?,
                None => 0,
            },
            revision: find_revision(&mut link).await?,
            counts: count(&mut link).await?,
            statements,
            is_writable,
            problems,
            warnings,
        })
    }
}

async fn count(link: &mut Link) -> Result<Counts, StoreError> {
    match link.fetch_optional(installation::COUNT, vec![]).await? {
        Some(row) => Counts::read(&row),
        None => Ok(Counts::default()),
    }
}

/// What the engine says of itself: what is wrong, and what may go wrong.
async fn look_at_engine(link: &mut Link) -> Result<(Vec<String>, Vec<String>), StoreError> {
    let (mut problems, mut warnings) = (Vec::new(), Vec::new());
    match link {
        Link::Sqlite(_) => {
            for row in link.fetch_all(dialect::SQLITE_INTEGRITY, vec![]).await? {
                let text = row.of("integrity_check", "").text("integrity_check")?;
                if text != "ok" {
                    problems.push(format!("the file is damaged: {text}"));
                }
            }
            let dangling = link.fetch_all(dialect::SQLITE_FOREIGN_KEYS, vec![]).await?;
            for row in dangling.iter().take(PROBLEMS_MAX) {
                let columns = row.of("foreign_key_check", "");
                let (table, parent) = (columns.text("table")?, columns.text("parent")?);
                problems
                    .push(format!("a row of {table} names a row of {parent} that is not there"));
            }
            let more = dangling.len().saturating_sub(PROBLEMS_MAX);
            if more > 0 {
                problems.push(format!("{more} more rows name a row that is not there"));
            }
        }
        Link::Postgres(_) => {
            for row in link.fetch_all(dialect::POSTGRES_SAFETY, vec![]).await? {
                let name = row.of("pg_settings", "").text("name")?;
                warnings.push(format!(
                    "the server runs with {name} = off: a power cut may lose what was saved, or \
                     damage the database. Set it to on"
                ));
            }
            let standby = link.fetch_all(dialect::POSTGRES_IS_STANDBY, vec![]).await?;
            for row in standby {
                if row.of("pg_is_in_recovery", "").boolean("pg_is_in_recovery")? {
                    problems.push("the server is a standby: name the primary one".to_owned());
                }
            }
        }
    }
    Ok((problems, warnings))
}

/// Reads every row as its noun.
async fn read_everything(link: &mut Link, problems: &mut Vec<String>) -> Result<(), StoreError> {
    read_versioned::<StatusPage>(link, problems).await?;
    read_versioned::<Component>(link, problems).await?;
    read_versioned::<Incident>(link, problems).await?;
    read_versioned::<Maintenance>(link, problems).await?;
    read_versioned::<MaintenanceSeries>(link, problems).await?;
    read_versioned::<Announcement>(link, problems).await?;
    read_versioned::<Template>(link, problems).await?;
    read_versioned::<Person>(link, problems).await?;
    read_versioned::<TokenRow>(link, problems).await?;
    read_versioned::<ExpiryRow>(link, problems).await?;
    read_versioned::<ExpiryFeedRow>(link, problems).await?;
    let mut bad = Vec::new();
    readers::list_readable(link, &mut bad).await?;
    problems.extend(bad.iter().take(PROBLEMS_MAX).map(ToString::to_string));
    read_records::<StatusSetting>(link, settings::LIST, vec![], problems).await?;
    read_records::<Reminder>(link, reminders::LIST_ALL, vec![], problems).await?;
    read_records::<InternalNote>(link, notes::LIST_ALL, vec![], problems).await?;
    let newest = vec![
        Bind::Integer(i64::MAX),
        Bind::Uuid(Uuid::max()),
        Bind::Integer(AUDIT_ENTRIES_READ_MAX),
    ];
    read_records::<AuditEntry>(link, audit::LIST, newest, problems).await
}

async fn read_versioned<T: Versioned>(
    link: &mut Link,
    problems: &mut Vec<String>,
) -> Result<(), StoreError> {
    read_records::<T>(link, T::LIST_CHANGED, vec![Bind::Integer(-1)], problems).await
}

async fn read_records<T: Record>(
    link: &mut Link,
    text: &'static str,
    binds: Vec<Bind>,
    problems: &mut Vec<String>,
) -> Result<(), StoreError> {
    let mut bad = Vec::new();
    nouns::list_readable::<T>(link, text, binds, &mut bad).await?;
    let more = bad.len().saturating_sub(PROBLEMS_MAX);
    problems.extend(bad.iter().take(PROBLEMS_MAX).map(ToString::to_string));
    if more > 0 {
        problems.push(format!("{more} more rows of table {} cannot be read", T::TABLE));
    }
    Ok(())
}
