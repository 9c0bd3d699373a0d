//! What is known of when an entry began and ended.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::history::facts::FactsPrecision;

use super::dateline::DateLine;
use super::durations::Length;
use super::parts::Parts;
use super::told::Placed;
use super::zones::Zones;

/// A disagreement inside an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Conflict {
    /// Field of the record.
    pub(super) field: &'static str,
    /// What the source prints.
    pub(super) printed: String,
    /// What speaks against it.
    pub(super) against: String,
    /// What was kept.
    pub(super) kept: String,
}

/// An instant and how exactly it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Point {
    /// The instant.
    pub(super) at: Timestamp,
    /// As RFC 3339 in the page's zone.
    pub(super) text: String,
    /// The source says "about", or it is computed.
    pub(super) is_approximate: bool,
}

impl Point {
    /// How exactly it is known.
    pub(super) fn precision(&self) -> FactsPrecision {
        if self.is_approximate { FactsPrecision::Approximate } else { FactsPrecision::Minute }
    }
}

/// When an entry was.
#[derive(Debug, Default)]
pub(super) struct Timing {
    /// When it began.
    pub(super) start: Option<Point>,
    /// When it ended.
    pub(super) end: Option<Point>,
    /// An announced window that differs from the real one.
    pub(super) planned: Option<(Point, Point)>,
    /// The day that the prose prints for times of which no zone is known.
    pub(super) on: Option<Date>,
    /// The text says on which day it was.
    pub(super) is_day_told: bool,
    /// Updates with their instants.
    pub(super) placed: Vec<Placed>,
    /// Disagreements.
    pub(super) conflicts: Vec<Conflict>,
}

/// What is known of an entry before its times are read.
pub(super) struct Context<'a> {
    /// The page's zone.
    pub(super) zones: &'a Zones,
    /// The entry's date.
    pub(super) date: Option<Date>,
    /// The day on which it was told, where that may be another one.
    pub(super) told_on: Option<Date>,
    /// The line of the date, or of the start and the end.
    pub(super) line: Option<&'a DateLine<'a>>,
    /// The entry's parts.
    pub(super) parts: &'a Parts<'a>,
    /// It tells of planned work.
    pub(super) is_maintenance: bool,
    /// The length of the outage as printed.
    pub(super) reported: Option<&'a str>,
}

/// The end that fits the printed length best; without a length the last one.
pub(super) fn chosen(
    ends: Vec<(Point, bool)>,
    from: &Point,
    length: Option<Length>,
) -> Option<Point> {
    if let Some((point, _)) = ends.iter().find(|(_, counts)| *counts) {
        return Some(point.clone());
    }
    let Some(length) = length.filter(|length| length.most > 0 && !length.is_bound) else {
        return ends.into_iter().map(|(point, _)| point).next_back();
    };
    let taken = |point: &Point| point.at.as_second() - from.at.as_second();
    let inside = |point: &Point| {
        let slack = length.most / 50;
        length.least < length.most
            && (length.least - slack..=length.most + slack).contains(&taken(point))
    };
    if let Some((point, _)) =
        ends.iter().filter(|(point, _)| inside(point)).max_by_key(|(point, _)| point.at)
    {
        return Some(point.clone());
    }
    // "12 hours" is what 11 hours 42 minutes are rounded to.
    let unit = [86_400, 3600, 1800, 300, 60]
        .into_iter()
        .find(|unit| length.most % unit == 0)
        .unwrap_or(60);
    let rounded = |point: &Point| (taken(point) + unit / 2).div_euclid(unit) * unit;
    let fits = ends.iter().filter(|(point, _)| rounded(point) == length.most);
    if let Some((point, _)) = fits.min_by_key(|(point, _)| point.at) {
        return Some(point.clone());
    }
    ends.into_iter().map(|(point, _)| point).min_by_key(|point| (taken(point) - length.most).abs())
}
