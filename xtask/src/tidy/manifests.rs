//! Rules about manifests.

use super::{Finding, Source};

/// Every crate takes the workspace's lints.
pub(super) fn check(source: &Source<'_>) -> Option<Finding> {
    let is_crate = source.path.file_name().is_some_and(|name| name == "Cargo.toml")
        && source.path.components().count() > 1;
    // A fuzz target is a workspace of its own, which a nightly compiler builds.
    let is_fuzz = source.text.lines().any(|line| line.trim() == "[workspace]");
    if !is_crate || is_fuzz || takes_workspace_lints(source.text) {
        return None;
    }
    let what = "does not take the workspace's lints";
    Some(Finding::new(source.path, 0, what, "add `[lints]` with `workspace = true`"))
}

fn takes_workspace_lints(manifest: &str) -> bool {
    let mut in_lints = false;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            in_lints = line == "[lints]";
        } else if in_lints && line.replace(' ', "") == "workspace=true" {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests;
