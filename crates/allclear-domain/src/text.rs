//! Text: what the public may read, and what it may not, as different types.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::InvalidValue;
use crate::limits;

/// How a [`Prose`] is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProseFormat {
    /// As it stands; line breaks count. What is imported from elsewhere is plain.
    #[default]
    Plain,
    /// Markdown without HTML.
    Markdown,
}

/// A text of some length that the public may read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prose {
    /// How it is written.
    #[serde(default, skip_serializing_if = "is_plain")]
    pub format: ProseFormat,
    /// The text.
    pub text: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out a reference")]
fn is_plain(format: &ProseFormat) -> bool {
    *format == ProseFormat::Plain
}

impl Prose {
    /// Text that is shown as it stands.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { format: ProseFormat::Plain, text: text.into() }
    }

    /// Markdown.
    pub fn markdown(text: impl Into<String>) -> Self {
        Self { format: ProseFormat::Markdown, text: text.into() }
    }
}

/// Text for the team alone.
///
/// It has no `Display`, no conversion to `String` and no place in any public type, so that no
/// template can print it by accident. [`InternalText::reveal_to_team`] is the one way to read it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InternalText(String);

impl InternalText {
    /// Text that stays inside.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for a reader who belongs to the team.
    #[must_use]
    pub fn reveal_to_team(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for InternalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InternalText({} bytes)", self.0.len())
    }
}

/// A short name in addresses and files: lower case letters, digits and single hyphens between them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Key(String);

impl Key {
    /// Checks a text.
    ///
    /// # Errors
    /// Where it is empty, too long or has other characters.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidValue> {
        let text = text.into();
        let good = !text.is_empty()
            && text.len() <= limits::KEY_CHARS_MAX
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        if good {
            return Ok(Self(text));
        }
        Err(InvalidValue::new(
            "key",
            format!(
                "`{}` is not a key: use 1 to {} lower case letters, digits and hyphens, \
                 with no hyphen at either end",
                text.chars().take(80).collect::<String>(),
                limits::KEY_CHARS_MAX
            ),
        ))
    }

    /// The key itself, else the first of `key-2`, `key-3` and so on that is not taken.
    ///
    /// # Errors
    /// Where none is free.
    pub fn free(base: Self, is_taken: impl Fn(&Self) -> bool) -> Result<Self, InvalidValue> {
        if !is_taken(&base) {
            return Ok(base);
        }
        let stem: String = base.0.chars().take(limits::KEY_CHARS_MAX - 5).collect();
        let stem = stem.trim_end_matches('-');
        let numbers = 2..=limits::COMPONENTS_PER_PAGE_MAX + 1;
        let mut numbered = numbers.filter_map(|number| Self::new(format!("{stem}-{number}")).ok());
        numbered
            .find(|key| !is_taken(key))
            .ok_or_else(|| InvalidValue::new("key", "none is free: write one yourself"))
    }

    /// The nearest key to a name: other characters become hyphens. `None` where nothing is left.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let mut key = String::new();
        for c in name.chars().flat_map(char::to_lowercase) {
            if c.is_ascii_alphanumeric() {
                key.push(c);
            } else if !key.is_empty() && !key.ends_with('-') {
                key.push('-');
            }
            if key.len() == limits::KEY_CHARS_MAX {
                break;
            }
        }
        Self::new(key.trim_end_matches('-')).ok()
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.0
    }
}

impl TryFrom<String> for Key {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests;
