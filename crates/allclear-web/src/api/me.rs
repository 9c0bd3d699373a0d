//! `/api/v1/me`: who a token is for.

use allclear_domain::Scope;
use axum::http::StatusCode;
use serde::Serialize;

use super::call::Call;
use super::json::{Answer, json};

/// Whose token it is, and what it may do now.
#[derive(Debug, Serialize)]
struct MeJson {
    actor: String,
    name: String,
    scopes: Vec<Scope>,
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
