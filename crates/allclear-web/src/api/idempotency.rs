//! `Idempotency-Key` (the IETF's draft of that name): a `POST` that is sent again is not done again.
//!
//! That it was done is written with the change, and what was answered afterwards ([`crate::kept`]);
//! where that did not come about, whoever asks again is told that it was done.

use allclear_domain::{Access, limits};
use allclear_store::KeptAnswer;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, Response, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::problem::Problem;
use crate::app::App;
use crate::kept::{self, Known};

/// The header.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Headers of an answer that are given again.
const KEPT_HEADERS: [HeaderName; 3] = [CONTENT_TYPE, ETAG, LOCATION];

/// An answer that must not be kept, such as one that holds a secret: put it into the extensions of
/// the response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotKept;

/// An answer as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct AnswerJson {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// What is known of a request under a key.
pub(super) enum Asked {
    /// It has no key, or needs none.
    WithoutKey,
    /// It was not done yet: it is to be remembered by this.
    First(KeptAnswer),
    /// It was done before, and answered with this.
    Again(Response<Body>),
}

/// Looks whether a request was done before.
pub(super) async fn look_up(
    app: &App,
    access: &Access,
    head: &Parts,
    body: &[u8],
    now: Timestamp,
) -> Result<Asked, Problem> {
    if head.method != Method::POST {
        return Ok(Asked::WithoutKey);
    }
    let Some(key) = head.headers.get(KEY) else { return Ok(Asked::WithoutKey) };
    let key = read_key(key)?;
    let known =
        kept::look_up(app, (&access.actor, key), request_digest(app, head, body), now).await?;
    match known {
        Known::Nothing(kept) => Ok(Asked::First(kept)),
        Known::Done(kept) => {
            let answer = kept.answer.as_deref().and_then(restored);
            answer.map(Asked::Again).ok_or(Problem::KeyInUse)
        }
        Known::Other => Err(Problem::KeyUsed),
        Known::TooMany => Err(Problem::TooManyKeys),
    }
}

fn read_key(key: &HeaderValue) -> Result<&str, Problem> {
    let text = key.to_str().ok().map(str::trim);
    let text = text
        .map(|text| text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text));
    text.filter(|text| (1..=limits::IDEMPOTENCY_KEY_CHARS_MAX).contains(&text.len())).ok_or_else(
        || {
            let max = limits::IDEMPOTENCY_KEY_CHARS_MAX;
            Problem::BadRequest(format!("Idempotency-Key: write 1 to {max} visible characters"))
        },
    )
}

/// What tells a request from another: where it goes, what it was made to, and its body. That may hold secrets,
/// which nobody who has the database may try out.
fn request_digest(app: &App, head: &Parts, body: &[u8]) -> String {
    let version = head.headers.get(axum::http::header::IF_MATCH);
    let target = head.uri.path_and_query().map_or("", |target| target.as_str());
    let digest = Sha256::new()
        .chain_update(app.store.keyring().pepper())
        .chain_update(target)
        .chain_update([0])
        .chain_update(version.map_or(&[][..], HeaderValue::as_bytes))
        .chain_update([0])
        .chain_update(body)
        .finalize();
    data_encoding::HEXLOWER.encode(&digest)
}

fn restored(answer: &str) -> Option<Response<Body>> {
    let answer: AnswerJson = serde_json::from_str(answer).ok()?;
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).ok()?;
    for (name, value) in answer.headers {
        let name = HeaderName::try_from(name).ok()?;
        response.headers_mut().insert(name, HeaderValue::try_from(value).ok()?);
    }
    Some(response)
}

/// Keeps what was answered.
pub(super) async fn keep(app: &App, id: Uuid, response: Response<Body>) -> Response<Body> {
    if !response.status().is_success() || response.extensions().get::<NotKept>().is_some() {
        return response;
    }
    let (head, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return Problem::BadRequest("the answer broke off".to_owned()).response();
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if text.len() <= limits::KEPT_ANSWER_BYTES_MAX {
        let header = |name: &HeaderName| {
            let value = head.headers.get(name)?.to_str().ok()?;
            Some((name.to_string(), value.to_owned()))
        };
        let headers = KEPT_HEADERS.iter().filter_map(header).collect();
        let answer = AnswerJson { status: head.status.as_u16(), headers, body: text };
        if let Ok(text) = serde_json::to_string(&answer) {
            kept::keep(app, id, &text).await;
        }
    }
    Response::from_parts(head, Body::from(bytes))
}
