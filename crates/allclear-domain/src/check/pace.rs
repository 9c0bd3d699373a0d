//! When a check is probed.
//!
//! Regular probes are at fixed places of the clock: every interval, at a phase that follows from the
//! check's id. Nothing of that is kept anywhere, a restart finds the same times again, and checks of
//! one interval are spread over all of it.

use jiff::{SignedDuration, Timestamp};

use super::Check;
use super::judgment::Judgment;
use crate::ids::CheckId;

/// The second look comes this soon after the first bad sample; each further one takes twice as long.
const LOOK_AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(2);
/// Doublings of that, at most.
const DOUBLINGS_MAX: u32 = 4;

/// Where in its interval a check is probed, in microseconds: the same on every machine.
#[must_use]
pub fn phase(id: CheckId, interval_us: i64) -> i64 {
    // The last eight bytes of the id are random, but for two bits that say which variant it is.
    let (_, random) = id.uuid().as_u64_pair();
    let spread = (i128::from(random << 2) * i128::from(interval_us.max(1))) >> 64;
    i64::try_from(spread).unwrap_or(0)
}

/// The first time after `probed_at` at which a check is probed again. One that looks worse than it is
/// believed to be is looked at again soon, so that a failure is believed, or forgotten, within seconds.
#[must_use]
pub fn next_probe_at(check: &Check, judgment: &Judgment, probed_at: Timestamp) -> Timestamp {
    let regular = next_regular(check, probed_at);
    let suspicion = judgment.suspicion();
    if suspicion == 0 {
        return regular;
    }
    let doublings = u32::from(suspicion - 1).min(DOUBLINGS_MAX);
    let soon = LOOK_AGAIN_AFTER * (1_i32 << doublings);
    probed_at.checked_add(soon).unwrap_or(regular).min(regular)
}

fn next_regular(check: &Check, after: Timestamp) -> Timestamp {
    let interval = i64::from(check.interval_seconds.max(1)) * 1_000_000;
    let phase = phase(check.id, interval);
    let passed = (after.as_microsecond() - phase).div_euclid(interval);
    let next = (passed + 1) * interval + phase;
    Timestamp::from_microsecond(next).unwrap_or(Timestamp::MAX)
}

/// For how long a sample of a check says how things are: until the next one is late.
#[must_use]
pub fn fresh_for(check: &Check) -> SignedDuration {
    let interval = SignedDuration::from_secs(check.interval_seconds.into());
    interval + interval / 2 + SignedDuration::from_millis(check.deadline_ms.into())
}

#[cfg(test)]
mod tests;
