//! Probes: one try of a check, with its verdict. Each kind has a file of its own.
//!
//! What a check asks for is read once, as [`Ready`], and tried many times. That there is an answer at
//! all is part of every check: nothing holds of an answer that did not come.

mod assertion;
mod certificate;
mod command;
mod dns;
mod driver;
mod hops;
mod http;
mod icmp;
mod ntp;
mod prometheus;
mod record;
mod service;
mod talk;
mod tcp;
mod tls;
mod unread;
mod upstream;

use std::collections::HashMap;
use std::fmt::Display;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use allclear_domain::Check;
use allclear_domain::check::{
    CheckKind, IpFamily, ProbeResult, Reason, ReasonCode, VantagePoint, Verdict,
};
use allclear_domain::clock::Clock;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::CheckId;
use allclear_domain::limits::CHECKS_MAX;
use allclear_net::{
    DialError, DialOptions, Family, Host, Net, ResolveError, Session, TlsClient, TlsError,
    TlsVersion, Trail,
};
use jiff::Timestamp;
use tokio::time::Instant;

use self::hops::Unreached;
use self::record::{Record, micros};
use crate::limits;
use crate::prober::{Fetch, Fetched, Fetching, Prober, Probing, Tracing};

pub use self::command::{CommandProbe, Programs};
pub use self::dns::DnsProbe;
pub use self::http::HttpProbe;
pub use self::icmp::IcmpProbe;
pub use self::ntp::NtpProbe;
pub use self::prometheus::PrometheusProbe;
pub(crate) use self::record::says_secret;
pub use self::service::ServiceProbe;
pub use self::tcp::TcpProbe;
pub use self::tls::TlsProbe;
pub use self::upstream::UpstreamProbe;

/// How much later than asked for this machine may wake up; beyond that it was not itself.
const LATE_AFTER: Duration = Duration::from_secs(2);

/// What a check asks for, read and ready to be tried.
#[derive(Debug)]
pub enum Ready {
    /// The kind `http`.
    Http(Box<HttpProbe>),
    /// The kind `tcp`.
    Tcp(Box<TcpProbe>),
    /// The kind `tls`.
    Tls(Box<TlsProbe>),
    /// The kind `dns`.
    Dns(Box<DnsProbe>),
    /// The kind `icmp`.
    Icmp(Box<IcmpProbe>),
    /// The kind `ntp`.
    Ntp(Box<NtpProbe>),
    /// The kind `service`.
    Service(Box<ServiceProbe>),
    /// The kind `upstream`.
    Upstream(Box<UpstreamProbe>),
    /// The kind `prometheus`.
    Prometheus(Box<PrometheusProbe>),
    /// The kind `heartbeat`, which nobody probes.
    Heartbeat,
    /// The kind `group`, which nobody probes either.
    Group,
    /// The kind `command`.
    Command(Box<CommandProbe>),
}

/// Why a check cannot be tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct NotReady {
    /// The part of the check, such as `http.url` or `http.assertions[0].json.path`.
    pub field: String,
    /// What is wrong with it, and what to do.
    pub problem: String,
}

impl NotReady {
    fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }

    /// The same, in a part of this name.
    fn within(self, part: impl Display) -> Self {
        Self { field: format!("{part}.{}", self.field), ..self }
    }
}

impl Ready {
    /// Reads addresses, patterns and paths.
    ///
    /// # Errors
    /// Where one of them cannot be read.
    pub fn new(kind: &CheckKind) -> Result<Self, NotReady> {
        let read = match kind {
            CheckKind::Http(check) => HttpProbe::new(check).map(|it| Self::Http(Box::new(it))),
            CheckKind::Tcp(check) => TcpProbe::new(check).map(|it| Self::Tcp(Box::new(it))),
            CheckKind::Tls(check) => TlsProbe::new(check).map(|it| Self::Tls(Box::new(it))),
            CheckKind::Dns(check) => DnsProbe::new(check).map(|it| Self::Dns(Box::new(it))),
            CheckKind::Icmp(check) => IcmpProbe::new(check).map(|it| Self::Icmp(Box::new(it))),
            CheckKind::Ntp(check) => NtpProbe::new(check).map(|it| Self::Ntp(Box::new(it))),
            CheckKind::Service(check) => {
                ServiceProbe::new(check).map(|it| Self::Service(Box::new(it)))
            }
            CheckKind::Upstream(check) => {
                UpstreamProbe::new(check).map(|it| Self::Upstream(Box::new(it)))
            }
            CheckKind::Prometheus(check) => {
                PrometheusProbe::new(check).map(|it| Self::Prometheus(Box::new(it)))
            }
            CheckKind::Heartbeat(_) => Ok(Self::Heartbeat),
            CheckKind::Group(_) => Ok(Self::Group),
            CheckKind::Command(check) => {
                Ok(Self::Command(Box::new(CommandProbe::new(check.clone()))))
            }
        };
        read.map_err(|not_ready| not_ready.within(kind.as_str()))
    }
}

/// Tries checks over the network, from one vantage point.
#[derive(Clone)]
pub struct NetProber(Arc<Way>);

/// A check, and what was read of it.
type Read = (Arc<Check>, Arc<Ready>);

/// How targets are reached.
struct Way {
    net: Net,
    tls: TlsClient,
    /// The clock of this machine.
    clock: Arc<dyn Clock>,
    vantage: VantagePoint,
    /// The programs that may be run.
    programs: Programs,
    /// What was read of checks, until they change.
    read: Mutex<HashMap<CheckId, Read>>,
    /// Where checks did not get to.
    unreached: Unreached,
}

impl NetProber {
    /// Tries checks from `vantage`, through `net`, by the clock that certificates are judged by.
    #[must_use]
    pub fn new(net: Net, tls: TlsClient, vantage: VantagePoint) -> Self {
        let (clock, (programs, read, unreached)) = (tls.clock(), Default::default());
        Self(Arc::new(Way { net, tls, clock, vantage, programs, read, unreached }))
    }

    /// The same where checks may run programs.
    #[must_use]
    pub fn with_programs(self, programs: Programs) -> Self {
        let Way { net, tls, clock, vantage, .. } = &*self.0;
        let (net, tls, clock, vantage) = (net.clone(), tls.clone(), clock.clone(), vantage.clone());
        let (read, unreached) = Default::default();
        Self(Arc::new(Way { net, tls, clock, vantage, programs, read, unreached }))
    }
}

impl Prober for NetProber {
    fn probe(&self, check: Arc<Check>, probed_at: Timestamp) -> Probing {
        let way = Arc::clone(&self.0);
        Box::pin(async move { way.probe(&check, probed_at).await })
    }

    fn refusal(&self, kind: &CheckKind) -> Option<InvalidValue> {
        self.0.programs.refusal(kind)
    }

    fn stop(&self) {
        self.0.programs.stop();
    }

    fn trace(&self, id: CheckId, now: Timestamp) -> Option<Tracing> {
        let way = Arc::clone(&self.0);
        let address = way.unreached.of(id)?;
        Some(Box::pin(async move { way.trace(address, now).await }))
    }

    fn fetch(&self, fetch: Fetch, now: Timestamp) -> Fetching {
        let way = Arc::clone(&self.0);
        Box::pin(async move { way.fetch(&fetch, now).await })
    }
}

impl Way {
    /// What a check asks for. Patterns cost more to read than to use.
    fn ready(&self, check: &Arc<Check>) -> Result<Arc<Ready>, NotReady> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, ready)) = read.get(&check.id)
            && Arc::ptr_eq(of, check)
        {
            return Ok(Arc::clone(ready));
        }
        let ready = Arc::new(Ready::new(&check.kind)?);
        // Those of checks that are gone go at once when there are too many.
        if read.len() >= CHECKS_MAX {
            read.clear();
        }
        read.insert(check.id, (Arc::clone(check), Arc::clone(&ready)));
        Ok(ready)
    }

    /// Reads something over HTTP, and follows a few redirects.
    async fn fetch(&self, fetch: &Fetch, now: Timestamp) -> Result<Fetched, Reason> {
        let unready = |error: NotReady| reason(ReasonCode::Broken, error.to_string());
        let probe = HttpProbe::new(&http::reading(&fetch.url, fetch.accept)).map_err(unready)?;
        let started = Instant::now();
        let mut record = Record::new(started, now);
        let answer = probe.ask(self, &mut record, started + fetch.deadline).await?;
        Ok(Fetched { status: answer.status.as_u16(), body: answer.body })
    }

    /// Tries a check once. Whatever the target does, nothing is waited for beyond the deadline; judging
    /// a large answer that came in time may take a little longer.
    async fn probe(&self, check: &Arc<Check>, probed_at: Timestamp) -> ProbeResult {
        let started = Instant::now();
        let deadline = started + check.deadline();
        let mut record = Record::new(started, probed_at);
        let found = match self.ready(check).as_deref() {
            Ok(Ready::Http(probe)) => probe.run(self, &mut record, deadline).await,
            Ok(Ready::Tcp(probe)) => probe.run(self, &mut record, deadline).await,
            Ok(Ready::Tls(probe)) => probe.run(self, &mut record, deadline).await,
            Ok(Ready::Dns(probe)) => probe.run(self, &mut record, deadline).await,
            Ok(Ready::Icmp(probe)) => probe.run(self, &mut record, deadline).await,
            Ok(Ready::Ntp(probe)) => probe.run(self, &mut record, deadline).await,
            Ok(Ready::Service(probe)) => probe.run(self, &mut record, deadline).await,
            Ok(Ready::Upstream(probe)) => probe.run(self, &mut record, deadline).await,
            Ok(Ready::Prometheus(probe)) => probe.run(self, &mut record, deadline).await,
            Ok(Ready::Command(probe)) => probe.run(self, &mut record, deadline).await,
            Ok(Ready::Group) => {
                Err(reason(ReasonCode::Ours, "nothing is tried: it follows from its members"))
            }
            Ok(Ready::Heartbeat) => {
                Err(reason(ReasonCode::Ours, "nothing is tried: it waits for signals"))
            }
            Err(not_ready) => {
                Err(reason(ReasonCode::Ours, format!("the check cannot be tried: {not_ready}")))
            }
        };
        let took = started.elapsed().saturating_sub(record.waited);
        let reason = match found {
            Ok(()) => slow(took, check.slow_after()),
            Err(reason) => Some(late(reason, took, check.deadline())),
        };
        let reason = reason.map(|reason| Reason { told: record.told(&reason.told), ..reason });
        let verdict = reason.as_ref().map_or(Verdict::Ok, |reason| reason.code.verdict());
        self.unreached.note(check.id, &record, verdict == Verdict::Fail);
        ProbeResult {
            vantage: self.vantage.clone(),
            probed_at,
            took_us: micros(took),
            verdict,
            reason,
            phases: record.phases,
            certificate_ends_at: record.certificate_ends_at,
            leaf: record.leaf.take(),
            reach: record.reach,
            exchange: record.into_exchange(),
        }
    }
}

fn reason(code: ReasonCode, told: impl Into<String>) -> Reason {
    Reason::new(code, told.into())
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

/// Which addresses are wanted.
const fn family_of(family: IpFamily) -> Family {
    match family {
        IpFamily::Any => Family::Any,
        IpFamily::Ipv4 => Family::V4,
        IpFamily::Ipv6 => Family::V6,
    }
}

/// A host, and how it is connected to.
fn way_to(host: &str, connect_to: Option<IpAddr>) -> Result<(Host<String>, DialOptions), NotReady> {
    let host = match host.parse() {
        Ok(address) => Host::Ipv6(address),
        Err(_) => Host::parse(host)
            .map_err(|error| NotReady::new("host", format!("is no host: {error}")))?,
    };
    let known = connect_to.map(|address| (host.to_string(), address));
    let options = DialOptions { known: known.into_iter().collect(), ..DialOptions::default() };
    Ok((host, options))
}

/// Writes down how the way to the target went.
fn note_way(record: &mut Record, trail: &Trail) {
    record::spend(&mut record.phases.resolve_us, trail.resolved_in);
    if let Some(took) = trail.connected_in {
        record::spend(&mut record.phases.connect_us, took);
    }
    (record.reach, record.unreached) = (trail.reach, trail.unreached);
    let found: Vec<String> = trail.found.iter().map(ToString::to_string).collect();
    if !found.is_empty() {
        let holds = trail.holds_for.map(|it| format!(", for {} s", it.as_secs()));
        record.noted(&format!("found {}{}", found.join(", "), holds.unwrap_or_default()));
    }
    if let Some(reached) = trail.reached {
        record.noted(&format!("connected to {reached}"));
    }
}

/// Writes down how the handshake went, and what was served where it does not convince.
fn note_session(record: &mut Record, session: &Session) {
    record::spend(&mut record.phases.tls_us, session.took);
    // A redirect leads to other servers: what is written down is the one that the check names.
    if record.leaf.is_none() {
        record.leaf = session.chain.first().and_then(|der| certificate::leaf(der));
    }
    if let Some(version) = session.version {
        let version = match version {
            TlsVersion::V1_2 => "1.2",
            TlsVersion::V1_3 => "1.3",
        };
        record.noted(&format!("TLS {version}, {} certificates served", session.chain.len()));
        let first = certificate::first_to_end(&session.chain, record.probed_at);
        record.certificate_ends_at = first.map(|(ends_at, _)| ends_at);
    } else {
        let served = session.chain.iter().take(limits::TOLD_CERTIFICATES_MAX);
        served.for_each(|der| record.noted(&format!("served {}", certificate::told(der))));
    }
}

#[cfg(test)]
mod tests;
