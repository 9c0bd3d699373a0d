//! Attempts to sign in: a few at once, then one at a time. Kept in memory, so a restart forgets
//! them; the cost of a password's hash still holds.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::error::PeopleError;

/// Attempts that are free before waiting begins.
const FREE: i64 = 10;
/// How long it takes until one more is free.
const ONE_EVERY: SignedDuration = SignedDuration::from_secs(30);
/// Names that are remembered; beyond, those with the fewest attempts are forgotten.
const NAMES_MAX: usize = 10_000;

/// Remembers attempts by name: an address on the network, or one for mail.
#[derive(Debug, Default)]
pub struct Attempts {
    /// When the last attempt of each name will have been paid for (a generic cell rate algorithm).
    paid_at: Mutex<HashMap<String, Timestamp>>,
}

impl Attempts {
    /// Counts an attempt under every name, or refuses it under one of them.
    ///
    /// # Errors
    /// [`PeopleError::TooManyAttempts`], and then nothing was counted.
    pub fn count(&self, names: &[&str], now: Timestamp) -> Result<(), PeopleError> {
        let mut paid_at = self.paid_at.lock().unwrap_or_else(PoisonError::into_inner);
        let horizon = now + ONE_EVERY * i32::try_from(FREE).unwrap_or(i32::MAX);
        let mut next = Vec::with_capacity(names.len());
        for name in names {
            // A clock that was set back must not lock anybody out for longer than the horizon.
            let paid = paid_at.get(*name).copied().unwrap_or(now).clamp(now, horizon);
            let after = paid + ONE_EVERY;
            if after > horizon {
                return Err(PeopleError::TooManyAttempts {
                    retry_after: after.duration_since(horizon),
                });
            }
            next.push(((*name).to_owned(), after));
        }
        paid_at.extend(next);
        forget(&mut paid_at, now);
        Ok(())
    }

    /// Forgets a name: somebody signed in.
    pub fn clear(&self, name: &str) {
        self.paid_at.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

/// Keeps the memory small.
fn forget(paid_at: &mut HashMap<String, Timestamp>, now: Timestamp) {
    if paid_at.len() <= NAMES_MAX {
        return;
    }
    paid_at.retain(|_, paid| *paid > now);
    if paid_at.len() > NAMES_MAX {
        let mut times: Vec<Timestamp> = paid_at.values().copied().collect();
        times.sort_unstable();
        let middle = times.get(times.len() / 2).copied().unwrap_or(now);
        paid_at.retain(|_, paid| *paid > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_are_free_then_one_every_half_minute() {
        let attempts = Attempts::default();
        let start = Timestamp::from_second(1_000_000).unwrap();
        for _ in 0..10 {
            attempts.count(&["a", "b"], start).unwrap();
        }
        assert!(attempts.count(&["a"], start).is_err());
        assert!(attempts.count(&["c", "b"], start).is_err());
        attempts.count(&["c"], start).unwrap();
        let later = start + ONE_EVERY;
        attempts.count(&["a"], later).unwrap();
        assert!(attempts.count(&["a"], later).is_err());
        attempts.clear("a");
        attempts.count(&["a"], later).unwrap();
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out() {
        let attempts = Attempts::default();
        let start = Timestamp::from_second(1_000_000).unwrap();
        for _ in 0..10 {
            attempts.count(&["a"], start).unwrap();
        }
        let before = start - SignedDuration::from_hours(1);
        let Err(PeopleError::TooManyAttempts { retry_after }) = attempts.count(&["a"], before)
        else {
            panic!("still too many");
        };
        assert!(retry_after <= ONE_EVERY, "{retry_after}");
    }

    #[test]
    fn memory_is_bounded() {
        let attempts = Attempts::default();
        let now = Timestamp::from_second(1_000_000).unwrap();
        for n in 0..3 * NAMES_MAX {
            attempts.count(&[&n.to_string()], now).unwrap();
        }
        assert!(attempts.paid_at.lock().unwrap().len() <= NAMES_MAX);
    }
}
