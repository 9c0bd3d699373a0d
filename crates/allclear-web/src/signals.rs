//! Where jobs say that they ran: the addresses that the clients of Healthchecks and of Uptime Kuma know, with
//! the answers that they know. The token in the address is all that is asked for.
//!
//! A signal is answered once it is written. Where that takes too long, its sender is told to come back.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, LazyLock};

use allclear_checks::heartbeat::{Hearing, hear};
use allclear_domain::check::{Signal, SignalKind, SignalToken};
use allclear_domain::ids::CheckId;
use allclear_domain::limits::SIGNAL_BODY_BYTES_MAX;
use allclear_people::{Pace, PeopleError};
use allclear_store::StoreError;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, Response, StatusCode};
use axum::routing::any;
use http_body_util::BodyExt;
use jiff::SignedDuration;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use uuid::Uuid;

use crate::access::address::{Peer, client_of, counted_by};
use crate::app::App;
use crate::body::BodyTimeout;
use crate::{limits, respond};

/// Longest time that a run may say it took, in milliseconds, as Uptime Kuma has it.
const TOOK_MS_MAX: f64 = 100_000_000_000.0;

/// Room for signals whose check is looked up.
static LOOKED_UP: Semaphore = Semaphore::const_new(limits::SIGNALS_LOOKED_UP_MAX);
/// Room for signals that wait to be written.
static WAITING: LazyLock<Arc<Semaphore>> =
    LazyLock::new(|| Arc::new(Semaphore::new(limits::SIGNALS_WAITING_MAX)));

/// What answers.
pub(crate) fn router(app: App) -> Router {
    Router::new()
        .route("/ping/{*rest}", any(ping))
        .route("/api/push/{token}", any(push))
        .with_state(app)
}

/// What a device that pushes is answered.
#[derive(Serialize)]
struct Pushed<'a> {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    msg: Option<&'a str>,
}

/// Why a signal was not taken.
enum Refused {
    /// No check has this token.
    Unknown,
    /// There are too many of them.
    TooMany(SignedDuration),
    /// It cannot be written at the moment.
    NotNow,
}

/// `/ping/<token>`, and below it `/start`, `/fail`, `/log` or an exit status.
async fn ping(
    State(app): State<App>,
    Path(rest): Path<String>,
    request: Request,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    if head.method == Method::OPTIONS {
        return open_to_all(plain(StatusCode::NO_CONTENT, ""));
    }
    let run_id = match of_query(head.uri.query()) {
        Ok(run_id) => run_id,
        Err(told) => return open_to_all(plain(StatusCode::BAD_REQUEST, told)),
    };
    let read = match readings(&rest) {
        Ok(read) => read,
        Err(told) => return open_to_all(plain(StatusCode::BAD_REQUEST, told)),
    };
    let client = client(&app, &head.extensions, &head.headers);
    let answer = async {
        let (token, kind, exit_status) = known(&app, &client, read).await?;
        // Nobody but a job that is known is read from, and what it says is dated when it is whole.
        let body = beginning(&head.extensions, body).await;
        let signal = Signal { run_id, exit_status, ..Signal::new(kind, app.clock.now()) };
        take(&app, token, signal.with_body(&body)).await
    };
    let answer = answer.await;
    let response = match answer {
        Ok(Hearing::Heard | Hearing::Paused) => plain(StatusCode::OK, "OK"),
        Ok(Hearing::Unknown) | Err(Refused::Unknown) => plain(StatusCode::NOT_FOUND, "not found"),
        Err(Refused::TooMany(wait)) => {
            after(plain(StatusCode::TOO_MANY_REQUESTS, "rate limited"), wait.as_secs())
        }
        Err(Refused::NotNow) => after(plain(StatusCode::SERVICE_UNAVAILABLE, "not now"), 5),
    };
    open_to_all(response)
}

/// `/api/push/<token>?status=up|down&msg=&ping=`.
async fn push(
    State(app): State<App>,
    Path(token): Path<String>,
    request: Request,
) -> Response<Body> {
    let (head, _) = request.into_parts();
    if head.method == Method::OPTIONS {
        return plain(StatusCode::NO_CONTENT, "");
    }
    let no = |status, msg: &str| of_json(status, &Pushed { ok: false, msg: Some(msg) });
    let Pushing { kind, took_ms, message } = match pushed(head.uri.query().unwrap_or_default()) {
        Ok(pushing) => pushing,
        Err(told) => return no(StatusCode::BAD_REQUEST, &told),
    };
    let client = client(&app, &head.extensions, &head.headers);
    let read = token.parse().map(|token| (token, kind, None)).into_iter().collect();
    let answer = async {
        let (token, kind, _) = known(&app, &client, read).await?;
        let signal = Signal { took_ms, ..Signal::new(kind, app.clock.now()) };
        take(&app, token, signal.with_body(message.as_bytes())).await
    };
    let answer = answer.await;
    match answer {
        Ok(Hearing::Heard) => of_json(StatusCode::OK, &Pushed { ok: true, msg: None }),
        Ok(Hearing::Paused | Hearing::Unknown) | Err(Refused::Unknown) => {
            no(StatusCode::NOT_FOUND, "Monitor not found or not active.")
        }
        Err(Refused::TooMany(wait)) => after(
            no(StatusCode::TOO_MANY_REQUESTS, "Too frequently, try again later."),
            wait.as_secs(),
        ),
        Err(Refused::NotNow) => {
            after(no(StatusCode::SERVICE_UNAVAILABLE, "Not now, try again."), 5)
        }
    }
}

/// The first reading whose token a check has, where that check may say something now. Many jobs may have one
/// address, and each of them has a pace of its own; an address is slowed down for what is no check's.
async fn known(app: &App, client: &str, readings: Vec<Reading>) -> Result<Reading, Refused> {
    for reading in readings {
        if let Some(check) = timeout(limits::SIGNAL_WITHIN, look_up(app, &reading.0))
            .await
            .map_err(|_| Refused::NotNow)?
            .map_err(|error| not_now(&error))?
        {
            count(app, &check.to_string(), Pace::SIGNALS)?;
            return Ok(reading);
        }
    }
    count(app, client, Pace::UNKNOWN_SIGNALS)?;
    Err(Refused::Unknown)
}

async fn look_up(app: &App, token: &SignalToken) -> Result<Option<CheckId>, StoreError> {
    // It is never closed.
    let _room = LOOKED_UP.acquire().await;
    Ok(app.store.find_check_by_token(token).await?.map(|check| check.id))
}

fn count(app: &App, name: &str, pace: Pace) -> Result<(), Refused> {
    app.signals.count_paced(&[(name, pace)], app.clock.now()).map_err(|error| match error {
        PeopleError::TooManyAttempts { retry_after } => Refused::TooMany(retry_after),
        _ => Refused::NotNow,
    })
}

/// Writes a signal, within its time.
async fn take(app: &App, token: SignalToken, signal: Signal) -> Result<Hearing, Refused> {
    let Ok(room) = WAITING.clone().try_acquire_owned() else { return Err(Refused::NotNow) };
    let app = app.clone();
    // To its end, also where whoever sent it goes away: many devices wait for no more than a second.
    let written = tokio::spawn(async move {
        let _room = room;
        let heard = hear(&app.store, &token, signal).await.map_err(|error| not_now(&error))?;
        app.watch.notify_one();
        Ok(heard)
    });
    match timeout(limits::SIGNAL_WITHIN, written).await {
        Ok(Ok(done)) => done,
        Ok(Err(error)) => {
            tracing::error!(%error, "a signal broke off");
            Err(Refused::NotNow)
        }
        Err(_) => Err(Refused::NotNow),
    }
}

fn not_now(error: &StoreError) -> Refused {
    tracing::warn!(%error, "a signal cannot be written");
    Refused::NotNow
}

/// What the rest of a path may say, the likeliest first: which token, and what.
type Reading = (SignalToken, SignalKind, Option<u8>);

/// Reads what stands behind `/ping/`.
fn readings(rest: &str) -> Result<Vec<Reading>, &'static str> {
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let mut read = Vec::new();
    if let Some((token, word)) = rest.rsplit_once('/')
        && let Ok(token) = token.parse::<SignalToken>()
    {
        match said(word) {
            Some(Ok((kind, status))) => read.push((token, kind, status)),
            Some(Err(told)) => return Err(told),
            None => {}
        }
    }
    if let Ok(token) = rest.parse() {
        read.push((token, SignalKind::Success, None));
    }
    Ok(read)
}

/// What the last word of a path says; `None` where it is none of these.
fn said(word: &str) -> Option<Result<(SignalKind, Option<u8>), &'static str>> {
    Some(match word {
        "start" => Ok((SignalKind::Start, None)),
        "fail" => Ok((SignalKind::Fail, None)),
        "log" => Ok((SignalKind::Log, None)),
        number if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => number
            .parse()
            .map(|status| (SignalKind::of_exit(status), Some(status)))
            .map_err(|_| "invalid url format"),
        _ => return None,
    })
}

/// The run that a query names.
fn of_query(query: Option<&str>) -> Result<Option<Uuid>, &'static str> {
    let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    match pairs.find(|(name, _)| name == "rid") {
        None => Ok(None),
        Some((_, id)) if id.len() == 36 => {
            Uuid::try_parse(&id).map(Some).map_err(|_| "invalid uuid format")
        }
        Some(_) => Err("invalid uuid format"),
    }
}

/// What a device pushes in its query.
#[derive(Debug, PartialEq, Eq)]
struct Pushing {
    kind: SignalKind,
    took_ms: Option<u64>,
    message: String,
}

fn pushed(query: &str) -> Result<Pushing, String> {
    let find = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value).unwrap_or_default()
    };
    let took_ms = match number_before(&find("ping")) {
        None => None,
        Some(ms) if (0.0..=TOOK_MS_MAX).contains(&ms) => Some(whole(ms)),
        Some(_) => {
            return Err(format!("Invalid ping value. Must be between 0 and {TOOK_MS_MAX} ms."));
        }
    };
    let kind = match find("status").as_ref() {
        "" | "up" => SignalKind::Success,
        _ => SignalKind::Fail,
    };
    Ok(Pushing { kind, took_ms, message: find("msg").into_owned() })
}

/// The number that a text begins with: scripts send `12.5ms`, and words where they measured nothing.
fn number_before(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    // An `e` or a sign may belong to what follows.
    (1..=end).rev().find_map(|end| text.get(..end)?.parse().ok())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it lies between 0 and the milliseconds of a day"
)]
const fn whole(ms: f64) -> u64 {
    ms.round() as u64
}

/// The beginning of a body. The rest is read and let go, up to a length: whoever sends a whole log is to
/// hear that it was heard. What came counts, also where the body breaks off.
async fn beginning(extensions: &Extensions, mut body: Body) -> Vec<u8> {
    let allowed = extensions.get::<BodyTimeout>().map_or(limits::BODY_TIMEOUT, |it| it.0);
    let (mut kept, mut seen) = (Vec::new(), 0_usize);
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            let Ok(data) = frame.into_data() else { continue };
            // One byte more than is kept says that there was more.
            let room = (SIGNAL_BODY_BYTES_MAX + 1).saturating_sub(kept.len());
            kept.extend(data.iter().take(room));
            seen = seen.saturating_add(data.len());
            if seen > SIGNAL_BODY_BYTES_MAX + limits::SIGNAL_REST_BYTES_MAX {
                break;
            }
        }
    };
    // Whatever came by then is what there is.
    let _ = timeout(allowed, reading).await;
    kept
}

/// The client's address, as signals are counted by it.
fn client(app: &App, extensions: &Extensions, headers: &HeaderMap) -> String {
    let peer = extensions.get::<Peer>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    counted_by(client_of(peer, headers, &app.entrance.trusted_proxies))
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    respond::plain(status, text).map(Body::new)
}

fn of_json(status: StatusCode, value: &Pushed<'_>) -> Response<Body> {
    // Words and a truth value always have a JSON form.
    let text = serde_json::to_string(value).unwrap_or_default();
    let mut response = respond::plain(status, text).map(Body::new);
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// Come back after so many seconds.
fn after(mut response: Response<Body>, seconds: i64) -> Response<Body> {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    response
}

/// What clients of this kind look at: how much of a body is kept, and that scripts of any page may ask.
fn open_to_all(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("ping-body-limit", HeaderValue::from(SIGNAL_BODY_BYTES_MAX));
    response
}

#[cfg(test)]
mod tests;
