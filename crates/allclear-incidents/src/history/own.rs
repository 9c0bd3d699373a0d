//! The `allclear` format: an installation's pages with everything that belongs to them, without loss.
//!
//! The nouns stand in it in their stored form, ids and public ids included, so that addresses
//! survive a move. `export`, `import` and `export` again give equal files.

use serde::{Deserialize, Serialize};

use super::contents::Contents;

/// The version that this binary writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// A file in the `allclear` format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllclearFile {
    /// Always `allclear`.
    pub format: String,
    /// [`VERSION`] of the binary that wrote it.
    pub version: u32,
    /// Status pages, by slug.
    pub pages: Vec<Contents>,
}

impl AllclearFile {
    /// A file of these pages, in order.
    #[must_use]
    pub fn of(mut pages: Vec<Contents>) -> Self {
        pages.sort_by(|a, b| a.page.slug.cmp(&b.page.slug));
        for contents in &mut pages {
            contents.sort();
        }
        Self { format: "allclear".to_owned(), version: VERSION, pages }
    }
}
