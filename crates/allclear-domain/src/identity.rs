//! Identities: whom a provider says somebody is.
//!
//! A provider is another program that people sign in to, and that vouches for them by OpenID
//! Connect. What it calls somebody never changes there, unlike their address for mail.

use jiff::Timestamp;

use crate::ids::PersonId;

/// Whom a provider says a person is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider, by its own address.
    pub issuer: String,
    /// What it calls them. It is nobody else's there, ever.
    pub subject: String,
    /// The person here.
    pub person_id: PersonId,
    /// When the two were bound to each other.
    pub bound_at: Timestamp,
}

/// Whom a provider says somebody is, while the code of their authenticator is still due. It binds
/// nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingIdentity {
    /// The provider, by its own address.
    pub issuer: String,
    /// What it calls them.
    pub subject: String,
    /// What people call the provider.
    pub provider: String,
}
