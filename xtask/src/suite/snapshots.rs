//! Snapshots that no test compares any more.
//!
//! insta appends each snapshot it compares to the file that `INSTA_SNAPSHOT_REFERENCES_FILE` names.
//! What lies in the tree and is not in that file is left over.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::say::{say, tell};
use crate::workspace;

/// True if every snapshot in the tree was compared and none waits to be accepted.
pub(crate) fn check(references: &Path) -> Result<bool> {
    let root = workspace::root()?;
    let compared =
        if references.exists() { read(&fs::read_to_string(references)?) } else { BTreeSet::new() };
    let present: Vec<PathBuf> = workspace::files(&root)?;
    let problems = problems(&root, &present, &compared);
    for problem in &problems {
        tell(problem)?;
    }
    if problems.is_empty() {
        say(&format!("snapshots compared: {}", compared.len()))?;
    }
    Ok(problems.is_empty())
}

/// insta's paths may go up and down again (`src/../tests/snapshots/x.snap`).
fn read(references: &str) -> BTreeSet<PathBuf> {
    references
        .lines()
        .map(|line| fs::canonicalize(line).unwrap_or_else(|_| PathBuf::from(line)))
        .collect()
}

fn problems(root: &Path, present: &[PathBuf], compared: &BTreeSet<PathBuf>) -> Vec<String> {
    let mut problems = Vec::new();
    for path in present {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let shown = path.display();
        if name.ends_with(".snap.new") || name.ends_with(".pending-snap") {
            problems.push(format!("{shown}: not accepted: `cargo insta review`, or remove it"));
        } else if name.ends_with(".snap") && !compared.contains(&root.join(path)) {
            problems.push(format!("{shown}: no test compares this snapshot: remove it"));
        }
    }
    problems
}

#[cfg(test)]
mod tests;
