//! Dates in the forms that people print.

use jiff::civil::{Date, Weekday};

use super::tokens::{Kind, Token};

/// A date as printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum PrintedDate {
    /// Day, month and year.
    Full(Date),
    /// Day and month, perhaps with the day of the week.
    Yearless(Yearless),
    /// Two readings are possible, such as `02/03/2017`.
    Ambiguous(Ambiguous),
    /// No such day, such as 30 February, or one that cannot be told, such as `21/05/19`.
    Nonexistent,
}

/// A date whose day and month could be each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ambiguous {
    /// The first number.
    pub(super) first: i8,
    /// The second number.
    pub(super) second: i8,
    /// The year.
    pub(super) year: i16,
}

/// Which of day and month a page prints first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// `13/02/2017`
    DayFirst,
    /// `02/13/2017`
    MonthFirst,
}

impl Ambiguous {
    /// The date in one of the orders.
    pub(super) fn read(self, order: Order) -> Option<Date> {
        let (month, day) = match order {
            Order::DayFirst => (self.second, self.first),
            Order::MonthFirst => (self.first, self.second),
        };
        Date::new(self.year, month, day).ok()
    }
}

/// The order that the numbers of a date at the beginning of a line show, if they show one.
pub(super) fn order_of(body: &str) -> Option<Order> {
    let all = super::tokens::tokens(super::tokens::head(body, 80));
    let (mark, [first, second, year]) =
        (0..all.len().min(8)).find_map(|at| three_numbers(&all, at))?;
    year_of(year)?;
    match (mark, first.value()?, second.value()?) {
        ('.', _, _) => None,
        (_, 13..=31, 1..=12) => Some(Order::DayFirst),
        (_, 1..=12, 13..=31) => Some(Order::MonthFirst),
        _ => None,
    }
}

/// A date without a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Yearless {
    /// 1 to 12.
    pub(super) month: i8,
    /// 1 to 31.
    pub(super) day: i8,
    /// Day of the week, where printed.
    pub(super) weekday: Option<Weekday>,
}

impl Yearless {
    /// The date in a year, if it exists and falls on the printed day of the week.
    pub(super) fn in_year(self, year: i16) -> Option<Date> {
        let date = Date::new(year, self.month, self.day).ok()?;
        match self.weekday {
            Some(weekday) if date.weekday() != weekday => None,
            _ => Some(date),
        }
    }

    /// The date in a year, whatever the day of the week.
    pub(super) fn in_year_anyway(self, year: i16) -> Option<Date> {
        Date::new(year, self.month, self.day).ok()
    }
}

impl PrintedDate {
    /// The date, where all of it is printed.
    pub(super) fn full(self) -> Option<Date> {
        if let Self::Full(date) = self { Some(date) } else { None }
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// The month that a word names; it must begin with a capital, because "may" and "march" are words.
pub(super) fn month_of(token: &Token<'_>) -> Option<i8> {
    if token.kind != Kind::Word || !token.text.starts_with(|ch: char| ch.is_uppercase()) {
        return None;
    }
    let word = token.text.to_lowercase();
    if word == "sept" {
        return Some(9);
    }
    let found = MONTHS.iter().position(|month| {
        *month == word || (word.len() == 3 && month.starts_with(word.as_str()))
    })?;
    i8::try_from(found + 1).ok()
}

/// The day of the week that a word names.
pub(super) fn weekday_of(token: &Token<'_>) -> Option<Weekday> {
    if token.kind != Kind::Word || !token.text.starts_with(|ch: char| ch.is_uppercase()) {
        return None;
    }
    let word = token.text.to_lowercase();
    let is_short = (3..=5).contains(&word.len()) && word != "sund" && word != "mond";
    WEEKDAYS
        .iter()
        .find(|(name, _)| *name == word || (is_short && name.starts_with(word.as_str())))
        .map(|(_, weekday)| *weekday)
}

/// The year that a token prints with four digits.
pub(super) fn year_of(token: &Token<'_>) -> Option<i16> {
    let year = i16::try_from(token.value_of_width(4)?).ok()?;
    (1970..=2100).contains(&year).then_some(year)
}

/// Reads a date that begins at token `at`; says where it ends.
pub(super) fn date_at(tokens: &[Token<'_>], at: usize) -> Option<(PrintedDate, usize)> {
    let first = tokens.get(at)?;
    if let Some(weekday) = weekday_of(first) {
        let mut next = at + 1;
        while tokens.get(next).is_some_and(|token| {
            token.is_mark_of(&[',', '.']) || token.is_word("the") || token.is_dash()
        }) {
            next += 1;
        }
        return match calendar_date_at(tokens, next)? {
            (PrintedDate::Yearless(date), end) => {
                let date = Yearless { weekday: Some(weekday), ..date };
                Some((PrintedDate::Yearless(date), end))
            }
            (PrintedDate::Ambiguous(date), end) => {
                Some((by_weekday(date, weekday).unwrap_or(PrintedDate::Ambiguous(date)), end))
            }
            found => Some(found),
        };
    }
    calendar_date_at(tokens, at)
}

/// Reads a date without the day of the week before it.
fn calendar_date_at(tokens: &[Token<'_>], at: usize) -> Option<(PrintedDate, usize)> {
    let first = tokens.get(at)?;
    match first.kind {
        Kind::Number => numeric_at(tokens, at)
            .or_else(|| day_month_at(tokens, at))
            .or_else(|| compact(first).map(|date| (PrintedDate::Full(date), at + 1))),
        Kind::Word => month_day_at(tokens, at),
        Kind::Mark(_) => None,
    }
}

/// `20180321`.
fn compact(token: &Token<'_>) -> Option<Date> {
    let value = token.value_of_width(8)?;
    let year = i16::try_from(value / 10_000).ok().filter(|year| (1990..=2100).contains(year))?;
    let month = i8::try_from(value / 100 % 100).ok()?;
    let day = i8::try_from(value % 100).ok()?;
    Date::new(year, month, day).ok()
}

/// Three numbers with the same mark between them.
fn numeric_at(tokens: &[Token<'_>], at: usize) -> Option<(PrintedDate, usize)> {
    let (mark, parts) = three_numbers(tokens, at)?;
    let [a, b, c] = parts;
    let end = at + 5;
    if a.text.len() == 4 {
        let year = year_of(a)?;
        if c.text.len() > 2 || b.text.len() > 2 {
            return None;
        }
        return Some((checked(year, b.value()?, c.value()?), end));
    }
    let year = year_of(c)?;
    if a.text.len() > 2 || b.text.len() > 2 {
        return None;
    }
    let (a, b) = (a.value()?, b.value()?);
    let date = match mark {
        '.' => checked(year, b, a),
        _ if a > 12 => checked(year, b, a),
        _ if b > 12 => checked(year, a, b),
        _ if a == b => checked(year, a, b),
        _ if a == 0 || b == 0 => PrintedDate::Nonexistent,
        _ => ambiguous(a, b, year)?,
    };
    Some((date, end))
}

/// `a/b/c` with nothing before that belongs to it.
fn three_numbers<'a, 't>(tokens: &'t [Token<'a>], at: usize) -> Option<(char, [&'t Token<'a>; 3])> {
    let [a, first, b, second, c] = tokens.get(at..at + 5)? else {
        return None;
    };
    let Kind::Mark(mark) = first.kind else {
        return None;
    };
    let is_date = matches!(mark, '-' | '.' | '/' | '‑')
        && second.kind == first.kind
        && [first, b, second, c].iter().all(|token| token.is_glued)
        && [a, b, c].iter().all(|token| token.kind == Kind::Number);
    let goes_on = tokens.get(at + 5).is_some_and(|next| next.is_glued && next.is_mark('/'));
    (is_date && !goes_on).then_some((mark, [a, b, c]))
}

/// The reading of an ambiguous date that falls on the printed day of the week, if only one does.
fn by_weekday(date: Ambiguous, weekday: Weekday) -> Option<PrintedDate> {
    let falls = |order| date.read(order).filter(|date| date.weekday() == weekday);
    match (falls(Order::DayFirst), falls(Order::MonthFirst)) {
        (Some(date), None) | (None, Some(date)) => Some(PrintedDate::Full(date)),
        _ => None,
    }
}

/// A date that could be read in two ways.
fn ambiguous(first: u32, second: u32, year: i16) -> Option<PrintedDate> {
    let (first, second) = (i8::try_from(first).ok()?, i8::try_from(second).ok()?);
    Some(PrintedDate::Ambiguous(Ambiguous { first, second, year }))
}

/// A date, or that there is no such day.
fn checked(year: i16, month: u32, day: u32) -> PrintedDate {
    let date = i8::try_from(month)
        .ok()
        .zip(i8::try_from(day).ok())
        .and_then(|(month, day)| Date::new(year, month, day).ok());
    date.map_or(PrintedDate::Nonexistent, PrintedDate::Full)
}

/// `2 March 2017`, `2nd of March`, `2. March 2017`.
fn day_month_at(tokens: &[Token<'_>], at: usize) -> Option<(PrintedDate, usize)> {
    let (day, mut next) = day_at(tokens, at)?;
    let is_dotted = tokens.get(next).is_some_and(|token| token.is_glued && token.is_mark('.'));
    // `2. March 3` is the second of some items, each with its date.
    if is_dotted && month_day_at(tokens, next + 1).is_some() {
        return None;
    }
    if is_dotted || tokens.get(next).is_some_and(|token| token.is_word("of") || token.is_dash()) {
        next += 1;
    }
    let month = month_of(tokens.get(next)?)?;
    next += 1;
    Some(with_year(tokens, next, month, day))
}

/// `March 2nd, 2017`, `Sep 2nd`.
fn month_day_at(tokens: &[Token<'_>], at: usize) -> Option<(PrintedDate, usize)> {
    let month = month_of(tokens.get(at)?)?;
    let mut next = at + 1;
    while tokens.get(next).is_some_and(|token| {
        token.is_word("the") || (token.is_glued && (token.is_mark('.') || token.is_dash()))
    }) {
        next += 1;
    }
    let (day, next) = day_at(tokens, next)?;
    if tokens.get(next).is_some_and(|token| token.is_glued && token.is_mark(':')) {
        let is_clock = tokens.get(next + 1).is_some_and(|t| t.is_glued && t.kind == Kind::Number);
        if is_clock {
            return None;
        }
    }
    Some(with_year(tokens, next, month, day))
}

/// A day of the month with its ending.
fn day_at(tokens: &[Token<'_>], at: usize) -> Option<(u32, usize)> {
    let token = tokens.get(at)?;
    if token.text.len() > 2 {
        return None;
    }
    let day = token.value()?;
    let mut next = at + 1;
    let ending = tokens.get(next);
    if ending.is_some_and(|word| word.is_glued && word.is_any(&["st", "nd", "rd", "th"])) {
        next += 1;
    } else if ending.is_some_and(|word| word.is_glued && word.kind == Kind::Word) {
        return None;
    }
    Some((day, next))
}

/// Reads two days without times: `2017-03-02 to 2017-03-05`, `March 2-5, 2017`, `2-5 March 2017`.
pub(super) fn days_at(tokens: &[Token<'_>], at: usize) -> Option<(Date, Date, usize)> {
    let is_joined = |at: usize| {
        tokens.get(at).is_some_and(|token| {
            token.is_dash() || token.is_any(&["to", "until", "till", "through", "thru"])
        })
    };
    let (first, last, end) = if let Some((PrintedDate::Full(first), next)) = date_at(tokens, at) {
        let (last, end) = date_at(tokens, next + 1).filter(|_| is_joined(next))?;
        (first, last.full()?, end)
    } else if let Some((day, next)) = day_at(tokens, at).filter(|(_, next)| is_joined(*next)) {
        let (last, end) = day_month_at(tokens, next + 1)?;
        let last = last.full()?;
        (Date::new(last.year(), last.month(), i8::try_from(day).ok()?).ok()?, last, end)
    } else {
        let (PrintedDate::Yearless(first), next) = date_at(tokens, at)? else {
            return None;
        };
        let (day, next) = day_at(tokens, next + 1).filter(|_| is_joined(next))?;
        let (last, end) = with_year(tokens, next, first.month, day);
        let last = last.full()?;
        (first.in_year_anyway(last.year())?, last, end)
    };
    let is_clock = tokens.get(end).is_some_and(|next| next.is_glued && next.is_mark(':'))
        && tokens.get(end + 1).is_some_and(|next| next.is_glued && next.kind == Kind::Number);
    (first <= last && !is_clock).then_some((first, last, end))
}

/// Adds the year that may follow a day and a month.
fn with_year(tokens: &[Token<'_>], at: usize, month: i8, day: u32) -> (PrintedDate, usize) {
    // `2-Mar-17` has a year, `March 2-17` has not.
    let is_after_month = at.checked_sub(1).and_then(|m| month_of(tokens.get(m)?)).is_some();
    let mut next = at;
    while tokens.get(next).is_some_and(|token| {
        token.is_mark(',') || (token.is_glued && (token.is_mark('.') || token.is_dash()))
    }) && next < at + 2
    {
        next += 1;
    }
    let is_hyphened = is_after_month && next > at && tokens.get(at).is_some_and(Token::is_dash);
    let (year, next) = match tokens.get(next).and_then(year_of) {
        Some(year) => (Some(year), next),
        None => short_year(tokens, next, is_hyphened),
    };
    let month_number = u32::try_from(month).unwrap_or(0);
    match year {
        Some(year) => (checked(year, month_number, day), next + 1),
        None => (yearless(month, day), at),
    }
}

/// The year of `2-Mar-17` and `March 2, '17`, and the place of its number.
fn short_year(tokens: &[Token<'_>], at: usize, is_hyphened: bool) -> (Option<i16>, usize) {
    let is_cut = tokens.get(at).is_some_and(|token| token.is_mark_of(&['\'', '’']));
    let at = if is_cut { at + 1 } else { at };
    let token = tokens.get(at).filter(|token| token.is_glued && (is_cut || is_hyphened));
    let is_clock = tokens.get(at + 1).is_some_and(|next| next.is_glued && next.is_mark(':'));
    let year = token.and_then(|token| token.value_of_width(2)).filter(|_| !is_clock);
    (year.and_then(|year| i16::try_from(2000 + year).ok()), at)
}

/// A date without a year, or that no year has such a day.
fn yearless(month: i8, day: u32) -> PrintedDate {
    match i8::try_from(day) {
        // 2000 is a leap year: the 29th of February exists in some year.
        Ok(day) if Date::new(2000, month, day).is_ok() => {
            PrintedDate::Yearless(Yearless { month, day, weekday: None })
        }
        _ => PrintedDate::Nonexistent,
    }
}
