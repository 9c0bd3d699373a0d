//! What comes before the request of a check of the kind `http` that is judged: requests in order, and what is
//! taken from their answers, to stand in those that follow.

use serde::{Deserialize, Serialize};

use super::{Assertion, Header, HttpCheck, Method, StatusRange};
use crate::limits;
use crate::text::Key;

/// A request before the one that is judged. It has to be answered rightly, too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpStep {
    /// What it does, to people: `log in`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it goes: `http://…` or `https://…`.
    pub url: String,
    /// What it asks.
    #[serde(default)]
    pub method: Method,
    /// Header fields that are sent beside our own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// What is sent as the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Statuses that are right; 200 to 299 where none is named. A redirect that is named is not followed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<StatusRange>,
    /// What else has to hold, all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assertions: Vec<Assertion>,
    /// What is taken from its answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captures: Vec<Capture>,
}

/// A value that is taken from an answer. Later requests say `{{name}}` where it is to stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// What it is called.
    pub name: Key,
    /// Where it stands.
    pub from: CaptureFrom,
}

/// Where in an answer a value stands that is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CaptureFrom {
    /// In a header field; the first one of that name.
    Header {
        /// Its name, in any case.
        name: String,
    },
    /// In the body, read as JSON: the first thing that a path finds, a text, a number or a flag.
    Json {
        /// The path, by RFC 9535: `$.token`.
        path: String,
    },
    /// In the body, read as UTF-8: what the one group of a regular expression finds first.
    Pattern {
        /// The regular expression.
        regex: String,
    },
    /// In a cookie that the answer sets.
    Cookie {
        /// Its name.
        name: String,
    },
}

/// A part of a text in which captured values may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// What is sent as it is written.
    Text(&'a str),
    /// The place of a value, by what stands between the braces.
    Value(&'a str),
}

/// The parts of a text in which captured values may stand, in order. Braces with anything but a word between
/// them are text.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut written, mut from) = (Vec::new(), 0, 0);
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("{{")).map(|at| from + at) {
        let Some(word) = text.get(at + 2..).and_then(word) else {
            from = at + 1;
            continue;
        };
        if let Some(before) = text.get(written..at).filter(|before| !before.is_empty()) {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Value(word));
        from = at + word.len() + 4;
        written = from;
    }
    if let Some(rest) = text.get(written..).filter(|rest| !rest.is_empty()) {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// The word in front of the braces that close. One in which only the case or a space is wrong is one, too: it is
/// meant as a place, and refused.
fn word(rest: &str) -> Option<&str> {
    let may_be = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | ' ');
    // No further than a word goes: texts that are looked at may be long, and full of braces.
    let mut letters = rest.char_indices().take(limits::KEY_CHARS_MAX + 1);
    let (end, _) = letters.find(|(_, letter)| !may_be(*letter))?;
    let (word, after) = rest.split_at_checked(end)?;
    let is_word = word.len() <= limits::KEY_CHARS_MAX && after.starts_with("}}");
    (is_word && !word.trim().is_empty()).then_some(word)
}

impl HttpStep {
    /// A request of an address.
    #[must_use]
    pub fn of(url: impl Into<String>) -> Self {
        Self {
            name: None,
            url: url.into(),
            method: Method::default(),
            headers: Vec::new(),
            body: None,
            statuses: Vec::new(),
            assertions: Vec::new(),
            captures: Vec::new(),
        }
    }

    /// What it is called in sentences, by its place in the list: `step 2 (log in)`.
    #[must_use]
    pub fn told(&self, place: usize) -> String {
        let number = place.saturating_add(1);
        match &self.name {
            Some(name) => format!("step {number} ({name})"),
            None => format!("step {number}"),
        }
    }
}

impl HttpCheck {
    /// The names of the values that are captured before a step; before the request that is judged where there are
    /// no more steps than `place`.
    pub fn captured_before(&self, place: usize) -> impl Iterator<Item = &Key> {
        let steps = self.before.iter().take(place);
        steps.flat_map(|step| step.captures.iter().map(|capture| &capture.name))
    }
}
