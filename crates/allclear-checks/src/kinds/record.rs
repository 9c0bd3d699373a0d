//! What is written down during a probe: what was said, how long each part took, and nothing secret.

mod captured;
mod spelled;

use std::cell::Cell;
use std::net::IpAddr;
use std::time::Duration;

use allclear_domain::check::{Direction, Exchange, ExchangeLine, Leaf, Phases, Reach};
use allclear_domain::limits::SECRET_BYTES_MIN;
use data_encoding::{BASE64, BASE64URL};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::limits::{HIDING_WORK_MAX, REASON_BYTES_MAX, TOLD_WORK_MIN};

/// What stands where something secret stood.
pub(super) const NOT_KEPT: &str = "(not kept)";

/// What stands where a text was cut off.
const CUT: char = '…';
/// Places where one text was cut off that are looked at, from its end; strangers may write the mark too.
const CUTS_MAX: usize = 8;

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
    /// The address that kept silent, or that there is no way to.
    pub(super) unreached: Option<IpAddr>,
    /// How long it waited for its turn, which says nothing of the target.
    pub(super) waited: Duration,
    exchange: Exchange,
    bytes: usize,
    /// The lines that were cut off at their end.
    cut_lines: Vec<usize>,
    /// Whether room is left for what is still to come.
    holds_back: bool,
    secrets: Vec<String>,
    /// How much is still done to find secrets in what is written.
    work: Cell<usize>,
}

impl Record {
    pub(super) fn new(started: Instant, probed_at: Timestamp) -> Self {
        Self {
            started,
            probed_at,
            certificate_ends_at: None,
            leaf: None,
            reach: None,
            unreached: None,
            waited: Duration::ZERO,
            phases: Phases::default(),
            exchange: Exchange::default(),
            bytes: 0,
            cut_lines: Vec::new(),
            holds_back: false,
            secrets: Vec::new(),
            work: Cell::new(HIDING_WORK_MAX),
        }
    }

    /// Takes a value out of all that is written from now on, however it is spelled, and its base64: others may
    /// repeat it.
    pub(super) fn hide_everywhere(&mut self, secret: &str) {
        self.add_everywhere(secret);
        self.sort();
    }

    /// Adds a value to those that are taken out; they have to be sorted then.
    fn add_everywhere(&mut self, secret: &str) {
        self.add(secret);
        // Lines are read without the spaces around them, and reasons quote what was said.
        self.add(secret.trim());
        self.add(&secret.escape_debug().to_string());
        // What ends a text in base64 is often left out.
        self.add(secret.trim_end_matches('='));
        self.add(BASE64.encode(secret.as_bytes()).trim_end_matches('='));
        self.add(BASE64URL.encode(secret.as_bytes()).trim_end_matches('='));
    }

    fn add(&mut self, secret: &str) {
        // `Bearer` and `Basic` are no secrets, what follows them is.
        let rest = secret.split_once(' ').map(|(_, rest)| rest);
        let parts = std::iter::once(secret).chain(rest);
        let parts = parts.filter(|part| part.len() >= SECRET_BYTES_MIN);
        self.secrets.extend(parts.map(str::to_owned));
    }

    fn sort(&mut self) {
        // A longer one may have a shorter one in it.
        self.secrets.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
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
        let kept = bytes.get(..end_of_letters(bytes, bytes_max)).unwrap_or(bytes);
        if !kept.is_empty() {
            let text = String::from_utf8_lossy(kept);
            let text = match kept.len() < bytes.len() {
                true => self.without_begun(self.without_secrets(&text)),
                false => text.into_owned(),
            };
            text.lines().for_each(|line| self.received(line));
        }
        if kept.len() < bytes.len() {
            self.exchange.is_cut = true;
            self.cut_lines.extend(self.exchange.lines.len().checked_sub(1));
        }
    }

    /// The text as it may be told: without what is secret, and without what would move the cursor of
    /// whoever reads it in a terminal.
    pub(super) fn tellable(&self, text: &str) -> String {
        let text = self.without_secrets(text);
        let text = if self.secrets.is_empty() { text } else { self.without_cuts(&text) };
        text.replace(|letter: char| letter.is_control() && letter != '\t', "\u{fffd}")
    }

    fn without_secrets(&self, text: &str) -> String {
        let hidden =
            |text: String, secret: &String| spelled::without(&text, secret, NOT_KEPT, &self.work);
        self.secrets.iter().fold(text.to_owned(), hidden)
    }

    /// A text without the beginnings of secrets in front of where it was cut off.
    fn without_cuts(&self, text: &str) -> String {
        let skipped = text.matches(CUT).count().saturating_sub(CUTS_MAX);
        let parts = text.split_inclusive(CUT).enumerate();
        let parts = parts.map(|(place, part)| match part.strip_suffix(CUT) {
            Some(text) if place >= skipped => {
                format!("{}{CUT}", self.without_begun(text.to_owned()))
            }
            _ => part.to_owned(),
        });
        parts.collect()
    }

    /// A text without the beginning of a secret at its end.
    fn without_begun(&self, mut text: String) -> String {
        let begins =
            self.secrets.iter().filter_map(|secret| spelled::begun(&text, secret, &self.work));
        if let Some(first) = begins.min() {
            text.truncate(first);
            text.push_str(NOT_KEPT);
        }
        text
    }

    /// The same of a reason, which strangers have a hand in as well: no longer than it may be.
    pub(super) fn told(&self, text: &str) -> String {
        // Whoever used up the work with an answer is told of nevertheless.
        self.work.set(self.work.get().max(TOLD_WORK_MIN));
        let mut told = self.tellable(text);
        if told.len() > REASON_BYTES_MAX {
            told.truncate(told.floor_char_boundary(REASON_BYTES_MAX));
            told.push('…');
        }
        told
    }

    fn write(&mut self, direction: Direction, text: &str) {
        if !self.has_room() {
            // What is not kept makes no work.
            self.exchange.is_cut = true;
            return;
        }
        let at_us = micros(self.started.elapsed());
        let text = self.tellable(text);
        self.push(ExchangeLine { at_us, direction, text });
    }

    fn has_room(&self) -> bool {
        let (lines_max, bytes_max) = self.room();
        self.exchange.lines.len() < lines_max && self.bytes < bytes_max
    }

    /// Keeps a line, as far as there is room.
    fn push(&mut self, mut line: ExchangeLine) {
        if !self.has_room() {
            self.exchange.is_cut = true;
            return;
        }
        let room = self.room().1.saturating_sub(self.bytes);
        if line.text.len() > room {
            line.text.truncate(line.text.floor_char_boundary(room));
            self.exchange.is_cut = true;
            self.cut_lines.push(self.exchange.lines.len());
        }
        self.bytes += line.text.len();
        self.exchange.lines.push(line);
    }

    pub(super) fn into_exchange(self) -> Exchange {
        self.exchange
    }
}

/// Where to cut bytes so that no letter is cut in two: half a letter would hide the beginning of a
/// secret in front of it.
fn end_of_letters(bytes: &[u8], bytes_max: usize) -> usize {
    let is_within = |end: &usize| bytes.get(*end).is_some_and(|byte| byte & 0xc0 == 0x80);
    // A letter has four bytes at most; what goes on for longer is no text.
    let mut ends = (bytes_max.saturating_sub(3)..=bytes_max).rev();
    ends.find(|end| !is_within(end)).unwrap_or(bytes_max)
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
    use allclear_domain::limits::{EXCHANGE_BYTES_MAX, EXCHANGE_LINES_MAX};

    use super::*;

    fn lines(record: Record) -> (Vec<String>, bool) {
        let exchange = record.into_exchange();
        (exchange.lines.into_iter().map(|line| line.text).collect(), exchange.is_cut)
    }

    #[test]
    fn what_is_secret_is_hidden_without_its_spaces_and_as_reasons_quote_it() {
        let mut record = Record::new(Instant::now(), Timestamp::UNIX_EPOCH);
        record.hide_everywhere("hunter2 ");
        record.hide_everywhere("hun\u{a0}ter\u{200b}three");
        record.received("-ERR bad: PASS hunter2");
        let told = record.told(&format!("it says {:?}", "no hun\u{a0}ter\u{200b}three"));
        assert!(!told.contains("three"), "{told}");
        assert!(!lines(record).0.concat().contains("hunter"));
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
        record.hide_everywhere("Bearer hunter2-hunter2");
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
    async fn a_secret_is_hidden_however_it_is_written() {
        let mut record = Record::new(Instant::now(), Timestamp::UNIX_EPOCH);
        record.hide_everywhere("é/<hunter>&'2");
        record.hide_everywhere("Basic aGk6L/8+Cg==");
        for (repeated, told) in [
            (r#"{"a":"\u00e9\/\u003chunter\u003E\u0026'2"}"#, r#"{"a":"(not kept)"}"#),
            ("<b>&#233;&#x2F;&lt;hunter&#62;&amp;&#039;2</b>", "<b>(not kept)</b>"),
            ("/%c3%a9%2f%3chunter%3E%26%272?", "/(not kept)?"),
            (r"é%2F\u003Chunter&gt;&#38;\'2.", "(not kept)."),
            (r#"{"auth":"Basic aGk6L\/8+Cg=="}"#, r#"{"auth":"(not kept)"}"#),
            ("<b>aGk6L/8&#43;Cg&#x3D;&#x3d;</b>", "<b>(not kept)</b>"),
            ("auth=aGk6L%2f8%2bCg&b=2", "auth=(not kept)&b=2"),
        ] {
            assert_eq!(record.told(repeated), told);
            record.received_bytes(repeated.as_bytes(), 1_000);
            let line = record.exchange.lines.last().map(|line| line.text.as_str());
            assert_eq!(line, Some(told));
        }
        let open = r#"{"a":"\u00e9\/","b":"&lt;hunter%3e","c":"aGk6"}"#;
        assert_eq!(record.told(open), open);
    }

    #[tokio::test]
    async fn half_a_letter_does_not_show_the_beginning_of_a_secret() {
        let mut record = Record::new(Instant::now(), Timestamp::UNIX_EPOCH);
        record.hide_everywhere("hunté😀r2");
        let said = "you sent hunté😀r2";
        for end in said.find("té").unwrap()..said.len() {
            record.received_bytes(said.as_bytes(), end);
        }
        let (lines, is_cut) = lines(record);
        assert!(is_cut && lines.iter().all(|line| line == "you sent (not kept)"), "{lines:?}");
        assert_eq!(end_of_letters(&[0x80; 9], 5), 5);
        assert_eq!(end_of_letters(b"ab", 5), 5);
    }

    #[tokio::test]
    async fn marks_of_strangers_do_not_make_work() {
        let mut record = Record::new(Instant::now(), Timestamp::UNIX_EPOCH);
        record.hide_everywhere("hunter2");
        let told = record.tellable(&"hunt…".repeat(CUTS_MAX + 1));
        assert_eq!(told, format!("hunt…{}", "(not kept)…".repeat(CUTS_MAX)));
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
