//! What passkeys are made for: the host of the address that people use. Browsers give them to no other
//! host, to no plain IP address, and over TLS alone, but for this very machine.

use webauthn_rs::prelude::Url;
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// What authenticators call this installation.
const NAME: &str = "Allclear";

/// Why passkeys are not offered, and what to set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOffered {
    /// Nobody said what address people use.
    #[error(
        "Passkeys belong to an address, and none is set: set public_url to the one that people use, \
         such as https://status.example.com."
    )]
    NoAddress,
    /// It has no name.
    #[error(
        "Browsers keep no passkeys for a plain IP address: set public_url to one with a name instead \
         of {0}, such as https://status.example.com."
    )]
    NoName(String),
    /// It is not safe enough for browsers.
    #[error(
        "Browsers give passkeys over TLS alone: serve over TLS, and set public_url to an address that \
         begins with https:// instead of {0}."
    )]
    NoTls(String),
}

/// The installation as authenticators know it.
#[derive(Debug)]
pub(super) struct RelyingParty {
    pub(super) webauthn: Webauthn,
    pub(super) origin: Url,
}

impl RelyingParty {
    /// The one at an address.
    pub(super) fn at(public_url: Option<&str>) -> Result<Self, NotOffered> {
        let text = public_url.ok_or(NotOffered::NoAddress)?;
        let no_name = || NotOffered::NoName(text.to_owned());
        let origin = Url::parse(text).map_err(|_| no_name())?;
        let host = origin.domain().ok_or_else(no_name)?;
        if origin.scheme() != "https" && !is_this_machine(host) {
            return Err(NotOffered::NoTls(text.to_owned()));
        }
        let webauthn = WebauthnBuilder::new(host, &origin)
            .and_then(|builder| builder.rp_name(NAME).build())
            .map_err(|_| no_name())?;
        Ok(Self { webauthn, origin })
    }
}

/// Whether browsers take a host for the machine that they run on, which needs no TLS.
fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_over_tls_or_this_machine() {
        for taken in
            ["https://status.example.com", "https://status.example.com:8443", "http://localhost:1"]
        {
            assert!(RelyingParty::at(Some(taken)).is_ok(), "{taken}");
        }
        let not = |text| RelyingParty::at(text).map(drop).unwrap_err();
        assert_eq!(not(None), NotOffered::NoAddress);
        for plain in ["http://127.0.0.1:8080", "https://192.0.2.1", "https://[2001:db8::1]"] {
            assert_eq!(not(Some(plain)), NotOffered::NoName(plain.to_owned()));
        }
        let open = "http://status.example.com";
        assert_eq!(not(Some(open)), NotOffered::NoTls(open.to_owned()));
        assert!(not(Some(open)).to_string().contains("public_url"));
    }
}
