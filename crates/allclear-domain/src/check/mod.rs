//! A check: what is tried, how often, and what counts as working.
//!
//! A *probe* is one try, seen from one [`VantagePoint`], and ends in a [`Verdict`]. One sample proves
//! little: [`Quorum`] says what the vantage points say together, and [`Judgment`] when enough of that agrees.
//! What it says is measured, and becomes an [`Outage`]; an incident is what people make of it.

mod checked;
mod command;
mod dns;
mod flapping;
mod group;
mod heartbeat;
mod histogram;
mod http;
mod icmp;
mod judgment;
mod names;
mod ntp;
mod outage;
mod pace;
mod parents;
mod probe;
mod prometheus;
mod quorum;
mod samples;
mod secrets;
mod service;
mod shown_times;
mod sight;
mod steps;
mod target;
mod tcp;
mod tls;
mod unprobed;
mod upstream;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::component::ComponentStatus;
use crate::error::InvalidValue;
use crate::ids::{CheckId, ComponentId, TemplateId};
use crate::posted::StatusChange;
use crate::text::Key;

pub use self::checked::Checked;
pub use self::command::CommandCheck;
pub use self::dns::{DnsAuthority, DnsCheck, DnsCode, DnsRecord, DnsTest};
pub use self::group::{GroupCheck, Member};
pub use self::heartbeat::{
    Absence, Cron, Due, Failure, Heartbeat, HeartbeatCheck, Schedule, Signal, SignalKind,
    SignalToken, StartedRun,
};
pub use self::histogram::Histogram;
pub use self::http::{
    Assertion, ClientCertificate, Header, HttpCheck, HttpVersion, JsonTest, JsonValue, Method,
    SecretHeader, SignIn, StatusRange, TextTest,
};
pub use self::icmp::{IcmpCheck, IpFamily};
pub use self::judgment::{Judgment, Patience, Run, Threshold, Turn};
pub use self::names::{
    NameCounts, NameList, NameLook, NameScheme, NameState, NamesCheck, NamesRound, WatchedName,
    may_replace, set_of_names,
};
pub use self::ntp::NtpCheck;
pub use self::outage::Outage;
pub use self::pace::{fresh_for, next_probe_at, phase};
pub use self::probe::{
    Direction, Exchange, ExchangeLine, Leaf, Phases, ProbeResult, Reason, ReasonCode, VantagePoint,
    Verdict,
};
pub use self::prometheus::{Bounds, PrometheusCheck};
pub use self::quorum::Quorum;
pub use self::samples::{Samples, Span};
pub use self::secrets::SecretPlace;
pub use self::service::{Protocol, Security, ServiceCheck};
pub(crate) use self::service::{is_grpc_service, is_path, is_plain};
pub use self::shown_times::{ShownTimes, Took};
pub use self::sight::{
    BlindCause, BlindSpell, Known, Reach, Round, Sentinel, SentinelRole, Sight, Sign, View,
};
use self::target::HEARTBEAT;

pub use self::steps::{Capture, CaptureFrom, HttpStep, Piece, pieces};
pub use self::tcp::TcpCheck;
pub use self::tls::{StartTls, TlsCheck};
pub use self::upstream::{UpstreamCheck, UpstreamCounts, UpstreamFormat};

/// What is tried, how often, and what counts as working.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Id inside.
    pub id: CheckId,
    /// Short name, unique in the installation.
    pub key: Key,
    /// Name as the team sees it.
    pub name: String,
    /// What is tried.
    pub kind: CheckKind,
    /// Time from the start of one probe to the start of the next.
    pub interval_seconds: u32,
    /// Time for one probe, all in all; a longer one fails.
    pub deadline_ms: u32,
    /// A probe that works and takes longer than this is degraded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_after_ms: Option<u32>,
    /// How much it takes to believe the samples.
    #[serde(default)]
    pub patience: Patience,
    /// The components that stand or fall with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affects: Vec<Affects>,
    /// What becomes of an outage that it measures.
    #[serde(default)]
    pub on_outage: OnOutage,
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Key>,
    /// Whether readers are shown how long its probes take, on the pages of its components.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shows_times: bool,
    /// The checks that it stands behind: where one of them is down, its own failures say nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<CheckId>,
    /// Since when it is not probed, because somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Timestamp>,
    /// When it was entered.
    pub created_at: Timestamp,
}

/// What a failing check says of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Affects {
    /// The component.
    pub component_id: ComponentId,
    /// Its status while the check fails.
    pub when_failing: ComponentStatus,
    /// Its status while the check is degraded; `operational` where readers are not told.
    pub when_degraded: ComponentStatus,
}

/// What becomes of an outage in which a check fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OnOutage {
    /// It is measured, and that is all.
    #[default]
    Nothing,
    /// A draft of an incident is opened, which the team alone reads.
    Draft,
    /// An incident is published at once, with the words that its owner wrote before.
    Publish {
        /// The template with these words.
        template_id: TemplateId,
    },
}

impl OnOutage {
    /// The word in the API and commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Draft => "draft",
            Self::Publish { .. } => "publish",
        }
    }

    /// What it becomes by a word, and by a template that goes with `publish`; what is `None` stays.
    ///
    /// # Errors
    /// Where the word is none, or word and template do not go together.
    pub fn changed(
        self,
        word: Option<&str>,
        template_id: Option<TemplateId>,
    ) -> Result<Self, InvalidValue> {
        let refuse = |field: &str, problem: &str| Err(InvalidValue::new(field, problem));
        match (word.unwrap_or(self.as_str()), template_id) {
            ("nothing", None) => Ok(Self::Nothing),
            ("draft", None) => Ok(Self::Draft),
            ("publish", Some(template_id)) => Ok(Self::Publish { template_id }),
            ("publish", None) => match self {
                Self::Publish { .. } => Ok(self),
                _ => refuse("on_outage_template", "is missing: name the template to publish"),
            },
            ("nothing" | "draft", Some(_)) => {
                refuse("on_outage_template", "is for `publish` alone: leave it out")
            }
            _ => refuse("on_outage", "use one of nothing, draft, publish"),
        }
    }
}

/// What is tried. Each kind has a file of its own, here and where it is probed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CheckKind {
    /// A request over HTTP, and what the answer has to be.
    Http(HttpCheck),
    /// A connection over TCP, and what is said on it.
    Tcp(TcpCheck),
    /// Certificates as they are served.
    Tls(TlsCheck),
    /// What a name means, as name servers tell it.
    Dns(DnsCheck),
    /// Whether a machine answers pings.
    Icmp(IcmpCheck),
    /// Which time a server tells.
    Ntp(NtpCheck),
    /// That a server speaks its protocol.
    Service(ServiceCheck),
    /// What a provider says of its own service.
    Upstream(UpstreamCheck),
    /// A query of Prometheus, with bounds.
    Prometheus(PrometheusCheck),
    /// Signals that have to come.
    Heartbeat(HeartbeatCheck),
    /// That enough of other checks work.
    Group(GroupCheck),
    /// A program of the operator's that says how things are.
    Command(CommandCheck),
    /// That many host names answer, each for itself.
    Names(NamesCheck),
}

impl CheckKind {
    /// The word in files, addresses and the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Http(_) => "http",
            Self::Tcp(_) => "tcp",
            Self::Tls(_) => "tls",
            Self::Dns(_) => "dns",
            Self::Icmp(_) => "icmp",
            Self::Ntp(_) => "ntp",
            Self::Service(_) => "service",
            Self::Upstream(_) => "upstream",
            Self::Prometheus(_) => "prometheus",
            Self::Heartbeat(_) => "heartbeat",
            Self::Group(_) => "group",
            Self::Command(_) => "command",
            Self::Names(_) => "names",
        }
    }

    /// What is tried, in a few words: an address, or when signals are due.
    #[must_use]
    pub fn target(&self) -> String {
        match self {
            Self::Http(http) => http.url.clone(),
            Self::Tcp(tcp) => tcp.target(),
            Self::Tls(tls) => tls.target(),
            Self::Dns(dns) => dns.target(),
            Self::Icmp(icmp) => icmp.target(),
            Self::Ntp(ntp) => ntp.target(),
            Self::Service(service) => service.target(),
            Self::Upstream(upstream) => upstream.target(),
            Self::Prometheus(prometheus) => prometheus.target(),
            Self::Heartbeat(heartbeat) => format!("{HEARTBEAT}{}", heartbeat.schedule),
            Self::Group(group) => group.target(),
            Self::Command(command) => command.target(),
            Self::Names(names) => names.target(),
        }
    }

    /// Whether `other` tries the same, so that what is believed holds for it, too. By which secrets signals
    /// come is no part of that, nor which secrets are sent.
    #[must_use]
    pub fn tries_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Heartbeat(one), Self::Heartbeat(other)) => {
                one.schedule == other.schedule && one.grace_seconds == other.grace_seconds
            }
            (Self::Names(one), Self::Names(other)) => one.asks_as(other),
            _ => self == other || self.is_same_but_for_secrets(other),
        }
    }

    /// What is waited for, where it is a heartbeat.
    #[must_use]
    pub const fn as_heartbeat(&self) -> Option<&HeartbeatCheck> {
        match self {
            Self::Heartbeat(heartbeat) => Some(heartbeat),
            Self::Http(_)
            | Self::Tcp(_)
            | Self::Tls(_)
            | Self::Dns(_)
            | Self::Icmp(_)
            | Self::Ntp(_)
            | Self::Service(_)
            | Self::Upstream(_)
            | Self::Prometheus(_)
            | Self::Group(_)
            | Self::Command(_)
            | Self::Names(_) => None,
        }
    }

    /// How much it takes to believe samples where nobody says otherwise. The patience with a heartbeat
    /// is its grace: what is said there needs no second look. That with a group is the patience with each of
    /// its members, and names are asked twice before one fails.
    #[must_use]
    pub fn usual_patience(&self) -> Patience {
        match self {
            Self::Heartbeat(_) | Self::Group(_) => {
                Patience { fail_after: 1, recover_after: 1, stable_for_seconds: 0 }
            }
            // Each name is asked twice before it fails. A round is a sample of the names, and one that finds
            // fewer that fail does not say that it is over.
            Self::Names(_) => Patience { fail_after: 1, recover_after: 3, stable_for_seconds: 0 },
            // So is what a provider says of itself. That it is over may come from a copy that is older.
            Self::Upstream(_) => Patience { fail_after: 1, ..Patience::default() },
            Self::Http(_)
            | Self::Tcp(_)
            | Self::Tls(_)
            | Self::Dns(_)
            | Self::Icmp(_)
            | Self::Ntp(_)
            | Self::Service(_)
            | Self::Prometheus(_)
            | Self::Command(_) => Patience::default(),
        }
    }

    /// Whether how long a probe takes says something of what is watched, and not of whoever tells of it, or of
    /// how many are asked.
    #[must_use]
    pub const fn is_timed(&self) -> bool {
        !matches!(self, Self::Upstream(_) | Self::Prometheus(_) | Self::Names(_))
    }

    /// Seconds from one probe to the next where nobody says otherwise. A heartbeat is looked at when a
    /// signal comes and when one is missed, too, and a group when a member turns. A program costs more than
    /// a question.
    #[must_use]
    pub const fn usual_interval_seconds(&self) -> u32 {
        match self {
            Self::Heartbeat(_) | Self::Group(_) | Self::Command(_) => 60,
            Self::Ntp(_) => NtpCheck::USUAL_INTERVAL_SECONDS,
            Self::Names(_) => NamesCheck::USUAL_INTERVAL_SECONDS,
            Self::Upstream(_) => UpstreamCheck::USUAL_INTERVAL_SECONDS,
            Self::Http(_)
            | Self::Tcp(_)
            | Self::Tls(_)
            | Self::Dns(_)
            | Self::Icmp(_)
            | Self::Service(_)
            | Self::Prometheus(_) => Check::USUAL_INTERVAL_SECONDS,
        }
    }
}

impl Check {
    /// Seconds from one probe to the next where nobody says otherwise.
    pub const USUAL_INTERVAL_SECONDS: u32 = 30;
    /// Milliseconds for one probe where nobody says otherwise.
    pub const USUAL_DEADLINE_MS: u32 = 10_000;

    /// Time from the start of one probe to the start of the next.
    #[must_use]
    pub fn interval(&self) -> Duration {
        Duration::from_secs(u64::from(self.interval_seconds))
    }

    /// Time for one probe, all in all.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        Duration::from_millis(u64::from(self.deadline_ms))
    }

    /// Time beyond which a probe that works is degraded.
    #[must_use]
    pub fn slow_after(&self) -> Option<Duration> {
        self.slow_after_ms.map(|ms| Duration::from_millis(u64::from(ms)))
    }

    /// What readers are told of components once samples beyond `threshold` are believed.
    #[must_use]
    pub fn statuses_beyond(&self, threshold: Threshold) -> Vec<StatusChange> {
        let told = self.affects.iter().map(|one| StatusChange {
            component_id: one.component_id,
            status: match threshold {
                Threshold::Degraded => one.when_degraded,
                Threshold::Fail => one.when_failing,
            },
        });
        told.filter(|change| change.status != ComponentStatus::Operational).collect()
    }
}

#[cfg(test)]
mod tests;
