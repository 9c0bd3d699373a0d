//! What a check tries, on the wire.

/// Each shape, and the noun that it is: field by field, and variant by variant. A field behind `into` is there
/// or not, and has a shape of its own.
macro_rules! same {
    ($(struct $shape:ident = $noun:ident { $($field:ident),+ } $(into { $($other:ident),+ })?;)*
        $(enum $words:ident = $variants:ident { $($variant:ident),+ };)*) => {
        $(
            impl From<$noun> for $shape {
                fn from($noun { $($field,)+ $($($other,)+)? }: $noun) -> Self {
                    $($(let $other = $other.map(Into::into);)+)?
                    Self { $($field,)+ $($($other,)+)? }
                }
            }

            impl From<$shape> for $noun {
                fn from($shape { $($field,)+ $($($other,)+)? }: $shape) -> Self {
                    $($(let $other = $other.map(Into::into);)+)?
                    Self { $($field,)+ $($($other,)+)? }
                }
            }
        )*
        $(
            impl From<$variants> for $words {
                fn from(noun: $variants) -> Self {
                    match noun { $($variants::$variant(value) => Self::$variant(value)),+ }
                }
            }

            impl From<$words> for $variants {
                fn from(shape: $words) -> Self {
                    match shape { $($words::$variant(value) => Self::$variant(value)),+ }
                }
            }
        )*
    };
}

mod dns;
mod feeds;
mod group;
mod ntp;
mod secret;
mod service;

use std::net::IpAddr;

use allclear_domain::check::{
    Assertion, CheckKind, Header, HeartbeatCheck, HttpCheck, HttpVersion, IcmpCheck, IpFamily,
    JsonTest, JsonValue, Method, Schedule, SignalToken, StartTls, StatusRange, TcpCheck, TextTest,
    TlsCheck,
};
use allclear_domain::limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::dns::DnsJson;
use self::feeds::{PrometheusJson, UpstreamJson};
use self::group::{CommandJson, GroupJson};
use self::ntp::NtpJson;
use self::secret::{SecretHeaderJson, SignInJson};
use self::service::ServiceJson;
use crate::api::wire::{HttpVersionWord, IpFamilyWord, JsonValueShape, MethodWord, StartTlsWord};

/// What is tried: one kind, by its name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CheckKind")]
#[serde(rename_all = "snake_case")]
pub(super) enum KindJson {
    /// A request over HTTP, and what the answer has to be.
    Http(HttpJson),
    /// A connection over TCP, and what is said on it.
    Tcp(TcpJson),
    /// The certificates that a server sends.
    Tls(TlsJson),
    /// What a name means, as name servers tell it.
    Dns(DnsJson),
    /// Whether a machine answers pings.
    Icmp(IcmpJson),
    /// Which time a server tells.
    Ntp(NtpJson),
    /// That a server speaks its protocol.
    Service(ServiceJson),
    /// What a provider says of its own service.
    Upstream(UpstreamJson),
    /// A query of Prometheus, with bounds.
    Prometheus(PrometheusJson),
    /// Signals that a job sends by itself.
    Heartbeat(HeartbeatJson),
    /// That enough of other checks work.
    Group(GroupJson),
    /// A program of the operator's that says how things are.
    Command(CommandJson),
}

/// A request over HTTP, and what the answer has to be.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "HttpCheck")]
#[serde(deny_unknown_fields)]
pub(super) struct HttpJson {
    /// Where it goes: `http://…` or `https://…`, without user name and password.
    #[schemars(length(min = 1, max = limits::URL_BYTES_MAX))]
    url: String,
    #[serde(default)]
    #[schemars(with = "MethodWord")]
    method: Method,
    /// Header fields that are sent beside our own. Those that hold secrets are refused here.
    #[serde(default)]
    #[schemars(length(max = limits::CHECK_HEADERS_MAX))]
    headers: Vec<HeaderJson>,
    /// How it signs in.
    #[serde(default)]
    sign_in: Option<SignInJson>,
    /// Header fields whose values are secrets. They are kept sealed, and sent to the server of `url` alone.
    #[serde(default)]
    #[schemars(length(max = limits::CHECK_SECRET_HEADERS_MAX))]
    secret_headers: Vec<SecretHeaderJson>,
    /// What is sent as the body.
    #[serde(default)]
    body: Option<String>,
    /// How many redirects are followed, 5 where this is left out; the answer after the last one is
    /// judged.
    #[serde(default = "redirects")]
    #[schemars(range(max = limits::CHECK_REDIRECTS_MAX))]
    redirects_max: u8,
    #[serde(default)]
    #[schemars(with = "HttpVersionWord")]
    version: HttpVersion,
    /// The address to connect to in place of what the name resolves to.
    #[serde(default)]
    connect_to: Option<IpAddr>,
    /// Which addresses of the name are used.
    #[serde(default)]
    #[schemars(with = "IpFamilyWord")]
    family: IpFamily,
    /// Statuses that are right; 200 to 299 where none is named.
    #[serde(default)]
    #[schemars(length(max = limits::CHECK_STATUSES_MAX))]
    statuses: Vec<StatusRangeJson>,
    /// What else has to hold, all of it.
    #[serde(default)]
    #[schemars(length(max = limits::CHECK_ASSERTIONS_MAX))]
    assertions: Vec<AssertionJson>,
}

const fn redirects() -> u8 {
    HttpCheck::USUAL_REDIRECTS_MAX
}

/// A header field.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "HeaderField")]
#[serde(deny_unknown_fields)]
struct HeaderJson {
    name: String,
    value: String,
}

/// Statuses from one to another, both included.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "StatusRange")]
#[serde(deny_unknown_fields)]
struct StatusRangeJson {
    #[schemars(range(min = 100, max = 599))]
    from: u16,
    #[schemars(range(min = 100, max = 599))]
    to: u16,
}

/// What has to hold of an answer.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Assertion")]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum AssertionJson {
    /// Of a header field; of any of its values where it is sent several times.
    Header { name: String, test: TextTestJson },
    /// Of the body, read as UTF-8.
    Body { test: TextTestJson },
    /// Of at least one value that a path (RFC 9535) finds in the body, read as JSON.
    Json { path: String, test: JsonTestJson },
    /// Of the length of the body, in bytes.
    Size {
        #[serde(default)]
        min: Option<u64>,
        #[serde(default)]
        max: Option<u64>,
    },
}

/// What has to hold of a text.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TextTest")]
#[serde(rename_all = "snake_case")]
enum TextTestJson {
    Is(String),
    IsNot(String),
    Contains(String),
    ContainsNot(String),
    /// A regular expression finds something in it.
    Matches(String),
    /// A regular expression finds nothing in it.
    MatchesNot(String),
}

/// What has to hold of a value. Numbers are compared as numbers, and only with numbers.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "JsonTest")]
#[serde(rename_all = "snake_case")]
enum JsonTestJson {
    /// There is one; `false` where there is to be none.
    Exists(bool),
    Is(#[schemars(with = "JsonValueShape")] JsonValue),
    IsNot(#[schemars(with = "JsonValueShape")] JsonValue),
    LessThan(f64),
    AtMost(f64),
    MoreThan(f64),
    AtLeast(f64),
    /// It is a text in which a regular expression finds something.
    Matches(String),
}

/// A connection over TCP, and what is said on it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TcpCheck")]
#[serde(deny_unknown_fields)]
pub(super) struct TcpJson {
    /// A name or an address.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    host: String,
    #[schemars(range(min = 1))]
    port: u16,
    /// The address to connect to in place of what the name resolves to.
    #[serde(default)]
    connect_to: Option<IpAddr>,
    /// Whether TLS is spoken from the beginning, with a certificate that is for the host and trusted.
    #[serde(default)]
    tls: bool,
    /// What is sent once the connection stands.
    #[serde(default)]
    send: Option<String>,
    /// What has to hold of what comes back.
    #[serde(default)]
    expect: Option<TextTestJson>,
}

/// The certificates that a server sends. That they are for its name, lead to an authority that is
/// trusted and are not over is always asked for.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TlsCheck")]
#[serde(deny_unknown_fields)]
pub(super) struct TlsJson {
    /// A name or an address; the certificate has to be for it.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    host: String,
    #[schemars(range(min = 1))]
    port: u16,
    /// The address to connect to in place of what the name resolves to.
    #[serde(default)]
    connect_to: Option<IpAddr>,
    /// What is spoken before TLS begins; TLS at once where this is left out.
    #[serde(default)]
    #[schemars(with = "Option<StartTlsWord>")]
    starttls: Option<StartTls>,
    /// Days before the end of any certificate that is served from which on the check is degraded; 14
    /// where this is left out.
    #[serde(default = "warn_days")]
    #[schemars(range(max = limits::CHECK_WARN_DAYS_MAX))]
    warn_days: u16,
}

const fn warn_days() -> u16 {
    TlsCheck::USUAL_WARN_DAYS
}

/// Signals that a job sends by itself, to `/ping/{token}` or `/api/push/{token}`: silence fails.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "HeartbeatCheck")]
#[serde(deny_unknown_fields)]
pub(super) struct HeartbeatJson {
    schedule: ScheduleJson,
    /// Seconds that a signal may be late, and that a run that said that it starts may take; 300 where this
    /// is left out.
    #[serde(default = "grace_seconds")]
    #[schemars(range(max = limits::HEARTBEAT_SECONDS_MAX))]
    grace_seconds: u32,
    /// The secrets in the addresses of its signals: UUIDs, or 10 to 200 letters, digits, `-` and `_`, with one
    /// slash at most. Where this is left out, those of before stay, and a new check gets a new one. Shown
    /// to whoever may change checks.
    #[serde(default)]
    #[schemars(with = "Vec<String>", length(max = limits::SIGNAL_TOKENS_MAX))]
    tokens: Vec<SignalToken>,
}

const fn grace_seconds() -> u32 {
    HeartbeatCheck::USUAL_GRACE_SECONDS
}

/// When signals are due.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Schedule")]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ScheduleJson {
    /// So many seconds after the last one, at the latest.
    Every {
        #[schemars(range(min = 1, max = limits::HEARTBEAT_SECONDS_MAX))]
        seconds: u32,
    },
    /// At the times of a cron expression of five fields, on the clock of a zone.
    Cron {
        #[schemars(length(max = limits::CRON_BYTES_MAX))]
        expression: String,
        /// IANA name of the zone; UTC where this is left out.
        #[serde(default = "utc")]
        time_zone: String,
    },
}

fn utc() -> String {
    "UTC".to_owned()
}

impl KindJson {
    /// The same for whoever may not change checks: without what lets one say that a job ran.
    pub(super) fn without_tokens(self) -> Self {
        match self {
            Self::Heartbeat(heartbeat) => {
                Self::Heartbeat(HeartbeatJson { tokens: Vec::new(), ..heartbeat })
            }
            other => other,
        }
    }
}

impl From<Schedule> for ScheduleJson {
    fn from(schedule: Schedule) -> Self {
        match schedule {
            Schedule::Every { seconds } => Self::Every { seconds },
            Schedule::Cron { expression, time_zone } => Self::Cron { expression, time_zone },
        }
    }
}

impl From<ScheduleJson> for Schedule {
    fn from(schedule: ScheduleJson) -> Self {
        match schedule {
            ScheduleJson::Every { seconds } => Self::Every { seconds },
            ScheduleJson::Cron { expression, time_zone } => Self::Cron { expression, time_zone },
        }
    }
}

/// Some pings, most of which have to be answered. The program needs the right to send them.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "IcmpCheck")]
#[serde(deny_unknown_fields)]
pub(super) struct IcmpJson {
    /// A name or an address.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    host: String,
    /// The address to ping in place of what the name resolves to.
    #[serde(default)]
    connect_to: Option<IpAddr>,
    #[serde(default)]
    #[schemars(with = "IpFamilyWord")]
    family: IpFamily,
    /// How many pings are sent; 3 where this is left out.
    #[serde(default = "pings")]
    #[schemars(range(min = 1, max = limits::CHECK_PINGS_MAX))]
    count: u8,
    /// How many of them may be lost; 1 where this is left out.
    #[serde(default = "lost_pings")]
    #[schemars(range(max = limits::CHECK_PINGS_MAX - 1))]
    lost_max: u8,
}

const fn pings() -> u8 {
    IcmpCheck::USUAL_COUNT
}

const fn lost_pings() -> u8 {
    IcmpCheck::USUAL_LOST_MAX
}

impl From<&CheckKind> for KindJson {
    fn from(kind: &CheckKind) -> Self {
        match kind.clone() {
            CheckKind::Http(http) => Self::Http(HttpJson {
                url: http.url,
                method: http.method,
                headers: http.headers.into_iter().map(Into::into).collect(),
                sign_in: http.sign_in.map(Into::into),
                secret_headers: http.secret_headers.into_iter().map(Into::into).collect(),
                body: http.body,
                redirects_max: http.redirects_max,
                version: http.version,
                connect_to: http.connect_to,
                family: http.family,
                statuses: http.statuses.into_iter().map(Into::into).collect(),
                assertions: http.assertions.into_iter().map(Into::into).collect(),
            }),
            CheckKind::Tcp(tcp) => Self::Tcp(tcp.into()),
            CheckKind::Tls(tls) => Self::Tls(tls.into()),
            CheckKind::Dns(dns) => Self::Dns(dns.into()),
            CheckKind::Icmp(icmp) => Self::Icmp(icmp.into()),
            CheckKind::Ntp(ntp) => Self::Ntp(ntp.into()),
            CheckKind::Service(service) => Self::Service(service.into()),
            CheckKind::Upstream(upstream) => Self::Upstream(upstream.into()),
            CheckKind::Prometheus(prometheus) => Self::Prometheus(prometheus.into()),
            CheckKind::Heartbeat(HeartbeatCheck { schedule, grace_seconds, tokens }) => {
                let schedule = schedule.into();
                Self::Heartbeat(HeartbeatJson { schedule, grace_seconds, tokens })
            }
            CheckKind::Group(group) => Self::Group(group.into()),
            CheckKind::Command(command) => Self::Command(command.into()),
        }
    }
}

impl From<KindJson> for CheckKind {
    fn from(kind: KindJson) -> Self {
        match kind {
            KindJson::Http(http) => Self::Http(HttpCheck {
                url: http.url,
                method: http.method,
                headers: http.headers.into_iter().map(Into::into).collect(),
                sign_in: http.sign_in.map(Into::into),
                secret_headers: http.secret_headers.into_iter().map(Into::into).collect(),
                body: http.body,
                redirects_max: http.redirects_max,
                version: http.version,
                connect_to: http.connect_to,
                family: http.family,
                statuses: http.statuses.into_iter().map(Into::into).collect(),
                assertions: http.assertions.into_iter().map(Into::into).collect(),
            }),
            KindJson::Tcp(tcp) => Self::Tcp(tcp.into()),
            KindJson::Tls(tls) => Self::Tls(tls.into()),
            KindJson::Dns(dns) => Self::Dns(dns.into()),
            KindJson::Icmp(icmp) => Self::Icmp(icmp.into()),
            KindJson::Ntp(ntp) => Self::Ntp(ntp.into()),
            KindJson::Service(service) => Self::Service(service.into()),
            KindJson::Upstream(upstream) => Self::Upstream(upstream.into()),
            KindJson::Prometheus(prometheus) => Self::Prometheus(prometheus.into()),
            KindJson::Heartbeat(HeartbeatJson { schedule, grace_seconds, tokens }) => {
                let schedule = schedule.into();
                Self::Heartbeat(HeartbeatCheck { schedule, grace_seconds, tokens })
            }
            KindJson::Group(group) => Self::Group(group.into()),
            KindJson::Command(command) => Self::Command(command.into()),
        }
    }
}

same! {
    struct HeaderJson = Header { name, value };
    struct StatusRangeJson = StatusRange { from, to };
    struct TcpJson = TcpCheck { host, port, connect_to, tls, send } into { expect };
    struct IcmpJson = IcmpCheck { host, connect_to, family, count, lost_max };
    struct TlsJson = TlsCheck { host, port, connect_to, starttls, warn_days };
    enum TextTestJson = TextTest { Is, IsNot, Contains, ContainsNot, Matches, MatchesNot };
    enum JsonTestJson = JsonTest {
        Exists, Is, IsNot, LessThan, AtMost, MoreThan, AtLeast, Matches
    };
}

impl From<Assertion> for AssertionJson {
    fn from(assertion: Assertion) -> Self {
        match assertion {
            Assertion::Header { name, test } => Self::Header { name, test: test.into() },
            Assertion::Body { test } => Self::Body { test: test.into() },
            Assertion::Json { path, test } => Self::Json { path, test: test.into() },
            Assertion::Size { min, max } => Self::Size { min, max },
        }
    }
}

impl From<AssertionJson> for Assertion {
    fn from(shape: AssertionJson) -> Self {
        match shape {
            AssertionJson::Header { name, test } => Self::Header { name, test: test.into() },
            AssertionJson::Body { test } => Self::Body { test: test.into() },
            AssertionJson::Json { path, test } => Self::Json { path, test: test.into() },
            AssertionJson::Size { min, max } => Self::Size { min, max },
        }
    }
}

#[cfg(test)]
mod tests;
