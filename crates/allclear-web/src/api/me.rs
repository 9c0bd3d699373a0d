//! `/api/v1/me`: who a token is for.

use allclear_domain::Scope;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::call::Call;
use super::json::{Answer, json};
use super::openapi::Operation;
use super::wire::ScopeWord;

/// Its address.
pub(super) const PATH: &str = "/api/v1/me";

/// Whose token it is, and what it may do now.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Me")]
struct MeJson {
    actor: String,
    name: String,
    #[schemars(with = "Vec<ScopeWord>")]
    scopes: Vec<Scope>,
}

/// What it gives.
pub(super) fn operation() -> Operation {
    Operation::get(PATH, "Show whose token it is, and what it may do now")
        .gives::<MeJson>(200)
        .without_version()
}

/// The answer.
pub(super) async fn show(call: Call) -> Answer {
    let me = MeJson {
        actor: call.access.actor.to_string(),
        name: call.access.name.clone(),
        scopes: call.access.scopes.iter().copied().collect(),
    };
    json(StatusCode::OK, &me)
}
