//! Checks that nobody probes, though somebody should.

use jiff::{SignedDuration, Timestamp};

use super::Check;

/// How long a failure may wait for sentinels, and for a probe that takes its time.
const MAY_WAIT: SignedDuration = SignedDuration::from_secs(15);
/// How long a failure waits for the parents of its check, where these do not take longer to be believed.
const WAITS_FOR_PARENTS: SignedDuration = SignedDuration::from_secs(60);
/// How long it waits for them at most; then it is believed as it is.
const WAITS_FOR_PARENTS_MAX: SignedDuration = SignedDuration::from_mins(10);
/// Intervals after which it is told that nobody probes.
const INTERVALS: i32 = 3;

impl Check {
    /// How long a failure of a child waits for this check to be believed: as long as it takes where each
    /// probe runs into its deadline, within bounds.
    #[must_use]
    pub fn waited_for(&self) -> SignedDuration {
        let deadline = SignedDuration::from_millis(i64::from(self.deadline_ms));
        let times = i32::from(self.patience.fail_after);
        let all = deadline.saturating_add(MAY_WAIT).checked_mul(times);
        all.unwrap_or(SignedDuration::MAX).clamp(WAITS_FOR_PARENTS, WAITS_FOR_PARENTS_MAX)
    }

    /// How long it may take from one written result to the next while all is well.
    fn round(&self) -> SignedDuration {
        let parents = match self.parents.is_empty() {
            true => SignedDuration::ZERO,
            false => WAITS_FOR_PARENTS_MAX,
        };
        let deadline = SignedDuration::from_millis(i64::from(self.deadline_ms));
        self.every().saturating_add(deadline).saturating_add(MAY_WAIT).saturating_add(parents)
    }

    fn every(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.interval_seconds))
    }

    /// Whether a result is missing by now, where the last one was of then.
    #[must_use]
    pub fn is_late(&self, probed_at: Timestamp, now: Timestamp) -> bool {
        self.paused_at.is_none() && now.duration_since(probed_at) > self.round()
    }

    /// How long nobody probed it, where that is three intervals and longer than any probe takes.
    #[must_use]
    pub fn unprobed_for(&self, probed_at: Timestamp, now: Timestamp) -> Option<SignedDuration> {
        let length = now.duration_since(probed_at);
        let is_long = length >= self.every().saturating_mul(INTERVALS);
        Some(length).filter(|_| is_long && self.is_late(probed_at, now))
    }
}
