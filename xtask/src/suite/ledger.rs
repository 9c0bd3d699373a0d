//! Proof that the store story ran on both engines.
//!
//! A store test appends one line, `engine<TAB>test name`, to the file that `ALLCLEAR_TEST_LEDGER`
//! names. A test that quietly left one engine out would leave a hole here.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::say::{say, tell};

const ENGINES: [&str; 2] = ["sqlite", "postgres"];

/// True if the same tests, and at least one, ran on both engines.
pub(crate) fn check(ledger: &Path) -> Result<bool> {
    let text = if ledger.exists() { fs::read_to_string(ledger)? } else { String::new() };
    let problems = problems(&text);
    for problem in &problems {
        tell(problem)?;
    }
    if problems.is_empty() {
        say(&format!("store tests that ran on both engines: {}", names(&text, ENGINES[0]).len()))?;
    }
    Ok(problems.is_empty())
}

fn names<'a>(ledger: &'a str, engine: &str) -> BTreeSet<&'a str> {
    ledger
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter(|(ran_on, _)| *ran_on == engine)
        .map(|(_, name)| name)
        .collect()
}

fn problems(ledger: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (number, line) in (1..).zip(ledger.lines()) {
        let engine = line.split_once('\t').map(|(engine, _)| engine);
        if !engine.is_some_and(|engine| ENGINES.contains(&engine)) {
            problems.push(format!("ledger:{number}: `{line}`: not `engine<TAB>test name`"));
        }
    }
    let [first, second] = ENGINES.map(|engine| names(ledger, engine));
    if first.is_empty() && second.is_empty() {
        problems.push(
            "no store test wrote to the file named by ALLCLEAR_TEST_LEDGER: every store test does, \
             once for each engine"
                .to_owned(),
        );
    }
    for (ran, other, on) in [(&first, &second, ENGINES[1]), (&second, &first, ENGINES[0])] {
        for name in ran.difference(other) {
            problems.push(format!("{name}: did not run on {on}: every store test runs on both"));
        }
    }
    problems
}

#[cfg(test)]
mod tests;
