//! What a check of the kind `http` asks for, and what the answer has to be.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{HttpStep, IpFamily};
use crate::secret::Secret;

/// A request over HTTP, and what the answer has to be. That there is an answer at all is always asked
/// for, whatever else is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpCheck {
    /// Requests that are made before, in order, so that it can stand on what they are answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<HttpStep>,
    /// Where it goes: `http://…` or `https://…`.
    pub url: String,
    /// What it asks.
    #[serde(default)]
    pub method: Method,
    /// Header fields that are sent beside our own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// How it signs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
    /// Header fields whose values are secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret_headers: Vec<SecretHeader>,
    /// What it shows to a server that asks for a certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<ClientCertificate>,
    /// What is sent as the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// How many redirects are followed; the answer after the last one is judged.
    pub redirects_max: u8,
    /// Which version is spoken.
    #[serde(default)]
    pub version: HttpVersion,
    /// The address to connect to in place of what the name resolves to. The name is still sent, and
    /// still stands in the certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_to: Option<IpAddr>,
    /// Which addresses of the name are used.
    #[serde(default)]
    pub family: IpFamily,
    /// Statuses that are right; 200 to 299 where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<StatusRange>,
    /// What else has to hold, all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assertions: Vec<Assertion>,
}

/// What a request asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// The thing itself.
    #[default]
    Get,
    /// What would be said of it.
    Head,
    /// What may be asked of it.
    Options,
    /// To take something.
    Post,
    /// To put something in its place.
    Put,
    /// To change it.
    Patch,
    /// To remove it.
    Delete,
}

impl Method {
    /// All of them, those that change nothing first.
    pub const ALL: [Self; 7] =
        [Self::Get, Self::Head, Self::Options, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Which version of HTTP is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HttpVersion {
    /// HTTP/2 where the server offers it during the TLS handshake, else HTTP/1.1.
    #[default]
    Offered,
    /// HTTP/1.1.
    Http1,
    /// HTTP/2; over `http://` without an upgrade.
    Http2,
}

/// A header field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// How a request signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SignIn {
    /// With a user and a password.
    Basic {
        /// The user.
        user: String,
        /// The password.
        #[serde(default)]
        password: Secret,
    },
    /// With a token.
    Bearer {
        /// The token.
        #[serde(default)]
        token: Secret,
    },
}

impl SignIn {
    /// Its secret.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        match self {
            Self::Basic { password, .. } => password,
            Self::Bearer { token } => token,
        }
    }
}

/// A header field whose value is a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    #[serde(default)]
    pub value: Secret,
}

/// A certificate that is shown to the server of the check, and the key that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientCertificate {
    /// The certificate and those above it, in that order: PEM, and no secret.
    pub chain_pem: String,
    /// Its key: PEM, without a passphrase.
    #[serde(default)]
    pub key: Secret,
}

/// Statuses from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusRange {
    /// The first one.
    pub from: u16,
    /// The last one.
    pub to: u16,
}

impl StatusRange {
    /// Whether a status is within it.
    #[must_use]
    pub const fn holds(self, status: u16) -> bool {
        self.from <= status && status <= self.to
    }
}

impl HttpCheck {
    /// Redirects that are followed where nobody says otherwise.
    pub const USUAL_REDIRECTS_MAX: u8 = 5;
    /// Statuses that are right where a check names none.
    pub const SUCCESS: StatusRange = StatusRange { from: 200, to: 299 };

    /// Whether a status is right.
    #[must_use]
    pub fn is_right(&self, status: u16) -> bool {
        match self.statuses.as_slice() {
            [] => Self::SUCCESS.holds(status),
            ranges => ranges.iter().any(|range| range.holds(status)),
        }
    }
}

/// What has to hold of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Assertion {
    /// Of a header field. Of one that is sent several times it suffices that one value is as it should
    /// be; what must not be is in none of them, and not in one that is absent.
    Header {
        /// Its name, in any case.
        name: String,
        /// What has to hold.
        test: TextTest,
    },
    /// Of the body, read as UTF-8; what is not is replaced.
    Body {
        /// What has to hold.
        test: TextTest,
    },
    /// Of what a path finds in the body, read as JSON.
    Json {
        /// The path, by RFC 9535: `$.status`, `$.items[0].price`.
        path: String,
        /// What has to hold of at least one value that it finds.
        test: JsonTest,
    },
    /// Of the length of the body.
    Size {
        /// Bytes at least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<u64>,
        /// Bytes at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u64>,
    },
}

/// What has to hold of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TextTest {
    /// It is this.
    Is(String),
    /// It is anything but this.
    IsNot(String),
    /// This is in it.
    Contains(String),
    /// This is not in it.
    ContainsNot(String),
    /// This regular expression finds something in it.
    Matches(String),
    /// This regular expression finds nothing in it.
    MatchesNot(String),
}

impl TextTest {
    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Is(_) => "is",
            Self::IsNot(_) => "is_not",
            Self::Contains(_) => "contains",
            Self::ContainsNot(_) => "contains_not",
            Self::Matches(_) => "matches",
            Self::MatchesNot(_) => "matches_not",
        }
    }
}

/// What has to hold of a value. Numbers are compared as numbers, and only with numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum JsonTest {
    /// There is one; `false` where there is to be none.
    Exists(bool),
    /// It is this.
    Is(JsonValue),
    /// It is anything but this.
    IsNot(JsonValue),
    /// It is a number below this.
    LessThan(f64),
    /// It is a number up to this.
    AtMost(f64),
    /// It is a number above this.
    MoreThan(f64),
    /// It is a number from this on.
    AtLeast(f64),
    /// It is a text in which this regular expression finds something.
    Matches(String),
}

impl JsonTest {
    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Exists(_) => "exists",
            Self::Is(_) => "is",
            Self::IsNot(_) => "is_not",
            Self::LessThan(_) => "less_than",
            Self::AtMost(_) => "at_most",
            Self::MoreThan(_) => "more_than",
            Self::AtLeast(_) => "at_least",
            Self::Matches(_) => "matches",
        }
    }
}

/// A value to compare with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum JsonValue {
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// `null`.
    Null,
}
