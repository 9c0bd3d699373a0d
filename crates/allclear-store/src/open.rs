//! Opening a database: look first whose it is and how old, then connect, then upgrade.

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, query_scalar};

use crate::engine::{Pools, server_error};
use crate::error::StoreError;
use crate::folder;
use crate::location::{FILE_NAME, Location};
use crate::migrations;
use crate::sql::{dialect, installation};
use crate::sqlx_errors::from_migration;
use crate::testing::Weakness;

/// How long a statement waits for a lock of another process.
const BUSY_FOR: Duration = Duration::from_secs(5);
/// How long a writer waits for those before it in this process, and anybody for a connection.
const QUEUE_FOR: Duration = Duration::from_secs(30);
/// How long a server may take to answer at all.
const CONNECT_FOR: Duration = Duration::from_secs(10);
/// Connections that read a file.
const READERS_MAX: u32 = 4;
/// Connections to a server.
const CONNECTIONS_MAX: u32 = 8;
/// The write-ahead log is cut back to this after a large transaction.
const LOG_BYTES_MAX: &str = "67108864";

/// Opens, makes where there is none, upgrades.
pub(crate) async fn open(location: &Location, weakness: Weakness) -> Result<Pools, StoreError> {
    match location {
        Location::Folder(folder) => {
            folder::make(folder)?;
            let path = folder.join(FILE_NAME);
            let is_new = folder::make_file(&path)?;
            let before = look_at_file(&path).await?;
            tracing::debug!(path = %path.display(), is_new, ?before, "opening the database");
            let pools = connect_to_file(read_options(&path), &path, weakness);
            if let Pools::Sqlite { write, .. } = &pools {
                let upgraded = migrations::for_sqlite().run(write).await;
                upgraded.map_err(from_migration)?;
            }
            Ok(pools)
        }
        Location::Url(url) => {
            let options = Location::server(url)?;
            look_at_server(&options, location).await?;
            let pools = connect_to_server(options, weakness);
            if let Pools::Postgres(pool) = &pools {
                let upgraded = migrations::for_postgres().run(pool).await;
                upgraded.map_err(from_migration)?;
            }
            Ok(pools)
        }
    }
}

/// Opens what exists, and changes nothing.
pub(crate) async fn open_existing(location: &Location) -> Result<Pools, StoreError> {
    let (found, pools) = match location {
        Location::Folder(folder) => {
            let path = folder.join(FILE_NAME);
            let found = look_at_existing_file(&path).await?;
            (found, connect_to_file(reading(&path).await, &path, Weakness::None))
        }
        Location::Url(url) => {
            let options = Location::server(url)?;
            let found = look_at_server(&options, location).await?;
            (found, connect_to_server(options, Weakness::None))
        }
    };
    let problem = match found {
        Found::Ours { schema } if schema == migrations::SCHEMA => return Ok(pools),
        Found::Ours { schema } => StoreError::Outdated { found: schema, known: migrations::SCHEMA },
        Found::Nothing => StoreError::Missing { place: location.to_string() },
    };
    pools.close().await;
    Err(problem)
}

/// What a place holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing yet.
    Nothing,
    /// An Allclear database.
    Ours {
        /// Its schema, which this binary knows.
        schema: i64,
    },
}

fn ours(schema: i64) -> Result<Found, StoreError> {
    if schema > migrations::SCHEMA {
        return Err(StoreError::Newer { found: schema, known: migrations::SCHEMA });
    }
    Ok(Found::Ours { schema })
}

/// Looks at a file that may not be there.
pub(crate) async fn look_at_existing_file(path: &Path) -> Result<Found, StoreError> {
    if folder::is_there(path)? { look_at_file(path).await } else { Ok(Found::Nothing) }
}

/// Looks at a file without changing what it says.
async fn look_at_file(path: &Path) -> Result<Found, StoreError> {
    if path.is_dir() {
        return Err(StoreError::Foreign {
            place: path.display().to_string(),
            found: "a folder".to_owned(),
        });
    }
    // A process that died while it made the database leaves a journal, which only a connection
    // that may write can take back. Nothing that was ever acknowledged is in it.
    let options = reading(path).await.read_only(!folder::has_hot_journal(path));
    let mut link = SqliteConnection::connect_with(&options).await?;
    let found = look_through(&mut link, path).await;
    link.close().await?;
    found
}

/// Looks at a file through an open connection.
pub(crate) async fn look_through(
    link: &mut SqliteConnection,
    path: &Path,
) -> Result<Found, StoreError> {
    let id: i64 = query_scalar(dialect::SQLITE_APPLICATION_ID).fetch_one(&mut *link).await?;
    let tables: i64 = query_scalar(dialect::SQLITE_COUNT_TABLES).fetch_one(&mut *link).await?;
    if id == dialect::APPLICATION_ID {
        let steps = query_scalar(dialect::SQLITE_COUNT_STEP_TABLES).fetch_one(&mut *link).await?;
        let schema = match steps {
            0_i64 => 0,
            _ => query_scalar(installation::FIND_SCHEMA).fetch_one(&mut *link).await?,
        };
        return ours(schema);
    }
    if tables == 0 && id == 0 {
        return Ok(Found::Nothing);
    }
    Err(StoreError::Foreign {
        place: path.display().to_string(),
        found: format!("another program's SQLite file: {tables} tables, application id {id}"),
    })
}

/// Looks at a database on a server without changing it.
async fn look_at_server(
    options: &PgConnectOptions,
    location: &Location,
) -> Result<Found, StoreError> {
    let connecting = tokio::time::timeout(CONNECT_FOR, PgConnection::connect_with(options));
    let Ok(connected) = connecting.await else {
        return Err(StoreError::Unreachable {
            problem: format!("{location} does not answer"),
            is_passing: true,
        });
    };
    let mut link = connected.map_err(|error| match error {
        // What answered is no database server, or something before it hung up.
        sqlx::Error::Protocol(problem) => {
            StoreError::Unreachable { problem: format!("{location}: {problem}"), is_passing: true }
        }
        other => server_error(other),
    })?;
    let tables: i64 = query_scalar(dialect::POSTGRES_COUNT_TABLES).fetch_one(&mut link).await?;
    let marks: i64 = query_scalar(dialect::POSTGRES_COUNT_MARKS).fetch_one(&mut link).await?;
    let found = match (tables, marks) {
        (0, _) => Ok(Found::Nothing),
        (_, 0) => Err(StoreError::Foreign {
            place: location.to_string(),
            found: format!("{tables} tables of another program"),
        }),
        _ => ours(query_scalar(installation::FIND_SCHEMA).fetch_one(&mut link).await?),
    };
    link.close().await?;
    found
}

/// How a file is read: never written, never made.
pub(crate) fn read_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY_FOR)
}

/// How a file is read now. Reading shares an index with the writer in a file beside the database,
/// and a full disk has no room to make it. Where it is missing, nobody has the database open; where
/// there is no write-ahead log either, the file is whole and can be read as it stands.
pub(crate) async fn reading(path: &Path) -> SqliteConnectOptions {
    let options = read_options(path);
    if folder::has_write_ahead_log(path) {
        return options;
    }
    let is_full = match SqliteConnection::connect_with(&options).await {
        Ok(mut link) => {
            let tried =
                query_scalar::<_, i64>(dialect::SQLITE_COUNT_TABLES).fetch_one(&mut link).await;
            tried.is_err_and(|error| matches!(error.into(), StoreError::Full { .. }))
        }
        Err(error) => matches!(error.into(), StoreError::Full { .. }),
    };
    options.immutable(is_full)
}

/// How a file is written: every commit waits for the disk.
fn write_options(path: &Path, weakness: Weakness) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_FOR)
        .pragma("journal_size_limit", LOG_BYTES_MAX);
    match weakness {
        Weakness::None => options,
        Weakness::NoSync => options.synchronous(SqliteSynchronous::Off),
        Weakness::PagesMax(pages) => options.pragma("max_page_count", pages.to_string()),
    }
}

fn connect_to_file(reading: SqliteConnectOptions, path: &Path, weakness: Weakness) -> Pools {
    let pool = |connections| {
        SqlitePoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(QUEUE_FOR)
            .idle_timeout(None)
            .max_lifetime(None)
    };
    Pools::Sqlite {
        read: pool(READERS_MAX).connect_lazy_with(reading),
        write: pool(1).connect_lazy_with(write_options(path, weakness)),
    }
}

fn connect_to_server(options: PgConnectOptions, weakness: Weakness) -> Pools {
    let options = match weakness {
        Weakness::None | Weakness::PagesMax(_) => options,
        Weakness::NoSync => options.options([("synchronous_commit", "off")]),
    };
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS_MAX).acquire_timeout(QUEUE_FOR);
    Pools::Postgres(pool.connect_lazy_with(options))
}
