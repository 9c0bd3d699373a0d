//! When samples are believed.
//!
//! For each [`Threshold`] there is one two-sided rule: so many samples in a row beyond it, and it is
//! crossed; so many in a row back on this side, over long enough, and it is not any more. Both count
//! from the first sample of the run that was believed, so a crossing is dated when it happened and not
//! when it was noticed. A sample that says nothing changes nothing.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::probe::Verdict;
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
    const fn is_crossed_by(self, verdict: Verdict) -> Option<bool> {
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
    /// What contradicts that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<Run>,
}

/// What is believed of a check, from the samples of one vantage point.
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
            (self.degraded.run, self.fail.run, self.heard_at) = (None, None, Some(sampled_at));
        } else if behind.is_some_and(|behind| !behind.is_negative()) {
            return (self, Vec::new());
        }
        if verdict == Verdict::Unknown {
            return (self, Vec::new());
        }
        self.heard_at = Some(sampled_at);
        self.has_worked |= verdict != Verdict::Fail;
        let mut turns = Vec::new();
        for threshold in Threshold::ALL {
            let Some(is_beyond) = threshold.is_crossed_by(verdict) else { continue };
            let side = self.side_mut(threshold);
            if let Some(since) = side.hear(patience, is_beyond, sampled_at) {
                turns.push(Turn { threshold, is_crossed: is_beyond, since });
            }
        }
        (self, turns)
    }

    /// Whether one more sample changes what is believed, or what speaks against it.
    #[must_use]
    pub fn is_moved_by(&self, patience: Patience, verdict: Verdict, sampled_at: Timestamp) -> bool {
        let (after, _) = self.hear(patience, verdict, sampled_at);
        (after.degraded, after.fail) != (self.degraded, self.fail)
    }

    /// What is believed now; `None` before anything is. What has only failed so far is not said to
    /// work because it failed too seldom to be believed.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        match (self.fail.crossed_at, self.degraded.crossed_at) {
            (Some(_), _) => Some(Verdict::Fail),
            (None, Some(_)) => Some(Verdict::Degraded),
            (None, None) => self.has_worked.then_some(Verdict::Ok),
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

    const fn side_mut(&mut self, threshold: Threshold) -> &mut Side {
        match threshold {
            Threshold::Degraded => &mut self.degraded,
            Threshold::Fail => &mut self.fail,
        }
    }
}

impl Side {
    /// Takes in a sample; gives since when the other side holds, where that is believed now.
    fn hear(&mut self, patience: Patience, is_beyond: bool, at: Timestamp) -> Option<Timestamp> {
        if is_beyond == self.crossed_at.is_some() {
            self.run = None;
            return None;
        }
        let before = self.run.unwrap_or(Run { began_at: at, samples: 0 });
        let run = Run { samples: before.samples.saturating_add(1), ..before };
        let is_believed = if is_beyond {
            run.samples >= patience.fail_after
        } else {
            let stable = SignedDuration::from_secs(i64::from(patience.stable_for_seconds));
            run.samples >= patience.recover_after && at.duration_since(run.began_at) >= stable
        };
        if !is_believed {
            self.run = Some(run);
            return None;
        }
        self.crossed_at = is_beyond.then_some(run.began_at);
        self.run = None;
        Some(run.began_at)
    }
}

#[cfg(test)]
mod tests;
