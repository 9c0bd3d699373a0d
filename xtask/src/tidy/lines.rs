//! Rules about single lines and about the length of files.

use super::{Finding, Source};

/// Above this many lines of production code a file is worth splitting.
const LINES_SOFT: usize = 500;
/// Above this many lines a file must be split.
const LINES_HARD: usize = 800;

/// The only crate that knows SQL and the names of the engines.
const STORE: &str = "crates/allclear-store";
/// Runs the tests of the store, so it knows the engines too.
const XTASK: &str = "xtask";
/// Where the rules and their tests spell out what they forbid.
const RULES: &str = "xtask/src/tidy";

/// Words that mark unfinished work, and what to do about each.
const UNFINISHED: [(&str, &str); 5] = [
    ("TODO", "do it, or open an issue and leave the word out"),
    ("FIXME", "fix it, or open an issue and leave the word out"),
    ("XXX", "say what is meant in a sentence"),
    ("todo!", "write it, or return an error that says it is not there"),
    ("dbg!", "remove it; use tracing where the value is of lasting interest"),
];

/// How a statement starts, and what must also be on the line for it to be one.
const STATEMENTS: [(&str, &str); 8] = [
    ("select ", " from "),
    ("insert into ", ""),
    ("update ", " set "),
    ("delete from ", ""),
    ("create table ", ""),
    ("create index ", ""),
    ("alter table ", ""),
    ("drop table ", ""),
];

/// Every finding of this kind in one file.
pub(super) fn check(source: &Source<'_>) -> Vec<Finding> {
    let mut findings = spaces(source);
    if !source.is_below(RULES) {
        findings.extend(unfinished(source));
    }
    if source.has_ending("rs") {
        findings.extend(module_doc(source));
        findings.extend(length(source));
        findings.extend(unwraps(source));
        if !source.is_below(RULES) {
            findings.extend(allows(source));
        }
    }
    if source.is_below("crates") && !source.is_below(STORE) {
        findings.extend(sql(source));
        findings.extend(engines(source));
    }
    findings
}

fn spaces(source: &Source<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in source.lines() {
        if line.contains('\t') {
            findings.push(Finding::new(source.path, number, "a tab", "use spaces"));
        }
        if line.ends_with(' ') {
            findings.push(Finding::new(source.path, number, "a trailing space", "remove it"));
        }
    }
    if !source.text.is_empty() && !source.text.ends_with('\n') {
        let last = source.text.lines().count();
        findings.push(Finding::new(source.path, last, "no newline at the end", "add one"));
    }
    findings
}

fn unfinished(source: &Source<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in source.lines() {
        for (word, what_to_do) in UNFINISHED {
            if has_word(line, word) {
                findings.push(Finding::new(source.path, number, format!("`{word}`"), what_to_do));
            }
        }
    }
    findings
}

/// True if `word` stands in `line` and is not part of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(is_name) && (word.ends_with('!') || !after.is_some_and(is_name))
    })
}

fn module_doc(source: &Source<'_>) -> Option<Finding> {
    (!source.text.starts_with("//!")).then(|| {
        Finding::new(
            source.path,
            1,
            "no module doc",
            "start with `//!` and say what the file is for",
        )
    })
}

fn length(source: &Source<'_>) -> Option<Finding> {
    if source.text.lines().take(5).any(|line| line.contains("@generated")) {
        return None;
    }
    let all = source.text.lines().count();
    let production = source.production_lines().len();
    if all > LINES_HARD {
        let what = format!("{all} lines, at most {LINES_HARD}");
        Some(Finding::new(source.path, LINES_HARD + 1, what, "split the file by what it is about"))
    } else if production > LINES_SOFT {
        let what = format!("{production} lines, better at most {LINES_SOFT}");
        Some(Finding::note(source.path, what, "split the file by what it is about"))
    } else {
        None
    }
}

fn unwraps(source: &Source<'_>) -> Vec<Finding> {
    code(source.production_lines())
        .filter(|(_, line)| line.contains(concat!(".unwrap", "()")))
        .map(|(number, _)| {
            let what = concat!("`.unwrap", "()` outside tests");
            Finding::new(source.path, number, what, "return an error")
        })
        .collect()
}

fn allows(source: &Source<'_>) -> Vec<Finding> {
    code(source.lines())
        .filter(|(_, line)| {
            let start = line.trim_start();
            ["#[allow(", "#![allow("].iter().any(|attribute| start.starts_with(attribute))
        })
        .map(|(number, _)| {
            let what_to_do = "use `#[expect(…, reason = \"…\")]`";
            Finding::new(source.path, number, "an `allow` attribute", what_to_do)
        })
        .collect()
}

fn sql(source: &Source<'_>) -> Vec<Finding> {
    let what_to_do = "only allclear-store knows SQL: add a function there";
    let mut findings = Vec::new();
    for (number, line) in code(source.lines()) {
        if let Some(word) = ["sqlx", "AssertSqlSafe"].iter().find(|word| has_word(line, word)) {
            let what = format!("`{word}` outside allclear-store");
            findings.push(Finding::new(source.path, number, what, what_to_do));
        } else if source.has_ending("rs") && has_statement(line) {
            let what = "an SQL statement outside allclear-store";
            findings.push(Finding::new(source.path, number, what, what_to_do));
        }
    }
    findings
}

/// True if a statement starts the line or a string on it, all in lower or all in upper case.
/// Words for people start with a capital, so "Select a page from …" is not meant.
fn has_statement(line: &str) -> bool {
    let strings = line.match_indices('"').map(|(at, quote)| &line[at + quote.len()..]);
    std::iter::once(line).chain(strings).any(|text| {
        let text = text.trim_start();
        STATEMENTS.iter().any(|(start, also)| {
            let (upper, upper_also) = (start.to_uppercase(), also.to_uppercase());
            (text.starts_with(start) && text.contains(also))
                || (text.starts_with(&upper) && text.contains(&upper_also))
        })
    })
}

/// Where databases are named as servers that checks try.
const TRIED: [&str; 8] = [
    "crates/allclear-checks/src/import/",
    "crates/allclear-checks/src/kinds/",
    "crates/allclear-domain/src/check/",
    "crates/allclear-web/src/api/checks/",
    "crates/allclear-web/src/api/wire/words.rs",
    "crates/allclear-web/src/console/checks/",
    "crates/allclear-web/templates/console/checks/",
    "crates/allclear/src/cli/checks.rs",
];

fn engines(source: &Source<'_>) -> Vec<Finding> {
    let path = source.path.to_string_lossy();
    let may_name_them = source.is_test()
        || TRIED.iter().any(|tried| path.starts_with(tried))
        || path.starts_with("crates/allclear/src/settings")
        || source.is_below(XTASK)
        || source.has_ending("md");
    if may_name_them {
        return Vec::new();
    }
    let mut findings = Vec::new();
    // What only tests depend on comes last in a manifest, and tests may name the engines.
    let lines = source.lines().take_while(|(_, line)| line.trim() != "[dev-dependencies]");
    for (number, line) in lines {
        let line = line.to_lowercase();
        if let Some(name) = ["sqlite", "postgres"].into_iter().find(|name| line.contains(name)) {
            let what = format!("`{name}` outside allclear-store");
            let what_to_do =
                "say \"store\" or \"database\"; what differs by engine is in allclear-store";
            findings.push(Finding::new(source.path, number, what, what_to_do));
        }
    }
    findings
}

/// Lines that are not comments.
fn code<'a>(
    lines: impl IntoIterator<Item = (usize, &'a str)>,
) -> impl Iterator<Item = (usize, &'a str)> {
    lines.into_iter().filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[cfg(test)]
mod tests;
