//! The way to the provider: TLS, no redirects, answers of a limited length. Deadlines are with
//! whoever asks.

use std::net::IpAddr;
use std::pin::Pin;

use axum::http::Uri;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use openidconnect::url::{Host, Url};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::Unusable;

/// Bytes of an answer; a longer one is refused.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Bytes of an answer's head, all in all.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("{0} has no TLS")]
    NoTls(Uri),
    #[error("{uri} cannot be reached: {problem}")]
    Unreachable { uri: Uri, problem: String },
    #[error("the answer of {uri} is cut off or too long: {problem}")]
    Broken { uri: Uri, problem: String },
}

/// Asks the provider.
pub(super) struct Fetch {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    /// Whether the provider is on this machine: nobody listens on the way there.
    is_here: bool,
}

impl Fetch {
    /// The way to a provider, whose certificate the authority vouches for where one is given.
    pub(super) fn of(issuer: &Url, authority: Option<&[u8]>) -> Result<Self, Unusable> {
        let is_here = is_here(issuer);
        if issuer.scheme() != "https" && !(is_here && issuer.scheme() == "http") {
            return Err(Unusable::Address(issuer.to_string()));
        }
        let connector = HttpsConnectorBuilder::new();
        let connector = match authority {
            None => connector.with_webpki_roots(),
            Some(pem) => {
                let config = ClientConfig::builder().with_root_certificates(roots(pem)?);
                connector.with_tls_config(config.with_no_client_auth())
            }
        };
        let connector = connector.https_or_http().enable_http1().build();
        let client = Client::builder(TokioExecutor::new())
            .http1_max_buf_size(HEAD_BYTES_MAX)
            .pool_max_idle_per_host(2)
            .build(connector);
        Ok(Self { client, is_here })
    }

    /// Whether an address that the provider names is one to go to.
    pub(super) fn may_go(&self, url: &Url) -> bool {
        match url.scheme() {
            "https" => true,
            "http" => self.is_here && is_here(url),
            _ => false,
        }
    }

    /// Asks.
    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        // Addresses tell nothing that is secret: codes and secrets are in bodies and heads.
        let uri = request.uri().clone();
        if !Url::parse(&uri.to_string()).is_ok_and(|url| self.may_go(&url)) {
            return Err(FetchError::NoTls(uri));
        }
        let request = request.map(|body| Full::new(Bytes::from(body)));
        let response = self
            .client
            .request(request)
            .await
            .map_err(|error| FetchError::Unreachable { uri: uri.clone(), problem: told(&error) })?;
        let (head, body) = response.into_parts();
        let read = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
        let bytes = read
            .map_err(|error| FetchError::Broken { uri, problem: error.to_string() })?
            .to_bytes();
        Ok(HttpResponse::from_parts(head, bytes.to_vec()))
    }
}

impl<'c> AsyncHttpClient<'c> for Fetch {
    type Error = FetchError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// What lies below an error says more than the error itself.
fn told(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    cause.to_string()
}

/// The certificates that are trusted, and no others.
fn roots(pem: &[u8]) -> Result<RootCertStore, Unusable> {
    let bad = |problem: &dyn std::fmt::Display| Unusable::Authority(problem.to_string());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| bad(&error))?;
        roots.add(certificate).map_err(|error| bad(&error))?;
    }
    if roots.is_empty() {
        return Err(bad(&"there are none"));
    }
    Ok(roots)
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(issuer: &str) -> Result<Fetch, Unusable> {
        Fetch::of(&Url::parse(issuer).unwrap(), None)
    }

    #[test]
    fn a_provider_elsewhere_is_asked_over_tls_alone() {
        for bad in ["http://id.example.com", "http://192.0.2.1", "ftp://127.0.0.1", "file:///x"] {
            assert!(matches!(way(bad), Err(Unusable::Address(_))), "{bad}");
        }
        let Ok(elsewhere) = way("https://id.example.com") else { panic!("it has TLS") };
        let may = |way: &Fetch, url: &str| way.may_go(&Url::parse(url).unwrap());
        assert!(may(&elsewhere, "https://keys.example.com/x"));
        assert!(!may(&elsewhere, "http://id.example.com/x"));
        assert!(!may(&elsewhere, "http://127.0.0.1/x"), "it must not lead us to ourselves");
        assert!(!may(&elsewhere, "javascript:alert(1)"));
    }

    #[test]
    fn one_on_this_machine_needs_none() {
        for here in ["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9"] {
            let Ok(way) = way(here) else { panic!("{here}") };
            assert!(way.may_go(&Url::parse("http://127.0.0.1:8/x").unwrap()), "{here}");
            assert!(!way.may_go(&Url::parse("http://id.example.com/x").unwrap()), "{here}");
        }
    }

    #[test]
    fn an_authority_has_certificates() {
        let issuer = Url::parse("https://id.example.com").unwrap();
        for pem in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
        {
            let way = Fetch::of(&issuer, Some(pem.as_bytes()));
            assert!(matches!(way, Err(Unusable::Authority(_))), "{pem}");
        }
    }
}
