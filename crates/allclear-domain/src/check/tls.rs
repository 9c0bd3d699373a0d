//! What a check of the kind `tls` asks for: certificates as they are served.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// The certificates that a server sends: that they are for its name, that somebody who is trusted
/// vouches for them and that none is over is always asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsCheck {
    /// A name or an address; the certificate has to be for it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The address to connect to in place of what the name resolves to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_to: Option<IpAddr>,
    /// What is spoken before TLS begins; TLS at once where there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starttls: Option<StartTls>,
    /// Days before the end of any certificate that is served from which on the check is degraded.
    pub warn_days: u16,
}

/// A protocol that begins without TLS and is asked to go on with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartTls {
    /// `EHLO`, `STARTTLS` (RFC 3207).
    Smtp,
    /// `STARTTLS` (RFC 9051).
    Imap,
    /// `STLS` (RFC 2595).
    Pop3,
    /// `SSLRequest` (PostgreSQL, “Message Flow”).
    Postgres,
}

impl StartTls {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Smtp, Self::Imap, Self::Pop3, Self::Postgres];

    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
            Self::Postgres => "postgres",
        }
    }

    /// What is spoken at a port by its number (IANA).
    #[must_use]
    pub const fn usual_at(port: u16) -> Option<Self> {
        match port {
            25 | 587 => Some(Self::Smtp),
            143 => Some(Self::Imap),
            110 => Some(Self::Pop3),
            5432 => Some(Self::Postgres),
            _ => None,
        }
    }
}

impl TlsCheck {
    /// Days of warning where nobody says otherwise. Certificates that are renewed by themselves have
    /// over a week left when something is wrong with that.
    pub const USUAL_WARN_DAYS: u16 = 14;

    /// As one writes it: `tls://mail.example.com:993`.
    #[must_use]
    pub fn target(&self) -> String {
        format!("tls://{}", self.host_and_port())
    }

    /// Host and port.
    pub(super) fn host_and_port(&self) -> String {
        super::tcp::host_and_port(&self.host, self.port)
    }
}
