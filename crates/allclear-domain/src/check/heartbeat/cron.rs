//! The times of a cron expression, on the clock of a zone.
//!
//! A library follows the expression on the clock alone. What becomes of times that clocks skip or show
//! twice is as the cron of Debian has it: a job at a fixed time that is skipped runs as soon as clocks
//! have changed, and one whose time comes twice runs at the first. A job whose minute or hour begins
//! with `*` runs by whatever clocks show: never at what is skipped, and twice at what comes twice.

use cronexpr::{Crontab, FallbackTimezoneOption, MakeTimestamp, ParseOptions, parse_crontab_with};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::error::InvalidValue;
use crate::limits;
use crate::zone::get_zone;

/// Changes of a zone's clocks that are looked over for the next time, at most.
const CHANGES_MAX: usize = 1_000;
const SECOND: SignedDuration = SignedDuration::from_secs(1);
const INSTANT: SignedDuration = SignedDuration::from_nanos(1);

/// A cron expression that was read, and its zone.
#[derive(Clone, Debug)]
pub struct Cron {
    times: Crontab,
    zone: TimeZone,
    /// Whether it says a time of day, as opposed to `*` for its minutes or hours.
    is_fixed: bool,
}

impl Cron {
    /// Reads an expression.
    ///
    /// # Errors
    /// Where it or the zone cannot be read.
    pub fn new(expression: &str, time_zone: &str) -> Result<Self, InvalidValue> {
        let refuse = |problem: String| InvalidValue::new("expression", problem);
        let zone =
            get_zone(time_zone).map_err(|error| InvalidValue::new("time_zone", error.problem))?;
        if expression.len() > limits::CRON_BYTES_MAX {
            let most = limits::CRON_BYTES_MAX;
            return Err(refuse(format!("is too long: use at most {most} characters")));
        }
        let plain = of_word(expression.trim());
        let fields: Vec<&str> = plain.split_ascii_whitespace().collect();
        let [minute, hour, _, _, _] = fields[..] else {
            return Err(refuse(format!(
                "has {} fields: write five of them, minute, hour, day of the month, month and day of \
                 the week, as in 30 2 * * 1-5",
                fields.len()
            )));
        };
        let mut options = ParseOptions::default();
        options.fallback_timezone_option = FallbackTimezoneOption::UTC;
        let times = parse_crontab_with(&fields.join(" "), options).map_err(|error| {
            // The last line says what; those before point at it in a way that needs a wide letter.
            let told = error.to_string();
            let why = told.lines().last().unwrap_or_default();
            let why = why.trim_start_matches([' ', '^']);
            refuse(format!("cannot be read ({why}): write five fields, as in 30 2 * * 1-5"))
        })?;
        let is_fixed = !minute.starts_with('*') && !hour.starts_with('*');
        Ok(Self { times, zone, is_fixed })
    }

    /// The zone on whose clock the times are.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The first time after an instant; `None` where there is none in any time that can be told.
    #[must_use]
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let mut offset = self.zone.to_offset(after);
        let mut local = offset.to_datetime(after);
        let mut shown_before = self.shown_before(after);
        let mut changes = self.zone.following(after);
        for _ in 0..CHANGES_MAX {
            let mut time = self.next_local(local)?;
            // Up to here clocks showed every time once already.
            if let Some(until) = shown_before.filter(|until| self.is_fixed && time < *until) {
                time = self.next_local(until.checked_sub(SECOND).ok()?)?;
            }
            let at = offset.to_timestamp(time).ok()?;
            let Some(change) = changes.next().filter(|change| change.timestamp() <= at) else {
                return Some(at);
            };
            let (old, new) = (shows(offset, &change.timestamp()), change.offset());
            let shown = shows(new, &change.timestamp());
            if self.is_fixed && old <= time && time < shown {
                return Some(change.timestamp());
            }
            shown_before = (shown < old).then_some(old);
            (offset, local) = (new, shown.checked_sub(SECOND).ok()?);
        }
        None
    }

    /// Up to which time of the clock everything was shown before `at` already, since clocks were last
    /// set back.
    fn shown_before(&self, at: Timestamp) -> Option<DateTime> {
        let change = self.zone.preceding(at.checked_add(INSTANT).ok()?).next()?.timestamp();
        let old = self.zone.to_offset(change.checked_sub(INSTANT).ok()?);
        let (old, new) = (shows(old, &change), shows(self.zone.to_offset(change), &change));
        (new < old).then_some(old)
    }

    /// The next time on a clock that nobody ever sets.
    fn next_local(&self, after: DateTime) -> Option<DateTime> {
        let after = Offset::UTC.to_timestamp(after).ok()?;
        let found = self.times.find_next(MakeTimestamp(after)).ok()?;
        Some(Offset::UTC.to_datetime(found.timestamp()))
    }
}

/// What a clock shows at an instant.
fn shows(offset: Offset, at: &Timestamp) -> DateTime {
    offset.to_datetime(*at)
}

/// The words that stand for whole expressions.
fn of_word(expression: &str) -> &str {
    match expression {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        "@yearly" | "@annually" => "0 0 1 1 *",
        other => other,
    }
}
