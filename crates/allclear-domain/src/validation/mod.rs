//! One validation of every noun, for every way in.
//!
//! A [`Validate`] looks at one noun by itself: every text is bounded and free of control characters,
//! every list is bounded, nothing ends before it begins, and nothing has happened that lies ahead.
//! Problems name the field as the stored form spells it, as in `record.losses[0].fraction`. What
//! holds between nouns (equal ids, references) needs to know what is in the installation.

mod check;
mod expiry;
mod feeds;
mod group;
mod http;
mod page;
mod record;
mod template;
mod text;
mod told;

use std::fmt::{Display, Write as _};
use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::error::InvalidValue;
use crate::limits;
use crate::times::{Bound, Moment};

pub use self::text::{Stray, stray_characters};

/// What a list entry weighs beside its texts, in bytes.
const ENTRY_BYTES: usize = 64;

/// A noun, or a part of one, that can be looked at by itself.
pub trait Validate {
    /// Looks at every value and notes what is wrong.
    fn validate(&self, validation: &mut Validation);

    /// Everything that is wrong, as seen at `now`; empty where nothing is.
    fn problems(&self, now: Timestamp) -> Vec<InvalidValue> {
        let mut validation = Validation::at(now);
        self.validate(&mut validation);
        validation.finish()
    }
}

/// Problems as they are found, and where the search is.
#[derive(Debug)]
pub struct Validation {
    now: Timestamp,
    path: String,
    bytes: usize,
    found: Vec<InvalidValue>,
}

impl Validation {
    const fn at(now: Timestamp) -> Self {
        Self { now, path: String::new(), bytes: 0, found: Vec::new() }
    }

    fn finish(mut self) -> Vec<InvalidValue> {
        if self.bytes > limits::RECORD_BYTES_MAX {
            let problem = format!(
                "has {} bytes of text in all: shorten it to {}",
                self.bytes,
                limits::RECORD_BYTES_MAX
            );
            self.found.push(InvalidValue::new("record", problem));
        }
        self.found
    }

    /// Looks at something below the present place.
    fn within(&mut self, name: impl Display, look: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        // Writing to a string does not fail.
        let _ = write!(self.path, "{name}");
        look(self);
        self.path.truncate(length);
    }

    /// Notes a problem of the present place.
    fn refuse(&mut self, problem: impl Into<String>) {
        self.found.push(InvalidValue::new(self.path.clone(), problem));
    }

    /// Looks at a part.
    fn part(&mut self, name: impl Display, part: &impl Validate) {
        self.within(name, |validation| part.validate(validation));
    }

    /// Looks at every entry of a list, and at how many there are.
    fn each<T>(&mut self, name: &str, entries: &[T], max: usize, look: impl Fn(&mut Self, &T)) {
        self.bytes += entries.len() * ENTRY_BYTES;
        if entries.len() > max {
            let problem = format!("has {} entries, {max} at most: leave some out", entries.len());
            self.within(name, |validation| validation.refuse(problem));
        }
        for (place, entry) in entries.iter().take(max).enumerate() {
            self.within(format_args!("{name}[{place}]"), |validation| look(validation, entry));
        }
    }

    /// Looks at every part in a list.
    fn parts<T: Validate>(&mut self, name: &str, entries: &[T]) {
        self.each(name, entries, limits::LIST_ENTRIES_MAX, |validation, entry| {
            entry.validate(validation);
        });
    }

    /// A whole number within a range.
    fn number(&mut self, name: impl Display, number: u32, range: RangeInclusive<u32>) {
        if !range.contains(&number) {
            let problem =
                format!("is {number}: use a number from {} to {}", range.start(), range.end());
            self.within(name, |validation| validation.refuse(problem));
        }
    }

    /// An instant at which something happened.
    fn past(&mut self, name: impl Display, at: Timestamp) {
        self.past_bound(name, Bound::exactly(at));
    }

    /// A day on which something happened, in any zone.
    fn past_day(&mut self, name: impl Display, on: Date) {
        self.past_bound(name, Bound::On { on });
    }

    /// When something began or ended.
    fn past_bound(&mut self, name: impl Display, bound: Bound) {
        let told = match bound {
            Bound::At { at, .. } => at.to_string(),
            Bound::On { on } => on.to_string(),
            Bound::Unknown => return,
        };
        if bound.come(self.now).is_none() {
            let clock = self.now.strftime("%Y-%m-%dT%H:%M:%SZ");
            let problem = format!(
                "{told} lies ahead, and this has happened: correct it (this machine's clock says \
                 {clock})"
            );
            self.within(name, |validation| validation.refuse(problem));
        }
    }

    /// When something was told.
    fn past_moment(&mut self, name: impl Display, moment: Moment) {
        match moment {
            Moment::At { at } => self.past(name, at),
            Moment::On { on, .. } => self.past_day(name, on),
            Moment::Local { .. } | Moment::Unknown => {}
        }
    }

    /// An end that may not lie before its start.
    fn in_order(&mut self, name: impl Display, started: Bound, ended: Bound) {
        if ended.is_before(started) {
            self.within(name, |validation| {
                validation.refuse("lies before the start: correct one of them");
            });
        }
    }
}

#[cfg(test)]
mod tests;
