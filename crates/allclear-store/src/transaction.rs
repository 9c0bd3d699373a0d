//! The one way to write. A transaction takes the next revision of the installation when it begins
//! and stamps every row that it writes; all of it becomes visible at once, or nothing does.

use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::engine::{Bind, Link, Pools};
use crate::error::{BadRow, StoreError};
use crate::keyring::Keyring;
use crate::nouns::answers::KeptAnswer;
use crate::nouns::{self, Record, Removable, Stored, Versioned};
use crate::sql::{dialect, installation};

/// A transaction that writes. Dropping it takes back everything that it wrote.
///
/// Writers wait for each other on both engines, so keep it short and do nothing slow in it. Where a
/// statement fails, the transaction is over: every later call on it fails, and so does the commit.
#[derive(Debug)]
#[must_use = "without a commit everything is taken back"]
pub struct Transaction {
    link: Link,
    revision: i64,
    state: State,
    rider: Rider,
    keyring: Keyring,
}

/// What the first commit through a store has to write besides what it was for.
pub(crate) type Rider = Arc<Mutex<Ride>>;

/// How far that is.
#[derive(Debug, Default)]
pub(crate) enum Ride {
    /// There is none.
    #[default]
    Nothing,
    /// It waits for a commit.
    Waiting(KeptAnswer),
    /// It was written.
    Written,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Failed,
    Over,
}

impl Transaction {
    /// Begins, and takes the next revision.
    pub(crate) async fn begin(
        pools: &Pools,
        rider: Rider,
        keyring: Keyring,
    ) -> Result<Self, StoreError> {
        let link = pools.write().await?;
        let mut transaction = Self { link, revision: 0, state: State::Open, rider, keyring };
        let begin = match transaction.link {
            Link::Sqlite(_) => dialect::SQLITE_BEGIN,
            Link::Postgres(_) => dialect::POSTGRES_BEGIN,
        };
        transaction.link.run(begin).await?;
        let taken = transaction.link.fetch_optional(installation::TAKE_REVISION, vec![]);
        let Some(row) = taken.await? else {
            return Err(no_installation());
        };
        transaction.revision = row.of("installation", "").integer("revision")?;
        Ok(transaction)
    }

    /// The revision that this transaction stamps on everything it writes.
    #[must_use]
    pub const fn revision(&self) -> i64 {
        self.revision
    }

    /// Makes everything that was written visible and safe; gives the revision.
    ///
    /// # Errors
    /// Where the database fails, or a statement before did; then nothing was written. Only where a
    /// database server was lost in the middle ([`StoreError::Unreachable`]) it may have been.
    pub async fn commit(mut self) -> Result<i64, StoreError> {
        let waiting = match &*self.rider.lock().unwrap_or_else(PoisonError::into_inner) {
            Ride::Waiting(kept) => Some(kept.clone()),
            Ride::Nothing | Ride::Written => None,
        };
        if let Some(kept) = &waiting {
            self.insert_kept_answer(kept).await?;
        }
        self.link()?.run(dialect::COMMIT).await?;
        self.state = State::Over;
        if waiting.is_some() {
            *self.rider.lock().unwrap_or_else(PoisonError::into_inner) = Ride::Written;
        }
        Ok(self.revision)
    }

    /// Takes everything back, as dropping does, and waits until it is.
    ///
    /// # Errors
    /// Where the database fails; everything is taken back all the same.
    pub async fn rollback(mut self) -> Result<(), StoreError> {
        self.link.run(dialect::ROLLBACK).await?;
        self.state = State::Over;
        Ok(())
    }

    /// The keys that secrets are sealed with.
    pub(crate) const fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The connection, as long as nothing failed.
    pub(crate) fn link(&mut self) -> Result<&mut Link, StoreError> {
        match self.state {
            State::Open => Ok(&mut self.link),
            State::Failed | State::Over => Err(StoreError::refused(
                "an earlier statement of this transaction failed: nothing of it was written. \
                 Begin another one",
            )),
        }
    }

    /// Remembers a failure. SQLite may have ended the transaction already (a full disk does that),
    /// and what came after would be written on its own; PostgreSQL would take the commit and write
    /// nothing.
    pub(crate) fn note<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if result.is_err() {
            self.state = State::Failed;
        }
        result
    }

    /// Writes rows that are never changed.
    pub(crate) async fn insert_records<T: Record>(
        &mut self,
        records: &[T],
    ) -> Result<(), StoreError> {
        self.insert(records, &[]).await
    }

    /// Writes rows that may be changed later, at version 1.
    pub(crate) async fn insert_new<T: Versioned>(&mut self, nouns: &[T]) -> Result<(), StoreError> {
        self.insert(nouns, &[1]).await
    }

    async fn insert<T: Record>(
        &mut self,
        records: &[T],
        version: &[i64],
    ) -> Result<(), StoreError> {
        for chunk in records.chunks(allclear_domain::limits::ROWS_PER_STATEMENT_MAX) {
            let mut rows = Vec::with_capacity(chunk.len());
            for record in chunk {
                let mut row = vec![Bind::Uuid(record.uuid())];
                row.extend(record.values()?);
                row.extend(version.iter().copied().map(Bind::Integer));
                row.push(Bind::Integer(self.revision));
                rows.push(row);
            }
            let written = self.link()?.insert(&T::INSERT, rows).await;
            self.note(written)?;
        }
        Ok(())
    }

    /// Changes something that is still at version `expected`; gives its new version.
    pub(crate) async fn update<T: Versioned>(
        &mut self,
        noun: &T,
        expected: i64,
    ) -> Result<i64, StoreError> {
        let mut binds = vec![Bind::Uuid(noun.uuid()), Bind::Integer(expected)];
        binds.extend(noun.values()?);
        binds.push(Bind::Integer(self.revision));
        let changed = self.link()?.execute(T::UPDATE, binds).await;
        if self.note(changed)? == 1 {
            return Ok(expected + 1);
        }
        Err(self.conflict(noun, expected).await?)
    }

    /// Removes something that is still at version `expected`.
    pub(crate) async fn remove<T: Removable>(
        &mut self,
        noun: &T,
        expected: i64,
    ) -> Result<(), StoreError> {
        let binds = vec![Bind::Uuid(noun.uuid()), Bind::Integer(expected)];
        if self.execute(T::REMOVE, binds).await? == 1 {
            return Ok(());
        }
        Err(self.conflict(noun, expected).await?)
    }

    /// Why something is not there at version `expected`.
    async fn conflict<T: Versioned>(
        &mut self,
        noun: &T,
        expected: i64,
    ) -> Result<StoreError, StoreError> {
        let id = format!("{}{}", T::PREFIX, noun.uuid().simple());
        let binds = vec![Bind::Uuid(noun.uuid())];
        let found = self.link()?.fetch_optional(T::FIND_VERSION, binds).await;
        let Some(row) = self.note(found)? else {
            return Ok(StoreError::not_found(T::NOUN, id));
        };
        Ok(StoreError::Conflict {
            noun: T::NOUN,
            id,
            expected,
            found: row.of(T::TABLE, T::PREFIX).integer("version")?,
        })
    }

    /// Runs a statement and counts the rows that it touched.
    pub(crate) async fn execute(
        &mut self,
        text: &'static str,
        binds: Vec<Bind>,
    ) -> Result<u64, StoreError> {
        let done = self.link()?.execute(text, binds).await;
        self.note(done)
    }

    /// The number in the one column of a statement.
    pub(crate) async fn count(
        &mut self,
        text: &'static str,
        binds: Vec<Bind>,
        column: &'static str,
    ) -> Result<i64, StoreError> {
        let found = self.link()?.fetch_optional(text, binds).await;
        match self.note(found)? {
            Some(row) => Ok(row.of("installation", "").integer(column)?),
            None => Ok(0),
        }
    }

    /// Finds something by its id, as this transaction sees it.
    pub(crate) async fn find<T: Versioned>(
        &mut self,
        id: Uuid,
    ) -> Result<Option<Stored<T>>, StoreError> {
        self.find_by(T::FIND, vec![Bind::Uuid(id)]).await
    }

    /// Finds something by a statement, as this transaction sees it.
    pub(crate) async fn find_by<T: Versioned>(
        &mut self,
        text: &'static str,
        binds: Vec<Bind>,
    ) -> Result<Option<Stored<T>>, StoreError> {
        let found = nouns::find(self.link()?, text, binds).await;
        self.note(found)
    }

    /// Lists something by a statement, as this transaction sees it.
    pub(crate) async fn list_by<T: Record>(
        &mut self,
        text: &'static str,
        binds: Vec<Bind>,
    ) -> Result<Vec<T>, StoreError> {
        let listed = nouns::list(self.link()?, text, binds).await;
        self.note(listed)
    }

    /// The same list, each with its version.
    pub(crate) async fn list_stored_by<T: Versioned>(
        &mut self,
        text: &'static str,
        binds: Vec<Bind>,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let fetched = self.link()?.fetch_all(text, binds).await;
        let rows = self.note(fetched)?;
        Ok(rows.iter().map(nouns::read_stored).collect::<Result<_, BadRow>>()?)
    }
}

impl Drop for Transaction {
    /// The connection is closed rather than rolled back: it may be in the middle of anything.
    fn drop(&mut self) {
        if self.state != State::Over {
            self.link.close_on_drop();
        }
    }
}

/// The installation's row is missing.
pub(crate) fn no_installation() -> StoreError {
    StoreError::BadRow(BadRow {
        table: "installation",
        id: "1".to_owned(),
        problem: "it is missing".to_owned(),
    })
}
