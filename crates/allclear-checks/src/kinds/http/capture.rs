//! What is taken from an answer.

use allclear_domain::check::{Capture, CaptureFrom};
use allclear_domain::text::Key;
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue, SET_COOKIE};
use regex::Regex;
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::kinds::NotReady;
use crate::kinds::assertion::{Judged, json_path, quoted, regex};
use crate::limits;

/// A value to take, with its pattern or path read.
#[derive(Debug)]
pub(super) struct Takes {
    pub(super) name: Key,
    from: Spot,
}

#[derive(Debug)]
enum Spot {
    Header(HeaderName),
    Json { path: JsonPath, written: String },
    Pattern(Regex),
    Cookie(String),
}

impl Takes {
    /// Reads what to take.
    pub(super) fn new(capture: &Capture) -> Result<Self, NotReady> {
        let from = match &capture.from {
            CaptureFrom::Header { name } => Spot::Header(name.parse().map_err(|_| {
                NotReady::new("from.header.name", format!("{name:?} is no name of a header field"))
            })?),
            CaptureFrom::Json { path } => Spot::Json {
                path: json_path(path).map_err(|not_ready| not_ready.within("from"))?,
                written: path.clone(),
            },
            CaptureFrom::Pattern { regex: written } => {
                let read = regex("from.pattern.regex", written)?;
                if read.captures_len() != 2 {
                    let problem =
                        "has to have one group, which says what is taken: csrf=\"([^\"]+)\"";
                    return Err(NotReady::new("from.pattern.regex", problem));
                }
                Spot::Pattern(read)
            }
            CaptureFrom::Cookie { name } => Spot::Cookie(name.clone()),
        };
        Ok(Self { name: capture.name.clone(), from })
    }

    /// Whether it is taken from the body.
    pub(super) const fn is_of_body(&self) -> bool {
        matches!(self.from, Spot::Json { .. } | Spot::Pattern(_))
    }

    /// Whether it is all of a header field.
    pub(super) fn is_field(&self, name: &HeaderName) -> bool {
        matches!(&self.from, Spot::Header(own) if own == name)
    }

    /// What stands in the head of an answer to be taken, as far as it may be hidden.
    pub(super) fn in_head(&self, headers: &HeaderMap) -> Option<String> {
        let value = match &self.from {
            Spot::Header(name) => header(headers, name),
            Spot::Cookie(name) => cookie(headers, name),
            Spot::Json { .. } | Spot::Pattern(_) => None,
        };
        value.map(begin)
    }

    /// The value, or why there is none. `json` is the body, read once for all.
    pub(super) fn take(
        &self,
        judged: &Judged<'_>,
        json: &mut Option<Result<Value, String>>,
    ) -> Result<String, Untaken> {
        let value = self.find(judged, json).map_err(|told| Untaken { told, value: None })?;
        let (length, max) = (value.len(), limits::CAPTURED_BYTES_MAX);
        let name = &self.name;
        if length > max {
            let told = format!("`{name}` has {length} bytes, and {max} are taken at most");
            return Err(Untaken { told, value: Some(begin(value)) });
        }
        let max = limits::CAPTURED_CONTROLS_MAX;
        let count = value.chars().filter(|letter| letter.is_control()).count();
        if count > max {
            let told = format!(
                "`{name}` has {count} line breaks and other control characters, and {max} are taken \
                 at most"
            );
            return Err(Untaken { told, value: Some(value) });
        }
        Ok(value)
    }

    fn find(
        &self,
        judged: &Judged<'_>,
        json: &mut Option<Result<Value, String>>,
    ) -> Result<String, String> {
        match &self.from {
            Spot::Header(name) => {
                let value = header(judged.headers, name);
                some(value, || format!("the answer has no header field `{name}`"))
            }
            Spot::Json { path, written } => {
                let body = judged.json(json)?;
                let missing = || format!("the answer has no `{written}`");
                match path.query(body).all().first() {
                    None | Some(Value::Null) => Err(missing()),
                    Some(Value::String(text)) => some(Some(text.clone()), missing),
                    Some(Value::Bool(flag)) => Ok(flag.to_string()),
                    Some(Value::Number(number)) if number.is_i64() || number.is_u64() => {
                        Ok(number.to_string())
                    }
                    Some(Value::Number(_)) => Err(format!(
                        "`{written}` of the answer is a number that would not be sent on as it is \
                         written: capture it by a pattern"
                    )),
                    Some(Value::Array(_) | Value::Object(_)) => {
                        Err(format!("`{written}` of the answer is neither a text nor a number"))
                    }
                }
            }
            Spot::Pattern(pattern) => {
                let text = String::from_utf8_lossy(judged.body);
                let found = pattern.captures(&text).and_then(|found| found.get(1));
                let found = found.map(|found| found.as_str().to_owned());
                let missing = || {
                    let pattern = quoted(pattern.as_str());
                    format!("the body of the answer has nothing to take by {pattern}")
                };
                some(found, missing)
            }
            Spot::Cookie(name) => {
                some(cookie(judged.headers, name), || format!("the answer sets no cookie `{name}`"))
            }
        }
    }
}

/// Why a value is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Untaken {
    /// In words.
    pub(super) told: String,
    /// The value that is there and is refused, as far as it may be hidden.
    pub(super) value: Option<String>,
}

/// The beginning of a value, which is as much as is hidden of one.
fn begin(mut value: String) -> String {
    value.truncate(value.floor_char_boundary(limits::CAPTURED_BYTES_MAX));
    value
}

/// The first value of a header field.
fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name).map(HeaderValue::as_bytes);
    value.map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

/// A value that is there; one that is empty is not.
fn some(value: Option<String>, missing: impl Fn() -> String) -> Result<String, String> {
    value.filter(|value| !value.is_empty()).ok_or_else(missing)
}

/// The value of a cookie; of one that is set twice the last one counts, as in browsers.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let fields = headers.get_all(SET_COOKIE).iter();
    let mut values = fields.filter_map(|field| {
        let field = String::from_utf8_lossy(field.as_bytes()).into_owned();
        let pair = field.split(';').next().unwrap_or_default();
        let (found, value) = pair.split_once('=')?;
        (found.trim() == name).then(|| value.trim().to_owned())
    });
    values.next_back()
}

#[cfg(test)]
mod tests;
