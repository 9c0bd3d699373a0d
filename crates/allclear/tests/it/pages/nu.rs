//! The Nu HTML checker: whether the bytes are HTML as the standard has it.
//!
//! Starting Java is what costs, so all pages are saved first and checked in one run. Errors,
//! warnings and remarks all count.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use super::browser::prepared;

/// Checks pages; gives one line for each message, sorted by page.
pub(super) fn check(pages: &BTreeMap<String, String>) -> Vec<String> {
    assert!(!pages.is_empty(), "there is nothing to check");
    let folder = tempfile::tempdir().unwrap();
    let mut names = BTreeMap::new();
    for (number, (name, html)) in pages.iter().enumerate() {
        let file = format!("{number}.html");
        std::fs::write(folder.path().join(&file), html).unwrap();
        names.insert(file, name);
    }
    let output = Command::new("java")
        .arg("-jar")
        .arg(prepared("ALLCLEAR_TEST_VNU"))
        .args(["--format", "json", "--exit-zero-always", "--stdout"])
        .arg(folder.path())
        .output()
        .expect("java did not start: run `cargo xtask test`, which prepares it");
    let said = String::from_utf8_lossy(&output.stdout);
    let answer: Value = serde_json::from_str(&said).unwrap_or_else(|error| {
        let complaint = String::from_utf8_lossy(&output.stderr);
        panic!("the HTML checker gave no list ({error}): {said}{complaint}")
    });
    let messages = answer["messages"].as_array().expect("a list of messages");
    let mut lines: Vec<String> = messages.iter().map(|one| told(one, &names)).collect();
    lines.sort();
    lines
}

fn told(message: &Value, names: &BTreeMap<String, &String>) -> String {
    let text = |name: &str| message[name].as_str().unwrap_or_default();
    let file = text("url").rsplit('/').next().unwrap_or_default();
    let name = names.get(file).map_or(file, |name| name.as_str());
    let kind = match text("subType") {
        "" => text("type"),
        kind => kind,
    };
    let extract = text("extract").replace('\n', " ");
    format!("{name}:{}: Nu: {kind}: {}: {extract}", message["lastLine"], text("message"))
}
