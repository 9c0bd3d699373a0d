//! Lines that begin an entry: a date, perhaps with times, an offset and words.
//!
//! `2017-03-02`, `2017-03-02 - words`, `Thursday, Sep 2nd`, `2005-01-28: 16:00 UTC  words`,
//! `Sun May 20 04:37:33 PDT 2007 — words`, and the long form
//! `2010-09-02 2:03am2:10am -07:00 (PST) 2010-09-02 09:032010-09-02 09:10 +00:00 (GMT)`.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

use super::clocks::{Clock, clock_at, share_half};
use super::dates::{PrintedDate, date_at, days_at, weekday_of, year_of};
use super::tokens::{Kind, Token, head, is_space, tokens};
use super::zones::{ZoneName, zone_at};

/// How much of a line is looked at for its date and times.
const HEAD_BYTES: usize = 400;

/// A start and an end as printed in one zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// The first day.
    pub(super) date: PrintedDate,
    /// When it starts.
    pub(super) start: Option<Clock>,
    /// The day it ends, where printed.
    pub(super) end_date: Option<PrintedDate>,
    /// When it ends.
    pub(super) end: Option<Clock>,
    /// The zone of the end, where another one is printed than that of the start.
    pub(super) end_zone: Option<ZoneName>,
    /// The printed offset.
    pub(super) offset: Option<Offset>,
    /// The printed label.
    pub(super) label: Option<String>,
}

impl Span {
    /// Whether it is told in UTC.
    pub(super) fn is_utc(&self) -> bool {
        let label = self.label.as_deref().unwrap_or("");
        self.offset == Some(Offset::UTC) || matches!(label, "UTC" | "GMT" | "Z")
    }

    /// The printed day of the end, seen from that of the start; without a year the first such day.
    pub(super) fn last_day(&self, first: Date) -> Option<Date> {
        match self.end_date? {
            PrintedDate::Full(date) => Some(date),
            PrintedDate::Yearless(day) => {
                let years = [first.year(), first.year().saturating_add(1)];
                let mut days = years.iter().filter_map(|year| day.in_year_anyway(*year));
                days.find(|day| *day >= first)
            }
            PrintedDate::Ambiguous(_) | PrintedDate::Nonexistent => None,
        }
    }

    /// The zone that the times are printed with; an offset other than UTC is the entry's own.
    pub(super) fn zone(&self) -> Option<ZoneName> {
        match (self.offset, &self.label) {
            (Some(Offset::UTC), _) => Some(ZoneName::Offset(Offset::UTC)),
            (Some(_), _) => None,
            (None, label) => label.clone().map(ZoneName::Label),
        }
    }
}

/// A line that begins with a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DateLine<'a> {
    /// In the entry's own zone.
    pub(super) own: Span,
    /// The same in UTC, where printed.
    pub(super) utc: Option<Span>,
    /// What else the line says.
    pub(super) words: &'a str,
    /// The words stand apart from the date: ` - words`, `: words`.
    pub(super) is_apart: bool,
    /// The line is in brackets, as timeline lines are.
    pub(super) is_bracketed: bool,
    /// It is the date on which the text was published, not that of what it tells of.
    pub(super) is_posted: bool,
}

impl DateLine<'_> {
    /// Whether a start and an end are printed.
    pub(super) fn is_range(&self) -> bool {
        self.own.start.is_some() && self.own.end.is_some()
    }

    /// The printed UTC start.
    pub(super) fn utc_start(&self) -> Option<DateTime> {
        let utc = self.utc.as_ref()?;
        utc.start?.on(utc.date.full()?)
    }
}

/// Reads a line that begins with a date.
pub(super) fn read(body: &str) -> Option<DateLine<'_>> {
    let first = body.chars().next()?;
    if !first.is_ascii_digit() && !first.is_uppercase() && first != '[' && first != '(' {
        return None;
    }
    let start = head(body, HEAD_BYTES);
    let all = tokens(start);
    let is_bracketed = all.first().is_some_and(|token| token.is_mark_of(&['[', '(']));
    let lead = if is_bracketed { 1 } else { posted(&all) };
    let is_posted = lead > 0 && !is_bracketed;
    let (own, mut next) = span_at(&all, lead).or_else(|| match numbered(&all) {
        0 => None,
        lead => span_at(&all, lead),
    })?;
    if is_bracketed {
        if !all.get(next)?.is_mark_of(&[']', ')']) {
            return None;
        }
        next += 1;
    }
    let mut utc = None;
    if own.start.is_some()
        && let Some((span, end)) = span_at(&all, skip(&all, next, &['/', ',', '|', ';']))
        && span.start.is_some()
        && span.is_utc()
        && is_near(&own.date, &span.date)
    {
        utc = Some(span);
        next = end;
    }
    let at = all.get(next).map_or(start.len(), |token| token.start);
    let before = next.checked_sub(1).and_then(|last| all.get(last)).map_or(0, |token| token.end);
    let gap = body.get(before..at).unwrap_or("");
    let rest = body.get(at..).unwrap_or("");
    let rest = if is_bracketed && at == before { without_target(rest) } else { rest };
    let (words, has_mark) = words_after(rest);
    let is_wide = gap.contains('\t') || gap.chars().filter(|ch| is_space(*ch)).count() > 1;
    let is_signed = words.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("by "));
    let is_set_off = has_mark || is_wide || (is_bracketed && own.start.is_none());
    let is_apart = words.is_empty() || is_set_off || is_signed;
    let is_posted = is_posted || is_signed;
    Some(DateLine { own, utc, words, is_apart, is_bracketed, is_posted })
}

/// Whether two printed days can be the same in two zones.
fn is_near(one: &PrintedDate, other: &PrintedDate) -> bool {
    match (one.full(), other.full()) {
        (Some(one), Some(other)) => super::years::days_between(one, other).abs() <= 1,
        _ => true,
    }
}

/// Reads a line that ends with a date, `Outage on March 2, 2017`, `Power failure (2017-03-02)`, or
/// that goes on behind a mark: `Incident 2017-03-02 - Power failure`.
pub(super) fn read_tail(body: &str) -> Option<DateLine<'_>> {
    if body.len() > HEAD_BYTES {
        return None;
    }
    let all = tokens(body);
    let (at, own, next) = (1..all.len()).find_map(|at| {
        let (own, next) = span_at(&all, at).filter(|_| is_led_by(&all, at))?;
        Some((at, own, next))
    })?;
    let rest = all.get(next).map_or("", |token| body.get(token.start..).unwrap_or(""));
    let (after, has_mark) = words_after(rest);
    if !after.is_empty() && !has_mark {
        return None;
    }
    let words = match lead_of(body.get(..all.get(at)?.start)?) {
        "" => return None,
        lead if !super::headings::is_page_words(lead) => lead,
        // "Outage on March 2" is no title.
        _ => after,
    };
    let (is_bracketed, is_posted) = (false, false);
    Some(DateLine { own, utc: None, words, is_apart: true, is_bracketed, is_posted })
}

/// The words before the date of a line that ends with one, in lower case.
pub(super) fn tail_lead(body: &str) -> Option<String> {
    let all = tokens(head(body, HEAD_BYTES));
    let at = (1..all.len()).find(|at| is_led_by(&all, *at) && date_at(&all, *at).is_some())?;
    Some(lead_of(body.get(..all.get(at)?.start)?).to_lowercase())
}

/// The words before a date, without what leads to it.
fn lead_of(lead: &str) -> &str {
    let edge =
        |ch: char| is_space(ch) || matches!(ch, '(' | '[' | '-' | '–' | '—' | ':' | ',' | '|');
    let mut words = lead.trim_end_matches(edge);
    for word in [" on", " of", " from"] {
        words = words.strip_suffix(word).unwrap_or(words).trim_end_matches(edge);
    }
    words.trim_matches(is_space)
}

/// Whether what stands before a date at the end of a line sets it apart from the words.
fn is_led_by(tokens: &[Token<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    before.is_some_and(|token| {
        token.is_mark_of(&['(', '[', ':', ',', '|'])
            || (token.is_dash() && !token.is_glued)
            || token.is_any(&["on", "of", "from", "incident", "outage", "maintenance"])
    })
}

/// Skips the target of `[2017-03-02](#2017-03-02)`.
fn without_target(rest: &str) -> &str {
    let inner = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    inner.map_or(rest, |(_, after)| after)
}

/// Skips the number of a heading: `3.`, `1.1`, `2)`.
fn numbered(tokens: &[Token<'_>]) -> usize {
    let mut next = 0;
    while let Some([number, mark]) = tokens.get(next..next + 2) {
        let is_count = number.kind == Kind::Number
            && number.text.len() <= 3
            && (next == 0 || number.is_glued)
            && mark.is_glued
            && mark.is_mark_of(&['.', ')']);
        if !is_count || next > 4 {
            break;
        }
        next += 2;
    }
    let is_inside = tokens.get(next).is_some_and(|token| token.is_glued);
    let is_last_part = is_inside
        && next > 0
        && tokens
            .get(next)
            .is_some_and(|token| token.kind == Kind::Number && token.text.len() <= 3)
        && tokens.get(next + 1).is_some_and(|token| !token.is_glued);
    match (next, is_inside, is_last_part) {
        (0, _, _) => 0,
        (_, true, true) => next + 1,
        (_, true, false) => 0,
        _ => next,
    }
}

/// Skips `Posted on`, `Published:`.
fn posted(tokens: &[Token<'_>]) -> usize {
    let Some([first, second]) = tokens.get(..2) else {
        return 0;
    };
    let is_lead = first.is_any(&["posted", "published", "written"]);
    match second {
        _ if !is_lead => 0,
        second if second.is_word("on") || second.is_mark(':') => 2,
        _ if date_at(tokens, 1).is_some() => 1,
        _ => after_age(tokens).unwrap_or(0),
    }
}

/// Skips `Posted 3 days ago.`, where a date follows.
fn after_age(tokens: &[Token<'_>]) -> Option<usize> {
    let ago = (2..6).find(|at| tokens.get(*at).is_some_and(|token| token.is_word("ago")))?;
    let next = skip(tokens, ago + 1, &['.', ',', '-', '–', '(']);
    date_at(tokens, next).map(|_| next)
}

/// The words after a date, without the mark that sets them apart.
fn words_after(rest: &str) -> (&str, bool) {
    let marks = [':', '-', '–', '—', '|', ')', ']', '\u{2212}', '»', '>', ','];
    let words = rest.trim_start_matches(|ch: char| is_space(ch) || marks.contains(&ch));
    // `March 2nd, 2017.`
    let words = if words == "." { "" } else { words };
    // `2023-03-26 (Sunday)`
    let day = tokens(head(words, 40));
    if let [open, name, close] = day.as_slice()
        && open.is_mark('(')
        && close.is_mark(')')
        && weekday_of(name).is_some()
    {
        return ("", true);
    }
    let mark = rest.trim_start_matches(is_space).chars().next();
    let has_mark = mark.is_some_and(|mark| (marks.contains(&mark) && mark != ',') || mark == '(');
    (words.trim_matches(is_space), has_mark)
}

/// Reads a date with the times that follow it.
fn span_at(tokens: &[Token<'_>], at: usize) -> Option<(Span, usize)> {
    if let Some((first, last, end)) = days_at(tokens, at) {
        let (date, end_date) = (PrintedDate::Full(first), Some(PrintedDate::Full(last)));
        let span = Span {
            date,
            start: None,
            end_date,
            end: None,
            end_zone: None,
            offset: None,
            label: None,
        };
        return Some((span, end));
    }
    let short = || short_date_at(tokens, at).map(|end| (PrintedDate::Nonexistent, end));
    let (date, after_date) = date_at(tokens, at).or_else(short)?;
    let mut span = Span {
        date,
        start: None,
        end_date: None,
        end: None,
        end_zone: None,
        offset: None,
        label: None,
    };
    let mut next = after_date;
    let to_clock = to_clock(tokens, after_weekday(tokens, next));
    if let Some((clock, end)) = clock_at(tokens, to_clock, false) {
        span.start = Some(clock);
        next = zone_into(tokens, end, &mut span);
        next = end_into(tokens, next, &mut span);
        // `Sun May 20 04:37:33 PDT 2007`
        if let PrintedDate::Yearless(day) = date
            && let Some(year) = tokens.get(next).and_then(year_of)
        {
            span.date =
                day.in_year_anyway(year).map_or(PrintedDate::Nonexistent, PrintedDate::Full);
            next += 1;
        }
    }
    Some((span, next))
}

/// Where a date ends that prints two digits of each of year, month and day, which can be read in
/// several ways: `21/05/19`.
fn short_date_at(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let [a, first, b, second, c] = tokens.get(at..at + 5)? else { return None };
    let is_two = |token: &Token<'_>| token.value_of_width(2).is_some_and(|value| value > 0);
    let is_apart = first.is_mark_of(&['/', '-', '.']) && first.kind == second.kind;
    let is_glued = [first, b, second, c].iter().all(|token| token.is_glued);
    let goes_on = tokens.get(at + 5).is_some_and(|next| next.is_glued && !next.is_mark(':'));
    let months = [a, b].into_iter().filter(|token| token.value().is_some_and(|value| value <= 12));
    let days = [a, b, c].iter().all(|token| is_two(token));
    (is_apart && is_glued && !goes_on && days && months.count() > 0).then_some(at + 5)
}

/// Skips the day of the week in brackets: `2021-05-20 (Thu) 09:00`.
fn after_weekday(tokens: &[Token<'_>], at: usize) -> usize {
    match tokens.get(at..at + 3) {
        Some([open, day, close])
            if open.is_mark('(') && close.is_mark(')') && weekday_of(day).is_some() =>
        {
            at + 3
        }
        _ => at,
    }
}

/// Skips what may stand between a date and its time.
fn to_clock(tokens: &[Token<'_>], at: usize) -> usize {
    let mut next = at;
    while next < at + 3
        && tokens.get(next).is_some_and(|token| {
            token.is_mark_of(&[',', ':', '@', '|', '('])
                || token.is_dash()
                || token.is_any(&["at", "T", "from"])
        })
    {
        next += 1;
    }
    next
}

/// Skips marks.
fn skip(tokens: &[Token<'_>], at: usize, marks: &[char]) -> usize {
    let mut next = at;
    while tokens.get(next).is_some_and(|token| token.is_mark_of(marks)) {
        next += 1;
    }
    next
}

/// Reads an offset and a label into the span, in any order.
fn zone_into(tokens: &[Token<'_>], at: usize, span: &mut Span) -> usize {
    let mut next = at;
    for _ in 0..2 {
        match zone_at(tokens, next) {
            Some((ZoneName::Offset(offset), end)) if span.offset.is_none() => {
                span.offset = Some(offset);
                next = end;
            }
            Some((ZoneName::Label(label), end)) if span.label.is_none() => {
                span.label = Some(label);
                next = end;
            }
            _ => break,
        }
    }
    next
}

/// Reads the end of a span.
fn end_into(tokens: &[Token<'_>], at: usize, span: &mut Span) -> usize {
    let Some(start) = span.start else { return at };
    let mut next = at;
    let is_joined = tokens.get(next).is_some_and(|token| {
        token.is_dash()
            || token.is_any(&["to", "until", "till", "through"])
            || token.is_mark_of(&['→', '~'])
    });
    if is_joined {
        next += 1;
    }
    let mut end_date = None;
    // After a zone a second date is the same start in UTC.
    let is_over = !is_joined && (span.offset.is_some() || span.label.is_some());
    let is_day = |date: &PrintedDate| match date {
        PrintedDate::Full(_) => true,
        PrintedDate::Yearless(_) => is_joined,
        PrintedDate::Ambiguous(_) | PrintedDate::Nonexistent => false,
    };
    let day = date_at(tokens, next).filter(|(date, _)| !is_over && is_day(date));
    if let Some((date, after)) = day {
        end_date = Some(date);
        next = to_clock(tokens, after);
    }
    let follows =
        tokens.get(next).is_some_and(|token| token.is_glued || is_joined || end_date.is_some());
    let Some((clock, after)) = clock_at(tokens, next, false) else {
        return at;
    };
    // `2:03am 2:10am -07:00`: two times with nothing between them, and their zone.
    if !follows && zone_at(tokens, after).is_none() {
        return at;
    }
    // `17:45 SLT - 3 am restart` is words: an end is followed by nothing, a mark or a zone.
    let (start, end) = share_half(start, clock);
    let mut trial = Span { start: Some(start), end: Some(end), end_date, ..span.clone() };
    let has_zone = span.offset.is_some() || span.label.is_some();
    let mut next = after;
    match zone_at(tokens, after) {
        // `17:45Z - 19:10Z`, `10:00 +02:00 - 11:00 UTC`
        Some((zone, end)) if has_zone && is_joined => {
            let is_same = match &zone {
                ZoneName::Offset(offset) => span.offset == Some(*offset),
                ZoneName::Label(label) => span.label.as_deref() == Some(label),
            };
            trial.end_zone = Some(zone).filter(|_| !is_same);
            next = end;
        }
        _ => next = zone_into(tokens, next, &mut trial),
    }
    let is_words = !is_joined
        && end_date.is_none()
        && tokens.get(next).is_some_and(|token| token.kind == Kind::Word);
    if is_words && trial.offset.is_none() && trial.label.is_none() {
        return at;
    }
    *span = trial;
    next
}
