//! The store: the only crate that knows SQL. Domain types go in and come out; rows, statements and
//! the engine's errors stay inside.
//!
//! There are two engines. SQLite keeps everything in one file of the data folder, with a write-ahead
//! log, `synchronous = full`, one connection that writes and a few that read. PostgreSQL keeps it on
//! a server. Each statement has one text for both, by name, in `sql`.
//!
//! Every write transaction takes the next **revision** of the installation and stamps the rows that
//! it writes. Writers wait for each other, so revisions become visible in their order, and a reader
//! that knows revision *n* asks [`Store::changes_since`] for the rest and misses nothing.
//!
//! Incidents, maintenance windows, announcements and status pages are documents: the serde form of
//! the domain type, beside columns for what is searched, constrained or due. Instants in columns are
//! microseconds since 1970, which sort and compare alike on both engines; in documents they keep
//! their nanoseconds.

mod backup;
mod changes;
mod check;
mod engine;
mod error;
mod folder;
mod instance_lock;
mod keyring;
mod kuma;
mod location;
mod migrations;
mod nouns;
mod open;
mod restore;
mod row;
mod sql;
mod sqlx_errors;
mod store;
pub mod testing;
mod transaction;
mod write_error;

pub use backup::{BackupReport, backup};
pub use changes::Changes;
pub use check::{Counts, Health};
pub use error::{BadRow, StoreError};
pub use instance_lock::InstanceLock;
pub use keyring::{Keyring, NoKeyring, ShutSecret};
pub use kuma::{KumaDatabase, KumaError, KumaRow, read_kuma};
pub use location::{FILE_NAME, Location};
pub use nouns::Stored;
pub use nouns::answers::KeptAnswer;
pub use nouns::audit::{About, AuditFilter};
pub use nouns::checks::{CheckChanges, ReadableChecks};
pub use nouns::expiries::{ExpiryRow, ReadableExpiries, Served};
pub use nouns::expiry_feeds::ExpiryFeedRow;
pub use nouns::heartbeats::Heard;
pub use nouns::incidents::{Begun, BegunSlice, Stage};
pub use nouns::judgments::{Judged, ReadableJudgments};
pub use nouns::leases::{Lease, Tenure};
pub use nouns::maintenance::DueMaintenance;
pub use nouns::names::{NameListRow, NamesChanged};
pub use nouns::samples::{Sampled, SamplesSize};
pub use nouns::secrets::{NewSecret, SealedBy, SealedSecrets};
pub use nouns::slices::Slice;
pub use nouns::sources::{SourceState, Taken};
pub use nouns::tokens::TokenRow;
pub use restore::{RestoreReport, restore};
pub use store::Store;
pub use transaction::Transaction;
pub use write_error::WriteError;

/// What the driver below may log where nobody asked for more: its notices are no news.
pub const DRIVER_LOG: &str = "sqlx=warn";

/// The newest schema that this binary reads and writes.
pub const SCHEMA: i64 = migrations::SCHEMA;
