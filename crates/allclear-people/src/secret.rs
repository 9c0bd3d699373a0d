//! Secrets: 256 random bits each, shown once to whom they belong, and kept as a digest.

use std::fmt;

use allclear_domain::Entropy;
use allclear_domain::session::SecretDigest;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A secret in clear, on its way to whom it belongs. It prints as nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one: `prefix` and 43 characters of base 64 for addresses.
    #[must_use]
    pub fn mint(prefix: &str, entropy: &Entropy) -> Self {
        let bytes: [u8; 32] = entropy.bytes();
        Self(format!("{prefix}{}", BASE64URL_NOPAD.encode(&bytes)))
    }

    /// A text that was made elsewhere.
    pub(crate) const fn of(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one reader that it belongs to.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the store keeps of it.
    #[must_use]
    pub fn digest(&self) -> SecretDigest {
        digest(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// The digest of what somebody presents. Looking it up leaks nothing by its time: who does not know
/// the secret cannot choose digests.
#[must_use]
pub fn digest(presented: &str) -> SecretDigest {
    SecretDigest(HEXLOWER.encode(&Sha256::digest(presented.as_bytes())))
}

/// What a form has to carry: bound to the cookie that came with it, and useless without it.
#[must_use]
pub fn form_token(cookie: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(b"form token of ");
    digest.update(cookie.as_bytes());
    BASE64URL_NOPAD.encode(&digest.finalize())
}

/// Whether a form carries the token of its cookie. Takes the same time for any token.
#[must_use]
pub fn is_form_token(cookie: &str, presented: &str) -> bool {
    form_token(cookie).as_bytes().ct_eq(presented.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_and_prints_as_nothing() {
        let secret = Secret::mint("allclear_", &Entropy::from_seed(1));
        assert_eq!(secret.reveal().len(), "allclear_".len() + 43);
        assert_eq!(format!("{secret:?}"), "Secret");
        assert_eq!(secret.digest(), digest(secret.reveal()));
        assert_eq!(secret.digest().0.len(), 64);
        assert_ne!(secret, Secret::mint("allclear_", &Entropy::from_seed(2)));
    }

    #[test]
    fn a_form_token_belongs_to_one_cookie() {
        let token = form_token("a cookie");
        assert!(is_form_token("a cookie", &token));
        assert!(!is_form_token("another cookie", &token));
        assert!(!is_form_token("a cookie", ""));
        assert_ne!(token, digest("a cookie").0, "it does not give the stored digest away");
    }
}
