//! SSH: the line in which a server says who it is, and the offers with which it begins to agree on keys
//! (RFC 4253, sections 4.2 and 7.1). A process that accepts connections and serves nobody sends neither.

use allclear_domain::check::{Protocol, Reason, ReasonCode};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Talk, quoted, reason, stranger};
use crate::limits;

/// The number of the message that a server begins with.
const KEXINIT: u8 = 20;
/// Bytes that a packet may have in all (RFC 4253, section 6.1).
const PACKET_BYTES_MAX: u32 = 35_000;

/// Says who we are, and waits for what the server offers.
pub(super) async fn ask<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
) -> Result<(), Reason> {
    let line = identification(talk).await?;
    if !line.starts_with("SSH-2.0-") && !line.starts_with("SSH-1.99-") {
        let told = format!("the server speaks another version of SSH than 2: {}", quoted(&line));
        return Err(reason(ReasonCode::Broken, told));
    }
    talk.say("SSH-2.0-Allclear").await?;
    let head = talk.bytes(6, "the first of its offers").await?;
    match *head.as_slice() {
        [a, b, c, d, _, KEXINIT] if u32::from_be_bytes([a, b, c, d]) <= PACKET_BYTES_MAX => {
            talk.record.noted("it begins to agree on keys");
            Ok(())
        }
        _ => Err(stranger(Protocol::Ssh, "the first of its offers", &head)),
    }
}

/// The line with which a server names itself; others may stand before it.
async fn identification<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
) -> Result<String, Reason> {
    const WHAT: &str = "a line that begins with SSH-";
    let mut before: Option<String> = None;
    for _ in 0..limits::TALK_LINES_MAX {
        match talk.line(WHAT).await {
            Ok(line) if line.starts_with("SSH-") => return Ok(line),
            Ok(line) => before = Some(line),
            // Who is turned away is told why, and no more.
            Err(Reason { code, told, .. }) => {
                let said = before.map(|line| format!("; it said {} before", quoted(&line)));
                return Err(reason(code, format!("{told}{}", said.unwrap_or_default())));
            }
        }
    }
    let told = format!("more than {} lines came before {WHAT}", limits::TALK_LINES_MAX);
    Err(reason(ReasonCode::TooLong, told))
}
