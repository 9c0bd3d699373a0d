//! When samples are believed.
//!
//! For each [`Threshold`] there is one two-sided rule: so many samples in a row beyond it, and it is
//! crossed; so many in a row back on this side, over long enough, and it is not any more. Both count
//! from the first sample of the run that was believed, so a crossing is dated when it happened and not
//! when it was noticed. A sample that says nothing changes nothing.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::flapping::Flapping;
use super::probe::Verdict;
use crate::ids::CheckId;
use crate::limits;

/// How much it takes to believe samples. It is harder to be well again than to fail: up for a moment
/// is not up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patience {
    /// Samples in a row until a failure is believed.
    pub fail_after: u16,
    /// Samples in a row until a recovery is believed.
    pub recover_after: u16,
    /// Time that a recovery has to last until it is believed, from its first sample on.
    pub stable_for_seconds: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { fail_after: 3, recover_after: 2, stable_for_seconds: 120 }
    }
}

/// What a sample can be beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    /// It works badly, or not at all.
    Degraded,
    /// It does not work.
    Fail,
}

impl Threshold {
    /// Both of them, the milder first.
    pub const ALL: [Self; 2] = [Self::Degraded, Self::Fail];

    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Degraded => "degraded",
            Self::Fail => "fail",
        }
    }

    /// Whether a sample is beyond it; `None` where it says nothing.
    pub(super) const fn is_crossed_by(self, verdict: Verdict) -> Option<bool> {
        match (verdict, self) {
            (Verdict::Unknown, _) => None,
            (Verdict::Ok, _) | (Verdict::Degraded, Self::Fail) => Some(false),
            (Verdict::Degraded, Self::Degraded) | (Verdict::Fail, _) => Some(true),
        }
    }
}

/// Samples in a row that contradict what is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// When the first one was taken.
    pub began_at: Timestamp,
    /// How many there are.
    pub samples: u16,
}

/// What is believed of one threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Side {
    /// Since when it is crossed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crossed_at: Option<Timestamp>,
    /// What contradicts what its samples said last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<Run>,
    /// Whether samples said last that it is not crossed any more, which is not believed as it flaps.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_up: bool,
    /// The samples in a row on this side of it, while it is crossed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    steady: Option<Run>,
    /// How often it turned lately.
    #[serde(default, skip_serializing_if = "Flapping::is_none")]
    flapping: Flapping,
}

/// What is believed of a check, from what its vantage points say together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgment {
    degraded: Side,
    fail: Side,
    /// The last sample that said something. Older ones are not looked at any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    heard_at: Option<Timestamp>,
    /// Whether a sample ever said that it works, were it badly.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    has_worked: bool,
    /// The check that is down, where that is why nothing is known of this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    behind: Option<CheckId>,
}

/// A threshold that is believed to be crossed from now on, or not to be any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Which one.
    pub threshold: Threshold,
    /// Whether it is crossed.
    pub is_crossed: bool,
    /// Since when: the first sample of the run that was believed.
    pub since: Timestamp,
}

impl Judgment {
    /// What is believed after one more sample, and what that changes. A sample that is not newer than
    /// the last one changes nothing: a probe that was overtaken comes too late. Where it is older by
    /// more than any probe takes, the clock was put right, and runs begin anew.
    #[must_use]
    pub fn hear(
        mut self,
        patience: Patience,
        verdict: Verdict,
        sampled_at: Timestamp,
    ) -> (Self, Vec<Turn>) {
        let behind = self.heard_at.map(|before| before.duration_since(sampled_at));
        if behind.is_some_and(|behind| behind > limits::CLOCK_DIFFERENCE_MAX) {
            self.heard_at = Some(sampled_at);
            for side in [&mut self.degraded, &mut self.fail] {
                (side.run, side.steady) = (None, None);
            }
        } else if behind.is_some_and(|behind| !behind.is_negative()) {
            return (self, Vec::new());
        }
        if verdict == Verdict::Unknown {
            return (self, Vec::new());
        }
        (self.heard_at, self.behind) = (Some(sampled_at), None);
        self.has_worked |= verdict != Verdict::Fail;
        let is_beyond = |threshold: Threshold| threshold.is_crossed_by(verdict).unwrap_or(false);
        let fail = self.fail.hear(patience, is_beyond(Threshold::Fail), sampled_at, false);
        // What goes up and down between failing and working is not well in between either.
        let is_held = self.fail.flapping.is_on();
        let degraded =
            self.degraded.hear(patience, is_beyond(Threshold::Degraded), sampled_at, is_held);
        let turns = [(Threshold::Degraded, degraded), (Threshold::Fail, fail)];
        let turn = |(threshold, turned): (_, Option<_>)| {
            turned.map(|(is_crossed, since)| Turn { threshold, is_crossed, since })
        };
        let turns = turns.into_iter().filter_map(turn).collect();
        (self, turns)
    }

    /// Whether one more sample changes what is believed, or what speaks against it.
    #[must_use]
    pub fn is_moved_by(&self, patience: Patience, verdict: Verdict, sampled_at: Timestamp) -> bool {
        let (after, _) = self.hear(patience, verdict, sampled_at);
        (after.degraded, after.fail) != (self.degraded, self.fail)
    }

    /// It failed while another check is down that it stands behind: nothing is known of it, and what
    /// failed so far is not held against it.
    #[must_use]
    pub fn put_behind(mut self, parent: CheckId) -> Self {
        for side in [&mut self.degraded, &mut self.fail] {
            side.run = side.run.filter(|_| side.crossed_at.is_some());
        }
        Self { behind: Some(parent), ..self }
    }

    /// What it stood behind is not down any more: it is judged by what comes from now on.
    #[must_use]
    pub const fn judged_afresh(mut self) -> Self {
        self.behind = None;
        self
    }

    /// The check that is down, where that is why nothing is known of this one.
    #[must_use]
    pub const fn behind(&self) -> Option<CheckId> {
        self.behind
    }

    /// Whether it goes up and down so often that it counts as one outage until it is steady.
    #[must_use]
    pub const fn is_flapping(&self) -> bool {
        self.fail.flapping.is_on() || self.degraded.flapping.is_on()
    }

    /// What is believed now; `None` before anything is, and where it stands behind another that is
    /// down. What has only failed so far is not said to work because it failed too seldom to be
    /// believed.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        match (self.fail.crossed_at, self.degraded.crossed_at) {
            (Some(_), _) => Some(Verdict::Fail),
            (None, Some(_)) => Some(Verdict::Degraded),
            (None, None) => (self.has_worked && self.behind.is_none()).then_some(Verdict::Ok),
        }
    }

    /// When the last sample was taken that said something.
    #[must_use]
    pub const fn heard_at(&self) -> Option<Timestamp> {
        self.heard_at
    }

    /// Whether any sample said something so far.
    #[must_use]
    pub const fn has_heard(&self) -> bool {
        self.heard_at.is_some()
    }

    /// Since when a threshold is crossed.
    #[must_use]
    pub const fn crossed_at(&self, threshold: Threshold) -> Option<Timestamp> {
        self.side(threshold).crossed_at
    }

    /// Whether it is down, and its samples did not say last that it works: as long as a check flaps, what
    /// is believed stays as it is.
    #[must_use]
    pub const fn fails_now(&self) -> bool {
        self.fail.crossed_at.is_some() && !self.fail.is_up
    }

    /// The samples that contradict what is believed of a threshold.
    #[must_use]
    pub const fn run(&self, threshold: Threshold) -> Option<Run> {
        self.side(threshold).run
    }

    /// How many samples in a row say that something is worse than believed: what is looked at again
    /// soon. Zero where none does.
    #[must_use]
    pub fn suspicion(&self) -> u16 {
        let sides = [self.degraded, self.fail];
        let worse = sides.iter().filter(|side| side.crossed_at.is_none());
        worse.filter_map(|side| side.run).map(|run| run.samples).max().unwrap_or(0)
    }

    const fn side(&self, threshold: Threshold) -> &Side {
        match threshold {
            Threshold::Degraded => &self.degraded,
            Threshold::Fail => &self.fail,
        }
    }
}

impl Run {
    /// A run with one more sample, or one that begins with it.
    fn and(before: Option<Self>, at: Timestamp) -> Self {
        let before = before.unwrap_or(Self { began_at: at, samples: 0 });
        Self { samples: before.samples.saturating_add(1), ..before }
    }
}

impl Patience {
    /// Whether good samples in a row are believed by then.
    fn believes(self, good: Run, at: Timestamp) -> bool {
        let stable = SignedDuration::from_secs(i64::from(self.stable_for_seconds));
        good.samples >= self.recover_after && at.duration_since(good.began_at) >= stable
    }
}

impl Side {
    /// Takes in a sample; gives whether it is crossed and since when, where that is believed anew. What
    /// flaps, or is held, stays crossed until it is steady.
    fn hear(
        &mut self,
        patience: Patience,
        is_beyond: bool,
        at: Timestamp,
        is_held: bool,
    ) -> Option<(bool, Timestamp)> {
        let is_crossed = self.crossed_at.is_some();
        self.steady = (is_crossed && !is_beyond).then(|| Run::and(self.steady, at));
        if is_beyond == (is_crossed && !self.is_up) {
            self.run = None;
        } else {
            let run = Run::and(self.run, at);
            let is_believed = match is_beyond {
                true => run.samples >= patience.fail_after,
                false => patience.believes(run, at),
            };
            self.run = Some(run).filter(|_| !is_believed);
            if is_believed {
                self.flapping.turn(at);
                self.is_up = !is_beyond;
            }
            if is_believed && is_beyond && !is_crossed {
                self.crossed_at = Some(run.began_at);
                return Some((true, run.began_at));
            }
        }
        self.flapping.settle(at);
        let is_free = self.is_up && !self.flapping.is_on() && !is_held;
        let steady = self.steady.filter(|steady| is_free && patience.believes(*steady, at))?;
        (self.crossed_at, self.is_up, self.steady) = (None, false, None);
        Some((false, steady.began_at))
    }
}

#[cfg(test)]
mod tests;
