//! Documents are read strictly: a field that is not known is an error that names it.
//!
//! Serde's `deny_unknown_fields` does not reach the variants without data of a tagged enum.

use serde::{Deserialize, Deserializer};

/// Reads a variant that has no data.
pub(crate) fn no_fields<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct NoFields {}

    NoFields::deserialize(deserializer).map(|NoFields {}| ())
}
