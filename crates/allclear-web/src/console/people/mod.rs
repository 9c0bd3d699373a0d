//! People: who may sign in, in a list, and each on a page.

mod invite;
mod link;
mod person;

use allclear_domain::person::PersonState;
use allclear_domain::{Access, Person, Role, Scope};
use askama::Template;
use axum::http::StatusCode;

use super::answer::{self, Answer};
use super::when::When;
use super::{Call, Chrome};
use crate::access::Needs;
use crate::access::table::Table;

/// Adds the addresses of these pages.
pub(super) fn add(table: Table<Call>) -> Table<Call> {
    let manages = Needs::Scope(Scope::People);
    table
        .get("/console/people", manages, show)
        .get("/console/people/invite", manages, invite::show)
        .post("/console/people/invite", manages, invite::invite)
        .get("/console/people/{id}", manages, person::show)
        .post("/console/people/{id}", manages, person::change)
        .post("/console/people/{id}/link", manages, link::renew)
        .post("/console/people/{id}/disable", manages, person::disable)
        .post("/console/people/{id}/enable", manages, link::enable)
        .post("/console/people/{id}/remove-authenticator", manages, person::remove_authenticator)
}

#[derive(Template)]
#[template(path = "console/people/list.html")]
struct PeopleView {
    chrome: Chrome,
    filter: String,
    /// How many there are before the filter.
    all: usize,
    people: Vec<RowView>,
}

/// One line of the list.
struct RowView {
    path: String,
    name: String,
    email: String,
    role: Role,
    state: &'static str,
    is_self: bool,
    seen: Option<When>,
}

/// The list.
async fn show(call: Call) -> Answer {
    let store = &call.app.store;
    let (people, seen) = (store.list_people().await?, store.list_seen().await?);
    let own = call.signed_in()?.person.id;
    let filter = call.query.text("q").to_owned();
    let row = |person: &Person| RowView {
        path: path(person),
        name: person.name.clone(),
        email: person.email.to_string(),
        role: person.role,
        state: state(person),
        is_self: person.id == own,
        seen: seen.get(&person.id).map(|at| When::ago(*at, call.now)),
    };
    let wanted = people.iter().filter(|person| matches(person, &filter));
    let view = PeopleView {
        chrome: Chrome::of(&call, "People", ""),
        all: people.len(),
        people: wanted.map(row).collect(),
        filter,
    };
    answer::page(StatusCode::OK, &view)
}

/// Whether each word of a filter is found in what the list shows of somebody.
fn matches(person: &Person, filter: &str) -> bool {
    let shown = format!("{} {} {} {}", person.name, person.email, person.role, state(person));
    let shown = shown.to_lowercase();
    filter.to_lowercase().split_whitespace().all(|word| shown.contains(word))
}

fn path(person: &Person) -> String {
    format!("/console/people/{}", person.id)
}

/// How a person stands, in a word for people.
const fn state(person: &Person) -> &'static str {
    person.state.as_str()
}

/// The roles that somebody may give, from least to most.
fn roles(access: &Access) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| access.lacks_of(*role).is_none()).collect()
}

/// What a role may, in a few words for whoever chooses one.
const fn told(role: Role) -> &'static str {
    match role {
        Role::Viewer => "reads everything, drafts and internal notes too",
        Role::Responder => "also writes incidents and maintenance",
        Role::Editor => "also changes components, status pages, templates and checks",
        Role::Owner => "also manages people and tokens, and reads the audit log",
    }
}

/// One role to choose.
struct RoleView {
    role: Role,
    told: &'static str,
    is_chosen: bool,
}

fn role_views(access: &Access, chosen: Role) -> Vec<RoleView> {
    let view = |role| RoleView { role, told: told(role), is_chosen: role == chosen };
    roles(access).into_iter().map(view).collect()
}

/// Whether somebody is the only owner who can sign in.
fn is_last_owner(person: &Person, people: &[Person]) -> bool {
    let is_owner = |p: &Person| p.role == Role::Owner && p.state == PersonState::Active;
    is_owner(person) && people.iter().filter(|p| is_owner(p)).count() == 1
}
