//! The document of the API (OpenAPI 3.1), made from the table of routes and the shapes that handlers
//! take and give. What is not in both is an error that a test finds.

mod operation;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use axum::http::{HeaderValue, Response};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

pub(crate) use self::operation::Operation;
use super::problem::ProblemJson;
use crate::access::{Needs, Rule};

/// The document.
#[must_use]
pub fn document() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let operations = super::operations();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for rule in super::rules() {
        let known = operations.iter().find(|operation| operation.is_at(&rule));
        if let Some(operation) = known {
            let described = described(operation, &rule, &mut generator);
            paths.entry(rule.path).or_default().insert(rule.method.to_lowercase(), described);
        }
    }
    let problem = generator.subschema_for::<ProblemJson<'_>>();
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Allclear",
            "version": "1",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {
                "type": "http",
                "scheme": "bearer",
                "description": "A token that `allclear token create` or the console made.",
            }},
            "responses": {"Problem": {
                "description": "Why it was not done (RFC 9457).",
                "content": {"application/problem+json": {"schema": problem}},
            }},
        },
    })
}

const ABOUT: &str = "Everything that Allclear keeps, for programs. \
Times are RFC 3339. Lists come in slices: `limit` says how many, and `cursor` is the `next_cursor` of the \
slice before. What can be changed has an `ETag`; a change sends it as `If-Match`, so that two \
who edit at the same time never overwrite each other in silence. A `POST` with an `Idempotency-Key` is done once, \
however often it is sent within 24 hours.";

fn described(operation: &Operation, rule: &Rule, generator: &mut SchemaGenerator) -> Value {
    let mut description = match rule.needs {
        Needs::Scope(scope) => format!("Needs the scope `{scope}`."),
        Needs::Address | Needs::Nothing | Needs::SignedIn => "Needs any token.".to_owned(),
    };
    if rule.method == "PATCH" {
        description.push_str(" Needs `If-Match`.");
    }
    let mut described = json!({
        "operationId": operation.id(),
        "tags": [operation.tag()],
        "summary": operation.summary(),
        "description": description,
        "parameters": operation.parameters(),
        "responses": operation.responses(rule, generator),
    });
    if let Needs::Scope(scope) = rule.needs {
        described["x-scope"] = json!(scope);
    }
    if let Some(schema) = operation.body(generator) {
        described["requestBody"] = json!({
            "required": true,
            "content": {"application/json": {"schema": schema}},
        });
    }
    described
}

/// What answers at `/api/v1/openapi.json`, to everybody.
pub(super) async fn show() -> Response<Body> {
    let mut response = Response::new(Body::from(document().to_string()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// `docs/reference/api.md`.
#[must_use]
pub fn reference() -> String {
    let mut text = String::from(
        "# API\n\nThis page is made from the code: `cargo xtask docs` writes it. The whole document, \
         with every shape, is at `/api/v1/openapi.json` of a running server (OpenAPI 3.1).\n\n",
    );
    text.push_str(ABOUT);
    text.push_str(
        "\n\nErrors are problem details (RFC 9457): `type` is for programs, `detail` says what to do. \
         A token is sent as `Authorization: Bearer …`.\n\n\
         | method | address | what it does | scope | takes | gives |\n|---|---|---|---|---|---|\n",
    );
    let operations = super::operations();
    for rule in super::rules() {
        let Some(operation) = operations.iter().find(|operation| operation.is_at(&rule)) else {
            continue;
        };
        let scope = match rule.needs {
            Needs::Scope(scope) => format!("`{scope}`"),
            Needs::Address | Needs::Nothing | Needs::SignedIn => "any".to_owned(),
        };
        let (takes, gives) = operation.shapes();
        text.push_str(&format!(
            "| {} | `{}` | {} | {scope} | {takes} | {gives} |\n",
            rule.method,
            rule.path,
            operation.summary()
        ));
    }
    text
}

#[cfg(test)]
mod tests;
