//! Pages that are one text, windows over some lines, and days on which nothing happened.

use super::classes::dated;
use super::dateline;
use super::entries::{Entry, Page};
use super::headings::is_page_words;
use super::lines::{Line, line};
use super::stated;
use super::tokens::{Kind, tokens};

/// Makes one line of a start and an end that are printed on lines of their own.
pub(super) fn join_windows<'a>(text: &'a str, lines: &mut [Line<'a>]) {
    let mut at = 0;
    while at < lines.len() {
        let is_open =
            lines.get(at).and_then(|line| dateline::read(line.body)).is_some_and(|found| {
                found.words.is_empty() && found.own.start.is_some() && !found.is_bracketed
            });
        let found = if is_open { window(text, lines, at) } else { None };
        let Some((body, last)) = found else {
            at += 1;
            continue;
        };
        if let Some(line) = lines.get_mut(at) {
            line.body = body;
        }
        for line in lines.get_mut(at + 1..=last).unwrap_or_default() {
            line.body = "";
        }
        at = last + 1;
    }
}

/// The longest window that begins with a line and goes on for up to three more.
fn window<'a>(text: &'a str, lines: &[Line<'a>], at: usize) -> Option<(&'a str, usize)> {
    let first = lines.get(at)?;
    (at + 1..=at + 3).rev().find_map(|last| {
        let end = lines.get(last)?;
        let is_data = |line: &Line<'_>| line.body.starts_with(|ch: char| ch.is_ascii_digit());
        if !lines.get(at + 1..=last)?.iter().all(is_data) {
            return None;
        }
        let body = line(text.get(first.start..end.start + end.raw.len())?).body;
        let found = dateline::read(body)?;
        (found.is_range() && found.words.is_empty()).then_some((body, last))
    })
}

/// Whether a page with one entry is rather a single text that prints the day of its publication.
pub(super) fn is_one_text(lines: &[Line<'_>], page: &Page) -> bool {
    let [entry] = page.entries.as_slice() else {
        return false;
    };
    let is_weak = !entry.has_labels && entry.range_line.is_none() && entry.title_line.is_none();
    let is_heading =
        entry.date_line.and_then(|at| lines.get(at)).is_none_or(|line| line.heading > 0);
    let tells = |stray: &usize| {
        lines.get(*stray).is_some_and(|line| {
            line.heading == 0
                && !line.is_rule()
                && !is_page_words(line.body)
                && stated::read(line.body).is_none()
        })
    };
    is_weak && !is_heading && page.strays.iter().any(tells)
}

/// On a page with a single entry that begins at its labels, gives it the lines above them.
pub(super) fn take_lead(lines: &[Line<'_>], page: &mut Page) {
    let [entry] = page.entries.as_mut_slice() else {
        return;
    };
    if entry.date_line.is_some() || page.strays.iter().any(|at| *at >= entry.first) {
        return;
    }
    let is_told = |at: &usize| lines.get(*at).is_some_and(|line| stated::read(line.body).is_none());
    if let Some(first) = page.strays.iter().copied().find(is_told) {
        entry.first = first;
        page.strays.retain(|at| *at < first);
    }
}

/// Takes out the days that only say that nothing happened.
pub(super) fn take_quiet(lines: &[Line<'_>], page: &mut Page) {
    let is_quiet = |entry: &Entry| {
        let is_day = entry
            .date_line
            .and_then(|at| lines.get(at))
            .and_then(dated)
            .is_some_and(|found| found.words.is_empty() && found.own.start.is_none());
        let mut told = (entry.first..entry.end)
            .filter(|at| Some(*at) != entry.date_line)
            .filter_map(|at| lines.get(at))
            .filter(|line| !line.is_blank() && !line.is_rule());
        is_day && told.next().is_some_and(|line| says_nothing(line.body)) && told.next().is_none()
    };
    let (quiet, entries): (Vec<Entry>, Vec<Entry>) =
        std::mem::take(&mut page.entries).into_iter().partition(is_quiet);
    page.entries = entries;
    let is_told = |at: &usize| lines.get(*at).is_some_and(|line| !line.is_blank());
    let days = quiet.iter().flat_map(|entry| entry.first..entry.end).filter(is_told);
    page.understood.extend(days.map(|at| (at, "nothing happened on this day".into())));
}

/// Whether a line says that nothing happened: "No incidents reported today."
pub(super) fn says_nothing(body: &str) -> bool {
    const WORDS: [&str; 20] = [
        "no",
        "incident",
        "incidents",
        "outage",
        "outages",
        "issue",
        "issues",
        "events",
        "problems",
        "downtime",
        "reported",
        "recorded",
        "today",
        "to",
        "report",
        "on",
        "this",
        "day",
        "for",
        "month",
    ];
    let all = tokens(super::tokens::head(body, 80));
    let begins =
        matches!(all.as_slice(), [no, what, ..] if no.is_word("no") && !what.is_word("to"));
    begins && all.iter().all(|token| token.kind != Kind::Word || token.is_any(&WORDS))
}

/// Whether nothing but lines with times was found on a page.
pub(super) fn may_be_diary(lines: &[Line<'_>], page: &Page) -> bool {
    page.entries.iter().all(|entry| {
        let line = entry.date_line.and_then(|at| lines.get(at));
        let found = line.filter(|line| line.heading == 0).and_then(dated);
        let is_time = found.is_some_and(|found| found.own.start.is_some() && !found.is_range());
        is_time && !entry.has_labels && entry.range_line.is_none()
    })
}

/// A page of lines that each begin with a date and a time, on several days: the lines of one day that
/// stand together are an entry.
pub(super) fn diary(lines: &[Line<'_>]) -> Option<Page> {
    let day = |line: &Line<'_>| {
        let found = dateline::read(line.body).filter(|found| found.own.start.is_some())?;
        Some(found.own.date)
    };
    let days: Vec<_> = lines.iter().map(day).collect();
    let told = lines.iter().filter(|line| !line.is_blank() && !line.is_rule()).count();
    let dated = days.iter().flatten().count();
    let first = days.iter().flatten().next();
    if dated < 3 || dated * 2 < told || days.iter().flatten().all(|day| Some(day) == first) {
        return None;
    }
    let mut page = Page::default();
    let mut last = None;
    for (at, day) in days.iter().enumerate() {
        match (day, page.entries.last_mut()) {
            (Some(day), _) if last != Some(*day) => {
                last = Some(*day);
                page.entries.push(Entry { date_line: Some(at), ..Entry::of(at, at + 1) });
            }
            (_, Some(entry)) => entry.end = at + 1,
            (_, None) => page.strays.push(at),
        }
    }
    page.strays.retain(|at| lines.get(*at).is_some_and(|line| !line.is_blank()));
    Some(page)
}
