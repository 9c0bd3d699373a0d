//! Signing in with a passkey: the script asks for a challenge, and what the device answers comes as a
//! form.

use allclear_people::PeopleError;
use allclear_people::passkeys;
use askama::Template;
use axum::http::StatusCode;

use super::super::answer::{self, Answer, Refusal};
use super::super::{Call, Chrome};
use super::{form, refused, welcome};
use crate::access::Needs;
use crate::access::table::Table;

/// Adds the addresses of this form.
pub(in super::super) fn add(table: Table<Call>) -> Table<Call> {
    table.post("/console/sign-in/passkey", Needs::Nothing, with_passkey).post(
        "/console/sign-in/passkey/challenge",
        Needs::Nothing,
        ask,
    )
}

#[derive(Template)]
#[template(path = "console/passkey.html")]
struct PasskeyView<'a> {
    chrome: Chrome,
    next: &'a str,
    origin: String,
}

/// The part of the form to sign in; nothing where no passkeys are offered.
pub(super) fn part(call: &Call, next: &str) -> Result<String, Refusal> {
    let Ok(origin) = call.app.passkeys.origin() else {
        return Ok(String::new());
    };
    answer::part(&PasskeyView { chrome: Chrome::of(call, "Sign in", ""), next, origin })
}

/// A challenge, for the script.
async fn ask(call: Call) -> Answer {
    let (app, browser) = (&call.app, &call.form_token);
    let asked =
        passkeys::ask_to_sign_in(&app.passkeys, &app.attempts, browser, call.from(), call.now);
    match asked {
        Ok(options) => Ok(answer::json(StatusCode::OK, options)),
        Err(error) => {
            let retry_after = refused(&call, &error);
            answer::problem_for_script(Refusal::from(error)).map(retry_after)
        }
    }
}

/// What the device answered.
async fn with_passkey(call: Call) -> Answer {
    let next = answer::own_path(call.form.text("next")).to_owned();
    let app = &call.app;
    let tried = passkeys::sign_in(
        &app.store,
        &app.passkeys,
        &app.attempts,
        &call.form_token,
        call.form.text("credential"),
        call.from(),
        &app.entropy,
        call.now,
    );
    match tried.await {
        Ok(signed_in) => welcome(&call, &signed_in, &next),
        Err(error @ PeopleError::Passkey(_)) => {
            let retry_after = refused(&call, &error);
            let (status, text) = Refusal::from(error).told();
            form(&call, status, &text, "", &next).await.map(retry_after)
        }
        Err(error) => Err(error.into()),
    }
}
