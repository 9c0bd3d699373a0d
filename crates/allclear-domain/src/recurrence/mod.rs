//! When something repeats: a rule of RFC 5545 on the clock of a zone.
//!
//! The rule is followed on the clock alone, without a zone; only then each local time becomes an
//! instant, by the rule that RFC 5545 has for it: a time that clocks skip lies as much later as they
//! skip, and of a time that comes twice the first counts. So the time of day stays what it is over
//! every change of the clocks.
//!
//! Times are found step by step from the first one on, so a rule that never gives a time, and one
//! that began long ago, end at a bound.

mod rule;

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan as _};
use rrule::RRuleSet;

use crate::error::InvalidValue;
use crate::limits::RULE_TIMES_MAX;
use crate::zone::get_zone;

/// A rule, with where it begins and what it leaves out.
#[derive(Clone, Debug)]
pub struct Recurrence {
    zone: TimeZone,
    set: RRuleSet,
    until: Option<DateTime>,
    except: Vec<Date>,
}

/// One time that a rule gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The time on the zone's clock, as the rule gives it.
    pub local: DateTime,
    /// The instant. Its time on the clock is later than `local` where clocks skip that.
    pub starts_at: Timestamp,
    /// Whether clocks skip `local`.
    pub is_skipped: bool,
}

impl Recurrence {
    /// Reads a rule. `first` is where it begins, on the clock of the zone; the days `except` are
    /// left out, and count where the rule counts.
    ///
    /// # Errors
    /// Where the rule or the zone is not known, or the rule gives no time at all.
    pub fn new(
        rule: &str,
        first: DateTime,
        timezone: &str,
        except: &[Date],
    ) -> Result<Self, InvalidValue> {
        let zone = get_zone(timezone)?;
        let rule::Rule { parts, until } = rule::read(rule, &zone)?;
        if !(1970..=9000).contains(&first.year()) {
            return Err(InvalidValue::new("first", "lies too far away: give a nearer day"));
        }
        let text = format!("DTSTART:{}Z\nRRULE:{parts}", first.strftime("%Y%m%dT%H%M%S"));
        let set: RRuleSet = text.parse().map_err(|error: rrule::RRuleError| {
            InvalidValue::new("rule", format!("is not taken: {error}"))
        })?;
        let recurrence = Self { zone, set: set.limit(), until, except: except.to_vec() };
        if recurrence.times().next().is_none() {
            let problem = "gives no day: look at its days and months, and where it ends";
            return Err(InvalidValue::new("rule", problem));
        }
        Ok(recurrence)
    }

    /// The times that lie after `after`, in their order; at most `most` of them, and none that lies
    /// later than `until`.
    #[must_use]
    pub fn after(&self, after: Timestamp, until: Timestamp, most: usize) -> Vec<Occurrence> {
        let ahead = self.times().filter(|occurrence| occurrence.starts_at > after);
        let mut last = None;
        ahead
            .take_while(|occurrence| occurrence.starts_at <= until)
            // Where clocks skip a whole day, two times are one instant.
            .filter(|occurrence| last.replace(occurrence.starts_at) != Some(occurrence.starts_at))
            .take(most)
            .collect()
    }

    fn times(&self) -> impl Iterator<Item = Occurrence> {
        let on_clock = (&self.set).into_iter().take(RULE_TIMES_MAX).map_while(|time| {
            let at = Timestamp::from_second(time.timestamp()).ok()?;
            Some(at.to_zoned(TimeZone::UTC).datetime())
        });
        on_clock
            .take_while(|local| self.until.is_none_or(|until| *local <= until))
            .filter(|local| !self.except.contains(&local.date()))
            .filter_map(|local| self.occurrence(local))
    }

    fn occurrence(&self, local: DateTime) -> Option<Occurrence> {
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        let is_skipped = matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
        Some(Occurrence { local, starts_at: ambiguous.compatible().ok()?, is_skipped })
    }
}

/// An instant a number of days later, at the end of time at most.
#[must_use]
pub fn days_after(at: Timestamp, days: i32) -> Timestamp {
    at.checked_add((i64::from(days) * 24).hours()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
