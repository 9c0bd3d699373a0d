//! Making a token.

use std::collections::BTreeSet;

use allclear_domain::Scope;
use allclear_domain::error::InvalidValue;
use allclear_people::tokens::{self, NewToken};
use allclear_people::{PeopleError, Secret};
use askama::Template;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use super::super::answer::{self, Answer, Refusal};
use super::super::once;
use super::super::when::When;
use super::super::{Call, Chrome};

/// How long a token may last, in days and in words; the last one never ends.
const LASTS: [(&str, &str); 4] =
    [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "until it is revoked")];
/// What is chosen where nobody chose.
const LASTS_USUALLY: &str = "90";

#[derive(Template)]
#[template(path = "console/tokens/create.html")]
struct CreateView {
    chrome: Chrome,
    problem: String,
    name: String,
    scopes: Vec<ChoiceView>,
    lasts: Vec<ChoiceView>,
}

/// One thing to choose.
struct ChoiceView {
    value: &'static str,
    told: &'static str,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "console/tokens/secret.html")]
struct SecretView {
    chrome: Chrome,
    name: String,
    secret: String,
    base_url: String,
    ends: Option<When>,
}

/// The form.
pub(super) async fn show(call: Call) -> Answer {
    form(&call, StatusCode::OK, "")
}

fn form(call: &Call, status: StatusCode, problem: &str) -> Answer {
    let access = call.access()?;
    let scopes = Scope::ALL.into_iter().filter(|scope| access.may(*scope));
    let chosen: BTreeSet<&str> = call.form.all("scope").collect();
    let lasts = if call.is_get { LASTS_USUALLY } else { call.form.text("lasts") };
    let scope_view = |scope: Scope| ChoiceView {
        value: scope.as_str(),
        told: told(scope),
        is_chosen: chosen.contains(scope.as_str()) || (call.is_get && scope == Scope::Read),
    };
    let lasts_view =
        |(value, told): (&'static str, _)| ChoiceView { value, told, is_chosen: value == lasts };
    let view = CreateView {
        chrome: Chrome::of(call, "Make a token", ""),
        problem: problem.to_owned(),
        name: call.form.text("name").to_owned(),
        scopes: scopes.map(scope_view).collect(),
        lasts: LASTS.into_iter().map(lasts_view).collect(),
    };
    answer::page(status, &view)
}

/// What a scope allows, in a few words for whoever chooses one.
const fn told(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read everything but people and the audit log",
        Scope::Incidents => "write incidents, shutdowns and announcements",
        Scope::Maintenance => "write maintenance windows",
        Scope::Components => "write components and set their status",
        Scope::StatusPages => "write status pages and templates",
        Scope::Checks => "write checks, and probe on demand",
        Scope::People => "manage people, and see and revoke all tokens",
        Scope::Audit => "read the audit log",
    }
}

/// Makes it, and shows its secret once.
pub(super) async fn create(call: Call) -> Answer {
    let access = call.access()?;
    let made = match wanted(&call) {
        Ok(new) => {
            let change = call.change(&access.actor);
            tokens::create(&call.app.store, new, &access, change).await
        }
        Err(error) => Err(error.into()),
    };
    match made {
        Ok((token, secret)) => show_secret(&call, &token.name, token.expires_at, &secret),
        Err(PeopleError::Store(error)) => Err(error.into()),
        Err(error) => {
            let (status, text) = Refusal::from(error).told();
            form(&call, status, &text)
        }
    }
}

fn wanted(call: &Call) -> Result<NewToken<'_>, InvalidValue> {
    let scopes = call.form.all("scope").map(str::parse).collect::<Result<_, _>>()?;
    let lasts = call.form.text("lasts");
    let expires_at = match lasts.parse::<u16>() {
        _ if lasts.is_empty() => None,
        Ok(days) => Some(call.now + SignedDuration::from_hours(i64::from(days) * 24)),
        Err(_) => return Err(InvalidValue::new("lasts", "is no number of days: choose one")),
    };
    Ok(NewToken { name: call.form.text("name"), scopes, expires_at })
}

fn show_secret(call: &Call, name: &str, ends: Option<Timestamp>, secret: &Secret) -> Answer {
    let view = SecretView {
        chrome: Chrome::of(call, "A new token", ""),
        name: name.to_owned(),
        secret: secret.reveal().to_owned(),
        base_url: call.base_url.clone(),
        ends: ends.map(When::at),
    };
    once::shown(
        answer::page(StatusCode::OK, &view),
        "this token was already made, and its secret was shown then. It is not shown again: where \
         nobody kept it, revoke the token and make another",
    )
}
