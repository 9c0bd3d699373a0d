//! Attempts to sign in: a few at once, then one at a time. Kept in memory, so a restart forgets
//! them; the cost of a password's hash still holds.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::error::PeopleError;

/// How many attempts are taken.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Attempts that are free before waiting begins.
    free: i32,
    /// How long it takes until one more is free.
    one_every: SignedDuration,
}

impl Pace {
    /// Of one client, or one person.
    pub const ONE: Self = Self { free: 10, one_every: SignedDuration::from_secs(30) };
    /// Of all clients together that try one person's password. So wide that a single client, who has
    /// the pace of one, keeps nobody out of their own account; a password of twelve characters
    /// stands ten thousand times as many.
    pub const ALL_CLIENTS: Self = Self { free: 100, one_every: SignedDuration::from_secs(3) };
    /// Of all who read a protected page: one of them must not keep the others out.
    pub const ALL_READERS: Self = Self { free: 100, one_every: SignedDuration::from_secs(2) };
    /// Of the signals of one job.
    pub const SIGNALS: Self = Self { free: 60, one_every: SignedDuration::from_secs(1) };
    /// Of signals from one address that are no check's: somebody may be guessing. Those of checks do not
    /// count here, because a building full of devices may have one address.
    pub const UNKNOWN_SIGNALS: Self = Self { free: 100, one_every: SignedDuration::from_secs(1) };
    /// Of calendars that are read from one address.
    pub const CALENDARS: Self = Self { free: 100, one_every: SignedDuration::from_secs(1) };
}

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
        let paced: Vec<(&str, Pace)> = names.iter().map(|name| (*name, Pace::ONE)).collect();
        self.count_paced(&paced, now)
    }

    /// Counts an attempt of a client to sign in as a person.
    ///
    /// # Errors
    /// As [`Attempts::count`].
    pub fn count_sign_in(
        &self,
        client: &str,
        email: &str,
        now: Timestamp,
    ) -> Result<(), PeopleError> {
        self.count_paced(&[(client, Pace::ONE), (email, Pace::ALL_CLIENTS)], now)
    }

    /// The same, each name at its own pace.
    ///
    /// # Errors
    /// [`PeopleError::TooManyAttempts`], and then nothing was counted.
    pub fn count_paced(&self, names: &[(&str, Pace)], now: Timestamp) -> Result<(), PeopleError> {
        let mut paid_at = self.paid_at.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Vec::with_capacity(names.len());
        for (name, pace) in names {
            let horizon = now + pace.one_every * pace.free;
            // A clock that was set back must not lock anybody out for longer than the horizon.
            let paid = paid_at.get(*name).copied().unwrap_or(now).clamp(now, horizon);
            let after = paid + pace.one_every;
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

    /// Takes back what a client spent on an attempt that was right: whoever signs in often is no
    /// guesser.
    pub fn give_back(&self, client: &str) {
        let mut paid_at = self.paid_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(paid) = paid_at.get_mut(client) {
            *paid -= Pace::ONE.one_every;
        }
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
        let later = start + Pace::ONE.one_every;
        attempts.count(&["a"], later).unwrap();
        assert!(attempts.count(&["a"], later).is_err());
        attempts.clear("a");
        attempts.count(&["a"], later).unwrap();
    }

    #[test]
    fn one_client_keeps_nobody_else_out() {
        let attempts = Attempts::default();
        let start = Timestamp::from_second(1_000_000).unwrap();
        for second in 0..24 * 3_600 {
            let now = start + SignedDuration::from_secs(second);
            let _guessed = attempts.count_sign_in("192.0.2.66", "owner@example.com", now);
            if second % 3_600 == 0 {
                attempts.count_sign_in("192.0.2.1", "owner@example.com", now).unwrap();
            }
        }
    }

    #[test]
    fn many_clients_together_are_slowed_down() {
        let attempts = Attempts::default();
        let now = Timestamp::from_second(1_000_000).unwrap();
        let guess = |n: i32| attempts.count_sign_in(&n.to_string(), "owner@example.com", now);
        assert_eq!((0..1_000).filter(|n| guess(*n).is_ok()).count(), 100);
    }

    #[test]
    fn whoever_signs_in_often_is_no_guesser() {
        let attempts = Attempts::default();
        let now = Timestamp::from_second(1_000_000).unwrap();
        for _ in 0..100 {
            attempts.count_sign_in("192.0.2.1", "owner@example.com", now).unwrap();
            attempts.give_back("192.0.2.1");
            attempts.clear("owner@example.com");
        }
    }

    #[test]
    fn one_reader_is_slowed_down_long_before_the_others() {
        let attempts = Attempts::default();
        let now = Timestamp::from_second(1_000_000).unwrap();
        let all = ("all", Pace::ALL_READERS);
        for client in 0..10 {
            let one = client.to_string();
            for _ in 0..10 {
                attempts.count_paced(&[(&one, Pace::ONE), all], now).unwrap();
            }
            if client < 9 {
                assert!(attempts.count_paced(&[(&one, Pace::ONE), all], now).is_err());
            }
        }
        let next = ("another", Pace::ONE);
        assert!(attempts.count_paced(&[next, all], now).is_err());
        attempts.count_paced(&[next, all], now + Pace::ALL_READERS.one_every).unwrap();
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
        assert!(retry_after <= Pace::ONE.one_every, "{retry_after}");
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
