//! Ids of records: publisher, date, and a letter for more on one day.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::dates::PrintedDate;
use super::names::slug;

/// How many words of a title go into an id.
const TITLE_WORDS: usize = 6;

/// Gives ids in the source's order.
#[derive(Debug)]
pub(super) struct Ids {
    publisher: String,
    counts: HashMap<String, usize>,
    taken: HashSet<String>,
}

impl Ids {
    /// Begins for a publisher.
    pub(super) fn new(publisher: &str) -> Self {
        Self { publisher: publisher.to_owned(), counts: HashMap::new(), taken: HashSet::new() }
    }

    /// The next id for a date, for a date without a year, or for a title.
    pub(super) fn next(
        &mut self,
        date: Option<Date>,
        printed: Option<PrintedDate>,
        title: &str,
    ) -> String {
        let key = match (date, printed) {
            (Some(date), _) => date.to_string(),
            (None, Some(PrintedDate::Yearless(day))) => format!("{:02}-{:02}", day.month, day.day),
            _ => title_key(title),
        };
        let base = format!("{}-{key}", self.publisher);
        let count = self.counts.entry(base.clone()).or_insert(0);
        loop {
            let id = format!("{base}{}", letters(*count));
            *count += 1;
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// The first words of a title as a key.
fn title_key(title: &str) -> String {
    let words: Vec<&str> = title.split_whitespace().take(TITLE_WORDS).collect();
    let key: String = slug(&words.join(" ")).chars().take(48).collect();
    let key = key.trim_end_matches('-');
    if key.is_empty() { "undated".to_owned() } else { key.to_owned() }
}

/// Nothing, `b`, `c`, … `z`, `ab`, `ac`, …
pub(super) fn letters(count: usize) -> String {
    if count == 0 {
        return String::new();
    }
    let mut rest = count;
    let mut out = Vec::new();
    loop {
        let letter = u8::try_from(rest % 26).unwrap_or(0);
        out.push(char::from(b'a' + letter));
        rest /= 26;
        if rest == 0 {
            break;
        }
    }
    // `ab` comes after `z`: the first letter of a pair counts from `a` for the first round.
    if out.len() > 1
        && let Some(first) = out.last_mut()
    {
        *first = char::from(u8::try_from(u32::from(*first)).unwrap_or(b'b').saturating_sub(1));
    }
    out.iter().rev().collect()
}
