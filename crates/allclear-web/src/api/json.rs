//! Answers as JSON.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use super::problem::Problem;

/// What a handler gives.
pub(crate) type Answer = Result<Response<Body>, Problem>;

/// A value.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    let text = serde_json::to_vec(value)
        .map_err(|error| Problem::BadRequest(format!("the answer has no JSON form: {error}")))?;
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    Ok(response)
}

/// The same, with the version that a change to it has to name.
pub(crate) fn at_version(mut response: Response<Body>, version: i64) -> Response<Body> {
    if let Ok(tag) = HeaderValue::try_from(format!("\"v{version}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// Something new, and where it is.
pub(crate) fn created(path: &str, value: &impl Serialize) -> Answer {
    let mut response = json(StatusCode::CREATED, value)?;
    if let Ok(to) = HeaderValue::try_from(path) {
        response.headers_mut().insert(LOCATION, to);
    }
    Ok(response)
}

/// Nothing: it was removed.
pub(crate) fn nothing() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
