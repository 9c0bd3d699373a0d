//! People: those who sign in to the console. Readers of status pages have no account.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::{Access, Role};
use crate::audit::Actor;
use crate::error::{InvalidTransition, InvalidValue};
use crate::ids::PersonId;
use crate::limits;

/// An address for mail, in lower case: two people never share one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Checks a text. Only what every mail server agrees on is checked: one `@` with something on
    /// both sides, no spaces or control characters, and the length of RFC 5321, section 4.5.3.1.
    ///
    /// # Errors
    /// Where it is no address.
    pub fn new(text: &str) -> Result<Self, InvalidValue> {
        let text = text.trim().to_lowercase();
        let is_address = text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && local.len() <= 64
                && !domain.is_empty()
                && !domain.contains('@')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
        });
        let is_clean = !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c));
        if is_address && is_clean && text.len() <= limits::EMAIL_BYTES_MAX {
            return Ok(Self(text));
        }
        let shown: String = text.chars().take(80).collect();
        let problem =
            format!("`{shown}` is not an address for mail: write one such as you@example.com");
        Err(InvalidValue::new("email", problem))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<EmailAddress> for String {
    fn from(email: EmailAddress) -> Self {
        email.0
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        Self::new(&text)
    }
}

/// How a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum PersonState {
    /// Invited, without a password of their own yet.
    Invited,
    /// Can sign in.
    Active,
    /// Cannot sign in any more; what they wrote keeps their name.
    Disabled {
        /// Since when.
        at: Timestamp,
    },
}

impl PersonState {
    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Disabled { .. } => "disabled",
        }
    }
}

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Id inside.
    pub id: PersonId,
    /// The address they sign in with.
    pub email: EmailAddress,
    /// Their name, as colleagues see it.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// How they stand.
    pub state: PersonState,
    /// When they were invited, or set Allclear up.
    pub created_at: Timestamp,
}

impl Person {
    /// Whether they may sign in.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == PersonState::Active
    }

    /// What they may do, as the actor of what they do.
    #[must_use]
    pub fn access(&self) -> Access {
        Access {
            actor: Actor::Person(self.id),
            name: self.name.clone(),
            scopes: self.role.scopes(),
        }
    }

    /// They chose a password.
    ///
    /// # Errors
    /// Where they are disabled.
    pub fn activate(mut self) -> Result<Self, InvalidTransition> {
        if let PersonState::Disabled { .. } = self.state {
            return Err(self.refuse("activated", "an owner can enable them again"));
        }
        self.state = PersonState::Active;
        Ok(self)
    }

    /// They may not sign in any more.
    ///
    /// # Errors
    /// Where they are disabled already.
    pub fn disable(mut self, now: Timestamp) -> Result<Self, InvalidTransition> {
        if let PersonState::Disabled { .. } = self.state {
            return Err(self.refuse("disabled", "they are disabled already"));
        }
        self.state = PersonState::Disabled { at: now };
        Ok(self)
    }

    /// They may sign in again, with a new password that a link lets them choose.
    ///
    /// # Errors
    /// Where they are not disabled.
    pub fn enable(mut self) -> Result<Self, InvalidTransition> {
        if !matches!(self.state, PersonState::Disabled { .. }) {
            return Err(self.refuse("enabled", "they are not disabled"));
        }
        self.state = PersonState::Invited;
        Ok(self)
    }

    fn refuse(&self, wanted: &'static str, hint: &'static str) -> InvalidTransition {
        InvalidTransition { noun: "the person", state: self.state.as_str(), wanted, hint }
    }
}

/// Checks the name of a person or a token.
///
/// # Errors
/// Where it is empty, too long or holds control characters.
pub fn check_name(field: &str, name: &str) -> Result<String, InvalidValue> {
    let name = name.trim();
    let chars = name.chars().count();
    if chars == 0 {
        return Err(InvalidValue::new(field, "is empty: write at least one character"));
    }
    if chars > limits::NAME_CHARS_MAX {
        let problem = format!("has {chars} characters: shorten it to {}", limits::NAME_CHARS_MAX);
        return Err(InvalidValue::new(field, problem));
    }
    if name.chars().any(char::is_control) {
        return Err(InvalidValue::new(field, "holds a control character: write it on one line"));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(state: PersonState) -> Person {
        Person {
            id: uuid::Uuid::nil().into(),
            email: EmailAddress::new("you@example.com").unwrap(),
            name: "You".to_owned(),
            role: Role::Editor,
            state,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn addresses() {
        assert_eq!(EmailAddress::new(" You@Example.COM ").unwrap().as_str(), "you@example.com");
        for bad in
            ["", "you", "@example.com", "you@", "a@b@c", "a b@example.com", "a@.com", "a\n@b"]
        {
            assert!(EmailAddress::new(bad).is_err(), "{bad:?}");
        }
        assert!(EmailAddress::new(&format!("you@{}.com", "a".repeat(300))).is_err());
    }

    #[test]
    fn a_disabled_person_comes_back_through_a_link_alone() {
        let disabled = person(PersonState::Active).disable(Timestamp::UNIX_EPOCH).unwrap();
        assert!(!disabled.is_active());
        assert!(disabled.clone().activate().is_err());
        let enabled = disabled.enable().unwrap();
        assert_eq!(enabled.state, PersonState::Invited);
        assert!(enabled.activate().unwrap().is_active());
    }

    #[test]
    fn names() {
        assert_eq!(check_name("name", " Ada ").unwrap(), "Ada");
        assert!(check_name("name", "  ").is_err());
        assert!(check_name("name", "a\nb").is_err());
        assert!(check_name("name", &"a".repeat(999)).is_err());
    }
}
