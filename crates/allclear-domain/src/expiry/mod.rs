//! What ends on a day that is known beforehand: a certificate as it is served, the registration of a domain, or
//! something that people have to do by then. All of them together are the expiry ledger.
//!
//! When to warn is days before the end. [`Expiry::next_warning_at`] says when that comes next, so that somebody
//! who was away finds what is due, and warns once for all that passed.

mod feed;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::check::Leaf;
use crate::ids::{CheckId, ExpiryId};

pub use self::feed::ExpiryFeed;

/// Length of a day, as warnings count them.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How long a certificate must not have been seen until one that ends later takes its place.
const STAYS: SignedDuration = SignedDuration::from_hours(24);

/// One thing that ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expiry {
    /// Id inside.
    pub id: ExpiryId,
    /// Name as the team sees it.
    pub name: String,
    /// What ends, and when.
    pub what: Ending,
    /// How many days before the end to warn; the largest number first.
    pub warn_days: Vec<u16>,
    /// Who sees to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What to know about it, for the team alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where it is seen to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// When somebody was last warned of the end as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warned_at: Option<Timestamp>,
    /// When it was entered.
    pub created_at: Timestamp,
}

/// What ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Ending {
    /// A certificate, as a check saw it served.
    Certificate(SeenCertificate),
    /// The registration of a domain, as its registry tells it.
    Domain(Registration),
    /// Something to be done by a day: an invoice, a contract, a token to be renewed.
    Dated {
        /// The last day on which it is in time, in UTC.
        due_on: Date,
    },
}

/// A certificate as a check saw it served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenCertificate {
    /// The check.
    pub check_id: CheckId,
    /// What was served.
    pub leaf: Leaf,
    /// When this very certificate was first seen there.
    pub since: Timestamp,
}

/// The registration of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The domain, in lower case and without a dot at the end.
    pub domain: String,
    /// When the registration ends; `None` as long as nobody told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// Who registered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrar: Option<String>,
    /// When it was last asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// Why the last question was not answered. What was known before stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// When it is asked for again.
    pub asks_at: Timestamp,
}

impl Ending {
    /// The words in the API and the store.
    pub const KINDS: [&str; 3] = ["certificate", "domain", "dated"];

    /// The word in the API and the store.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Certificate(_) => "certificate",
            Self::Domain(_) => "domain",
            Self::Dated { .. } => "dated",
        }
    }

    /// When it ends, where that is known. What is due on a day is over when the day is.
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        match self {
            Self::Certificate(seen) => Some(seen.leaf.ends_at),
            Self::Domain(domain) => domain.ends_at,
            Self::Dated { due_on } => {
                // Beyond the last day of the calendar there is no other one.
                let next = due_on.tomorrow().unwrap_or(Date::MAX);
                let zoned = next.to_zoned(TimeZone::UTC);
                Some(zoned.map_or(Timestamp::MAX, |zoned| zoned.timestamp()))
            }
        }
    }

    /// The day on which it ends, in UTC: the last one on which it still holds.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        match self {
            Self::Dated { due_on } => Some(*due_on),
            other => other.ends_at().map(|at| at.to_zoned(TimeZone::UTC).date()),
        }
    }
}

/// How it stands with something that ends, from worst to best; what is not known comes before what is fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExpiryState {
    /// It has ended.
    Over,
    /// The last time to warn has come.
    Due,
    /// The first time to warn has come.
    Soon,
    /// Nobody told when it ends.
    Unknown,
    /// Nothing is to be done yet.
    Fine,
}

impl ExpiryState {
    /// All of them, the worst first.
    pub const ALL: [Self; 5] = [Self::Over, Self::Due, Self::Soon, Self::Unknown, Self::Fine];

    /// The word in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::Due => "due",
            Self::Soon => "soon",
            Self::Unknown => "unknown",
            Self::Fine => "fine",
        }
    }
}

impl Expiry {
    /// How many days before the end somebody is warned where nobody says otherwise.
    pub const USUAL_WARN_DAYS: [u16; 4] = [30, 14, 7, 1];

    /// Days to warn in the one order in which they are kept: the largest first, each once.
    #[must_use]
    pub fn in_order(mut warn_days: Vec<u16>) -> Vec<u16> {
        warn_days.sort_unstable_by(|one, other| other.cmp(one));
        warn_days.dedup();
        warn_days
    }

    /// When it ends, where that is known.
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.what.ends_at()
    }

    /// The times to warn at, earliest first; the last of them is the end itself.
    fn warnings(&self) -> Vec<Timestamp> {
        let Some(ends_at) = self.ends_at() else { return Vec::new() };
        let before = |days: u16| ends_at.saturating_sub(DAY * i32::from(days));
        let mut warnings: Vec<_> =
            self.warn_days.iter().filter_map(|days| before(*days).ok()).collect();
        warnings.push(ends_at);
        warnings.sort_unstable();
        warnings
    }

    /// The first time to warn at: from then on it is not fine any more.
    #[must_use]
    pub fn warns_from(&self) -> Option<Timestamp> {
        self.warnings().first().copied()
    }

    /// When somebody is warned next: the first time that nobody was warned at.
    #[must_use]
    pub fn next_warning_at(&self) -> Option<Timestamp> {
        let is_news = |at: &Timestamp| self.warned_at.is_none_or(|warned_at| warned_at < *at);
        self.warnings().into_iter().find(is_news)
    }

    /// How it stands at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> ExpiryState {
        let Some(ends_at) = self.ends_at() else { return ExpiryState::Unknown };
        let left = ends_at.duration_since(now);
        let within = |days: Option<&u16>| days.is_some_and(|days| left <= DAY * i32::from(*days));
        if left <= SignedDuration::ZERO {
            ExpiryState::Over
        } else if within(self.warn_days.last()) {
            ExpiryState::Due
        } else if within(self.warn_days.first()) {
            ExpiryState::Soon
        } else {
            ExpiryState::Fine
        }
    }

    /// Whole days until it ends; negative once it has.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> Option<i64> {
        let left = self.ends_at()?.duration_since(now).as_secs();
        Some(left.div_euclid(DAY.as_secs()))
    }

    /// The same with another end, or other days to warn. Where that moves the end, nobody was warned of it yet.
    #[must_use]
    pub fn with(self, what: Ending, warn_days: Vec<u16>) -> Self {
        let is_same = self.what.ends_at() == what.ends_at();
        let warned_at = self.warned_at.filter(|_| is_same);
        Self { what, warn_days: Self::in_order(warn_days), warned_at, ..self }
    }

    /// Somebody is warned, where it is time for that: once for every time that has passed.
    #[must_use]
    pub fn warn(self, now: Timestamp) -> Option<Self> {
        let is_time = self.next_warning_at().is_some_and(|at| at <= now);
        is_time.then_some(Self { warned_at: Some(now), ..self })
    }

    /// Whether it is this very certificate.
    #[must_use]
    pub fn is_of(&self, leaf: &Leaf) -> bool {
        matches!(&self.what, Ending::Certificate(seen) if seen.leaf == *leaf)
    }

    /// What was seen at its check at `at`, where that takes the place of the certificate that is known, which was
    /// last seen at `seen_at`. One that ends earlier does so at once, any other one once the known one was not
    /// seen for a day: of several that are served in turn, the one that ends first is told.
    #[must_use]
    pub fn seen(self, leaf: &Leaf, seen_at: Option<Timestamp>, at: Timestamp) -> Option<Self> {
        let Ending::Certificate(seen) = &self.what else { return None };
        let last = seen_at.map_or(seen.since, |seen_at| seen_at.max(seen.since));
        // What was seen long after now was written by a clock that was wrong, and holds nothing up.
        let is_gone = at.duration_since(last).abs() >= STAYS;
        let takes_over = leaf.ends_at < seen.leaf.ends_at || is_gone;
        if seen.leaf == *leaf || !takes_over {
            return None;
        }
        let new = SeenCertificate { check_id: seen.check_id, leaf: leaf.clone(), since: at };
        let days = self.warn_days.clone();
        Some(self.with(Ending::Certificate(new), days))
    }

    /// The check that saw it, where it is a certificate.
    #[must_use]
    pub const fn check_id(&self) -> Option<CheckId> {
        match &self.what {
            Ending::Certificate(seen) => Some(seen.check_id),
            Ending::Domain(_) | Ending::Dated { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests;
