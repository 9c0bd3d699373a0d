//! What is tried at an address that somebody writes: everything else about it is as it is where nobody
//! says anything.

use std::net::IpAddr;
use std::str::FromStr;

use super::{
    CheckKind, CommandCheck, DnsCheck, DnsCode, DnsRecord, GroupCheck, HeartbeatCheck, HttpCheck,
    HttpVersion, IcmpCheck, IpFamily, Method, NtpCheck, PrometheusCheck, Schedule, ServiceCheck,
    StartTls, TcpCheck, TlsCheck, UpstreamCheck,
};
use crate::error::InvalidValue;

/// What the schedule of a heartbeat stands behind.
pub(super) const HEARTBEAT: &str = "heartbeat:";
/// The port of `tls://host` without one.
const TLS_PORT: u16 = 443;

impl FromStr for CheckKind {
    type Err = InvalidValue;

    /// Reads an address: `https://shop.example.com/health`, `mail.example.com:25`,
    /// `tcps://mail.example.com:465`, `tls://mail.example.com:993`. A host alone is a website. Signals that are waited for are written by
    /// when they are due: `heartbeat:1d`, `heartbeat:30 2 * * 1-5 Europe/Berlin`; groups by how many of
    /// their members have to work: `group:2`; programs with their arguments: `command:check_disk -w 10%`.
    ///
    /// # Errors
    /// Where it is none of these, with what to write.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if text.is_empty() {
            return refused("is empty: write https://www.example.com or mail.example.com:25");
        }
        if let Some(schedule) = text.strip_prefix(HEARTBEAT) {
            let schedule: Schedule = schedule.parse()?;
            return Ok(HeartbeatCheck { schedule, ..HeartbeatCheck::every(0) }.into());
        }
        if let Some(read) = GroupCheck::read(text).or_else(|| CommandCheck::read(text)) {
            return read;
        }
        if let Some(upstream) = UpstreamCheck::read(text) {
            return upstream.map(Into::into);
        }
        if let Some(prometheus) = PrometheusCheck::read(text) {
            return prometheus.map(Into::into);
        }
        if text.contains(char::is_whitespace) {
            return refused("has a space in it: write one address");
        }
        if let Some(rest) = after_dns(text) {
            return dns(rest).map(Into::into);
        }
        if let Some(host) = after_icmp(text) {
            return host.map(|host| IcmpCheck::of(host).into());
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            let has_port = !text.contains('/') && port_of(text).is_some();
            if !has_port {
                return Ok(HttpCheck::of(format!("https://{text}")).into());
            }
            return host_and_port(text, None).map(|(host, port)| TcpCheck::of(host, port).into());
        };
        let scheme = scheme.to_lowercase();
        if let Some(service) = ServiceCheck::read(&scheme, rest) {
            return service.map(Into::into);
        }
        match scheme.as_str() {
            "http" | "https" => match rest.split(['/', '?', '#']).next() {
                Some("") | None => refused("names no host: write https://www.example.com"),
                Some(_) => Ok(HttpCheck::of(text).into()),
            },
            "tcps" => {
                let read = host_and_port(rest.trim_end_matches('/'), None);
                read.map(|(host, port)| TcpCheck { tls: true, ..TcpCheck::of(host, port) }.into())
            }
            "ntp" => NtpCheck::read(rest).map(Into::into),
            "tls" => {
                let read = host_and_port(rest.trim_end_matches('/'), Some(TLS_PORT));
                read.map(|(host, port)| TlsCheck::of(host, port).into())
            }
            _ => refused(&format!(
                "“{scheme}” is not tried: write http://…, https://…, tls://host:port, dns:name, \
                 icmp://host, ntp://host, host:port, tcps://host:port or a service such as ssh://host"
            )),
        }
    }
}

pub(super) fn refused<T>(problem: &str) -> Result<T, InvalidValue> {
    Err(InvalidValue::new("target", problem))
}

/// The host of a web address, with its port.
pub(super) fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.rsplit('@').next().unwrap_or_default()
}

/// What follows `dns:`. A host of this name with a port is none.
fn after_dns(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_at_checked("dns:".len())?;
    let is_port = rest.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty();
    (scheme.eq_ignore_ascii_case("dns:") && !is_port).then_some(rest)
}

/// The host of `icmp://host`.
fn after_icmp(text: &str) -> Option<Result<String, InvalidValue>> {
    let (scheme, rest) = text.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("icmp") {
        return None;
    }
    let host = rest.trim_end_matches('/');
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let is_address = bare.parse::<IpAddr>().is_ok();
    Some(match bare.is_empty() || bare.contains('/') || (bare.contains(':') && !is_address) {
        true => {
            refused("is a host that is pinged, without a port: write icmp://router.example.com")
        }
        false => Ok(bare.to_owned()),
    })
}

/// Reads what follows `dns:` (RFC 4501): `[//server/]name[?type=MX]`. A server alone is a name.
fn dns(text: &str) -> Result<DnsCheck, InvalidValue> {
    const AS_IN: &str =
        "write dns:example.com?type=MX or dns://ns1.example.com/example.com?type=MX";
    let (place, query) = text.split_once('?').unwrap_or((text, ""));
    let (server, name) = match place.strip_prefix("//") {
        Some(both) => match both.split_once('/') {
            Some((server, name)) => (Some(server), name),
            None => (None, both),
        },
        None => (None, place),
    };
    if name.is_empty() || server.is_some_and(str::is_empty) || name.contains('/') {
        return refused(&format!("names no name to ask for: {AS_IN}"));
    }
    let record = match query.split_once('=') {
        None if query.is_empty() => Some(DnsRecord::default()),
        Some((key, word)) if key.eq_ignore_ascii_case("type") => {
            DnsRecord::ALL.into_iter().find(|one| one.as_str().eq_ignore_ascii_case(word))
        }
        _ => None,
    };
    let Some(record) = record else {
        let known = DnsRecord::ALL.map(DnsRecord::as_str).join(", ");
        return refused(&format!("has “?{query}” at its end: write ?type= and one of {known}"));
    };
    let servers = server.map(str::to_owned).into_iter().collect();
    Ok(DnsCheck { servers, ..DnsCheck::of(name, record) })
}

/// The port that stands at the end, as it is written. An IPv6 address without brackets has none.
fn port_of(host_and_port: &str) -> Option<(&str, &str)> {
    let is_host =
        |host: &str| !host.contains(':') || (host.starts_with('[') && host.ends_with(']'));
    host_and_port.rsplit_once(':').filter(|(host, _)| is_host(host))
}

/// A host and its port.
pub(super) fn host_and_port(text: &str, usual: Option<u16>) -> Result<(String, u16), InvalidValue> {
    let (host, port) = match port_of(text) {
        Some((host, port)) => {
            let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
            (host, port.parse().ok().filter(|port| is_number && *port > 0))
        }
        None => (text, usual),
    };
    let Some(port) = port else {
        return refused("has a port that is none: write one from 1 to 65535");
    };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    if bare.is_none() && host.contains(':') {
        return refused("has an IPv6 address without brackets: write [2001:db8::1]:25");
    }
    let host = bare.unwrap_or(host);
    if host.is_empty() {
        return refused("names no host: write mail.example.com:25");
    }
    Ok((host.to_owned(), port))
}

impl HttpCheck {
    /// A request of an address.
    #[must_use]
    pub fn of(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            method: Method::default(),
            headers: Vec::new(),
            sign_in: None,
            secret_headers: Vec::new(),
            body: None,
            redirects_max: Self::USUAL_REDIRECTS_MAX,
            version: HttpVersion::default(),
            connect_to: None,
            family: IpFamily::default(),
            statuses: Vec::new(),
            assertions: Vec::new(),
        }
    }
}

impl TcpCheck {
    /// A connection to a port.
    #[must_use]
    pub fn of(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port, connect_to: None, tls: false, send: None, expect: None }
    }
}

impl TlsCheck {
    /// The certificates of a port, after what is usual there.
    #[must_use]
    pub fn of(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            connect_to: None,
            starttls: StartTls::usual_at(port),
            warn_days: Self::USUAL_WARN_DAYS,
        }
    }
}

impl DnsCheck {
    /// That a name has such a record, as the name servers of this machine tell it.
    #[must_use]
    pub fn of(name: impl Into<String>, record: DnsRecord) -> Self {
        Self {
            name: name.into(),
            record,
            servers: Vec::new(),
            authoritative: None,
            code: DnsCode::default(),
            expect: None,
            ttl_min: None,
            ttl_max: None,
        }
    }
}

impl IcmpCheck {
    /// Pings of a host.
    #[must_use]
    pub fn of(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            connect_to: None,
            family: IpFamily::default(),
            count: Self::USUAL_COUNT,
            lost_max: Self::USUAL_LOST_MAX,
        }
    }
}

impl From<IcmpCheck> for CheckKind {
    fn from(check: IcmpCheck) -> Self {
        Self::Icmp(check)
    }
}

impl From<NtpCheck> for CheckKind {
    fn from(check: NtpCheck) -> Self {
        Self::Ntp(check)
    }
}

impl From<ServiceCheck> for CheckKind {
    fn from(check: ServiceCheck) -> Self {
        Self::Service(check)
    }
}

impl From<UpstreamCheck> for CheckKind {
    fn from(check: UpstreamCheck) -> Self {
        Self::Upstream(check)
    }
}

impl From<PrometheusCheck> for CheckKind {
    fn from(check: PrometheusCheck) -> Self {
        Self::Prometheus(check)
    }
}

impl From<DnsCheck> for CheckKind {
    fn from(check: DnsCheck) -> Self {
        Self::Dns(check)
    }
}

impl From<HttpCheck> for CheckKind {
    fn from(check: HttpCheck) -> Self {
        Self::Http(check)
    }
}

impl From<TcpCheck> for CheckKind {
    fn from(check: TcpCheck) -> Self {
        Self::Tcp(check)
    }
}

impl From<HeartbeatCheck> for CheckKind {
    fn from(check: HeartbeatCheck) -> Self {
        Self::Heartbeat(check)
    }
}

impl From<TlsCheck> for CheckKind {
    fn from(check: TlsCheck) -> Self {
        Self::Tls(check)
    }
}

impl CheckKind {
    /// What a check is called where nobody says: its host, with the port where that is what it is about.
    #[must_use]
    pub fn usual_name(&self) -> String {
        match self {
            Self::Tcp(tcp) => tcp.host_and_port(),
            Self::Tls(tls) if tls.port == TLS_PORT => format!("TLS of {}", tls.host),
            Self::Tls(tls) => format!("TLS of {}", tls.host_and_port()),
            Self::Dns(dns) => format!("{} of {}", dns.record.as_str(), dns.name),
            Self::Icmp(icmp) => format!("Ping of {}", icmp.host),
            Self::Ntp(ntp) => ntp.usual_name(),
            Self::Service(service) => service.usual_name(),
            Self::Upstream(upstream) => upstream.usual_name(),
            Self::Prometheus(prometheus) => prometheus.usual_name(),
            Self::Heartbeat(heartbeat) => format!("Heartbeat {}", heartbeat.schedule.told()),
            Self::Group(group) => group.usual_name(),
            Self::Command(command) => command.usual_name(),
            Self::Http(http) => host_of(&http.url).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_tried() {
        for (typed, target, name) in [
            ("shop.example.com", "https://shop.example.com", "shop.example.com"),
            (
                "HTTPS://shop.example.com:8443/a?b",
                "HTTPS://shop.example.com:8443/a?b",
                "shop.example.com:8443",
            ),
            ("shop.example.com/health", "https://shop.example.com/health", "shop.example.com"),
            ("mail.example.com:25", "mail.example.com:25", "mail.example.com:25"),
            ("[2001:db8::1]:25", "[2001:db8::1]:25", "[2001:db8::1]:25"),
            ("TCPS://mail.example.com:465/", "tcps://mail.example.com:465", "mail.example.com:465"),
            ("tls://shop.example.com", "tls://shop.example.com:443", "TLS of shop.example.com"),
            ("tls://shop.example.com/", "tls://shop.example.com:443", "TLS of shop.example.com"),
            ("TLS://[2001:db8::1]:993", "tls://[2001:db8::1]:993", "TLS of [2001:db8::1]:993"),
            (
                "tls://mail.example.com:25",
                "tls://mail.example.com:25",
                "TLS of mail.example.com:25",
            ),
            (
                "ICMP://router.example.com/",
                "icmp://router.example.com",
                "Ping of router.example.com",
            ),
            ("icmp://[2001:db8::1]", "icmp://[2001:db8::1]", "Ping of 2001:db8::1"),
            ("dns:53", "dns:53", "dns:53"),
            ("dns:example.com?type=mx", "dns:example.com?type=MX", "MX of example.com"),
            ("DNS://example.com", "dns:example.com?type=A", "A of example.com"),
            (
                "dns://[2001:db8::1]:5353/www.example.com?TYPE=AAAA",
                "dns://[2001:db8::1]:5353/www.example.com?type=AAAA",
                "AAAA of www.example.com",
            ),
            ("tls://[2001:db8::1]/", "tls://[2001:db8::1]:443", "TLS of 2001:db8::1"),
            ("[2001:db8::1]", "https://[2001:db8::1]", "[2001:db8::1]"),
            (
                "UPSTREAM:https://status.example.com/",
                "upstream:https://status.example.com/api/v2/summary.json",
                "Status told by status.example.com",
            ),
            (
                "upstream:status.example.com:8443",
                "upstream:https://status.example.com:8443/api/v2/summary.json",
                "Status told by status.example.com:8443",
            ),
            (
                "upstream:https://status.example.com/history.atom?a",
                "upstream:https://status.example.com/history.atom?a",
                "Status told by status.example.com",
            ),
            (
                "prometheus:http://metrics.example.com:9090  sum(up{job=\"shop\"}) > 1 ",
                "prometheus:http://metrics.example.com:9090 sum(up{job=\"shop\"}) > 1",
                "Query of metrics.example.com:9090",
            ),
            ("heartbeat:90m", "heartbeat:90m", "Heartbeat every 90m"),
            ("heartbeat:3600s", "heartbeat:1h", "Heartbeat every 1h"),
            (
                "heartbeat:30 2 * * 1-5 Europe/Berlin",
                "heartbeat:30 2 * * 1-5 Europe/Berlin",
                "Heartbeat at the times of 30 2 * * 1-5 in Europe/Berlin",
            ),
            ("heartbeat:@daily", "heartbeat:@daily UTC", "Heartbeat at the times of @daily in UTC"),
        ] {
            let kind: CheckKind = typed.parse().unwrap();
            assert_eq!((kind.target().as_str(), kind.usual_name().as_str()), (target, name));
            assert_eq!(kind.target().parse::<CheckKind>().unwrap(), kind, "{typed}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in [
            "",
            "a b",
            "ftp://example.com",
            "https:///a",
            "mail.example.com:0",
            "mail.example.com:smtp",
            "mail.example.com:",
            ":25",
            "[]:25",
            "tcps://",
            "tcps://mail.example.com",
            "tls://",
            "tls://:443",
            "tls://mail.example.com:70000",
            "tls://2001:db8::1:993",
            "mail.example.com:+25",
            "icmp://",
            "icmp://router.example.com:7",
            "icmp://a/b",
            "dns:",
            "dns://",
            "dns://ns1.example.com/",
            "dns:///example.com",
            "dns:example.com?type=",
            "dns:example.com?type=ANY",
            "dns:example.com?class=IN",
            "dns:example.com/a",
            "upstream:",
            "upstream:https://",
            "upstream:ftp://status.example.com",
            "upstream:https://status.example.com/a b",
            "prometheus:",
            "prometheus: up",
            "prometheus:ssh://metrics.example.com up",
        ] {
            assert_eq!(wrong.parse::<CheckKind>().unwrap_err().field, "target", "{wrong}");
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for wrong in
            ["", "1", "d", "-1d", "1w", "+1d", "99999999d", "* * * * * UTC UTC", "@daily a b"]
        {
            let refused = format!("heartbeat:{wrong}").parse::<CheckKind>().unwrap_err();
            assert_eq!(refused.field, "schedule", "{wrong}");
        }
    }

    #[test]
    fn ports_have_their_usual_way_to_tls() {
        let starttls = |target: &str| match target.parse().unwrap() {
            CheckKind::Tls(tls) => tls.starttls,
            other => panic!("{other:?}"),
        };
        assert_eq!(starttls("tls://mail.example.com:465"), None);
        assert_eq!(starttls("tls://mail.example.com:25"), Some(StartTls::Smtp));
        assert_eq!(starttls("tls://mail.example.com:587"), Some(StartTls::Smtp));
        assert_eq!(starttls("tls://mail.example.com:143"), Some(StartTls::Imap));
        assert_eq!(starttls("tls://mail.example.com:110"), Some(StartTls::Pop3));
        assert_eq!(starttls("tls://db.example.com:5432"), Some(StartTls::Postgres));
    }
}
