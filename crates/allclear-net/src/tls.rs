//! TLS on an open connection. The chain that the server sends is kept as it was sent, also where it
//! does not convince: what is served is the finding, not what lies on somebody's disk.

use std::fmt::{self, Debug};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use allclear_domain::clock::Clock;
use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::time_provider::TimeProvider;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, InvalidMessage,
    ProtocolVersion, RootCertStore, SignatureScheme,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Host;

/// Who vouches for servers: read once, shared by all who trust the same.
#[derive(Clone, Debug)]
pub struct Trust(Arc<RootCertStore>);

/// A certificate and its key, to show to servers that ask for one.
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// Why there can be no TLS with these settings.
#[derive(Debug, thiserror::Error)]
pub enum TlsSettingsError {
    /// The authorities cannot be read.
    #[error("the certificates of authorities cannot be read as PEM: {0}")]
    Authorities(String),
    /// The certificate to show cannot be used.
    #[error("the client certificate cannot be used: {0}")]
    Identity(String),
    /// The TLS library refuses.
    #[error("TLS cannot be set up: {0}")]
    Unusable(String),
}

impl Trust {
    /// What browsers trust, and these authorities: PEM, possibly none.
    pub fn public_and(authorities: &[u8]) -> Result<Self, TlsSettingsError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        add(&mut roots, authorities)?;
        Ok(Self(Arc::new(roots)))
    }

    /// These authorities, PEM, and nobody else.
    pub fn only(authorities: &[u8]) -> Result<Self, TlsSettingsError> {
        let mut roots = RootCertStore::empty();
        add(&mut roots, authorities)?;
        if roots.is_empty() {
            return Err(TlsSettingsError::Authorities("there are none".to_owned()));
        }
        Ok(Self(Arc::new(roots)))
    }
}

fn add(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), TlsSettingsError> {
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let bad = |problem: String| TlsSettingsError::Authorities(problem);
        let certificate = certificate.map_err(|error| bad(error.to_string()))?;
        roots.add(certificate).map_err(|error| bad(error.to_string()))?;
    }
    Ok(())
}

/// A certificate and its key that belong together, to be shown to single servers.
#[derive(Clone)]
pub struct ClientIdentity(Arc<SingleCertAndKey>);

impl Debug for ClientIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClientIdentity")
    }
}

impl TryFrom<Identity> for ClientIdentity {
    type Error = TlsSettingsError;

    fn try_from(Identity { chain, key }: Identity) -> Result<Self, Self::Error> {
        let read = CertifiedKey::from_der(chain, key, &ring::default_provider());
        // What is wrong with a key is not told: the words could hold some of it.
        let read = read.map_err(|error| {
            TlsSettingsError::Identity(match error {
                rustls::Error::InconsistentKeys(_) => "its key is that of another one".to_owned(),
                rustls::Error::NoCertificatesPresented => "there is none".to_owned(),
                _ => "its key is of no kind that is known, or the certificate is broken".to_owned(),
            })
        })?;
        Ok(Self(Arc::new(SingleCertAndKey::from(read))))
    }
}

impl Identity {
    /// A chain and its key, both PEM.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, TlsSettingsError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|error| TlsSettingsError::Identity(error.to_string()))?;
        // What is wrong with a key is not told: the words could hold some of it.
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|_| TlsSettingsError::Identity("its key is not PEM".to_owned()))?;
        Ok(Self { chain, key })
    }
}

impl Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Identity").field("chain", &self.chain.len()).finish_non_exhaustive()
    }
}

/// Speaks TLS as a client; made once and used for many connections.
#[derive(Clone, Debug)]
pub struct TlsClient {
    config: ClientConfig,
    verifier: Arc<WebPkiServerVerifier>,
    clock: ClockTime,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// TLS 1.2.
    V1_2,
    /// TLS 1.3.
    V1_3,
}

/// What was learned in a handshake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// The certificates that the server sent, in its order: DER.
    pub chain: Vec<Vec<u8>>,
    /// The version that was agreed on.
    pub version: Option<TlsVersion>,
    /// The protocol that was agreed on, where any was offered.
    pub protocol: Option<Vec<u8>>,
    /// The time that it took, or took to fail.
    pub took: Duration,
}

/// A handshake, ended well or not.
#[derive(Debug)]
pub struct Shaken<S> {
    /// What was learned.
    pub session: Session,
    /// The connection.
    pub stream: Result<Box<TlsStream<S>>, TlsError>,
}

/// Why a handshake failed. None of these is a fault of this machine but a wrong clock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// There was no answer, or not all of it, in time.
    #[error("the TLS handshake did not end in time")]
    TimedOut,
    /// What answers is no TLS.
    #[error("what answers is not TLS")]
    NotTls,
    /// The connection ended.
    #[error("the server ended the connection during the TLS handshake")]
    Closed,
    /// No certificate can be asked for under this name.
    #[error("{0} cannot be the name of a certificate")]
    BadName(String),
    /// A certificate of the chain is over.
    #[error("a certificate that the server sends ended at {ended_at}")]
    Expired {
        /// When it ended.
        ended_at: Timestamp,
    },
    /// A certificate of the chain does not hold yet.
    #[error("a certificate that the server sends holds only from {begins_at} on")]
    NotYetValid {
        /// When it begins.
        begins_at: Timestamp,
    },
    /// The certificate is for others.
    #[error("the certificate is not for {expected}, but for {}", told(presented))]
    WrongName {
        /// What it should be for.
        expected: String,
        /// What it is for.
        presented: Vec<String>,
    },
    /// Nobody that we trust vouches for it: its issuer is unknown, or a certificate between is missing.
    #[error("the chain of certificates leads to no authority that is trusted, or lacks a link")]
    UnknownIssuer,
    /// The certificate is wrong in some other way.
    #[error("the certificate cannot be trusted: {0}")]
    BadCertificate(String),
    /// The server turned us down.
    #[error("the server refused the TLS handshake: {0}")]
    Refused(String),
    /// The server is not content with the certificate that we showed, or with none.
    #[error("{0}")]
    ClientCertificate(&'static str),
    /// No version or method is known to both sides.
    #[error("the server knows no version or method of TLS that is safe today: {0}")]
    Incompatible(String),
    /// Something else went wrong.
    #[error("the TLS handshake failed: {0}")]
    Failed(String),
}

fn told(names: &[String]) -> String {
    const TOLD: usize = 5;
    let mut told = names.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > TOLD {
        told.push_str(&format!(" and {} more", names.len() - TOLD));
    }
    if told.is_empty() { "no name".to_owned() } else { told }
}

impl TlsClient {
    /// Speaks TLS with servers that `trust` vouches for, at the time of `clock`, and shows them the
    /// identity where they ask for one. Nothing is carried over from one connection to the next.
    pub fn new(
        trust: &Trust,
        identity: Option<Identity>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TlsSettingsError> {
        let (unusable, clock) = (TlsSettingsError::Unusable, ClockTime(clock));
        let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(
            Arc::clone(&trust.0),
            Arc::clone(&provider),
        )
        .build()
        .map_err(|error| unusable(error.to_string()))?;
        let builder = ClientConfig::builder_with_details(provider, Arc::new(clock.clone()))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(error.to_string()))?
            .with_webpki_verifier(Arc::clone(&verifier));
        let mut config = match identity {
            None => builder.with_no_client_auth(),
            Some(identity) => builder
                .with_client_auth_cert(identity.chain, identity.key)
                .map_err(|error| TlsSettingsError::Identity(error.to_string()))?,
        };
        config.resumption = Resumption::disabled();
        Ok(Self { config, verifier, clock })
    }

    /// The same, which shows this identity in place of any other to servers that ask for one.
    #[must_use]
    pub fn showing(&self, identity: &ClientIdentity) -> Self {
        let mut other = self.clone();
        let shown: Arc<SingleCertAndKey> = Arc::clone(&identity.0);
        other.config.client_auth_cert_resolver = shown;
        other
    }

    /// The clock that certificates are judged by.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock.0)
    }

    /// Shakes hands with a server that should be `host`, before the deadline, offering these protocols.
    pub async fn handshake<S>(
        &self,
        stream: S,
        host: &Host<String>,
        protocols: &[&[u8]],
        deadline: Instant,
    ) -> Shaken<S>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let started = Instant::now();
        let witness = Arc::new(Witness {
            verifier: Arc::clone(&self.verifier),
            served: Mutex::new(Vec::new()),
        });
        let shaken = self.shake(stream, host, protocols, deadline, Arc::clone(&witness)).await;
        let served = witness.served.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut session = Session { chain: served, took: started.elapsed(), ..Session::default() };
        if let Ok(stream) = &shaken {
            let (_, connection) = stream.get_ref();
            session.version = connection.protocol_version().and_then(version);
            session.protocol = connection.alpn_protocol().map(<[u8]>::to_vec);
        }
        Shaken { session, stream: shaken }
    }

    async fn shake<S>(
        &self,
        stream: S,
        host: &Host<String>,
        protocols: &[&[u8]],
        deadline: Instant,
        witness: Arc<Witness>,
    ) -> Result<Box<TlsStream<S>>, TlsError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let name = match host {
            Host::Domain(name) => ServerName::try_from(name.trim_end_matches('.').to_owned())
                .map_err(|_| TlsError::BadName(name.clone()))?,
            Host::Ipv4(address) => ServerName::IpAddress((*address).into()),
            Host::Ipv6(address) => ServerName::IpAddress((*address).into()),
        };
        let mut config = self.config.clone();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        config.dangerous().set_certificate_verifier(witness);
        let connector = TlsConnector::from(Arc::new(config));
        match timeout_at(deadline, connector.connect(name, stream)).await {
            Err(_) => Err(TlsError::TimedOut),
            Ok(Err(error)) => Err(TlsError::of(&error)),
            Ok(Ok(stream)) => Ok(Box::new(stream)),
        }
    }
}

fn version(version: ProtocolVersion) -> Option<TlsVersion> {
    match version {
        ProtocolVersion::TLSv1_2 => Some(TlsVersion::V1_2),
        ProtocolVersion::TLSv1_3 => Some(TlsVersion::V1_3),
        _ => None,
    }
}

impl TlsError {
    /// What an error of reading or writing means. A server may turn a client certificate down only
    /// after the handshake.
    #[must_use]
    pub fn of(error: &io::Error) -> Self {
        if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
            return Self::of_library(error);
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Failed(error.to_string()),
        }
    }

    fn of_library(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidMessage(
                InvalidMessage::InvalidContentType
                | InvalidMessage::UnknownProtocolVersion
                | InvalidMessage::MessageTooLarge
                | InvalidMessage::InvalidEmptyPayload,
            ) => Self::NotTls,
            rustls::Error::InvalidCertificate(error) => Self::of_certificate(error),
            rustls::Error::AlertReceived(alert) => Self::of_alert(*alert),
            rustls::Error::PeerIncompatible(why) => Self::Incompatible(format!("{why:?}")),
            rustls::Error::NoApplicationProtocol => {
                Self::Incompatible("it speaks none of the protocols that were offered".to_owned())
            }
            other => Self::Failed(other.to_string()),
        }
    }

    /// What a server complains of. Of certificates it can only mean ours.
    fn of_alert(alert: AlertDescription) -> Self {
        Self::ClientCertificate(match alert {
            AlertDescription::CertificateRequired => {
                "the server asks for a client certificate, and was shown none"
            }
            AlertDescription::UnknownCA => {
                "the server refused the client certificate: it does not know its authority"
            }
            AlertDescription::CertificateExpired => {
                "the server refused the client certificate: it is over"
            }
            AlertDescription::CertificateRevoked => {
                "the server refused the client certificate: it was revoked"
            }
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::NoCertificate => {
                "the server refused the client certificate, or that there is none"
            }
            other => return Self::Refused(format!("{other:?}")),
        })
    }

    fn of_certificate(error: &CertificateError) -> Self {
        match error {
            CertificateError::ExpiredContext { not_after, .. } => {
                Self::Expired { ended_at: instant(*not_after) }
            }
            CertificateError::NotValidYetContext { not_before, .. } => {
                Self::NotYetValid { begins_at: instant(*not_before) }
            }
            CertificateError::NotValidForNameContext { expected, presented } => Self::WrongName {
                expected: expected.to_str().into_owned(),
                presented: presented.clone(),
            },
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            // The library has no word of its own for what most certificates are that somebody made
            // for himself.
            CertificateError::Other(other) if other.to_string() == "CaUsedAsEndEntity" => {
                Self::BadCertificate("it is one of an authority, and not of a server".to_owned())
            }
            other => Self::BadCertificate(other.to_string()),
        }
    }
}

fn instant(time: UnixTime) -> Timestamp {
    let second = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
}

/// The clock of the product, for the TLS library.
#[derive(Clone)]
struct ClockTime(Arc<dyn Clock>);

impl TimeProvider for ClockTime {
    fn current_time(&self) -> Option<UnixTime> {
        let since = Duration::try_from(self.0.now().as_duration()).ok()?;
        Some(UnixTime::since_unix_epoch(since))
    }
}

impl Debug for ClockTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClockTime")
    }
}

/// Keeps the chain of one handshake, and leaves the judgment to the library.
#[derive(Debug)]
struct Witness {
    verifier: Arc<WebPkiServerVerifier>,
    served: Mutex<Vec<Vec<u8>>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let chain = std::iter::once(end_entity).chain(intermediates);
        *self.served.lock().unwrap_or_else(PoisonError::into_inner) =
            chain.map(|certificate| certificate.to_vec()).collect();
        self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests;
