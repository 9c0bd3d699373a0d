//! Times as forms and pages of the console show them: on the clock of the status page they belong to.

mod field;
mod reading;

use allclear_domain::error::InvalidValue;
use allclear_domain::times::{Bound, Moment};
use allclear_domain::{StatusPage, zone};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

pub(crate) use self::field::{Named, TimeField};
pub(crate) use self::reading::read;
use self::reading::shown;

/// A clock on the wall of one status page.
#[derive(Clone, Debug)]
pub(crate) struct WallClock {
    zone: TimeZone,
    /// What the zone is called.
    pub(crate) name: String,
}

impl WallClock {
    /// The one of a page; UTC where its zone is not known.
    pub(crate) fn of(page: &StatusPage) -> Self {
        let named = page.timezone.as_deref().and_then(|name| Self::named(name).ok());
        named.unwrap_or_else(|| Self { zone: TimeZone::UTC, name: "UTC".to_owned() })
    }

    /// The one of a zone.
    pub(crate) fn named(name: &str) -> Result<Self, InvalidValue> {
        Ok(Self { zone: zone::get_zone(name)?, name: name.to_owned() })
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

    /// An instant exactly, with what it is in UTC, such as `2026-11-21 13:00 (12:00 UTC)`.
    pub(crate) fn both(&self, at: Timestamp) -> String {
        let (here, utc) = (at.to_zoned(self.zone.clone()), at.to_zoned(TimeZone::UTC));
        if here.offset() == Offset::UTC {
            return format!("{} UTC", shown(utc.datetime()));
        }
        let utc = if here.date() == utc.date() {
            utc.strftime("%H:%M").to_string()
        } else {
            shown(utc.datetime())
        };
        format!("{} ({utc} UTC)", shown(here.datetime()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_on_the_wall_and_in_utc() {
        let clock = WallClock::named("America/New_York").unwrap();
        let both = |text: &str| clock.both(text.parse().unwrap());
        assert_eq!(both("2026-11-21T18:00:00Z"), "2026-11-21 13:00 (18:00 UTC)");
        assert_eq!(both("2026-11-22T02:00:00Z"), "2026-11-21 21:00 (2026-11-22 02:00 UTC)");
        assert_eq!(clock.tell("2026-11-22T02:00:00Z".parse().unwrap()), "21 Nov 2026, 21:00");
    }
}
