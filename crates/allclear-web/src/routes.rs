//! Routes: what answers at which address.
//!
//! The first view of a page is what thousands ask for at once, so it is answered before the router
//! is asked, from ready bytes and without waiting for anything.

use std::sync::Arc;

use allclear_domain::status_page::Language;
use allclear_statuspage::{Absence, Route, assets};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ACCEPT_LANGUAGE, ALLOW, HOST, LOCATION, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use axum::routing::get;
use bytes::Bytes;
use http_body_util::Full;

use crate::api;
use crate::app::App;
use crate::console;
use crate::live;
use crate::prepared::Prepared;
use crate::published::{Overloaded, Published, PublishedStatusPage};
use crate::respond;

/// A response whose body is there already.
pub(crate) type ReadyResponse = Response<Full<Bytes>>;

/// Everything that Allclear answers, but for first views.
pub(crate) fn router(published: Published, app: App) -> Router {
    Router::new()
        .route("/healthz", get(async || respond::plain(StatusCode::OK, "ok\n").map(Body::new)))
        .route("/readyz", get(readyz))
        .method_not_allowed_fallback(async || method_not_allowed().map(Body::new))
        .fallback(public)
        .with_state(published)
        .merge(console::router(app.clone()))
        .merge(api::router(app))
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

/// Ready once a status page is shown: before that, readers would be told nothing. Rows that cannot be
/// read are told here and do not make it unready: everything else is served, and sending readers
/// elsewhere would help nobody.
async fn readyz(State(published): State<Published>) -> Response<Body> {
    let bad_rows = published.inventory().bad_rows;
    let (status, mut text) = if published.is_empty() {
        (StatusCode::SERVICE_UNAVAILABLE, "nothing is published yet\n".to_owned())
    } else {
        (StatusCode::OK, "ready\n".to_owned())
    };
    if bad_rows > 0 {
        text.push_str(&format!(
            "rows that cannot be read: {bad_rows}; `allclear doctor` lists them\n"
        ));
    }
    respond::plain(status, text).map(Body::new)
}

/// Assets and status pages.
async fn public(State(published): State<Published>, request: Request<Body>) -> Response<Body> {
    let (head, _) = request.into_parts();
    if let Some(page) = followed(&published, &head.method, &head.uri, &head.headers) {
        let events = live::respond(published.live(), page.status_page().id, &head.headers);
        return match events {
            Ok(events) => events.map(Body::new),
            Err(Overloaded) => overloaded("60").map(Body::new),
        };
    }
    answer(&published, &head).await.map(Body::new)
}

/// The changes of a page, where the request is for them and there is room for another reader.
pub(crate) fn events<B>(
    published: &Published,
    request: &Request<B>,
) -> Option<Response<live::Changes>> {
    let page = followed(published, request.method(), request.uri(), request.headers())?;
    live::respond(published.live(), page.status_page().id, request.headers()).ok()
}

/// The page whose changes a reader asks to be told of.
fn followed(
    published: &Published,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Option<Arc<PublishedStatusPage>> {
    if method != Method::GET {
        return None;
    }
    match uri.path() {
        "/events" => published.of_host(host(uri, headers)),
        path => published.of_slug(path.strip_prefix("/p/")?.strip_suffix("/events")?),
    }
}

async fn answer(published: &Published, request: &Parts) -> ReadyResponse {
    if !reads(&request.method) {
        return method_not_allowed();
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
    // One slash and no more: `//history` is another address, at which nothing stands. Sending its
    // reader on would be no help, as `//host` in a `Location` leads to another site.
    let below = uri.path().strip_prefix('/').unwrap_or(uri.path());
    status_page(published, page, below, uri, headers).await
}

fn method_not_allowed() -> ReadyResponse {
    let mut response = respond::plain(StatusCode::METHOD_NOT_ALLOWED, "use GET or HEAD\n");
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

fn asset(path: &str, headers: &HeaderMap) -> ReadyResponse {
    match assets::find(path).or_else(|| console::find_asset(path)) {
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
        return no_page(published, uri, headers);
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
    page: Option<Arc<PublishedStatusPage>>,
    below: &str,
    uri: &Uri,
    headers: &HeaderMap,
) -> ReadyResponse {
    let Some(page) = page else {
        return no_page(published, uri, headers);
    };
    let language = wanted_language(uri, headers).unwrap_or(page.language());
    let route = Route::parse(below, uri.query());
    match published.find(page, route, language).await {
        Ok(prepared) => respond::page(&prepared, headers),
        Err(Overloaded) => overloaded("5"),
    }
}

fn overloaded(seconds: &'static str) -> ReadyResponse {
    let text = "Too many readers at once. Please try again in a few seconds.\n";
    let mut response = respond::plain(StatusCode::SERVICE_UNAVAILABLE, text);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(seconds));
    response
}

/// There is no status page at an address: because there is none at all, because the one that is
/// meant cannot be shown, or because the address is wrong. Only then there is a way onward, by the
/// page that the reader's host shows.
fn no_page(published: &Published, uri: &Uri, headers: &HeaderMap) -> ReadyResponse {
    let wanted = wanted_language(uri, headers);
    let prepared = match (published.absence(), published.of_host(host(uri, headers))) {
        (None, Some(page)) => page.not_found(wanted.unwrap_or(page.language())),
        (absence, _) => {
            let absence = absence.unwrap_or(Absence::CannotBeShown);
            published.stand_in(absence, wanted.unwrap_or_default())
        }
    };
    respond::page(&prepared, headers)
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
