//! What somebody signs in with. It has no JSON form and no printable one, so that it can end up
//! neither in the audit log nor in a log line.

use std::fmt;

use jiff::Timestamp;

use crate::ids::PersonId;

/// What one person signs in with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Whose.
    pub person_id: PersonId,
    /// argon2id hash of the password, in PHC string format.
    pub password_hash: String,
    /// Shared secret of their authenticator, in base 32, where they have one.
    pub totp_secret: Option<String>,
    /// The newest time step whose code was used: a code opens once (RFC 6238, section 5.2).
    pub totp_step: i64,
    /// When the password or the authenticator was last changed.
    pub changed_at: Timestamp,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials of {}", self.person_id)
    }
}
