//! Cuts a page into entries: where each begins, and which lines belong to none.

use super::dateline::{self, DateLine};
use super::dates::{PrintedDate, month_of, year_of};
use super::labels::{self, Label};
use super::lines::Line;
use super::tokens::{head, tokens};
use super::update_head;

/// One entry's lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its first line.
    pub(super) first: usize,
    /// The line after its last.
    pub(super) end: usize,
    /// The line with its date.
    pub(super) date_line: Option<usize>,
    /// The line with its start and end, where it is another one.
    pub(super) range_line: Option<usize>,
    /// The title stands before the date.
    pub(super) title_line: Option<usize>,
    /// The year of the heading above it.
    pub(super) section_year: Option<i16>,
}

/// A page cut into entries.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    /// The entries, in the order of the page.
    pub(super) entries: Vec<Entry>,
    /// Lines that belong to none.
    pub(super) strays: Vec<usize>,
}

/// What a line is, as far as the cutting goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Blank,
    /// Begins an entry.
    Date,
    /// Has a date, a start and an end.
    Range,
    /// A label that is known.
    Label(Label),
    /// A heading between entries, with its year if it prints one.
    Section(Option<i16>),
    /// Anything else.
    Other,
}

/// Cuts a page into entries.
pub(super) fn cut(lines: &[Line<'_>]) -> Page {
    let classes = classes(lines);
    let mut cutter = Cutter {
        lines,
        classes: &classes,
        page: Page::default(),
        open: None,
        year: None,
        labels: Vec::new(),
        has_prose: false,
    };
    for (at, class) in classes.iter().enumerate() {
        cutter.line(at, *class);
    }
    cutter.close(lines.len());
    let mut page = cutter.page;
    if page.entries.iter().all(|entry| entry.date_line.is_none()) && page.strays.len() > 8 {
        // Labels somewhere in a long text without dates do not make it a log.
        return Page::default();
    }
    titles_before_dates(lines, &mut page);
    page
}

/// Cuts line by line.
struct Cutter<'l, 'a> {
    lines: &'l [Line<'a>],
    classes: &'l [Class],
    page: Page,
    /// The entry that the next line belongs to.
    open: Option<Entry>,
    /// The year of the last heading.
    year: Option<i16>,
    /// Labels of the open entry.
    labels: Vec<Label>,
    /// Prose came in the open entry.
    has_prose: bool,
}

impl Cutter<'_, '_> {
    /// Takes one line.
    fn line(&mut self, at: usize, class: Class) {
        if let Class::Section(year) = class {
            self.close(at);
            self.year = year.or(self.year);
            self.page.strays.push(at);
            return;
        }
        if let Some(entry) = self.begun(at, class) {
            self.close(at);
            self.open = Some(entry);
            self.labels.clear();
            self.has_prose = false;
        } else if self.open.is_none() && class != Class::Blank {
            self.page.strays.push(at);
        }
        match class {
            Class::Label(label) => self.labels.push(label),
            Class::Other => self.has_prose = true,
            _ => {}
        }
    }

    /// Ends the open entry before a line.
    fn close(&mut self, end: usize) {
        if let Some(entry) = self.open.take() {
            self.page.entries.push(Entry { end, ..entry });
        }
    }

    /// The entry that a line begins, if it begins one.
    fn begun(&mut self, at: usize, class: Class) -> Option<Entry> {
        let fresh = Entry {
            first: at,
            end: at,
            date_line: None,
            range_line: None,
            title_line: None,
            section_year: self.year,
        };
        // Nothing but its date stands in the open entry so far.
        let is_bare = !self.has_prose && self.labels.is_empty();
        match class {
            Class::Date if is_bare && adds_time(self.lines, self.open.as_ref(), at) => {
                self.set_range(at);
                None
            }
            Class::Date => Some(Entry { date_line: Some(at), ..fresh }),
            Class::Range if is_bare && repeats(self.lines, self.open.as_ref(), at) => None,
            Class::Range => {
                let open = self.open.as_ref();
                if is_bare && open.is_some_and(|entry| entry.range_line.is_none()) {
                    self.set_range(at);
                    return None;
                }
                Some(Entry { date_line: Some(at), range_line: Some(at), ..fresh })
            }
            Class::Label(Label::Part) => None,
            Class::Label(label) => {
                let again = self.has_prose && self.labels.contains(&label);
                let begins = self.open.is_none() || again;
                (begins && labels_ahead(self.classes, at) >= 2).then_some(fresh)
            }
            Class::Section(_) | Class::Other | Class::Blank => None,
        }
    }

    /// Notes the line with the start and the end of the open entry.
    fn set_range(&mut self, at: usize) {
        if let Some(entry) = &mut self.open {
            entry.range_line = Some(at);
        }
    }
}

/// How many labels stand together from a line on.
fn labels_ahead(classes: &[Class], at: usize) -> usize {
    let block = classes.iter().skip(at).take(24).filter(|class| **class != Class::Blank);
    block.take_while(|class| matches!(class, Class::Label(_))).count()
}

/// Whether a line only adds a time to the date above it: a start whose end is not known yet.
fn adds_time(lines: &[Line<'_>], open: Option<&Entry>, at: usize) -> bool {
    let has_time = |at: usize| {
        let found = lines.get(at).and_then(|line| dateline::read(line.body));
        found.is_some_and(|found| found.own.start.is_some())
    };
    open.is_some_and(|entry| {
        let is_bare = entry.date_line.is_some_and(|line| !has_time(line));
        is_bare && entry.range_line.is_none() && has_time(at)
    })
}

/// Whether a line repeats the window right above it in UTC.
fn repeats(lines: &[Line<'_>], open: Option<&Entry>, at: usize) -> bool {
    let above = open.and_then(|entry| entry.range_line);
    let is_near = above.is_some_and(|above| at <= above + 2);
    is_near
        && lines
            .get(at)
            .and_then(|line| dateline::read(line.body))
            .is_some_and(|found| found.own.is_utc())
}

/// What each line is.
fn classes(lines: &[Line<'_>]) -> Vec<Class> {
    let mut classes: Vec<Class> = lines.iter().map(class_alone).collect();
    // From the last line up, so that each knows what follows it.
    let mut next = Class::Blank;
    for at in (0..lines.len()).rev() {
        let Some(line) = lines.get(at) else { continue };
        let before = at.checked_sub(1).and_then(|before| lines.get(before));
        let after = lines.get(at + 1);
        let is_section = is_marked_section(line, after, next);
        if let Some(class) = classes.get_mut(at) {
            if *class == Class::Date && !begins_entry(line, before, after, next) {
                *class = Class::Other;
            }
            if *class == Class::Other && is_section {
                *class = Class::Section(section_year(line.body));
            }
            if *class != Class::Blank {
                next = *class;
            }
        }
    }
    classes
}

/// What a line is, looked at alone.
fn class_alone(line: &Line<'_>) -> Class {
    if line.is_blank() {
        return Class::Blank;
    }
    if let Some(found) = dateline::read(line.body) {
        if found.is_range() && !found.is_bracketed {
            return Class::Range;
        }
        return Class::Date;
    }
    if update_head::read(line.body).is_some() {
        return Class::Other;
    }
    match labels::read(line.body).and_then(|found| found.label.map(|label| (label, found.value))) {
        // `Service was: …` is prose; so are dates and titles that say nothing.
        Some((Label::Date | Label::Title | Label::Start | Label::End, "")) | None => {
            if is_year_alone(line.body) {
                Class::Section(section_year(line.body))
            } else {
                Class::Other
            }
        }
        Some((label, _)) => Class::Label(label),
    }
}

/// `2017`, `Year 2017`, `April 2010`.
fn is_year_alone(body: &str) -> bool {
    let all = tokens(head(body, 40));
    match all.as_slice() {
        [year] => year_of(year).is_some(),
        [first, year] => {
            year_of(year).is_some() && (month_of(first).is_some() || first.is_word("year"))
        }
        _ => false,
    }
}

/// The year that a heading prints.
fn section_year(body: &str) -> Option<i16> {
    tokens(head(body, 120)).iter().find_map(year_of)
}

/// Whether a line that begins with a date begins an entry.
fn begins_entry(
    line: &Line<'_>,
    before: Option<&Line<'_>>,
    after: Option<&Line<'_>>,
    next: Class,
) -> bool {
    let Some(found) = dateline::read(line.body) else {
        return false;
    };
    if found.is_bracketed && found.own.start.is_some() {
        return false;
    }
    if line.heading > 0 {
        return true;
    }
    if found.own.start.is_some() && is_in_run(before, after) {
        return false;
    }
    let is_open =
        |side: Option<&Line<'_>>| side.is_none_or(|line| line.is_blank() || line.is_rule());
    let after_mark =
        before.is_none_or(|line| line.is_blank() || line.is_rule() || line.heading > 0);
    let is_labelled = matches!(next, Class::Label(_)) && after.is_some_and(|line| !line.is_blank());
    if found.words.is_empty() && found.own.start.is_none() {
        return true;
    }
    if found.is_apart {
        return after_mark || is_open(after) || is_labelled || next == Class::Range;
    }
    let is_short = line.body.len() <= 120 && !found.words.ends_with(['.', '!', '?', ';', ',']);
    let is_iso = line.body.starts_with(|ch: char| ch.is_ascii_digit());
    let leads = is_open(after) || matches!(next, Class::Label(_));
    is_short && (is_iso || found.own.start.is_some()) && after_mark && leads
}

/// Whether a dated time stands among other times, as in a timeline.
fn is_in_run(before: Option<&Line<'_>>, after: Option<&Line<'_>>) -> bool {
    [before, after].into_iter().flatten().any(|line| {
        dateline::read(line.body)
            .is_some_and(|found| found.own.start.is_some() && !found.is_range())
            || update_head::read(line.body).is_some_and(|found| found.is_timeline())
    })
}

/// Whether a line is a heading between entries.
fn is_marked_section(line: &Line<'_>, after: Option<&Line<'_>>, next: Class) -> bool {
    if !matches!(next, Class::Date | Class::Range | Class::Section(_)) || line.is_rule() {
        return false;
    }
    let is_underlined = after.is_some_and(Line::is_rule) && line.body.len() <= 80;
    line.heading > 0 || is_underlined || is_page_words(line.body)
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
fn is_page_words(body: &str) -> bool {
    if body.len() > 60 || body.is_empty() {
        return false;
    }
    let all = tokens(body);
    all.iter().any(|token| token.kind == super::tokens::Kind::Word)
        && all.iter().all(|token| {
            token.is_any(&PAGE_WORDS)
                || year_of(token).is_some()
                || token.is_mark_of(&[':', '&', '-', '–', '—', '/', ','])
        })
}

/// On pages that print each title before its date, moves the titles to their entries.
fn titles_before_dates(lines: &[Line<'_>], page: &mut Page) {
    let mut found = Vec::new();
    for (index, entry) in page.entries.iter().enumerate() {
        let Some(date_line) = entry.date_line else {
            return;
        };
        let is_bare =
            lines.get(date_line).and_then(|line| dateline::read(line.body)).is_some_and(|date| {
                (date.words.is_empty() || date.words.starts_with("by ")) && !date.is_range()
            });
        let has_label = (date_line + 1..entry.end.min(date_line + 4)).any(|at| {
            lines
                .get(at)
                .is_some_and(|line| matches!(class_alone(line), Class::Label(_) | Class::Range))
        });
        let floor =
            if index == 0 { 0 } else { page.entries.get(index - 1).map_or(0, |e| e.first + 1) };
        let Some(title) = title_above(lines, date_line, floor) else {
            return;
        };
        if !is_bare || has_label || entry.range_line.is_some() {
            return;
        }
        found.push(title);
    }
    for (index, title) in found.iter().enumerate() {
        if let Some(before) = index.checked_sub(1).and_then(|before| page.entries.get_mut(before)) {
            before.end = before.end.min(*title);
        }
        if let Some(entry) = page.entries.get_mut(index) {
            entry.first = *title;
            entry.title_line = Some(*title);
        }
    }
    let first = found.first().copied().unwrap_or(0);
    page.strays.retain(|stray| {
        *stray < first
            || !page.entries.iter().take(1).any(|entry| (entry.first..entry.end).contains(stray))
    });
    page.strays.retain(|stray| found.binary_search(stray).is_err());
}

/// The title right above a date: a short line with a blank one before it.
fn title_above(lines: &[Line<'_>], date_line: usize, floor: usize) -> Option<usize> {
    let mut at = date_line.checked_sub(1)?;
    if lines.get(at)?.is_blank() {
        at = at.checked_sub(1)?;
    }
    let line = lines.get(at).filter(|line| !line.is_blank() && !line.is_rule())?;
    let is_first =
        at == 0 || lines.get(at - 1).is_some_and(|line| line.is_blank() || line.is_rule());
    let is_title = line.body.len() <= 120
        && !line.body.ends_with(['.', ';', ','])
        && !is_page_words(line.body)
        && !is_year_alone(line.body)
        && update_head::read(line.body).is_none();
    (at >= floor && is_first && is_title).then_some(at)
}

/// The printed date of an entry.
pub(super) fn printed<'a>(lines: &[Line<'a>], entry: &Entry) -> Option<DateLine<'a>> {
    dateline::read(lines.get(entry.date_line?)?.body)
}

/// The line with the start and the end of an entry.
pub(super) fn range<'a>(lines: &[Line<'a>], entry: &Entry) -> Option<DateLine<'a>> {
    dateline::read(lines.get(entry.range_line?)?.body)
}

/// Whether a date can be read in one way.
pub(super) fn is_readable(date: PrintedDate) -> bool {
    matches!(date, PrintedDate::Full(_) | PrintedDate::Yearless(_))
}
