//! A backup: one file with everything, made while the server runs, and read again before it counts.

use std::fs::File;
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, query, query_scalar};

use crate::check::Counts;
use crate::error::StoreError;
use crate::folder::{self, Unfinished};
use crate::location::{FILE_NAME, Location};
use crate::open::{self, Found};
use crate::row::Row;
use crate::sql::{dialect, installation};

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupReport {
    /// The file.
    pub file: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// The schema of the database in it.
    pub schema: i64,
    /// The newest revision in it.
    pub revision: i64,
    /// How much is in it.
    pub counts: Counts,
}

/// Writes a backup of the database at `location` into a new file, mode 0600. The server may run.
///
/// # Errors
/// Where the file exists, the database is missing or damaged, or the copy does not read well; then
/// no file of that name is left. A database on a server is refused: its own tools make the backup.
pub async fn backup(location: &Location, file: &Path) -> Result<BackupReport, StoreError> {
    let folder = match location {
        Location::Folder(folder) => folder,
        Location::Url(url) => return Err(refuse_server(url, file)),
    };
    let database = folder.join(FILE_NAME);
    if open::look_at_existing_file(&database).await? == Found::Nothing {
        return Err(StoreError::Missing { place: location.to_string() });
    }
    if file.symlink_metadata().is_ok() {
        return Err(StoreError::refused(format!(
            "{} exists, and a backup overwrites nothing: name another file",
            file.display()
        )));
    }
    let unfinished = Unfinished(beside(file)?);
    if !folder::make_file(&unfinished.0)? {
        return Err(StoreError::refused(format!(
            "{} is left from an earlier attempt: remove it",
            unfinished.0.display()
        )));
    }
    copy_database(&database, &unfinished.0).await?;
    let contents = read_file(&unfinished.0).await?;
    let (from, to) = (unfinished.0.clone(), file.to_owned());
    let bytes = blocking(move || {
        let bytes = sync_file(&from)?;
        folder::publish(&from, &to)?;
        Ok(bytes)
    })
    .await?;
    Ok(BackupReport {
        file: file.to_owned(),
        bytes,
        schema: contents.schema,
        revision: contents.revision,
        counts: contents.counts,
    })
}

fn refuse_server(url: &str, file: &Path) -> StoreError {
    let server = match Location::server(url) {
        Ok(server) => server,
        Err(error) => return error,
    };
    let host = server
        .get_socket()
        .map_or_else(|| server.get_host().to_owned(), |socket| socket.display().to_string());
    StoreError::refused(format!(
        "the database is on a server, and PostgreSQL's own tools make its backup: run `pg_dump \
         --format=custom --host={host} --port={} --username={} --file={} {}`; `pg_restore` brings \
         it back",
        server.get_port(),
        server.get_username(),
        file.display(),
        server.get_database().unwrap_or(server.get_username()),
    ))
}

/// The name that a file has until it is finished.
pub(crate) fn beside(file: &Path) -> Result<PathBuf, StoreError> {
    match file.file_name().and_then(|name| name.to_str()) {
        Some(name) => Ok(file.with_file_name(format!(".{name}.unfinished-{}", std::process::id()))),
        None => Err(StoreError::refused(format!("{} is not the name of a file", file.display()))),
    }
}

async fn copy_database(from: &Path, to: &Path) -> Result<(), StoreError> {
    let Some(target) = to.to_str() else {
        return Err(StoreError::refused(format!(
            "{} is not UTF-8: name another file",
            to.display()
        )));
    };
    let mut link = SqliteConnection::connect_with(&open::reading(from).await).await?;
    let copied = query(dialect::SQLITE_COPY).bind(target.to_owned()).execute(&mut link).await;
    link.close().await?;
    copied.map(|_| ()).map_err(StoreError::from)
}

/// What a database file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) schema: i64,
    pub(crate) revision: i64,
    pub(crate) counts: Counts,
}

/// Reads a file that nobody else has open: every page, then its counts. Changes nothing.
pub(crate) async fn read_file(path: &Path) -> Result<Contents, StoreError> {
    let options = open::read_options(path).immutable(true);
    let mut link = SqliteConnection::connect_with(&options).await?;
    let contents = read_contents(&mut link, path).await;
    link.close().await?;
    contents
}

async fn read_contents(link: &mut SqliteConnection, path: &Path) -> Result<Contents, StoreError> {
    let schema = match open::look_through(link, path).await? {
        Found::Ours { schema } => schema,
        Found::Nothing => {
            return Err(StoreError::Foreign {
                place: path.display().to_string(),
                found: "an empty file".to_owned(),
            });
        }
    };
    let lines: Vec<String> = query_scalar(dialect::SQLITE_INTEGRITY).fetch_all(&mut *link).await?;
    if lines != ["ok"] {
        return Err(StoreError::Corrupt {
            problem: format!("{}: {}", path.display(), lines.join("; ")),
        });
    }
    let counts = query(installation::COUNT).fetch_one(&mut *link).await?;
    Ok(Contents {
        schema,
        revision: query_scalar(installation::FIND_REVISION).fetch_one(&mut *link).await?,
        counts: Counts::read(&Row::Sqlite(counts))?,
    })
}

/// Makes the contents of a file safe; gives its length.
pub(crate) fn sync_file(path: &Path) -> Result<u64, StoreError> {
    File::open(path)
        .and_then(|file| {
            file.sync_all()?;
            Ok(file.metadata()?.len())
        })
        .map_err(|error| StoreError::file(path, "cannot make it safe", error))
}

/// Runs what waits for the disk beside the tasks that answer requests.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(StoreError::Failed { problem: error.to_string() }),
    }
}
