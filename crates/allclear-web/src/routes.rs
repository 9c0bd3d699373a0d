//! Routes: what answers at which address.
//!
//! The first view of a page is what thousands ask for at once, so it is answered before the router
//! is asked, from ready bytes and without waiting for anything.

use std::sync::Arc;

use allclear_domain::status_page::Language;
use allclear_statuspage::{Absence, Closed, Route, assets};
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
use crate::calendar;
use crate::console;
use crate::live;
use crate::prepared::Prepared;
use crate::published::{Overloaded, Published, PublishedStatusPage};
use crate::readers::{self, Asked};
use crate::respond;
use crate::signals;

/// A response whose body is there already.
pub(crate) type ReadyResponse = Response<Full<Bytes>>;

/// Everything that Allclear answers, but for first views.
pub(crate) fn router(published: Published, app: App) -> Router {
    Router::new()
        .route("/healthz", get(async || respond::plain(StatusCode::OK, "ok\n").map(Body::new)))
        .route("/readyz", get(readyz))
        .method_not_allowed_fallback(async || method_not_allowed().map(Body::new))
        .with_state(published)
        .merge(Router::new().fallback(public).with_state(app.clone()))
        .merge(signals::router(app.clone()))
        .merge(calendar::router(app.clone()))
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
    if page.is_protected() {
        return None;
    }
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
async fn public(State(app): State<App>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    if head.uri.path().starts_with("/assets/") {
        let is_read = reads(&head.method);
        let read = || asset(head.uri.path(), &head.headers);
        return (if is_read { read() } else { method_not_allowed() }).map(Body::new);
    }
    let at = Address::of(&app.published, &head.uri, &head.headers);
    match &at.page {
        Some(page) if page.is_protected() => {
            let mut response = protected(&app, page, &at, &head, body).await;
            respond::keep_private(response.headers_mut());
            response
        }
        _ if reads(&head.method) => shown(&app.published, &at, &head).await,
        _ => method_not_allowed().map(Body::new),
    }
}

/// What is below a protected page, for those whom it opens to; for others, the form.
async fn protected(
    app: &App,
    page: &PublishedStatusPage,
    at: &Address<'_>,
    head: &Parts,
    body: Body,
) -> Response<Body> {
    let language = wanted_language(&head.uri, &head.headers).unwrap_or(page.language());
    if head.method == Method::POST {
        let asked = Asked { base: at.base.clone(), below: at.below, language };
        return readers::sign_in(app, page, asked, head, body).await.map(Body::new);
    }
    if !reads(&head.method) {
        return method_not_allowed().map(Body::new);
    }
    let headers = &head.headers;
    if readers::may_read(app, page, headers) || readers::is_of_the_team(app, headers).await {
        return shown(&app.published, at, head).await;
    }
    readers::form(app, Closed::Asked, language, head).map(Body::new)
}

/// Where a request leads: a status page, and what is asked for below it.
struct Address<'a> {
    /// The page that answers; `None` where there is none.
    page: Option<Arc<PublishedStatusPage>>,
    /// Where it stands: `/`, or `/p/{slug}/`.
    base: String,
    /// The path below; `None` where no page stands there, and the host's page says so.
    below: Option<&'a str>,
    /// Whether the slash after the slug is missing.
    is_short: bool,
}

impl<'a> Address<'a> {
    fn of(published: &Published, uri: &'a Uri, headers: &HeaderMap) -> Self {
        let of_host = || published.of_host(host(uri, headers));
        if let Some(rest) = uri.path().strip_prefix("/p/") {
            let (slug, below) = rest.split_once('/').unwrap_or((rest, ""));
            return match published.of_slug(slug) {
                Some(page) => {
                    let base = format!("/p/{slug}/");
                    let is_short = !rest.contains('/');
                    Self { page: Some(page), base, below: Some(below), is_short }
                }
                None => {
                    Self { page: of_host(), base: "/".to_owned(), below: None, is_short: false }
                }
            };
        }
        // One slash and no more: `//history` is another address, at which nothing stands. Sending its
        // reader on would be no help, as `//host` in a `Location` leads to another site.
        let below = uri.path().strip_prefix('/').unwrap_or(uri.path());
        Self { page: of_host(), base: "/".to_owned(), below: Some(below), is_short: false }
    }
}

/// What stands at an address, for whoever may read it.
async fn shown(published: &Published, at: &Address<'_>, head: &Parts) -> Response<Body> {
    let (uri, headers) = (&head.uri, &head.headers);
    let (Some(page), Some(below)) = (&at.page, at.below) else {
        return no_page(published, at.page.as_deref(), uri, headers).map(Body::new);
    };
    if at.is_short {
        return below_a_slash(&at.base, uri).map(Body::new);
    }
    if below == "events" && head.method == Method::GET {
        return match live::respond(published.live(), page.status_page().id, headers) {
            Ok(events) => events.map(Body::new),
            Err(Overloaded) => overloaded("60").map(Body::new),
        };
    }
    status_page(published, page.clone(), below, uri, headers).await.map(Body::new)
}

/// The changes of a page, where the request is for them, whoever asks may read the page, and there is
/// room for another reader.
pub(crate) fn events<B>(app: &App, request: &Request<B>) -> Option<Response<live::Changes>> {
    if request.method() != Method::GET {
        return None;
    }
    let (published, uri, headers) = (&app.published, request.uri(), request.headers());
    let page = match uri.path() {
        "/events" => published.of_host(host(uri, headers)),
        path => published.of_slug(path.strip_prefix("/p/")?.strip_suffix("/events")?),
    }?;
    if !readers::may_read(app, &page, headers) {
        return None;
    }
    let mut response = live::respond(published.live(), page.status_page().id, headers).ok()?;
    if page.is_protected() {
        respond::keep_private(response.headers_mut());
    }
    Some(response)
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
fn below_a_slash(base: &str, uri: &Uri) -> ReadyResponse {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut response = respond::plain(StatusCode::PERMANENT_REDIRECT, "");
    if let Ok(to) = HeaderValue::from_str(&format!("{base}{query}")) {
        response.headers_mut().insert(LOCATION, to);
    }
    response
}

async fn status_page(
    published: &Published,
    page: Arc<PublishedStatusPage>,
    below: &str,
    uri: &Uri,
    headers: &HeaderMap,
) -> ReadyResponse {
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
/// page that the reader's host shows: the one that whoever asks was let in to.
fn no_page(
    published: &Published,
    page: Option<&PublishedStatusPage>,
    uri: &Uri,
    headers: &HeaderMap,
) -> ReadyResponse {
    let wanted = wanted_language(uri, headers);
    let prepared = match (published.absence(), page) {
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
