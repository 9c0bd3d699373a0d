//! What ends, as a calendar reads it: RFC 5545, at an address with a secret in it. The secret is all that is asked
//! for, and opens nothing else.

use std::net::{IpAddr, Ipv4Addr};

use allclear_domain::expiry::{Ending, Expiry};
use allclear_domain::{Entropy, limits};
use allclear_people::{Pace, PeopleError, Secret, secret};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::routing::get;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::access::address::{Peer, client_of, counted_by};
use crate::app::App;
use crate::respond;

/// Bytes of a line, at most; a longer one is folded (section 3.1).
const LINE_BYTES_MAX: usize = 75;
/// What the end of the address is.
const EXTENSION: &str = ".ics";

/// What answers.
pub(crate) fn router(app: App) -> Router {
    Router::new().route("/calendar/{name}", get(show)).with_state(app)
}

/// A new secret.
pub(crate) fn mint(entropy: &Entropy) -> Secret {
    Secret::mint("cal_", entropy)
}

/// The address of a secret.
pub(crate) fn url(base: &str, secret: &Secret) -> String {
    format!("{base}/calendar/{}{EXTENSION}", secret.reveal())
}

async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    request: Request,
) -> Response<Body> {
    let now = app.clock.now();
    let (head, _) = request.into_parts();
    let peer = head.extensions.get::<Peer>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let client = counted_by(client_of(peer, &head.headers, &app.entrance.trusted_proxies));
    let name_of_client = format!("calendars of {client}");
    let names = [(name_of_client.as_str(), Pace::CALENDARS)];
    if let Err(error) = app.signals.count_paced(&names, now) {
        let seconds = match error {
            PeopleError::TooManyAttempts { retry_after } => retry_after.as_secs().max(1),
            _ => 60,
        };
        let mut response = plain(StatusCode::TOO_MANY_REQUESTS, "too many requests\n");
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        return response;
    }
    let presented = name.strip_suffix(EXTENSION).unwrap_or(&name);
    match read(&app, presented, now).await {
        Ok(Some(text)) => {
            let mut response = respond::plain(StatusCode::OK, text).map(Body::new);
            let headers = response.headers_mut();
            let calendar = HeaderValue::from_static("text/calendar; charset=utf-8");
            headers.insert(CONTENT_TYPE, calendar);
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
            response
        }
        Ok(None) => plain(StatusCode::NOT_FOUND, "there is no such calendar\n"),
        Err(error) => {
            tracing::warn!(%error, "a calendar cannot be read");
            plain(StatusCode::SERVICE_UNAVAILABLE, "not now, try again\n")
        }
    }
}

/// The calendar of a secret; `None` where it opens nothing.
async fn read(
    app: &App,
    presented: &str,
    now: Timestamp,
) -> Result<Option<String>, allclear_store::StoreError> {
    let found = app.store.find_expiry_feed(&secret::digest(presented)).await?;
    if found.is_none() {
        return Ok(None);
    }
    let all = app.store.list_readable_expiries().await?.expiries;
    let all: Vec<Expiry> = all.into_iter().map(|row| row.expiry).collect();
    Ok(Some(calendar(&all, now)))
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    respond::plain(status, text).map(Body::new)
}

/// Everything whose end is known, each as a day of its own.
fn calendar(all: &[Expiry], now: Timestamp) -> String {
    let mut lines = Lines(String::new());
    lines.write("BEGIN", "VCALENDAR");
    lines.write("VERSION", "2.0");
    lines.write("PRODID", "-//Allclear//Expiry ledger//EN");
    lines.write("X-WR-CALNAME", "What ends");
    for one in all.iter().take(limits::EXPIRIES_MAX + limits::CHECKS_MAX) {
        if let Some(day) = one.what.last_day() {
            event(&mut lines, one, day, now);
        }
    }
    lines.write("END", "VCALENDAR");
    lines.0
}

fn event(lines: &mut Lines, one: &Expiry, day: Date, now: Timestamp) {
    lines.write("BEGIN", "VEVENT");
    // The id is random enough to be the only one anywhere, and stays when the day moves.
    lines.write("UID", &one.id.to_string());
    lines.write("DTSTAMP", &now.strftime("%Y%m%dT%H%M%SZ").to_string());
    lines.write("DTSTART;VALUE=DATE", &day.strftime("%Y%m%d").to_string());
    lines.write("SUMMARY", &escaped(&format!("{} {}", one.name, verb(&one.what))));
    let mut about = Vec::new();
    match &one.what {
        Ending::Certificate(seen) => {
            about.push(format!("Certificate for {}, by {}", seen.leaf.name, seen.leaf.issuer));
        }
        Ending::Domain(domain) => {
            about.extend(domain.registrar.as_ref().map(|name| format!("Registered by {name}")));
        }
        Ending::Dated { .. } => {}
    }
    about.extend(one.owner.as_ref().map(|owner| format!("Owner: {owner}")));
    about.extend(one.note.clone());
    if !about.is_empty() {
        lines.write("DESCRIPTION", &escaped(&about.join("\n")));
    }
    if let Some(link) = &one.link {
        lines.write("URL", link);
    }
    lines.write("TRANSP", "TRANSPARENT");
    for days in &one.warn_days {
        lines.write("BEGIN", "VALARM");
        lines.write("ACTION", "DISPLAY");
        lines.write("DESCRIPTION", &escaped(&one.name));
        lines.write("TRIGGER", &format!("-P{days}D"));
        lines.write("END", "VALARM");
    }
    lines.write("END", "VEVENT");
}

const fn verb(what: &Ending) -> &'static str {
    match what {
        Ending::Certificate(_) => "(certificate) ends",
        Ending::Domain(_) => "(domain) ends",
        Ending::Dated { .. } => "is due",
    }
}

/// Lines of a calendar.
struct Lines(String);

impl Lines {
    /// One property. A line that is too long goes on in the next one, after a space.
    fn write(&mut self, name: &str, value: &str) {
        let (line, mut length) = (format!("{name}:{value}"), 0);
        for letter in line.chars() {
            if length + letter.len_utf8() > LINE_BYTES_MAX {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(letter);
            length += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// A text as a value (section 3.3.11).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            other if other.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
