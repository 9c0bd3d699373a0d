//! Times as records know them: rarely all of an instant, so precision is part of the value.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use crate::limits;

/// How exactly an instant is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// To the minute or better.
    Minute,
    /// The publisher said "about".
    Approximate,
}

/// When something began or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "known", rename_all = "snake_case", deny_unknown_fields)]
pub enum Bound {
    /// At an instant.
    At {
        /// The instant.
        at: Timestamp,
        /// How exactly.
        precision: Precision,
    },
    /// On a day of the page's zone.
    On {
        /// The day.
        on: Date,
    },
    /// Nobody knows.
    #[serde(deserialize_with = "crate::strict::no_fields")]
    Unknown,
}

impl Bound {
    /// An instant known to the minute.
    #[must_use]
    pub const fn exactly(at: Timestamp) -> Self {
        Self::At { at, precision: Precision::Minute }
    }

    /// The instant, where there is one.
    #[must_use]
    pub const fn instant(self) -> Option<Timestamp> {
        match self {
            Self::At { at, .. } => Some(at),
            Self::On { .. } | Self::Unknown => None,
        }
    }

    /// The day in `zone`, where one is known.
    #[must_use]
    pub fn day(self, zone: &TimeZone) -> Option<Date> {
        match self {
            Self::At { at, .. } => Some(at.to_zoned(zone.clone()).date()),
            Self::On { on } => Some(on),
            Self::Unknown => None,
        }
    }

    /// The earliest instant that it can mean: the first one of its day in `zone`, where only the
    /// day is known.
    #[must_use]
    pub fn earliest(self, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::At { at, .. } => Some(at),
            Self::On { on } => first_instant(on, zone),
            Self::Unknown => None,
        }
    }

    /// The latest instant that it can mean: the last second of its day in `zone`, where only the
    /// day is known.
    #[must_use]
    pub fn latest(self, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::At { at, .. } => Some(at),
            Self::On { on } => {
                let next = first_instant(on.tomorrow().ok()?, zone)?;
                next.checked_sub(1.second()).ok()
            }
            Self::Unknown => None,
        }
    }

    /// Whether it lies before another for certain, in whichever zone their days are.
    #[must_use]
    pub fn is_before(self, other: Self) -> bool {
        let utc_day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        // A day of some zone begins and ends within one day of the same one in UTC.
        let apart = |day: Date, later: Date| day.tomorrow().is_ok_and(|next| next < later);
        match (self, other) {
            (Self::At { at, .. }, Self::At { at: other, .. }) => at < other,
            (Self::On { on }, Self::On { on: other }) => on < other,
            (Self::At { at, .. }, Self::On { on }) => apart(utc_day(at), on),
            (Self::On { on }, Self::At { at, .. }) => apart(on, utc_day(at)),
            (Self::Unknown, _) | (_, Self::Unknown) => false,
        }
    }

    /// The same, where it has come at `now`: clocks may differ by
    /// [`limits::CLOCK_DIFFERENCE_MAX`], and what is ahead by less is the present. `None` where it
    /// lies in the future.
    #[must_use]
    pub fn come(self, now: Timestamp) -> Option<Self> {
        match self {
            Self::At { at, precision } => Some(Self::At { at: come(at, now)?, precision }),
            other => (!Self::exactly(now).is_before(other)).then_some(other),
        }
    }

    /// Whether the publisher said "about".
    #[must_use]
    pub const fn is_approximate(self) -> bool {
        matches!(self, Self::At { precision: Precision::Approximate, .. })
    }
}

/// The first instant of a day in a zone.
pub(crate) fn first_instant(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    Some(day.to_zoned(zone.clone()).ok()?.timestamp())
}

/// When something was said or done, within a longer account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "known", rename_all = "snake_case", deny_unknown_fields)]
pub enum Moment {
    /// At an instant.
    At {
        /// The instant.
        at: Timestamp,
    },
    /// On a day, perhaps at a time of day whose zone is not known.
    On {
        /// The day.
        on: Date,
        /// The time of day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        local: Option<Time>,
    },
    /// At a time of day, on a day that is not known.
    Local {
        /// The time of day.
        local: Time,
    },
    /// Nobody knows.
    #[serde(deserialize_with = "crate::strict::no_fields")]
    Unknown,
}

impl Moment {
    /// The same, where it has come at `now`, as with [`Bound::come`].
    #[must_use]
    pub fn come(self, now: Timestamp) -> Option<Self> {
        match (self, self.bound().come(now)?) {
            (Self::At { .. }, Bound::At { at, .. }) => Some(Self::At { at }),
            _ => Some(self),
        }
    }

    /// The same as a bound: a time of day alone tells nothing of when.
    #[must_use]
    pub const fn bound(self) -> Bound {
        match self {
            Self::At { at } => Bound::exactly(at),
            Self::On { on, .. } => Bound::On { on },
            Self::Local { .. } | Self::Unknown => Bound::Unknown,
        }
    }

    /// The instant, where there is one.
    #[must_use]
    pub const fn instant(self) -> Option<Timestamp> {
        match self {
            Self::At { at } => Some(at),
            Self::On { .. } | Self::Local { .. } | Self::Unknown => None,
        }
    }
}

/// A half-open stretch of time `[starts_at, ends_at)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// First instant inside.
    pub starts_at: Timestamp,
    /// First instant after it.
    pub ends_at: Timestamp,
}

/// An instant as it is, or `now` where it is ahead by no more than clocks differ.
fn come(at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let ahead = at.duration_since(now);
    (ahead <= limits::CLOCK_DIFFERENCE_MAX).then(|| at.min(now))
}

#[cfg(test)]
mod tests;
