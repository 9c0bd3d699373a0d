//! What has to hold of an answer. Nothing here is asked before there is an answer.

mod path;

use allclear_domain::check::{Assertion, JsonTest, JsonValue, TextTest};
use hyper::HeaderMap;
use hyper::header::HeaderName;
use regex::{Regex, RegexBuilder};
use serde_json::Value;
use serde_json_path::JsonPath;

use super::NotReady;
use super::record::{NOT_KEPT, is_secret};
use crate::limits;

/// An assertion with its patterns and paths read.
#[derive(Debug)]
pub(super) enum Holds {
    Header { name: HeaderName, test: TextHolds },
    Body { test: TextHolds },
    Json { path: JsonPath, written: String, test: JsonHolds },
    Size { min: Option<u64>, max: Option<u64> },
}

/// A test of a text, with its pattern read.
#[derive(Debug)]
pub(super) enum TextHolds {
    Is(String),
    IsNot(String),
    Contains(String),
    ContainsNot(String),
    Matches(Regex),
    MatchesNot(Regex),
}

/// A test of a JSON value, with its pattern read.
#[derive(Debug)]
pub(super) enum JsonHolds {
    Plain(JsonTest),
    Matches(Regex),
}

/// An answer as far as assertions look at it.
#[derive(Debug)]
pub(super) struct Judged<'a> {
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

impl Judged<'_> {
    /// The body as JSON, read once for all.
    pub(super) fn json<'a>(
        &self,
        json: &'a mut Option<Result<Value, String>>,
    ) -> Result<&'a Value, String> {
        let read = || {
            serde_json::from_slice(self.body)
                .map_err(|error| format!("the body is no JSON: {error}"))
        };
        json.get_or_insert_with(read).as_ref().map_err(String::clone)
    }
}

impl Holds {
    /// Reads an assertion.
    pub(super) fn new(assertion: &Assertion) -> Result<Self, NotReady> {
        Ok(match assertion {
            Assertion::Header { name, test } => Self::Header {
                name: name.parse().map_err(|_| {
                    NotReady::new("header.name", format!("{name:?} is no name of a header field"))
                })?,
                test: TextHolds::new(test)?,
            },
            Assertion::Body { test } => Self::Body { test: TextHolds::new(test)? },
            Assertion::Json { path, test } => Self::Json {
                path: json_path(path)?,
                written: path.clone(),
                test: JsonHolds::new(test)?,
            },
            Assertion::Size { min, max } => Self::Size { min: *min, max: *max },
        })
    }

    /// What does not hold of an answer, in words; nothing where it holds. `json` is the body, read
    /// once for all.
    pub(super) fn broken_by(
        &self,
        judged: &Judged<'_>,
        json: &mut Option<Result<Value, String>>,
    ) -> Option<String> {
        match self {
            Self::Header { name, test } => broken_header(name, test, judged.headers),
            Self::Body { test } => {
                let text = String::from_utf8_lossy(judged.body);
                (!test.holds(&text)).then(|| format!("the body {}", test.expected()))
            }
            Self::Json { path, written, test } => match judged.json(json) {
                Err(problem) => Some(problem),
                Ok(value) => test.broken_by(written, &path.query(value).all()),
            },
            Self::Size { min, max } => {
                let size = u64::try_from(judged.body.len()).unwrap_or(u64::MAX);
                if min.is_some_and(|min| size < min) || max.is_some_and(|max| size > max) {
                    return Some(format!("the body has {size} bytes, not {}", range(*min, *max)));
                }
                None
            }
        }
    }
}

fn range(min: Option<u64>, max: Option<u64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("{min} or more"),
        (None, Some(max)) => format!("{max} or fewer"),
        (None, None) => "any number".to_owned(),
    }
}

fn broken_header(name: &HeaderName, test: &TextHolds, headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(name).iter();
    let values: Vec<String> =
        values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
    // One bad value is enough to break what must not be.
    let holds = if test.is_negative() {
        values.iter().all(|value| test.holds(value))
    } else {
        values.iter().any(|value| test.holds(value))
    };
    if holds {
        return None;
    }
    let found = if values.is_empty() {
        "is not there".to_owned()
    } else if is_secret(name.as_str()) {
        format!("is {NOT_KEPT}")
    } else {
        format!("is {}", quoted(&values.join(", ")))
    };
    Some(format!("the header field {name} {found}: it {}", test.expected()))
}

impl TextHolds {
    /// Reads a test.
    pub(super) fn new(test: &TextTest) -> Result<Self, NotReady> {
        Ok(match test {
            TextTest::Is(text) => Self::Is(text.clone()),
            TextTest::IsNot(text) => Self::IsNot(text.clone()),
            TextTest::Contains(text) => Self::Contains(text.clone()),
            TextTest::ContainsNot(text) => Self::ContainsNot(text.clone()),
            TextTest::Matches(pattern) => Self::Matches(regex(test.as_str(), pattern)?),
            TextTest::MatchesNot(pattern) => Self::MatchesNot(regex(test.as_str(), pattern)?),
        })
    }

    /// Whether it holds of a text.
    pub(super) fn holds(&self, text: &str) -> bool {
        match self {
            Self::Is(expected) => text == expected,
            Self::IsNot(other) => text != other,
            Self::Contains(part) => text.contains(part.as_str()),
            Self::ContainsNot(part) => !text.contains(part.as_str()),
            Self::Matches(pattern) => pattern.is_match(text),
            Self::MatchesNot(pattern) => !pattern.is_match(text),
        }
    }

    fn is_negative(&self) -> bool {
        matches!(self, Self::IsNot(_) | Self::ContainsNot(_) | Self::MatchesNot(_))
    }

    /// What should hold, after the subject of a sentence.
    pub(super) fn expected(&self) -> String {
        match self {
            Self::Is(text) => format!("should be {}", quoted(text)),
            Self::IsNot(text) => format!("should not be {}", quoted(text)),
            Self::Contains(text) => format!("should contain {}", quoted(text)),
            Self::ContainsNot(text) => format!("should not contain {}", quoted(text)),
            Self::Matches(pattern) => format!("should match {}", quoted(pattern.as_str())),
            Self::MatchesNot(pattern) => format!("should not match {}", quoted(pattern.as_str())),
        }
    }
}

impl JsonHolds {
    fn new(test: &JsonTest) -> Result<Self, NotReady> {
        Ok(match test {
            JsonTest::Matches(pattern) => Self::Matches(regex(test.as_str(), pattern)?),
            other => Self::Plain(other.clone()),
        })
    }

    fn broken_by(&self, path: &str, found: &[&Value]) -> Option<String> {
        let holds = match self {
            Self::Plain(JsonTest::Exists(exists)) => found.is_empty() != *exists,
            _ => found.iter().any(|value| self.holds(value)),
        };
        if holds {
            return None;
        }
        let told = match found {
            [] => "nothing".to_owned(),
            [one] => cut(&one.to_string()),
            [first, rest @ ..] => {
                format!("{} and {} more", cut(&first.to_string()), rest.len())
            }
        };
        Some(format!("{path} finds {told}: it {}", self.expected()))
    }

    fn holds(&self, value: &Value) -> bool {
        let number = |holds: &dyn Fn(f64) -> bool| value.as_f64().is_some_and(holds);
        match self {
            Self::Matches(pattern) => value.as_str().is_some_and(|text| pattern.is_match(text)),
            Self::Plain(test) => match test {
                JsonTest::Exists(exists) => *exists,
                JsonTest::Is(expected) => is(value, expected),
                JsonTest::IsNot(other) => !is(value, other),
                JsonTest::LessThan(bound) => number(&|number| number < *bound),
                JsonTest::AtMost(bound) => number(&|number| number <= *bound),
                JsonTest::MoreThan(bound) => number(&|number| number > *bound),
                JsonTest::AtLeast(bound) => number(&|number| number >= *bound),
                JsonTest::Matches(_) => false,
            },
        }
    }

    fn expected(&self) -> String {
        match self {
            Self::Matches(pattern) => format!("should match {}", quoted(pattern.as_str())),
            Self::Plain(test) => match test {
                JsonTest::Exists(true) => "should find something".to_owned(),
                JsonTest::Exists(false) => "should find nothing".to_owned(),
                JsonTest::Is(value) => format!("should be {}", printed(value)),
                JsonTest::IsNot(value) => format!("should not be {}", printed(value)),
                JsonTest::LessThan(bound) => format!("should be less than {bound}"),
                JsonTest::AtMost(bound) => format!("should be at most {bound}"),
                JsonTest::MoreThan(bound) => format!("should be more than {bound}"),
                JsonTest::AtLeast(bound) => format!("should be at least {bound}"),
                JsonTest::Matches(pattern) => format!("should match {}", quoted(pattern)),
            },
        }
    }
}

/// Numbers are equal as numbers: 1 is 1.0.
fn is(value: &Value, expected: &JsonValue) -> bool {
    match expected {
        JsonValue::Flag(flag) => value.as_bool() == Some(*flag),
        JsonValue::Number(number) => value.as_f64() == Some(*number),
        JsonValue::Text(text) => value.as_str() == Some(text),
        JsonValue::Null => value.is_null(),
    }
}

fn printed(value: &JsonValue) -> String {
    match value {
        JsonValue::Flag(flag) => flag.to_string(),
        JsonValue::Number(number) => number.to_string(),
        JsonValue::Text(text) => quoted(text),
        JsonValue::Null => "null".to_owned(),
    }
}

/// Reads a path that visits nothing of an answer more than a few times: what asks more could keep this machine
/// busy with one answer.
pub(super) fn json_path(written: &str) -> Result<JsonPath, NotReady> {
    let refused = |problem: String| NotReady::new("json.path", problem);
    let no_path = "is no path by RFC 9535, such as $.status or $.items[?@.name == 'x'].price";
    path::cost(written).map_err(|problem| match problem {
        path::Refused::NoPath => refused(no_path.to_owned()),
        path::Refused::TooMuch(told) => refused(format!("asks too much: it {told}")),
    })?;
    JsonPath::parse(written).map_err(|error| refused(format!("{no_path}: {error}")))
}

pub(super) fn regex(field: &str, pattern: &str) -> Result<Regex, NotReady> {
    let built = RegexBuilder::new(pattern).size_limit(limits::REGEX_BYTES_MAX).build();
    built.map_err(|error| {
        // The library draws the place in several lines; the last one says what is wrong.
        let told = error.to_string();
        let told = told.lines().last().unwrap_or_default().trim_start_matches("error: ");
        NotReady::new(field, format!("is no regular expression: {told}"))
    })
}

/// A text in quotes, and not all of a long one.
pub(super) fn quoted(text: &str) -> String {
    format!("{:?}", cut(text))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(limits::TOLD_CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
