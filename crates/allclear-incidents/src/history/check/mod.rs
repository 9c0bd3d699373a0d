//! The check of everything that is about to be written: each noun by itself, then all of them
//! together with what the installation holds. Nothing is written that does not pass it.

mod ids;
mod items;
mod pages;
mod references;

use allclear_domain::error::InvalidValue;
use allclear_domain::{Component, StatusPage, limits};
use allclear_store::Taken;
use jiff::Timestamp;

use self::items::Item;
use super::batch::Batch;

/// What an installation holds already, as far as the check must know.
#[derive(Clone, Debug, Default)]
pub struct Installation {
    /// Its status pages.
    pub pages: Vec<StatusPage>,
    /// The components of all of them.
    pub components: Vec<Component>,
    /// The ids of everything else.
    pub taken: Vec<Taken>,
}

/// Checks batches that are to be written together.
///
/// # Errors
/// All problems, at most [`limits::PROBLEMS_MAX`] of them in full. Each names its record and field.
pub fn check(
    batches: &[Batch],
    there: &Installation,
    now: Timestamp,
) -> Result<(), Vec<InvalidValue>> {
    let mut findings = Findings::default();
    let records: usize = batches.iter().map(Batch::records).sum();
    if records > limits::IMPORT_RECORDS_MAX {
        let max = limits::IMPORT_RECORDS_MAX;
        findings.add("records", format!("{records} are too many: split them, {max} at most"));
    }
    let items = items::of(batches);
    for item in &items {
        for problem in item.noun.as_validate().problems(now) {
            findings.add_to(item, &problem.field, problem.problem);
        }
    }
    pages::check(&items, batches, there, &mut findings);
    ids::check(&items, there, &mut findings);
    references::check(&items, there, &mut findings);
    findings.finish()
}

/// Problems as they are found; the first of them in full.
#[derive(Default)]
struct Findings {
    found: Vec<InvalidValue>,
    more: usize,
}

impl Findings {
    fn add(&mut self, field: impl Into<String>, problem: impl Into<String>) {
        if self.found.len() < limits::PROBLEMS_MAX {
            self.found.push(InvalidValue::new(field, problem));
        } else {
            self.more += 1;
        }
    }

    /// A problem of an item's field, which is named as the source spells it.
    fn add_to(&mut self, item: &Item<'_>, field: &str, problem: impl Into<String>) {
        self.add(item.field(field), problem);
    }

    fn finish(mut self) -> Result<(), Vec<InvalidValue>> {
        if self.more > 0 {
            let problem = format!("{} further problems are not listed", self.more);
            self.found.push(InvalidValue::new("and more", problem));
        }
        if self.found.is_empty() { Ok(()) } else { Err(self.found) }
    }
}
