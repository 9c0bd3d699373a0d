//! Passkeys: what somebody signs in with in place of password and code. The secret half never leaves
//! their device; what is kept here opens nothing.

use jiff::Timestamp;

use crate::ids::{PasskeyId, PersonId};

/// One passkey of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Id inside.
    pub id: PasskeyId,
    /// Whose.
    pub person_id: PersonId,
    /// What its device calls it, in base 64 for addresses.
    pub credential_id: String,
    /// What its owner calls it.
    pub name: String,
    /// What its answers are checked by: its public key and how often it was used, as JSON.
    pub public_key: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last signed somebody in; `None` where it never did.
    pub used_at: Option<Timestamp>,
}
