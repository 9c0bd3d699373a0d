//! The door of the API: tokens, scopes, limits.

use std::collections::HashMap;

use allclear_domain::Scope;
use allclear_people::tokens;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response};
use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

use super::call::Call;
use super::idempotency::{self, Asked};
use super::local::Insider;
use super::problem::Problem;
use crate::access::Needs;
use crate::access::address;
use crate::access::table::Door;
use crate::app::App;
use crate::body;
use crate::kept;

/// Bytes of a body; a longer one is refused.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Parameters of a query; more are refused.
const PARAMETERS_MAX: usize = 32;

/// What is needed once a request was answered.
pub(crate) struct After {
    path: String,
    /// Where its answer is to be kept, and under which id.
    key: Option<(App, Uuid)>,
}

/// Why a request is not passed on.
enum Refused {
    /// It was done before, and gets the same answer.
    AsBefore(Response<Body>),
    /// Something is wrong with it.
    For(Problem),
}

impl<E: Into<Problem>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::For(error.into())
    }
}

impl Door for Call {
    type Refusal = Problem;
    type After = After;

    async fn enter(
        app: App,
        needs: Needs,
        params: HashMap<String, String>,
        request: Request,
    ) -> Result<(Self, After), Response<Body>> {
        let (head, body) = request.into_parts();
        let path = head.uri.path().to_owned();
        match enter(app, needs, params, head, body).await {
            Ok((call, key)) => {
                let key = key.map(|key| (call.app.clone(), key));
                Ok((call, After { path, key }))
            }
            Err(Refused::For(problem)) => {
                Err(Self::leave(After { path, key: None }, Err(problem)).await)
            }
            Err(Refused::AsBefore(answer)) => {
                Err(Self::leave(After { path, key: None }, Ok(answer)).await)
            }
        }
    }

    async fn leave(after: After, answered: Result<Response<Body>, Problem>) -> Response<Body> {
        let After { path, key } = after;
        let answered = match (answered, &key) {
            // Whatever it failed with: the same request was being done at that time.
            (Err(_), Some((app, id))) if kept::is_done(app, *id).await => Err(Problem::KeyInUse),
            (answered, _) => answered,
        };
        let mut response = answered.unwrap_or_else(|problem| {
            let mut response = problem.response();
            if let Problem::Store(error) = &problem
                && response.status().is_server_error()
            {
                tracing::error!(%error, %path, "the API could not do what was asked");
            }
            if matches!(problem, Problem::TokenMissing) {
                let scheme = HeaderValue::from_static("Bearer");
                response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
            }
            response
        });
        if let Some((app, id)) = key
            && app.store.has_kept()
        {
            response = idempotency::keep(&app, id, response).await;
        }
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, HeaderValue::from_static("authorization"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

async fn enter(
    app: App,
    needs: Needs,
    params: HashMap<String, String>,
    head: Parts,
    body: Body,
) -> Result<(Call, Option<Uuid>), Refused> {
    let now = app.clock.now();
    let access = match head.extensions.get::<Insider>() {
        Some(Insider(access)) => access.clone(),
        None => authenticate(&app, &head.headers, now).await?,
    };
    match needs {
        Needs::Address | Needs::Nothing | Needs::SignedIn => {}
        Needs::Scope(scope) => may(&access, scope)?,
    }
    let query = read_query(head.uri.query().unwrap_or_default())?;
    let body = read_body(&head, body).await?;
    let base_url = address::base_url(&app.entrance, &head.headers, &head.uri);
    let mut app = app;
    let key = match idempotency::look_up(&app, &access, &head, &body, now).await? {
        Asked::WithoutKey => None,
        Asked::First(kept) => {
            let id = kept.id;
            app.store = app.store.keeping(kept);
            Some(id)
        }
        Asked::Again(answer) => return Err(Refused::AsBefore(answer)),
    };
    Ok((Call { app, access, params, query, headers: head.headers, base_url, body, now }, key))
}

async fn authenticate(
    app: &App,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<allclear_domain::Access, Problem> {
    let presented = bearer(headers).ok_or(Problem::TokenMissing)?;
    let access = tokens::authenticate(&app.store, presented, now).await?;
    access.ok_or(Problem::TokenMissing)
}

fn may(access: &allclear_domain::Access, scope: Scope) -> Result<(), Problem> {
    if access.may(scope) { Ok(()) } else { Err(Problem::ScopeMissing(scope)) }
}

/// The token of `Authorization: Bearer …` (RFC 6750, section 2.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn read_query(query: &str) -> Result<HashMap<String, String>, Problem> {
    if form_urlencoded::parse(query.as_bytes()).nth(PARAMETERS_MAX).is_some() {
        let problem = format!("the query has more than {PARAMETERS_MAX} parameters: send fewer");
        return Err(Problem::BadRequest(problem));
    }
    let pairs = form_urlencoded::parse(query.as_bytes());
    Ok(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
}

async fn read_body(head: &Parts, body: Body) -> Result<Bytes, Problem> {
    let bytes = body::read(&head.extensions, body, BODY_BYTES_MAX).await?;
    let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_json = kind.is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/json") || kind.ends_with("+json")
    });
    // A list may be put as it is, one entry a line.
    let is_list =
        head.method == Method::PUT && kind.is_some_and(|kind| kind.starts_with("text/plain"));
    if !bytes.is_empty() && !is_json && !is_list && head.method != Method::GET {
        return Err(Problem::NotJson);
    }
    Ok(bytes)
}
