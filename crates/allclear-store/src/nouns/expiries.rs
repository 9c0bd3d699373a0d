//! What ends, as rows: the document, and columns for what is searched or due.

use allclear_domain::check::Leaf;
use allclear_domain::expiry::{Ending, Expiry};
use allclear_domain::ids::{CheckId, ExpiryId};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Record, Removable, Stored, Versioned};
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, expiries as sql};
use crate::store::Store;
use crate::transaction::Transaction;

/// Something that ends, as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiryRow {
    /// What it is.
    pub expiry: Expiry,
    /// When a certificate was last seen served, to an hour.
    pub seen_at: Option<Timestamp>,
}

/// What a check saw served with its last probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The check.
    pub check_id: CheckId,
    /// What it saw.
    pub leaf: Leaf,
    /// When.
    pub probed_at: Timestamp,
}

impl Record for ExpiryRow {
    const TABLE: &'static str = "expiries";
    const PREFIX: &'static str = "exp_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.expiry.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        let one = &self.expiry;
        let domain = match &one.what {
            Ending::Domain(domain) => Some(domain),
            Ending::Certificate(_) | Ending::Dated { .. } => None,
        };
        let instant = |at: Option<Timestamp>| Bind::MaybeInteger(at.map(micros));
        Ok(vec![
            Bind::Text(one.what.as_str().to_owned()),
            Bind::MaybeUuid(one.check_id().map(CheckId::uuid)),
            Bind::MaybeText(domain.map(|it| it.domain.clone())),
            instant(one.ends_at()),
            instant(one.warns_from()),
            instant(one.next_warning_at()),
            instant(domain.map(|it| it.asks_at)),
            super::document(one)?,
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        Ok(Self { expiry: columns.document()?, seen_at: columns.maybe_instant("seen_at")? })
    }
}

impl Versioned for ExpiryRow {
    const NOUN: &'static str = "entry";
    const FIND: &'static str = sql::FIND;
    const LIST_CHANGED: &'static str = sql::LIST_CHANGED;
    const FIND_VERSION: &'static str = sql::FIND_VERSION;
    const UPDATE: &'static str = sql::UPDATE;
}

impl Removable for ExpiryRow {
    const REMOVE: &'static str = sql::REMOVE;
}

/// What ends, where it can be read, and the rows that cannot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadableExpiries {
    /// What ends first comes first; then what nobody told the end of.
    pub expiries: Vec<ExpiryRow>,
    /// Rows that cannot be read.
    pub bad_rows: Vec<BadRow>,
}

fn at(at: Timestamp, limit: u32) -> Vec<Bind> {
    vec![Bind::Integer(micros(at)), Bind::Integer(i64::from(limit))]
}

impl Store {
    /// Everything that ends, what ends first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_readable_expiries(&self) -> Result<ReadableExpiries, StoreError> {
        self.readable(sql::LIST, vec![]).await
    }

    /// What is not fine at an instant, what ends first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_expiries_soon(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<ReadableExpiries, StoreError> {
        self.readable(sql::LIST_SOON, at(now, limit)).await
    }

    /// How many are not fine at an instant.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_expiries_soon(&self, now: Timestamp) -> Result<i64, StoreError> {
        let binds = vec![Bind::Integer(micros(now))];
        let row = self.read().await?.fetch_optional(sql::COUNT_SOON, binds).await?;
        Ok(row.map(|row| row.of("expiries", "").integer("expiries")).transpose()?.unwrap_or(0))
    }

    /// What somebody is to be warned of at an instant.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_expiries_to_warn(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<ReadableExpiries, StoreError> {
        self.readable(sql::LIST_TO_WARN, at(now, limit)).await
    }

    /// The domains that are to be asked for at an instant.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_domains_to_ask(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<ReadableExpiries, StoreError> {
        self.readable(sql::LIST_TO_ASK, at(now, limit)).await
    }

    /// Certificates that checks saw.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_seen_certificates(&self) -> Result<ReadableExpiries, StoreError> {
        self.readable(sql::LIST_CERTIFICATES, vec![]).await
    }

    /// Certificates whose check is gone, or works without one.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_orphaned_certificates(&self) -> Result<ReadableExpiries, StoreError> {
        self.readable(sql::LIST_ORPHANS, vec![]).await
    }

    /// What checks saw served with their last probes, oldest first. Rows that cannot be read are left out.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_served(&self) -> Result<Vec<Served>, StoreError> {
        let rows = self.read().await?.fetch_all(sql::LIST_SERVED, vec![]).await?;
        let served = rows.iter().filter_map(|row| {
            let columns = row.of("judgments", "chk_");
            Some(Served {
                check_id: columns.uuid("id").ok()?.into(),
                leaf: columns.document().ok()?,
                probed_at: columns.instant("probed_at").ok()?,
            })
        });
        Ok(served.collect())
    }

    /// The entry with this id.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_expiry(&self, id: ExpiryId) -> Result<Option<Stored<ExpiryRow>>, StoreError> {
        self.find(id.uuid()).await
    }

    async fn readable(
        &self,
        text: &'static str,
        binds: Vec<Bind>,
    ) -> Result<ReadableExpiries, StoreError> {
        let (mut link, mut bad_rows) = (self.read().await?, Vec::new());
        let expiries = super::list_readable(&mut link, text, binds, &mut bad_rows).await?;
        Ok(ReadableExpiries { expiries, bad_rows })
    }
}

impl Transaction {
    /// Writes a new entry.
    ///
    /// # Errors
    /// Where its check or its domain has one already, or the database fails.
    pub async fn insert_expiry(&mut self, expiry: &Expiry) -> Result<(), StoreError> {
        let row = ExpiryRow { expiry: expiry.clone(), seen_at: None };
        self.insert_new(&[row]).await
    }

    /// Changes an entry that is still at version `expected`; gives its new version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it is at another version, [`StoreError::NotFound`] where it
    /// is not there.
    pub async fn update_expiry(
        &mut self,
        expiry: &Expiry,
        expected: i64,
    ) -> Result<i64, StoreError> {
        let row = ExpiryRow { expiry: expiry.clone(), seen_at: None };
        self.update(&row, expected).await
    }

    /// Removes an entry that is still at version `expected`.
    ///
    /// # Errors
    /// As [`Transaction::update_expiry`].
    pub async fn remove_expiry(
        &mut self,
        expiry: &Expiry,
        expected: i64,
    ) -> Result<(), StoreError> {
        let row = ExpiryRow { expiry: expiry.clone(), seen_at: None };
        self.remove(&row, expected).await
    }

    /// The entry with this id, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_expiry(
        &mut self,
        id: ExpiryId,
    ) -> Result<Option<Stored<ExpiryRow>>, StoreError> {
        self.find(id.uuid()).await
    }

    /// How many entries people made, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_made_expiries(&mut self) -> Result<i64, StoreError> {
        self.count(sql::COUNT_MADE, vec![], "expiries").await
    }

    /// Remembers when the certificates of these checks were last seen. That alone makes no new version of them.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_certificates_seen(
        &mut self,
        seen: &[(CheckId, Timestamp)],
    ) -> Result<(), StoreError> {
        for (check_id, seen_at) in seen {
            let binds = vec![Bind::Uuid(check_id.uuid()), Bind::Integer(micros(*seen_at))];
            self.execute(sql::SET_SEEN, binds).await?;
        }
        Ok(())
    }
}
