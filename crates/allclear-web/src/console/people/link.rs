//! One-time links for somebody, shown once.

use allclear_domain::session::LinkPurpose;
use allclear_domain::{Person, Role};
use allclear_people::accounts::{self, Standing, Wanted};
use allclear_people::{Secret, links};
use askama::Template;
use axum::http::StatusCode;

use super::super::answer::{self, Answer};
use super::super::once;
use super::super::when::When;
use super::super::{Call, Chrome};
use super::path;

#[derive(Template)]
#[template(path = "console/people/link.html")]
struct LinkView {
    chrome: Chrome,
    link: String,
    name: String,
    email: String,
    role: Role,
    is_invitation: bool,
    until: When,
    path: String,
}

/// The page that shows a link, this once.
pub(super) fn page(call: &Call, person: &Person, purpose: LinkPurpose, secret: &Secret) -> Answer {
    let is_invitation = purpose == LinkPurpose::Invitation;
    let (title, below, lasts) = if is_invitation {
        (format!("Invitation for {}", person.name), "invitation", links::INVITATION_LASTS)
    } else {
        (format!("New password for {}", person.name), "password", links::RESET_LASTS)
    };
    let view = LinkView {
        chrome: Chrome::of(call, &title, ""),
        link: format!("{}/console/{below}?token={}", call.base_url, secret.reveal()),
        name: person.name.clone(),
        email: person.email.to_string(),
        role: person.role,
        is_invitation,
        until: When::at(call.now + lasts),
        path: path(person),
    };
    once::shown(
        answer::page(StatusCode::OK, &view),
        "this link was already made, and was shown then. It is not shown again: where nobody kept \
         it, make another on the page of that person",
    )
}

/// A new link: to accept the invitation, or to choose another password.
pub(super) async fn renew(call: Call) -> Answer {
    let (access, id) = (call.access()?, call.param("id")?);
    let change = call.change(&access.actor);
    let renewed = links::renew(&call.app.store, id, &access, change).await;
    let (person, purpose, secret) = renewed?;
    page(&call, &person, purpose, &secret)
}

/// Lets somebody in again, with the link that they need for it.
pub(super) async fn enable(call: Call) -> Answer {
    let (access, id) = (call.access()?, call.param("id")?);
    let wanted = Wanted { standing: Some(Standing::Enabled), ..Wanted::default() };
    let change = call.change(&access.actor);
    accounts::change(&call.app.store, id, wanted, &access, change).await?;
    let (person, purpose, secret) = links::renew(&call.app.store, id, &access, change).await?;
    page(&call, &person, purpose, &secret)
}
