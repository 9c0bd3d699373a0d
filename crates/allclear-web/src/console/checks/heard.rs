//! What came of a heartbeat, as its page shows it.

use allclear_domain::check::{
    HeartbeatCheck, Schedule, Signal, SignalKind, SignalToken, StartedRun,
};
use allclear_domain::ids::CheckId;
use allclear_store::{Store, StoreError};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::state::plain;
use crate::console::when::When;

/// Times ahead that a page shows.
const NEXT_SHOWN: usize = 5;

/// What came, ready to print.
pub(super) struct HeardView {
    pub(super) told: String,
    pub(super) grace: String,
    /// The addresses of one token each, where whoever looks may use them.
    pub(super) addresses: Vec<Addresses>,
    /// The next times: on the clock of the schedule's zone, and in UTC.
    pub(super) next: Vec<(String, When)>,
    /// The zone's name, where it is not UTC.
    pub(super) zone: String,
    pub(super) deadline: Option<When>,
    pub(super) has_run: bool,
    pub(super) runs: Vec<(When, When)>,
    pub(super) signals: Vec<SignalView>,
}

/// Where signals of one token are sent.
pub(super) struct Addresses {
    pub(super) ping: String,
    pub(super) push: String,
}

/// One signal.
pub(super) struct SignalView {
    pub(super) at: When,
    pub(super) ago: String,
    pub(super) said: String,
    pub(super) body: String,
    pub(super) is_cut: bool,
}

impl HeardView {
    /// Reads what came; `base` is the address that jobs reach Allclear at, where whoever looks may know
    /// where signals go.
    pub(super) async fn load(
        store: &Store,
        id: CheckId,
        check: &HeartbeatCheck,
        base: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let heartbeat = store.find_heard(id).await?.heartbeat;
        let zone = check.schedule.zone();
        let first = heartbeat.due.map(|due| due.due_at);
        let next = first.map(|first| check.next_due(first, NEXT_SHOWN)).unwrap_or_default();
        let addresses =
            |base: &str| check.tokens.iter().map(|token| Addresses::of(base, token)).collect();
        let run = |run: &StartedRun| {
            (When::exactly(run.started_at), When::exactly(heartbeat.run_deadline_at(run)))
        };
        Ok(Self {
            told: check.schedule.told(),
            grace: Schedule::Every { seconds: check.grace_seconds }.to_string(),
            addresses: base.map(addresses).unwrap_or_default(),
            next: next.iter().map(|at| (shown(*at, &zone), When::exactly(*at))).collect(),
            zone: zone.iana_name().filter(|name| *name != "UTC").unwrap_or_default().to_owned(),
            deadline: heartbeat.deadline_at().map(When::exactly),
            has_run: heartbeat.ran_at.is_some(),
            runs: heartbeat.runs.iter().map(run).collect(),
            signals: heartbeat.signals.iter().map(|one| signal(one, now)).collect(),
        })
    }
}

impl Addresses {
    fn of(base: &str, token: &SignalToken) -> Self {
        let token = token.as_str();
        Self { ping: format!("{base}/ping/{token}"), push: format!("{base}/api/push/{token}") }
    }
}

fn shown(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %-d %b %Y, %H:%M:%S %Z").to_string()
}

fn signal(signal: &Signal, now: Timestamp) -> SignalView {
    let said = match (signal.kind, signal.exit_status) {
        (SignalKind::Start, _) => "It begins".to_owned(),
        (SignalKind::Success, _) => "It ran".to_owned(),
        (SignalKind::Fail, Some(status)) => format!("It failed, with exit status {status}"),
        (SignalKind::Fail, None) => "It failed".to_owned(),
        (SignalKind::Log, _) => "A note".to_owned(),
    };
    let took = signal.took_ms.map(|ms| format!(", and took {}.{:03} s", ms / 1_000, ms % 1_000));
    let run = signal.run_id.map(|id| format!(" (run {id})"));
    SignalView {
        at: When::exactly(signal.at),
        ago: When::ago(signal.at, now).text,
        said: format!("{said}{}{}", took.unwrap_or_default(), run.unwrap_or_default()),
        // Line by line: each line end would be written out.
        body: signal.body.lines().map(plain).collect::<Vec<_>>().join("\n"),
        is_cut: signal.is_cut,
    }
}
