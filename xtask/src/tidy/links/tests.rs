//! Links that lead somewhere and links that do not.

use std::path::Path;

use super::{check, resolve, targets};
use crate::tidy::Source;

const PRESENT: [&str; 4] = ["README.md", "docs/adr/README.md", "docs/adr", "xtask/src"];

fn found(path: &str, text: &str) -> Vec<String> {
    let exists = |path: &Path| PRESENT.iter().any(|present| Path::new(present) == path);
    let read = |path: &Path| (path == Path::new("xtask/src/tests.rs")).then_some("fn it_holds() {");
    let read = |path: &Path| read(path).map(str::to_owned);
    check(&Source { path: Path::new(path), text }, &exists, &read)
        .iter()
        .map(|finding| format!("{}: {}", finding.line, finding.what))
        .collect()
}

#[test]
fn relative_links_are_followed() {
    let text = "[a](README.md) [b](docs/adr/README.md#template) [c](docs/adr/)\n[d](gone.md)\n";
    assert_eq!(found("ARCHITECTURE.md", text), ["2: dead link `gone.md`"]);
    assert_eq!(found("docs/adr/0001-x.md", "[up](../../README.md) [here](README.md)\n").len(), 0);
    assert_eq!(found("docs/adr/0001-x.md", "[out](../../../x.md)\n").len(), 1);
}

#[test]
fn other_places_anchors_and_code_are_not_followed() {
    let text = "[a](https://example.com) [b](#here) [c](mailto:a@example.com) `[d](gone.md)`\n\
                ```\n[e](gone.md)\n```\n";
    assert_eq!(found("README.md", text).len(), 0);
}

#[test]
fn definitions_are_links_too() {
    assert_eq!(targets("[x]: gone.md \"Title\""), ["gone.md"]);
}

#[test]
fn paths_in_backticks_exist_except_in_decision_records() {
    let text =
        "`xtask/src/` and `crates/gone/src/lib.rs` and `docs/adr/NNNN-name.md` and `crates/*`\n";
    assert_eq!(found("ARCHITECTURE.md", text), ["1: `crates/gone/src/lib.rs` does not exist"]);
    assert_eq!(found("docs/adr/0001-x.md", text).len(), 0);
}

#[test]
fn a_path_does_not_leave_the_repository() {
    assert_eq!(resolve(Path::new("docs"), "../a.md"), Some("a.md".into()));
    assert_eq!(resolve(Path::new("docs"), "../../a.md"), None);
}

#[test]
fn a_test_that_is_named_is_there() {
    let text = "`xtask/src/tests.rs::it_holds` and `xtask/src/tests.rs::it_held`\n\
                `xtask/src/gone.rs::it_holds` and `Vec::new` and `lib.rs::a`\n";
    assert_eq!(
        found("docs/bad-days.md", text),
        [
            "1: `xtask/src/tests.rs` has no test `it_held`",
            "2: `xtask/src/gone.rs` has no test `it_holds`"
        ]
    );
}
