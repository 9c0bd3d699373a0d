//! Headings between entries: years, months, and words that only headings of such pages are made of.

use super::classes::{Class, dated};
use super::dates::{month_of, year_of};
use super::labels::{self, Label};
use super::lines::Line;
use super::tokens::{Kind, head, tokens};

/// `2017`, `Year 2017`, `April 2010`, `Month April 2010`.
pub(super) fn is_year_alone(body: &str) -> bool {
    let all = tokens(head(body, 40));
    match all.as_slice() {
        [year] => year_of(year).is_some(),
        [first, year] => {
            year_of(year).is_some() && (month_of(first).is_some() || first.is_word("year"))
        }
        [word, month, year] => {
            word.is_word("month") && month_of(month).is_some() && year_of(year).is_some()
        }
        _ => false,
    }
}

/// The year that a heading prints.
pub(super) fn section_year(body: &str) -> Option<i16> {
    tokens(head(body, 120)).iter().find_map(year_of)
}

/// Whether a line is a heading between entries.
pub(super) fn is_marked_section(line: &Line<'_>, after: Option<&Line<'_>>, next: Class) -> bool {
    if !matches!(next, Class::Date | Class::Range | Class::Section(_)) || line.is_rule() {
        return false;
    }
    let is_underlined = after.is_some_and(Line::is_rule) && line.body.len() <= 80;
    line.heading > 0 || is_underlined || is_page_words(line.body)
}

/// Makes the headings of a timeline what they are: below the heading of an entry they begin none.
pub(super) fn demote_timelines(lines: &[Line<'_>], classes: &mut [Class]) {
    let mut entry = None;
    let mut timeline = None;
    for (line, class) in lines.iter().zip(classes).filter(|(line, _)| line.heading > 0) {
        if timeline.is_some_and(|level| line.heading <= level) {
            timeline = None;
        }
        if *class != Class::Date {
            let label = labels::read_heading(line.body);
            timeline = timeline.or((label == Some(Label::Part)).then_some(line.heading));
            continue;
        }
        let has_time =
            dated(line).is_some_and(|found| found.own.start.is_some() && !found.is_range());
        let is_inside = entry.is_some_and(|level| line.heading > level);
        if is_inside && (has_time || timeline.is_some()) {
            *class = Class::Other;
        } else {
            entry = Some(line.heading);
        }
    }
}

/// Words that only headings of such pages are made of.
const PAGE_WORDS: [&str; 40] = [
    "outage",
    "outages",
    "incident",
    "incidents",
    "history",
    "past",
    "present",
    "future",
    "status",
    "archive",
    "archives",
    "older",
    "previous",
    "recent",
    "current",
    "events",
    "log",
    "the",
    "and",
    "of",
    "all",
    "scheduled",
    "planned",
    "maintenance",
    "upcoming",
    "system",
    "service",
    "page",
    "downtime",
    "report",
    "reports",
    "entries",
    "earlier",
    "old",
    "list",
    "known",
    "planned",
    "windows",
    "interruptions",
    "notices",
];

/// Whether a short line is made of the words of headings alone.
pub(super) fn is_page_words(body: &str) -> bool {
    if body.len() > 60 || body.is_empty() {
        return false;
    }
    let all = tokens(body);
    all.iter().any(|token| token.kind == Kind::Word)
        && all.iter().all(|token| {
            token.is_any(&PAGE_WORDS)
                || year_of(token).is_some()
                || token.is_mark_of(&[':', '&', '-', '–', '—', '/', ','])
        })
}
