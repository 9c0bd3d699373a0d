//! The authenticator: enrolled with a picture or by hand, with its recovery codes.

use allclear_people::{Secret, own, totp};
use askama::Template;
use axum::http::StatusCode;

use super::super::answer::{self, Answer};
use super::super::once;
use super::super::{Call, Chrome};
use super::picture::{self, Picture};
use super::{Part, told};

#[derive(Template)]
#[template(path = "console/account/authenticator.html")]
struct AuthenticatorView {
    chrome: Chrome,
    problem: String,
    secret: String,
    /// The same, in groups that people can type.
    spaced: String,
    address: String,
    picture: Option<Picture>,
    email: String,
    has_one: bool,
}

#[derive(Template)]
#[template(path = "console/account/codes.html")]
struct CodesView {
    chrome: Chrome,
    codes: Vec<String>,
}

/// The form, with a secret that nobody had before.
pub(super) async fn show(call: Call) -> Answer {
    let secret = totp::mint(&call.app.entropy);
    form(&call, StatusCode::OK, "", &secret).await
}

async fn form(call: &Call, status: StatusCode, problem: &str, secret: &str) -> Answer {
    let person = &call.signed_in()?.person;
    let credentials = call.app.store.find_credentials(person.id).await?;
    let address = totp::address(secret, &person.email);
    let groups: Vec<&str> = secret.as_bytes().chunks(4).filter_map(as_text).collect();
    let view = AuthenticatorView {
        chrome: Chrome::of(call, "Authenticator", ""),
        problem: problem.to_owned(),
        secret: secret.to_owned(),
        spaced: groups.join(" "),
        picture: picture::draw(&address),
        address,
        email: person.email.to_string(),
        has_one: credentials.is_some_and(|known| known.totp_secret.is_some()),
    };
    answer::page(status, &view)
}

fn as_text(group: &[u8]) -> Option<&str> {
    std::str::from_utf8(group).ok()
}

/// Takes the authenticator, once a code shows that it is there.
pub(super) async fn enroll(call: Call) -> Answer {
    let actor = call.actor()?;
    let (secret, code) = (call.form.text("secret"), call.form.text("code"));
    let enrolled = own::enroll_authenticator(
        &call.app.store,
        super::checks(&call),
        super::own(&call)?,
        secret,
        code,
        call.change(&actor),
    );
    match enrolled.await {
        Ok(codes) => show_codes(&call, &codes),
        Err(error) => {
            let (status, text) = super::problem(error)?;
            // A secret that is not ours is not shown again either.
            let ours = totp::is_secret(secret).then(|| secret.to_owned());
            let secret = ours.unwrap_or_else(|| totp::mint(&call.app.entropy));
            form(&call, status, &text, &secret).await
        }
    }
}

fn show_codes(call: &Call, codes: &[Secret]) -> Answer {
    let view = CodesView {
        chrome: Chrome::of(call, "Your recovery codes", ""),
        codes: codes.iter().map(|code| code.reveal().to_owned()).collect(),
    };
    once::shown(
        answer::page(StatusCode::OK, &view),
        "these recovery codes were already made, and were shown then. They are not shown again: \
         where nobody kept them, make new ones on the page of your account",
    )
}

/// Makes new recovery codes.
pub(super) async fn renew_codes(call: Call) -> Answer {
    let (actor, own) = (call.actor()?, super::own(&call)?);
    let (store, checks, change) = (&call.app.store, super::checks(&call), call.change(&actor));
    match own::renew_recovery_codes(store, checks, own, change).await {
        Ok(codes) => show_codes(&call, &codes),
        Err(error) => told(&call, Part::Authenticator, "", Err(error)).await,
    }
}

/// Gives the authenticator up.
pub(super) async fn remove(call: Call) -> Answer {
    let (actor, own) = (call.actor()?, super::own(&call)?);
    let (store, checks, change) = (&call.app.store, super::checks(&call), call.change(&actor));
    let done = own::remove_authenticator(store, checks, own, change).await;
    told(&call, Part::Authenticator, "authenticator", done).await
}
