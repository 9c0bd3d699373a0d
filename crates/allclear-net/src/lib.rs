//! The one guarded way out. Whoever connects to another machine does it through [`Net`]: it looks
//! names up, asks [`AddressRules`] about every address right before it is connected to, and keeps
//! deadlines and limits.
//!
//! Errors tell whose fault it is (`is_ours`): what this machine cannot do says nothing of the target.

mod address;
mod dial;
#[cfg(test)]
mod dns_for_tests;
mod limited;
pub mod limits;
mod resolver;
mod routes;
mod sentinels;
mod tls;

pub use address::{AddressRules, Forbidden, Special, reach};
pub use dial::{DialError, DialOptions, Dialed, Trail};
pub use limited::{More, ReadError, read_more};
pub use resolver::{Family, ResolveError, Resolved, Resolver, ResolverError};
pub use sentinels::Sentinels;
pub use tls::{
    Identity, Session, Shaken, TlsClient, TlsError, TlsSettingsError, TlsVersion, Trust,
};
pub use tokio_rustls::client::TlsStream;
pub use url::Host;

/// The way out.
#[derive(Clone, Debug)]
pub struct Net {
    rules: AddressRules,
    resolver: Resolver,
}

impl Net {
    /// The way out by these rules, with names looked up by this resolver.
    #[must_use]
    pub fn new(rules: AddressRules, resolver: Resolver) -> Self {
        Self { rules, resolver }
    }
}
