//! Whether this program stood still: it was stopped, starved of the processor, or its machine slept. What
//! ran out of time meanwhile says nothing of its target. Pure: time is given to it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// How much later than it asked for it may wake up.
const LATE: Duration = Duration::from_secs(1);
/// How far the clock may go apart from the time that passed.
const APART: SignedDuration = SignedDuration::from_secs(2);

/// What was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// It woke up so much later than it asked for.
    StoodStill(Duration),
    /// The clock jumped by so much, or the machine slept.
    Jumped(SignedDuration),
}

/// Compares when it wakes up with when it asked to.
#[derive(Debug, Default)]
pub struct Stall {
    wakes_at: Option<Instant>,
    seen: Option<(Instant, Timestamp)>,
    count: u64,
}

impl Stall {
    /// It sleeps until then, unless something happens before.
    pub fn sleep_until(&mut self, wakes_at: Instant) {
        self.wakes_at = Some(wakes_at);
    }

    /// Notices what happened since it looked last.
    pub fn notice(&mut self, now: Instant, clock: Timestamp) -> Option<Noticed> {
        let late = self.wakes_at.map(|at| now.saturating_duration_since(at));
        let seen = self.seen.replace((now, clock));
        // What was noticed once is not noticed again.
        if let Some(late) = late.filter(|late| *late > LATE) {
            self.wakes_at = Some(now);
            self.count += 1;
            return Some(Noticed::StoodStill(late));
        }
        let (before, clock_before) = seen?;
        let passed = SignedDuration::try_from(now.saturating_duration_since(before)).ok()?;
        let apart = clock.duration_since(clock_before).saturating_sub(passed);
        if apart.abs() <= APART {
            return None;
        }
        self.count += 1;
        Some(Noticed::Jumped(apart))
    }

    /// How often something was noticed: what was begun before the last time was under way then.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + ms).unwrap()
    }

    /// Wakes up at these times, having asked for a quarter of a second each time.
    fn noticed(times: &[(u64, i64)]) -> Vec<Noticed> {
        let start = Instant::now();
        let (mut stall, mut noticed) = (Stall::default(), Vec::new());
        for (passed, clock) in times {
            let now = start + Duration::from_millis(*passed);
            noticed.extend(stall.notice(now, at(*clock)));
            assert_eq!(stall.count(), noticed.len() as u64);
            stall.sleep_until(now + Duration::from_millis(250));
        }
        noticed
    }

    #[test]
    fn nothing_is_noticed_while_all_is_as_usual() {
        assert_eq!(noticed(&[(0, 0), (250, 250), (260, 260), (1_400, 1_400), (1_500, 1_900)]), []);
        // Many small steps of the clock are how it is put right.
        let steps: Vec<_> =
            (0..100).map(|n| (n * 250, 1_000 * i64::try_from(n).unwrap())).collect();
        assert_eq!(noticed(&steps), []);
    }

    #[test]
    fn standing_still_is_noticed_once() {
        let stood = Noticed::StoodStill(Duration::from_secs(3));
        assert_eq!(noticed(&[(0, 0), (3_250, 3_250), (3_260, 3_260), (3_500, 3_500)]), [stood]);
    }

    #[test]
    fn a_clock_that_jumps_is_noticed_in_both_directions() {
        let hour = SignedDuration::from_hours(1);
        let jumps = noticed(&[(0, 0), (250, 3_600_250), (500, 3_600_500), (750, 750)]);
        assert_eq!(jumps, [Noticed::Jumped(hour), Noticed::Jumped(-hour)]);
    }

    #[test]
    fn a_second_look_within_one_sleep_is_no_second_stall() {
        let start = Instant::now();
        let mut stall = Stall::default();
        stall.notice(start, at(0));
        stall.sleep_until(start + Duration::from_millis(250));
        let late = start + Duration::from_secs(5);
        assert!(stall.notice(late, at(5_000)).is_some());
        assert_eq!(stall.notice(late + Duration::from_millis(10), at(5_010)), None);
    }
}
