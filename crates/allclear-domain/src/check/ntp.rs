//! What a check of the kind `ntp` asks for: that a server tells the time, and which time that is.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::icmp::IpFamily;
use super::target::host_and_port;
use crate::error::InvalidValue;

/// A question for the time, over NTP. What comes back is compared with the clock of the machine that asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NtpCheck {
    /// A name or an address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The address to ask in place of what the name resolves to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_to: Option<IpAddr>,
    /// Which addresses of a name are asked.
    #[serde(default)]
    pub family: IpFamily,
    /// Milliseconds between its clock and ours; beyond them the check is degraded.
    pub offset_warn_ms: u32,
    /// Milliseconds between its clock and ours; beyond them it fails.
    pub offset_max_ms: u32,
    /// The highest stratum that it may have: 1 is a server that no other one sets.
    pub stratum_max: u8,
}

impl NtpCheck {
    /// The port of NTP.
    pub const PORT: u16 = 123;
    /// Milliseconds beyond which it is degraded where nobody says otherwise.
    pub const USUAL_OFFSET_WARN_MS: u32 = 100;
    /// Milliseconds beyond which it fails where nobody says otherwise.
    pub const USUAL_OFFSET_MAX_MS: u32 = 1_000;
    /// The highest stratum of a server that is set at all: any will do where nobody says otherwise.
    pub const STRATUM_MAX: u8 = 15;
    /// Seconds from one question to the next where nobody says otherwise: servers turn away who asks more
    /// often (RFC 5905, section 7.2).
    pub const USUAL_INTERVAL_SECONDS: u32 = 64;

    /// The time that a server tells.
    #[must_use]
    pub fn of(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            connect_to: None,
            family: IpFamily::default(),
            offset_warn_ms: Self::USUAL_OFFSET_WARN_MS,
            offset_max_ms: Self::USUAL_OFFSET_MAX_MS,
            stratum_max: Self::STRATUM_MAX,
        }
    }

    /// As one writes it: `ntp://time.example.com:123`.
    #[must_use]
    pub fn target(&self) -> String {
        format!("ntp://{}", super::tcp::host_and_port(&self.host, self.port))
    }

    /// What it is called where nobody says, with the port where that is not the usual one.
    pub(super) fn usual_name(&self) -> String {
        match self.port {
            Self::PORT => format!("NTP of {}", self.host),
            port => format!("NTP of {}", super::tcp::host_and_port(&self.host, port)),
        }
    }

    /// Reads what stands behind `ntp://`.
    pub(super) fn read(rest: &str) -> Result<Self, InvalidValue> {
        let (host, port) = host_and_port(rest.trim_end_matches('/'), Some(Self::PORT))?;
        match host.contains(['/', '?', '#', '@']) {
            true => super::target::refused(
                "has more in it than a host and a port: write ntp://time.example.com",
            ),
            false => Ok(Self::of(host, port)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::full;
    use crate::{Check, CheckKind, Validate};

    #[test]
    fn an_address_names_a_server() {
        for (typed, target, name) in [
            ("ntp://time.example.com", "ntp://time.example.com:123", "NTP of time.example.com"),
            (
                "NTP://time.example.com:1123/",
                "ntp://time.example.com:1123",
                "NTP of time.example.com:1123",
            ),
            ("ntp://[2001:db8::1]", "ntp://[2001:db8::1]:123", "NTP of 2001:db8::1"),
        ] {
            let kind: CheckKind = typed.parse().unwrap();
            assert_eq!((kind.target().as_str(), kind.usual_name().as_str()), (target, name));
            assert_eq!(kind.target().parse::<CheckKind>().unwrap(), kind, "{typed}");
            assert_eq!(kind.usual_interval_seconds(), 64);
        }
        for wrong in [
            "ntp://",
            "ntp://time.example.com/a",
            "ntp://time.example.com:0",
            "ntp://me@time.example.com",
            "ntp://2001:db8::1:123",
        ] {
            assert_eq!(wrong.parse::<CheckKind>().unwrap_err().field, "target", "{wrong}");
        }
    }

    #[test]
    fn bounds_have_an_order() {
        let of = || NtpCheck::of("time.example.com", 123);
        for (ntp, fields) in [
            (of(), &[][..]),
            (NtpCheck { offset_warn_ms: 5, offset_max_ms: 5, stratum_max: 1, ..of() }, &[]),
            (NtpCheck { offset_warn_ms: 6, offset_max_ms: 5, ..of() }, &["offset_warn_ms"]),
            (NtpCheck { offset_warn_ms: 0, ..of() }, &["offset_warn_ms"]),
            (NtpCheck { offset_max_ms: 86_400_001, ..of() }, &["offset_max_ms"]),
            (NtpCheck { stratum_max: 0, port: 0, ..of() }, &["port", "stratum_max"]),
            (NtpCheck { stratum_max: 16, ..of() }, &["stratum_max"]),
        ] {
            let check = Check { kind: ntp.clone().into(), ..full() };
            let problems = check.problems(check.created_at);
            let found: Vec<String> = problems.into_iter().map(|problem| problem.field).collect();
            let wanted = fields.iter().map(|field| format!("kind.ntp.{field}"));
            assert_eq!(found, wanted.collect::<Vec<_>>(), "{ntp:?}");
        }
    }
}
