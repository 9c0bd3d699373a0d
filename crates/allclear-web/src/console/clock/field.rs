//! A field for a time, as forms show it and as it comes back.

use allclear_domain::error::InvalidValue;
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::WallClock;
use super::reading::{Fold, LocalTimeProblem, read, shown};
use crate::console::form::Form;

/// The name of a field, and its label.
pub(crate) type Named = (&'static str, &'static str);

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
    /// What else is to be known of it.
    pub(crate) hint: &'static str,
    pub(crate) is_required: bool,
    /// Whether it happens twice, so that one has to be chosen.
    pub(crate) asks_which: bool,
    pub(crate) is_second: bool,
}

impl TimeField {
    /// A field with a time, or an empty one.
    pub(crate) fn of((name, label): Named, at: Option<Timestamp>, clock: &WallClock) -> Self {
        let empty = Self { name, label, zone_name: clock.name.clone(), ..Self::default() };
        let Some(at) = at else { return empty };
        let here = at.to_zoned(clock.zone().clone());
        let text = if here.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
        let ambiguous = clock.zone().to_ambiguous_timestamp(here.datetime()).offset();
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

    /// With a word more on what it means.
    pub(crate) fn hinting(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    /// The field as it was sent, and the instant in it: none where it was left empty.
    pub(crate) fn sent(
        (name, label): Named,
        form: &Form,
        clock: &WallClock,
    ) -> (Self, Result<Option<Timestamp>, InvalidValue>) {
        let text = form.text(name);
        let fold = match form.text(&which(name)) {
            "first" => Some(Fold::First),
            "second" => Some(Fold::Second),
            _ => None,
        };
        let field = Self { value: text.to_owned(), ..Self::of((name, label), None, clock) };
        if text.is_empty() {
            return (field, Ok(None));
        }
        match read(text, clock.zone(), fold) {
            Ok(at) => (Self::of((name, label), Some(at), clock), Ok(Some(at))),
            Err(problem) => {
                let asks_which = matches!(problem, LocalTimeProblem::Twice { .. });
                let told = InvalidValue::new(label, problem.told(&clock.name));
                (Self { asks_which, ..field }, Err(told))
            }
        }
    }

    /// The instant alone.
    pub(crate) fn read(
        named: Named,
        form: &Form,
        clock: &WallClock,
    ) -> Result<Option<Timestamp>, InvalidValue> {
        Self::sent(named, form, clock).1
    }

    /// Puts the field into a form, as a browser would send it.
    pub(crate) fn put(self, form: Form) -> Form {
        let form = form.with(self.name, &self.value);
        match (self.asks_which, self.is_second) {
            (false, _) => form,
            (true, false) => form.with(&which(self.name), "first"),
            (true, true) => form.with(&which(self.name), "second"),
        }
    }

    /// Whether two forms say the same in the field of this name.
    pub(crate) fn is_same((name, _): Named, one: &Form, other: &Form) -> bool {
        [name, &which(name)].iter().all(|name| one.text(name) == other.text(name))
    }
}

/// The name of the choice between two equal times of day.
fn which(name: &str) -> String {
    format!("{name}_which")
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    const AT: Named = ("at", "At");

    #[test]
    fn every_instant_of_a_year_is_read_back_from_its_own_field() {
        let clock = WallClock::named("Europe/Berlin").unwrap();
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for step in 0..(365 * 24 * 2) {
            let at = start + SignedDuration::from_mins(30 * step);
            let field = TimeField::of(AT, Some(at), &clock);
            let which = if field.is_second { Fold::Second } else { Fold::First };
            assert_eq!(read(&field.value, clock.zone(), Some(which)), Ok(at), "{}", field.value);
            assert_eq!(read(&field.value, clock.zone(), None).is_err(), field.asks_which);
        }
    }

    #[test]
    fn what_a_field_shows_comes_back_from_a_form() {
        let clock = WallClock::named("Europe/Berlin").unwrap();
        for at in ["2026-11-21T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:07Z"] {
            let at: Timestamp = at.parse().unwrap();
            let form = TimeField::of(AT, Some(at), &clock).put(Form::default());
            assert_eq!(TimeField::read(AT, &form, &clock), Ok(Some(at)));
            let earlier = TimeField::of(AT, Some(at - SignedDuration::from_hours(1)), &clock);
            assert!(!TimeField::is_same(AT, &form, &earlier.put(Form::default())), "{at}");
        }
        assert_eq!(TimeField::read(AT, &Form::default(), &clock), Ok(None));
        let typed = Form::of([("at", "2026-11-21 13:00")]);
        assert_eq!(TimeField::read(AT, &typed, &clock), Ok("2026-11-21T12:00:00Z".parse().ok()));
        for text in ["yesterday", "2026-03-29T02:30", "2026-10-25T02:30"] {
            assert!(TimeField::read(AT, &Form::of([("at", text)]), &clock).is_err(), "{text}");
        }
    }
}
