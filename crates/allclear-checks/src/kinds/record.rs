//! What is written down during a probe: what was said, how long each part took, and nothing secret.

use std::time::Duration;

use allclear_domain::check::{Direction, Exchange, ExchangeLine, Phases};
use allclear_domain::limits::{EXCHANGE_BYTES_MAX, EXCHANGE_LINES_MAX};
use tokio::time::Instant;

/// What stands where something secret stood.
pub(super) const NOT_KEPT: &str = "(not kept)";

/// Characters that a secret has at least; shorter ones stand in too many other words.
const SECRET_CHARS_MIN: usize = 5;

/// Parts of names whose values are secret.
const SECRET_NAMES: [&str; 10] = [
    "auth",
    "cookie",
    "credential",
    "key",
    "passwd",
    "password",
    "secret",
    "session",
    "signature",
    "token",
];

/// Whether what goes by this name is secret: a header field, or a part of an address.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // What a server asks for is no secret, and says why it turned somebody away.
    !name.ends_with("-authenticate") && SECRET_NAMES.iter().any(|part| name.contains(part))
}

/// The record of one probe.
#[derive(Debug)]
pub(super) struct Record {
    started: Instant,
    pub(super) phases: Phases,
    exchange: Exchange,
    bytes: usize,
    secrets: Vec<String>,
}

impl Record {
    pub(super) fn new(started: Instant) -> Self {
        Self {
            started,
            phases: Phases::default(),
            exchange: Exchange::default(),
            bytes: 0,
            secrets: Vec::new(),
        }
    }

    /// Takes a value out of all that is written from now on: others may repeat it.
    pub(super) fn hide(&mut self, secret: &str) {
        // `Bearer` and `Basic` are no secrets, what follows them is.
        let rest = secret.split_once(' ').map(|(_, rest)| rest);
        let parts = std::iter::once(secret).chain(rest);
        let parts = parts.filter(|part| part.len() >= SECRET_CHARS_MIN);
        self.secrets.extend(parts.map(str::to_owned));
    }

    pub(super) fn sent(&mut self, text: &str) {
        self.write(Direction::Sent, text);
    }

    pub(super) fn received(&mut self, text: &str) {
        self.write(Direction::Received, text);
    }

    pub(super) fn noted(&mut self, text: &str) {
        self.write(Direction::Noted, text);
    }

    /// Writes down what came, line by line.
    pub(super) fn received_bytes(&mut self, bytes: &[u8], bytes_max: usize) {
        let kept = bytes.get(..bytes_max).unwrap_or(bytes);
        if !kept.is_empty() {
            String::from_utf8_lossy(kept).lines().for_each(|line| self.received(line));
        }
        self.exchange.is_cut |= kept.len() < bytes.len();
    }

    /// The text as it may be told: without what is secret, and without what would move the cursor of
    /// whoever reads it in a terminal.
    pub(super) fn tellable(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), NOT_KEPT);
            }
        }
        text.replace(|letter: char| letter.is_control() && letter != '\t', "\u{fffd}")
    }

    fn write(&mut self, direction: Direction, text: &str) {
        let room = EXCHANGE_BYTES_MAX - self.bytes;
        if self.exchange.lines.len() >= EXCHANGE_LINES_MAX || room == 0 {
            self.exchange.is_cut = true;
            return;
        }
        let mut text = self.tellable(text);
        if text.len() > room {
            text.truncate(text.floor_char_boundary(room));
            self.exchange.is_cut = true;
        }
        self.bytes += text.len();
        let at_us = micros(self.started.elapsed());
        self.exchange.lines.push(ExchangeLine { at_us, direction, text });
    }

    pub(super) fn into_parts(self) -> (Phases, Exchange) {
        (self.phases, self.exchange)
    }
}

/// Adds to the time of a phase: each redirect has its own.
pub(super) fn spend(phase: &mut Option<u64>, took: Duration) {
    *phase = Some(phase.unwrap_or_default().saturating_add(micros(took)));
}

pub(super) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(record: Record) -> (Vec<String>, bool) {
        let (_, exchange) = record.into_parts();
        (exchange.lines.into_iter().map(|line| line.text).collect(), exchange.is_cut)
    }

    #[test]
    fn names_of_secrets_are_known_in_any_case() {
        for secret in ["Authorization", "COOKIE", "set-cookie", "X-Api-Key", "access_token"] {
            assert!(is_secret(secret), "{secret}");
        }
        for open in ["content-type", "www-authenticate", "location", "date"] {
            assert!(!is_secret(open), "{open}");
        }
    }

    #[tokio::test]
    async fn what_is_secret_is_not_kept_where_others_repeat_it() {
        let mut record = Record::new(Instant::now());
        record.hide("Bearer hunter2-hunter2");
        record.received(r#"{"you sent": "hunter2-hunter2"}"#);
        record.received_bytes(b"Bearer hunter2-hunter2\r\nsecond\x1b[2Jline", 1_000);
        let (lines, is_cut) = lines(record);
        assert_eq!(lines, [r#"{"you sent": "(not kept)"}"#, "(not kept)", "second\u{fffd}[2Jline"]);
        assert!(!is_cut);
    }

    #[tokio::test]
    async fn the_record_has_an_end() {
        let mut record = Record::new(Instant::now());
        record.received_bytes(&[b'\n'; 1_000], 1_000);
        let (all, is_cut) = lines(record);
        assert_eq!((all.len(), is_cut), (EXCHANGE_LINES_MAX, true));

        let mut record = Record::new(Instant::now());
        let long = "ä".repeat(EXCHANGE_BYTES_MAX);
        record.received(&long);
        record.received("more");
        let (all, is_cut) = lines(record);
        assert_eq!(all.concat().len(), EXCHANGE_BYTES_MAX);
        assert!(is_cut);

        let mut record = Record::new(Instant::now());
        record.received_bytes(b"12345", 3);
        assert_eq!(lines(record), (vec!["123".to_owned()], true));
    }
}
