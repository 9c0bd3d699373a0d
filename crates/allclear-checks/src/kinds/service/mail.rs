//! Servers of mail: who they say they are, and what they can do (RFC 5321, RFC 9051, RFC 1939).

use allclear_domain::check::{Reason, ReasonCode};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Asked, mail_sign_in};
use crate::kinds::talk::{Talk, begins, is_smtp_end};

/// What a wrong line of SMTP says: codes from 400 on refuse, what has none is another protocol.
pub(super) fn wrong_smtp(line: &str) -> ReasonCode {
    let code: Option<u16> = line.get(..3).and_then(|code| code.parse().ok());
    if code.is_some_and(|code| (400..600).contains(&code)) {
        ReasonCode::Status
    } else {
        ReasonCode::Broken
    }
}

/// The same of IMAP.
pub(super) fn wrong_imap(line: &str) -> ReasonCode {
    let refuses = ["* BYE", "a NO", "a BAD", "b NO", "b BAD", "c NO", "c BAD"]
        .iter()
        .any(|word| begins(line, word));
    if refuses { ReasonCode::Status } else { ReasonCode::Broken }
}

/// The same of POP3.
pub(super) fn wrong_pop3(line: &str) -> ReasonCode {
    if begins(line, "-ERR") { ReasonCode::Status } else { ReasonCode::Broken }
}

/// Asks what a server offers that takes mail.
pub(super) async fn smtp<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    asked: &Asked<'_>,
) -> Result<(), Reason> {
    if !asked.is_greeted {
        talk.reply("a greeting", is_smtp_end, |line| line.starts_with("220")).await?;
    }
    talk.say(&format!("EHLO {}", asked.us)).await?;
    let is_right = |line: &str| line.starts_with("250");
    let offered = talk.reply("a list of extensions", is_smtp_end, is_right).await?;
    if let Some(pair) = &asked.pair {
        mail_sign_in::smtp(talk, pair, &offered).await?;
    }
    talk.part("QUIT", b"QUIT\r\n").await;
    Ok(())
}

/// Asks what a server can do that has mail to read.
pub(super) async fn imap<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    asked: &Asked<'_>,
) -> Result<(), Reason> {
    if !asked.is_greeted {
        let is_right = |line: &str| begins(line, "* OK") || begins(line, "* PREAUTH");
        talk.reply("a greeting", |_| true, is_right).await?;
    }
    talk.say("a CAPABILITY").await?;
    // A server may go down in the middle, and says so without being asked.
    let is_end = |line: &str| begins(line, "a ") || begins(line, "* BYE") || !line.starts_with('*');
    let is_right = |line: &str| begins(line, "a OK");
    let offered = talk.reply("OK to CAPABILITY", is_end, is_right).await?;
    if let Some(pair) = &asked.pair {
        mail_sign_in::imap(talk, pair, &offered).await?;
    }
    talk.part("d LOGOUT", b"d LOGOUT\r\n").await;
    Ok(())
}

/// Asks what a server can do that has mail to fetch. That it does not know the question is an answer.
pub(super) async fn pop3<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    asked: &Asked<'_>,
) -> Result<(), Reason> {
    if !asked.is_greeted {
        talk.reply("a greeting", |_| true, |line| begins(line, "+OK")).await?;
    }
    talk.say("CAPA").await?;
    let is_answer = |line: &str| begins(line, "+OK") || begins(line, "-ERR");
    let answer = talk.reply("an answer to CAPA", |_| true, is_answer).await?;
    if answer.first().is_some_and(|line| begins(line, "+OK")) {
        talk.reply("the end of a list", |line| line == ".", |_| true).await?;
    }
    if let Some(pair) = &asked.pair {
        mail_sign_in::pop3(talk, pair).await?;
    }
    talk.part("QUIT", b"QUIT\r\n").await;
    Ok(())
}
