//! How many probes run at the same time: a quick lane and a slow one.
//!
//! A probe that has run for [`QUICK`] leaves the quick lane for the slow one, and a check whose last
//! probe was slow begins there. So a thousand targets that let every probe run into its deadline wait
//! for each other, while those that answer are probed on time. That holds up to the bound of both lanes:
//! when far more fall silent at once, all wait until their first probes are over.
//!
//! Where this machine itself cannot keep up, every probe seems slow, and ever more would run at the same
//! time, each slower than the last. So nothing more begins while a [`Canary`] waits for its turn in the
//! queue of the runtime, and only [`BUSY_MAX`] begin within [`QUICK`] in each lane while its processors
//! are [busy](crate::processors). What is due waits before it begins, which is told as lag, and not
//! afterwards, where it would be told as the target's slowness.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How long a probe counts as quick.
pub const QUICK: Duration = Duration::from_millis(250);
/// Quick probes at the same time; further ones wait, and count as late.
pub const QUICK_MAX: usize = 512;
/// Slow probes at the same time where there is room for them; further ones wait, and count as late.
pub const SLOW_MAX: usize = 12 * 1_024;
/// Probes of each lane that begin within [`QUICK`] and have not ended, while this machine is busy.
pub const BUSY_MAX: usize = 128;

/// Probes that began within so long are counted together.
const COUNTED_TOGETHER: Duration = Duration::from_millis(10);

/// Probes that run before anybody asks whether this machine keeps up.
const UNASKED_MAX: usize = 64;
/// How long a task waits for its turn while this machine keeps up.
const TURN_AFTER: Duration = Duration::from_millis(20);

/// How many more probes may begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Of checks whose last probe was quick, or that were not probed yet.
    pub quick: usize,
    /// Of checks whose last probe was slow.
    pub slow: usize,
}

/// Probes that run.
#[derive(Debug)]
pub struct Lanes {
    quick_max: usize,
    slow_max: usize,
    /// All that run.
    in_flight: usize,
    /// Those of them that began just now in the quick lane.
    quick: Young,
    /// Those of them that began just now in the slow lane.
    slow: Young,
}

/// Probes that run and began within [`QUICK`]: since when, and how many.
#[derive(Debug, Default)]
struct Young(VecDeque<(Instant, usize)>);

impl Young {
    fn begin(&mut self, now: Instant) {
        match self.0.back_mut() {
            Some((since, count)) if now.duration_since(*since) < COUNTED_TOGETHER => *count += 1,
            _ => self.0.push_back((now, 1)),
        }
    }

    fn end(&mut self, began: Instant) {
        // Those that began together are counted where the first of them began.
        let together = self.0.iter_mut().rev().find(|(since, _)| *since <= began);
        if let Some((_, count)) = together {
            *count = count.saturating_sub(1);
        }
    }

    fn count(&mut self, now: Instant) -> usize {
        while self.0.front().is_some_and(|(since, _)| now.duration_since(*since) >= QUICK) {
            self.0.pop_front();
        }
        self.0.iter().map(|(_, count)| count).sum()
    }
}

impl Lanes {
    /// Lanes for so many probes in all, at least one.
    #[must_use]
    pub fn new(in_flight_max: usize) -> Self {
        let slow_max = (in_flight_max / 2).max(in_flight_max.saturating_sub(QUICK_MAX));
        let slow_max = slow_max.clamp(1, SLOW_MAX);
        let quick_max = in_flight_max.saturating_sub(slow_max).clamp(1, QUICK_MAX);
        let (in_flight, quick, slow) = Default::default();
        Self { quick_max, slow_max, in_flight, quick, slow }
    }

    /// Probes that run now.
    #[must_use]
    pub const fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// A probe begins, in the slow lane or the quick one.
    pub fn begin(&mut self, now: Instant, is_slow: bool) {
        self.in_flight += 1;
        self.lane(is_slow).begin(now);
    }

    /// A probe ends that began then, in that lane.
    pub fn end(&mut self, began: Instant, is_slow: bool) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.lane(is_slow).end(began);
    }

    /// Nothing runs any more.
    pub fn clear(&mut self) {
        self.in_flight = 0;
        (self.quick, self.slow) = Default::default();
    }

    const fn lane(&mut self, is_slow: bool) -> &mut Young {
        if is_slow { &mut self.slow } else { &mut self.quick }
    }

    /// How many more may begin, on a machine that is busy or is not.
    pub fn room(&mut self, now: Instant, is_busy: bool) -> Room {
        let (quick, young) = (self.quick.count(now), self.slow.count(now));
        let all = (self.quick_max + self.slow_max).saturating_sub(self.in_flight);
        let slow = self.in_flight.saturating_sub(quick);
        let most = if is_busy { BUSY_MAX } else { usize::MAX };
        Room {
            quick: self.quick_max.min(most).saturating_sub(quick).min(all),
            slow: self.slow_max.saturating_sub(slow).min(most.saturating_sub(young)).min(all),
        }
    }
}

/// A task that does nothing but wait for its turn behind all that are ready to run.
#[derive(Debug, Default)]
pub struct Canary(Option<(Instant, JoinHandle<()>)>);

impl Canary {
    /// Whether this machine keeps up with so many probes. Sends the next one once the last is back,
    /// through the queue of the runtime that is given.
    pub fn keeps_up(&mut self, now: Instant, in_flight: usize, queue: &Handle) -> bool {
        match &self.0 {
            Some((sent_at, task)) if !task.is_finished() => {
                now.duration_since(*sent_at) < TURN_AFTER
            }
            _ if in_flight < UNASKED_MAX => true,
            _ => {
                // It gives way once: its next turn comes after everybody else's.
                self.0 = Some((now, queue.spawn(tokio::task::yield_now())));
                true
            }
        }
    }
}

impl Default for Lanes {
    fn default() -> Self {
        Self::new(QUICK_MAX + SLOW_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(quick: usize, slow: usize) -> Room {
        Room { quick, slow }
    }

    #[test]
    fn what_takes_long_leaves_the_quick_lane() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut lanes = Lanes::new(QUICK_MAX + 100);
        assert_eq!(lanes.room(start, false), room(306, 306), "half of what there is, at least");
        let mut lanes = Lanes::default();
        for _ in 0..QUICK_MAX {
            lanes.begin(at(5), false);
        }
        assert_eq!(lanes.room(at(6), false), room(0, SLOW_MAX));
        for _ in 0..24 {
            lanes.end(at(5), false);
        }
        assert_eq!(lanes.room(at(7), false), room(24, SLOW_MAX));
        lanes.begin(at(100), false);
        assert_eq!(lanes.room(at(254), false), room(23, SLOW_MAX));
        // The first ones are slow now.
        let slow = QUICK_MAX - 24;
        assert_eq!(lanes.room(at(255), false), room(QUICK_MAX - 1, SLOW_MAX - slow));
        lanes.end(at(5), false);
        assert_eq!(
            (lanes.in_flight(), lanes.room(at(256), false).slow),
            (slow, SLOW_MAX - slow + 1)
        );
        lanes.end(at(100), false);
        assert_eq!(lanes.room(at(257), false).quick, QUICK_MAX);
    }

    #[test]
    fn a_busy_machine_begins_few_at_a_time() {
        let start = Instant::now();
        let mut lanes = Lanes::default();
        assert_eq!(lanes.room(start, true), room(BUSY_MAX, BUSY_MAX));
        for _ in 0..BUSY_MAX {
            lanes.begin(start, true);
        }
        assert_eq!(lanes.room(start, true), room(BUSY_MAX, 0), "the quick ones need not wait");
        assert_eq!(lanes.room(start, false), room(QUICK_MAX, SLOW_MAX - BUSY_MAX));
        lanes.end(start, true);
        assert_eq!(lanes.room(start, true), room(BUSY_MAX, 1));
        for _ in 0..2 * BUSY_MAX {
            lanes.begin(start, false);
        }
        assert_eq!(lanes.room(start, true), room(0, 1));
        // However many are slow, as many begin again and again.
        assert_eq!(lanes.room(start + QUICK, true), room(BUSY_MAX, BUSY_MAX));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_more_begins_while_others_wait_for_their_turn() {
        let (mut canary, here) = (Canary::default(), Handle::current());
        assert!(canary.keeps_up(Instant::now(), UNASKED_MAX - 1, &here) && canary.0.is_none());
        assert!(canary.keeps_up(Instant::now(), UNASKED_MAX, &here));
        let mut canary = Canary::default();
        let sent_at = Instant::now();
        assert!(canary.keeps_up(sent_at, UNASKED_MAX, &here));
        assert!(canary.keeps_up(sent_at + TURN_AFTER / 2, UNASKED_MAX, &here));
        assert!(!canary.keeps_up(sent_at + TURN_AFTER, UNASKED_MAX, &here), "it is not back");
        assert!(!canary.keeps_up(sent_at + TURN_AFTER, 0, &here));
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        assert!(canary.keeps_up(sent_at + TURN_AFTER, UNASKED_MAX, &here), "it is back");
    }

    #[test]
    fn there_is_an_end_to_all_of_them_together() {
        for most in [1, 2, 3, 960, 5_000, QUICK_MAX + SLOW_MAX, 1_000_000] {
            let (start, mut lanes) = (Instant::now(), Lanes::new(most));
            assert!(lanes.room(start, false).slow > 0, "{most}: who is slow is probed, too");
            let mut now = start;
            loop {
                let Room { quick, slow } = lanes.room(now, false);
                if quick == 0 && slow == 0 {
                    break;
                }
                for _ in 0..quick.max(1) {
                    lanes.begin(now, false);
                }
                now += QUICK;
            }
            // One of each lane, at least.
            let all = most.clamp(2, QUICK_MAX + SLOW_MAX);
            assert_eq!(lanes.in_flight(), all, "{most}");
        }
    }
}
