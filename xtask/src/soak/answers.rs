//! What came back: an operation that never did what it is for was hardly tried.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// Operations that chance may leave undone: each needs several values that are right at once, which
/// the stories of the API send. More mean that something went wrong with the asking, such as a token
/// that is over.
pub(super) const NEVER_DONE_MAX: usize = 12;

/// Statuses of each operation, such as `GET /api/v1/incidents`, with how often each came.
pub(super) type Answers = BTreeMap<String, BTreeMap<u64, usize>>;

/// Reads what was recorded of a run, in the archive format of browsers (HAR).
pub(super) fn read(folder: &Path, document: &Value) -> Result<Answers> {
    let mut answers = Answers::new();
    let templates: Vec<&String> =
        document["paths"].as_object().context("a document without paths")?.keys().collect();
    for file in std::fs::read_dir(folder)? {
        let archive: Value = serde_json::from_slice(&std::fs::read(file?.path())?)?;
        for entry in archive["log"]["entries"].as_array().into_iter().flatten() {
            let (method, url) = (&entry["request"]["method"], &entry["request"]["url"]);
            let (Some(method), Some(url)) = (method.as_str(), url.as_str()) else { continue };
            let path = url.split('?').next().unwrap_or(url);
            let Some(template) = templates.iter().find(|template| is_of(path, template)) else {
                continue;
            };
            let status = entry["response"]["status"].as_u64().unwrap_or(0);
            let of = answers.entry(format!("{method} {template}")).or_default();
            *of.entry(status).or_default() += 1;
        }
    }
    Ok(answers)
}

/// Whether an address is of a template such as `/api/v1/incidents/{id}`.
fn is_of(url: &str, template: &str) -> bool {
    let Some(at) = url.find("/api/v1") else { return false };
    let (mut parts, mut expected) = (url[at..].split('/'), template.split('/'));
    loop {
        match (parts.next(), expected.next()) {
            (None, None) => return true,
            (Some(part), Some(known)) if known == part || known.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// Operations of the document that were never done: nothing was answered with success.
pub(super) fn never_done(answers: &Answers, document: &Value) -> BTreeSet<String> {
    let mut missing = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for method in methods.as_object().into_iter().flatten().map(|(method, _)| method) {
            let operation = format!("{} {path}", method.to_uppercase());
            let is_done = answers
                .get(&operation)
                .is_some_and(|of| of.keys().any(|status| (200..300).contains(status)));
            if !is_done {
                missing.insert(operation);
            }
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_never_done_is_named() {
        let document = json!({"paths": {
            "/api/v1/incidents": {"get": {}, "post": {}},
            "/api/v1/incidents/{id}": {"get": {}},
        }});
        let entry = |method: &str, path: &str, status: u16| {
            json!({"request": {"method": method, "url": format!("http://x/api/v1{path}")},
                "response": {"status": status}})
        };
        let folder = tempfile::tempdir().unwrap();
        let archive = json!({"log": {"entries": [
            entry("GET", "/incidents?limit=1", 200),
            entry("POST", "/incidents", 422),
            entry("GET", "/incidents/a%2Fb", 404),
            entry("GET", "/incidents/a", 404),
            entry("GET", "/elsewhere", 200),
        ]}});
        std::fs::write(folder.path().join("a.json"), archive.to_string()).unwrap();
        let answers = read(folder.path(), &document).unwrap();
        assert_eq!(answers["GET /api/v1/incidents/{id}"], [(404, 2)].into());
        let missing: Vec<String> = never_done(&answers, &document).into_iter().collect();
        assert_eq!(missing, ["GET /api/v1/incidents/{id}", "POST /api/v1/incidents"]);
    }
}
