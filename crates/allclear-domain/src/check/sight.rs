//! Whether a vantage point sees anything: what its sentinels answer, and whose fault a failure is.
//!
//! A sentinel is something whose silence says more about us than about it: the gateway of this machine,
//! its DNS servers, and anchors, which are addresses that have nothing to do with each other. Only
//! one that has answered before counts, so that a machine without a way out is not blind for ever.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::probe::{ProbeResult, Reason, ReasonCode, VantagePoint, Verdict};
use crate::limits;

/// How long before anything was seen last a sentinel may have answered last, to count.
const COUNTS_FOR: SignedDuration = SignedDuration::from_hours(24);

/// How far away an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// On this machine.
    Itself,
    /// On a network that is not public.
    Near,
    /// On the Internet.
    Far,
}

impl Reach {
    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::Near => "near",
            Self::Far => "far",
        }
    }
}

/// What a sentinel is to this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentinelRole {
    /// Its way out.
    Gateway,
    /// A DNS server that it asks.
    Resolver,
    /// An address that has nothing to do with it.
    Anchor,
}

impl SentinelRole {
    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Resolver => "resolver",
            Self::Anchor => "anchor",
        }
    }
}

/// Something whose silence says more about us than about it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sentinel {
    /// What it is to this machine.
    pub role: SentinelRole,
    /// Where it is, as people write it.
    pub address: String,
    /// How far away it is.
    pub reach: Reach,
}

/// What a sentinel did in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It answered.
    Answered,
    /// It was asked, and did not answer in time.
    Silent,
    /// It was not asked, or not waited for: others had answered already.
    Unheard,
}

/// One look around: every sentinel that there is now, and what it did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round(pub Vec<(Sentinel, Sign)>);

/// What is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// No sentinel counts: nobody can tell.
    #[default]
    Untold,
    /// Everything that is looked for.
    Clear,
    /// The networks here alone: nothing of the Internet answers.
    Near,
    /// Nothing but this machine.
    Blind,
}

impl View {
    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Untold => "untold",
            Self::Clear => "clear",
            Self::Near => "near",
            Self::Blind => "blind",
        }
    }

    /// Whether something is hidden from this machine.
    #[must_use]
    pub const fn is_blind(self) -> bool {
        self.blind_cause().is_some()
    }

    /// Why something is hidden, where something is.
    const fn blind_cause(self) -> Option<BlindCause> {
        match self {
            Self::Untold | Self::Clear => None,
            Self::Near => Some(BlindCause::NoInternet),
            Self::Blind => Some(BlindCause::NoNetwork),
        }
    }

    /// Whether what is so far away cannot be seen. A target of which nobody knows where it is counts as
    /// far.
    #[must_use]
    pub fn hides(self, reach: Option<Reach>) -> bool {
        let reach = reach.unwrap_or(Reach::Far);
        match self {
            Self::Untold | Self::Clear => false,
            Self::Near => reach == Reach::Far,
            Self::Blind => reach != Reach::Itself,
        }
    }
}

/// A sentinel, and what is remembered of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The sentinel.
    pub sentinel: Sentinel,
    /// When it answered last; `None` where it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// Whether it was silent when it was asked last.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_silent: bool,
}

/// Why nothing was seen; the worse the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlindCause {
    /// The machine, or this program on it, stood still.
    StoodStill,
    /// Nothing of the Internet answered.
    NoInternet,
    /// Nothing answered at all.
    NoNetwork,
}

impl BlindCause {
    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StoodStill => "stood_still",
            Self::NoInternet => "no_internet",
            Self::NoNetwork => "no_network",
        }
    }
}

/// A stretch in which a vantage point saw nothing, or its own networks alone. Failures of what was
/// hidden are no failures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlindSpell {
    /// Who was blind.
    pub vantage: VantagePoint,
    /// When it saw last.
    pub began_at: Timestamp,
    /// When it saw again; `None` while it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Why: the worst of it.
    pub cause: BlindCause,
}

/// What a vantage point sees, and what it knows of its sentinels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sight {
    /// Whose it is.
    pub vantage: VantagePoint,
    /// What is seen.
    pub view: View,
    /// When it was looked last.
    pub looked_at: Timestamp,
    /// When everything was seen last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// The sentinels of the last round.
    pub sentinels: Vec<Known>,
}

impl Sight {
    /// Of a vantage point that has not looked yet.
    #[must_use]
    pub fn new(vantage: VantagePoint, now: Timestamp) -> Self {
        Self { vantage, view: View::Untold, looked_at: now, seen_at: None, sentinels: Vec::new() }
    }

    /// What is seen after a round; `proven` is the farthest away of what worked while it lasted. Where that
    /// is on the Internet, the anchors that were silent are no good as anchors, and do not count until they
    /// answer again. Where it is near, what is near is seen, whatever gateways keep to themselves.
    #[must_use]
    pub fn look(&self, round: &Round, proven: Option<Reach>, now: Timestamp) -> Self {
        let is_far_proven = proven == Some(Reach::Far);
        let known_of = |sentinel: &Sentinel| {
            self.sentinels.iter().find(|known| known.sentinel == *sentinel).cloned()
        };
        let round = &self.with_vanished_gateways(round);
        let mut sentinels = Vec::new();
        for (sentinel, sign) in round.0.iter().take(limits::SENTINELS_MAX) {
            let before = known_of(sentinel);
            let (answered_at, was_silent) =
                before.map_or((None, false), |known| (known.answered_at, known.is_silent));
            let is_refuted = is_far_proven && sentinel.reach == Reach::Far;
            let (answered_at, is_silent) = match sign {
                Sign::Answered => (Some(now), false),
                Sign::Silent if is_refuted => (None, true),
                Sign::Silent => (answered_at, true),
                Sign::Unheard => (answered_at, was_silent),
            };
            sentinels.push(Known { sentinel: sentinel.clone(), answered_at, is_silent });
        }
        let view = view(&sentinels, round, self.seen_at, proven);
        let seen_at = if view == View::Clear { Some(now) } else { self.seen_at };
        Self { vantage: self.vantage.clone(), view, looked_at: now, seen_at, sentinels }
    }

    /// A round with the gateways that counted before and are gone, where there is no other: with its link
    /// down, a machine does not know its way out any more, which is as if that was silent.
    fn with_vanished_gateways(&self, round: &Round) -> Round {
        let is_gateway = |sentinel: &Sentinel| sentinel.role == SentinelRole::Gateway;
        let mut all = round.0.clone();
        if !all.iter().any(|(sentinel, _)| is_gateway(sentinel)) {
            let known = self.sentinels.iter().filter(|known| known.answered_at.is_some());
            let vanished = known.map(|known| &known.sentinel).filter(|one| is_gateway(one));
            all.extend(vanished.map(|sentinel| (sentinel.clone(), Sign::Silent)));
        }
        Round(all)
    }

    /// What becomes of the blind spell that goes on, where one does: it begins, gets worse or ends.
    /// `None` where nothing changes.
    #[must_use]
    pub fn spell(&self, open: Option<&BlindSpell>) -> Option<BlindSpell> {
        match (open, self.view.blind_cause()) {
            (None, Some(cause)) => Some(BlindSpell {
                vantage: self.vantage.clone(),
                began_at: self.seen_at.unwrap_or(self.looked_at),
                ended_at: None,
                cause,
            }),
            (Some(open), None) => {
                let ended_at = Some(self.looked_at.max(open.began_at));
                Some(BlindSpell { ended_at, ..open.clone() })
            }
            (Some(open), Some(cause)) if cause > open.cause => {
                Some(BlindSpell { cause, ..open.clone() })
            }
            (None, None) | (Some(_), Some(_)) => None,
        }
    }

    /// Whether there is something new to tell of, but for when sentinels answered.
    #[must_use]
    pub fn differs_from(&self, other: &Self) -> bool {
        let told =
            |known: &Known| (known.sentinel.clone(), known.is_silent, known.answered_at.is_some());
        self.view != other.view
            || !self.sentinels.iter().map(told).eq(other.sentinels.iter().map(told))
    }

    /// Why nothing is known of a target, for people.
    #[must_use]
    pub fn tell(&self) -> String {
        let seen = match self.view {
            View::Near => "the Internet, only its own network",
            View::Untold | View::Clear | View::Blind => "the network",
        };
        match self.seen_at {
            Some(at) => {
                format!("this machine does not see {seen}: sentinels answered last at {at}")
            }
            None => format!("this machine does not see {seen}: no sentinel answers"),
        }
    }
}

/// What is seen. Far sentinels decide where any counts, near ones where none does; what is on this
/// machine says nothing of a network.
fn view(
    sentinels: &[Known],
    round: &Round,
    seen_at: Option<Timestamp>,
    proven: Option<Reach>,
) -> View {
    let counts = |known: &Known| {
        known
            .answered_at
            .is_some_and(|at| seen_at.is_none_or(|seen| seen.duration_since(at) <= COUNTS_FOR))
    };
    let (mut has_far, mut has_near, mut answers_near) = (false, false, false);
    for (known, (_, sign)) in sentinels.iter().zip(&round.0) {
        if !counts(known) {
            continue;
        }
        match known.sentinel.reach {
            Reach::Far if *sign == Sign::Answered => return View::Clear,
            Reach::Far => has_far = true,
            Reach::Near => {
                has_near = true;
                answers_near |= *sign == Sign::Answered;
            }
            Reach::Itself => {}
        }
    }
    match (has_far, has_near, answers_near) {
        _ if proven == Some(Reach::Far) => View::Clear,
        (true, _, true) => View::Near,
        (true, _, false) | (false, true, false) if proven == Some(Reach::Near) => View::Near,
        (false, _, true) => View::Clear,
        (true, _, false) | (false, true, false) => View::Blind,
        (false, false, false) => View::Untold,
    }
}

impl ProbeResult {
    /// The same, as it says nothing of the target after all: it failed, and the fault may be ours.
    #[must_use]
    pub fn void(self, why: &str) -> Self {
        let told = match &self.reason {
            Some(found) => format!("{why}; found: {}", found.told),
            None => why.to_owned(),
        };
        let reason = Some(Reason::new(ReasonCode::Ours, told));
        Self { verdict: Verdict::Unknown, reason, ..self }
    }
}

#[cfg(test)]
mod tests;
