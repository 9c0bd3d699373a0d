//! Where a check holds secrets.

use super::{CheckKind, ClientCertificate, SecretHeader, SignIn};
use crate::secret::Secret;

/// Where a password signs in.
const PASSWORD: &str = "basic.password";
/// Where a token does.
const TOKEN: &str = "bearer.token";

/// Where the key of a client certificate is.
const CLIENT_KEY: &str = "http.client_certificate.key";

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
    /// What signs in, in a check of this kind.
    fn sign_in(kind: &str, part: &str, secret: S) -> Self {
        let name = format!("{kind}.sign_in.{part}");
        Self { field: name.clone(), name, secret }
    }

    fn header(place: usize, header: &str, secret: S) -> Self {
        let name = format!("http.secret_headers.{}", header.to_ascii_lowercase());
        Self { field: format!("http.secret_headers[{place}].value"), name, secret }
    }

    /// Whether it is the key of a client certificate.
    #[must_use]
    pub fn is_client_key(&self) -> bool {
        self.name == CLIENT_KEY
    }

    fn client_key(secret: S) -> Self {
        Self { field: CLIENT_KEY.to_owned(), name: CLIENT_KEY.to_owned(), secret }
    }
}

/// The places of secrets in a kind, borrowed in one way or the other.
macro_rules! places {
    ($kind:expr, $as_ref:ident, $iter:ident, $slice:ident) => {{
        let word = $kind.as_str();
        let (sign_in, headers, certificate) = match $kind {
            CheckKind::Http(http) => (
                http.sign_in.$as_ref(),
                http.secret_headers.$slice(),
                http.client_certificate.$as_ref(),
            ),
            CheckKind::Prometheus(prometheus) => {
                (prometheus.sign_in.$as_ref(), Default::default(), None)
            }
            CheckKind::Service(service) => (service.sign_in.$as_ref(), Default::default(), None),
            _ => return Vec::new(),
        };
        let sign_in = sign_in.map(|sign_in| match sign_in {
            SignIn::Basic { password, .. } => SecretPlace::sign_in(word, PASSWORD, password),
            SignIn::Bearer { token } => SecretPlace::sign_in(word, TOKEN, token),
        });
        let headers = headers.$iter().enumerate();
        let headers = headers
            .map(|(place, SecretHeader { name, value })| SecretPlace::header(place, name, value));
        let key = certificate.map(|ClientCertificate { key, .. }| SecretPlace::client_key(key));
        sign_in.into_iter().chain(headers).chain(key).collect()
    }};
}

impl CheckKind {
    /// Its secrets.
    #[must_use]
    pub fn secrets(&self) -> Vec<SecretPlace<&Secret>> {
        places!(self, as_ref, iter, as_slice)
    }

    /// The same, to be replaced.
    #[must_use]
    pub fn secrets_mut(&mut self) -> Vec<SecretPlace<&mut Secret>> {
        places!(self, as_mut, iter_mut, as_mut_slice)
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
