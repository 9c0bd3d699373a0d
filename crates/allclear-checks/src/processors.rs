//! Whether the processors of this machine have nothing to spare.
//!
//! More probes at the same time are of no use then: each takes longer, and what is told of its target is
//! not true. Read from `/proc/stat` ([proc_stat(5)]), which tells of all programs together: the target may
//! be on the same machine. Where there is none, nothing is known, and they do not count as busy.
//!
//! [proc_stat(5)]: https://man7.org/linux/man-pages/man5/proc_stat.5.html

use std::io::Read as _;
use std::time::Duration;

use tokio::time::Instant;

/// How often they are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Of so many parts of their time less than one was idle: they are busy.
const IDLE_PARTS: u64 = 20;
/// Bytes of the line that is read, which is the first.
const LINE_BYTES_MAX: usize = 256;

/// Ticks of all processors since the machine started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ticks {
    all: u64,
    idle: u64,
}

impl Ticks {
    fn now() -> Option<Self> {
        let mut line = [0; LINE_BYTES_MAX];
        let read = std::fs::File::open("/proc/stat").and_then(|mut file| file.read(&mut line));
        Self::read(std::str::from_utf8(line.get(..read.ok()?)?).ok()?)
    }

    /// Reads `cpu  USER NICE SYSTEM IDLE IOWAIT IRQ SOFTIRQ STEAL …`. What guests use is part of the
    /// first two.
    fn read(text: &str) -> Option<Self> {
        let numbers = text.lines().next()?.strip_prefix("cpu ")?.split_whitespace().take(8);
        let numbers: Vec<u64> = numbers.map(str::parse).collect::<Result<_, _>>().ok()?;
        let (idle, waiting) = (numbers.get(3)?, numbers.get(4).copied().unwrap_or_default());
        Some(Self { all: numbers.iter().sum(), idle: idle + waiting })
    }

    /// Whether there was next to nothing idle since then. Too short a while says nothing.
    const fn is_busy_since(self, before: Self) -> Option<bool> {
        let all = self.all.saturating_sub(before.all);
        let idle = self.idle.saturating_sub(before.idle);
        if all < IDLE_PARTS { None } else { Some(idle * IDLE_PARTS < all) }
    }
}

/// The processors of this machine.
#[derive(Debug, Default)]
pub struct Processors {
    last: Option<(Instant, Ticks)>,
    are_busy: bool,
}

impl Processors {
    /// Whether they have nothing to spare, as far as was seen within the last moment.
    pub fn are_busy(&mut self, now: Instant) -> bool {
        let is_time = |(at, _): (Instant, Ticks)| now.duration_since(at) >= LOOK_EVERY;
        if self.last.is_none_or(is_time) {
            self.look(now, Ticks::now());
        }
        self.are_busy
    }

    fn look(&mut self, now: Instant, ticks: Option<Ticks>) {
        let Some(ticks) = ticks else { return };
        if let Some((_, before)) = self.last {
            let Some(are_busy) = ticks.is_busy_since(before) else { return };
            self.are_busy = are_busy;
        }
        self.last = Some((now, ticks));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_read() {
        let text = "cpu  10 2 30 400 50 6 7 8 9 1\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
        assert_eq!(Ticks::read(text), Some(Ticks { all: 513, idle: 450 }));
        for odd in ["", "cpu", "cpu0 1 2 3 4 5", "cpu  1 2 3", "cpu  1 2 three 4 5"] {
            assert_eq!(Ticks::read(odd), None, "{odd}");
        }
    }

    #[test]
    fn they_are_busy_while_less_than_one_in_twenty_is_idle() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let ticks = |all, idle| Some(Ticks { all, idle });
        let mut processors = Processors::default();
        processors.look(at(0), ticks(1_000, 500));
        assert!(!processors.are_busy, "nothing is known yet");
        processors.look(at(200), ticks(1_100, 504));
        assert!(processors.are_busy);
        processors.look(at(210), ticks(1_101, 505));
        assert!(processors.are_busy, "a moment says nothing");
        processors.look(at(400), ticks(1_200, 509));
        assert!(!processors.are_busy);
        processors.look(at(600), None);
        assert!(!processors.are_busy);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_tells() {
        assert!(Ticks::now().is_some_and(|ticks| ticks.all > 0));
    }
}
