//! Times in forms: what stands on a page's own clock, read without ever shifting it in silence.
//!
//! Where clocks are set forward, some times of day do not exist; where they are set back, some
//! exist twice. The first is refused with the times around it, the second asks which one is meant.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::form::Form;

/// Which of two equal times of day is meant, where clocks are set back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    First,
    Second,
}

/// Why a text gives no instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LocalTimeProblem {
    /// It is no date with a time.
    Unreadable,
    /// Clocks skip it: the hour before and the hour after, on that day's clock.
    Skipped { at: DateTime, first_after: DateTime },
    /// It happens twice.
    Twice { at: DateTime },
}

impl LocalTimeProblem {
    fn told(&self, zone_name: &str) -> String {
        match self {
            Self::Unreadable => "is no date with a time: write it as 2026-11-21T13:00".to_owned(),
            Self::Skipped { at, first_after } => format!(
                "{} does not exist in {zone_name}: clocks are set forward to {} then. Give a time \
                 before or after",
                shown(*at),
                shown(*first_after)
            ),
            Self::Twice { at } => format!(
                "{} happens twice in {zone_name}, as clocks are set back then. Choose which one \
                 you mean",
                shown(*at)
            ),
        }
    }
}

/// The instant of a text such as `2026-11-21T13:00` in a zone. `fold` says which one is meant where
/// there are two.
pub(crate) fn read(
    text: &str,
    zone: &TimeZone,
    fold: Option<Fold>,
) -> Result<Timestamp, LocalTimeProblem> {
    // A day alone would be read as its midnight, which nobody wrote.
    let at: Option<DateTime> = text.parse().ok().filter(|_| text.contains(':'));
    let at = at.ok_or(LocalTimeProblem::Unreadable)?;
    let instant =
        |offset: Offset| offset.to_timestamp(at).map_err(|_| LocalTimeProblem::Unreadable);
    match zone.to_ambiguous_timestamp(at).offset() {
        AmbiguousOffset::Unambiguous { offset } => instant(offset),
        AmbiguousOffset::Gap { before, .. } => {
            // What the clock shows after it was set forward, were it not for that.
            let set = zone.following(instant(before)?.saturating_sub_day()).next();
            let first_after =
                set.map_or(at, |set| set.timestamp().to_zoned(zone.clone()).datetime());
            Err(LocalTimeProblem::Skipped { at, first_after })
        }
        AmbiguousOffset::Fold { before, after } => match fold {
            Some(Fold::First) => instant(before),
            Some(Fold::Second) => instant(after),
            None => Err(LocalTimeProblem::Twice { at }),
        },
    }
}

trait Earlier {
    fn saturating_sub_day(self) -> Self;
}

impl Earlier for Timestamp {
    fn saturating_sub_day(self) -> Self {
        self.checked_sub(jiff::SignedDuration::from_hours(24)).unwrap_or(Self::MIN)
    }
}

fn shown(at: DateTime) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// An instant on a page's own clock with what it is in UTC, such as `2026-11-21 13:00 (12:00 UTC)`.
pub(crate) fn both(at: Timestamp, zone: &TimeZone) -> String {
    let (here, utc) = (at.to_zoned(zone.clone()), at.to_zoned(TimeZone::UTC));
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

/// A field for a time, as a form shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TimeField {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// What stands in it.
    pub(crate) value: String,
    /// The zone it is read in.
    pub(crate) zone_name: String,
    /// What it is in UTC; empty where nothing is known yet.
    pub(crate) utc: String,
    pub(crate) is_required: bool,
    /// Whether it happens twice, so that one has to be chosen.
    pub(crate) asks_which: bool,
    pub(crate) is_second: bool,
}

impl TimeField {
    /// A field with a time, or an empty one.
    pub(crate) fn of(
        (name, label): (&'static str, &'static str),
        at: Option<Timestamp>,
        zone: &Zone,
    ) -> Self {
        let empty = Self { name, label, zone_name: zone.name.clone(), ..Self::default() };
        let Some(at) = at else { return empty };
        let here = at.to_zoned(zone.zone.clone());
        let text = if here.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
        let ambiguous = zone.zone.to_ambiguous_timestamp(here.datetime()).offset();
        let (asks_which, is_second) = match ambiguous {
            AmbiguousOffset::Fold { after, .. } => (true, here.offset() == after),
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => (false, false),
        };
        let value = here.strftime(text).to_string();
        let utc = format!("{} UTC", shown(at.to_zoned(TimeZone::UTC).datetime()));
        Self { value, utc, asks_which, is_second, ..empty }
    }

    /// It has to be filled in.
    pub(crate) fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    /// The field as it was sent, and the instant in it: none where it was left empty.
    pub(crate) fn sent(
        (name, label): (&'static str, &'static str),
        form: &Form,
        zone: &Zone,
    ) -> (Self, Result<Option<Timestamp>, String>) {
        let text = form.text(name);
        let fold = match form.text(&format!("{name}_which")) {
            "first" => Some(Fold::First),
            "second" => Some(Fold::Second),
            _ => None,
        };
        let field = Self { value: text.to_owned(), ..Self::of((name, label), None, zone) };
        if text.is_empty() {
            return (field, Ok(None));
        }
        match read(text, &zone.zone, fold) {
            Ok(at) => (Self::of((name, label), Some(at), zone), Ok(Some(at))),
            Err(problem) => {
                let asks_which = matches!(problem, LocalTimeProblem::Twice { .. });
                let told = format!("{label}: {}", problem.told(&zone.name));
                (Self { asks_which, ..field }, Err(told))
            }
        }
    }
}

/// The zone of a page, with the name that stands beside its times.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    pub(crate) zone: TimeZone,
    pub(crate) name: String,
}

impl Zone {
    /// That of a page; UTC where it has none that is known.
    pub(crate) fn of(page: &allclear_domain::StatusPage) -> Self {
        match page.zone() {
            Ok(zone) => {
                let name = page.timezone.clone().unwrap_or_else(|| "UTC".to_owned());
                Self { zone, name }
            }
            Err(_) => Self { zone: TimeZone::UTC, name: "UTC".to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use allclear_domain::zone::get_zone;

    use super::*;

    fn told(text: &str, zone: &str, fold: Option<Fold>) -> String {
        match read(text, &get_zone(zone).unwrap(), fold) {
            Ok(at) => at.to_string(),
            Err(problem) => problem.told(zone),
        }
    }

    #[test]
    fn ordinary_times() {
        for (text, zone, expected) in [
            ("2026-11-21T13:00", "Europe/Berlin", "2026-11-21T12:00:00Z"),
            ("2026-07-01T13:00", "Europe/Berlin", "2026-07-01T11:00:00Z"),
            ("2026-11-21T13:00:30", "UTC", "2026-11-21T13:00:30Z"),
            ("2026-11-21T13:00", "Asia/Kathmandu", "2026-11-21T07:15:00Z"),
            ("2026-11-21T13:00", "Pacific/Kiritimati", "2026-11-20T23:00:00Z"),
        ] {
            assert_eq!(told(text, zone, None), expected, "{text} {zone}");
            assert_eq!(told(text, zone, Some(Fold::Second)), expected, "{text} {zone}");
        }
        for text in ["", "tomorrow", "2026-02-30T10:00", "2026-11-21", "99999-01-01T00:00"] {
            assert!(told(text, "UTC", None).contains("is no date with a time"), "{text}");
        }
    }

    #[test]
    fn a_time_that_clocks_skip_is_refused() {
        for (text, zone, after) in [
            ("2026-03-29T02:00", "Europe/Berlin", "2026-03-29 03:00"),
            ("2026-03-29T02:59", "Europe/Berlin", "2026-03-29 03:00"),
            ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-04 02:30"),
            // Samoa left out a whole day.
            ("2011-12-30T12:00", "Pacific/Apia", "2011-12-31 00:00"),
        ] {
            for fold in [None, Some(Fold::First), Some(Fold::Second)] {
                let told = told(text, zone, fold);
                assert!(told.contains("does not exist") && told.contains(after), "{zone}: {told}");
            }
        }
        assert_eq!(told("2026-03-29T01:59", "Europe/Berlin", None), "2026-03-29T00:59:00Z");
        assert_eq!(told("2026-03-29T03:00", "Europe/Berlin", None), "2026-03-29T01:00:00Z");
    }

    #[test]
    fn a_time_that_comes_twice_is_asked_for() {
        for (text, zone, first, second) in [
            ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"),
            (
                "2026-11-01T01:00",
                "America/New_York",
                "2026-11-01T05:00:00Z",
                "2026-11-01T06:00:00Z",
            ),
            (
                "2026-04-05T01:45",
                "Australia/Lord_Howe",
                "2026-04-04T14:45:00Z",
                "2026-04-04T15:15:00Z",
            ),
        ] {
            assert!(told(text, zone, None).contains("happens twice"), "{zone}");
            assert_eq!(told(text, zone, Some(Fold::First)), first, "{zone}");
            assert_eq!(told(text, zone, Some(Fold::Second)), second, "{zone}");
        }
    }

    #[test]
    fn every_instant_of_a_year_is_read_back_from_its_own_field() {
        let zone = Zone { zone: get_zone("Europe/Berlin").unwrap(), name: "Europe/Berlin".into() };
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for step in 0..(365 * 24 * 2) {
            let at = start + jiff::SignedDuration::from_mins(30 * step);
            let field = TimeField::of(("at", "At"), Some(at), &zone);
            let which = if field.is_second { Fold::Second } else { Fold::First };
            assert_eq!(read(&field.value, &zone.zone, Some(which)), Ok(at), "{}", field.value);
            assert_eq!(read(&field.value, &zone.zone, None).is_err(), field.asks_which);
        }
    }

    #[test]
    fn what_it_is_in_utc() {
        let zone = get_zone("America/New_York").unwrap();
        let both = |text: &str| both(text.parse().unwrap(), &zone);
        assert_eq!(both("2026-11-21T18:00:00Z"), "2026-11-21 13:00 (18:00 UTC)");
        assert_eq!(both("2026-11-22T02:00:00Z"), "2026-11-21 21:00 (2026-11-22 02:00 UTC)");
    }
}
