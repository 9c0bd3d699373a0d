//! TLS at our own listener: one certificate from two files, read again when they change.
//!
//! A renewal that went wrong must not take readers away: where the new files cannot be served, the
//! old certificate stays, and that is logged.

mod certificate;
mod handshake;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

pub use self::certificate::{Certificate, CertificateError, Standing, TlsFiles};
pub(crate) use self::handshake::{Shaken, shake_hands};

use self::certificate::Contents;

/// The certificate that is served. Cheap to clone; all clones serve the same.
#[derive(Clone)]
pub struct Certificates {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    served: Arc<Served>,
    config: Arc<ServerConfig>,
    last: Arc<Mutex<Last>>,
}

/// What came of the last look at the files.
struct Last {
    digest: [u8; 32],
    /// Why the files as they are now are not served; empty where they are.
    problem: String,
    standing: Option<Standing>,
}

/// What one look at the files did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// They are as they were.
    Same,
    /// They hold another certificate, which is served from now on.
    Renewed,
    /// They cannot be served; the certificate before stays. Why, in words.
    Kept(String),
}

/// What the TLS library asks for a certificate.
struct Served(ArcSwap<Certificate>);

impl fmt::Debug for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Served")
    }
}

impl ResolvesServerCert for Served {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load().served.clone())
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificates({:?})", self.files)
    }
}

/// Reads the files once: for whoever asks what is wrong with them.
///
/// # Errors
/// [`CertificateError`] where they cannot be served.
pub fn look_at(files: &TlsFiles) -> Result<Certificate, CertificateError> {
    Contents::read(files)?.certificate(files, &ring::default_provider())
}

impl Certificates {
    /// Reads the files, which must be good at the start.
    ///
    /// # Errors
    /// [`CertificateError`] where they cannot be served.
    pub fn load(files: TlsFiles) -> Result<Self, CertificateError> {
        let provider = Arc::new(ring::default_provider());
        let contents = Contents::read(&files)?;
        let certificate = contents.certificate(&files, &provider)?;
        let served = Arc::new(Served(ArcSwap::from_pointee(certificate)));
        let unusable = |error: rustls::Error| CertificateError::Unusable {
            file: files.certificate.clone(),
            problem: format!("TLS cannot be set up with it: {error}"),
        };
        let mut config = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_cert_resolver(served.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        // Readers who come back need no place of their own in memory.
        config.ticketer = ring::Ticketer::new().map_err(unusable)?;
        let last = Last { digest: contents.digest(), problem: String::new(), standing: None };
        let last = Arc::new(Mutex::new(last));
        Ok(Self { files, provider, served, config: Arc::new(config), last })
    }

    /// The certificate that is served now.
    #[must_use]
    pub fn served(&self) -> Arc<Certificate> {
        self.served.0.load_full()
    }

    /// What handshakes are made with.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        self.config.clone()
    }

    /// Looks whether the files changed, and serves what they hold if it can be.
    pub async fn run_once(&self, now: Timestamp) -> Report {
        let (this, looking) = (self.clone(), self.clone());
        let looked = tokio::task::spawn_blocking(move || looking.look()).await;
        let report = looked.unwrap_or(Report::Same);
        match &report {
            Report::Same => {}
            Report::Renewed => tracing::info!("another certificate is served from now on"),
            Report::Kept(problem) => tracing::error!(
                %problem,
                "the certificate on disk cannot be served; the one before stays"
            ),
        }
        this.tell_standing(now);
        report
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the files, and tells each change once.
    fn look(&self) -> Report {
        let contents = match Contents::read(&self.files) {
            Ok(contents) => contents,
            Err(error) => return self.keep(error.to_string()),
        };
        let digest = contents.digest();
        {
            let mut last = self.last();
            if last.digest == digest {
                // They may have been away meanwhile.
                last.problem = String::new();
                return Report::Same;
            }
        }
        match contents.certificate(&self.files, &self.provider) {
            Ok(certificate) => {
                self.served.0.store(Arc::new(certificate));
                *self.last() = Last { digest, problem: String::new(), standing: None };
                Report::Renewed
            }
            Err(error) => self.keep(error.to_string()),
        }
    }

    fn keep(&self, problem: String) -> Report {
        let mut last = self.last();
        if last.problem == problem {
            return Report::Same;
        }
        last.problem.clone_from(&problem);
        Report::Kept(problem)
    }

    /// Logs how the served certificate stands, when that changes.
    fn tell_standing(&self, now: Timestamp) {
        let served = self.served();
        let standing = served.standing(now);
        let mut last = self.last();
        if last.standing == Some(standing) {
            return;
        }
        last.standing = Some(standing);
        let (begins_at, ends_at) = (served.begins_at, served.ends_at);
        match standing {
            Standing::Holds => tracing::info!(%ends_at, "the certificate holds"),
            Standing::EndsSoon => tracing::warn!(%ends_at, "the certificate ends soon: renew it"),
            Standing::Over => {
                tracing::error!(%ends_at, "the certificate is over, and browsers refuse it: renew it");
            }
            Standing::NotYet => tracing::error!(
                %begins_at,
                "the certificate does not hold yet, and browsers refuse it: look at the clock"
            ),
        }
    }
}

#[cfg(test)]
mod tests;
