//! History in and out: formats that are read and written, and the report of what happened to each line.
//!
//! Reading is pure: a format gives [`facts`] or [`contents`], those become a [`batch`], and only
//! [`import`] writes it.

pub mod batch;
pub mod check;
pub mod contents;
pub mod facts;
pub mod from_facts;
pub mod from_own;
pub mod import;
pub mod left_out;
pub mod log;
pub mod own;
pub mod report;
mod spelling;
pub mod to_facts;

use serde::Serialize;
use sha2::{Digest, Sha256};

pub(crate) use allclear_domain::zone::find_zone;

use self::facts::FactsRecord;

/// SHA-256 of the JSON form of what was read, in hexadecimal.
#[must_use]
pub fn source_digest(record: &impl Serialize) -> String {
    // A record that was just read from JSON, or made by a reader, always has a JSON form.
    let json = serde_json::to_vec(record).unwrap_or_default();
    hex(&Sha256::digest(json))
}

/// [`source_digest`] of a record without its id: in a `log` the id follows from the record's place
/// in the text, so a record keeps its digest when another one is added above it.
#[must_use]
pub fn digest_without_id(record: &FactsRecord) -> String {
    source_digest(&FactsRecord { id: String::new(), ..record.clone() })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
