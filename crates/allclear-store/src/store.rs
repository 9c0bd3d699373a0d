//! The store: open connections to one database, shared by everybody who reads or writes.

use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use crate::engine::{Bind, Link, Pools};
use crate::error::StoreError;
use crate::keyring::Keyring;
use crate::location::Location;
use crate::nouns::answers::KeptAnswer;
use crate::nouns::{self, Record, Stored, Versioned};
use crate::open;
use crate::sql::installation;
use crate::testing::Weakness;
use crate::transaction::{Ride, Rider, Transaction, no_installation};

/// A database that is open. Cheap to clone; all clones share the connections.
#[derive(Clone, Debug)]
pub struct Store {
    pools: Pools,
    /// What the next commit has to write besides.
    rider: Rider,
    /// What secrets are sealed with.
    keyring: Keyring,
}

impl Store {
    /// Opens the database, makes it where there is none, and upgrades it to this binary's schema.
    ///
    /// Who opens a folder to write holds an [`crate::InstanceLock`] on it.
    ///
    /// # Errors
    /// Where it is damaged, foreign, newer than this binary, out of reach or not writable.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        let pools = open::open(location, Weakness::None).await?;
        Ok(Self { pools, rider: Rider::default(), keyring: Keyring::default() })
    }

    /// Opens a database that exists, and changes nothing in it: for `doctor` and `export`, also
    /// beside a running server.
    ///
    /// # Errors
    /// As [`Store::open`]; also [`StoreError::Missing`], and [`StoreError::Outdated`] where it has
    /// to be upgraded first.
    pub async fn open_existing(location: &Location) -> Result<Self, StoreError> {
        let pools = open::open_existing(location).await?;
        Ok(Self { pools, rider: Rider::default(), keyring: Keyring::default() })
    }

    /// Opens with a weakness that a test wants to see.
    pub(crate) async fn open_weakened(
        location: &Location,
        weakness: Weakness,
    ) -> Result<Self, StoreError> {
        let pools = open::open(location, weakness).await?;
        Ok(Self { pools, rider: Rider::default(), keyring: Keyring::default() })
    }

    /// Begins to write: the one way to do so. Waits for the writer before.
    ///
    /// # Errors
    /// Where the database fails or stays busy.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        Transaction::begin(&self.pools, self.rider.clone(), self.keyring.clone()).await
    }

    /// The same store, for one request under an idempotency key: the next commit through it writes
    /// this too, or fails with [`StoreError::Duplicate`] where one under that key was there first.
    #[must_use]
    pub fn keeping(&self, kept: KeptAnswer) -> Self {
        let waiting = Mutex::new(Ride::Waiting(kept));
        Self { rider: Rider::new(waiting), ..self.clone() }
    }

    /// The same store, with the keys that secrets are sealed with. Without them none is opened or written.
    #[must_use]
    pub fn with_keyring(self, keyring: Keyring) -> Self {
        Self { keyring, ..self }
    }

    /// The keys that secrets are sealed with.
    #[must_use]
    pub const fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Whether a commit through this store, or a clone of it, wrote what it is [keeping](Self::keeping).
    #[must_use]
    pub fn has_kept(&self) -> bool {
        matches!(*self.rider.lock().unwrap_or_else(PoisonError::into_inner), Ride::Written)
    }

    /// The newest revision. It grows with every committed transaction.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn revision(&self) -> Result<i64, StoreError> {
        find_revision(&mut self.read().await?).await
    }

    /// Closes all connections, of all clones, and waits until they are.
    pub async fn close(self) {
        self.pools.close().await;
    }

    /// Finds something by its id.
    pub(crate) async fn find<T: Versioned>(
        &self,
        id: Uuid,
    ) -> Result<Option<Stored<T>>, StoreError> {
        self.find_by(T::FIND, vec![Bind::Uuid(id)]).await
    }

    /// Finds something by a statement.
    pub(crate) async fn find_by<T: Versioned>(
        &self,
        text: &'static str,
        binds: Vec<Bind>,
    ) -> Result<Option<Stored<T>>, StoreError> {
        nouns::find(&mut self.read().await?, text, binds).await
    }

    /// Lists something by a statement.
    pub(crate) async fn list_by<T: Record>(
        &self,
        text: &'static str,
        binds: Vec<Bind>,
    ) -> Result<Vec<T>, StoreError> {
        nouns::list(&mut self.read().await?, text, binds).await
    }

    /// A connection that writes one statement, which is no revision.
    pub(crate) async fn write(&self) -> Result<Link, StoreError> {
        self.pools.write().await
    }

    /// A connection that reads.
    pub(crate) async fn read(&self) -> Result<Link, StoreError> {
        self.pools.read().await
    }
}

/// The newest revision as a connection sees it.
pub(crate) async fn find_revision(link: &mut Link) -> Result<i64, StoreError> {
    match link.fetch_optional(installation::FIND_REVISION, vec![]).await? {
        Some(row) => Ok(row.of("installation", "").integer("revision")?),
        None => Err(no_installation()),
    }
}
