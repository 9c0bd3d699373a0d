//! The data folder: made for its owner alone, and its entries made safe against power cuts.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::StoreError;
use crate::location::FILE_NAME;

/// The file itself, and what SQLite keeps beside it.
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Makes a folder, and those above it, where there is none: mode 0700. Each name is made safe
/// before the next one hangs on it.
pub(crate) fn make(folder: &Path) -> Result<(), StoreError> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().unwrap_or(Path::new(""));
    make(above)?;
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => sync(above),
        // Another process was as quick.
        Err(_) if folder.is_dir() => Ok(()),
        Err(error) => Err(StoreError::file(folder, "cannot make the folder", error)),
    }
}

/// Makes an empty file, mode 0600; gives whether it is new.
pub(crate) fn make_file(path: &Path) -> Result<bool, StoreError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => {
            let synced = file.sync_all();
            synced.map_err(|error| StoreError::file(path, "cannot make it safe", error))?;
            if let Some(folder) = path.parent() {
                sync(folder)?;
            }
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(StoreError::file(path, "cannot make the file", error)),
    }
}

/// Makes what happened to the entries of a folder safe.
pub(crate) fn sync(folder: &Path) -> Result<(), StoreError> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)
        .and_then(|file| file.sync_all())
        .map_err(|error| StoreError::file(folder, "cannot make the folder safe", error))
}

/// Whether there is a file. A folder that may not be entered is no answer to that.
pub(crate) fn is_there(path: &Path) -> Result<bool, StoreError> {
    match path.symlink_metadata() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::file(path, "cannot be looked at", error)),
    }
}

/// Whether a writer was cut off in the middle of a change that has to be taken back first.
pub(crate) fn has_hot_journal(path: &Path) -> bool {
    is_filled(path, "-journal")
}

/// Whether a part of the database lies in the write-ahead log alone.
pub(crate) fn has_write_ahead_log(path: &Path) -> bool {
    is_filled(path, "-wal")
}

fn is_filled(path: &Path, suffix: &str) -> bool {
    let mut beside = path.as_os_str().to_owned();
    beside.push(suffix);
    Path::new(&beside).metadata().is_ok_and(|found| found.len() > 0)
}

/// The files of a database that lie in a folder.
pub(crate) fn database_files(folder: &Path) -> Vec<PathBuf> {
    let paths = SUFFIXES.iter().map(|suffix| folder.join(format!("{FILE_NAME}{suffix}")));
    paths.filter(|path| path.symlink_metadata().is_ok()).collect()
}

/// Gives a finished file its final name, which nobody may have yet.
pub(crate) fn publish(from: &Path, to: &Path) -> Result<(), StoreError> {
    let exists = || StoreError::refused(format!("{} exists: name another file", to.display()));
    match std::fs::hard_link(from, to) {
        Ok(()) => {
            let removed = std::fs::remove_file(from);
            removed.map_err(|error| StoreError::file(from, "cannot remove it", error))?;
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(exists()),
        // Some file systems have no hard links.
        Err(_) if to.symlink_metadata().is_ok() => return Err(exists()),
        Err(_) => {
            let renamed = std::fs::rename(from, to);
            renamed.map_err(|error| StoreError::file(to, "cannot be given its name", error))?;
        }
    }
    match to.parent() {
        Some(folder) => sync(folder),
        None => Ok(()),
    }
}

/// A file that is removed unless it was published.
pub(crate) struct Unfinished(pub(crate) PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(path = %self.0.display(), %error, "an unfinished copy stays behind");
        }
    }
}
