//! The API, version 1: JSON for programs, with tokens. One file per noun.
//!
//! `table` lists every address with the scope that it needs; nothing answers that is not in it.
//! [`openapi`] describes each. Errors are problem details (RFC 9457).

mod announcements;
mod apply;
mod audit;
mod call;
mod checks;
mod components;
mod door;
mod expiry;
mod idempotency;
mod incidents;
mod json;
mod list;
mod local;
mod maintenance;
mod me;
mod metrics;
mod noun;
pub mod openapi;
mod people;
mod problem;
mod series;
mod shape;
mod sight;
mod status_pages;
mod templates;
mod tokens;
mod wire;

use allclear_domain::Scope;
use axum::Router;

pub use self::local::ask_locally;

use self::call::Call;
use self::openapi::Operation;
use self::problem::Problem;
use crate::access::table::Table;
use crate::access::{Needs, Rule};
use crate::app::App;

/// Every address of the API.
fn table() -> Table<Call> {
    let (people, audit) = (Needs::Scope(Scope::People), Needs::Scope(Scope::Audit));
    let table = Table::new()
        .get(me::PATH, Needs::SignedIn, me::show)
        .get(tokens::ALL, Needs::SignedIn, tokens::list)
        .post(tokens::ALL, people, tokens::create)
        .delete(tokens::ONE, Needs::SignedIn, tokens::revoke)
        .get(people::ALL, people, people::list)
        .post(people::ALL, people, people::invite)
        .get(people::ONE, people, people::show)
        .patch(people::ONE, people, people::change)
        .get(audit::ALL, audit, audit::list);
    let table = status_pages::routes(table);
    let table = components::routes(table);
    let table = incidents::routes(table);
    let table = maintenance::routes(table);
    let table = series::routes(table);
    let table = templates::routes(table);
    let table = checks::routes(table);
    let table = expiry::routes(table);
    let table = sight::routes(table);
    let table = apply::routes(table);
    announcements::routes(table)
}

/// What every address takes and gives.
fn operations() -> Vec<Operation> {
    let mut all = vec![me::operation()];
    all.extend(tokens::operations());
    all.extend(people::operations());
    all.extend(audit::operations());
    all.extend(status_pages::operations());
    all.extend(components::operations());
    all.extend(incidents::operations());
    all.extend(maintenance::operations());
    all.extend(series::operations());
    all.extend(templates::operations());
    all.extend(checks::operations());
    all.extend(expiry::operations());
    all.extend(sight::operations());
    all.extend(apply::operations());
    all.extend(announcements::operations());
    all
}

/// What every address of the API needs.
#[must_use]
pub fn rules() -> Vec<Rule> {
    table().into_rules()
}

/// What answers below `/api/v1`.
pub(crate) fn router(app: App) -> Router {
    let metrics = metrics::table()
        .into_router(app.clone(), "/metrics/{*rest}", async |_| Err(Problem::NotFound));
    table()
        .into_router(app, "/api/v1/{*rest}", async |_| Err(Problem::NotFound))
        .method_not_allowed_fallback(async || Problem::WrongMethod.response())
        .route("/api/v1/openapi.json", axum::routing::get(openapi::show))
        .merge(metrics)
}
