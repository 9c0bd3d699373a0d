//! The client certificate of a check, for its server alone.

use allclear_domain::check::{ClientCertificate, Reason, ReasonCode};
use allclear_net::{ClientIdentity, Identity, TlsSettingsError};
use jiff::Timestamp;
use x509_parser::pem::Pem;

use crate::kinds::{NotReady, certificate};

/// A client certificate, read.
#[derive(Debug)]
pub(super) struct Shown {
    /// With its key, where that is open.
    pub(super) identity: Option<ClientIdentity>,
    /// From when on the certificate holds, and until when.
    holds: (Timestamp, Timestamp),
}

impl Shown {
    /// Reads it.
    pub(super) fn new(written: &ClientCertificate) -> Result<Self, NotReady> {
        let bad = |field: &str, problem: String| {
            NotReady::new(format!("client_certificate.{field}"), problem)
        };
        let chain_pem = written.chain_pem.as_bytes();
        let first = Pem::iter_from_buffer(chain_pem).next().and_then(Result::ok);
        let holds = first.and_then(|first| certificate::holds(&first.contents));
        let holds = holds.ok_or_else(|| {
            let problem = "holds no certificate that can be read: write it as PEM, with those \
                           above it below";
            bad("chain_pem", problem.to_owned())
        })?;
        let identity = written.key.open().map(|key| {
            let read = Identity::from_pem(chain_pem, key.as_bytes());
            read.and_then(ClientIdentity::try_from)
        });
        let identity = identity.transpose().map_err(|error| {
            let TlsSettingsError::Identity(why) = &error else {
                return bad("key", error.to_string());
            };
            bad(
                "key",
                format!(
                    "does not go with the certificate ({why}): write the key of the first one as PEM \
                     (PKCS#8, PKCS#1 or SEC1), without a passphrase"
                ),
            )
        })?;
        Ok(Self { identity, holds })
    }

    /// The reason with a remark where the certificate is over, or does not hold yet: it may be why.
    pub(super) fn remark(&self, reason: Reason, now: Timestamp) -> Reason {
        let (from, to) = self.holds;
        let about_it = [ReasonCode::Status, ReasonCode::Tls, ReasonCode::Broken];
        if !about_it.contains(&reason.code) {
            return reason;
        }
        let remark = if now > to {
            format!("the check's client certificate ended at {to}")
        } else if now < from {
            format!("the check's client certificate holds only from {from} on")
        } else {
            return reason;
        };
        Reason { told: format!("{} ({remark})", reason.told), ..reason }
    }
}
