//! Signing in at servers of mail: `AUTH` (RFC 4954), `AUTHENTICATE` and `LOGIN` (RFC 9051), `USER` and `PASS`
//! (RFC 1939).

use allclear_domain::check::{Protocol, Reason, ReasonCode};
use data_encoding::BASE64;
use tokio::io::{AsyncRead, AsyncWrite};

use super::sign_in::Pair;
use crate::kinds::reason;
use crate::kinds::talk::{Talk, begins, is_smtp_end};

/// Signs in at a server that takes mail, which offered these extensions.
pub(super) async fn smtp<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    pair: &Pair<'_>,
    offered: &[String],
) -> Result<(), Reason> {
    let ways = offered.iter().filter_map(|line| line.get(4..)).filter(|line| begins(line, "AUTH"));
    let ways: Vec<&str> = ways.flat_map(|line| line.split([' ', '='])).collect();
    let has = |way: &str| ways.iter().any(|one| one.eq_ignore_ascii_case(way));
    if has("PLAIN") {
        let line = format!("AUTH PLAIN {}\r\n", pair.plain());
        talk.send("AUTH PLAIN, with user and password", line.as_bytes()).await?;
    } else if has("LOGIN") {
        talk.say("AUTH LOGIN").await?;
        for (told, word) in [("the user", pair.user), ("the password", pair.password)] {
            talk.reply("334", is_smtp_end, |line| line.starts_with("334")).await?;
            let line = format!("{}\r\n", BASE64.encode(word.as_bytes()));
            talk.send(told, line.as_bytes()).await?;
        }
    } else {
        return Err(offers_none("AUTH PLAIN or AUTH LOGIN"));
    }
    let said = talk.reply("an answer to AUTH", is_smtp_end, |_| true).await?;
    is_let_in(&said, |line| line.starts_with("235"), pair, Protocol::Smtp)?;
    talk.say("NOOP").await?;
    talk.reply("250 to NOOP", is_smtp_end, |line| line.starts_with("250")).await?;
    Ok(())
}

/// Signs in at a server that has mail to read, which can do these things.
pub(super) async fn imap<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    pair: &Pair<'_>,
    offered: &[String],
) -> Result<(), Reason> {
    let words: Vec<&str> = offered.iter().flat_map(|line| line.split([' ', ']'])).collect();
    let has = |word: &str| words.iter().any(|one| one.eq_ignore_ascii_case(word));
    let is_end = |line: &str| !line.starts_with('*') || begins(line, "* BYE");
    if has("AUTH=PLAIN") {
        talk.say("b AUTHENTICATE PLAIN").await?;
        talk.reply("+ to AUTHENTICATE", is_end, |line| line.starts_with('+')).await?;
        let line = format!("{}\r\n", pair.plain());
        talk.send("user and password", line.as_bytes()).await?;
    } else if has("LOGINDISABLED") {
        return Err(offers_none("AUTH=PLAIN or LOGIN"));
    } else {
        let line = format!("b LOGIN {} {}\r\n", in_quotes(pair.user), in_quotes(pair.password));
        talk.send("b LOGIN, with user and password", line.as_bytes()).await?;
    }
    let said = talk.reply("an answer of who is let in", is_end, |_| true).await?;
    is_let_in(&said, |line| begins(line, "b OK"), pair, Protocol::Imap)?;
    talk.say("c NOOP").await?;
    talk.reply("OK to NOOP", is_end, |line| begins(line, "c OK")).await?;
    Ok(())
}

/// Signs in at a server that has mail to fetch.
pub(super) async fn pop3<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    pair: &Pair<'_>,
) -> Result<(), Reason> {
    talk.say(&format!("USER {}", pair.user)).await?;
    let said = talk.reply("an answer to USER", |_| true, |_| true).await?;
    is_let_in(&said, |line| begins(line, "+OK"), pair, Protocol::Pop3)?;
    talk.send("PASS, with the password", format!("PASS {}\r\n", pair.password).as_bytes()).await?;
    let said = talk.reply("an answer to PASS", |_| true, |_| true).await?;
    is_let_in(&said, |line| begins(line, "+OK"), pair, Protocol::Pop3)?;
    talk.say("NOOP").await?;
    talk.reply("+OK to NOOP", |_| true, |line| begins(line, "+OK")).await?;
    Ok(())
}

fn offers_none(ways: &str) -> Reason {
    let told = format!("the server offers no way to sign in with a password: {ways} is used here");
    reason(ReasonCode::Status, told)
}

fn is_let_in(
    said: &[String],
    is_right: impl Fn(&str) -> bool,
    pair: &Pair<'_>,
    protocol: Protocol,
) -> Result<(), Reason> {
    let last = said.last().map(String::as_str).unwrap_or_default();
    match is_right(last) {
        true => Ok(()),
        false => Err(pair.refused(protocol, last)),
    }
}

/// A text as IMAP quotes it.
fn in_quotes(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
