//! One's own account: name, password, authenticator, and where one is signed in.

mod authenticator;
mod change;
#[cfg(feature = "passkeys")]
mod passkeys;
mod picture;
mod sessions;

use allclear_domain::Person;
use allclear_people::own::{Checks, Own};
use allclear_people::{PeopleError, passwords};
use askama::Template;
use axum::http::StatusCode;

use self::sessions::SessionView;
use super::answer::{self, Answer, Refusal};
use super::{Call, Chrome};
use crate::access::Needs;
use crate::access::table::Table;

/// Adds the addresses of this page.
pub(super) fn add(table: Table<Call>) -> Table<Call> {
    let own = Needs::SignedIn;
    #[cfg(feature = "passkeys")]
    let table = passkeys::add(table);
    table
        .get("/console/account", own, show)
        .post("/console/account/name", own, change::name)
        .post("/console/account/password", own, change::password)
        .get("/console/account/authenticator", own, authenticator::show)
        .post("/console/account/authenticator", own, authenticator::enroll)
        .post("/console/account/authenticator/remove", own, authenticator::remove)
        .post("/console/account/recovery-codes", own, authenticator::renew_codes)
        .post("/console/account/sessions/{id}/end", own, sessions::end)
        .post("/console/account/sessions/end-others", own, sessions::end_others)
}

#[derive(Template)]
#[template(path = "console/account/account.html")]
struct AccountView {
    chrome: Chrome,
    problem: Problem,
    name: String,
    email: String,
    has_password: bool,
    has_authenticator: bool,
    codes_left: usize,
    /// The part about passkeys, in HTML.
    passkeys: String,
    sessions: Vec<SessionView>,
}

/// A part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Nothing,
    Name,
    Password,
    Authenticator,
    #[cfg(feature = "passkeys")]
    Passkeys,
    Sessions,
}

/// What went wrong, and with which part.
struct Problem {
    part: Part,
    text: String,
}

impl Problem {
    const fn none() -> Self {
        Self { part: Part::Nothing, text: String::new() }
    }

    /// The text, where it is about a part.
    fn of(&self, part: Part) -> Option<&str> {
        (self.part == part).then_some(self.text.as_str())
    }
}

/// The page.
async fn show(call: Call) -> Answer {
    let done = match call.query.text("done") {
        "name" => "Your name is changed.",
        "password" => "Your password is changed. Every other browser is signed out.",
        "authenticator" => "Your authenticator is removed. Your password opens without a code.",
        "passkey" => {
            "Your passkey is added. It signs you in from now on; your password still does."
        }
        "passkey-renamed" => "Your passkey has another name.",
        "passkey-removed" => "Your passkey is removed. It signs nobody in any more.",
        "session" => "That browser is signed out.",
        "sessions" => "Every other browser is signed out.",
        _ => "",
    };
    page(&call, StatusCode::OK, done, Problem::none()).await
}

async fn page(call: &Call, status: StatusCode, done: &str, problem: Problem) -> Answer {
    let (who, store) = (call.signed_in()?, &call.app.store);
    let credentials = store.find_credentials(who.person.id).await?;
    // Other parts have fields of that name, too.
    let typed = call.form.maybe("name").filter(|_| problem.part == Part::Name);
    #[cfg(feature = "passkeys")]
    let passkeys = passkeys::part(call, &problem).await?;
    #[cfg(not(feature = "passkeys"))]
    let passkeys = String::new();
    let view = AccountView {
        passkeys,
        chrome: Chrome::of(call, "Account", done),
        problem,
        name: typed.unwrap_or(&who.person.name).to_owned(),
        email: who.person.email.to_string(),
        has_password: passwords::is_chosen(credentials.as_ref()),
        has_authenticator: credentials.is_some_and(|known| known.totp_secret.is_some()),
        codes_left: store.count_recovery_codes(who.person.id).await?,
        sessions: sessions::list(call, who).await?,
    };
    answer::page(status, &view)
}

/// Goes on to the page that says what was done, or shows it with the problem.
async fn told(call: &Call, part: Part, done: &str, result: Result<(), PeopleError>) -> Answer {
    match result {
        Ok(()) => answer::see(&format!("/console/account?done={done}")),
        Err(error) => {
            let (status, text) = problem(error)?;
            page(call, status, "", Problem { part, text }).await
        }
    }
}

/// What a problem is called here; an error where it is not one with what was typed.
fn problem(error: PeopleError) -> Result<(StatusCode, String), Refusal> {
    match error {
        PeopleError::Store(error) => Err(error.into()),
        PeopleError::WrongPassword => {
            let text = "The present password is wrong. Nothing was changed.".to_owned();
            Ok((StatusCode::UNPROCESSABLE_ENTITY, text))
        }
        error @ PeopleError::WrongCode => {
            let (_, text) = Refusal::from(error).told();
            Ok((StatusCode::UNPROCESSABLE_ENTITY, text))
        }
        error => Ok(Refusal::from(error).told()),
    }
}

fn checks(call: &Call) -> Checks<'_> {
    Checks { passwords: &call.app.passwords, attempts: &call.app.attempts }
}

/// Whoever is signed in, with the present password that the form brings.
fn own(call: &Call) -> Result<Own<'_>, Refusal> {
    let who = call.signed_in()?;
    let person: &Person = &who.person;
    Ok(Own {
        person,
        session_id: who.session.id,
        password: call.form.exact("present_password"),
        address: &call.client_address,
    })
}
