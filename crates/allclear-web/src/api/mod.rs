//! The API, version 1: JSON for programs, with tokens. One file per noun.
//!
//! [`table`] lists every address with the scope that it needs; nothing answers that is not in it.
//! Errors are problem details (RFC 9457).

mod audit;
mod call;
mod door;
mod json;
mod list;
mod me;
mod people;
mod problem;
mod tokens;

use allclear_domain::Scope;
use axum::Router;

use self::call::Call;
use self::problem::Problem;
use crate::access::table::Table;
use crate::access::{Needs, Rule};
use crate::app::App;

/// Every address of the API.
fn table() -> Table<Call> {
    let (people, audit) = (Needs::Scope(Scope::People), Needs::Scope(Scope::Audit));
    Table::new()
        .get("/api/v1/me", Needs::SignedIn, me::show)
        .get("/api/v1/tokens", Needs::SignedIn, tokens::list)
        .post("/api/v1/tokens", people, tokens::create)
        .delete("/api/v1/tokens/{id}", Needs::SignedIn, tokens::revoke)
        .get("/api/v1/people", people, people::list)
        .post("/api/v1/people", people, people::invite)
        .patch("/api/v1/people/{id}", people, people::change)
        .get("/api/v1/audit", audit, audit::list)
}

/// What every address of the API needs.
#[must_use]
pub fn rules() -> Vec<Rule> {
    table().into_rules()
}

/// What answers below `/api/v1`.
pub(crate) fn router(app: App) -> Router {
    table().into_router(app, "/api/v1/{*rest}", async |_| Err(Problem::NotFound))
}
