//! What a check of the kind `icmp` asks for: that a machine answers pings.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Some pings, most of which have to be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IcmpCheck {
    /// A name or an address.
    pub host: String,
    /// The address to ping in place of what the name resolves to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_to: Option<IpAddr>,
    /// Which addresses of a name are pinged.
    #[serde(default)]
    pub family: IpFamily,
    /// How many pings are sent.
    pub count: u8,
    /// How many of them may be lost.
    pub lost_max: u8,
}

/// Which addresses of a name are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IpFamily {
    /// One of either family.
    #[default]
    Any,
    /// One of IPv4.
    Ipv4,
    /// One of IPv6.
    Ipv6,
}

impl IpFamily {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Any, Self::Ipv4, Self::Ipv6];

    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
        }
    }
}

impl IcmpCheck {
    /// Pings where nobody says otherwise.
    pub const USUAL_COUNT: u8 = 3;
    /// Pings that may be lost where nobody says otherwise.
    pub const USUAL_LOST_MAX: u8 = 1;

    /// As one writes it: `icmp://router.example.com`.
    #[must_use]
    pub fn target(&self) -> String {
        match self.host.parse() {
            Ok(IpAddr::V6(address)) => format!("icmp://[{address}]"),
            _ => format!("icmp://{}", self.host),
        }
    }
}
