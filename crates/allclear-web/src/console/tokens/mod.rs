//! API tokens: one's own, or all of them for whoever manages people.

mod create;

use std::collections::BTreeMap;

use allclear_domain::ids::{PersonId, TokenId};
use allclear_domain::{ApiToken, Scope};
use allclear_people::{PeopleError, tokens};
use allclear_store::TokenRow;
use askama::Template;
use axum::http::StatusCode;
use jiff::Timestamp;

use super::answer::{self, Answer, Refusal};
use super::when::When;
use super::{Call, Chrome};
use crate::access::Needs;
use crate::access::table::Table;

/// Tokens that open nothing any more which are shown, the newest first.
const PAST_MAX: usize = 100;

/// Adds the addresses of these pages.
pub(super) fn add(table: Table<Call>) -> Table<Call> {
    let own = Needs::SignedIn;
    table
        .get("/console/tokens", own, show)
        .get("/console/tokens/create", own, create::show)
        .post("/console/tokens/create", own, create::create)
        .post("/console/tokens/{id}/revoke", own, revoke)
}

#[derive(Template)]
#[template(path = "console/tokens/list.html")]
struct TokensView {
    chrome: Chrome,
    filter: String,
    sees_all: bool,
    /// How many there are before the filter.
    all: usize,
    usable: Vec<RowView>,
    past: Vec<RowView>,
    /// Further ones that are not shown.
    past_more: usize,
}

/// One line of the list.
struct RowView {
    id: TokenId,
    name: String,
    scopes: String,
    maker: String,
    made: When,
    used: Option<When>,
    ends: Option<When>,
    revoked: Option<When>,
}

/// The list.
async fn show(call: Call) -> Answer {
    let (store, access) = (&call.app.store, call.access()?);
    let done = match call.query.text("done") {
        "revoked" => "The token is revoked. It opens nothing any more.",
        _ => "",
    };
    let rows = tokens::list(store, &access).await?;
    let people = store.list_people().await?;
    let names: BTreeMap<PersonId, &str> =
        people.iter().map(|person| (person.id, person.name.as_str())).collect();
    let filter = call.query.text("q").to_owned();
    let all = rows.len();
    let newest_first = rows.iter().rev().map(|row| (row, row_view(row, &names, call.now)));
    let wanted = newest_first.filter(|(_, view)| matches(view, &filter));
    let (usable, past): (Vec<_>, Vec<_>) =
        wanted.partition(|(row, _)| row.token.is_usable(call.now));
    let past_more = past.len().saturating_sub(PAST_MAX);
    let view = TokensView {
        chrome: Chrome::of(&call, "Tokens", done),
        filter,
        sees_all: access.may(Scope::People),
        all,
        usable: usable.into_iter().map(|(_, view)| view).collect(),
        past: past.into_iter().take(PAST_MAX).map(|(_, view)| view).collect(),
        past_more,
    };
    answer::page(StatusCode::OK, &view)
}

fn row_view(row: &TokenRow, names: &BTreeMap<PersonId, &str>, now: Timestamp) -> RowView {
    let token = &row.token;
    RowView {
        id: token.id,
        name: token.name.clone(),
        scopes: scopes(token),
        maker: match token.created_by {
            Some(id) => names.get(&id).copied().unwrap_or("somebody").to_owned(),
            None => "a command on the server".to_owned(),
        },
        made: When::at(token.created_at),
        used: row.used_at.map(|at| When::ago(at, now)),
        ends: token.expires_at.map(When::at),
        revoked: token.revoked_at.map(When::at),
    }
}

/// What a token may do, in words.
fn scopes(token: &ApiToken) -> String {
    token.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ")
}

/// Whether each word of a filter is found in what the list shows of a token.
fn matches(view: &RowView, filter: &str) -> bool {
    let shown = format!("{} {} {}", view.name, view.scopes, view.maker).to_lowercase();
    filter.to_lowercase().split_whitespace().all(|word| shown.contains(word))
}

/// Revokes one.
async fn revoke(call: Call) -> Answer {
    let (access, id) = (call.access()?, call.param("id")?);
    let change = call.change(&access.actor);
    match tokens::revoke(&call.app.store, id, &access, change).await {
        // Revoked already, for instance because somebody pressed twice: what was wanted holds.
        Ok(_) | Err(PeopleError::Transition(_)) => answer::see("/console/tokens?done=revoked"),
        Err(PeopleError::NotFound { .. }) => Err(Refusal::NotFound),
        Err(error) => Err(error.into()),
    }
}
