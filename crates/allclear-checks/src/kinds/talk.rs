//! What is said with a server, line by line or in packets: with a deadline, and with limits.

use std::net::{IpAddr, SocketAddr};

use allclear_domain::check::{Reason, ReasonCode};
use allclear_net::{More, ReadError, read_more};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::assertion::quoted;
use super::reason;
use super::record::{Record, spend};
use crate::limits;

/// A conversation.
pub(super) struct Talk<'a, S> {
    stream: &'a mut S,
    pub(super) record: &'a mut Record,
    deadline: Instant,
    /// What a line that is not the right one says of the server.
    wrong: fn(&str) -> ReasonCode,
    /// What came and is not read yet.
    read: Vec<u8>,
    /// What the server said, as far as it is judged.
    heard: String,
    /// When it began.
    began_at: Instant,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Talk<'a, S> {
    pub(super) fn new(
        stream: &'a mut S,
        record: &'a mut Record,
        deadline: Instant,
        wrong: fn(&str) -> ReasonCode,
    ) -> Self {
        let (read, heard, began_at) = (Vec::new(), String::new(), Instant::now());
        Self { stream, record, deadline, wrong, read, heard, began_at }
    }

    /// Says a line.
    pub(super) async fn say(&mut self, line: &str) -> Result<(), Reason> {
        self.send(line, format!("{line}\r\n").as_bytes()).await
    }

    /// Sends bytes, which are told as `told`.
    pub(super) async fn send(&mut self, told: &str, bytes: &[u8]) -> Result<(), Reason> {
        self.record.sent(told);
        let sent = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        match timeout_at(self.deadline, sent).await {
            Err(_) => {
                let told = "the other side does not take what is sent";
                Err(reason(ReasonCode::TimedOut, told))
            }
            Ok(Err(error)) => Err(broken(&error)),
            Ok(Ok(())) => Ok(()),
        }
    }

    /// Says the last line. Everything is known by then, so nobody waits for what comes of it.
    pub(super) async fn part(&mut self, told: &str, bytes: &[u8]) {
        self.send(told, bytes).await.ok();
    }

    /// Reads lines until one ends the reply; that one has to be right. Gives all of them.
    pub(super) async fn reply(
        &mut self,
        what: &str,
        is_end: impl Fn(&str) -> bool,
        is_right: impl Fn(&str) -> bool,
    ) -> Result<Vec<String>, Reason> {
        let mut lines = Vec::new();
        loop {
            let line = self.line(what).await?;
            if !is_end(&line) {
                lines.push(line);
            } else if is_right(&line) {
                lines.push(line);
                return Ok(lines);
            } else {
                let told = format!("the server says {} where {what} is due", quoted(&line));
                return Err(reason((self.wrong)(&line), told));
            }
            if lines.len() > limits::TALK_LINES_MAX {
                let told = format!("{what} has more than {} lines", limits::TALK_LINES_MAX);
                return Err(reason(ReasonCode::TooLong, told));
            }
        }
    }

    /// The next line, without its end.
    pub(super) async fn line(&mut self, what: &str) -> Result<String, Reason> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                self.record.received(&line);
                self.hear(&line);
                return Ok(line);
            }
            self.more(what).await?;
        }
    }

    /// The next bytes, so many. What is said in them is for the caller to tell and to hear.
    pub(super) async fn bytes(&mut self, count: usize, what: &str) -> Result<Vec<u8>, Reason> {
        if count > limits::TALK_BYTES_MAX {
            return Err(too_long(what));
        }
        while self.read.len() < count {
            self.more(what).await?;
        }
        Ok(self.read.drain(..count).collect())
    }

    /// Adds a line to what is judged.
    pub(super) fn hear(&mut self, line: &str) {
        if self.heard.len() + line.len() < limits::HEARD_BYTES_MAX {
            self.heard.push_str(line);
            self.heard.push('\n');
        }
    }

    /// What the server said.
    pub(super) fn heard(self) -> String {
        self.heard
    }

    /// Whether nothing came that nobody asked for.
    pub(super) const fn is_quiet(&self) -> bool {
        self.read.is_empty()
    }

    async fn more(&mut self, what: &str) -> Result<(), Reason> {
        let bytes_max = limits::TALK_BYTES_MAX;
        match read_more(self.stream, &mut self.read, bytes_max, self.deadline).await {
            Ok(More::Came) => {
                if self.record.phases.first_byte_us.is_none() {
                    spend(&mut self.record.phases.first_byte_us, self.began_at.elapsed());
                }
                Ok(())
            }
            Ok(More::Ended) => {
                let told = format!("the server ended where {what} is due");
                Err(reason(ReasonCode::Broken, told))
            }
            Ok(More::Full) => Err(too_long(what)),
            Err(ReadError::TimedOut) => {
                let told = format!("the connection stands, and {what} did not come in time");
                Err(reason(ReasonCode::TimedOut, told))
            }
            Err(ReadError::Broken(error)) => Err(broken(&error)),
        }
    }
}

fn too_long(what: &str) -> Reason {
    let told = format!("the server says over {} bytes where {what} is due", limits::TALK_BYTES_MAX);
    reason(ReasonCode::TooLong, told)
}

fn broken(error: &std::io::Error) -> Reason {
    reason(ReasonCode::Broken, format!("the connection broke: {error}"))
}

/// The address that we speak from, as SMTP has it of those without a name (RFC 5321, 4.1.3).
pub(super) fn own_literal(stream: &TcpStream) -> String {
    match stream.local_addr().map(|local: SocketAddr| local.ip().to_canonical()) {
        Ok(IpAddr::V6(address)) => format!("[IPv6:{address}]"),
        Ok(IpAddr::V4(address)) => format!("[{address}]"),
        Err(_) => "[127.0.0.1]".to_owned(),
    }
}

/// `220-` goes on, `220 ` does not, and neither does `SSH-`.
pub(super) fn is_smtp_end(line: &str) -> bool {
    !matches!(line.as_bytes(), [a, b, c, b'-', ..] if [a, b, c].iter().all(|it| it.is_ascii_digit()))
}

/// Whether a line begins with these words, in any case.
pub(super) fn begins(line: &str, with: &str) -> bool {
    line.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with))
}
