//! What answers to people and programs that write: shared by the console and the API.

use std::sync::Arc;

use allclear_checks::Figures;
use allclear_checks::proposals::Looker;
use allclear_domain::{Clock, Entropy};
use allclear_people::{Attempts, Passwords};
use allclear_store::Store;
use ipnet::IpNet;
use tokio::sync::Notify;

use crate::published::Published;
use crate::tls::Certificates;

/// How requests reach Allclear.
#[derive(Clone, Debug, Default)]
pub struct Entrance {
    /// The address that people use, such as `https://status.example.com`, without a slash at the
    /// end; `None` where nobody said.
    pub public_url: Option<String>,
    /// Networks of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What our own listener speaks TLS with; `None` where it speaks plainly.
    pub certificates: Option<Certificates>,
    /// The provider that people may sign in through; `None` where nobody named one.
    #[cfg(feature = "oidc")]
    pub provider: Option<Arc<crate::oidc::Provider>>,
}

impl Entrance {
    /// Whether browsers come over TLS, so that cookies must never leave without it.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.certificates.is_some()
            || self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }

    /// What addresses of our own listener begin with.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        if self.certificates.is_some() { "https" } else { "http" }
    }

    /// What people call the provider that they may sign in through.
    #[must_use]
    pub fn provider_name(&self) -> Option<&str> {
        #[cfg(feature = "oidc")]
        let name = self.provider.as_ref().map(|provider| provider.name());
        #[cfg(not(feature = "oidc"))]
        let name = None;
        name
    }
}

/// Everything that a handler needs. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where ids and secrets come from.
    pub entropy: Arc<Entropy>,
    /// What hashes passwords.
    pub passwords: Passwords,
    /// Attempts to sign in.
    pub attempts: Arc<Attempts>,
    /// Signals of jobs, by token and by client.
    pub signals: Arc<Attempts>,
    /// Passkeys, and the challenges to them.
    #[cfg(feature = "passkeys")]
    pub passkeys: Arc<allclear_people::passkeys::Passkeys>,
    /// What readers are shown.
    pub published: Published,
    /// Wakes the publisher after a change.
    pub nudge: Arc<Notify>,
    /// Wakes the duty that probes, after a check was changed.
    pub watch: Arc<Notify>,
    /// What tries, once, what somebody may want to watch.
    pub looker: Looker,
    /// Wakes the duty of the expiry ledger.
    pub expiry: Arc<Notify>,
    /// What probing says of itself.
    pub figures: Figures,
    /// How requests get here.
    pub entrance: Arc<Entrance>,
}
