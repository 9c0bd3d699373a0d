//! `/api/v1/people`: who may sign in.
//!
//! A token never reaches beyond itself: it gives roles, and manages people, whose scopes it has all.

use allclear_domain::ids::PersonId;
use allclear_domain::person::PersonState;
use allclear_domain::session::LinkPurpose;
use allclear_domain::{Person, Role};
use allclear_people::accounts::{self, Standing, Wanted};
use allclear_people::{Secret, links};
use allclear_store::Stored;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::idempotency::NotKept;
use super::json::{Answer, at_version, created, json};
use super::openapi::Operation;
use super::problem::Problem;
use super::wire::{ListJson, RoleWord, cursor_of};

/// Somebody who may sign in.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Person")]
struct PersonJson {
    id: String,
    email: String,
    name: String,
    #[schemars(with = "RoleWord")]
    role: Role,
    /// `invited`, `active` or `disabled`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<Timestamp>,
    created_at: Timestamp,
    /// When they were last there, to a few minutes.
    seen_at: Option<Timestamp>,
    /// Counts their changes. The `ETag` says the same.
    version: i64,
    /// Given once: what they choose a password with.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkJson>,
}

/// A link that works once.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OneTimeLink")]
struct LinkJson {
    url: String,
    expires_at: Timestamp,
}

/// Somebody to invite.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Invitation")]
struct InvitationJson {
    email: String,
    name: String,
    #[schemars(with = "RoleWord")]
    role: Role,
}

/// What is to be different; what is left out stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PersonPatch")]
struct PersonChangeJson {
    name: Option<String>,
    #[schemars(with = "Option<RoleWord>")]
    role: Option<Role>,
    state: Option<StandingJson>,
}

/// Whether they may sign in.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Standing")]
enum StandingJson {
    Disabled,
    Enabled,
}

impl PersonJson {
    fn of(stored: Stored<Person>, seen_at: Option<Timestamp>) -> Self {
        let Stored { value: person, version, .. } = stored;
        Self {
            id: person.id.to_string(),
            email: person.email.to_string(),
            name: person.name,
            role: person.role,
            state: person.state.as_str(),
            disabled_at: match person.state {
                PersonState::Disabled { at } => Some(at),
                PersonState::Invited | PersonState::Active => None,
            },
            created_at: person.created_at,
            seen_at,
            version,
            link: None,
        }
    }

    fn with_link(self, link: LinkJson) -> Self {
        Self { link: Some(link), ..self }
    }
}

impl LinkJson {
    fn of(call: &Call, purpose: LinkPurpose, secret: &Secret) -> Self {
        let (below, lasts): (_, SignedDuration) = match purpose {
            LinkPurpose::Invitation => ("invitation", links::INVITATION_LASTS),
            LinkPurpose::SetUp | LinkPurpose::PasswordReset | LinkPurpose::SecondFactor => {
                ("password", links::RESET_LASTS)
            }
        };
        let url = format!("{}/console/{below}?token={}", call.base_url, secret.reveal());
        Self { url, expires_at: call.now + lasts }
    }
}

/// Their addresses.
pub(super) const ALL: &str = "/api/v1/people";
pub(super) const ONE: &str = "/api/v1/people/{id}";

/// What they take and give.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(ALL, "List people, oldest first").pages().gives::<ListJson<PersonJson>>(200),
        Operation::post(ALL, "Invite somebody; the link is given once")
            .takes::<InvitationJson>()
            .gives::<PersonJson>(201),
        Operation::get(ONE, "Show somebody").gives::<PersonJson>(200),
        Operation::patch(ONE, "Change somebody's name or role, or keep them out")
            .takes::<PersonChangeJson>()
            .gives::<PersonJson>(200),
    ]
}

/// All of them, oldest first.
pub(super) async fn list(call: Call) -> Answer {
    let store = &call.app.store;
    let (slice, limit) = call.slice(Vec::new()).await?;
    let (people, seen) = (store.slice_people(&slice).await?, store.list_seen().await?);
    let cursor = |person: &Stored<Person>| cursor_of(person.id);
    let of =
        |person: &Stored<Person>| PersonJson::of(person.clone(), seen.get(&person.id).copied());
    json(StatusCode::OK, &ListJson::of(people, limit, cursor, of))
}

/// One of them.
pub(super) async fn show(call: Call) -> Answer {
    let id: PersonId = call.param("id")?;
    let person = call.app.store.find_person(id).await?.ok_or(Problem::NotFound)?;
    let (version, seen) = (person.version, call.app.store.list_seen().await?);
    let person = PersonJson::of(person, seen.get(&id).copied());
    Ok(at_version(json(StatusCode::OK, &person)?, version))
}

/// Invites somebody. The link is given here and never again.
pub(super) async fn invite(call: Call) -> Answer {
    let new: InvitationJson = call.json()?;
    let (store, by, change) = (&call.app.store, &call.access, call.change());
    let (person, secret) =
        links::invite(store, &new.email, &new.name, new.role, by, change).await?;
    let link = LinkJson::of(&call, LinkPurpose::Invitation, &secret);
    let path = format!("/api/v1/people/{}", person.id);
    let version = person.version;
    let answer = created(&path, &PersonJson::of(person, None).with_link(link))?;
    let mut response = at_version(answer, version);
    response.extensions_mut().insert(NotKept);
    Ok(response)
}

/// Changes somebody: only what is named, all of it or nothing. Who is enabled gets a link, because
/// they have to choose a password.
pub(super) async fn change(call: Call) -> Answer {
    let id: PersonId = call.param("id")?;
    let (version, new): (_, PersonChangeJson) = (Some(call.version()?), call.json()?);
    if new.name.is_none() && new.role.is_none() && new.state.is_none() {
        return Err(Problem::BadRequest("name one of name, role and state".to_owned()));
    }
    let standing = new.state.map(|state| match state {
        StandingJson::Disabled => Standing::Disabled,
        StandingJson::Enabled => Standing::Enabled,
    });
    let wanted = Wanted { name: new.name.as_deref(), role: new.role, standing, version };
    let (store, by) = (&call.app.store, &call.access);
    let person = accounts::change(store, id, wanted, by, call.change()).await?;
    let seen_at = store.list_seen().await?.get(&id).copied();
    let version = person.version;
    let mut person = PersonJson::of(person, seen_at);
    if standing == Some(Standing::Enabled) {
        let (_, purpose, secret) = links::renew(store, id, by, call.change()).await?;
        person = person.with_link(LinkJson::of(&call, purpose, &secret));
    }
    Ok(at_version(json(StatusCode::OK, &person)?, version))
}
