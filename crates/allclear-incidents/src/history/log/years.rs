//! Years for dates that print none, from what stands around them.

use jiff::civil::Date;

use super::dates::{PrintedDate, Yearless};

/// What is known of an entry's date before its year is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dated {
    /// The date as printed; `None` where the entry prints none.
    pub(super) printed: Option<PrintedDate>,
    /// The year of the heading above.
    pub(super) section_year: Option<i16>,
}

/// The dates of all entries, in the order of the page.
pub(super) fn resolve(entries: &[Dated], assumed: Option<i16>) -> Vec<Option<Date>> {
    let full: Vec<Option<Date>> =
        entries.iter().map(|entry| entry.printed.and_then(PrintedDate::full)).collect();
    let is_newest_first = is_newest_first(entries, &full);
    let below = nearest_below(&full);
    let mut out = Vec::with_capacity(entries.len());
    let mut above: Option<Date> = None;
    for (index, entry) in entries.iter().enumerate() {
        let date = match entry.printed {
            Some(PrintedDate::Full(date)) => Some(date),
            Some(PrintedDate::Yearless(day)) => {
                let below = below.get(index).copied().flatten();
                year_for(day, entry.section_year, above, below, assumed, is_newest_first)
            }
            _ => None,
        };
        above = date.or(above);
        out.push(date);
    }
    out
}

/// The nearest full date below each entry.
fn nearest_below(full: &[Option<Date>]) -> Vec<Option<Date>> {
    let mut nearest = None;
    let mut out: Vec<Option<Date>> = full
        .iter()
        .rev()
        .map(|date| {
            let below = nearest;
            nearest = date.or(nearest);
            below
        })
        .collect();
    out.reverse();
    out
}

/// Whether the page goes back in time; most do.
fn is_newest_first(entries: &[Dated], full: &[Option<Date>]) -> bool {
    let dates: Vec<Date> = full.iter().copied().flatten().collect();
    if let (Some(first), Some(last)) = (dates.first(), dates.last())
        && first != last
    {
        return first > last;
    }
    let days: Vec<(i8, i8)> = entries
        .iter()
        .filter_map(|entry| match entry.printed {
            Some(PrintedDate::Yearless(day)) => Some((day.month, day.day)),
            _ => None,
        })
        .collect();
    let falls = days.windows(2).filter(|pair| matches!(pair, [a, b] if a > b)).count();
    let rises = days.windows(2).filter(|pair| matches!(pair, [a, b] if a < b)).count();
    falls >= rises
}

/// The date of one entry without a year.
fn year_for(
    day: Yearless,
    section: Option<i16>,
    above: Option<Date>,
    below: Option<Date>,
    assumed: Option<i16>,
    is_newest_first: bool,
) -> Option<Date> {
    if let Some(year) = section {
        return day.in_year(year);
    }
    if let Some(above) = above {
        let same = day.in_year_anyway(above.year());
        let goes_on =
            same.is_some_and(|same| if is_newest_first { same <= above } else { same >= above });
        let step = if is_newest_first { -1 } else { 1 };
        let years =
            [above.year(), above.year().saturating_add(step), above.year().saturating_sub(step)];
        return if goes_on {
            first_fit(day, &years)
        } else {
            first_fit(day, years.get(1..).unwrap_or(&[]))
        };
    }
    if let Some(year) = assumed {
        return first_fit(day, &[year, year.saturating_sub(1)])
            .or_else(|| day.in_year_anyway(year));
    }
    let below = below?;
    let same = day.in_year_anyway(below.year());
    let goes_on =
        same.is_some_and(|same| if is_newest_first { same >= below } else { same <= below });
    let step = if is_newest_first { 1 } else { -1 };
    let years =
        [below.year(), below.year().saturating_add(step), below.year().saturating_sub(step)];
    if goes_on { first_fit(day, &years) } else { first_fit(day, years.get(1..).unwrap_or(&[])) }
}

/// The first year in which the date exists and falls on its day of the week; without a day of the
/// week only the first year is possible.
fn first_fit(day: Yearless, years: &[i16]) -> Option<Date> {
    let possible = if day.weekday.is_some() { years } else { years.get(..1).unwrap_or(years) };
    possible.iter().find_map(|year| day.in_year(*year))
}

/// A date without a year in the year that brings it nearest to another date.
pub(super) fn nearest(day: Yearless, to: Date) -> Option<Date> {
    let years = [to.year(), to.year().saturating_sub(1), to.year().saturating_add(1)];
    years
        .iter()
        .filter_map(|year| day.in_year(*year).or_else(|| day.in_year_anyway(*year)))
        .min_by_key(|date| days_between(*date, to).abs())
}

/// Days from one date to another.
pub(super) fn days_between(date: Date, to: Date) -> i64 {
    let seconds = |date: Date| {
        date.to_zoned(jiff::tz::TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_second())
    };
    (seconds(to) - seconds(date)) / 86_400
}
