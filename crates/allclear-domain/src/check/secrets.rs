//! Where a check holds secrets.

use super::{CheckKind, SecretHeader, SignIn};
use crate::secret::Secret;

/// The place of a secret in a check.
#[derive(Clone, Debug)]
pub struct SecretPlace<S> {
    /// The field, as problems name it: `http.secret_headers[0].value`.
    pub field: String,
    /// What it is called for good, wherever it stands in a list: a secret is sealed for this place, and
    /// opens in no other.
    pub name: String,
    /// What is there.
    pub secret: S,
}

impl<S> SecretPlace<S> {
    fn password(secret: S) -> Self {
        let name = "http.sign_in.basic.password".to_owned();
        Self { field: name.clone(), name, secret }
    }

    fn token(secret: S) -> Self {
        let name = "http.sign_in.bearer.token".to_owned();
        Self { field: name.clone(), name, secret }
    }

    fn header(place: usize, header: &str, secret: S) -> Self {
        let name = format!("http.secret_headers.{}", header.to_ascii_lowercase());
        Self { field: format!("http.secret_headers[{place}].value"), name, secret }
    }
}

impl CheckKind {
    /// Its secrets.
    #[must_use]
    pub fn secrets(&self) -> Vec<SecretPlace<&Secret>> {
        let Self::Http(http) = self else { return Vec::new() };
        let sign_in = http.sign_in.iter().map(|sign_in| match sign_in {
            SignIn::Basic { password, .. } => SecretPlace::password(password),
            SignIn::Bearer { token } => SecretPlace::token(token),
        });
        let headers = http.secret_headers.iter().enumerate();
        let headers = headers
            .map(|(place, SecretHeader { name, value })| SecretPlace::header(place, name, value));
        sign_in.chain(headers).collect()
    }

    /// The same, to be replaced.
    #[must_use]
    pub fn secrets_mut(&mut self) -> Vec<SecretPlace<&mut Secret>> {
        let Self::Http(http) = self else { return Vec::new() };
        let sign_in = http.sign_in.iter_mut().map(|sign_in| match sign_in {
            SignIn::Basic { password, .. } => SecretPlace::password(password),
            SignIn::Bearer { token } => SecretPlace::token(token),
        });
        let headers = http.secret_headers.iter_mut().enumerate();
        let headers = headers
            .map(|(place, SecretHeader { name, value })| SecretPlace::header(place, name, value));
        sign_in.chain(headers).collect()
    }

    /// The same kind, with nothing said of its secrets.
    #[must_use]
    pub fn without_secrets(&self) -> Self {
        let mut kind = self.clone();
        kind.secrets_mut().into_iter().for_each(|place| *place.secret = Secret::Kept);
        kind
    }

    pub(super) fn is_same_but_for_secrets(&self, other: &Self) -> bool {
        let has_some = !self.secrets().is_empty() && !other.secrets().is_empty();
        has_some && self.without_secrets() == other.without_secrets()
    }
}
