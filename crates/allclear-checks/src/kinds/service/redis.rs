//! Redis and those that speak as it does (RESP): `PING`.

use allclear_domain::check::{Protocol, Reason, ReasonCode};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{ASKS_FOR_PASSWORD, refusal};
use crate::kinds::talk::Talk;

/// What a wrong line says of the server: errors begin with a minus.
pub(super) fn wrong(line: &str) -> ReasonCode {
    if line.starts_with('-') { ReasonCode::Status } else { ReasonCode::Broken }
}

/// Pings the server.
pub(super) async fn ask<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
) -> Result<(), Reason> {
    talk.send("PING", b"*1\r\n$4\r\nPING\r\n").await?;
    let is_answer = |line: &str| line == "+PONG" || line.starts_with('-');
    let lines = talk.reply("+PONG", |_| true, is_answer).await?;
    let answer = lines.first().map(String::as_str).unwrap_or_default();
    match answer.strip_prefix('-') {
        None => {}
        Some(error) if error.starts_with("NOAUTH") => talk.record.noted(ASKS_FOR_PASSWORD),
        // It loads its data, has lost its master, cannot write, or lets nobody in from here.
        Some(error) => return Err(refusal(Protocol::Redis, error)),
    }
    talk.part("QUIT", b"*1\r\n$4\r\nQUIT\r\n").await;
    Ok(())
}
