//! The kind `tcp`: a connection, and what is said on it, in the open or within TLS.

use std::io::{self, ErrorKind};

use allclear_domain::check::{Reason, ReasonCode, TcpCheck};
use allclear_net::{DialOptions, Host, More, ReadError, TlsError, read_more};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

use super::assertion::{TextHolds, quoted};
use super::record::{Record, spend};
use super::{NotReady, Way, note_session, note_way, reason, undialed, untrusted};
use crate::limits;

/// A check of the kind `tcp` that is read and can be tried.
#[derive(Debug)]
pub struct TcpProbe {
    host: Host<String>,
    port: u16,
    options: DialOptions,
    has_tls: bool,
    send: Option<String>,
    expect: Option<TextHolds>,
}

impl TcpProbe {
    /// Reads the check.
    pub(super) fn new(check: &TcpCheck) -> Result<Self, NotReady> {
        let (host, options) = super::way_to(&check.host, check.connect_to)?;
        let expect =
            check.expect.as_ref().map(TextHolds::new).transpose().map_err(|not_ready| {
                NotReady { field: format!("expect.{}", not_ready.field), ..not_ready }
            })?;
        let (port, has_tls, send) = (check.port, check.tls, check.send.clone());
        Ok(Self { host, port, options, has_tls, send, expect })
    }

    /// Tries it once.
    pub(super) async fn run(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        let dialed = way.net.dial(&self.host, self.port, &self.options, deadline).await;
        note_way(record, &dialed.trail);
        let stream = dialed.stream.map_err(|error| undialed(&error))?;
        if !self.has_tls {
            return self.talk(stream, record, deadline).await;
        }
        let shaken = way.tls.handshake(stream, &self.host, &[], deadline).await;
        note_session(record, &shaken.session);
        let stream = shaken.stream.map_err(|error| untrusted(&error))?;
        self.talk(stream, record, deadline).await
    }

    /// Says what is to be said, and listens.
    async fn talk(
        &self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        if let Some(send) = &self.send {
            let sent = async {
                stream.write_all(send.as_bytes()).await?;
                stream.flush().await
            };
            let written = timeout_at(deadline, sent).await;
            // What is sent may be a password, and is in the check.
            record.noted(&format!("{} bytes were sent", send.len()));
            match written {
                Err(_) => {
                    let told = "the other side does not take what is sent";
                    return Err(reason(ReasonCode::TimedOut, told));
                }
                Ok(Err(error)) => return Err(untaken(&mut stream, &error, deadline).await),
                Ok(Ok(())) => {}
            }
        }
        let Some(expect) = &self.expect else { return Ok(()) };
        let asked_at = Instant::now();
        let mut read = Vec::new();
        let found = listen(&mut stream, expect, &mut read, record, asked_at, deadline).await;
        record.received_bytes(&read, limits::KEPT_BODY_BYTES_MAX);
        found
    }
}

/// Reads until what is expected has come, or nothing more does.
async fn listen(
    stream: &mut (impl AsyncRead + Unpin),
    expect: &TextHolds,
    read: &mut Vec<u8>,
    record: &mut Record,
    asked_at: Instant,
    deadline: Instant,
) -> Result<(), Reason> {
    loop {
        let more = match read_more(stream, read, limits::TCP_BYTES_MAX, deadline).await {
            // Within TLS, whoever hangs up without a word of it ended as well.
            Err(ReadError::Broken(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                Ok(More::Ended)
            }
            more => more,
        };
        if record.phases.first_byte_us.is_none() && !read.is_empty() {
            spend(&mut record.phases.first_byte_us, asked_at.elapsed());
        }
        let text = String::from_utf8_lossy(read);
        let unmet =
            |why: &str| format!("{why}: what came {}, and is {}", expect.expected(), quoted(&text));
        match more {
            Ok(More::Came) if expect.holds(&text) => return Ok(()),
            Ok(More::Came) => {}
            Ok(More::Ended) if read.is_empty() => {
                return Err(reason(ReasonCode::Broken, "the other side ended and said nothing"));
            }
            Ok(More::Ended) => return Err(reason(ReasonCode::Assertion, unmet("it ended"))),
            Ok(More::Full) => {
                let told =
                    format!("more than {} bytes came: what came {}", read.len(), expect.expected());
                return Err(reason(ReasonCode::TooLong, told));
            }
            Err(ReadError::TimedOut) if read.is_empty() => {
                let told = "the connection stands, and nothing was said in time";
                return Err(reason(ReasonCode::TimedOut, told));
            }
            Err(ReadError::TimedOut) => {
                return Err(reason(ReasonCode::TimedOut, unmet("the time is over")));
            }
            Err(ReadError::Broken(error)) => return Err(broken(&error)),
        }
    }
}

/// Why what was to be sent was not taken. A server that turns us down within TLS says so before it ends.
async fn untaken(
    stream: &mut (impl AsyncRead + Unpin),
    error: &io::Error,
    deadline: Instant,
) -> Reason {
    match read_more(stream, &mut Vec::new(), limits::TCP_BYTES_MAX, deadline).await {
        Err(ReadError::Broken(said)) => refused(&said).unwrap_or_else(|| broken(error)),
        _ => broken(error),
    }
}

fn broken(error: &io::Error) -> Reason {
    let told = || reason(ReasonCode::Broken, format!("the connection broke: {error}"));
    refused(error).unwrap_or_else(told)
}

/// That the server turned us down, which it may do after the handshake: it wants a certificate of ours.
fn refused(error: &io::Error) -> Option<Reason> {
    let error = TlsError::of(error);
    let is_turned_down = matches!(error, TlsError::Refused(_) | TlsError::ClientCertificate(_));
    is_turned_down.then(|| untrusted(&error))
}

#[cfg(test)]
mod tests;
