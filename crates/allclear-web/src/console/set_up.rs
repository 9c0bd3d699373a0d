//! Setting up: the holder of the link that the first start printed becomes the first owner.

use allclear_people::PeopleError;
use allclear_people::set_up::{self, FirstOwner};
use askama::Template;
use axum::http::StatusCode;

use super::answer::{self, Answer, Refusal};
use super::{Call, Chrome, sign_in};

#[derive(Template)]
#[template(path = "console/set_up.html")]
struct SetUpView {
    chrome: Chrome,
    problem: String,
    token: String,
    email: String,
    name: String,
}

/// The form.
pub(super) async fn show(call: Call) -> Answer {
    let token = call.query.text("token");
    match set_up::check_link(&call.app.store, token, call.now).await {
        Ok(()) => form(&call, StatusCode::OK, "", token),
        Err(PeopleError::SetUpAlready) => answer::see("/console"),
        Err(PeopleError::LinkOver) => Err(over()),
        Err(error) => Err(error.into()),
    }
}

fn over() -> Refusal {
    let text = "This link is over or was used already. Start Allclear again: it prints a new one";
    Refusal::Refused(StatusCode::GONE, text.to_owned())
}

fn form(call: &Call, status: StatusCode, problem: &str, token: &str) -> Answer {
    let view = SetUpView {
        chrome: Chrome::of(call, "Set up Allclear", ""),
        problem: problem.to_owned(),
        token: token.to_owned(),
        email: call.form.text("email").to_owned(),
        name: call.form.text("name").to_owned(),
    };
    answer::page(status, &view)
}

/// Makes the first owner, signed in.
pub(super) async fn claim(call: Call) -> Answer {
    let (app, token) = (&call.app, call.form.text("token"));
    app.attempts.count(&[&call.client_address], call.now)?;
    let owner = FirstOwner {
        email: call.form.text("email"),
        name: call.form.text("name"),
        password: call.form.exact("password"),
        client: &call.client,
    };
    let claimed =
        set_up::claim(&app.store, &app.passwords, token, owner, &app.entropy, call.now).await;
    match claimed {
        Ok(signed_in) => {
            let pages = app.store.list_status_pages().await?;
            let next = if pages.is_empty() { "/console/status-pages/new" } else { "/console" };
            sign_in::welcome(&call, &signed_in, next)
        }
        Err(PeopleError::LinkOver) => Err(over()),
        Err(PeopleError::Invalid(problem)) => {
            let (status, text) = Refusal::from(problem).told();
            form(&call, status, &text, token)
        }
        Err(error) => Err(error.into()),
    }
}
