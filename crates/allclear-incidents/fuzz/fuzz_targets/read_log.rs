//! Any bytes can be read, and each of its lines is kept in a record or in the report.

#![no_main]

use allclear_incidents::history::log::{LogOptions, decode, read_log};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], bool)| {
    let (bytes, has_zone) = input;
    let text = &decode(bytes.to_vec()).text;
    let options = LogOptions {
        publisher: "example".to_owned(),
        timezone: has_zone.then(|| "America/Los_Angeles".to_owned()),
        ..LogOptions::default()
    };
    let Ok(import) = read_log(text, &options) else { return };
    let mut kept = std::collections::HashSet::new();
    for record in &import.records {
        kept.extend(record.text.as_deref().unwrap_or("").lines().map(trimmed));
    }
    kept.extend(import.report.not_understood.iter().map(|line| trimmed(&line.text)));
    kept.extend(import.report.understood.iter().map(|line| trimmed(&line.text)));
    let lines: Vec<&str> =
        if text.contains('\n') { text.lines().collect() } else { text.split('\r').collect() };
    for line in lines {
        assert!(!line.chars().any(char::is_alphanumeric) || kept.contains(trimmed(line)), "{line:?}");
    }
});

/// A line without carriage returns at its end: a record's text is joined with line feeds.
fn trimmed(line: &str) -> &str {
    line.trim_end_matches('\r')
}
