//! What the console answers: a page, a way on, or why not.

use allclear_domain::error::{InvalidTransition, InvalidValue};
use allclear_domain::{Scope, limits};
use allclear_people::{PasskeyProblem, PeopleError};
use allclear_store::StoreError;
use askama::Template;
use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Response, StatusCode};

use crate::access::cookies::Cookie;

/// Nothing inline, nothing from elsewhere, no frames.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a handler gives.
pub(crate) type Answer = Result<Response<Body>, Refusal>;

/// Why something was not done.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Nobody is signed in.
    SignInFirst,
    /// Somebody is, who may not.
    Needs(Scope),
    /// Another site sent the form, or it is too old.
    ForeignForm,
    /// Nothing answers at this address.
    NotFound,
    /// The form itself cannot be read.
    BadForm(String),
    /// What was asked for is not possible, in words for whoever asked.
    Refused(StatusCode, String),
    /// The store failed.
    Store(StoreError),
}

impl Refusal {
    /// The status, and the sentence for whoever asked.
    pub(crate) fn told(&self) -> (StatusCode, String) {
        match self {
            Self::SignInFirst => (StatusCode::UNAUTHORIZED, "Sign in first.".to_owned()),
            Self::Needs(scope) => {
                let role = allclear_domain::Role::least_for(*scope);
                let text = format!("This needs the role {role}. An owner can give it to you.");
                (StatusCode::FORBIDDEN, text)
            }
            Self::ForeignForm => {
                let text = "This form is too old, or was sent from another page. \
                            Nothing was changed. Go back, load the page again and repeat it.";
                (StatusCode::FORBIDDEN, text.to_owned())
            }
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "There is nothing at this address.".to_owned())
            }
            Self::BadForm(problem) => (StatusCode::BAD_REQUEST, sentence(problem)),
            Self::Refused(status, text) => (*status, sentence(text)),
            Self::Store(error) => {
                let status = match error {
                    StoreError::Conflict { .. } | StoreError::Duplicate { .. } => {
                        StatusCode::CONFLICT
                    }
                    StoreError::NotFound { .. } => StatusCode::NOT_FOUND,
                    StoreError::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
                    error if error.retry() => StatusCode::SERVICE_UNAVAILABLE,
                    _ => StatusCode::INTERNAL_SERVER_ERROR,
                };
                (status, error.public_message().to_owned())
            }
        }
    }
}

/// A problem as a sentence of its own: with a capital letter and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let stop = if text.ends_with(['.', ':']) { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<InvalidValue> for Refusal {
    fn from(error: InvalidValue) -> Self {
        Self::Refused(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
    }
}

impl From<InvalidTransition> for Refusal {
    fn from(error: InvalidTransition) -> Self {
        Self::Refused(StatusCode::CONFLICT, error.to_string())
    }
}

impl From<PeopleError> for Refusal {
    fn from(error: PeopleError) -> Self {
        let status = match &error {
            PeopleError::Store(_) => {
                let PeopleError::Store(error) = error else { return Self::NotFound };
                return Self::Store(error);
            }
            PeopleError::Invalid(_) | PeopleError::BeyondOwnAccess { .. } => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            PeopleError::WrongPassword | PeopleError::WrongCode => StatusCode::UNAUTHORIZED,
            PeopleError::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
            PeopleError::LinkOver | PeopleError::Passkey(PasskeyProblem::Over) => StatusCode::GONE,
            PeopleError::Passkey(PasskeyProblem::NotOffered) => StatusCode::CONFLICT,
            PeopleError::Passkey(PasskeyProblem::Unknown | PasskeyProblem::WentBack) => {
                StatusCode::UNAUTHORIZED
            }
            PeopleError::Passkey(_) => StatusCode::UNPROCESSABLE_ENTITY,
            PeopleError::NotFound { .. } => StatusCode::NOT_FOUND,
            PeopleError::BeyondOwnRole { .. } => StatusCode::FORBIDDEN,
            PeopleError::Transition(_)
            | PeopleError::NoAuthenticator
            | PeopleError::SetUpAlready
            | PeopleError::LastOwner
            | PeopleError::TooMany { .. } => StatusCode::CONFLICT,
        };
        Self::Refused(status, error.to_string())
    }
}

fn not_rendered(error: &askama::Error) -> Refusal {
    tracing::error!(%error, "a page of the console cannot be rendered");
    let text = "Something is wrong on our side. Please try again later.";
    Refusal::Refused(StatusCode::INTERNAL_SERVER_ERROR, text.to_owned())
}

/// A page of the console.
pub(crate) fn page(status: StatusCode, view: &impl Template) -> Answer {
    let text = view.render().map_err(|error| not_rendered(&error))?;
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, html);
    Ok(response)
}

/// A part of a page that is there only in some builds.
#[cfg(feature = "passkeys")]
pub(crate) fn part(view: &impl Template) -> Result<String, Refusal> {
    view.render().map_err(|error| not_rendered(&error))
}

/// Why a script of ours does not get what it asked for, in words for people.
#[cfg(feature = "passkeys")]
pub(crate) fn problem_for_script(refusal: Refusal) -> Answer {
    let (status, text) = match refusal {
        Refusal::Store(_) => return Err(refusal),
        refusal => refusal.told(),
    };
    Ok(json(status, serde_json::json!({ "problem": text }).to_string()))
}

/// What a script of ours asked for.
#[cfg(feature = "passkeys")]
pub(crate) fn json(status: StatusCode, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// A way on, after something was done: the browser asks there with GET.
pub(crate) fn see(path: &str) -> Answer {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let to = HeaderValue::try_from(path).map_err(|_| Refusal::NotFound)?;
    response.headers_mut().insert(LOCATION, to);
    Ok(response)
}

/// Sets a cookie on an answer.
pub(crate) fn with_cookie(mut response: Response<Body>, cookie: HeaderValue) -> Response<Body> {
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

/// The headers that every answer has: nobody keeps it, nobody frames it, nothing foreign runs.
pub(crate) fn sealed(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// The cookie of a session that has just begun.
pub(crate) fn session_cookie(secret: &allclear_people::Secret, is_secure: bool) -> HeaderValue {
    Cookie::Session.set(secret.reveal(), allclear_people::sessions::LASTS, is_secure)
}

/// A path to go on to after signing in: one of the console's own, else its home.
pub(crate) fn own_path(wanted: &str) -> &str {
    let is_own = (wanted == "/console" || wanted.starts_with("/console/"))
        && wanted.len() <= limits::TITLE_CHARS_MAX
        && !wanted.contains(['\\', '\r', '\n'])
        && !wanted.contains("//");
    if is_own { wanted } else { "/console" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_away() {
        assert_eq!(own_path("/console/incidents?x=1"), "/console/incidents?x=1");
        for foreign in
            ["//evil.example.com", "https://evil.example.com", "/console//evil", "", "/consoles"]
        {
            assert_eq!(own_path(foreign), "/console", "{foreign}");
        }
    }

    #[test]
    fn sentences() {
        assert_eq!(sentence("email: is empty"), "Email: is empty.");
        assert_eq!(sentence(""), ".");
    }
}
