//! What says which check a signal is for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::entropy::Entropy;
use crate::error::InvalidValue;
use crate::limits;

/// A secret part of an address: whoever knows it can say that the job ran, and nothing else. Its
/// shapes are ours, a UUID, and what other products give out, so that devices need no change.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SignalToken(String);

impl SignalToken {
    /// A new one, of 122 random bits.
    #[must_use]
    pub fn random(entropy: &Entropy) -> Self {
        let uuid = uuid::Builder::from_random_bytes(entropy.bytes()).into_uuid();
        Self(uuid.hyphenated().to_string())
    }

    /// As it stands in addresses.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a UUID.
    #[must_use]
    pub fn is_uuid(&self) -> bool {
        as_uuid(&self.0).is_some()
    }
}

/// A UUID with its hyphens: other shapes are plain letters and digits, where case counts.
fn as_uuid(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

impl FromStr for SignalToken {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if let Some(uuid) = as_uuid(text) {
            return Ok(Self(uuid.hyphenated().to_string()));
        }
        let refuse = |problem: String| Err(InvalidValue::new("token", problem));
        let (least, most) = (limits::SIGNAL_TOKEN_CHARS_MIN, limits::SIGNAL_TOKEN_CHARS_MAX);
        if !(least..=most).contains(&text.len()) {
            return refuse(format!(
                "has a length that is not taken: use {least} to {most} characters"
            ));
        }
        let is_plain = |part: &str| {
            let is_one = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            !part.is_empty() && part.chars().all(is_one)
        };
        // A key and the short name of a check, as some write it.
        let mut parts = text.split('/');
        if !(parts.by_ref().take(2).all(is_plain) && parts.next().is_none()) {
            return refuse(
                "may hold letters, digits, - and _, and one slash between two parts".to_owned(),
            );
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for SignalToken {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl From<SignalToken> for String {
    fn from(token: SignalToken) -> Self {
        token.0
    }
}

impl fmt::Debug for SignalToken {
    /// Logs show that there is one, and not which.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignalToken(…)")
    }
}
