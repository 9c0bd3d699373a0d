//! Manifests with and without the workspace's lints.

use std::path::Path;

use super::{check, takes_workspace_lints};
use crate::tidy::Source;

#[test]
fn the_line_counts_only_in_its_section() {
    assert!(takes_workspace_lints("[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"));
    assert!(!takes_workspace_lints("[lints]\n[dependencies]\nworkspace = true\n"));
    assert!(!takes_workspace_lints("[package]\nname = \"a\"\n"));
}

#[test]
fn the_root_manifest_is_no_crate() {
    let text = "[workspace]\n";
    assert_eq!(check(&Source { path: Path::new("Cargo.toml"), text }), None);
    let fuzz = Path::new("crates/a/fuzz/Cargo.toml");
    assert_eq!(check(&Source { path: fuzz, text }), None);
    let text = "[package]\n";
    let found = check(&Source { path: Path::new("crates/a/Cargo.toml"), text });
    assert!(found.is_some_and(|it| it.what.contains("lints")));
}
