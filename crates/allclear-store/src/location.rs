//! Where the database is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::error::StoreError;

/// Name of the database file in the data folder.
pub const FILE_NAME: &str = "allclear.db";

/// Where the database is. Neither `Debug` nor `Display` ever prints a password.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder with the file `allclear.db`.
    Folder(PathBuf),
    /// A server, as `postgres://user:password@host/database`.
    Url(String),
}

impl Location {
    /// What to connect to, for a [`Location::Url`].
    pub(crate) fn server(url: &str) -> Result<PgConnectOptions, StoreError> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(StoreError::refused(
                "the address of the database does not begin with `postgres://`: write \
                 postgres://user:password@host/database",
            ));
        }
        let options = PgConnectOptions::from_str(url).map_err(|_| {
            StoreError::refused(
                "the address of the database cannot be read: write \
                 postgres://user:password@host/database, and percent-encode special characters",
            )
        })?;
        Ok(options.application_name("allclear"))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.join(FILE_NAME).display()),
            Self::Url(url) => match Self::server(url) {
                Ok(server) => {
                    let place = server
                        .get_socket()
                        .map_or_else(|| server.get_host().to_owned(), |s| s.display().to_string());
                    let database = server.get_database().unwrap_or(server.get_username());
                    write!(f, "{database} at {place}:{} (PostgreSQL)", server.get_port())
                }
                Err(_) => f.write_str("(an address that cannot be read)"),
            },
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
