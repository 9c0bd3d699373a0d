//! What the API takes and gives that several nouns share. These are the API's own shapes: the
//! store's documents may change without it.

mod list;
mod loss;
mod record;
mod update;
mod when;
mod words;

use serde::{Deserialize, Deserializer};

pub(crate) use self::list::{ListJson, cursor_of, read_cursor};
pub(crate) use self::record::{AffectedJson, ChangeJson, RecordJson, RecordPatchJson, affected};
pub(crate) use self::update::{NewUpdateJson, UpdateEditJson, UpdateJson, prose, updates};
pub(crate) use self::when::{MomentJson, WhenJson};
pub(crate) use self::words::*;

/// Reads a field that may be left out, which keeps what is there, or be `null`, which removes it.
pub(crate) fn given<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
