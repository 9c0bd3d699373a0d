//! Times as forms and pages of the console show them: in the zone of the status page they belong to.

use allclear_domain::StatusPage;
use allclear_domain::error::InvalidValue;
use allclear_domain::times::{Bound, Moment};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A clock on the wall of one status page.
#[derive(Clone, Debug)]
pub(crate) struct WallClock {
    zone: TimeZone,
    /// What the zone is called.
    pub(crate) name: String,
}

impl WallClock {
    /// The one of a page.
    pub(crate) fn of(page: &StatusPage) -> Result<Self, InvalidValue> {
        let name = page.timezone.clone().unwrap_or_else(|| "UTC".to_owned());
        Ok(Self { zone: page.zone()?, name })
    }

    /// Its zone.
    pub(crate) const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// An instant, for people.
    pub(crate) fn tell(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%-d %b %Y, %H:%M").to_string()
    }

    /// A bound, for people.
    pub(crate) fn tell_bound(&self, bound: Bound) -> String {
        match bound {
            Bound::At { at, .. } if bound.is_approximate() => format!("about {}", self.tell(at)),
            Bound::At { at, .. } => self.tell(at),
            Bound::On { on } => on.strftime("%-d %b %Y").to_string(),
            Bound::Unknown => "at an unknown time".to_owned(),
        }
    }

    /// A moment, for people.
    pub(crate) fn tell_moment(&self, moment: Moment) -> String {
        match moment {
            Moment::Local { local } => local.strftime("%H:%M").to_string(),
            Moment::On { on, local: Some(local) } => {
                format!("{}, {}", on.strftime("%-d %b %Y"), local.strftime("%H:%M"))
            }
            other => self.tell_bound(other.bound()),
        }
    }

    /// An instant as the value of a field `datetime-local`.
    pub(crate) fn field(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// Reads a field `datetime-local`; `None` where it was left empty.
    pub(crate) fn read(&self, field: &str, text: &str) -> Result<Option<Timestamp>, InvalidValue> {
        if text.is_empty() {
            return Ok(None);
        }
        let refuse = || {
            let text: String = text.chars().take(40).collect();
            InvalidValue::new(field, format!("`{text}` is no time: write it as 2026-11-21 14:30"))
        };
        let local: DateTime = text.replace(' ', "T").parse().map_err(|_| refuse())?;
        let zoned = local.to_zoned(self.zone.clone()).map_err(|_| refuse())?;
        Ok(Some(zoned.timestamp()))
    }
}

/// A length of time in its two largest units.
pub(crate) fn tell_length(length: SignedDuration) -> String {
    let minutes = length.as_mins().max(0);
    let (hours, days) = (minutes / 60, minutes / (24 * 60));
    match (days, hours, minutes) {
        (0, 0, 0) => "less than a minute".to_owned(),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, _) if minutes % 60 == 0 => format!("{hours} h"),
        (0, hours, _) => format!("{hours} h {} min", minutes % 60),
        (1, _, _) => format!("1 day {} h", hours % 24),
        (days, _, _) => format!("{days} days {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_field_shows_is_read_back() {
        let clock =
            WallClock { zone: TimeZone::fixed(jiff::tz::offset(1)), name: "Test".to_owned() };
        let at: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        assert_eq!(clock.field(at), "2026-11-21T13:00");
        assert_eq!(clock.read("started", "2026-11-21T13:00"), Ok(Some(at)));
        assert_eq!(clock.read("started", "2026-11-21 13:00"), Ok(Some(at)));
        assert_eq!(clock.read("started", ""), Ok(None));
        assert!(clock.read("started", "yesterday").is_err());
        assert_eq!(clock.tell(at), "21 Nov 2026, 13:00");
    }

    #[test]
    fn lengths() {
        for (minutes, told) in [
            (0, "less than a minute"),
            (5, "5 min"),
            (60, "1 h"),
            (61, "1 h 1 min"),
            (1_500, "1 day 1 h"),
            (3_000, "2 days 2 h"),
        ] {
            assert_eq!(tell_length(SignedDuration::from_mins(minutes)), told);
        }
    }
}
