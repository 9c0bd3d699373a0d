//! What is said until TLS may begin: SMTP (RFC 3207), IMAP (RFC 9051), POP3 (RFC 2595) and PostgreSQL
//! (“Message Flow”, SSL session encryption).
//!
//! Nothing may come between the last word in the open and the handshake: what somebody slipped in
//! there would later pass for the server's.

use std::net::{IpAddr, SocketAddr};

use allclear_domain::check::{Reason, ReasonCode, StartTls};
use allclear_net::{More, ReadError, read_more};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::kinds::assertion::quoted;
use crate::kinds::reason;
use crate::kinds::record::Record;
use crate::limits;

/// `SSLRequest` of PostgreSQL: its length, and the code 80877103.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Asks a server to go on with TLS.
pub(super) async fn ask(
    stream: &mut TcpStream,
    starttls: StartTls,
    record: &mut Record,
    deadline: Instant,
) -> Result<(), Reason> {
    let mut talk = Talk { stream, record, deadline, read: Vec::new() };
    match starttls {
        StartTls::Smtp => {
            talk.reply("a greeting", is_smtp_end, |line| line.starts_with("220")).await?;
            talk.say(&format!("EHLO {}", literal(talk.stream.local_addr()))).await?;
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
        StartTls::Postgres => talk.ask_postgres().await?,
    }
    if talk.read.is_empty() {
        return Ok(());
    }
    Err(reason(ReasonCode::Broken, "the server says more in the open after it agreed to TLS"))
}

/// The address that we speak from, as SMTP has it of those without a name (RFC 5321, 4.1.3).
fn literal(local: std::io::Result<SocketAddr>) -> String {
    match local.map(|local| local.ip().to_canonical()) {
        Ok(IpAddr::V6(address)) => format!("[IPv6:{address}]"),
        Ok(IpAddr::V4(address)) => format!("[{address}]"),
        Err(_) => "[127.0.0.1]".to_owned(),
    }
}

/// `220-` goes on, `220 ` does not.
fn is_smtp_end(line: &str) -> bool {
    line.as_bytes().get(3) != Some(&b'-')
}

fn begins(line: &str, with: &str) -> bool {
    line.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with))
}

/// What is said in the open.
struct Talk<'a> {
    stream: &'a mut TcpStream,
    record: &'a mut Record,
    deadline: Instant,
    /// What came and is not read yet.
    read: Vec<u8>,
}

impl Talk<'_> {
    async fn say(&mut self, line: &str) -> Result<(), Reason> {
        self.record.sent(line);
        self.send(format!("{line}\r\n").as_bytes()).await
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        match timeout_at(self.deadline, self.stream.write_all(bytes)).await {
            Err(_) => {
                let told = "the other side does not take what is sent";
                Err(reason(ReasonCode::TimedOut, told))
            }
            Ok(Err(error)) => Err(broken(&error)),
            Ok(Ok(())) => Ok(()),
        }
    }

    /// Reads lines until one ends the reply; that one has to be right. Gives all of them.
    async fn reply(
        &mut self,
        what: &str,
        is_end: impl Fn(&str) -> bool,
        is_right: impl Fn(&str) -> bool,
    ) -> Result<Vec<String>, Reason> {
        let mut lines = Vec::new();
        loop {
            let line = self.line(what).await?;
            self.record.received(&line);
            if !is_end(&line) {
                lines.push(line);
            } else if is_right(&line) {
                lines.push(line);
                return Ok(lines);
            } else {
                let told = format!("the server says {} where {what} is due", quoted(&line));
                return Err(reason(ReasonCode::Tls, told));
            }
            if lines.len() > limits::STARTTLS_LINES_MAX {
                let told = format!("{what} has more than {} lines", limits::STARTTLS_LINES_MAX);
                return Err(reason(ReasonCode::TooLong, told));
            }
        }
    }

    /// The next line, without its end.
    async fn line(&mut self, what: &str) -> Result<String, Reason> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            self.more(what).await?;
        }
    }

    async fn more(&mut self, what: &str) -> Result<(), Reason> {
        let bytes_max = limits::STARTTLS_BYTES_MAX;
        match read_more(self.stream, &mut self.read, bytes_max, self.deadline).await {
            Ok(More::Came) => Ok(()),
            Ok(More::Ended) => {
                let told = format!("the server ended where {what} is due");
                Err(reason(ReasonCode::Broken, told))
            }
            Ok(More::Full) => {
                let told = format!("the server says over {bytes_max} bytes where {what} is due");
                Err(reason(ReasonCode::TooLong, told))
            }
            Err(ReadError::TimedOut) => {
                let told = format!("the connection stands, and {what} did not come in time");
                Err(reason(ReasonCode::TimedOut, told))
            }
            Err(ReadError::Broken(error)) => Err(broken(&error)),
        }
    }

    async fn ask_postgres(&mut self) -> Result<(), Reason> {
        self.record.sent("SSLRequest");
        self.send(&SSL_REQUEST).await?;
        while self.read.is_empty() {
            self.more("an answer to SSLRequest").await?;
        }
        let answer = self.read.remove(0);
        self.record.received(&char::from(answer).to_string());
        match answer {
            b'S' => Ok(()),
            b'N' => Err(reason(ReasonCode::Tls, "the server does not offer TLS")),
            other => {
                let told = format!(
                    "the server says {} where S or N is due: it may not be PostgreSQL",
                    quoted(&char::from(other).to_string())
                );
                Err(reason(ReasonCode::Tls, told))
            }
        }
    }
}

fn broken(error: &std::io::Error) -> Reason {
    reason(ReasonCode::Broken, format!("the connection broke: {error}"))
}
