//! Routes: what answers at which address.

use allclear_domain::status_page::Language;
use allclear_statuspage::{Route, assets, render_not_found};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ACCEPT_LANGUAGE, ALLOW, HOST, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use axum::routing::get;

use crate::published::{Prepared, Published};
use crate::respond;

/// Everything that Allclear answers.
pub fn router(published: Published) -> Router {
    Router::new()
        .route(
            "/healthz",
            get(async || respond::plain(StatusCode::OK, "ok\n")),
        )
        .route("/readyz", get(readyz))
        .fallback(public)
        .with_state(published)
}

/// Ready once something is published: before that, readers would be told nothing.
async fn readyz(State(published): State<Published>) -> Response<Body> {
    if published.revision() > 0 {
        respond::plain(StatusCode::OK, "ready\n")
    } else {
        respond::plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "nothing is published yet\n",
        )
    }
}

/// Assets and status pages.
async fn public(State(published): State<Published>, request: Request<Body>) -> Response<Body> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut response = respond::plain(StatusCode::METHOD_NOT_ALLOWED, "use GET or HEAD\n");
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let (uri, headers) = (request.uri(), request.headers());
    if uri.path().starts_with("/assets/") {
        return asset(uri.path(), headers);
    }
    if let Some(rest) = uri.path().strip_prefix("/p/") {
        return match rest.split_once('/') {
            Some((slug, below)) => {
                let page = published.of_slug(slug);
                status_page(&published, page, below, uri, headers).await
            }
            None => below_a_slash(&published, rest, uri, headers),
        };
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let page = published.of_host(host.or(uri.host()).unwrap_or_default());
    let below = uri.path().trim_start_matches('/');
    status_page(&published, page, below, uri, headers).await
}

fn asset(path: &str, headers: &HeaderMap) -> Response<Body> {
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
) -> Response<Body> {
    if published.of_slug(slug).is_none() {
        return no_page(wanted_language(uri, headers), headers);
    }
    let query = uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let mut response = respond::plain(StatusCode::PERMANENT_REDIRECT, "");
    if let Ok(to) = HeaderValue::from_str(&format!("/p/{slug}/{query}")) {
        response.headers_mut().insert(LOCATION, to);
    }
    response
}

async fn status_page(
    published: &Published,
    page: Option<std::sync::Arc<crate::published::PublishedPage>>,
    below: &str,
    uri: &Uri,
    headers: &HeaderMap,
) -> Response<Body> {
    let wanted = wanted_language(uri, headers);
    let Some(page) = page else {
        return no_page(wanted, headers);
    };
    let language = wanted.unwrap_or(page.language());
    if below.is_empty()
        && let Some(ready) = page.first_view(language)
    {
        return respond::page(ready, headers);
    }
    let route = Route::parse(below, uri.query());
    match published.find(page, route, language).await {
        Ok(prepared) => respond::page(&prepared, headers),
        Err(_) => {
            let text = "Too many readers at once. Please try again in a few seconds.\n";
            let mut response = respond::plain(StatusCode::SERVICE_UNAVAILABLE, text);
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("5"));
            response
        }
    }
}

fn no_page(wanted: Option<Language>, headers: &HeaderMap) -> Response<Body> {
    let language = wanted.unwrap_or_default();
    respond::page(
        &Prepared::of(render_not_found(None, language), Some(language)),
        headers,
    )
}

/// The language that a reader asks for: by link, else by `Accept-Language`, in the reader's order.
fn wanted_language(uri: &Uri, headers: &HeaderMap) -> Option<Language> {
    let by_link = uri.query().and_then(|query| {
        query
            .split('&')
            .find_map(|pair| Language::from_tag(pair.strip_prefix("lang=")?))
    });
    by_link.or_else(|| {
        let accepted = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
        accepted
            .split(',')
            .find_map(|tag| Language::from_tag(tag.split(';').next().unwrap_or_default().trim()))
    })
}
