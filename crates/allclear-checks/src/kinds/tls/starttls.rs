//! What is said until TLS may begin: SMTP (RFC 3207), IMAP (RFC 9051), POP3 (RFC 2595) and PostgreSQL
//! (“Message Flow”, SSL session encryption).
//!
//! Nothing may come between the last word in the open and the handshake: what somebody slipped in
//! there would later pass for the server's.

use allclear_domain::check::{Reason, ReasonCode, StartTls};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::kinds::assertion::quoted;
use crate::kinds::reason;
use crate::kinds::record::Record;
use crate::kinds::talk::{Talk, begins, is_smtp_end, own_literal};

/// `SSLRequest` of PostgreSQL: its length, and the code 80877103.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Asks a server to go on with TLS.
pub(in crate::kinds) async fn ask(
    stream: &mut TcpStream,
    starttls: StartTls,
    record: &mut Record,
    deadline: Instant,
) -> Result<(), Reason> {
    let us = own_literal(stream);
    let mut talk = Talk::new(stream, record, deadline, |_| ReasonCode::Tls);
    match starttls {
        StartTls::Smtp => {
            talk.reply("a greeting", is_smtp_end, |line| line.starts_with("220")).await?;
            talk.say(&format!("EHLO {us}")).await?;
            let offers =
                talk.reply("a list of extensions", is_smtp_end, |line| line.starts_with("250"));
            let offers = offers.await?;
            let is_starttls = |line: &String| {
                line.get(4..).is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"))
            };
            if !offers.iter().any(is_starttls) {
                return Err(reason(ReasonCode::Tls, "the server does not offer STARTTLS"));
            }
            talk.say("STARTTLS").await?;
            talk.reply("220 to STARTTLS", is_smtp_end, |line| line.starts_with("220")).await?;
        }
        StartTls::Imap => {
            talk.reply("a greeting", |_| true, |line| begins(line, "* OK")).await?;
            talk.say("a STARTTLS").await?;
            let is_end = |line: &str| line.starts_with("a ");
            talk.reply("OK to STARTTLS", is_end, |line| begins(line, "a OK")).await?;
        }
        StartTls::Pop3 => {
            talk.reply("a greeting", |_| true, |line| begins(line, "+OK")).await?;
            talk.say("STLS").await?;
            talk.reply("+OK to STLS", |_| true, |line| begins(line, "+OK")).await?;
        }
        StartTls::Postgres => ask_postgres(&mut talk).await?,
    }
    if talk.is_quiet() {
        return Ok(());
    }
    Err(reason(ReasonCode::Broken, "the server says more in the open after it agreed to TLS"))
}

async fn ask_postgres(talk: &mut Talk<'_, TcpStream>) -> Result<(), Reason> {
    talk.send("SSLRequest", &SSL_REQUEST).await?;
    let answer = talk.bytes(1, "an answer to SSLRequest").await?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    talk.record.received(&answer);
    match answer.as_str() {
        "S" => Ok(()),
        "N" => Err(reason(ReasonCode::Tls, "the server does not offer TLS")),
        other => {
            let told = format!(
                "the server says {} where S or N is due: it may not be PostgreSQL",
                quoted(other)
            );
            Err(reason(ReasonCode::Tls, told))
        }
    }
}
