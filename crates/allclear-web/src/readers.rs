//! Readers of a protected status page: who is let in, and the form for everybody else.
//!
//! Whoever asks for anything below such a page gets the form, and whoever sends it to the same address
//! is sent on to that address. Nothing behind the page is looked at before that.

use std::net::{IpAddr, Ipv4Addr};

use allclear_domain::Scope;
use allclear_domain::status_page::Language;
use allclear_people::{PeopleError, readers, sessions};
use allclear_statuspage::{Closed, Route};
use axum::body::{Body, to_bytes};
use axum::http::header::{LOCATION, RETRY_AFTER, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use jiff::SignedDuration;

use crate::access;
use crate::access::address::{self, Peer};
use crate::access::cookies::{Cookie, ReaderCookie};
use crate::app::App;
use crate::limits;
use crate::published::PublishedStatusPage;
use crate::respond;
use crate::routes::ReadyResponse;

/// Whether a request brings what opens a page: where it is open to everybody, nothing.
pub(crate) fn may_read(app: &App, page: &PublishedStatusPage, headers: &HeaderMap) -> bool {
    if !page.is_protected() {
        return true;
    }
    let (now, is_secure) = (app.clock.now(), app.entrance.is_secure());
    let cookie = ReaderCookie(page.status_page().id);
    cookie.has(headers, is_secure, |presented| page.opens_to(presented, now))
}

/// Whether a request is of somebody who is signed in to the console: they read the same there.
pub(crate) async fn is_of_the_team(app: &App, headers: &HeaderMap) -> bool {
    let Some(presented) = Cookie::Session.find(headers, app.entrance.is_secure()) else {
        return false;
    };
    let found = sessions::authenticate(&app.store, presented, app.clock.now()).await;
    matches!(found, Ok(Some((person, _))) if person.access().may(Scope::Read))
}

/// The form, or why it was in vain.
pub(crate) fn form(app: &App, closed: Closed, language: Language, head: &Parts) -> ReadyResponse {
    let mut response = respond::page(&app.published.form(closed, language), &head.headers);
    respond::keep_private(response.headers_mut());
    response
}

/// Tries the password that was sent to an address below `base`.
pub(crate) async fn sign_in(
    app: &App,
    page: &PublishedStatusPage,
    at: Asked<'_>,
    head: &Parts,
    body: Body,
) -> ReadyResponse {
    if access::comes_from_elsewhere(&head.headers) {
        return form(app, Closed::Asked, at.language, head);
    }
    let id = page.status_page().id;
    let password = read_password(body).await;
    let address = client(app, head);
    let (store, now) = (&app.store, app.clock.now());
    let tried =
        readers::sign_in(store, &app.passwords, &app.attempts, id, &password, &address, now);
    match tried.await {
        Ok(pass) => {
            let is_secure = app.entrance.is_secure();
            let cookie = ReaderCookie(id);
            let set = cookie.set(pass.reveal(), &at.base, readers::LASTS, is_secure);
            let mut response = respond::plain(StatusCode::SEE_OTHER, "");
            let headers = response.headers_mut();
            headers.insert(SET_COOKIE, set);
            if let Ok(to) = HeaderValue::try_from(at.address(head)) {
                headers.insert(LOCATION, to);
            }
            respond::keep_private(headers);
            response
        }
        Err(PeopleError::WrongPassword) => form(app, Closed::WrongPassword, at.language, head),
        Err(PeopleError::TooManyAttempts { retry_after }) => {
            let mut response = form(app, Closed::TooManyAttempts, at.language, head);
            response.headers_mut().insert(RETRY_AFTER, seconds(retry_after));
            response
        }
        Err(error) => {
            tracing::error!(%error, "a reader's password cannot be checked");
            form(app, Closed::NotNow, at.language, head)
        }
    }
}

/// What was asked for, as far as it is known before anything is looked at.
pub(crate) struct Asked<'a> {
    /// Where the page stands: `/`, or `/p/{slug}/`.
    pub(crate) base: String,
    /// The rest of the path; `None` where nothing can stand there.
    pub(crate) below: Option<&'a str>,
    /// The reader's language.
    pub(crate) language: Language,
}

impl Asked<'_> {
    /// Where a reader goes on. It is put together anew, as a path that was only sent back could lead
    /// to another site.
    fn address(&self, head: &Parts) -> String {
        let query = head.uri.query();
        let route = self.below.and_then(|below| Route::parse(below, query));
        let path = route.map(|route| route.path()).unwrap_or_default();
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{path}{query}", self.base)
    }
}

/// The password of the form; empty where there is none, which is never right.
async fn read_password(body: Body) -> String {
    let reading = to_bytes(body, limits::READER_FORM_BYTES_MAX);
    let read = tokio::time::timeout(limits::READER_FORM_WITHIN, reading).await;
    let bytes = read.ok().and_then(Result::ok).unwrap_or_default();
    let mut fields = form_urlencoded::parse(&bytes);
    let password = fields.find(|(name, _)| name == "password");
    password.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// The client's address, as attempts are counted by it.
fn client(app: &App, head: &Parts) -> String {
    let peer = head.extensions.get::<Peer>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let client = address::client_of(peer, &head.headers, &app.entrance.trusted_proxies);
    address::counted_by(client)
}

fn seconds(wait: SignedDuration) -> HeaderValue {
    HeaderValue::from(u64::try_from(wait.as_secs()).unwrap_or_default().max(1))
}
