//! What proves who somebody is after they signed in: sessions, API tokens and one-time links.
//!
//! Each is a secret that its holder has and the store does not: the store keeps a digest.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::{Access, Scope};
use crate::audit::Actor;
use crate::error::InvalidTransition;
use crate::ids::{LinkId, PersonId, SessionId, TokenId};

/// SHA-256 of a secret, in hexadecimal. Secrets are 256 random bits, so a plain digest is enough.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SecretDigest(pub String);

/// Somebody signed in, in one browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Id inside.
    pub id: SessionId,
    /// Who.
    pub person_id: PersonId,
    /// What its cookie is checked by.
    pub digest: SecretDigest,
    /// The browser, as it named itself, cut to a limit.
    pub client: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to a few minutes.
    pub seen_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Session {
    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}

/// A secret for programs that call the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiToken {
    /// Id inside.
    pub id: TokenId,
    /// What it is for, in its maker's words.
    pub name: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// Who made it; `None` where a command at the machine did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<PersonId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; never, where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

impl ApiToken {
    /// Whether it still opens anything.
    #[must_use]
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }

    /// What it may do, as the actor of what is done with it.
    #[must_use]
    pub fn access(&self) -> Access {
        Access {
            actor: Actor::Token(self.id),
            name: self.name.clone(),
            scopes: self.scopes.clone(),
        }
    }

    /// It opens nothing from now on.
    ///
    /// # Errors
    /// Where it is revoked already.
    pub fn revoke(mut self, now: Timestamp) -> Result<Self, InvalidTransition> {
        if self.revoked_at.is_some() {
            return Err(InvalidTransition {
                noun: "the token",
                state: "revoked",
                wanted: "revoked",
                hint: "nothing is to be done",
            });
        }
        self.revoked_at = Some(now);
        Ok(self)
    }
}

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    /// The first owner sets Allclear up.
    SetUp,
    /// Somebody who was invited chooses a password.
    Invitation,
    /// Somebody who forgot theirs chooses another one.
    PasswordReset,
    /// Somebody gave the right password and has yet to give a code.
    SecondFactor,
}

impl LinkPurpose {
    /// The word in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::SecondFactor => "second_factor",
        }
    }
}

/// A link that works once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneTimeLink {
    /// Id inside.
    pub id: LinkId,
    /// What for.
    pub purpose: LinkPurpose,
    /// For whom; `None` for setting up.
    pub person_id: Option<PersonId>,
    /// What its secret is checked by.
    pub digest: SecretDigest,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, used or not.
    pub expires_at: Timestamp,
}

impl OneTimeLink {
    /// Whether it still works.
    #[must_use]
    pub fn is_usable(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_and_is_revoked_once() {
        let start = Timestamp::UNIX_EPOCH;
        let end = Timestamp::from_second(60).unwrap();
        let token = ApiToken {
            id: uuid::Uuid::nil().into(),
            name: "deploy".to_owned(),
            scopes: BTreeSet::from([Scope::Read]),
            created_by: None,
            created_at: start,
            expires_at: Some(end),
            revoked_at: None,
        };
        assert!(token.is_usable(start));
        assert!(!token.is_usable(end));
        let revoked = token.revoke(start).unwrap();
        assert!(!revoked.is_usable(start));
        assert!(revoked.revoke(start).is_err());
    }
}
