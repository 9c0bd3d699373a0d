//! Checks as rows: the document, and columns for what is searched or constrained.

use std::collections::BTreeSet;

use allclear_domain::Check;
use allclear_domain::audit::Subject;
use allclear_domain::ids::CheckId;
use allclear_domain::text::Key;
use uuid::Uuid;

use super::notes::subject;
use super::{Record, Removable, Stored, Versioned};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, Row};
use crate::sql::{Insert, audit, checks as sql, heartbeats};
use crate::store::{Store, find_revision};
use crate::transaction::Transaction;

impl Record for Check {
    const TABLE: &'static str = "checks";
    const PREFIX: &'static str = "chk_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        Ok(vec![Bind::Text(self.key.to_string()), super::document(self)?])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        columns.document()
    }
}

impl Versioned for Check {
    const NOUN: &'static str = "check";
    const FIND: &'static str = sql::FIND;
    const LIST_CHANGED: &'static str = sql::LIST_CHANGED;
    const FIND_VERSION: &'static str = sql::FIND_VERSION;
    const UPDATE: &'static str = sql::UPDATE;
}

impl Removable for Check {
    const REMOVE: &'static str = sql::REMOVE;
}

/// Checks that make sense, and the rows that do not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadableChecks {
    /// Checks, oldest first.
    pub checks: Vec<Check>,
    /// Rows that cannot be read. What they held is not above.
    pub bad_rows: Vec<BadRow>,
}

impl Store {
    /// All checks that can be read, oldest first: one damaged row keeps no other from being probed.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_readable_checks(&self) -> Result<ReadableChecks, StoreError> {
        let mut link = self.read().await?;
        let mut bad_rows = Vec::new();
        let checks = super::list_readable(&mut link, sql::LIST, vec![], &mut bad_rows).await?;
        Ok(ReadableChecks { checks, bad_rows })
    }

    /// The check with this id.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_check(&self, id: CheckId) -> Result<Option<Stored<Check>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// The check with this key.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_check_by_key(&self, key: &str) -> Result<Option<Stored<Check>>, StoreError> {
        self.find_by(sql::FIND_BY_KEY, vec![Bind::Text(key.to_owned())]).await
    }
}

/// What is new about checks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckChanges {
    /// The revision to ask from the next time. Something newer may be among the rest already, and is
    /// told again then.
    pub revision: i64,
    /// Checks that were removed.
    pub removed: Vec<CheckId>,
    /// Checks that are new or changed, oldest first.
    pub checks: Vec<Check>,
    /// Rows that changed and cannot be read.
    pub bad_rows: Vec<BadRow>,
}

impl Store {
    /// What is new about checks after `revision`; everything after 0.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn check_changes_since(&self, revision: i64) -> Result<CheckChanges, StoreError> {
        let mut link = self.read().await?;
        let mut changes =
            CheckChanges { revision: find_revision(&mut link).await?, ..CheckChanges::default() };
        if changes.revision == revision {
            return Ok(changes);
        }
        let since = || vec![Bind::Integer(revision)];
        for row in link.fetch_all(audit::LIST_REMOVED_CHECKS, since()).await? {
            if let Subject::Check(id) = subject(row.of("audit_entries", "aud_"))? {
                changes.removed.push(id);
            }
        }
        let bad = &mut changes.bad_rows;
        changes.checks = super::list_readable(&mut link, sql::LIST_CHANGED, since(), bad).await?;
        Ok(changes)
    }
}

impl Transaction {
    /// All checks that can be read, oldest first, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_readable_checks(&mut self) -> Result<ReadableChecks, StoreError> {
        let mut bad_rows = Vec::new();
        let listed = super::list_readable(self.link()?, sql::LIST, vec![], &mut bad_rows).await;
        Ok(ReadableChecks { checks: self.note(listed)?, bad_rows })
    }

    /// The keys of all checks, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_check_keys(&mut self) -> Result<BTreeSet<Key>, StoreError> {
        let fetched = self.link()?.fetch_all(sql::LIST_KEYS, vec![]).await;
        let rows = self.note(fetched)?;
        let key = |row: &Row| {
            let columns = row.of(Check::TABLE, Check::PREFIX);
            Key::new(columns.text("key")?).map_err(|error| columns.bad(error))
        };
        Ok(rows.iter().map(key).collect::<Result<_, BadRow>>()?)
    }

    /// Writes new checks.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where a key is that of another one, or the database fails.
    pub async fn insert_checks(&mut self, checks: &[Check]) -> Result<(), StoreError> {
        self.insert_new(checks).await?;
        for check in checks {
            self.insert_signal_tokens(check).await?;
        }
        Ok(())
    }

    /// Changes a check that is still at version `expected`; gives its new version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it is at another version, [`StoreError::NotFound`] where it
    /// is not there.
    pub async fn update_check(&mut self, check: &Check, expected: i64) -> Result<i64, StoreError> {
        let version = self.update(check, expected).await?;
        self.put_signal_tokens(check).await?;
        Ok(version)
    }

    /// Removes a check that is still at version `expected`, with what is believed of it, its secrets and its names. Its outages
    /// stay.
    ///
    /// # Errors
    /// As [`Transaction::update_check`].
    pub async fn remove_check(&mut self, check: &Check, expected: i64) -> Result<(), StoreError> {
        self.execute(heartbeats::REMOVE_TOKENS, vec![Bind::Uuid(check.id.uuid())]).await?;
        self.remove(check, expected).await?;
        self.remove_heartbeat(check.id).await?;
        self.remove_names(check.id).await?;
        self.remove_secrets_of(check.id.uuid()).await?;
        self.remove_judgments_of(check.id).await
    }

    /// The check with this id, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_check(&mut self, id: CheckId) -> Result<Option<Stored<Check>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// The check with this key, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_check_by_key(
        &mut self,
        key: &str,
    ) -> Result<Option<Stored<Check>>, StoreError> {
        self.find_by(sql::FIND_BY_KEY, vec![Bind::Text(key.to_owned())]).await
    }

    /// How many checks there are, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_checks(&mut self) -> Result<i64, StoreError> {
        self.count(sql::COUNT, vec![], "checks").await
    }
}
