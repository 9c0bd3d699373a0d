//! Problem details (RFC 9457): why something was not done, for programs and for people.

use allclear_domain::Scope;
use allclear_domain::error::{InvalidTransition, InvalidValue};
use allclear_people::PeopleError;
use allclear_store::{StoreError, WriteError};
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

use crate::body::BodyProblem;

/// Why something was not done.
#[derive(Debug)]
pub(crate) enum Problem {
    /// No token, or one that opens nothing.
    TokenMissing,
    /// The token may not do this.
    ScopeMissing(Scope),
    /// Nothing answers at this address, or there is no such thing.
    NotFound,
    /// The request itself makes no sense.
    BadRequest(String),
    /// The body is not the JSON that is expected.
    BadJson(String),
    /// The body is something other than JSON.
    NotJson,
    /// The body was not read.
    Body(BodyProblem),
    /// A change needs `If-Match`.
    VersionMissing,
    /// The address is there, and does not take this method.
    WrongMethod,
    /// The idempotency key was used for another request.
    KeyUsed,
    /// A request under the same idempotency key is being done, or its answer was not kept.
    KeyInUse,
    /// Too many idempotency keys in a day.
    TooManyKeys,
    /// A value is not taken.
    Invalid(InvalidValue),
    /// Several values are not taken.
    InvalidAll(Vec<InvalidValue>),
    /// The state of the thing does not allow it.
    Transition(InvalidTransition),
    /// A guard refuses.
    Guard(String),
    /// As many do this already as may at the same time.
    Busy(&'static str),
    /// Something about people.
    People(PeopleError),
    /// The store failed.
    Store(StoreError),
}

/// The body of an answer, as RFC 9457 has it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct ProblemJson<'a> {
    /// What kind of problem, for programs.
    #[serde(rename = "type")]
    kind: &'a str,
    title: &'a str,
    status: u16,
    /// What is wrong, and what to do, for people.
    detail: String,
    /// The field that is at fault, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// Every field that is at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldJson<'a>>,
}

/// A field that is at fault.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FieldProblem")]
struct FieldJson<'a> {
    field: &'a str,
    /// What is wrong with it, and what would be right.
    problem: &'a str,
}

impl Problem {
    /// Kind, title, status and detail.
    fn told(&self) -> Told {
        match self {
            Self::TokenMissing => (
                "token-missing",
                "A token is needed",
                StatusCode::UNAUTHORIZED,
                "send Authorization: Bearer with a token that is neither revoked nor over".into(),
            ),
            Self::ScopeMissing(scope) => (
                "scope-missing",
                "The token may not do this",
                StatusCode::FORBIDDEN,
                format!("the token needs the scope `{scope}`, and its maker a role that has it"),
            ),
            Self::NotFound => (
                "not-found",
                "There is no such thing",
                StatusCode::NOT_FOUND,
                "nothing is at this address".into(),
            ),
            Self::BadRequest(text) => {
                ("bad-request", "The request makes no sense", StatusCode::BAD_REQUEST, text.clone())
            }
            Self::BadJson(text) => {
                ("bad-json", "The body is not as expected", StatusCode::BAD_REQUEST, text.clone())
            }
            Self::NotJson => (
                "not-json",
                "The body is not JSON",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "send Content-Type: application/json".into(),
            ),
            Self::Body(problem) => told_of_body(*problem),
            Self::VersionMissing => (
                "version-missing",
                "The version is needed",
                StatusCode::PRECONDITION_REQUIRED,
                "read it first and send its ETag as If-Match, so that nothing is overwritten"
                    .into(),
            ),
            Self::WrongMethod => told_of_method(),
            Self::KeyUsed => told_of_key_used(),
            Self::KeyInUse => told_of_key_in_use(),
            Self::TooManyKeys => told_of_too_many_keys(),
            Self::Invalid(_) | Self::InvalidAll(_) => (
                "invalid",
                "A value is not taken",
                StatusCode::UNPROCESSABLE_ENTITY,
                self.invalid().iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            ),
            Self::Guard(text) => ("guard", "A guard refuses", StatusCode::CONFLICT, text.clone()),
            Self::Busy(text) => (
                "busy",
                "Others do this right now",
                StatusCode::SERVICE_UNAVAILABLE,
                (*text).to_owned(),
            ),
            Self::Transition(error) => (
                "invalid-transition",
                "Its state does not allow this",
                StatusCode::CONFLICT,
                error.to_string(),
            ),
            Self::People(error) => {
                ("refused", "This is not possible", people_status(error), error.to_string())
            }
            Self::Store(error) => of_store(error),
        }
    }

    fn invalid(&self) -> &[InvalidValue] {
        match self {
            Self::Invalid(problem) => std::slice::from_ref(problem),
            Self::InvalidAll(problems) => problems,
            _ => &[],
        }
    }

    /// The answer.
    pub(crate) fn response(&self) -> Response<Body> {
        let (kind, title, status, detail) = self.told();
        let invalid = self.invalid().iter();
        let errors: Vec<_> =
            invalid.map(|it| FieldJson { field: &it.field, problem: &it.problem }).collect();
        let field = errors.first().map(|error| error.field);
        let json = ProblemJson { kind, title, status: status.as_u16(), detail, field, errors };
        // Texts and numbers always have a JSON form.
        let text = serde_json::to_vec(&json).unwrap_or_default();
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = status;
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// Kind, title, status and detail.
type Told = (&'static str, &'static str, StatusCode, String);

fn told_of_body(problem: BodyProblem) -> Told {
    match problem {
        BodyProblem::TooLong => (
            "too-large",
            "The body is too long",
            StatusCode::PAYLOAD_TOO_LARGE,
            "it has more than 4 MB: send less at once".into(),
        ),
        BodyProblem::TooSlow => (
            "too-slow",
            "The body did not come in time",
            StatusCode::REQUEST_TIMEOUT,
            "send it again".into(),
        ),
        BodyProblem::BrokenOff => {
            ("broken-off", "The body broke off", StatusCode::BAD_REQUEST, "send it again".into())
        }
    }
}

fn told_of_method() -> Told {
    (
        "wrong-method",
        "The method does not fit",
        StatusCode::METHOD_NOT_ALLOWED,
        "use one of the methods in Allow".into(),
    )
}

fn told_of_key_used() -> Told {
    (
        "idempotency-key-used",
        "The Idempotency-Key was used for something else",
        StatusCode::UNPROCESSABLE_ENTITY,
        "send another key with another request".into(),
    )
}

fn told_of_key_in_use() -> Told {
    (
        "idempotency-key-in-use",
        "This was done already, or is being done",
        StatusCode::CONFLICT,
        "the answer to the first request is not known yet: ask again in a moment, or look at what \
         is there"
            .into(),
    )
}

fn told_of_too_many_keys() -> Told {
    (
        "too-many-idempotency-keys",
        "Too many requests with an Idempotency-Key in a day",
        StatusCode::TOO_MANY_REQUESTS,
        "ask again later, or send the request without a key".into(),
    )
}

const fn people_status(error: &PeopleError) -> StatusCode {
    match error {
        PeopleError::Invalid(_) | PeopleError::BeyondOwnAccess { .. } => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        PeopleError::BeyondOwnRole { .. } => StatusCode::FORBIDDEN,
        PeopleError::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
        PeopleError::NotFound { .. } => StatusCode::NOT_FOUND,
        _ => StatusCode::CONFLICT,
    }
}

fn of_store(error: &StoreError) -> Told {
    match error {
        StoreError::Conflict { .. } => (
            "version-conflict",
            "Somebody changed it meanwhile",
            StatusCode::PRECONDITION_FAILED,
            "read it again and repeat the change to its new version".into(),
        ),
        StoreError::Duplicate { what } => (
            "duplicate",
            "There is one already",
            StatusCode::CONFLICT,
            format!("there is {what} already"),
        ),
        StoreError::NotFound { .. } => {
            ("not-found", "There is no such thing", StatusCode::NOT_FOUND, error.to_string())
        }
        StoreError::Refused { problem } => {
            ("invalid", "A value is not taken", StatusCode::UNPROCESSABLE_ENTITY, problem.clone())
        }
        error if error.retry() => (
            "unavailable",
            "Nothing can be saved now",
            StatusCode::SERVICE_UNAVAILABLE,
            error.public_message().into(),
        ),
        error => (
            "failed",
            "Something is wrong on our side",
            StatusCode::INTERNAL_SERVER_ERROR,
            error.public_message().into(),
        ),
    }
}

impl From<BodyProblem> for Problem {
    fn from(problem: BodyProblem) -> Self {
        Self::Body(problem)
    }
}

impl From<InvalidValue> for Problem {
    fn from(error: InvalidValue) -> Self {
        Self::Invalid(error)
    }
}

impl From<InvalidTransition> for Problem {
    fn from(error: InvalidTransition) -> Self {
        Self::Transition(error)
    }
}

impl From<WriteError> for Problem {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::NotFound { .. } => Self::NotFound,
            WriteError::Transition(error) => Self::Transition(error),
            WriteError::Invalid(mut problems) => {
                for problem in &mut problems {
                    // The API names components in other ways than by their id as well.
                    if let Some(field) = problem.field.strip_suffix(".component_id") {
                        problem.field = format!("{field}.component");
                    }
                }
                Self::InvalidAll(problems)
            }
            WriteError::Store(error) => Self::Store(error),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<PeopleError> for Problem {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Store(error) => Self::Store(error),
            PeopleError::Invalid(error) => Self::Invalid(error),
            PeopleError::Transition(error) => Self::Transition(error),
            other => Self::People(other),
        }
    }
}
