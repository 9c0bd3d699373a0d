//! Sign-in through a provider that speaks OpenID Connect: the authorization code flow with PKCE.
//!
//! `trip` is what a browser carries to the provider and back, `known` what the provider tells of
//! itself, `exchange` what it tells of somebody, `fetch` the way there for us. Who that is here, and
//! whether they get in, is decided in [`allclear_people::provider`].

mod exchange;
mod fetch;
mod known;
pub(crate) mod trip;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient};
use openidconnect::{
    ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl,
    Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
};
use tokio::sync::{Mutex, Semaphore};

pub(crate) use self::exchange::Back;
use self::fetch::Fetch;
use self::known::{Discovered, Known};
use self::trip::Trip;

/// Where the provider sends browsers back to, below the address that people use.
pub(crate) const BACK: &str = "/console/sign-in/provider/back";
/// How long the provider has to answer what one step takes, all in all.
pub const DEADLINE: Duration = Duration::from_secs(10);
/// People for whom the provider is asked at the same time; further ones are told to try again.
const PLACES: usize = 16;

/// What the provider and Allclear know of each other.
#[derive(Clone)]
pub struct Registration {
    /// The provider, by its own address.
    pub issuer_url: String,
    /// What it calls us.
    pub client_id: String,
    /// What proves to it that we are we.
    pub client_secret: String,
    /// What people call it.
    pub name: String,
    /// The address that people use, without a slash at the end.
    pub public_url: String,
    /// Certificates of the authority that vouches for the provider's own, as PEM; those that
    /// browsers know where there are none.
    pub authority: Option<Vec<u8>>,
    /// How long it has to answer.
    pub deadline: Duration,
}

/// Why a provider cannot be asked at all.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// An address that is none, or that nobody should sign in through.
    #[error("`{0}` is not an address that a provider can be asked at")]
    Address(String),
    /// Certificates that are none.
    #[error("the certificates of the provider's authority cannot be read: {0}")]
    Authority(String),
}

/// Why the provider vouched for nobody. The text is for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// It does not answer, or not as a provider does.
    #[error("the provider cannot be asked: {0}")]
    Down(String),
    /// It answered, and that proves nothing.
    #[error("the provider's answer proves nothing: {0}")]
    Refused(String),
    /// Too many are asked for at once.
    #[error("too many people sign in through the provider at once")]
    Busy,
}

impl Trouble {
    /// A provider that cannot be asked, with as much of what it said as fits a line.
    pub(crate) fn down(problem: impl fmt::Display) -> Self {
        Self::Down(line(problem))
    }

    /// An answer that proves nothing.
    pub(crate) fn refused(problem: impl fmt::Display) -> Self {
        Self::Refused(line(problem))
    }
}

/// One line of the log, whatever others wrote into it.
fn line(problem: impl fmt::Display) -> String {
    problem.to_string().chars().filter(|c| !c.is_control()).take(300).collect()
}

/// The client of the library, once the provider is known.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A provider that people may sign in through.
pub struct Provider {
    name: String,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect_url: RedirectUrl,
    deadline: Duration,
    fetch: Fetch,
    known: Mutex<Known>,
    places: Semaphore,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({})", self.issuer.as_str())
    }
}

impl Provider {
    /// A provider. Nothing is asked of it yet: one that is down keeps nothing from starting.
    ///
    /// # Errors
    /// Where an address is none, the provider's is neither `https` nor on this machine, or there are
    /// no certificates in what should be some.
    pub fn new(registration: Registration) -> Result<Self, Unusable> {
        let Registration { issuer_url, client_id, client_secret, name, public_url, .. } =
            registration;
        let bad = |text: &str| Unusable::Address(text.to_owned());
        let issuer = IssuerUrl::new(issuer_url.clone()).map_err(|_| bad(&issuer_url))?;
        let fetch = Fetch::of(issuer.url(), registration.authority.as_deref())?;
        let back = format!("{public_url}{BACK}");
        Ok(Self {
            name,
            issuer,
            client_id: ClientId::new(client_id),
            client_secret: ClientSecret::new(client_secret),
            redirect_url: RedirectUrl::new(back).map_err(|_| bad(&public_url))?,
            deadline: registration.deadline,
            fetch,
            known: Mutex::default(),
            places: Semaphore::new(PLACES),
        })
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where a browser goes to be vouched for.
    pub(crate) async fn way_there(&self, trip: &Trip, now: Timestamp) -> Result<String, Trouble> {
        let discovered = self.discovered(now).await?;
        if !self.fetch.may_go(discovered.metadata.authorization_endpoint().url()) {
            return Err(Trouble::down("its page to sign in is at an address without TLS"));
        }
        let (state, nonce) = (CsrfToken::new(trip.state()), Nonce::new(trip.nonce()));
        let verifier = PkceCodeVerifier::new(trip.verifier());
        let (url, _, _) = self
            .client(&discovered)
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    fn client(&self, discovered: &Discovered) -> Client {
        CoreClient::from_provider_metadata(
            discovered.metadata.clone(),
            self.client_id.clone(),
            Some(self.client_secret.clone()),
        )
        .set_redirect_uri(self.redirect_url.clone())
        .set_auth_type(discovered.auth_type())
    }
}
