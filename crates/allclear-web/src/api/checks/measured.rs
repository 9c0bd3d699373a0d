//! The shapes of what checks measured.

use allclear_domain::check::{
    Direction, Exchange, Outage, Phases, ProbeResult, Reason, ReasonCode, Threshold, Verdict,
};
use allclear_store::Judged;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::wire::{
    BeliefWord, ChangeJson, DirectionWord, ReasonCodeWord, ThresholdWord, VerdictWord,
};

/// What is seen from one place.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "VantagePoint")]
pub(super) struct VantageJson {
    /// Name of the place; `core` is the machine that runs `allclear serve`.
    name: String,
    #[schemars(with = "Option<BeliefWord>")]
    believed: Option<Verdict>,
    /// Since when it is degraded or fails.
    since: Option<Timestamp>,
    last_probe: ProbeJson,
    /// The last probe that did not simply work, with what was said. What failed stays until its outage is
    /// over, and for an hour, whatever is slow or unknown after it. Only where one check is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_bad_probe: Option<BadProbeJson>,
}

/// What one probe found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Probe")]
pub(super) struct ProbeJson {
    /// When it began.
    probed_at: Timestamp,
    #[schemars(with = "VerdictWord")]
    verdict: Verdict,
    /// How long it took, all in all, in microseconds.
    took_us: u64,
    phases: PhasesJson,
    /// Why it did not simply work; `null` where it did.
    reason: Option<ReasonJson>,
    /// When the first certificate ends of those that were served and are needed; `null` where no TLS was
    /// spoken.
    certificate_ends_at: Option<Timestamp>,
}

/// What a probe found that did not simply work, and what was said.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BadProbe")]
struct BadProbeJson {
    probe: ProbeJson,
    exchange: ExchangeJson,
}

/// How long each part of a probe took, as far as it came, in microseconds.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Phases")]
struct PhasesJson {
    /// Name to addresses.
    resolve_us: Option<u64>,
    /// Until the connection stood.
    connect_us: Option<u64>,
    /// TLS handshake.
    tls_us: Option<u64>,
    /// From the request to the first byte of the answer.
    first_byte_us: Option<u64>,
    /// From the first byte of the answer to its last.
    transfer_us: Option<u64>,
}

/// Why a probe did not simply work.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Reason")]
struct ReasonJson {
    #[schemars(with = "ReasonCodeWord")]
    code: ReasonCode,
    /// For people: what was found, and what was expected.
    told: String,
    /// The page on which somebody else tells of it, such as the provider.
    fault_page: Option<String>,
}

/// What was said during a probe, with what is secret taken out.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Exchange")]
struct ExchangeJson {
    lines: Vec<ExchangeLineJson>,
    /// Whether there was more than is kept.
    is_cut: bool,
}

/// One line of an exchange.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ExchangeLine")]
struct ExchangeLineJson {
    /// Since the probe began, in microseconds.
    at_us: u64,
    #[schemars(with = "DirectionWord")]
    direction: Direction,
    text: String,
}

/// Since when what is believed is degraded, or fails.
pub(super) fn since(judged: &Judged) -> Option<Timestamp> {
    match judged.judgment.verdict()? {
        Verdict::Fail => judged.judgment.crossed_at(Threshold::Fail),
        Verdict::Degraded => judged.judgment.crossed_at(Threshold::Degraded),
        Verdict::Ok | Verdict::Unknown => None,
    }
}

impl VantageJson {
    pub(super) fn of(judged: &Judged) -> Self {
        Self {
            name: judged.last.vantage.to_string(),
            believed: judged.judgment.verdict(),
            since: since(judged),
            last_probe: ProbeJson::of(&judged.last),
            last_bad_probe: None,
        }
    }

    /// The same, with the last exchange that did not simply work.
    pub(super) fn with_exchange(self, judged: &Judged) -> Self {
        Self { last_bad_probe: judged.last_bad.as_ref().map(BadProbeJson::of), ..self }
    }
}

impl ProbeJson {
    pub(super) fn of(result: &ProbeResult) -> Self {
        let Phases { resolve_us, connect_us, tls_us, first_byte_us, transfer_us } = result.phases;
        Self {
            probed_at: result.probed_at,
            verdict: result.verdict,
            took_us: result.took_us,
            phases: PhasesJson { resolve_us, connect_us, tls_us, first_byte_us, transfer_us },
            reason: result.reason.as_ref().map(Into::into),
            certificate_ends_at: result.certificate_ends_at,
        }
    }
}

impl BadProbeJson {
    fn of(result: &ProbeResult) -> Self {
        Self { probe: ProbeJson::of(result), exchange: ExchangeJson::of(&result.exchange) }
    }
}

impl ExchangeJson {
    fn of(exchange: &Exchange) -> Self {
        let lines = exchange.lines.iter().map(|line| ExchangeLineJson {
            at_us: line.at_us,
            direction: line.direction,
            text: line.text.clone(),
        });
        Self { lines: lines.collect(), is_cut: exchange.is_cut }
    }
}

impl From<&Reason> for ReasonJson {
    fn from(reason: &Reason) -> Self {
        let Reason { code, told, fault_page } = reason.clone();
        Self { code, told, fault_page }
    }
}

/// A stretch of time in which a check is believed to have been degraded, or to have failed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Outage")]
struct OutageJson {
    id: String,
    /// How bad it is.
    #[schemars(with = "ThresholdWord")]
    threshold: Threshold,
    /// The first sample of the run that was believed.
    began_at: Timestamp,
    /// When it was believed.
    confirmed_at: Timestamp,
    /// The first good sample of the run that was believed; `null` while it goes on.
    ended_at: Option<Timestamp>,
    /// Why the probe that confirmed it failed.
    reason: Option<ReasonJson>,
    /// Id of the incident that tells of it.
    incident: Option<String>,
    /// What it says of components.
    components: Vec<ChangeJson>,
}

/// The latest outages of a check, newest first.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LatestOutages")]
pub(super) struct OutagesJson {
    items: Vec<OutageJson>,
}

impl OutagesJson {
    pub(super) fn of(outages: &[Outage]) -> Self {
        let json = |outage: &Outage| OutageJson {
            id: outage.id.to_string(),
            threshold: outage.threshold,
            began_at: outage.began_at,
            confirmed_at: outage.confirmed_at,
            ended_at: outage.ended_at,
            reason: outage.reason.as_ref().map(Into::into),
            incident: outage.incident_id.map(|id| id.to_string()),
            components: ChangeJson::of(&outage.statuses),
        };
        Self { items: outages.iter().map(json).collect() }
    }
}
