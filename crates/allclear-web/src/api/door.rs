//! The door of the API: tokens, scopes, limits.

use std::collections::HashMap;

use allclear_domain::Scope;
use allclear_people::tokens;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response};
use bytes::Bytes;

use super::call::Call;
use super::problem::Problem;
use crate::access::Needs;
use crate::access::address;
use crate::access::table::Door;
use crate::app::App;

/// Bytes of a body; a longer one is refused.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Parameters of a query; more are refused.
const PARAMETERS_MAX: usize = 32;

impl Door for Call {
    type Refusal = Problem;
    type After = String;

    async fn enter(
        app: App,
        needs: Needs,
        params: HashMap<String, String>,
        request: Request,
    ) -> Result<(Self, String), Response<Body>> {
        let (head, body) = request.into_parts();
        let path = head.uri.path().to_owned();
        match enter(app, needs, params, head, body).await {
            Ok(call) => Ok((call, path)),
            Err(problem) => Err(Self::leave(path, Err(problem)).await),
        }
    }

    async fn leave(path: String, answered: Result<Response<Body>, Problem>) -> Response<Body> {
        let mut response = answered.unwrap_or_else(|problem| {
            if let Problem::Store(error) = &problem {
                tracing::error!(%error, %path, "the API could not do what was asked");
            }
            let mut response = problem.response();
            if matches!(problem, Problem::TokenMissing) {
                let scheme = HeaderValue::from_static("Bearer");
                response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
            }
            response
        });
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
) -> Result<Call, Problem> {
    let now = app.clock.now();
    let presented = bearer(&head.headers).ok_or(Problem::TokenMissing)?;
    let access = tokens::authenticate(&app.store, presented, now).await?;
    let access = access.ok_or(Problem::TokenMissing)?;
    match needs {
        Needs::Address | Needs::Nothing | Needs::SignedIn => {}
        Needs::Scope(scope) => may(&access, scope)?,
    }
    let query = read_query(head.uri.query().unwrap_or_default())?;
    let body = read_body(&head, body).await?;
    let base_url = address::base_url(&app.entrance, &head.headers, &head.uri);
    Ok(Call { app, access, params, query, headers: head.headers, base_url, body, now })
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
    let bytes = to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| Problem::TooLarge)?;
    let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_json = kind.is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/json") || kind.ends_with("+json")
    });
    if !bytes.is_empty() && !is_json && head.method != Method::GET {
        return Err(Problem::NotJson);
    }
    Ok(bytes)
}
