//! Since when everything that is watched was checked, for those who are shown what came of it.

use jiff::{SignedDuration, Timestamp};

use super::Check;

/// Intervals without a sample that says something, until what is shown is old.
const INTERVALS: i64 = 3;
/// The least time for that: a short silence is nothing to tell readers of.
const LEAST: SignedDuration = SignedDuration::from_mins(3);

/// Since when each of some checks said something of its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Each has said something since then.
    pub since: Timestamp,
    /// Whether one of them should have said something long ago.
    pub is_late: bool,
}

impl Checked {
    /// Of one check, whose last sample that said something was heard then. A paused one promises nothing,
    /// signals come when they come, and members of a group are checks of their own: `None`.
    #[must_use]
    pub fn of(check: &Check, heard_at: Option<Timestamp>, now: Timestamp) -> Option<Self> {
        if check.paused_at.is_some() || !check.kind.is_probed() {
            return None;
        }
        let since = heard_at.unwrap_or(check.created_at);
        let silence = i64::from(check.interval_seconds).saturating_mul(INTERVALS);
        let patience = SignedDuration::from_secs(silence).max(LEAST);
        Some(Self { since, is_late: now.duration_since(since) > patience })
    }

    /// Of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { since: self.since.min(other.since), is_late: self.is_late || other.is_late }
    }
}
