//! Texts of requests in which captured values stand, and how each is written where it stands: so that what a
//! stranger answered stays one value, and leads nowhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use allclear_domain::check::{Piece, pieces};
use allclear_domain::text::Key;
use serde_json::Value;
use url::Url;

use super::request;
use crate::kinds::NotReady;
use crate::kinds::record::NOT_KEPT;

/// What was captured so far, by its name.
pub(super) type Values = BTreeMap<Key, String>;

/// What a text is, as far as it matters to values that stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// Nothing in particular: values stand there as they are.
    Plain,
    /// Names and values with `&` between them, as forms are sent.
    Form,
    /// JSON.
    Json,
    /// XML.
    Xml,
}

/// The place of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Plain,
    /// In an address or a form.
    Encoded,
    /// Between quotes of JSON.
    JsonText,
    /// Anywhere else in JSON.
    JsonWord,
    /// In XML.
    Xml,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Value(Key, Place),
}

/// A text in which captured values stand.
#[derive(Clone, Debug)]
pub(super) struct Template(Vec<Part>);

impl Template {
    /// Reads a text. Where nothing is captured before it, braces are braces.
    pub(super) fn new(text: &str, known: &[&Key], language: Language) -> Result<Self, String> {
        if known.is_empty() {
            return Ok(Self(vec![Part::Text(text.to_owned())]));
        }
        let mut json = JsonState::default();
        let mut parts = Vec::new();
        for piece in pieces(text) {
            parts.push(match piece {
                Piece::Text(text) => {
                    json.read(text);
                    Part::Text(text.to_owned())
                }
                Piece::Value(word) => {
                    let key = key_of(word, known)?;
                    Part::Value(key, place(language, json, word)?)
                }
            });
        }
        Ok(Self(parts))
    }

    /// Whether a value stands in it.
    pub(super) fn has_values(&self) -> bool {
        self.names().next().is_some()
    }

    /// The names of the values that stand in it.
    pub(super) fn names(&self) -> impl Iterator<Item = &Key> {
        self.0.iter().filter_map(|part| match part {
            Part::Value(name, _) => Some(name),
            Part::Text(_) => None,
        })
    }

    /// The text with something in place of each value.
    pub(super) fn like(&self) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Value(..) => "x",
        });
        parts.collect()
    }

    /// The text with its values. None of them is read again as a text in which values stand.
    pub(super) fn fill(&self, values: &Values) -> Result<String, String> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Value(name, place) => {
                    let value = values.get(name);
                    let value = value.ok_or_else(|| format!("nothing was captured as `{name}`"))?;
                    text.push_str(&written(name, value, *place)?);
                }
            }
        }
        Ok(text)
    }
}

/// The name that stands between braces.
fn key_of(word: &str, known: &[&Key]) -> Result<Key, String> {
    let found = known.iter().find(|key| key.as_str() == word);
    found.map(|key| (*key).clone()).ok_or_else(|| {
        format!("has `{{{{{word}}}}}` in it, which no step before captures: capture it there")
    })
}

fn place(language: Language, json: JsonState, word: &str) -> Result<Place, String> {
    Ok(match language {
        Language::Plain => Place::Plain,
        Language::Form => Place::Encoded,
        Language::Xml => Place::Xml,
        Language::Json if json.is_escaped => {
            return Err(format!("has `{{{{{word}}}}}` behind a backslash: remove that"));
        }
        Language::Json if json.is_text => Place::JsonText,
        Language::Json => Place::JsonWord,
    })
}

/// Where in JSON a text ends.
#[derive(Clone, Copy, Default)]
struct JsonState {
    /// Between quotes.
    is_text: bool,
    /// There, behind a backslash.
    is_escaped: bool,
}

impl JsonState {
    fn read(&mut self, text: &str) {
        for letter in text.chars() {
            if self.is_escaped {
                self.is_escaped = false;
            } else {
                self.is_escaped = self.is_text && letter == '\\';
                self.is_text ^= letter == '"';
            }
        }
    }
}

/// A value as it is written at its place.
fn written(name: &Key, value: &str, place: Place) -> Result<String, String> {
    match place {
        Place::Plain => Ok(value.to_owned()),
        Place::Encoded => Ok(encoded(value)),
        Place::Xml => Ok(in_xml(value)),
        Place::JsonText => {
            let quoted = Value::from(value).to_string();
            let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            Ok(inner.unwrap_or_default().to_owned())
        }
        Place::JsonWord => match serde_json::from_str(value) {
            Ok(Value::Number(_) | Value::Bool(_) | Value::Null) => Ok(value.to_owned()),
            _ => Err(format!(
                "what was captured as `{name}` is no number, and stands in the body without \
                 quotes: write \"{{{{{name}}}}}\""
            )),
        },
    }
}

/// A value as XML has it, between tags and between quotes.
fn in_xml(value: &str) -> String {
    let mut text = String::new();
    for letter in value.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&apos;"),
            letter => text.push(letter),
        }
    }
    text
}

/// A value with percent signs, for every place of an address behind the server and for forms: what is left as it
/// is means nothing there (RFC 3986, section 2.3).
fn encoded(value: &str) -> String {
    let mut encoded = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// An address in which captured values may stand, and none of them where it says which server is asked.
#[derive(Clone, Debug)]
pub(super) struct UrlTemplate {
    /// With something in place of the values: its server is that of every address that comes of it.
    pub(super) like: Url,
    template: Option<Template>,
    /// What is kept of its path and query, where values stand in it: they may be too short to be taken out.
    kept: Option<String>,
}

impl UrlTemplate {
    /// Reads an address.
    pub(super) fn new(text: &str, known: &[&Key]) -> Result<Self, NotReady> {
        let bad = |problem: String| NotReady::new("url", problem);
        let template = Template::new(text, known, Language::Form).map_err(bad)?;
        if !template.has_values() {
            return Ok(Self { like: request::url(text)?, template: None, kept: None });
        }
        let leads = || {
            bad("has a captured value where it says which server is asked, or where it is not sent: \
                 values may stand in the path and the query"
                .to_owned())
        };
        if values_lead(text) {
            return Err(leads());
        }
        let mark = mark_for(text);
        let marked = template.0.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Value(..) => mark.as_str(),
        });
        let like = request::url(&marked.collect::<String>())?;
        let count = |text: &str| text.matches(mark.as_str()).count();
        let names: Vec<&Key> = template.names().collect();
        if count(like.path()) + count(like.query().unwrap_or_default()) != names.len() {
            return Err(leads());
        }
        let mut parts = Vec::new();
        for (place, text) in like.as_str().split(mark.as_str()).enumerate() {
            let name = place.checked_sub(1).and_then(|before| names.get(before));
            parts.extend(name.map(|name| Part::Value((*name).clone(), Place::Encoded)));
            parts.push(Part::Text(text.to_owned()));
        }
        let template = Some(Template(parts));
        let kept = Some(request::path(&like).replace(mark.as_str(), NOT_KEPT));
        Ok(Self { like, template, kept })
    }

    /// The names of the values that stand in it.
    pub(super) fn names(&self) -> impl Iterator<Item = &Key> {
        self.template.iter().flat_map(Template::names)
    }

    /// What is kept of its path and query, where that is not what is asked.
    pub(super) fn kept(&self) -> Option<&str> {
        self.kept.as_deref()
    }

    /// The address with its values.
    pub(super) fn fill(&self, values: &Values) -> Result<Url, String> {
        let Some(template) = &self.template else { return Ok(self.like.clone()) };
        let text = template.fill(values)?;
        // What reads otherwise than it is written leads elsewhere: `..` is no name of anything.
        let url = Url::parse(&text).ok().filter(|url| url.as_str() == text);
        url.filter(|url| url.origin() == self.like.origin()).ok_or_else(|| {
            let names: Vec<String> = template.names().map(|name| format!("`{name}`")).collect();
            format!("what was captured as {} cannot stand in an address", names.join(", "))
        })
    }
}

/// Whether a value stands in front of the path of an address, or behind what is sent of it.
fn values_lead(text: &str) -> bool {
    let (server, rest) = match text.split_once("://") {
        Some((scheme, rest)) => {
            let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
            let (server, rest) = rest.split_at(end);
            (format!("{scheme}{server}"), rest)
        }
        None => (text.to_owned(), ""),
    };
    let fragment = rest.split_once('#').map(|(_, fragment)| fragment).unwrap_or_default();
    let has_values = |text: &str| pieces(text).iter().any(|piece| matches!(piece, Piece::Value(_)));
    has_values(&server) || has_values(fragment)
}

/// A word that is nowhere in a text, and stays as it is in an address.
fn mark_for(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let mut marks = (0_usize..).map(|number| format!("zq{number}qz"));
    marks.find(|mark| !text.contains(mark.as_str())).unwrap_or_default()
}

#[cfg(test)]
mod tests;
