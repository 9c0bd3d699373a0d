//! One-time links: accepting an invitation, choosing another password.

use allclear_domain::session::LinkPurpose;
use allclear_people::PeopleError;
use allclear_people::links::{self, Redemption};
use askama::Template;
use axum::http::StatusCode;

use super::answer::{self, Answer, Refusal};
use super::{Call, Chrome, sign_in};

#[derive(Template)]
#[template(path = "console/choose_password.html")]
struct ChoosePasswordView {
    chrome: Chrome,
    problem: String,
    token: String,
    email: String,
    path: &'static str,
}

/// The form of an invitation.
pub(super) async fn show_invitation(call: Call) -> Answer {
    show(&call, LinkPurpose::Invitation).await
}

/// The form for another password.
pub(super) async fn show_reset(call: Call) -> Answer {
    show(&call, LinkPurpose::PasswordReset).await
}

/// Accepts an invitation.
pub(super) async fn accept_invitation(call: Call) -> Answer {
    redeem(&call, LinkPurpose::Invitation).await
}

/// Chooses another password.
pub(super) async fn reset_password(call: Call) -> Answer {
    redeem(&call, LinkPurpose::PasswordReset).await
}

async fn show(call: &Call, purpose: LinkPurpose) -> Answer {
    form(call, purpose, StatusCode::OK, "", call.query.text("token")).await
}

async fn form(
    call: &Call,
    purpose: LinkPurpose,
    status: StatusCode,
    problem: &str,
    token: &str,
) -> Answer {
    let person = links::whose(&call.app.store, purpose, token, call.now).await?;
    let (title, path) = match purpose {
        LinkPurpose::Invitation => ("Welcome to Allclear", "/console/invitation"),
        LinkPurpose::SetUp | LinkPurpose::PasswordReset | LinkPurpose::SecondFactor => {
            ("Choose another password", "/console/password")
        }
    };
    let view = ChoosePasswordView {
        chrome: Chrome::of(call, title, ""),
        problem: problem.to_owned(),
        token: token.to_owned(),
        email: person.email.to_string(),
        path,
    };
    answer::page(status, &view)
}

async fn redeem(call: &Call, purpose: LinkPurpose) -> Answer {
    let (app, presented) = (&call.app, call.form.text("token"));
    app.attempts.count(&[&call.client_address], call.now)?;
    let redemption = Redemption { purpose, presented, client: &call.client };
    let password = call.form.exact("password");
    let redeemed =
        links::redeem(&app.store, &app.passwords, redemption, password, &app.entropy, call.now);
    match redeemed.await {
        Ok(begun) => sign_in::go_on(call, begun, "/console"),
        Err(PeopleError::Invalid(problem)) => {
            let (status, text) = Refusal::from(problem).told();
            form(call, purpose, status, &text, presented).await
        }
        Err(error) => Err(error.into()),
    }
}
