//! What tests need and nobody else may have. No setting reaches it.

pub mod kuma;

use crate::error::StoreError;
use crate::location::Location;
use crate::store::Store;

/// A weakness that a test puts into a database on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// None: as everybody opens it.
    None,
    /// Commits do not wait for the disk. A test of power cuts that sees no loss with this proves
    /// nothing.
    NoSync,
    /// The file may have this many pages and no more, as if the disk were full. SQLite only.
    PagesMax(u32),
}

/// Opens a database with a weakness.
///
/// # Errors
/// As [`Store::open`].
pub async fn open_weakened(location: &Location, weakness: Weakness) -> Result<Store, StoreError> {
    Store::open_weakened(location, weakness).await
}
