//! What stands on a page's own clock, read without ever shifting it in silence.
//!
//! Where clocks are set forward, some times of day do not exist; where they are set back, some
//! exist twice. The first is refused with the times around it, the second asks which one is meant.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

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
    /// The problem, as a sentence goes on after the name of the field.
    pub(super) fn told(&self, zone_name: &str) -> String {
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
    let at: Option<DateTime> = text.parse().ok().filter(|_| has_shape(text));
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

/// Whether a text is a day with a time, and no more: `2026-11-21T13:00`, with or without seconds. A day
/// alone would be read as its midnight, and a zone behind it would be left out in silence.
fn has_shape(text: &str) -> bool {
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let is_of = |text: &str, between: u8, digits: &[usize]| {
        let parts: Vec<&[u8]> = text.as_bytes().split(|byte| *byte == between).collect();
        parts.len() == digits.len()
            && parts
                .iter()
                .zip(digits)
                .all(|(part, digits)| part.len() == *digits && part.iter().all(u8::is_ascii_digit))
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let is_clock = is_of(clock, b':', &[2, 2]) || is_of(clock, b':', &[2, 2, 2]);
    is_of(day, b'-', &[4, 2, 2]) && is_clock && is_fraction && !time.ends_with(":60")
}

trait Earlier {
    fn saturating_sub_day(self) -> Self;
}

impl Earlier for Timestamp {
    fn saturating_sub_day(self) -> Self {
        self.checked_sub(jiff::SignedDuration::from_hours(24)).unwrap_or(Self::MIN)
    }
}

pub(super) fn shown(at: DateTime) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
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
        for text in [
            "",
            "tomorrow",
            "2026-02-30T10:00",
            "2026-11-21",
            "99999-01-01T00:00",
            "-002026-11-21T13:00",
            "2026-11-21T13:00+09:00",
            "2026-11-21T13:00[Asia/Tokyo]",
            "2026-11-21T13:00Z",
            "2026-11-21T13",
            "2026-11-21T13:00:60",
            "2026-11-21T13:00:00.",
        ] {
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
}
