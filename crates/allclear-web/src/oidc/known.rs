//! What the provider tells of itself: where it is asked, and the keys that it signs with. It is
//! asked once for many, and again after a while.

use std::sync::Arc;

use axum::http::Request;
use jiff::{SignedDuration, Timestamp};
use openidconnect::AuthType;
use openidconnect::core::{CoreClientAuthMethod, CoreJsonWebKeySet, CoreProviderMetadata};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Provider, Trouble};

/// How long what it tells of itself is taken to be so.
const HOLDS: SignedDuration = SignedDuration::from_hours(1);
/// How long it is left in peace after it did not answer.
const PEACE: SignedDuration = SignedDuration::from_secs(10);
/// Where it tells, below its own address (OpenID Connect Discovery 1.0, section 4).
const BELOW: &str = "/.well-known/openid-configuration";

/// What a provider told of itself.
#[derive(Clone)]
pub(super) struct Discovered {
    pub(super) metadata: CoreProviderMetadata,
    pub(super) keys: CoreJsonWebKeySet,
    pub(super) keys_read_at: Timestamp,
    /// Whether it names itself when it sends browsers back (RFC 9207).
    pub(super) names_itself: bool,
}

/// The part of it that the library does not read.
#[derive(Deserialize)]
struct Further {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// What is known, or why nothing is.
#[derive(Default)]
pub(super) struct Known {
    discovered: Option<(Timestamp, Arc<Discovered>)>,
    failed: Option<(Timestamp, String)>,
}

/// Whether something of `at` still counts. A clock that was set back counts for nothing.
fn counts(at: Timestamp, now: Timestamp, holds: SignedDuration) -> bool {
    at <= now && now.duration_since(at) < holds
}

impl Discovered {
    /// How we prove to it that we are we: in the head, but where it says that it takes that in the
    /// body alone.
    pub(super) fn auth_type(&self) -> AuthType {
        let methods = self.metadata.token_endpoint_auth_methods_supported();
        let takes = |method| methods.is_some_and(|all| all.contains(&method));
        let in_body_alone = takes(CoreClientAuthMethod::ClientSecretPost)
            && !takes(CoreClientAuthMethod::ClientSecretBasic);
        if in_body_alone { AuthType::RequestBody } else { AuthType::BasicAuth }
    }
}

impl Provider {
    /// What it tells of itself. Of many who want to know at once, one asks.
    pub(super) async fn discovered(&self, now: Timestamp) -> Result<Arc<Discovered>, Trouble> {
        let mut known = self.known.lock().await;
        if let Some((at, discovered)) = &known.discovered
            && counts(*at, now, HOLDS)
        {
            return Ok(discovered.clone());
        }
        if let Some((at, why)) = &known.failed
            && counts(*at, now, PEACE)
        {
            return Err(Trouble::Down(why.clone()));
        }
        let asked = tokio::time::timeout(self.deadline, self.discover(now)).await;
        match asked.unwrap_or_else(|_| Err(Trouble::down("it does not answer in time"))) {
            Ok(discovered) => {
                let discovered = Arc::new(discovered);
                *known = Known { discovered: Some((now, discovered.clone())), failed: None };
                Ok(discovered)
            }
            Err(trouble) => {
                if let Trouble::Down(why) = &trouble {
                    known.failed = Some((now, why.clone()));
                }
                Err(trouble)
            }
        }
    }

    async fn discover(&self, now: Timestamp) -> Result<Discovered, Trouble> {
        let base = self.issuer.as_str().trim_end_matches('/');
        let bytes = self.get(&format!("{base}{BELOW}")).await?;
        let metadata: CoreProviderMetadata = read(&bytes)?;
        // Or one provider could speak for another.
        if metadata.issuer() != &self.issuer {
            let told = metadata.issuer().as_str();
            return Err(Trouble::down(format!("it says that it is {told}")));
        }
        let further: Further = read(&bytes)?;
        Ok(Discovered {
            keys: self.keys(&metadata).await?,
            keys_read_at: now,
            names_itself: further.authorization_response_iss_parameter_supported,
            metadata,
        })
    }

    /// The same with the keys of now, where they were not read just now: it may have new ones.
    pub(super) async fn with_keys_of_now(
        &self,
        former: &Discovered,
        now: Timestamp,
    ) -> Result<Option<Arc<Discovered>>, Trouble> {
        let mut known = self.known.lock().await;
        if let Some((_, discovered)) = &known.discovered
            && discovered.keys_read_at != former.keys_read_at
        {
            return Ok(Some(discovered.clone()));
        }
        if counts(former.keys_read_at, now, PEACE) {
            return Ok(None);
        }
        let keys = self.keys(&former.metadata).await?;
        let discovered = Arc::new(Discovered { keys, keys_read_at: now, ..former.clone() });
        let since = known.discovered.as_ref().map_or(now, |(at, _)| *at);
        known.discovered = Some((since, discovered.clone()));
        Ok(Some(discovered))
    }

    async fn keys(&self, metadata: &CoreProviderMetadata) -> Result<CoreJsonWebKeySet, Trouble> {
        read(&self.get(metadata.jwks_uri().as_str()).await?)
    }

    async fn get(&self, url: &str) -> Result<Vec<u8>, Trouble> {
        let request = Request::get(url).header("accept", "application/json").body(Vec::new());
        let response = self.fetch.send(request.map_err(Trouble::down)?).await;
        let response = response.map_err(Trouble::down)?;
        if !response.status().is_success() {
            return Err(Trouble::down(format!("{url} answers {}", response.status())));
        }
        Ok(response.into_body())
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Trouble> {
    serde_json::from_slice(bytes)
        .map_err(|error| Trouble::down(format!("what it tells of itself cannot be read: {error}")))
}
