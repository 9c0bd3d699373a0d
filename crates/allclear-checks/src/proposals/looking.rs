//! Trying what comes into question, once, all at the same time.

use std::sync::Arc;
use std::time::Duration;

use allclear_domain::Entropy;
use allclear_domain::check::{
    Check, CheckKind, Direction, OnOutage, Patience, ProbeResult, VantagePoint, Verdict,
};
use allclear_domain::error::InvalidValue;
use allclear_domain::text::Key;
use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{Aspect, Candidate, When};
use crate::limits::{LOOK_DEADLINE_MS, LOOKS_MAX, LOOKS_OF_PROGRAMS_MAX, SEEN_CHARS_MAX};
use crate::prober::Prober;

/// How much longer than its deadline a probe is waited for: none needs that.
const AND_AT_MOST: Duration = Duration::from_secs(1);

/// A check that is proposed, and what was seen when it was tried.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The check.
    pub candidate: Candidate,
    /// What was found.
    pub result: ProbeResult,
}

impl Proposal {
    /// Whether it holds now. What does not is offered, and not recommended.
    #[must_use]
    pub const fn holds(&self) -> bool {
        matches!(self.result.verdict, Verdict::Ok | Verdict::Degraded)
    }

    /// What was seen of a target that answered, in a few words of its own; empty where there are none.
    #[must_use]
    pub fn seen(&self) -> String {
        let lines = self.result.exchange.lines.iter();
        let received = lines.filter(|line| line.direction == Direction::Received);
        let mut received = received.map(|line| line.text.as_str());
        let seen = match &self.candidate.kind {
            // The last answer: redirects come before it.
            CheckKind::Http(_) => {
                let status = received.rfind(|line| line.starts_with("HTTP/"));
                status.and_then(|line| line.split_once(' ')).map_or("", |(_, rest)| rest).to_owned()
            }
            CheckKind::Dns(dns) => {
                let before = format!(" {} ", dns.record.as_str());
                let values = received.filter_map(|line| line.split_once(&before));
                values.map(|(_, value)| value).collect::<Vec<_>>().join(", ")
            }
            _ => String::new(),
        };
        seen.chars().take(SEEN_CHARS_MAX).collect()
    }
}

/// Tries what somebody may want to watch. A few do so at the same time; whoever comes then is asked to
/// come again.
#[derive(Clone)]
pub struct Looker {
    prober: Option<Arc<dyn Prober>>,
    seats: Arc<Semaphore>,
    /// How many of these a program may take, so that one that loops leaves some to people.
    of_programs: Arc<Semaphore>,
}

impl Default for Looker {
    /// One that has nothing to try with: for commands, which look for nobody.
    fn default() -> Self {
        Self {
            prober: None,
            seats: Arc::new(Semaphore::new(LOOKS_MAX)),
            of_programs: Arc::new(Semaphore::new(LOOKS_OF_PROGRAMS_MAX)),
        }
    }
}

impl Looker {
    /// One that tries through `prober`.
    #[must_use]
    pub fn new(prober: Arc<dyn Prober>) -> Self {
        Self { prober: Some(prober), ..Self::default() }
    }

    /// Why a kind would not be tried, however often, where that is so.
    #[must_use]
    pub fn refusal(&self, kind: &CheckKind) -> Option<InvalidValue> {
        self.prober.as_ref()?.refusal(kind)
    }

    /// Tries all of them at the same time, and gives those to propose, in their order; `None` where too
    /// many look already.
    pub async fn look(
        &self,
        candidates: Vec<Candidate>,
        entropy: &Entropy,
        now: Timestamp,
    ) -> Option<Vec<Proposal>> {
        let _seat = self.seats.try_acquire().ok()?;
        let tried = candidates.into_iter().map(|candidate| self.try_once(candidate, entropy, now));
        Some(proposed(join_all(tried.collect::<Vec<_>>()).await))
    }

    /// The same for a program: `None` already where too many look for programs.
    pub async fn look_for_program(
        &self,
        candidates: Vec<Candidate>,
        entropy: &Entropy,
        now: Timestamp,
    ) -> Option<Vec<Proposal>> {
        let _seat = self.of_programs.try_acquire().ok()?;
        self.look(candidates, entropy, now).await
    }

    async fn try_once(&self, candidate: Candidate, entropy: &Entropy, now: Timestamp) -> Proposal {
        let result = match (self.prober.as_ref(), tried(&candidate, entropy, now)) {
            (Some(prober), Some(check)) => {
                let most = check.deadline().saturating_add(AND_AT_MOST);
                let probed = timeout(most, prober.probe(Arc::new(check), now)).await;
                probed.unwrap_or_else(|_| ours(now, "this machine is too busy to tell"))
            }
            _ => ours(now, "it cannot be tried from here"),
        };
        Proposal { candidate, result }
    }
}

fn ours(now: Timestamp, told: &str) -> ProbeResult {
    ProbeResult::ours(VantagePoint::core(), now, told)
}

/// The check that is tried; nothing of it is kept.
fn tried(candidate: &Candidate, entropy: &Entropy, now: Timestamp) -> Option<Check> {
    Some(Check {
        id: entropy.id(now),
        key: Key::new(candidate.aspect.as_str().replace('_', "-")).ok()?,
        name: candidate.name.clone(),
        kind: candidate.kind.clone(),
        interval_seconds: candidate.interval_seconds(),
        deadline_ms: LOOK_DEADLINE_MS,
        slow_after_ms: None,
        patience: Patience::default(),
        affects: Vec::new(),
        on_outage: OnOutage::Nothing,
        tags: Vec::new(),
        shows_times: false,
        parents: Vec::new(),
        paused_at: None,
        created_at: now,
    })
}

/// Leaves out what makes no sense by what was seen.
fn proposed(tried: Vec<Proposal>) -> Vec<Proposal> {
    let holds: Vec<_> =
        tried.iter().filter(|one| one.holds()).map(|one| one.candidate.aspect).collect();
    let is_proposed = |one: &Proposal| match one.candidate.when {
        When::Always => true,
        When::Holds => one.holds(),
        When::InPlaceOf(other) => one.holds() && !holds.contains(&other),
    };
    // Where IPv6 stands in for IPv4, there is nothing to say of IPv4.
    let is_replaced = |one: &Proposal| {
        !one.holds() && one.candidate.aspect == Aspect::Ipv4 && holds.contains(&Aspect::Ipv6)
    };
    let kept: Vec<bool> = tried.iter().map(|one| is_proposed(one) && !is_replaced(one)).collect();
    tried.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(one, _)| one).collect()
}
