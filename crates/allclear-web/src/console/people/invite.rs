//! Inviting somebody.

use allclear_domain::Role;
use allclear_domain::session::LinkPurpose;
use allclear_people::{PeopleError, links};
use allclear_store::StoreError;
use askama::Template;
use axum::http::StatusCode;

use super::super::answer::{self, Answer, Refusal};
use super::super::{Call, Chrome};
use super::{RoleView, link, role_views};

#[derive(Template)]
#[template(path = "console/people/invite.html")]
struct InviteView {
    chrome: Chrome,
    problem: String,
    name: String,
    email: String,
    roles: Vec<RoleView>,
}

/// The form.
pub(super) async fn show(call: Call) -> Answer {
    form(&call, StatusCode::OK, "")
}

fn form(call: &Call, status: StatusCode, problem: &str) -> Answer {
    let chosen = call.form.text("role").parse().unwrap_or(Role::Responder);
    let view = InviteView {
        chrome: Chrome::of(call, "Invite somebody", ""),
        problem: problem.to_owned(),
        name: call.form.text("name").to_owned(),
        email: call.form.text("email").to_owned(),
        roles: role_views(&call.access()?, chosen),
    };
    answer::page(status, &view)
}

/// Invites them, and shows the link once.
pub(super) async fn invite(call: Call) -> Answer {
    let (access, form_sent) = (call.access()?, &call.form);
    let (name, email) = (form_sent.text("name"), form_sent.text("email"));
    let role = match form_sent.text("role").parse() {
        Ok(role) => role,
        Err(error) => return refuse(&call, PeopleError::Invalid(error)),
    };
    let change = call.change(&access.actor);
    match links::invite(&call.app.store, email, name, role, &access, change).await {
        Ok((person, secret)) => link::page(&call, &person, LinkPurpose::Invitation, &secret),
        Err(error) => refuse(&call, error),
    }
}

/// The form again, where the problem is with what was typed.
fn refuse(call: &Call, error: PeopleError) -> Answer {
    let is_theirs = !matches!(&error, PeopleError::Store(error)
        if !matches!(error, StoreError::Duplicate { .. }));
    let refusal = match error {
        PeopleError::Store(StoreError::Duplicate { what }) => {
            let text = format!("there is {what} already: look for them in the list");
            Refusal::Refused(StatusCode::CONFLICT, text)
        }
        error => Refusal::from(error),
    };
    if !is_theirs {
        return Err(refusal);
    }
    let (status, text) = refusal.told();
    form(call, status, &text)
}
