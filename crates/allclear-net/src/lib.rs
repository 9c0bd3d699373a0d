//! The one guarded way out. Whoever connects to another machine does it through [`Net`]: it looks
//! names up, asks [`AddressRules`] about every address right before it is connected to, and keeps
//! deadlines and limits.
//!
//! Errors tell whose fault it is (`is_ours`): what this machine cannot do says nothing of the target.

mod address;
mod datagram;
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
pub use datagram::{Datagrams, DatagramsTo};
pub use dial::{DialError, DialOptions, Dialed, Trail};
pub use dns::{DnsAnswer, DnsError, DnsName, DnsQuestion, DnsRow, NameServer};
pub use limited::{More, ReadError, read_more};
pub use ping::{Hop, HopAnswer, HopsError, MayNotPing, PingError, PingOptions, Pinged, may_ping};
pub use resolver::{Family, ResolveError, Resolved, Resolver, ResolverError};
pub use sentinels::Sentinels;
pub use tls::{
    Identity, Session, Shaken, TlsClient, TlsError, TlsSettingsError, TlsVersion, Trust,
};
pub use tokio_rustls::client::TlsStream;
pub use url::Host;

use std::net::IpAddr;
use std::sync::Arc;

use allclear_domain::Entropy;
use allclear_domain::check::Reach;
use ipnet::IpNet;
use tokio::time::Instant;

/// The way out.
#[derive(Clone, Debug)]
pub struct Net {
    rules: AddressRules,
    resolver: Resolver,
    entropy: Arc<Entropy>,
    /// Networks that links of this machine are part of.
    attached: Arc<Vec<IpNet>>,
}

impl Net {
    /// The way out by these rules, with names looked up by this resolver.
    #[must_use]
    pub fn new(rules: AddressRules, resolver: Resolver) -> Self {
        let (entropy, attached) = (Arc::new(Entropy::from_system()), Arc::default());
        Self { rules, resolver, entropy, attached }
    }

    /// The same, for which everything on the networks that links of this machine are part of now is near,
    /// were its address a public one.
    #[must_use]
    pub fn with_neighbors(self) -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let attached = routes::attached(&read("/proc/net/route"), &read("/proc/net/ipv6_route"));
        Self { attached: Arc::new(attached), ..self }
    }

    /// Random bytes, for what nobody may know beforehand.
    #[must_use]
    pub fn nonce<const N: usize>(&self) -> [u8; N] {
        self.entropy.bytes()
    }

    /// How far away an address is.
    pub(crate) fn reach(&self, address: IpAddr) -> Reach {
        match reach(address) {
            Reach::Far if self.attached.iter().any(|net| net.contains(&address)) => Reach::Near,
            reach => reach,
        }
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
