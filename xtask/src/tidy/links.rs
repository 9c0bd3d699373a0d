//! Dead links: what a text points to must exist.
//!
//! Relative links of every Markdown file are followed. Paths in backticks, such as `xtask/src/`, must
//! exist too, except in decision records, which tell of their day, and in generated pages. So must the
//! test that `file.rs::name` names, in the file itself.

use std::path::{Component, Path, PathBuf};

use super::{Finding, Source};

/// What a path of the repository begins with.
const ROOTS: [&str; 5] = ["crates/", "docs/", "xtask/", ".ci/", ".cargo/"];

/// Every dead link in one file; `exists` knows paths relative to the root, `read` what they hold.
pub(super) fn check(
    source: &Source<'_>,
    exists: &dyn Fn(&Path) -> bool,
    read: &dyn Fn(&Path) -> Option<String>,
) -> Vec<Finding> {
    if !source.has_ending("md") {
        return Vec::new();
    }
    let folder = source.path.parent().unwrap_or(Path::new(""));
    let checks_paths = !source.is_below("docs/adr") && !source.is_below("docs/reference");
    let mut findings = Vec::new();
    for (number, line) in prose(source) {
        let (text, spans) = split_code(line);
        for target in targets(&text) {
            let dead = resolve(folder, target).is_none_or(|path| !exists(&path));
            if dead {
                let what = format!("dead link `{target}`");
                findings.push(Finding::new(source.path, number, what, "correct it or remove it"));
            }
        }
        for (file, name) in spans.iter().filter_map(|span| named_test(span)) {
            let wanted = format!("fn {name}(");
            if !read(Path::new(file)).is_some_and(|text| text.contains(&wanted)) {
                let what = format!("`{file}` has no test `{name}`");
                findings.push(Finding::new(source.path, number, what, "name the test of today"));
            }
        }
        for path in spans.iter().filter(|span| checks_paths && is_repository_path(span)) {
            if !exists(Path::new(path)) {
                let what = format!("`{path}` does not exist");
                findings.push(Finding::new(source.path, number, what, "name what is there today"));
            }
        }
    }
    findings
}

/// Lines outside fenced code.
fn prose<'a>(source: &Source<'a>) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
    let mut fenced = false;
    source.lines().filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        !fenced && !is_fence
    })
}

/// The text without its code spans, and the code spans.
fn split_code(line: &str) -> (String, Vec<&str>) {
    let mut text = String::new();
    let mut spans = Vec::new();
    for (index, part) in line.split('`').enumerate() {
        if index % 2 == 0 {
            text.push_str(part);
        } else {
            spans.push(part);
        }
    }
    (text, spans)
}

/// Targets of `[…](target)` and `[…]: target` that are files.
fn targets(text: &str) -> Vec<&str> {
    let inline = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let definition =
        text.starts_with('[').then(|| text.split_once("]: ").map(|(_, target)| target)).flatten();
    inline
        .chain(definition)
        .filter_map(|target| target.split_whitespace().next())
        .filter(|target| !target.starts_with('#') && !is_elsewhere(target))
        .collect()
}

/// A link to another place: `https:`, `mailto:`.
fn is_elsewhere(target: &str) -> bool {
    target.split_once(':').is_some_and(|(scheme, _)| scheme.chars().all(char::is_alphanumeric))
}

/// The target as a path from the root; `None` if it leaves the repository.
fn resolve(folder: &Path, target: &str) -> Option<PathBuf> {
    let target = target.split('#').next()?;
    let mut path = PathBuf::new();
    for component in folder.join(target).components() {
        match component {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir if path.pop() => {}
            _ => return None,
        }
    }
    Some(path)
}

/// The file and the test of `crates/x/src/tests.rs::a_test`.
fn named_test(span: &str) -> Option<(&str, &str)> {
    let (file, name) = span.split_once(".rs::")?;
    let file = span.get(..file.len() + ".rs".len())?;
    ROOTS.iter().any(|root| file.starts_with(root)).then_some((file, name))
}

/// True for `crates/x/src/lib.rs`, false for patterns such as `docs/adr/NNNN-name.md`.
fn is_repository_path(span: &str) -> bool {
    ROOTS.iter().any(|root| span.starts_with(root))
        && !span.contains("NNNN")
        && span.chars().all(|letter| letter.is_alphanumeric() || "/._-".contains(letter))
}

#[cfg(test)]
mod tests;
