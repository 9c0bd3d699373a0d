//! What a check of the kind `tcp` connects to, and what is said there.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::http::TextTest;

/// A connection over TCP, and what is said on it. That there is a connection at all is always asked
/// for, and with TLS that the certificate is for the host, leads to somebody who is trusted and is not over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TcpCheck {
    /// A name or an address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The address to connect to in place of what the name resolves to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_to: Option<IpAddr>,
    /// Whether TLS is spoken from the beginning, and everything else within it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tls: bool,
    /// What is sent once the connection stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<String>,
    /// What has to hold of what comes back, as soon as it does or when the other side ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<TextTest>,
}

impl TcpCheck {
    /// As one writes it: `mail.example.com:25`, `tcps://mail.example.com:465`.
    #[must_use]
    pub fn target(&self) -> String {
        let scheme = if self.tls { "tcps://" } else { "" };
        format!("{scheme}{}", self.host_and_port())
    }

    /// Host and port.
    #[must_use]
    pub fn host_and_port(&self) -> String {
        host_and_port(&self.host, self.port)
    }
}

/// Host and port, as one writes them.
pub(super) fn host_and_port(host: &str, port: u16) -> String {
    match host.parse() {
        Ok(IpAddr::V6(address)) => format!("[{address}]:{port}"),
        _ => format!("{host}:{port}"),
    }
}
