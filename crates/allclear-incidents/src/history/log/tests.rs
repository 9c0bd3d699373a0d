//! What the importer reads from pages, and what must hold for any text.

mod closed;
mod encoding;
mod folds;
mod forms;
mod headings;
mod lists;
mod offsets;
mod posted;
mod properties;
mod samples;
mod sections;
mod shape1;
mod shape2;
mod stated;
mod status_pages;
mod words;

use super::{LogImport, LogOptions, read_log};
use crate::history::facts::FactsRecord;

/// Reads a text of a page in a zone.
fn import(text: &str, timezone: Option<&str>) -> LogImport {
    let options = LogOptions {
        publisher: "example".to_owned(),
        timezone: timezone.map(str::to_owned),
        ..LogOptions::default()
    };
    read_log(text, &options).expect("the text can be read")
}

/// Reads a text of a page whose zone is Pacific time.
fn pacific(text: &str) -> LogImport {
    import(text, Some("America/Los_Angeles"))
}

/// The only record of a text of a page whose zone is Pacific time.
fn one(text: &str) -> FactsRecord {
    let mut records = pacific(text).records;
    assert_eq!(records.len(), 1, "one record");
    records.remove(0)
}

/// Start and end as text.
fn window(record: &FactsRecord) -> (Option<&str>, Option<&str>) {
    (record.started_at.as_deref(), record.ended_at.as_deref())
}
