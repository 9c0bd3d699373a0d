//! The rules of this repository that no linter knows, as a check.
//!
//! Every finding reads `file:line: what: what to do`. A note is printed and fails nothing. To add a
//! rule, add a function to the module of its kind and a test that shows one good and one bad line.

mod lines;
mod links;
mod manifests;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::say::{say, tell};
use crate::workspace;

/// Endings of the files that people write and that are read as text.
const TEXT_ENDINGS: [&str; 10] =
    ["rs", "md", "toml", "html", "css", "js", "sql", "yml", "yaml", "svg"];

/// Folders of other people's text: kept as it came.
const FOREIGN_FOLDERS: [&str; 4] = ["vendor", "fixtures", "data", "snapshots"];

/// One broken rule.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: PathBuf,
    /// From 1; 0 where the whole file is meant.
    line: usize,
    what: String,
    what_to_do: &'static str,
    is_note: bool,
}

impl Finding {
    fn new(path: &Path, line: usize, what: impl Into<String>, what_to_do: &'static str) -> Self {
        Self { path: path.to_path_buf(), line, what: what.into(), what_to_do, is_note: false }
    }

    fn note(path: &Path, what: impl Into<String>, what_to_do: &'static str) -> Self {
        Self { is_note: true, ..Self::new(path, 0, what, what_to_do) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.path.display())?;
        if self.line > 0 {
            write!(out, ":{}", self.line)?;
        }
        let kind = if self.is_note { "note: " } else { "" };
        write!(out, ": {kind}{}: {}", self.what, self.what_to_do)
    }
}

/// A file of the repository and what it says.
struct Source<'a> {
    /// Relative to the root.
    path: &'a Path,
    text: &'a str,
}

impl<'a> Source<'a> {
    fn has_ending(&self, ending: &str) -> bool {
        self.path.extension().is_some_and(|it| it == ending)
    }

    fn is_below(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }

    /// A file that is only compiled for tests.
    fn is_test(&self) -> bool {
        let stem = self.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let below_tests =
            self.path.parent().is_some_and(|it| it.iter().any(|part| part == "tests"));
        below_tests || stem == "tests" || stem.ends_with("_tests")
    }

    /// Lines with their numbers from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
        (1..).zip(self.text.lines())
    }

    /// The lines above an in-file `mod tests`; none in a test file.
    fn production_lines(&self) -> Vec<(usize, &'a str)> {
        if self.is_test() {
            return Vec::new();
        }
        let lines: Vec<_> = self.lines().collect();
        let tests = lines.windows(2).position(|pair| {
            pair[0].1.trim() == "#[cfg(test)]"
                && pair[1].1.trim_start().starts_with("mod ")
                && pair[1].1.ends_with('{')
        });
        lines.into_iter().take(tests.unwrap_or(usize::MAX)).collect()
    }
}

/// True if no rule is broken.
pub(crate) fn run() -> Result<bool> {
    let root = workspace::root()?;
    let files = workspace::files(&root)?;
    let mut findings = Vec::new();
    for path in files.iter().filter(|path| is_ours(path)) {
        let text = fs::read_to_string(root.join(path))
            .with_context(|| format!("read {}", path.display()))?;
        let source = Source { path, text: &text };
        findings.extend(lines::check(&source));
        findings.extend(manifests::check(&source));
        findings.extend(links::check(&source, &|target| root.join(target).exists(), &|file| {
            fs::read_to_string(root.join(file)).ok()
        }));
    }
    let broken = findings.iter().filter(|finding| !finding.is_note).count();
    for finding in &findings {
        tell(&finding.to_string())?;
    }
    if broken == 0 {
        say("no rule is broken")?;
    } else {
        say(&format!("findings: {broken}"))?;
    }
    Ok(broken == 0)
}

fn is_ours(path: &Path) -> bool {
    let ending = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
    TEXT_ENDINGS.contains(&ending)
        && !path.iter().any(|part| FOREIGN_FOLDERS.iter().any(|foreign| part == *foreign))
}

#[cfg(test)]
mod tests;
