//! Bringing a backup back: read first, then copied, then read again. Never over a database.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::backup::{beside, blocking, read_file};
use crate::check::Counts;
use crate::error::StoreError;
use crate::folder::{self, Unfinished};
use crate::location::{FILE_NAME, Location};
use crate::store::Store;

/// What was brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoreReport {
    /// Length of the file.
    pub bytes: u64,
    /// The schema of the backup; the database has this binary's now.
    pub schema: i64,
    /// The newest revision in it.
    pub revision: i64,
    /// How much is in it.
    pub counts: Counts,
}

/// Makes the database at `location` from a backup. The caller holds the [`crate::InstanceLock`].
///
/// # Errors
/// Where the backup is damaged, foreign or newer than this binary, or the folder has a database
/// already; nothing is changed then. A database on a server is refused: its own tools restore it.
pub async fn restore(file: &Path, location: &Location) -> Result<RestoreReport, StoreError> {
    let Location::Folder(folder) = location else {
        return Err(StoreError::refused(
            "the database is on a server: restore a dump of it with `pg_restore`, or name a folder \
             with `--data` to restore this file into",
        ));
    };
    refuse_log(file)?;
    let backup = read_file(file).await?;
    let present = folder::database_files(folder);
    if let Some(path) = present.first() {
        return Err(StoreError::refused(format!(
            "{} exists, and restoring overwrites nothing: stop Allclear, move {} and what lies \
             beside it of that name to another folder, then restore again",
            path.display(),
            folder.join(FILE_NAME).display()
        )));
    }
    let (from, into) = (file.to_owned(), folder.clone());
    let bytes = blocking(move || copy_file(&from, &into)).await?;
    let store = Store::open(location).await?;
    let counts = store.count().await;
    store.close().await;
    let counts = counts?;
    if counts != backup.counts {
        return Err(StoreError::Corrupt {
            problem: format!(
                "the restored database holds {counts:?}, the backup held {:?}",
                backup.counts
            ),
        });
    }
    Ok(RestoreReport { bytes, schema: backup.schema, revision: backup.revision, counts })
}

/// A log beside the file holds changes that a copy of the file alone would lose.
fn refuse_log(file: &Path) -> Result<(), StoreError> {
    let opened = File::open(file);
    opened.map_err(|error| StoreError::file(file, "cannot read the backup", error))?;
    for suffix in ["-wal", "-journal"] {
        let mut log = file.as_os_str().to_owned();
        log.push(suffix);
        if Path::new(&log).metadata().is_ok_and(|log| log.len() > 0) {
            return Err(StoreError::refused(format!(
                "{} is not a backup but a database in use: {} lies beside it with changes of its \
                 own. Make a backup with `allclear backup FILE`",
                file.display(),
                Path::new(&log).display()
            )));
        }
    }
    Ok(())
}

fn copy_file(file: &Path, folder: &Path) -> Result<u64, StoreError> {
    folder::make(folder)?;
    let database = folder.join(FILE_NAME);
    let unfinished = Unfinished(beside(&database)?);
    let path = &unfinished.0;
    let mut from =
        File::open(file).map_err(|error| StoreError::file(file, "cannot read it", error))?;
    let mut to = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| StoreError::file(path, "cannot make the file", error))?;
    let bytes = std::io::copy(&mut from, &mut to)
        .map_err(|error| StoreError::file(path, "cannot copy the backup", error))?;
    let synced = to.sync_all();
    synced.map_err(|error| StoreError::file(path, "cannot make it safe", error))?;
    folder::publish(path, &database)?;
    Ok(bytes)
}
