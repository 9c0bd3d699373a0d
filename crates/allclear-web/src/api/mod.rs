//! The API, version 1: JSON for programs, with tokens. One file per noun.
//!
//! [`table`] lists every address with the scope that it needs; nothing answers that is not in it.
//! Errors are problem details (RFC 9457).

mod call;
mod door;
mod json;
mod me;
mod problem;

use axum::Router;

use self::call::Call;
use self::problem::Problem;
use crate::access::table::Table;
use crate::access::{Needs, Rule};
use crate::app::App;

/// Every address of the API.
fn table() -> Table<Call> {
    Table::new().get("/api/v1/me", Needs::SignedIn, me::show)
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
