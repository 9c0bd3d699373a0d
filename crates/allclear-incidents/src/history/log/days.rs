//! Which day an entry tells of: the one that its line prints, or, where that is the day of
//! publication, the one that its title or its first sentences print.

use jiff::civil::Date;

use super::dateline::{self, DateLine};
use super::dates::{self, Order, PrintedDate, Yearless, date_at};
use super::entries::{self, Entry, Page, Times};
use super::labels::{self, Label};
use super::lines::Line;
use super::mail;
use super::moments;
use super::tokens::{Token, head, tokens};
use super::years::{Dated, days_between, nearest};

/// How many lines of an entry without a date are searched for one.
const LINES_MAX: usize = 200;

/// How many lines of a published text are read for the day that it tells of.
const OPENING_LINES: usize = 6;

/// How many lines front matter may have.
const FRONT_LINES: usize = 40;

/// How many days before its publication a text may tell of.
const DAYS_BEFORE: i64 = 62;

/// How many days after its publication a text may tell of planned work.
const DAYS_AFTER: i64 = 92;

/// The dates of all entries, as printed.
pub(super) fn dated(lines: &[Line<'_>], page: &Page) -> Vec<Dated> {
    let order = page_order(lines, page);
    let read = |entry: &Entry| {
        let printed = match of_entry(lines, entry) {
            Some(PrintedDate::Ambiguous(date)) => {
                let read = order.and_then(|order| date.read(order));
                Some(read.map_or(PrintedDate::Ambiguous(date), PrintedDate::Full))
            }
            printed => printed,
        };
        Dated { printed, section_year: entry.section_year }
    };
    page.entries.iter().map(read).collect()
}

/// Whether day or month come first in the page's dates: where some of them show it, and none the
/// other order.
fn page_order(lines: &[Line<'_>], page: &Page) -> Option<Order> {
    let shown = page.entries.iter().filter_map(|entry| {
        dates::order_of(lines.get(entry.date_line.unwrap_or(entry.first))?.body)
    });
    let mut order = None;
    for shown in shown {
        if order.is_some_and(|order| order != shown) {
            return None;
        }
        order = Some(shown);
    }
    order
}

/// When an entry was told, where that may be another day than the one that it tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Posting {
    /// The day of the telling.
    pub(super) day: Date,
    /// The line of the day.
    pub(super) line: usize,
    /// Its title or its first sentences say on which day it happened, or nothing says that the
    /// printed day is that of the telling.
    pub(super) is_told: bool,
}

/// When an entry was told.
pub(super) fn posting(lines: &[Line<'_>], entry: &Entry) -> Option<Posting> {
    let line = entries::printed(lines, entry);
    if entry.times != Times::Above || entry.range_line.is_some() {
        return None;
    }
    let is_head = front_matter(lines, entry) > entry.first;
    let is_posted = is_head || line.as_ref().is_some_and(|line| line.is_posted);
    let day = own_date(lines, entry, line.as_ref()).and_then(PrintedDate::full)?;
    let told = in_title(lines, entry, Some(day)).or_else(|| in_opening(lines, entry, day));
    let line = entry.date_line.or_else(|| mail::date_line(lines, entry.first));
    (is_posted || entry.title_line.is_some()).then_some(Posting {
        day,
        line: line.unwrap_or(entry.first),
        is_told: told.is_some() || !is_posted,
    })
}

/// The date that the line of an entry, or else its text, prints.
fn own_date(lines: &[Line<'_>], entry: &Entry, line: Option<&DateLine<'_>>) -> Option<PrintedDate> {
    if let Some(sent) = mail::date_line(lines, entry.first) {
        return Some(dateline::read(mail::value(lines.get(sent)?))?.own.date);
    }
    let range = entries::range(lines, entry).map(|found| found.own.date);
    let line = line.map(|found| found.own.date);
    let printed = match (range, line) {
        (Some(PrintedDate::Full(date)), _) => Some(PrintedDate::Full(date)),
        (range, line) => line.or(range),
    };
    printed.or_else(|| in_text(lines, entry))
}

/// The date that an entry prints.
fn of_entry(lines: &[Line<'_>], entry: &Entry) -> Option<PrintedDate> {
    let line = entries::printed(lines, entry);
    let is_above = entry.times == Times::Above;
    let is_posted = is_above
        && (line.as_ref().is_some_and(|line| line.is_posted)
            || entry.title_line.is_some()
            || front_matter(lines, entry) > entry.first);
    let printed = own_date(lines, entry, line.as_ref());
    if !is_posted {
        return printed;
    }
    let posted = printed.and_then(PrintedDate::full);
    in_title(lines, entry, posted).or_else(|| in_opening(lines, entry, posted?)).or(printed)
}

/// The line after the front matter of a text: what generators of pages keep between two rules above
/// it, or the head of a mail.
pub(super) fn front_matter(lines: &[Line<'_>], entry: &Entry) -> usize {
    if let Some(end) = mail::head_end(lines, entry.first) {
        return end;
    }
    let is_rule = |at: &usize| lines.get(*at).is_some_and(|line| line.raw.trim_end() == "---");
    let is_field = |line: &Line<'_>| {
        line.is_blank() || line.raw.contains(':') || line.raw.starts_with([' ', '-', '#'])
    };
    let first = lines.iter().take(LINES_MAX).position(|line| !line.is_blank());
    let last = first.filter(is_rule).and_then(|first| {
        let last = (first + 1..first + FRONT_LINES).find(is_rule)?;
        lines.get(first + 1..last)?.iter().all(is_field).then_some(last)
    });
    last.filter(|last| entry.first < *last).unwrap_or(0)
}

/// The date in the title of a published text.
fn in_title(lines: &[Line<'_>], entry: &Entry, posted: Option<Date>) -> Option<PrintedDate> {
    let mut head_lines = lines.get(entry.first..entry.end)?.iter().take(20);
    let labelled = head_lines
        .find_map(|line| labels::read(line.body).filter(|found| found.label == Some(Label::Title)));
    let title = match (labelled, entry.title_line) {
        (Some(found), _) => found.value,
        (None, at) => lines.get(at?)?.body,
    };
    let all = tokens(head(title, 200));
    let printed = (0..all.len()).find_map(|at| date_at(&all, at));
    let Some((printed, _)) = printed else {
        return by_telling(head(title, 200), posted?).map(PrintedDate::Full);
    };
    match (printed, posted) {
        (PrintedDate::Yearless(day), Some(posted)) => nearest(day, posted).map(PrintedDate::Full),
        (found @ (PrintedDate::Yearless(_) | PrintedDate::Full(_)), _) => Some(found),
        _ => None,
    }
}

/// The day that a title or a sentence names by the day of its telling: "today", "last night".
fn by_telling(text: &str, posted: Date) -> Option<Date> {
    let all = tokens(text);
    let days = all.iter().enumerate().find_map(|(at, token)| {
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        let is_led = |word: &str| before.is_some_and(|before| before.is_word(word));
        let is_part = token.is_any(&["morning", "afternoon", "evening", "night"]);
        match token {
            token if token.is_any(&["today", "tonight"]) => Some(0),
            token if token.is_word("yesterday") => Some(-1),
            token if token.is_word("tomorrow") => Some(1),
            _ if is_part && is_led("this") => Some(0),
            _ if is_part && is_led("last") => Some(-1),
            _ => None,
        }
    })?;
    moments::shifted(posted, days)
}

/// The day that one of the first sentences of a published text begins with: "On December 6 …".
fn in_opening(lines: &[Line<'_>], entry: &Entry, posted: Date) -> Option<PrintedDate> {
    let from = entry.date_line.map_or(entry.first, |at| at + 1).max(front_matter(lines, entry));
    let told = lines.get(from..entry.end)?.iter().filter(|line| !line.is_blank());
    told.take(OPENING_LINES).find_map(|line| {
        let sentences = super::prose::sentences(head(line.body, 1000));
        sentences.iter().take(3).find_map(|sentence| {
            let date = match begins_with(&tokens(sentence)) {
                Some(PrintedDate::Full(date)) => date,
                Some(PrintedDate::Yearless(day)) => nearest(day, posted)?,
                _ => by_telling(sentence, posted)?,
            };
            let is_ahead = super::prose::is_future(&sentence.to_lowercase());
            let latest = if is_ahead { DAYS_AFTER } else { 0 };
            let is_near = (-DAYS_BEFORE..=latest).contains(&days_between(posted, date));
            is_near.then_some(PrintedDate::Full(date))
        })
    })
}

/// The date that a sentence begins with.
fn begins_with(all: &[Token<'_>]) -> Option<PrintedDate> {
    let at = usize::from(all.first()?.is_word("on"));
    let (date, end) = date_at(all, at)?;
    // A date alone is that of the text; with words behind it, it is of what the text tells.
    (end + 2 < all.len()).then_some(date)
}

/// The first date in the text of an entry that has no line with a date.
fn in_text(lines: &[Line<'_>], entry: &Entry) -> Option<PrintedDate> {
    if entry.date_line.is_some() {
        return None;
    }
    let mut yearless: Option<Yearless> = None;
    for line in lines.get(entry.first..entry.end)?.iter().take(LINES_MAX) {
        let all = tokens(head(line.body, 2000));
        for at in 0..all.len() {
            match date_at(&all, at).map(|(date, _)| date) {
                Some(PrintedDate::Full(date)) => {
                    let is_same = yearless
                        .is_none_or(|day| (day.month, day.day) == (date.month(), date.day()));
                    if is_same {
                        return Some(PrintedDate::Full(date));
                    }
                }
                Some(PrintedDate::Yearless(day)) => yearless = yearless.or(Some(day)),
                _ => {}
            }
        }
    }
    yearless.map(PrintedDate::Yearless)
}
