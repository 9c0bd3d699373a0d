//! Signing in and out.

#[cfg(feature = "passkeys")]
pub(super) mod passkey;

use allclear_people::sessions::SignedIn;
use allclear_people::sign_in::{self, FirstFactor};
use allclear_people::{PeopleError, sessions, set_up};
use askama::Template;
use axum::body::Body;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Response, StatusCode};

use super::answer::{self, Answer, Refusal, sentence};
use super::{Call, Chrome};
use crate::access::cookies::Cookie;

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignInView {
    chrome: Chrome,
    problem: String,
    email: String,
    next: String,
    is_set_up: bool,
    /// The part about passkeys, in HTML.
    passkey: String,
    provider: Option<ProviderView>,
}

/// The provider that people may sign in through.
struct ProviderView {
    name: String,
    href: String,
}

impl ProviderView {
    /// It begins where people come in: the provider sends them back there.
    fn of(call: &Call, next: &str) -> Option<Self> {
        let name = call.app.entrance.provider_name()?.to_owned();
        let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        Some(Self { name, href: format!("{}/console/sign-in/provider?next={next}", call.base_url) })
    }
}

#[derive(Template)]
#[template(path = "console/code.html")]
struct CodeView {
    chrome: Chrome,
    problem: String,
    pending: String,
    next: String,
}

/// The form.
pub(super) async fn show(call: Call) -> Answer {
    let next = answer::own_path(call.query.text("next")).to_owned();
    if call.signed_in.is_some() {
        return answer::see(&next);
    }
    form(&call, StatusCode::OK, "", "", &next).await
}

/// The form, with what went wrong before.
pub(super) async fn form(
    call: &Call,
    status: StatusCode,
    problem: &str,
    email: &str,
    next: &str,
) -> Answer {
    #[cfg(feature = "passkeys")]
    let passkey = passkey::part(call, next)?;
    #[cfg(not(feature = "passkeys"))]
    let passkey = String::new();
    let view = SignInView {
        passkey,
        chrome: Chrome::of(call, "Sign in", ""),
        problem: problem.to_owned(),
        email: email.to_owned(),
        next: next.to_owned(),
        is_set_up: !set_up::is_due(&call.app.store).await?,
        provider: ProviderView::of(call, next),
    };
    answer::page(status, &view)
}

/// Address and password.
pub(super) async fn with_password(call: Call) -> Answer {
    let next = answer::own_path(call.form.text("next")).to_owned();
    let email = call.form.text("email");
    let app = &call.app;
    let tried = sign_in::with_password(
        &app.store,
        &app.passwords,
        &app.attempts,
        email,
        call.form.exact("password"),
        call.from(),
        &app.entropy,
        call.now,
    );
    match tried.await {
        Ok(begun) => go_on(&call, begun, &next),
        Err(error @ (PeopleError::WrongPassword | PeopleError::TooManyAttempts { .. })) => {
            let retry_after = refused(&call, &error);
            let (status, text) = Refusal::from(error).told();
            form(&call, status, &text, email, &next).await.map(retry_after)
        }
        Err(error) => Err(error.into()),
    }
}

/// Logs that somebody did not get in, by where they came from; what they typed may be a password.
/// Gives what the answer says of when to come back.
pub(super) fn refused(
    call: &Call,
    error: &PeopleError,
) -> impl FnOnce(Response<Body>) -> Response<Body> + use<> {
    tracing::warn!(client = call.client_address, reason = %error, "a sign-in failed");
    let seconds = match error {
        PeopleError::TooManyAttempts { retry_after } => Some(retry_after.as_secs().max(1)),
        _ => None,
    };
    move |mut response| {
        if let Some(seconds) = seconds {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// After the password was right, or has just been chosen: signed in, or asked for a code.
pub(super) fn go_on(call: &Call, begun: FirstFactor, next: &str) -> Answer {
    match begun {
        FirstFactor::SignedIn(signed_in) => welcome(call, &signed_in, next),
        FirstFactor::CodeDue(pending) => {
            code_form(call, StatusCode::OK, "", pending.reveal(), next)
        }
    }
}

fn code_form(call: &Call, status: StatusCode, problem: &str, pending: &str, next: &str) -> Answer {
    let view = CodeView {
        chrome: Chrome::of(call, "Your code", ""),
        problem: problem.to_owned(),
        pending: pending.to_owned(),
        next: next.to_owned(),
    };
    answer::page(status, &view)
}

/// The code of an authenticator.
pub(super) async fn with_code(call: Call) -> Answer {
    let next = answer::own_path(call.form.text("next")).to_owned();
    let pending = call.form.text("pending");
    let (app, code) = (&call.app, call.form.text("code"));
    let from = call.from();
    let tried =
        sign_in::with_code(&app.store, &app.attempts, pending, code, from, &app.entropy, call.now);
    match tried.await {
        Ok(signed_in) => welcome(&call, &signed_in, &next),
        Err(error @ (PeopleError::WrongCode | PeopleError::TooManyAttempts { .. })) => {
            let retry_after = refused(&call, &error);
            let (status, text) = Refusal::from(error).told();
            code_form(&call, status, &text, pending, &next).map(retry_after)
        }
        Err(PeopleError::LinkOver) => {
            let text = sentence("that took too long: sign in again");
            form(&call, StatusCode::GONE, &text, "", &next).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Sets the cookie and goes on.
pub(super) fn welcome(call: &Call, signed_in: &SignedIn, next: &str) -> Answer {
    let is_secure = call.app.entrance.is_secure();
    let response = answer::see(next)?;
    let cookie = answer::session_cookie(&signed_in.secret, is_secure);
    let response = answer::with_cookie(response, cookie);
    Ok(answer::with_cookie(response, Cookie::Visitor.remove(is_secure)))
}

/// Ends the session.
pub(super) async fn sign_out(call: Call) -> Answer {
    let who = call.signed_in()?;
    let actor = call.actor()?;
    let ended =
        sessions::end(&call.app.store, who.person.id, who.session.id, call.change(&actor)).await;
    match ended {
        Ok(()) | Err(PeopleError::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let response = answer::see("/console/sign-in")?;
    Ok(answer::with_cookie(response, Cookie::Session.remove(call.app.entrance.is_secure())))
}
