//! The one guarded way out. Whoever connects to another machine does it through [`Net`]: it looks
//! names up, asks [`AddressRules`] about every address right before it is connected to, and keeps
//! deadlines and limits.
//!
//! Errors tell whose fault it is (`is_ours`): what this machine cannot do says nothing of the target.

mod address;
mod dial;
mod dns;
#[cfg(test)]
mod dns_for_tests;
mod limited;
pub mod limits;
mod ping;
mod resolver;
mod routes;
mod sentinels;
mod tls;

pub use address::{AddressRules, Forbidden, Special, reach};
pub use dial::{DialError, DialOptions, Dialed, Trail};
pub use dns::{DnsAnswer, DnsError, DnsName, DnsQuestion, DnsRow, NameServer};
pub use limited::{More, ReadError, read_more};
pub use ping::{MayNotPing, PingError, PingOptions, Pinged, may_ping};
pub use resolver::{Family, ResolveError, Resolved, Resolver, ResolverError};
pub use sentinels::Sentinels;
pub use tls::{
    Identity, Session, Shaken, TlsClient, TlsError, TlsSettingsError, TlsVersion, Trust,
};
pub use tokio_rustls::client::TlsStream;
pub use url::Host;

use std::sync::Arc;

use allclear_domain::Entropy;
use tokio::time::Instant;

/// The way out.
#[derive(Clone, Debug)]
pub struct Net {
    rules: AddressRules,
    resolver: Resolver,
    entropy: Arc<Entropy>,
}

impl Net {
    /// The way out by these rules, with names looked up by this resolver.
    #[must_use]
    pub fn new(rules: AddressRules, resolver: Resolver) -> Self {
        Self { rules, resolver, entropy: Arc::new(Entropy::from_system()) }
    }

    /// The addresses of a host.
    ///
    /// # Errors
    /// Where there are none, with whose fault that is.
    pub async fn resolve(
        &self,
        host: &Host<String>,
        deadline: Instant,
    ) -> Result<Resolved, ResolveError> {
        self.resolver.resolve(host, Family::Any, &[], deadline).await
    }
}
