//! Time as a parameter. Everything that needs to know the time is given a [`Clock`].

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present instant, to the microsecond: what is kept of it reads back the same.
    fn now(&self) -> Timestamp;
}

/// An instant as exactly as databases keep it: to the microsecond. Shorter fractions are cut.
#[must_use]
pub fn to_the_microsecond(at: Timestamp) -> Timestamp {
    let rest = i64::from(at.subsec_nanosecond() % 1_000);
    at.checked_sub(SignedDuration::from_nanos(rest)).unwrap_or(at)
}

/// The machine's clock: the one place that reads it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        to_the_microsecond(Timestamp::now())
    }
}

/// A clock that stands still until it is turned: for tests and for the demo.
#[derive(Clone, Debug)]
pub struct TurnedClock(Arc<Mutex<Timestamp>>);

impl TurnedClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn at(start: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(start)))
    }

    /// Turns the clock by `by`, back where it is negative. Stops at the ends of representable time.
    pub fn turn(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let end = if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
        *now = now.checked_add(by).unwrap_or(end);
    }

    /// Sets the clock to `to`.
    pub fn set(&self, to: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        to_the_microsecond(*self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_go_by_the_microsecond() {
        for (set, read) in [
            ("2026-11-21T12:00:00.123456789Z", "2026-11-21T12:00:00.123456Z"),
            ("2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z"),
            ("1969-12-31T23:59:59.999999999Z", "1970-01-01T00:00:00Z"),
        ] {
            let clock = TurnedClock::at(set.parse().unwrap());
            assert_eq!(clock.now(), read.parse::<Timestamp>().unwrap(), "{set}");
        }
        for edge in [Timestamp::MIN, Timestamp::MAX] {
            assert_eq!(to_the_microsecond(edge).as_microsecond(), edge.as_microsecond());
        }
        assert_eq!(SystemClock.now().subsec_nanosecond() % 1_000, 0);
    }
}
