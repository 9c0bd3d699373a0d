//! The document against the table of routes.

use std::collections::BTreeSet;

use super::*;
use crate::api;

#[test]
fn every_route_is_in_the_document_with_its_scope_and_nothing_else_is() {
    let document = document();
    let mut documented = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let scope = operation["x-scope"].as_str().map(str::to_owned);
            documented.insert((method.to_uppercase(), path.clone(), scope));
        }
    }
    let rules = api::rules();
    let wanted: BTreeSet<_> = rules
        .iter()
        .map(|rule| {
            let scope = match rule.needs {
                Needs::Scope(scope) => Some(scope.to_string()),
                _ => None,
            };
            (rule.method.to_owned(), rule.path.to_owned(), scope)
        })
        .collect();
    assert_eq!(documented, wanted);
    for operation in api::operations() {
        let (method, path) = operation.at();
        let answers = rules.iter().any(|rule| (rule.method, rule.path) == (method, path));
        assert!(answers, "{method} {path} is described, and nothing answers there");
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own() {
    let document = document();
    let text = document.to_string();
    for (_, rest) in
        text.match_indices("\"$ref\":\"#").map(|(at, found)| text[at..].split_at(found.len()))
    {
        let (pointer, _) = rest.split_once('"').unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    let ids: Vec<String> = api::operations().iter().map(Operation::id).collect();
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
}

#[test]
fn words_that_are_a_type_of_their_own_are_in_the_document() {
    let document = document();
    let words = &document["components"]["schemas"]["ComponentStatus"]["enum"];
    assert_eq!(words.as_array().unwrap().len(), 5);
    let new = &document["components"]["schemas"]["NewIncident"];
    assert_eq!(new["additionalProperties"], false);
    assert_eq!(new["required"], serde_json::json!(["title"]));
}

#[test]
fn whatever_is_changed_has_a_version_to_name() {
    let document = document();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let Some(patch) = methods.get("patch") else { continue };
        let parameters = patch["parameters"].as_array().unwrap();
        let wanted = parameters.iter().find(|one| one["name"] == "If-Match");
        assert_eq!(wanted.map(|one| &one["required"]), Some(&serde_json::json!(true)), "{path}");
        // A part, such as a postmortem, has the version of what it is a part of.
        for one in [Some(patch), methods.get("get")].into_iter().flatten() {
            assert!(one["responses"]["200"]["headers"]["ETag"].is_object(), "{path}");
        }
    }
}
