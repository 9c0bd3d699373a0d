//! WebSocket (RFC 6455): a connection over HTTP/1.1 becomes one, and a ping comes back.

use allclear_domain::check::{Protocol, Reason, ReasonCode};
use data_encoding::BASE64;
use sha1::{Digest, Sha1};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Asked, Talk, quoted, reason, stranger};
use crate::limits;

/// What a server adds to the key that it was sent (section 1.3).
const MAGIC: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// The first byte of a ping that is whole.
const PING: u8 = 0x89;
/// The first byte of the answer to it.
const PONG: u8 = 0x8a;
/// What a server says that closes, whole.
const CLOSE: u8 = 0x88;
/// That what follows is masked, as all that clients send is.
const MASKED: u8 = 0x80;
/// Bytes of a message whose length stands in one byte.
const SHORT_MAX: u8 = 125;

/// Asks for a WebSocket, and for a pong on it.
pub(super) async fn ask<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    asked: &Asked<'_>,
) -> Result<(), Reason> {
    let (path, host) = (asked.check.path.as_deref().unwrap_or("/"), asked.host());
    let key = BASE64.encode(&asked.nonce);
    let lines = [
        format!("GET {path} HTTP/1.1"),
        format!("Host: {host}"),
        "User-Agent: Allclear".to_owned(),
        "Connection: Upgrade".to_owned(),
        "Upgrade: websocket".to_owned(),
        format!("Sec-WebSocket-Key: {key}"),
        "Sec-WebSocket-Version: 13".to_owned(),
    ];
    let asks = format!("GET {path} HTTP/1.1 with Upgrade: websocket");
    talk.send(&asks, format!("{}\r\n\r\n", lines.join("\r\n")).as_bytes()).await?;
    let head = talk.reply("an answer to the request", str::is_empty, |_| true).await?;
    accepted(&head, &key)?;
    pong(talk, asked.nonce).await
}

/// Whether a server agreed, and to this request.
fn accepted(head: &[String], key: &str) -> Result<(), Reason> {
    let status = head.first().map(String::as_str).unwrap_or_default();
    let Some(rest) = status.strip_prefix("HTTP/1.1 ") else {
        return Err(stranger(Protocol::Websocket, "HTTP/1.1", status.as_bytes()));
    };
    if !rest.starts_with("101") {
        let told = format!("the status is {}, not 101 Switching Protocols", quoted(rest));
        return Err(reason(ReasonCode::Status, told));
    }
    let field = |name: &str| {
        let mut fields = head.iter().filter_map(|line| line.split_once(':'));
        let found = fields.find(|(found, _)| found.trim().eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).unwrap_or_default()
    };
    let broken = |told: String| Err(reason(ReasonCode::Broken, told));
    if !field("upgrade").eq_ignore_ascii_case("websocket") {
        return broken(format!("it goes on with {}, not websocket", quoted(field("upgrade"))));
    }
    let due = BASE64.encode(Sha1::digest(format!("{key}{MAGIC}")).as_slice());
    let found = field("sec-websocket-accept");
    if found == due {
        return Ok(());
    }
    broken(format!("Sec-WebSocket-Accept is {}, and {} is due", quoted(found), quoted(&due)))
}

/// Sends a ping, and waits until it comes back. What the server says before is passed over.
async fn pong<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    nonce: [u8; 16],
) -> Result<(), Reason> {
    const WHAT: &str = "a pong";
    let [token @ .., a, b, c, d] = nonce;
    let mask = [a, b, c, d];
    let masked: Vec<u8> =
        token.iter().zip(mask.iter().cycle()).map(|(it, mask)| it ^ mask).collect();
    let length = u8::try_from(token.len()).unwrap_or(SHORT_MAX);
    talk.send("ping", &[&[PING, MASKED | length], mask.as_slice(), masked.as_slice()].concat())
        .await?;
    for _ in 0..limits::TALK_LINES_MAX {
        let (first, body) = frame(talk, WHAT).await?;
        match first {
            PONG if body == token => {
                talk.record.received("pong");
                talk.part("close", &[CLOSE, MASKED, a, b, c, d]).await;
                return Ok(());
            }
            CLOSE => {
                let code = body.first_chunk::<2>().map(|code| u16::from_be_bytes(*code));
                let words = String::from_utf8_lossy(body.get(2..).unwrap_or_default()).into_owned();
                let code = code.map(|code| format!(" with {code}")).unwrap_or_default();
                let told =
                    format!("the server closes{code} where {WHAT} is due: {}", quoted(&words));
                return Err(reason(ReasonCode::Status, told));
            }
            _ => {}
        }
    }
    let told = format!("more than {} messages came before {WHAT}", limits::TALK_LINES_MAX);
    Err(reason(ReasonCode::TooLong, told))
}

/// The next frame: its first byte, and what is in it.
async fn frame<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    what: &str,
) -> Result<(u8, Vec<u8>), Reason> {
    let head = talk.bytes(2, what).await?;
    let [first, length] = *head.as_slice() else {
        return Err(stranger(Protocol::Websocket, what, &head));
    };
    let length = match length {
        length if length <= SHORT_MAX => usize::from(length),
        126 => {
            let bytes = talk.bytes(2, what).await?;
            bytes.first_chunk::<2>().map_or(0, |two| usize::from(u16::from_be_bytes(*two)))
        }
        127 => {
            let bytes = talk.bytes(8, what).await?;
            let length = bytes.first_chunk::<8>().map_or(0, |eight| u64::from_be_bytes(*eight));
            usize::try_from(length).unwrap_or(usize::MAX)
        }
        _ => return Err(stranger(Protocol::Websocket, what, &head)),
    };
    Ok((first, talk.bytes(length, what).await?))
}

impl Asked<'_> {
    /// The host as HTTP names it: with the port where that is not the usual one.
    fn host(&self) -> String {
        let check = self.check;
        let host = match check.host.contains(':') && !check.host.starts_with('[') {
            true => format!("[{}]", check.host),
            false => check.host.clone(),
        };
        match check.port == Protocol::Websocket.usual_port(check.security) {
            true => host,
            false => format!("{host}:{}", check.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6455, section 1.3.
    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn judged(status: &str, upgrade: &str, accept: &str) -> Result<(), Reason> {
        let fields = [
            status.to_owned(),
            format!("upgrade: {upgrade}"),
            format!("Sec-WebSocket-Accept: {accept}"),
        ];
        accepted(&fields, KEY)
    }

    #[test]
    fn a_server_agrees_to_this_request_and_no_other() {
        let (status, accept) = ("HTTP/1.1 101 Switching Protocols", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(judged(status, "WebSocket", accept), Ok(()));
        for (status, upgrade, accept, code, words) in [
            (
                "HTTP/1.1 200 OK",
                "websocket",
                accept,
                ReasonCode::Status,
                "the status is \"200 OK\"",
            ),
            ("SSH-2.0-x", "websocket", accept, ReasonCode::Broken, "it may not be WebSocket"),
            (status, "h2c", accept, ReasonCode::Broken, "it goes on with \"h2c\""),
            (status, "websocket", "x", ReasonCode::Broken, "Sec-WebSocket-Accept is \"x\""),
            (status, "websocket", "", ReasonCode::Broken, "is due"),
        ] {
            let wrong = judged(status, upgrade, accept).unwrap_err();
            assert_eq!(wrong.code, code, "{wrong:?}");
            assert!(wrong.told.contains(words), "{wrong:?}");
        }
    }
}
