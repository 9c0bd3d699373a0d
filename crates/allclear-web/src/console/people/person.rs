//! One person: what they may do, and what an owner can do about them.

use allclear_domain::audit::Subject;
use allclear_domain::ids::PersonId;
use allclear_domain::person::PersonState;
use allclear_domain::{Person, Role, Scope};
use allclear_people::accounts::{self, Standing, Wanted};
use allclear_people::{PeopleError, links};
use allclear_store::StoreError;
use askama::Template;
use axum::http::StatusCode;

use super::super::answer::{self, Answer, Refusal};
use super::super::templates::file_of;
use super::super::when::When;
use super::super::{Call, Chrome};
use super::{RoleView, is_last_owner, path, role_views, state};

#[derive(Template)]
#[template(path = "console/people/person.html")]
struct PersonView {
    chrome: Chrome,
    problem: String,
    path: String,
    id: PersonId,
    /// The version that is shown, and so changed.
    version: i64,
    name: String,
    email: String,
    /// The file that their role comes from.
    file: Option<String>,
    role: Role,
    roles: Vec<RoleView>,
    state: &'static str,
    since: When,
    disabled_at: Option<When>,
    seen: Option<When>,
    sessions: usize,
    has_authenticator: bool,
    passkeys: usize,
    /// The providers that know them; none where this build asks no provider.
    bound_to: Vec<String>,
    /// How many hours a link holds that is made now.
    link_hours: i64,
    is_self: bool,
    is_last_owner: bool,
    sees_audit: bool,
}

/// The page.
pub(super) async fn show(call: Call) -> Answer {
    let done = match call.query.text("done") {
        "changed" => "The changes are saved.",
        "disabled" => "They are disabled and signed out everywhere.",
        "authenticator" => "Their authenticator is removed. Their password opens without a code.",
        "unbound" => "They are unbound. Their address says who they are the next time.",
        _ => "",
    };
    page(&call, StatusCode::OK, done, "").await
}

async fn page(call: &Call, status: StatusCode, done: &str, problem: &str) -> Answer {
    let (store, access) = (&call.app.store, call.access()?);
    let id: PersonId = call.param("id")?;
    let people = store.list_people().await?;
    let person = &store.find_person(id).await?.ok_or(Refusal::NotFound)?;
    let credentials = store.find_credentials(id).await?;
    let seen = store.list_seen().await?.get(&id).map(|at| When::ago(*at, call.now));
    let is_active = person.state == PersonState::Active;
    let lasts = if is_active { links::RESET_LASTS } else { links::INVITATION_LASTS };
    let view = PersonView {
        chrome: Chrome::of(call, &person.name, done),
        problem: problem.to_owned(),
        path: path(person),
        id,
        version: person.version,
        name: call.form.maybe("name").unwrap_or(&person.name).to_owned(),
        email: person.email.to_string(),
        file: file_of(call, Subject::Person(id)).await?,
        role: person.role,
        roles: role_views(&access, call.form.text("role").parse().unwrap_or(person.role)),
        state: state(person),
        since: When::at(person.created_at),
        disabled_at: disabled_at(person),
        seen,
        sessions: allclear_people::sessions::list(store, id, call.now).await?.len(),
        passkeys: store.list_passkeys(id).await?.len(),
        has_authenticator: credentials.is_some_and(|known| known.totp_secret.is_some()),
        bound_to: bound_to(call, id).await?,
        link_hours: lasts.as_hours(),
        is_self: id == call.signed_in()?.person.id,
        is_last_owner: is_last_owner(person, &people),
        sees_audit: access.may(Scope::Audit),
    };
    answer::page(status, &view)
}

async fn bound_to(call: &Call, id: PersonId) -> Result<Vec<String>, Refusal> {
    if !cfg!(feature = "oidc") {
        return Ok(Vec::new());
    }
    let identities = call.app.store.list_identities(id).await?;
    Ok(identities.into_iter().map(|identity| identity.issuer).collect())
}

fn disabled_at(person: &Person) -> Option<When> {
    match person.state {
        PersonState::Disabled { at } => Some(When::at(at)),
        PersonState::Invited | PersonState::Active => None,
    }
}

/// Goes on to the page that says what was done, or shows it with the problem.
async fn told(call: &Call, done: &str, result: Result<Person, PeopleError>) -> Answer {
    match result {
        // Whoever gave up their own role sees no people any more.
        Ok(person) if is_self(call, &person)? && !person.role.may(Scope::People) => {
            answer::see("/console")
        }
        Ok(person) => answer::see(&format!("{}?done={done}", path(&person))),
        Err(PeopleError::Store(StoreError::Conflict { .. })) => {
            let (id, store) = (call.param("id")?, &call.app.store);
            let now = store.find_person(id).await?.ok_or(Refusal::NotFound)?;
            let text = format!(
                "Somebody else changed them meanwhile: the name is `{}` now, the role {}. What you \
                 chose is still below, and is not saved. Save it to put it in place of theirs",
                now.name, now.role
            );
            page(call, StatusCode::CONFLICT, "", &text).await
        }
        Err(PeopleError::Store(error)) => Err(error.into()),
        Err(PeopleError::NotFound { .. }) => Err(Refusal::NotFound),
        Err(error) => {
            let (status, text) = Refusal::from(error).told();
            page(call, status, "", &text).await
        }
    }
}

fn is_self(call: &Call, person: &Person) -> Result<bool, Refusal> {
    Ok(call.signed_in()?.person.id == person.id)
}

/// Another name, another role.
pub(super) async fn change(call: Call) -> Answer {
    let role = match call.form.text("role").parse() {
        Ok(role) => role,
        Err(error) => return told(&call, "", Err(PeopleError::Invalid(error))).await,
    };
    let version = call
        .form
        .text("version")
        .parse()
        .map_err(|_| Refusal::BadForm("load the page again".to_owned()))?;
    let (name, version) = (Some(call.form.text("name")), Some(version));
    apply(&call, "changed", Wanted { name, role: Some(role), version, standing: None }).await
}

/// Keeps them out.
pub(super) async fn disable(call: Call) -> Answer {
    let standing = Some(Standing::Disabled);
    apply(&call, "disabled", Wanted { standing, ..Wanted::default() }).await
}

async fn apply(call: &Call, done: &str, wanted: Wanted<'_>) -> Answer {
    let (access, id) = (call.access()?, call.param("id")?);
    let change = call.change(&access.actor);
    let changed = accounts::change(&call.app.store, id, wanted, &access, change).await;
    told(call, done, changed.map(|person| person.value)).await
}

/// Gets them over a lost authenticator.
pub(super) async fn remove_authenticator(call: Call) -> Answer {
    let (access, id) = (call.access()?, call.param("id")?);
    let change = call.change(&access.actor);
    let done = accounts::remove_authenticator(&call.app.store, id, &access, change).await;
    told(&call, "authenticator", done).await
}
