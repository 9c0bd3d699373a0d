//! Secrets of a check, on the wire: they come in, and never go out again.

use allclear_domain::check::{ClientCertificate, SecretHeader, SignIn};
use allclear_domain::{Secret, SecretText, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a request signs in. The secret is never told again: `is_set` says that there is one. Where it is left
/// out, the one of before stays, as long as the server is the same.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "SignIn")]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum SignInJson {
    /// With a user and a password.
    Basic {
        #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
        user: String,
        #[serde(default, skip_serializing)]
        #[schemars(
            with = "Option<String>",
            length(min = limits::SECRET_BYTES_MIN, max = limits::SECRET_BYTES_MAX),
            extend("writeOnly" = true)
        )]
        password: Option<SecretText>,
        /// Whether there is a password. It is told, and not asked.
        #[serde(default)]
        #[schemars(extend("readOnly" = true))]
        is_set: bool,
    },
    /// With a token.
    Bearer {
        #[serde(default, skip_serializing)]
        #[schemars(
            with = "Option<String>",
            length(min = limits::SECRET_BYTES_MIN, max = limits::SECRET_BYTES_MAX),
            extend("writeOnly" = true)
        )]
        token: Option<SecretText>,
        /// Whether there is a token. It is told, and not asked.
        #[serde(default)]
        #[schemars(extend("readOnly" = true))]
        is_set: bool,
    },
}

/// A header field whose value is a secret, which is never told again.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "SecretHeaderField")]
#[serde(deny_unknown_fields)]
pub(super) struct SecretHeaderJson {
    name: String,
    /// Its value. Where it is left out, that of before under this name stays, as long as the server is the
    /// same.
    #[serde(default, skip_serializing)]
    #[schemars(
        with = "Option<String>",
        length(min = limits::SECRET_BYTES_MIN, max = limits::SECRET_BYTES_MAX),
        extend("writeOnly" = true)
    )]
    value: Option<SecretText>,
    /// Whether there is a value. It is told, and not asked.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    is_set: bool,
}

/// What is shown to the server of `url` where it asks for a certificate.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ClientCertificate")]
#[serde(deny_unknown_fields)]
pub(super) struct ClientCertificateJson {
    /// The certificate and those above it, in that order, as PEM.
    #[schemars(length(max = limits::CLIENT_CERTIFICATE_BYTES_MAX))]
    chain_pem: String,
    /// Its key, as PEM without a passphrase. Where it is left out, that of before stays, as long as the server is the
    /// same.
    #[serde(default, skip_serializing)]
    #[schemars(
        with = "Option<String>",
        length(max = limits::CLIENT_CERTIFICATE_BYTES_MAX),
        extend("writeOnly" = true)
    )]
    key: Option<SecretText>,
    /// Whether there is a key. It is told, and not asked.
    #[serde(default)]
    #[schemars(extend("readOnly" = true))]
    is_set: bool,
}

impl From<ClientCertificate> for ClientCertificateJson {
    fn from(ClientCertificate { chain_pem, key }: ClientCertificate) -> Self {
        Self { chain_pem, key: None, is_set: key.is_set() }
    }
}

impl From<ClientCertificateJson> for ClientCertificate {
    fn from(ClientCertificateJson { chain_pem, key, .. }: ClientCertificateJson) -> Self {
        Self { chain_pem, key: read(key) }
    }
}

/// A secret as it came; one that is empty counts as left out.
fn read(text: Option<SecretText>) -> Secret {
    text.filter(|text| !text.reveal().is_empty()).map_or(Secret::Kept, Secret::Open)
}

impl From<SignIn> for SignInJson {
    fn from(sign_in: SignIn) -> Self {
        let is_set = sign_in.secret().is_set();
        match sign_in {
            SignIn::Basic { user, .. } => Self::Basic { user, password: None, is_set },
            SignIn::Bearer { .. } => Self::Bearer { token: None, is_set },
        }
    }
}

impl From<SignInJson> for SignIn {
    fn from(shape: SignInJson) -> Self {
        match shape {
            SignInJson::Basic { user, password, .. } => {
                Self::Basic { user, password: read(password) }
            }
            SignInJson::Bearer { token, .. } => Self::Bearer { token: read(token) },
        }
    }
}

impl From<SecretHeader> for SecretHeaderJson {
    fn from(SecretHeader { name, value }: SecretHeader) -> Self {
        Self { name, value: None, is_set: value.is_set() }
    }
}

impl From<SecretHeaderJson> for SecretHeader {
    fn from(SecretHeaderJson { name, value, .. }: SecretHeaderJson) -> Self {
        Self { name, value: read(value) }
    }
}
