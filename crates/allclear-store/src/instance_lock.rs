//! The instance lock: one process at a time writes to a data folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::error::StoreError;
use crate::folder;

const FILE_NAME: &str = "allclear.lock";

/// The right to write to a data folder, as long as it lives. Held by the server, and by commands
/// that write to the database themselves. The system takes it back when the process ends, however it
/// ends; the file stays.
#[derive(Debug)]
#[must_use = "the lock is gone when it is dropped"]
pub struct InstanceLock {
    // Closing the file gives the lock back.
    _file: File,
}

impl InstanceLock {
    /// Takes the lock of a folder, which is made where it is not there. Does not wait.
    ///
    /// # Errors
    /// [`StoreError::Locked`] where another process has it, with that process's number where it is
    /// known; [`StoreError::File`] where the file cannot be made.
    pub fn acquire(folder: &Path) -> Result<Self, StoreError> {
        folder::make(folder)?;
        let path = folder.join(FILE_NAME);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let opened = options.open(&path);
        let mut file =
            opened.map_err(|error| StoreError::file(&path, "cannot open the lock", error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(locked(&mut file, folder)),
            Err(TryLockError::Error(error)) => {
                return Err(StoreError::file(&path, "cannot take the lock", error));
            }
        }
        // Who has the lock is a help for people; where the disk is full, it has to do without.
        if let Err(error) = note_process(&mut file) {
            tracing::debug!(path = %path.display(), %error, "the lock does not name this process");
        }
        Ok(Self { _file: file })
    }
}

fn note_process(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn locked(file: &mut File, folder: &Path) -> StoreError {
    let mut text = String::new();
    let read = file.take(32).read_to_string(&mut text);
    let process = match (read, text.trim().parse::<u32>()) {
        (Ok(_), Ok(id)) => format!(" (process {id})"),
        _ => String::new(),
    };
    StoreError::Locked {
        problem: format!(
            "another Allclear{process} is running on {}: stop it first",
            folder.display()
        ),
    }
}
