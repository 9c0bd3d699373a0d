//! What the engines genuinely do differently: bounds of transactions, identity, self-checks.

/// Begins a transaction that writes: SQLite takes the write lock at once instead of in the middle.
pub(crate) const SQLITE_BEGIN: &str = "begin immediate";
/// Begins a transaction that writes. A writer that hangs must not stop all others for good.
pub(crate) const POSTGRES_BEGIN: &str = "begin;
    set local lock_timeout = '30s';
    set local idle_in_transaction_session_timeout = '60s'";

/// Begins a transaction that reads one state of the database.
pub(crate) const SQLITE_BEGIN_READ: &str = "begin";
/// Begins a transaction that reads one state of the database.
pub(crate) const POSTGRES_BEGIN_READ: &str = "begin isolation level repeatable read read only";

/// Ends a transaction; what it wrote stays.
pub(crate) const COMMIT: &str = "commit";
/// Ends a transaction; what it wrote is gone.
pub(crate) const ROLLBACK: &str = "rollback";

/// The mark of an Allclear file: `AllC`.
pub(crate) const APPLICATION_ID: i64 = 0x416c_6c43;
/// Reads the mark.
pub(crate) const SQLITE_APPLICATION_ID: &str = "pragma application_id";
/// Counts the tables, but for the one that the upgrade makes before anything else.
pub(crate) const SQLITE_COUNT_TABLES: &str = "select count(*) from sqlite_master \
     where type = 'table' and name <> '_sqlx_migrations' and name not like 'sqlite~_%' escape '~'";
/// Counts the table of steps.
pub(crate) const SQLITE_COUNT_STEP_TABLES: &str =
    "select count(*) from sqlite_master where type = 'table' and name = '_sqlx_migrations'";
/// Reads every page and every index; one row, `ok`, where all is well.
pub(crate) const SQLITE_INTEGRITY: &str = "pragma integrity_check(20)";
/// Looks for rows that point nowhere.
pub(crate) const SQLITE_FOREIGN_KEYS: &str = "pragma foreign_key_check";
/// Writes a consistent copy of the whole database into a new or empty file.
pub(crate) const SQLITE_COPY: &str = "vacuum into $1";

/// Counts the tables, but for the one that the upgrade makes before anything else.
pub(crate) const POSTGRES_COUNT_TABLES: &str = "select count(*) from pg_catalog.pg_tables \
     where schemaname = current_schema() and tablename <> '_sqlx_migrations'";
/// Counts the table that marks an Allclear database.
pub(crate) const POSTGRES_COUNT_MARKS: &str = "select count(*) from pg_catalog.pg_tables \
     where schemaname = current_schema() and tablename = 'installation'";
/// Reads the settings on which the safety of a commit depends.
pub(crate) const POSTGRES_SAFETY: &str = "select name, setting from pg_catalog.pg_settings \
     where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off' \
     order by name";
/// Whether the server is a standby.
pub(crate) const POSTGRES_IS_STANDBY: &str = "select pg_is_in_recovery()";
