//! A heartbeat: a check that nobody probes. Something out there says that it ran, and silence past the
//! deadline is the failure.
//!
//! [`HeartbeatCheck`] says when signals are due; [`Heartbeat`] is what came so far.

mod cron;
mod signal;
mod state;
mod token;

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::InvalidValue;
use crate::zone::find_zone;

pub use self::cron::Cron;
pub use self::signal::{Signal, SignalKind};
pub(super) use self::state::shown;
pub use self::state::{Absence, Due, Failure, Heartbeat, StartedRun};
pub use self::token::SignalToken;

/// How much earlier than a time of a cron expression a signal still counts for that time: clocks differ.
const EARLY: SignedDuration = SignedDuration::from_secs(60);

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeartbeatCheck {
    /// When signals are due.
    pub schedule: Schedule,
    /// How much later than due a signal may come, and how long a run that said that it starts may take.
    pub grace_seconds: u32,
    /// The secrets that say which check a signal is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<SignalToken>,
}

/// When signals are due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// So long after the last one.
    Every {
        /// The time from one signal to the next, at most.
        seconds: u32,
    },
    /// At the times of a cron expression.
    Cron {
        /// Five fields: minute, hour, day of the month, month, day of the week.
        expression: String,
        /// IANA name of the zone on whose clock they are.
        time_zone: String,
    },
}

impl HeartbeatCheck {
    /// Seconds of grace where nobody says otherwise.
    pub const USUAL_GRACE_SECONDS: u32 = 300;

    /// A signal that is due every so many seconds.
    #[must_use]
    pub const fn every(seconds: u32) -> Self {
        Self {
            schedule: Schedule::Every { seconds },
            grace_seconds: Self::USUAL_GRACE_SECONDS,
            tokens: Vec::new(),
        }
    }

    /// How long a signal may be late.
    #[must_use]
    pub fn grace(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.grace_seconds))
    }

    /// When the next signal is due after one at `at`. Every signal begins the period anew, however early
    /// it comes; one that comes right before a time of a cron expression counts for that time.
    #[must_use]
    pub fn due_after(&self, at: Timestamp) -> Option<Timestamp> {
        match &self.schedule {
            Schedule::Every { seconds } => {
                at.checked_add(SignedDuration::from_secs(i64::from(*seconds))).ok()
            }
            Schedule::Cron { .. } => {
                let cron = self.schedule.cron()?;
                let next = cron.next_after(at)?;
                let further = cron.next_after(next);
                let early = further.map(|further| EARLY.min(further.duration_since(next) / 4));
                match early {
                    Some(early) if next.duration_since(at) <= early => further,
                    _ => Some(next),
                }
            }
        }
    }

    /// The next times at which a signal is due, where each comes in time; `most` of them.
    #[must_use]
    pub fn next_due(&self, first: Timestamp, most: usize) -> Vec<Timestamp> {
        let next = |at: &Timestamp| match &self.schedule {
            Schedule::Every { .. } => self.due_after(*at),
            Schedule::Cron { .. } => self.schedule.cron()?.next_after(*at),
        };
        std::iter::successors(Some(first), next).take(most).collect()
    }
}

impl Schedule {
    /// The times of the cron expression, where it is one that can be read.
    fn cron(&self) -> Option<Cron> {
        match self {
            Self::Every { .. } => None,
            Self::Cron { expression, time_zone } => Cron::new(expression, time_zone).ok(),
        }
    }

    /// What is wrong with it, each with its field.
    ///
    /// # Errors
    /// Where the expression or its zone cannot be read, or it gives no time.
    pub fn look_at(&self, now: Timestamp) -> Result<(), InvalidValue> {
        let Self::Cron { expression, time_zone } = self else { return Ok(()) };
        match Cron::new(expression, time_zone)?.next_after(now) {
            Some(_) => Ok(()),
            None => Err(InvalidValue::new(
                "expression",
                "gives no time: look whether its days and months go together",
            )),
        }
    }

    /// In words: `every 90m`, or the expression with its zone.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Every { .. } => format!("every {self}"),
            Self::Cron { expression, time_zone } => {
                format!("at the times of {expression} in {time_zone}")
            }
        }
    }

    /// The zone on whose clock its times are shown.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        match self {
            Self::Every { .. } => TimeZone::UTC,
            Self::Cron { time_zone, .. } => find_zone(time_zone).unwrap_or(TimeZone::UTC),
        }
    }
}

/// Units of a period, the largest first.
const UNITS: [(char, u32); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

impl fmt::Display for Schedule {
    /// As one writes it: `90m`, or `30 2 * * 1-5 Europe/Berlin`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every { seconds } => {
                let fits = |(_, unit): &(char, u32)| seconds.is_multiple_of(*unit);
                let (letter, unit) = UNITS.into_iter().find(fits).unwrap_or(('s', 1));
                write!(f, "{}{letter}", seconds / unit)
            }
            Self::Cron { expression, time_zone } => write!(f, "{expression} {time_zone}"),
        }
    }
}

impl FromStr for Schedule {
    type Err = InvalidValue;

    /// Reads `90m`, `1d`, or a cron expression with the name of its zone behind it, where it is not UTC.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let is_word = text.trim_start().starts_with('@');
        match (words.as_slice(), is_word) {
            ([], _) => refused("is empty: write a period such as 1d, or a cron expression"),
            ([period], false) => read_period(period),
            (words, _) => {
                let fields = if is_word { 1 } else { 5 };
                let (fields, zone) = words.split_at_checked(fields).unwrap_or((words, &[]));
                let time_zone = match zone {
                    [] => "UTC",
                    [zone] => zone,
                    _ => return refused("has too many fields: write five, and a zone behind them"),
                };
                let expression = fields.join(" ");
                Ok(Self::Cron { expression, time_zone: time_zone.to_owned() })
            }
        }
    }
}

fn refused<T>(problem: &str) -> Result<T, InvalidValue> {
    Err(InvalidValue::new("schedule", problem))
}

fn read_period(text: &str) -> Result<Schedule, InvalidValue> {
    let seconds = UNITS.into_iter().find_map(|(letter, unit)| {
        let number = text.strip_suffix(letter)?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| number.parse::<u32>().ok()?.checked_mul(unit)).flatten()
    });
    match seconds {
        Some(seconds) => Ok(Schedule::Every { seconds }),
        None => refused(
            "is neither a period nor a cron expression: write 30s, 90m, 12h or 1d, or five fields \
             such as 30 2 * * 1-5 Europe/Berlin",
        ),
    }
}

#[cfg(test)]
mod tests;
