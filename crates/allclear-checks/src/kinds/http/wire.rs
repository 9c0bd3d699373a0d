//! One request on one fresh connection, and its answer, each part within the deadline.

use std::error::Error;
use std::io;

use allclear_domain::check::{HttpVersion, Reason, ReasonCode};
use allclear_net::{Host, TlsError};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST, HeaderValue, LOCATION};
use hyper::http::response::Parts;
use hyper::{HeaderMap, Request, Response, StatusCode, Uri, Version};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::HttpProbe;
use super::capture::Takes;
use super::request::{Ask, path};
use crate::kinds::driver::Driver;
use crate::kinds::record::{NOT_KEPT, Record, is_secret, spend};
use crate::kinds::{Way, note_session, note_way, reason, undialed, untrusted};
use crate::limits;

/// What came back.
#[derive(Debug)]
pub(in crate::kinds) struct Answer {
    pub(in crate::kinds) status: StatusCode,
    pub(in crate::kinds) headers: HeaderMap,
    pub(in crate::kinds) body: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaks {
    Http1,
    Http2,
}

/// Asks once.
pub(super) async fn ask(
    way: &Way,
    probe: &HttpProbe,
    ask: &Ask,
    record: &mut Record,
    deadline: Instant,
) -> Result<Answer, Reason> {
    let (host, port) = host_and_port(&ask.url)?;
    let dialed = way.net.dial(&host, port, &probe.options, deadline).await;
    note_way(record, &dialed.trail);
    let stream = dialed.stream.map_err(|error| undialed(&error))?;
    let version = probe.version;
    if ask.url.scheme() != "https" {
        let speaks = match version {
            HttpVersion::Offered | HttpVersion::Http1 => Speaks::Http1,
            HttpVersion::Http2 => Speaks::Http2,
        };
        return talk(stream, speaks, (probe, ask), record, deadline).await;
    }
    let offered: &[&[u8]] = match version {
        HttpVersion::Offered => &[b"h2", b"http/1.1"],
        HttpVersion::Http1 => &[b"http/1.1"],
        HttpVersion::Http2 => &[b"h2"],
    };
    let identity = probe.shown.as_ref().and_then(|shown| shown.identity.as_ref());
    let shaken = match identity.filter(|_| ask.is_home) {
        None => way.tls.handshake(stream, &host, offered, deadline).await,
        Some(identity) => {
            way.tls.showing(identity).handshake(stream, &host, offered, deadline).await
        }
    };
    note_session(record, &shaken.session);
    let stream = shaken.stream.map_err(|error| untrusted(&error))?;
    let speaks = match (shaken.session.protocol.as_deref(), version) {
        (Some(b"h2"), _) => Speaks::Http2,
        (_, HttpVersion::Http2) => {
            return Err(reason(ReasonCode::Broken, "the server does not offer HTTP/2"));
        }
        _ => Speaks::Http1,
    };
    talk(stream, speaks, (probe, ask), record, deadline).await
}

fn host_and_port(url: &Url) -> Result<(Host<String>, u16), Reason> {
    let host = url.host().map(|host| host.to_owned());
    let found = host.zip(url.port_or_known_default());
    found.ok_or_else(|| reason(ReasonCode::Redirects, "it leads to an address without a host"))
}

/// Sends the request and reads the answer.
async fn talk<S>(
    stream: S,
    speaks: Speaks,
    (probe, ask): (&HttpProbe, &Ask),
    record: &mut Record,
    deadline: Instant,
) -> Result<Answer, Reason>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let request = on_the_wire(ask, speaks)?;
    write_request(record, &request, ask, speaks);
    let asked_at = Instant::now();
    // Whatever keeps the connection going ends with this function.
    let driver = Driver::default();
    let answered = timeout_at(deadline, send(stream, speaks, request, &driver)).await;
    spend(&mut record.phases.first_byte_us, asked_at.elapsed());
    let response = match answered {
        Err(_) => {
            let told = "the connection stands, and there was no answer in time";
            return Err(reason(ReasonCode::TimedOut, told));
        }
        Ok(Err(error)) => return Err(broken(&error, "before the answer")),
        Ok(Ok(response)) => response,
    };
    let (head, body) = response.into_parts();
    // Before anything can go wrong with the rest: what is in the head is not kept, whatever becomes of it.
    let taken: Vec<String> =
        ask.takes.iter().filter_map(|takes| takes.in_head(&head.headers)).collect();
    record.hide_captured(taken.iter().map(String::as_str));
    write_head(record, &head, &ask.takes);
    let answered_at = Instant::now();
    let mut read = Vec::new();
    let ended = read_body(body, &mut read, probe, deadline).await;
    spend(&mut record.phases.transfer_us, answered_at.elapsed());
    if ended.is_err() && record.holds_back() {
        // Nothing can be taken from it, so that nobody knows what of it is secret.
        record.noted(&format!("{} bytes of the body came, and are not kept", read.len()));
    } else if !ask.takes_body() {
        // Where values are taken from it, it waits until these are known.
        record.received_bytes(&read, record.body_bytes_max());
    }
    ended?;
    Ok(Answer { status: head.status, headers: head.headers, body: read })
}

async fn send<S>(
    stream: S,
    speaks: Speaks,
    request: Request<Full<Bytes>>,
    driver: &Driver,
) -> Result<Response<Incoming>, hyper::Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    match speaks {
        Speaks::Http1 => {
            let mut builder = http1::Builder::new();
            builder.max_headers(limits::HEAD_FIELDS_MAX).max_buf_size(limits::HEAD_BYTES_MAX);
            let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
            driver.spawn(async move { drop(connection.await) });
            sender.send_request(request).await
        }
        Speaks::Http2 => driver.send_http2(stream, request, None).await,
    }
}

async fn read_body(
    mut body: Incoming,
    read: &mut Vec<u8>,
    probe: &HttpProbe,
    deadline: Instant,
) -> Result<(), Reason> {
    loop {
        if probe.reads_max.is_some_and(|max| read.len() >= max) {
            return Ok(());
        }
        match timeout_at(deadline, body.frame()).await {
            Err(_) => {
                let told = format!("the answer was not whole in time: {} bytes came", read.len());
                return Err(reason(ReasonCode::TimedOut, told));
            }
            Ok(None) => return Ok(()),
            Ok(Some(Err(error))) => {
                let place = format!("in the middle of the body, after {} bytes", read.len());
                return Err(broken(&error, &place));
            }
            Ok(Some(Ok(frame))) => {
                let Some(data) = frame.data_ref() else { continue };
                let room = probe.bytes_max.saturating_sub(read.len());
                read.extend_from_slice(data.get(..room).unwrap_or(data));
                if data.len() > room {
                    let told = format!("the body is longer than {} bytes", read.len());
                    return Err(reason(ReasonCode::TooLong, told));
                }
            }
        }
    }
}

/// What an error of the connection means.
pub(in crate::kinds) fn broken(error: &hyper::Error, place: &str) -> Reason {
    let mut cause: &dyn Error = error;
    while let Some(below) = cause.source() {
        cause = below;
        if let Some(error) = below.downcast_ref::<io::Error>()
            && let refused @ (TlsError::Refused(_) | TlsError::ClientCertificate(_)) =
                TlsError::of(error)
        {
            return untrusted(&refused);
        }
    }
    if error.is_parse_too_large() {
        let told = format!(
            "the head of the answer is longer than {} bytes, or has more than {} fields",
            limits::HEAD_BYTES_MAX,
            limits::HEAD_FIELDS_MAX
        );
        return reason(ReasonCode::TooLong, told);
    }
    if error.is_parse() {
        return reason(ReasonCode::Broken, format!("what answers is not HTTP: {cause}"));
    }
    reason(ReasonCode::Broken, format!("the connection ended {place}: {cause}"))
}

/// The request in the form of its version.
fn on_the_wire(ask: &Ask, speaks: Speaks) -> Result<Request<Full<Bytes>>, Reason> {
    let unsendable = |problem: &dyn std::fmt::Display| {
        reason(ReasonCode::Broken, format!("the request cannot be sent: {problem}"))
    };
    // There is no user in it: a check with one is refused, and redirects lose theirs.
    let authority = ask.url.authority();
    let authority = match ask.headers.get(HOST) {
        Some(host) => host.to_str().map_err(|error| unsendable(&error))?,
        None => authority,
    };
    let path = path(&ask.url);
    let uri = match speaks {
        Speaks::Http1 => path,
        Speaks::Http2 => format!("{}://{authority}{path}", ask.url.scheme()),
    };
    let uri: Uri = uri.parse().map_err(|error| unsendable(&error))?;
    let mut request = Request::new(Full::new(ask.body.clone()));
    *request.method_mut() = ask.method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = ask.headers.clone();
    if speaks == Speaks::Http1 {
        let host = HeaderValue::from_str(authority).map_err(|error| unsendable(&error))?;
        request.headers_mut().insert(HOST, host);
        request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    } else {
        request.headers_mut().remove(HOST);
        *request.version_mut() = Version::HTTP_2;
    }
    Ok(request)
}

fn write_request(record: &mut Record, request: &Request<Full<Bytes>>, ask: &Ask, speaks: Speaks) {
    let version = match speaks {
        Speaks::Http1 => "HTTP/1.1",
        Speaks::Http2 => "HTTP/2",
    };
    let path = ask.kept.clone().unwrap_or_else(|| path(&ask.url));
    record.sent(&format!("{} {} {version}", ask.method, shown(&path)));
    if speaks == Speaks::Http2 {
        let authority = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        record.sent(&format!(":authority: {authority}"));
    }
    for (name, value) in request.headers() {
        record.sent(&field(name.as_str(), value));
    }
    if !ask.body.is_empty() {
        record.noted(&format!("{} bytes of body were sent", ask.body.len()));
    }
}

fn write_head(record: &mut Record, head: &Parts, takes: &[Takes]) {
    record.received(&format!("{:?} {}", head.version, head.status));
    for (name, value) in &head.headers {
        let line = match takes.iter().any(|takes| takes.is_field(name)) {
            true => format!("{name}: {NOT_KEPT}"),
            false => field(name.as_str(), value),
        };
        record.received(&line);
    }
    record.received("");
}

/// A header field as it is kept.
pub(in crate::kinds) fn field(name: &str, value: &HeaderValue) -> String {
    if is_secret(name) || value.is_sensitive() {
        return format!("{name}: {NOT_KEPT}");
    }
    let value = String::from_utf8_lossy(value.as_bytes());
    if name == LOCATION { format!("{name}: {}", shown(&value)) } else { format!("{name}: {value}") }
}

/// An address without the values of parameters that are secret.
fn shown(address: &str) -> String {
    let Some((path, query)) = address.split_once('?') else { return address.to_owned() };
    let parameters = query.split('&').map(|parameter| match parameter.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}={NOT_KEPT}"),
        _ => parameter.to_owned(),
    });
    format!("{path}?{}", parameters.collect::<Vec<_>>().join("&"))
}
