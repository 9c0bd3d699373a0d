//! Routes: what answers at which address.
//!
//! The first view of a page is what thousands ask for at once, so it is answered before the router
//! is asked, from ready bytes and without waiting for anything.

use allclear_domain::status_page::Language;
use allclear_statuspage::{Route, assets, render_not_found};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ACCEPT_LANGUAGE, ALLOW, HOST, LOCATION, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use axum::routing::get;
use bytes::Bytes;
use http_body_util::Full;

use crate::published::{Prepared, Published};
use crate::respond;

/// A response whose body is there already.
pub(crate) type ReadyResponse = Response<Full<Bytes>>;

/// Everything that Allclear answers, but for first views.
pub(crate) fn router(published: Published) -> Router {
    Router::new()
        .route("/healthz", get(async || respond::plain(StatusCode::OK, "ok\n").map(Body::new)))
        .route("/readyz", get(readyz))
        .fallback(public)
        .with_state(published)
}

/// The first view of a page, where the request is for one and it is ready in the reader's language.
pub(crate) fn first_view<B>(published: &Published, request: &Request<B>) -> Option<ReadyResponse> {
    if !reads(request.method()) {
        return None;
    }
    let (uri, headers) = (request.uri(), request.headers());
    let page = match uri.path() {
        "/" => published.of_host(host(uri, headers))?,
        path => published.of_slug(path.strip_prefix("/p/")?.strip_suffix('/')?)?,
    };
    let language = wanted_language(uri, headers).unwrap_or(page.language());
    Some(respond::page(page.first_view(language)?, headers))
}

fn reads(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}

fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> &'a str {
    let header = headers.get(HOST).and_then(|host| host.to_str().ok());
    header.or(uri.host()).unwrap_or_default()
}

/// Ready once something is published: before that, readers would be told nothing.
async fn readyz(State(published): State<Published>) -> Response<Body> {
    let (status, text) = if published.revision() > 0 {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "nothing is published yet\n")
    };
    respond::plain(status, text).map(Body::new)
}

/// Assets and status pages.
async fn public(State(published): State<Published>, request: Request<Body>) -> Response<Body> {
    let (head, _) = request.into_parts();
    answer(&published, &head).await.map(Body::new)
}

async fn answer(published: &Published, request: &Parts) -> ReadyResponse {
    if !reads(&request.method) {
        let mut response = respond::plain(StatusCode::METHOD_NOT_ALLOWED, "use GET or HEAD\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let (uri, headers) = (&request.uri, &request.headers);
    if uri.path().starts_with("/assets/") {
        return asset(uri.path(), headers);
    }
    if let Some(rest) = uri.path().strip_prefix("/p/") {
        return match rest.split_once('/') {
            Some((slug, below)) => {
                let page = published.of_slug(slug);
                status_page(published, page, below, uri, headers).await
            }
            None => below_a_slash(published, rest, uri, headers),
        };
    }
    let page = published.of_host(host(uri, headers));
    let below = uri.path().trim_start_matches('/');
    status_page(published, page, below, uri, headers).await
}

fn asset(path: &str, headers: &HeaderMap) -> ReadyResponse {
    match assets::find(path) {
        Some(asset) => {
            respond::respond(&Prepared::of_asset(asset), headers, respond::ASSET_CACHING)
        }
        None => respond::plain(StatusCode::NOT_FOUND, "there is no such file\n"),
    }
}

/// `/p/{slug}` is `/p/{slug}/`: links on the page count from there.
fn below_a_slash(
    published: &Published,
    slug: &str,
    uri: &Uri,
    headers: &HeaderMap,
) -> ReadyResponse {
    if published.of_slug(slug).is_none() {
        return no_page(wanted_language(uri, headers), headers);
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut response = respond::plain(StatusCode::PERMANENT_REDIRECT, "");
    if let Ok(to) = HeaderValue::from_str(&format!("/p/{slug}/{query}")) {
        response.headers_mut().insert(LOCATION, to);
    }
    response
}

async fn status_page(
    published: &Published,
    page: Option<std::sync::Arc<crate::published::PublishedStatusPage>>,
    below: &str,
    uri: &Uri,
    headers: &HeaderMap,
) -> ReadyResponse {
    let wanted = wanted_language(uri, headers);
    let Some(page) = page else {
        return no_page(wanted, headers);
    };
    let language = wanted.unwrap_or(page.language());
    let route = Route::parse(below, uri.query());
    match published.find(page, route, language).await {
        Ok(prepared) => respond::page(&prepared, headers),
        Err(_) => {
            let text = "Too many readers at once. Please try again in a few seconds.\n";
            let mut response = respond::plain(StatusCode::SERVICE_UNAVAILABLE, text);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
            response
        }
    }
}

fn no_page(wanted: Option<Language>, headers: &HeaderMap) -> ReadyResponse {
    let language = wanted.unwrap_or_default();
    respond::page(&Prepared::of(render_not_found(None, language), Some(language)), headers)
}

/// The language that a reader asks for: by link, else by `Accept-Language`, in the reader's order.
fn wanted_language(uri: &Uri, headers: &HeaderMap) -> Option<Language> {
    let by_link = uri.query().and_then(|query| {
        query.split('&').find_map(|pair| Language::from_tag(pair.strip_prefix("lang=")?))
    });
    by_link.or_else(|| {
        let accepted = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
        let weighed = accepted.split(',').filter_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let language = Language::from_tag(parts.next()?)?;
            let weight = respond::weight(parts);
            (weight > 0.0).then_some((language, weight))
        });
        // Of equal weights the first counts.
        let best = weighed.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map(|(language, _)| language)
    })
}
