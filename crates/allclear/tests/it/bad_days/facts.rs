//! Numbered files of facts, and the ledger of which of them were acknowledged.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::support::{Fresh, sample};

/// Slug of the page that the files go to.
pub(crate) const PAGE: &str = "tiger-technologies";

/// File number *n*: five real records under ids of their own, with so many letters of remarks each.
pub(crate) fn facts(number: usize, letters: usize) -> Value {
    let text = sample("tiger").replace("\"tiger-20", &format!("\"n{number}-20"));
    let mut facts: Value = serde_json::from_str(&text).unwrap();
    if letters > 0 {
        for record in facts["records"].as_array_mut().unwrap() {
            record["notes"] = "remark ".repeat(letters / 7 + 1).trim_end().into();
        }
    }
    facts
}

/// Writes file number *n* into a folder.
pub(crate) fn write(folder: &Path, number: usize, letters: usize) -> PathBuf {
    let path = folder.join(format!("facts-{number}.json"));
    std::fs::write(&path, facts(number, letters).to_string()).unwrap();
    path
}

/// What was tried, by number: how many letters of remarks, and whether it was acknowledged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger(BTreeMap<usize, (usize, bool)>);

impl Ledger {
    /// Notes an import that is about to begin.
    pub(crate) fn tried(&mut self, number: usize, letters: usize) {
        self.0.entry(number).or_insert((letters, false));
    }

    /// Notes that an import was acknowledged.
    pub(crate) fn acknowledged(&mut self, number: usize) {
        self.0.get_mut(&number).unwrap().1 = true;
    }

    /// How many were acknowledged.
    pub(crate) fn count(&self) -> usize {
        self.0.values().filter(|(_, is_acknowledged)| *is_acknowledged).count()
    }

    /// Looks whether an export in the facts format holds all that was acknowledged, and of the rest
    /// each import in full or not at all.
    pub(crate) fn check(&self, export: &Value) -> Result<(), String> {
        let mut found: BTreeMap<usize, BTreeMap<String, Value>> = BTreeMap::new();
        for record in export["records"].as_array().ok_or("no records")? {
            let id = record["id"].as_str().ok_or("a record without id")?;
            let number = id[1..].split_once('-').and_then(|(n, _)| n.parse().ok());
            let records = found.entry(number.ok_or(id)?).or_default();
            records.insert(id.to_owned(), record.clone());
        }
        for (number, (letters, is_acknowledged)) in &self.0 {
            let Some(found) = found.remove(number) else {
                if *is_acknowledged {
                    return Err(format!("import {number} was acknowledged and is missing"));
                }
                continue;
            };
            for wanted in facts(*number, *letters)["records"].as_array().unwrap() {
                let id = wanted["id"].as_str().unwrap();
                if found.get(id) != Some(wanted) {
                    return Err(format!(
                        "record {id} came back as {:?}, acknowledged: {is_acknowledged}",
                        found.get(id)
                    ));
                }
            }
        }
        match found.keys().next() {
            Some(number) => Err(format!("import {number} was never tried")),
            None => Ok(()),
        }
    }

    /// Runs `export` and checks what it prints.
    pub(crate) fn check_by_export(&self, fresh: &Fresh) -> Result<(), String> {
        let mut export = fresh.command();
        export.args(["export", "--format", "facts", "--page", PAGE]);
        self.check_output(&export.output().unwrap())
    }

    /// Checks what an `export` printed. Where nothing was acknowledged there may be no page yet.
    pub(crate) fn check_output(&self, output: &Output) -> Result<(), String> {
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            let is_empty = said.contains("there is no");
            return if is_empty && self.count() == 0 {
                Ok(())
            } else {
                Err(format!("export: {} {said}", output.status))
            };
        }
        let export: Value = serde_json::from_slice(&output.stdout).unwrap();
        self.check(&export)
    }
}
