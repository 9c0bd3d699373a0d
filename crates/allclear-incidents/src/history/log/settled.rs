//! Ids of a log's records that has been imported before: they follow from the place in the text, so a
//! record that is added above another one would take its id.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::ids::letters;
use crate::history::batch::{Known, Present};
use crate::history::digest_without_id;
use crate::history::facts::FactsRecord;
use crate::history::report::ImportReport;

/// Gives each record that is known on a page the id under which it is known there: an equal one by
/// its digest, an edited one by its day and its title or start. A new record whose id is another's
/// gets the next free letter.
pub fn settle_ids(records: &mut [FactsRecord], report: &mut ImportReport, present: &Present) {
    let mut open: BTreeSet<&str> = present.sources.keys().map(String::as_str).collect();
    let mut settled: Vec<Option<String>> = equal(records, present, &mut open);
    let mut days: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for key in open {
        days.entry(day_of(key)).or_default().insert(key);
    }
    for (record, id) in records.iter().zip(&mut settled).filter(|(_, id)| id.is_none()) {
        let Some(open) = days.get_mut(day_of(&record.id)) else {
            continue;
        };
        let own = open.get(record.id.as_str()).copied();
        let edited = own
            .into_iter()
            .chain(open.iter().copied())
            .find(|key| present.sources.get(*key).is_some_and(|known| is_same(record, known)));
        if let Some(key) = edited {
            open.remove(key);
            *id = Some(key.to_owned());
        }
    }
    let mut taken: HashSet<String> = present.sources.keys().cloned().collect();
    let mut renamed = HashMap::new();
    for (record, id) in records.iter_mut().zip(settled) {
        let id = id.unwrap_or_else(|| free(&record.id, &taken));
        taken.insert(id.clone());
        if id != record.id {
            renamed.insert(std::mem::replace(&mut record.id, id.clone()), id);
        }
    }
    for contradiction in &mut report.contradictions {
        if let Some(id) = renamed.get(&contradiction.record) {
            contradiction.record.clone_from(id);
        }
    }
}

/// The ids of records that are known as they are. Equal records are known as often as they are there.
fn equal(
    records: &[FactsRecord],
    present: &Present,
    open: &mut BTreeSet<&str>,
) -> Vec<Option<String>> {
    let mut by_digest: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for (key, known) in &present.sources {
        by_digest.entry(&known.digest).or_default().insert(key);
    }
    let mut ids = Vec::with_capacity(records.len());
    for record in records {
        let id = by_digest.get_mut(digest_without_id(record).as_str()).and_then(|keys| {
            let own = keys.take(record.id.as_str());
            own.or_else(|| keys.pop_first())
        });
        if let Some(id) = id {
            open.remove(id);
        }
        ids.push(id.map(str::to_owned));
    }
    ids
}

/// Whether a record tells of the same thing as a known one, in other words.
fn is_same(record: &FactsRecord, known: &Known) -> bool {
    let started_at = record.started_at.as_ref().and_then(|at| at.parse::<Timestamp>().ok());
    record.title == known.title || (started_at.is_some() && started_at == known.started_at)
}

/// An id without the letters for more on one day.
fn day_of(id: &str) -> &str {
    let day = id.trim_end_matches(|ch: char| ch.is_ascii_lowercase());
    if day.ends_with(|ch: char| ch.is_ascii_digit()) { day } else { id }
}

/// The id, or the first with more letters that is free.
fn free(id: &str, taken: &HashSet<String>) -> String {
    if !taken.contains(id) {
        return id.to_owned();
    }
    let day = day_of(id);
    let ids = (1..=taken.len() + 1).map(|count| format!("{day}{}", letters(count)));
    // Of more ids than are taken, one is free.
    ids.into_iter().find(|id| !taken.contains(id)).unwrap_or_else(|| id.to_owned())
}
