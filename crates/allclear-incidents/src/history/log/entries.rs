//! Cuts a page into entries: where each begins, and which lines belong to none.

use std::borrow::Cow;

use super::classes::{Class, classes, dated};
use super::closed;
use super::dateline::{self, DateLine};
use super::dates::PrintedDate;
use super::labels::{self, Label};
use super::lines::Line;
use super::mail;
use super::tables::Table;
use super::texts;
use super::titles;
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
    /// Lines with known labels stand in it.
    pub(super) has_labels: bool,
    /// It is a row of the table with this head.
    pub(super) head_line: Option<usize>,
    /// Where its times stand.
    pub(super) times: Times,
}

/// Where the times of an entry stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Times {
    /// Above its text.
    Above,
    /// One line below its text.
    Below,
    /// Below the text of each of its updates.
    BelowUpdates,
}

impl Entry {
    /// An entry of some lines.
    pub(super) fn of(first: usize, end: usize) -> Self {
        Self {
            first,
            end,
            date_line: None,
            range_line: None,
            title_line: None,
            section_year: None,
            has_labels: false,
            head_line: None,
            times: Times::Above,
        }
    }
}

/// A page cut into entries.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    /// The entries, in the order of the page.
    pub(super) entries: Vec<Entry>,
    /// Lines that belong to none.
    pub(super) strays: Vec<usize>,
    /// Lines that were understood though they belong to no entry, and what they mean.
    pub(super) understood: Vec<(usize, Cow<'static, str>)>,
}

/// Cuts a page into entries.
pub(super) fn cut(lines: &[Line<'_>]) -> Page {
    let classes = classes(lines);
    if let Some(page) = closed::cut(lines, &classes) {
        return page;
    }
    let mut cutter = Cutter {
        lines,
        classes: &classes,
        page: Page::default(),
        open: None,
        year: None,
        labels: Vec::new(),
        has_prose: false,
        table: None,
        wants_time: false,
    };
    for (at, class) in classes.iter().enumerate() {
        cutter.line(at, *class);
    }
    cutter.close(lines.len());
    let mut page = cutter.page;
    if page.entries.iter().all(|entry| entry.date_line.is_none()) && page.strays.len() > 8 {
        // Labels somewhere in a long text without dates do not make it a log.
        page = Page::default();
    }
    if texts::may_be_diary(lines, &page) {
        page = texts::diary(lines).unwrap_or(page);
    }
    titles::drop_contents(lines, &mut page);
    titles::before_dates(lines, &mut page);
    texts::take_quiet(lines, &mut page);
    texts::take_lead(lines, &mut page);
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
    /// The table that the last line belongs to.
    table: Option<Table>,
    /// The last update began without a time, so that its time may stand below it.
    wants_time: bool,
}

impl Cutter<'_, '_> {
    /// Takes a line of a table of outages.
    fn row(&mut self, at: usize) -> bool {
        if let Some(table) = &self.table {
            let line = self.lines.get(at);
            let row = line.and_then(|line| table.row(line, at));
            if row.is_some() || line.is_some_and(Line::is_rule) {
                self.page.entries.extend(row);
                return true;
            }
        }
        self.table = if self.open.is_none() { Table::at(self.lines, at) } else { None };
        if let (Some(table), Some(line)) = (&self.table, self.lines.get(at)) {
            let unread = table.unread(line);
            let meaning = match unread.as_slice() {
                [] => "names the columns of the table below".into(),
                names => format!(
                    "names the columns of the table below; kept in the text alone: {}",
                    names.join(", ")
                )
                .into(),
            };
            self.page.understood.push((at, meaning));
        }
        self.table.is_some()
    }

    /// Takes one line.
    fn line(&mut self, at: usize, class: Class) {
        if self.row(at) {
            return;
        }
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
            self.wants_time = false;
        } else if self.open.is_none() && class != Class::Blank {
            self.page.strays.push(at);
        }
        match class {
            Class::Label(label) => {
                self.labels.push(label);
                if let Some(entry) = &mut self.open {
                    entry.has_labels |= label != Label::Part;
                }
            }
            Class::Other => {
                self.has_prose = true;
                let head = self.lines.get(at).and_then(|line| update_head::read(line.body));
                if let Some(head) = head {
                    self.wants_time = head.is_untimed();
                }
            }
            Class::Date => self.wants_time = false,
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
        let fresh = Entry { section_year: self.year, ..Entry::of(at, at) };
        // Nothing but its date stands in the open entry so far.
        let is_bare = !self.has_prose && self.labels.is_empty();
        if mail::head_end(self.lines, at).is_some() {
            return Some(fresh);
        }
        match class {
            Class::Date
                if is_bare
                    && self.is_its_window(at)
                    && adds_time(self.lines, self.open.as_ref(), at) =>
            {
                self.set_range(at);
                None
            }
            Class::Date if !is_bare && self.is_inside(at) => None,
            Class::Date => Some(Entry { date_line: Some(at), ..fresh }),
            Class::Range if is_bare && repeats(self.lines, self.open.as_ref(), at) => None,
            Class::Range => {
                let open = self.open.as_ref();
                let is_windowless = open.is_some_and(|entry| entry.range_line.is_none());
                if is_bare && is_windowless && self.is_its_window(at) {
                    self.set_range(at);
                    return None;
                }
                Some(Entry { date_line: Some(at), range_line: Some(at), ..fresh })
            }
            Class::Label(Label::Part) => None,
            Class::Label(Label::Date) if self.is_next_date(at) => Some(fresh),
            Class::Label(label) => {
                let again = self.has_prose && self.labels.contains(&label);
                let begins = self.open.is_none() || again;
                (begins && labels_ahead(self.classes, at) >= 2).then_some(fresh)
            }
            Class::Section(_) | Class::Other | Class::Blank => None,
        }
    }

    /// Whether a line with a time belongs to the open entry: an item of a list below a date that is
    /// none, or nothing but a time on the day of the entry, as status pages print it below a text.
    fn is_inside(&self, at: usize) -> bool {
        let line = |at: usize| self.lines.get(at);
        let own = self.open.as_ref().and_then(|entry| line(entry.date_line?));
        let (Some(own), Some(line)) = (own, line(at)) else {
            return false;
        };
        let Some(found) = dated(line).filter(|found| !found.is_range()) else {
            return false;
        };
        if found.own.start.is_none() || line.heading > 0 {
            return false;
        }
        let of_entry = dated(own);
        let is_near =
            of_entry.as_ref().is_some_and(|own| is_same_day(&own.own.date, &found.own.date));
        let is_day = of_entry.is_some_and(|own| own.own.start.is_none());
        (line.is_item && !own.is_item)
            || (is_day && found.words.is_empty() && (self.wants_time || is_near))
    }

    /// Whether a window may belong to the day above it: that day has no words, or is the same.
    fn is_its_window(&self, at: usize) -> bool {
        let read = |at: usize| self.lines.get(at).and_then(dated);
        let own = self.open.as_ref().and_then(|entry| read(entry.date_line?));
        own.zip(read(at)).is_none_or(|(own, window)| {
            own.words.is_empty() || is_same_day(&own.own.date, &window.own.date)
        })
    }

    /// Whether a `Date:` line begins an entry: there is none, or its own has such a line already.
    fn is_next_date(&self, at: usize) -> bool {
        let value = self.lines.get(at).and_then(|line| labels::read(line.body));
        value.is_some_and(|found| dateline::read(found.value).is_some())
            && (self.open.is_none() || self.labels.contains(&Label::Date))
    }

    /// Notes the line with the start and the end of the open entry.
    fn set_range(&mut self, at: usize) {
        if let Some(entry) = &mut self.open {
            entry.range_line = Some(at);
        }
    }
}

/// Whether two printed dates are the same day, or the second is the next one.
fn is_same_day(one: &PrintedDate, other: &PrintedDate) -> bool {
    let day = |date: &PrintedDate| match date {
        PrintedDate::Full(date) => Some((date.month(), date.day())),
        PrintedDate::Yearless(date) => Some((date.month, date.day)),
        _ => None,
    };
    let (Some((month, first)), Some(second)) = (day(one), day(other)) else {
        return false;
    };
    second == (month, first)
        || second == (month, first.saturating_add(1))
        || (second == (month % 12 + 1, 1) && first >= 28)
}

/// How many labels stand together from a line on.
fn labels_ahead(classes: &[Class], at: usize) -> usize {
    let block = classes.iter().skip(at).take(24).filter(|class| **class != Class::Blank);
    block.take_while(|class| matches!(class, Class::Label(_))).count()
}

/// Whether a line only adds a time to the date above it: a start whose end is not known yet.
fn adds_time(lines: &[Line<'_>], open: Option<&Entry>, at: usize) -> bool {
    let has_time =
        |at: usize| lines.get(at).and_then(dated).is_some_and(|found| found.own.start.is_some());
    let is_heading = lines.get(at).is_some_and(|line| line.heading > 0);
    open.is_some_and(|entry| {
        let is_bare = entry.date_line.is_some_and(|line| !has_time(line));
        is_bare && entry.range_line.is_none() && has_time(at) && !is_heading
    })
}

/// Whether a line repeats the window right above it in UTC.
fn repeats(lines: &[Line<'_>], open: Option<&Entry>, at: usize) -> bool {
    let Some(above) = open.and_then(|entry| entry.range_line).filter(|above| at <= above + 2)
    else {
        return false;
    };
    let read = |at: usize| lines.get(at).and_then(|line| dateline::read(line.body));
    let (Some(above), Some(found)) = (read(above), read(at)) else {
        return false;
    };
    let is_near = |one: &PrintedDate, other: &PrintedDate| is_same_day(one, other);
    let (one, other) = (&above.own.date, &found.own.date);
    found.own.is_utc() && found.words.is_empty() && (is_near(one, other) || is_near(other, one))
}

/// The printed date of an entry.
pub(super) fn printed<'a>(lines: &[Line<'a>], entry: &Entry) -> Option<DateLine<'a>> {
    dated(lines.get(entry.date_line?)?)
}

/// The line with the start and the end of an entry.
pub(super) fn range<'a>(lines: &[Line<'a>], entry: &Entry) -> Option<DateLine<'a>> {
    dated(lines.get(entry.range_line?)?)
}

/// Whether a date can be read in one way.
pub(super) fn is_readable(date: PrintedDate) -> bool {
    matches!(date, PrintedDate::Full(_) | PrintedDate::Yearless(_))
}
