//! What is written down during a probe: what was said, how long each part took, and nothing secret.

use std::time::Duration;

use allclear_domain::check::{Direction, Exchange, ExchangeLine, Leaf, Phases, Reach};
use allclear_domain::limits::{EXCHANGE_BYTES_MAX, EXCHANGE_LINES_MAX, SECRET_BYTES_MIN};
use data_encoding::{BASE64, BASE64URL};
use jiff::Timestamp;
use tokio::time::Instant;
use url::form_urlencoded::byte_serialize;

use crate::limits::REASON_BYTES_MAX;

/// What stands where something secret stood.
pub(super) const NOT_KEPT: &str = "(not kept)";

/// What stands where a text was cut off.
const CUT: char = '…';
/// Characters of the beginning of a secret that may stand where a text was cut off.
const BEGIN_CHARS_MAX: usize = 2;

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
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // What a server asks for is no secret, and says why it turned somebody away.
    !name.ends_with("-authenticate") && SECRET_NAMES.iter().any(|part| name.contains(part))
}

/// Words whose values are secret wherever they stand in a name.
const SECRET_WORDS: [&str; 11] = [
    "apikey",
    "auth",
    "authorization",
    "cookie",
    "credential",
    "credentials",
    "passwd",
    "password",
    "secret",
    "sig",
    "token",
];
/// Words that make a key secret which they precede: one that sorts is none.
const SECRET_KEYS: [&str; 6] = ["access", "api", "auth", "private", "secret", "signing"];

/// Whether a name says that its value is a secret, word by word. What is refused for its name has to be
/// one, while more is left out of what is told than has to be.
pub(crate) fn says_secret(name: &str) -> bool {
    let words = words_of(name);
    let is_key = |pair: &[String]| pair[1] == "key" && SECRET_KEYS.contains(&pair[0].as_str());
    words == ["key"]
        || words.iter().any(|word| SECRET_WORDS.contains(&word.as_str()))
        || words.windows(2).any(is_key)
}

/// The words of a name, in lower case: `accessKey`, `access-key` and `access_key` have two.
fn words_of(name: &str) -> Vec<String> {
    let (mut words, mut word, mut was_lower) = (Vec::new(), String::new(), false);
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && was_lower) {
            words.push(std::mem::take(&mut word));
        }
        was_lower = letter.is_lowercase();
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// The record of one probe.
#[derive(Debug)]
pub(super) struct Record {
    started: Instant,
    /// The present, when the probe began.
    pub(super) probed_at: Timestamp,
    pub(super) phases: Phases,
    /// When the first certificate ends of those that are needed.
    pub(super) certificate_ends_at: Option<Timestamp>,
    /// The certificate of the first server that spoke TLS.
    pub(super) leaf: Option<Leaf>,
    /// How far away the target is, once its addresses are known.
    pub(super) reach: Option<Reach>,
    exchange: Exchange,
    bytes: usize,
    secrets: Vec<String>,
}

impl Record {
    pub(super) fn new(started: Instant, probed_at: Timestamp) -> Self {
        Self {
            started,
            probed_at,
            certificate_ends_at: None,
            leaf: None,
            reach: None,
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
        let parts = parts.filter(|part| part.len() >= SECRET_BYTES_MIN);
        self.secrets.extend(parts.map(str::to_owned));
    }

    /// The same of a secret that is known to be one, in each form in which others may repeat it.
    pub(super) fn hide_everywhere(&mut self, secret: &str) {
        self.hide(secret);
        let quoted = serde_json::to_string(secret).unwrap_or_default();
        let marked = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let forms = [
            quoted.trim_matches('"').to_owned(),
            marked.replace('"', "&quot;").replace('\'', "&#39;"),
            byte_serialize(secret.as_bytes()).collect(),
            secret.bytes().map(|byte| percent(byte, b"-._~")).collect(),
            secret.bytes().map(|byte| percent(byte, b"")).collect(),
            BASE64.encode(secret.as_bytes()).trim_end_matches('=').to_owned(),
            BASE64URL.encode(secret.as_bytes()).trim_end_matches('=').to_owned(),
        ];
        forms.iter().for_each(|form| self.hide(form));
        // A longer one may have a shorter one in it.
        self.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        self.secrets.dedup();
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
            let text = String::from_utf8_lossy(kept);
            let text = match kept.len() < bytes.len() {
                true => self.without_begun(self.without_secrets(&text)),
                false => text.into_owned(),
            };
            text.lines().for_each(|line| self.received(line));
        }
        self.exchange.is_cut |= kept.len() < bytes.len();
    }

    /// The text as it may be told: without what is secret, and without what would move the cursor of
    /// whoever reads it in a terminal.
    pub(super) fn tellable(&self, text: &str) -> String {
        let text = self.without_secrets(text);
        let mut parts = text.split_inclusive(CUT);
        let text: String = match self.secrets.is_empty() {
            true => text,
            false => parts.by_ref().map(|part| self.without_cut(part)).collect(),
        };
        text.replace(|letter: char| letter.is_control() && letter != '\t', "\u{fffd}")
    }

    fn without_secrets(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), NOT_KEPT);
            }
        }
        text
    }

    /// A text without the beginning of a secret in front of where it was cut off.
    fn without_cut(&self, part: &str) -> String {
        match part.strip_suffix(CUT) {
            Some(text) => format!("{}{CUT}", self.without_begun(text.to_owned())),
            None => part.to_owned(),
        }
    }

    /// A text without the beginning of a secret at its end.
    fn without_begun(&self, mut text: String) -> String {
        let begun = |secret: &String| {
            let ends = secret.char_indices().map(|(end, _)| end).skip(BEGIN_CHARS_MAX + 1);
            let begins = ends.filter_map(|end| secret.get(..end));
            begins.filter(|begin| text.ends_with(begin)).map(str::len).max()
        };
        let longest = self.secrets.iter().filter_map(begun).max();
        if let Some(longest) = longest {
            text.truncate(text.len() - longest);
            text.push_str(NOT_KEPT);
        }
        text
    }

    /// The same of a reason, which strangers have a hand in as well: no longer than it may be.
    pub(super) fn told(&self, text: &str) -> String {
        let mut told = self.tellable(text);
        if told.len() > REASON_BYTES_MAX {
            told.truncate(told.floor_char_boundary(REASON_BYTES_MAX));
            told.push('…');
        }
        told
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

    pub(super) fn into_exchange(self) -> Exchange {
        self.exchange
    }
}

/// A byte as addresses have it; some leave these as they are.
fn percent(byte: u8, plain: &[u8]) -> String {
    match byte {
        byte if byte.is_ascii_alphanumeric() || plain.contains(&byte) => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
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
        let exchange = record.into_exchange();
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

    #[test]
    fn names_that_say_secret_are_told_from_those_that_sound_like_it() {
        for secret in [
            "Authorization",
            "Proxy-Authorization",
            "Cookie",
            "X-Api-Key",
            "apikey",
            "api_key",
            "accessKey",
            "access_token",
            "X-Auth-Token",
            "key",
            "client_secret",
            "sig",
        ] {
            assert!(says_secret(secret) && (is_secret(secret) || secret == "sig"), "{secret}");
        }
        for open in [
            "keyword",
            "author",
            "monkey",
            "sort_key",
            "Idempotency-Key",
            "Sec-WebSocket-Key",
            "tokenizer",
            "session_type",
            "Accept",
            "design",
            "-",
            "",
        ] {
            assert!(!says_secret(open), "{open}");
        }
    }

    #[tokio::test]
    async fn what_is_secret_is_not_kept_where_others_repeat_it() {
        let mut record = Record::new(Instant::now(), Timestamp::UNIX_EPOCH);
        record.hide("Bearer hunter2-hunter2");
        record.received(r#"{"you sent": "hunter2-hunter2"}"#);
        record.received_bytes(b"Bearer hunter2-hunter2\r\nsecond\x1b[2Jline", 1_000);
        let (lines, is_cut) = lines(record);
        assert_eq!(lines, [r#"{"you sent": "(not kept)"}"#, "(not kept)", "second\u{fffd}[2Jline"]);
        assert!(!is_cut);
    }

    #[tokio::test]
    async fn a_secret_is_hidden_in_every_form_and_where_it_was_cut_off() {
        let mut record = Record::new(Instant::now(), Timestamp::UNIX_EPOCH);
        record.hide_everywhere(r#"hun"t er2/&3"#);
        for repeated in [
            r#"a hun"t er2/&3 b"#,
            r#"{"a":"hun\"t er2/&3"}"#,
            "q=hun%22t+er2%2F%263",
            "/hun%22t%20er2%2F%263",
            "<b>hun&quot;t er2/&amp;3</b>",
            &BASE64.encode(br#"hun"t er2/&3"#),
        ] {
            let told = record.tellable(repeated);
            assert!(told.contains(NOT_KEPT) && !told.contains("er2"), "{told}");
        }
        assert_eq!(
            record.told(r#"is "it hun"t er…": it should"#),
            format!("is \"it {NOT_KEPT}…\": it should")
        );
        record.received_bytes(br#"you sent hun"t er2/&3"#, 15);
        record.received_bytes(br#"you sent hun"t er2/&3, hun"t er2/&3"#, 27);
        let (lines, _) = lines(record);
        assert_eq!(
            lines,
            [format!("you sent {NOT_KEPT}"), format!("you sent {NOT_KEPT}, {NOT_KEPT}")]
        );
    }

    #[tokio::test]
    async fn a_reason_has_an_end() {
        let record = Record::new(Instant::now(), Timestamp::UNIX_EPOCH);
        assert_eq!(record.told("short"), "short");
        let long = record.told(&"ä".repeat(REASON_BYTES_MAX));
        assert!(long.len() <= REASON_BYTES_MAX + "…".len() && long.ends_with("ä…"));
    }

    #[tokio::test]
    async fn the_record_has_an_end() {
        let mut record = Record::new(Instant::now(), Timestamp::UNIX_EPOCH);
        record.received_bytes(&[b'\n'; 1_000], 1_000);
        let (all, is_cut) = lines(record);
        assert_eq!((all.len(), is_cut), (EXCHANGE_LINES_MAX, true));

        let mut record = Record::new(Instant::now(), Timestamp::UNIX_EPOCH);
        let long = "ä".repeat(EXCHANGE_BYTES_MAX);
        record.received(&long);
        record.received("more");
        let (all, is_cut) = lines(record);
        assert_eq!(all.concat().len(), EXCHANGE_BYTES_MAX);
        assert!(is_cut);

        let mut record = Record::new(Instant::now(), Timestamp::UNIX_EPOCH);
        record.received_bytes(b"12345", 3);
        assert_eq!(lines(record), (vec!["123".to_owned()], true));
    }
}
