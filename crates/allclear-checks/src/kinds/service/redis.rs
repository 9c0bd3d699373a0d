//! Redis and those that speak as it does (RESP): `AUTH` where somebody signs in, and `PING`.

use allclear_domain::check::{Protocol, Reason, ReasonCode};
use tokio::io::{AsyncRead, AsyncWrite};

use super::sign_in::Pair;
use super::{ASKS_FOR_PASSWORD, Asked, refusal};
use crate::kinds::talk::Talk;

/// What a wrong line says of the server: errors begin with a minus.
pub(super) fn wrong(line: &str) -> ReasonCode {
    if line.starts_with('-') { ReasonCode::Status } else { ReasonCode::Broken }
}

/// Who signs in where no user is named. Servers before version 6 know no others.
const USUAL_USER: &str = "default";

/// Signs in.
async fn sign_in<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    pair: &Pair<'_>,
) -> Result<(), Reason> {
    let user = Some(pair.user).filter(|user| *user != USUAL_USER);
    let words: Vec<&str> = ["AUTH"].into_iter().chain(user).chain([pair.password]).collect();
    let mut bytes = format!("*{}\r\n", words.len());
    for word in words {
        bytes.push_str(&format!("${}\r\n{word}\r\n", word.len()));
    }
    talk.send(&format!("AUTH of {}, with its password", pair.user), bytes.as_bytes()).await?;
    let is_answer = |line: &str| line == "+OK" || line.starts_with('-');
    let lines = talk.reply("+OK to AUTH", |_| true, is_answer).await?;
    match lines.first().and_then(|line| line.strip_prefix('-')) {
        None => Ok(()),
        Some(error) => Err(pair.refused(Protocol::Redis, error)),
    }
}

/// Pings the server.
pub(super) async fn ask<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    asked: &Asked<'_>,
) -> Result<(), Reason> {
    if let Some(pair) = &asked.pair {
        sign_in(talk, pair).await?;
    }
    talk.send("PING", b"*1\r\n$4\r\nPING\r\n").await?;
    let is_answer = |line: &str| line == "+PONG" || line.starts_with('-');
    let lines = talk.reply("+PONG", |_| true, is_answer).await?;
    let answer = lines.first().map(String::as_str).unwrap_or_default();
    match answer.strip_prefix('-') {
        None => {}
        Some(error) if error.starts_with("NOAUTH") && asked.pair.is_none() => {
            talk.record.noted(ASKS_FOR_PASSWORD);
        }
        // It loads its data, has lost its master, cannot write, or lets nobody in from here.
        Some(error) => return Err(refusal(Protocol::Redis, error)),
    }
    talk.part("QUIT", b"*1\r\n$4\r\nQUIT\r\n").await;
    Ok(())
}
