//! gRPC over HTTP/2: whether a server says of itself, or of one of its services, that it serves
//! (`grpc.health.v1.Health/Check`).

mod health;

use std::time::Duration;

use allclear_domain::check::{Reason, ReasonCode, Security, ServiceCheck};
use allclear_net::Host;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, TE, USER_AGENT};
use hyper::http::response;
use hyper::{HeaderMap, Method, Request, StatusCode, Uri, Version};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};

use self::health::Status;
use super::{Protocol, quoted, reason, refusal};
use crate::kinds::driver::Driver;
use crate::kinds::http::{broken, field};
use crate::kinds::record::{Record, spend};
use crate::limits;

/// What gRPC is within TLS.
pub(super) const ALPN: &[u8] = b"h2";
/// What is called.
const METHOD: &str = "/grpc.health.v1.Health/Check";
const MEDIA: &str = "application/grpc";
/// How the call ended, in a header field.
const STATUS: &str = "grpc-status";
/// Why, for people.
const MESSAGE: &str = "grpc-message";
/// Bytes that a server may send before somebody has read them (RFC 9113, section 6.9.2).
const WINDOW_BYTES: u32 = 65_535;

/// How a call ended well.
const OK: u32 = 0;
/// Nobody knows the service that was asked after.
const NOT_FOUND: u32 = 5;
/// Nobody answers such calls.
const UNIMPLEMENTED: u32 = 12;

/// The words for how a call ended, by number.
const CODES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// What came back.
struct Answer {
    head: response::Parts,
    body: Vec<u8>,
    /// What followed the body.
    trailers: HeaderMap,
}

/// Asks a server how it is; gives what it said.
pub(super) async fn ask<S>(
    stream: S,
    host: &Host<String>,
    check: &ServiceCheck,
    record: &mut Record,
    deadline: Instant,
) -> Result<String, Reason>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = check.grpc_service.as_deref().unwrap_or_default();
    let request = request(host, check, service, deadline)?;
    record.sent(&format!("POST {METHOD} HTTP/2"));
    for (name, value) in request.headers() {
        record.sent(&field(name.as_str(), value));
    }
    record.sent(&match service {
        "" => "how is the server?".to_owned(),
        service => format!("how is the service {service}?"),
    });
    let answer = call(stream, request, record, deadline).await?;
    let status = judge(&answer, service)?;
    record.received(&status.word());
    match status {
        Status::Serving => Ok(status.word()),
        other => {
            let what = what(service);
            let told = format!("{what} is {}, not SERVING", other.word());
            Err(reason(ReasonCode::Status, told))
        }
    }
}

/// What is asked after, to people.
fn what(service: &str) -> String {
    match service {
        "" => "the server says that it".to_owned(),
        service => format!("the server says that its service {}", quoted(service)),
    }
}

fn request(
    host: &Host<String>,
    check: &ServiceCheck,
    service: &str,
    deadline: Instant,
) -> Result<Request<Full<Bytes>>, Reason> {
    // Nothing has been asked of the server yet, so nothing is known of it.
    let unsendable = |problem: &dyn std::fmt::Display| {
        reason(ReasonCode::Ours, format!("the request cannot be sent: {problem}"))
    };
    let scheme = if check.security == Security::None { "http" } else { "https" };
    // As it was read: in letters that addresses have, and an address of IPv6 in brackets.
    let uri = format!("{scheme}://{host}:{}{METHOD}", check.port);
    let uri: Uri = uri.parse().map_err(|error| unsendable(&error))?;
    // A server that is slow need not go on once nobody waits any more.
    let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
    let timeout = HeaderValue::from_str(&format!("{}m", left.as_millis()));
    let mut request = Request::new(Full::new(Bytes::from(health::question(service))));
    (*request.method_mut(), *request.uri_mut()) = (Method::POST, uri);
    *request.version_mut() = Version::HTTP_2;
    let headers = request.headers_mut();
    headers.insert(TE, HeaderValue::from_static("trailers"));
    headers.insert(
        HeaderName::from_static("grpc-timeout"),
        timeout.map_err(|error| unsendable(&error))?,
    );
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA));
    headers.insert(USER_AGENT, HeaderValue::from_static("Allclear"));
    Ok(request)
}

/// Sends the request and reads the answer.
async fn call<S>(
    stream: S,
    request: Request<Full<Bytes>>,
    record: &mut Record,
    deadline: Instant,
) -> Result<Answer, Reason>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let asked_at = Instant::now();
    // Whatever keeps the connection going ends with this function.
    let driver = Driver::default();
    let answered = driver.send_http2(stream, request, Some(WINDOW_BYTES));
    let answered = timeout_at(deadline, answered).await;
    spend(&mut record.phases.first_byte_us, asked_at.elapsed());
    let response = match answered {
        Err(_) => {
            let told = "the connection stands, and there was no answer in time";
            return Err(reason(ReasonCode::TimedOut, told));
        }
        Ok(Err(error)) => return Err(broken(&error, "before an answer: it may not be gRPC")),
        Ok(Ok(response)) => response,
    };
    let (head, body) = response.into_parts();
    record.received(&format!("{:?} {}", head.version, head.status));
    tell(record, &head.headers);
    let mut answer = Answer { head, body: Vec::new(), trailers: HeaderMap::new() };
    let answered_at = Instant::now();
    let read = read(body, &mut answer, deadline).await;
    spend(&mut record.phases.transfer_us, answered_at.elapsed());
    tell(record, &answer.trailers);
    read.map(|()| answer)
}

fn tell(record: &mut Record, headers: &HeaderMap) {
    for (name, value) in headers {
        record.received(&field(name.as_str(), value));
    }
}

/// Reads the body, and what follows it.
async fn read(mut body: Incoming, answer: &mut Answer, deadline: Instant) -> Result<(), Reason> {
    loop {
        let frame = match timeout_at(deadline, body.frame()).await {
            Err(_) => {
                let told = "the answer began, and was not whole in time";
                return Err(reason(ReasonCode::TimedOut, told));
            }
            Ok(None) => return Ok(()),
            Ok(Some(Err(error))) => return Err(broken(&error, "in the middle of the answer")),
            Ok(Some(Ok(frame))) => frame,
        };
        match frame.into_data() {
            Ok(data) if answer.body.len() + data.len() > limits::GRPC_BYTES_MAX => {
                let told = format!("the answer is longer than {} bytes", limits::GRPC_BYTES_MAX);
                return Err(reason(ReasonCode::TooLong, told));
            }
            Ok(data) => answer.body.extend_from_slice(&data),
            Err(frame) => answer.trailers = frame.into_trailers().unwrap_or_default(),
        }
    }
}

/// What a server says of a service.
fn judge(answer: &Answer, service: &str) -> Result<Status, Reason> {
    let broken = |told: &str| reason(ReasonCode::Broken, told);
    let (status, headers) = (answer.head.status, &answer.head.headers);
    let media = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let is_grpc = media.starts_with(MEDIA.as_bytes());
    // Where there is nothing else to say, the head itself says how it ended.
    let ending = match answer.trailers.contains_key(STATUS) {
        true => &answer.trailers,
        false => headers,
    };
    let code = ending.get(STATUS).map(|value| value.to_str().ok()?.parse::<u32>().ok());
    match code {
        _ if !is_grpc && status != StatusCode::OK => {
            let told = format!("what answers is not gRPC: it is HTTP with the status {status}");
            Err(reason(ReasonCode::Status, told))
        }
        _ if !is_grpc => {
            let told = format!(
                "what answers is not gRPC: its content-type is {}",
                quoted(&String::from_utf8_lossy(media))
            );
            Err(reason(ReasonCode::Broken, told))
        }
        None => Err(broken("the answer does not say how it ended: it has no grpc-status")),
        Some(None) => Err(broken("the answer says in no way that is known how it ended")),
        Some(Some(OK)) if status != StatusCode::OK => {
            let told = format!("the status of HTTP is {status}, not 200 OK");
            Err(reason(ReasonCode::Status, told))
        }
        Some(Some(OK)) => health::answer(&answer.body).map_err(|garbled| {
            reason(
                ReasonCode::Broken,
                format!("what the server answers is cut or garbled: {}", garbled.0),
            )
        }),
        Some(Some(code)) => Err(ended(code, ending, service)),
    }
}

/// What a call means that ended otherwise than well.
fn ended(code: u32, ending: &HeaderMap, service: &str) -> Reason {
    let known = usize::try_from(code).ok().and_then(|code| CODES.get(code));
    let word = known.map_or_else(|| code.to_string(), ToString::to_string);
    match code {
        NOT_FOUND if !service.is_empty() => {
            let told = format!("the server knows no service {} ({word})", quoted(service));
            reason(ReasonCode::Status, told)
        }
        UNIMPLEMENTED => {
            let told = format!(
                "the server speaks gRPC and has no health service ({word}): have it serve grpc.health.v1"
            );
            reason(ReasonCode::Status, told)
        }
        _ => {
            let message = ending.get(MESSAGE).map(|value| message(value.as_bytes()));
            let message = message.filter(|message| !message.is_empty());
            let words = message.map(|message| format!("{word}: {message}")).unwrap_or(word);
            refusal(Protocol::Grpc, &words)
        }
    }
}

/// A message for people, in which some bytes are written as `%20`.
fn message(written: &[u8]) -> String {
    let (mut bytes, mut rest) = (Vec::new(), written);
    while let Some((first, after)) = rest.split_first() {
        let digits = after.first_chunk::<2>().filter(|two| two.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.filter(|_| *first == b'%').and_then(|two| str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = byte.and_then(|_| after.get(2..)).unwrap_or(after);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests;
