//! A certificate as two files hold it: the chain, the key that belongs to it, and what it says of
//! itself.

use std::fs::File;
use std::io::{self, Read};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use crate::limits;

/// How long before its end a certificate should have been renewed.
const RENEWED_BEFORE_END: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Where the certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and after it those that lead to its issuer: PEM.
    pub certificate: PathBuf,
    /// The private key of the certificate: PEM.
    pub key: PathBuf,
}

/// Why a certificate cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{}: {problem}", file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// The key is that of another certificate.
    #[error(
        "the key in {} does not belong to the first certificate in {}: the server's own certificate \
         comes first, then those above it",
        key.display(),
        certificate.display()
    )]
    ForeignKey {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
}

/// How a certificate stands at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does not hold yet.
    NotYet,
    /// It holds.
    Holds,
    /// It holds, and should have been renewed by now.
    EndsSoon,
    /// It is over.
    Over,
}

/// A certificate that can be served, with what it says of itself.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Names and addresses that it is for.
    pub names: Vec<String>,
    /// From when on it holds.
    pub begins_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// What the TLS library serves.
    pub(super) served: Arc<CertifiedKey>,
}

impl Certificate {
    /// How it stands.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        if now < self.begins_at {
            Standing::NotYet
        } else if now >= self.ends_at {
            Standing::Over
        } else if now >= self.ends_at - RENEWED_BEFORE_END {
            Standing::EndsSoon
        } else {
            Standing::Holds
        }
    }

    /// Whether clients that ask for this host name or address take it.
    #[must_use]
    pub fn is_for(&self, host: &str) -> bool {
        let Ok(name) = ServerName::try_from(host) else { return false };
        let own = self.served.end_entity_cert().ok();
        let own = own.and_then(|own| ParsedCertificate::try_from(own).ok());
        own.is_some_and(|own| verify_server_name(&own, &name).is_ok())
    }
}

/// Both files as they are now.
pub(super) struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Contents {
    /// Reads them.
    pub(super) fn read(files: &TlsFiles) -> Result<Self, CertificateError> {
        Ok(Self { certificate: read(&files.certificate)?, key: read(&files.key)? })
    }

    /// What tells these contents from others.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(self.certificate.len().to_be_bytes());
        digest.update(&self.certificate);
        digest.update(&self.key);
        digest.finalize().into()
    }

    /// The certificate that they make together.
    pub(super) fn certificate(
        &self,
        files: &TlsFiles,
        provider: &CryptoProvider,
    ) -> Result<Certificate, CertificateError> {
        let unusable = |file: &Path, problem: String| CertificateError::Unusable {
            file: file.to_owned(),
            problem,
        };
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&self.certificate)
            .take(limits::CHAIN_CERTIFICATES_MAX)
            .collect::<Result<_, _>>()
            .map_err(|error| unusable(&files.certificate, format!("is not PEM: {error}")))?;
        let Some(own) = chain.first() else {
            let problem = "holds no certificate: give a PEM file, with lines `BEGIN CERTIFICATE`";
            return Err(unusable(&files.certificate, problem.to_owned()));
        };
        let (names, begins_at, ends_at) =
            read_facts(own).map_err(|problem| unusable(&files.certificate, problem))?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| {
            let problem = "holds no private key that can be read: give a PEM file without a \
                           passphrase";
            unusable(&files.key, problem.to_owned())
        })?;
        let served = CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => CertificateError::ForeignKey {
                certificate: files.certificate.clone(),
                key: files.key.clone(),
            },
            other => unusable(&files.key, format!("its key is not taken: {other}")),
        })?;
        Ok(Certificate { names, begins_at, ends_at, served: Arc::new(served) })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CertificateError> {
    let unreadable = |source| CertificateError::Unreadable { file: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(limits::CERTIFICATE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limits::CERTIFICATE_BYTES_MAX {
        let kb = limits::CERTIFICATE_BYTES_MAX / 1024;
        let problem = format!("is longer than {kb} KB: name the file of one certificate");
        return Err(CertificateError::Unusable { file: path.to_owned(), problem });
    }
    Ok(bytes)
}

/// Names, begin and end of a certificate.
fn read_facts(own: &CertificateDer<'_>) -> Result<(Vec<String>, Timestamp, Timestamp), String> {
    let broken =
        |error: &dyn std::fmt::Display| format!("its first certificate is broken: {error}");
    let (_, parsed) = X509Certificate::from_der(own).map_err(|error| broken(&error))?;
    let named = parsed.subject_alternative_name().map_err(|error| broken(&error))?;
    let names = named.map(|named| named.value.general_names.iter().filter_map(printed).collect());
    let instant = |second| Timestamp::from_second(second).map_err(|error| broken(&error));
    let validity = parsed.validity();
    Ok((
        names.unwrap_or_default(),
        instant(validity.not_before.timestamp())?,
        instant(validity.not_after.timestamp())?,
    ))
}

/// A name as people write it; `None` where it is none of a host.
fn printed(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let address = v4.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from));
            address.ok().map(|address| address.to_string())
        }
        _ => None,
    }
}
