//! Secrets that Allclear has to give to others, such as the password of a website that is watched. The
//! store keeps them sealed, beside the documents; a document holds the id of one, and never the secret.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::ids::SecretId;

/// A secret in clear. It has no stored form, and logs show that there is one, and not which.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SecretText(String);

impl SecretText {
    /// A secret as somebody typed it, or as it was opened.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret: for whoever gives it to the one that it is for, or seals it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(…)")
    }
}

/// The place of a secret in a noun. What is written is always sealed: a noun that holds an open one cannot
/// be made a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Secret {
    /// Nobody said anything: the one of before stays.
    #[default]
    Kept,
    /// In clear: as somebody typed it, or opened to be used.
    Open(SecretText),
    /// Sealed in the store under this id.
    Sealed(SecretId),
    /// Sealed, and not to be opened: why, and what to do.
    Shut(String),
}

impl Secret {
    /// A secret as somebody typed it; what is empty keeps the one of before.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        match text {
            "" => Self::Kept,
            text => Self::Open(SecretText::new(text.to_owned())),
        }
    }

    /// The secret, where it is open.
    #[must_use]
    pub fn open(&self) -> Option<&str> {
        match self {
            Self::Open(text) => Some(text.reveal()),
            Self::Kept | Self::Sealed(_) | Self::Shut(_) => None,
        }
    }

    /// Whether there is one.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        !matches!(self, Self::Kept)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Kept => serializer.serialize_none(),
            Self::Sealed(id) => id.serialize(serializer),
            Self::Open(_) | Self::Shut(_) => Err(ser::Error::custom("a secret is not sealed")),
        }
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What was written there may be a secret by mistake: the problem does not repeat it.
        let problem = || de::Error::custom("no id of a secret");
        let text = Option::<String>::deserialize(deserializer).map_err(|_| problem())?;
        let Some(text) = text else { return Ok(Self::Kept) };
        text.parse().map(Self::Sealed).map_err(|_| problem())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Entropy;

    #[test]
    fn what_is_open_cannot_be_written_or_printed() {
        let open = Secret::typed("hunter2-hunter2");
        assert_eq!(open.open(), Some("hunter2-hunter2"));
        assert!(serde_json::to_string(&open).is_err());
        assert!(serde_json::to_string(&Secret::Shut("no key".to_owned())).is_err());
        assert!(!format!("{open:?}").contains("hunter2"));
        assert_eq!(Secret::typed(""), Secret::Kept);
    }

    #[test]
    fn what_is_sealed_is_written_as_an_id() {
        let id: SecretId = Entropy::from_seed(1).id(jiff::Timestamp::UNIX_EPOCH);
        let sealed = Secret::Sealed(id);
        let text = serde_json::to_string(&sealed).unwrap();
        assert_eq!(text, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<Secret>(&text).unwrap(), sealed);
        assert_eq!(serde_json::from_str::<Secret>("null").unwrap(), Secret::Kept);
        for written in ["\"hunter2-hunter2\"", "4711471147"] {
            let error = serde_json::from_str::<Secret>(written).unwrap_err().to_string();
            assert!(!error.contains("hunter2") && !error.contains("4711"), "{error}");
        }
    }
}
