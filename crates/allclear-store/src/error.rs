//! What can go wrong in the store. Every error says whether to retry and carries two messages: its
//! `Display` for the operator, with what to do, and one that is safe for the public.

use std::fmt;
use std::path::PathBuf;

use allclear_domain::StatusPage;

use crate::nouns::Record;

/// Why the store did not do what was asked. Whatever it was, nothing of a failed transaction is kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room is left.
    #[error(
        "the disk is full: nothing was written. Free some space; reading goes on, and writing does \
         as soon as there is room ({problem})"
    )]
    Full {
        /// What the database said.
        problem: String,
    },
    /// The database is damaged.
    #[error(
        "the database is damaged ({problem}). Stop Allclear, move the damaged files aside and put \
         the last good backup in their place with `allclear restore FILE`"
    )]
    Corrupt {
        /// What was found.
        problem: String,
    },
    /// A newer Allclear wrote the database.
    #[error(
        "the database has schema {found}, and this Allclear knows schemas up to {known}: it was \
         written by a newer Allclear. Start that version again, or restore a backup from before \
         the upgrade with `allclear restore FILE`"
    )]
    Newer {
        /// Schema of the database.
        found: i64,
        /// Newest schema that this binary knows.
        known: i64,
    },
    /// An older Allclear wrote the database and nobody upgraded it yet.
    #[error(
        "the database has schema {found}, and this command needs schema {known}. Make a backup, \
         then start `allclear serve` once: it upgrades the database"
    )]
    Outdated {
        /// Schema of the database.
        found: i64,
        /// Schema that this binary needs.
        known: i64,
    },
    /// There is a database, but not one of Allclear's.
    #[error(
        "{place} is not an Allclear database ({found}), and was left as it is. Name another \
         folder or database"
    )]
    Foreign {
        /// The file or the database.
        place: String,
        /// What it is instead.
        found: String,
    },
    /// There is no database where one was expected.
    #[error(
        "there is no Allclear database in {place}. Name its folder with `--data`, or start `allclear serve` to make one"
    )]
    Missing {
        /// Where it was looked for.
        place: String,
    },
    /// Somebody else holds the database.
    #[error("{problem}")]
    Locked {
        /// Who, and what to do.
        problem: String,
    },
    /// The database server does not answer, or does not let Allclear in.
    #[error("the database cannot be reached: {problem}")]
    Unreachable {
        /// What was tried and what came of it.
        problem: String,
        /// Whether it may work later without anybody's doing.
        is_passing: bool,
    },
    /// Somebody else changed it since it was read.
    #[error(
        "{noun} {id} was changed meanwhile: it is at version {found}, the change was made to \
         version {expected}. Read it again and repeat the change"
    )]
    Conflict {
        /// What was to change.
        noun: &'static str,
        /// Its id.
        id: String,
        /// The version that the change was made to.
        expected: i64,
        /// The version in the database.
        found: i64,
    },
    /// There is no such thing.
    #[error("there is no {noun} {id}")]
    NotFound {
        /// What was looked for.
        noun: &'static str,
        /// Its id.
        id: String,
    },
    /// Something that has to be unique is there already.
    #[error("there is {what} already")]
    Duplicate {
        /// What.
        what: String,
    },
    /// A row that does not make sense.
    #[error(
        "{0}. Stop Allclear, move the damaged files aside and put the last good backup in their \
         place with `allclear restore FILE`"
    )]
    BadRow(#[from] BadRow),
    /// The store does not do this.
    #[error("{problem}")]
    Refused {
        /// Why, and what to do instead.
        problem: String,
    },
    /// A file could not be read or written.
    #[error("{}: {doing}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// Anything else that the database said.
    #[error("the database failed: {problem}")]
    Failed {
        /// What it said.
        problem: String,
    },
}

/// A row that does not make sense.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("row {id} of table {table} cannot be read: {problem}")]
pub struct BadRow {
    /// The table.
    pub table: &'static str,
    /// The row.
    pub id: String,
    /// What is wrong with it.
    pub problem: String,
}

impl BadRow {
    /// Whether it is a status page, and not something that a status page tells.
    #[must_use]
    pub fn is_status_page(&self) -> bool {
        self.table == <StatusPage as Record>::TABLE
    }
}

impl StoreError {
    /// Whether the same call may work later without anybody changing the call.
    #[must_use]
    pub const fn retry(&self) -> bool {
        match self {
            Self::Full { .. } | Self::Locked { .. } => true,
            Self::Unreachable { is_passing, .. } => *is_passing,
            Self::Corrupt { .. }
            | Self::Newer { .. }
            | Self::Outdated { .. }
            | Self::Foreign { .. }
            | Self::Missing { .. }
            | Self::Conflict { .. }
            | Self::NotFound { .. }
            | Self::Duplicate { .. }
            | Self::BadRow(_)
            | Self::Refused { .. }
            | Self::File { .. }
            | Self::Failed { .. } => false,
        }
    }

    /// What the public may be told: nothing of paths, addresses, tables or contents.
    #[must_use]
    pub const fn public_message(&self) -> &'static str {
        match self {
            Self::Full { .. } | Self::Locked { .. } | Self::Unreachable { .. } => {
                "This cannot be saved at the moment. Please try again later."
            }
            Self::Conflict { .. } => {
                "Somebody else changed this meanwhile. Please look at it again and repeat your change."
            }
            Self::NotFound { .. } => "There is no such thing here.",
            Self::Duplicate { .. } => "There is one of that name already.",
            Self::Refused { .. } => "This cannot be saved as it is.",
            Self::Corrupt { .. }
            | Self::Newer { .. }
            | Self::Outdated { .. }
            | Self::Foreign { .. }
            | Self::Missing { .. }
            | Self::BadRow(_)
            | Self::File { .. }
            | Self::Failed { .. } => "Something is wrong on our side. Please try again later.",
        }
    }

    /// A refusal.
    pub(crate) fn refused(problem: impl Into<String>) -> Self {
        Self::Refused { problem: problem.into() }
    }

    /// A file that could not be read or written; a full disk is told apart.
    pub(crate) fn file(
        path: impl Into<PathBuf>,
        doing: &'static str,
        source: std::io::Error,
    ) -> Self {
        let path = path.into();
        if source.kind() == std::io::ErrorKind::StorageFull {
            return Self::Full { problem: format!("{}: {doing}: {source}", path.display()) };
        }
        Self::File { path, doing, source }
    }

    /// A thing that is not there.
    pub(crate) fn not_found(noun: &'static str, id: impl fmt::Display) -> Self {
        Self::NotFound { noun, id: id.to_string() }
    }
}
