//! The console: where people write. Server-rendered, one file per page, and all of it works without
//! script.
//!
//! `table` lists every address with what it needs; nothing answers that is not in it. The guard
//! in front of each handler looks who asks, reads the form and checks its token, so that a handler
//! cannot forget to.

mod account;
mod announcements;
mod answer;
mod audit;
mod browser;
mod call;
pub(crate) mod checks;
mod chrome;
mod clock;
mod components;
mod expiry;
mod form;
mod guard;
mod home;
mod incidents;
mod links;
mod maintenance;
mod once;
mod people;
#[cfg(feature = "oidc")]
mod provider;
mod set_up;
mod sign_in;
mod status_pages;
mod templates;
mod tokens;
mod trouble;
mod when;
mod which_page;
mod words;

use allclear_domain::Scope;
use axum::Router;

use crate::access::table::Table;
use crate::access::{Needs, Rule};
use crate::app::App;

use self::answer::Refusal;
use self::call::Call;
use self::chrome::Chrome;
pub(crate) use self::chrome::find_asset;

/// Every address of the console.
fn table() -> Table<Call> {
    let reads = Needs::Scope(Scope::Read);
    let table = Table::new();
    let table = status_pages::routes(table);
    let table = checks::routes(table);
    let table = expiry::routes(table);
    let table = components::routes(table);
    let table = maintenance::routes(table);
    let table = announcements::routes(table);
    let table = templates::routes(table);
    let table = table
        .get("/console", reads, home::show)
        .get("/console/setup", Needs::Nothing, set_up::show)
        .post("/console/setup", Needs::Nothing, set_up::claim)
        .get("/console/sign-in", Needs::Nothing, sign_in::show)
        .post("/console/sign-in", Needs::Nothing, sign_in::with_password)
        .post("/console/sign-in/code", Needs::Nothing, sign_in::with_code)
        .post("/console/sign-out", Needs::SignedIn, sign_in::sign_out)
        .get("/console/invitation", Needs::Nothing, links::show_invitation)
        .post("/console/invitation", Needs::Nothing, links::accept_invitation)
        .get("/console/password", Needs::Nothing, links::show_reset)
        .post("/console/password", Needs::Nothing, links::reset_password);
    #[cfg(feature = "oidc")]
    let table = provider::routes(table);
    let table = incidents::routes(table);
    let table = account::add(table);
    #[cfg(feature = "passkeys")]
    let table = sign_in::passkey::add(table);
    let table = people::add(table);
    let table = tokens::add(table);
    audit::add(table)
}

/// What every address of the console needs.
#[must_use]
pub fn rules() -> Vec<Rule> {
    table().into_rules()
}

/// What answers below `/console`.
pub(crate) fn router(app: App) -> Router {
    table().into_router(app, "/console/{*rest}", async |_| Err(Refusal::NotFound))
}
