//! Probes: one try of a check, with its verdict. Each kind has a file of its own.
//!
//! What a check asks for is read once, as [`Ready`], and tried many times. That there is an answer at
//! all is part of every check: nothing holds of an answer that did not come.

mod assertion;
mod http;
mod record;
mod tcp;

use std::sync::Arc;
use std::time::Duration;

use allclear_domain::check::{
    Check, CheckKind, ProbeResult, Reason, ReasonCode, VantagePoint, Verdict,
};
use allclear_domain::clock::Clock;
use allclear_net::{DialError, Net, ResolveError, TlsClient, TlsError};
use tokio::time::Instant;

use self::http::HttpProbe;
use self::record::{Record, micros};
use self::tcp::TcpProbe;

/// How much later than asked for this machine may wake up; beyond that it was not itself.
const LATE_AFTER: Duration = Duration::from_millis(250);

/// A check that is read and can be tried.
#[derive(Debug)]
pub struct Ready {
    kind: ReadyKind,
    deadline: Duration,
    slow_after: Option<Duration>,
}

#[derive(Debug)]
enum ReadyKind {
    Http(Box<HttpProbe>),
    Tcp(TcpProbe),
}

/// Why a check cannot be tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct NotReady {
    /// The part of the check, such as `url` or `assertions[0]`.
    pub field: String,
    /// What is wrong with it, and what to do.
    pub problem: String,
}

impl NotReady {
    fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}

impl Ready {
    /// Reads addresses, patterns and paths of a check.
    pub fn new(check: &Check) -> Result<Self, NotReady> {
        let kind = match &check.kind {
            CheckKind::Http(check) => ReadyKind::Http(Box::new(HttpProbe::new(check)?)),
            CheckKind::Tcp(check) => ReadyKind::Tcp(TcpProbe::new(check)?),
        };
        Ok(Self { kind, deadline: check.deadline(), slow_after: check.slow_after() })
    }
}

/// Tries checks from one vantage point.
#[derive(Clone)]
pub struct Prober {
    net: Net,
    tls: TlsClient,
    vantage: VantagePoint,
    clock: Arc<dyn Clock>,
}

impl Prober {
    /// Tries checks from `vantage`, through `net`.
    #[must_use]
    pub fn new(net: Net, tls: TlsClient, vantage: VantagePoint, clock: Arc<dyn Clock>) -> Self {
        Self { net, tls, vantage, clock }
    }

    /// Tries a check once. It ends at the check's deadline at the latest, whatever the target does.
    pub async fn probe(&self, ready: &Ready) -> ProbeResult {
        let probed_at = self.clock.now();
        let started = Instant::now();
        let deadline = started + ready.deadline;
        let mut record = Record::new(started);
        let found = match &ready.kind {
            ReadyKind::Http(probe) => probe.run(self, &mut record, deadline).await,
            ReadyKind::Tcp(probe) => probe.run(self, &mut record, deadline).await,
        };
        let took = started.elapsed();
        let reason = match found {
            Ok(()) => slow(took, ready.slow_after),
            Err(reason) => Some(late(reason, took, ready.deadline)),
        };
        let reason =
            reason.map(|reason| Reason { told: record.without_secrets(&reason.told), ..reason });
        let verdict = match reason.as_ref().map(|reason| reason.code) {
            None => Verdict::Ok,
            Some(ReasonCode::Slow) => Verdict::Degraded,
            Some(ReasonCode::Ours) => Verdict::Unknown,
            Some(_) => Verdict::Fail,
        };
        let (phases, exchange) = record.into_parts();
        ProbeResult {
            vantage: self.vantage.clone(),
            probed_at,
            took_us: micros(took),
            verdict,
            reason,
            phases,
            exchange,
        }
    }
}

fn reason(code: ReasonCode, told: impl Into<String>) -> Reason {
    Reason { code, told: told.into() }
}

/// What works and takes too long is slow.
fn slow(took: Duration, slow_after: Option<Duration>) -> Option<Reason> {
    let slow_after = slow_after.filter(|slow_after| took > *slow_after)?;
    let told = format!(
        "it works, and took {} ms; more than {} ms is slow",
        took.as_millis(),
        slow_after.as_millis()
    );
    Some(reason(ReasonCode::Slow, told))
}

/// A deadline that is noticed long after it passed says that this machine stood still, and nothing
/// about the target.
fn late(found: Reason, took: Duration, deadline: Duration) -> Reason {
    let late_by = took.saturating_sub(deadline);
    if found.code != ReasonCode::TimedOut || late_by <= LATE_AFTER {
        return found;
    }
    let told = format!(
        "this machine noticed the deadline {} ms late: it is too busy to tell",
        late_by.as_millis()
    );
    reason(ReasonCode::Ours, told)
}

/// Why there is no connection, as a reason.
fn undialed(error: &DialError) -> Reason {
    let code = match error {
        _ if error.is_ours() => ReasonCode::Ours,
        DialError::Resolve(
            ResolveError::BadName { .. }
            | ResolveError::NoSuchName { .. }
            | ResolveError::NoAddress { .. }
            | ResolveError::Failed { .. }
            | ResolveError::NoServer { .. },
        ) => ReasonCode::NoAddress,
        DialError::Forbidden(_) => ReasonCode::Forbidden,
        DialError::Refused { .. } => ReasonCode::Refused,
        DialError::TimedOut { .. } => ReasonCode::TimedOut,
        DialError::Unreachable { .. } | DialError::Unable { .. } => ReasonCode::Unreachable,
    };
    reason(code, error.to_string())
}

/// Why there is no TLS, as a reason.
fn untrusted(error: &TlsError) -> Reason {
    let code = match error {
        TlsError::TimedOut => ReasonCode::TimedOut,
        _ => ReasonCode::Tls,
    };
    reason(code, error.to_string())
}

/// Writes down how the way to the target went.
fn note_way(record: &mut Record, trail: &allclear_net::Trail) {
    record::spend(&mut record.phases.resolve_us, trail.resolved_in);
    if let Some(took) = trail.connected_in {
        record::spend(&mut record.phases.connect_us, took);
    }
    let found: Vec<String> = trail.found.iter().map(ToString::to_string).collect();
    if !found.is_empty() {
        let holds = trail.holds_for.map(|it| format!(", for {} s", it.as_secs()));
        record.noted(&format!("found {}{}", found.join(", "), holds.unwrap_or_default()));
    }
    if let Some(reached) = trail.reached {
        record.noted(&format!("connected to {reached}"));
    }
}

#[cfg(test)]
mod tests;
