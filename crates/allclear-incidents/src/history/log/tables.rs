//! Tables of outages: a head that names the columns, and a row for each outage.

use super::dates::date_at;
use super::entries::Entry;
use super::labels::{self, Label};
use super::lines::Line;
use super::parts::Parts;
use super::tokens::{head, is_space, spaced, tokens};

/// How many columns are read.
const COLUMNS_MAX: usize = 32;

/// Heads of columns that hold what happened.
const TITLES: [&str; 19] = [
    "what",
    "title",
    "summary",
    "incident",
    "outage",
    "description",
    "event",
    "details",
    "issue",
    "problem",
    "impact",
    "effect",
    "symptoms",
    "notes",
    "note",
    "comment",
    "comments",
    "remarks",
    "what happened",
];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    /// The value of a label.
    Label(Label),
    /// What happened.
    Title,
    /// Something else; it stays in the text.
    Other,
}

/// The cells of a row between bars, or between tabs.
pub(super) fn cells<'a>(line: &Line<'a>) -> Vec<&'a str> {
    let row = line.raw.trim_matches(is_space);
    let mark = if row.contains('|') { '|' } else { '\t' };
    let row = row.strip_prefix('|').unwrap_or(row);
    let row = row.strip_suffix('|').unwrap_or(row);
    let edge = |ch: char| is_space(ch) || matches!(ch, '*' | '`');
    if !row.contains(mark) {
        return Vec::new();
    }
    row.split(mark).take(COLUMNS_MAX).map(|cell| cell.trim_matches(edge)).collect()
}

/// The columns that the head of a table names, if one of them holds the date, and another is known.
fn columns(line: &Line<'_>) -> Option<Vec<Column>> {
    let columns: Vec<Column> = cells(line).into_iter().map(column).collect();
    let is_date = |column: &&Column| matches!(column, Column::Label(Label::Date | Label::Start));
    let known = columns.iter().filter(|column| **column != Column::Other).count();
    (known >= 2 && columns.iter().any(|column| is_date(&column))).then_some(columns)
}

/// What a column of this name holds.
fn column(name: &str) -> Column {
    let name = name.split_once('(').map_or(name, |(name, _)| name).trim_matches(is_space);
    if TITLES.iter().any(|title| title.eq_ignore_ascii_case(name)) {
        return Column::Title;
    }
    for (known, label) in [("from", Label::Start), ("to", Label::End), ("until", Label::End)] {
        if known.eq_ignore_ascii_case(name) {
            return Column::Label(label);
        }
    }
    let shown = format!("{name}: x");
    match labels::read(&shown).and_then(|found| found.label) {
        Some(Label::Part) | None => Column::Other,
        Some(label) => Column::Label(label),
    }
}

/// Whether a row has the date that it should have.
fn is_dated(columns: &[Column], cells: &[&str]) -> bool {
    columns.iter().zip(cells).any(|(column, cell)| {
        matches!(column, Column::Label(Label::Date | Label::Start))
            && date_at(&tokens(head(cell, 80)), 0).is_some()
    })
}

/// A table whose head was read.
#[derive(Clone, Debug)]
pub(super) struct Table {
    head_line: usize,
    columns: Vec<Column>,
}

impl Table {
    /// The table that a line is the head of, with a row below it.
    pub(super) fn at(lines: &[Line<'_>], at: usize) -> Option<Self> {
        let line = lines.get(at).filter(|line| line.raw.contains(['|', '\t']))?;
        let table = Self { head_line: at, columns: columns(line)? };
        let mut next = lines.get(at + 1..)?.iter();
        let row = next.find(|line| !line.is_rule())?;
        table.row(row, at + 1).map(|_| table)
    }

    /// The names of the columns that are not read, as its head prints them.
    pub(super) fn unread<'a>(&self, line: &Line<'a>) -> Vec<&'a str> {
        let columns = self.columns.iter().zip(cells(line));
        let unread = columns.filter(|(column, name)| **column == Column::Other && !name.is_empty());
        unread.map(|(_, name)| name).collect()
    }

    /// The entry that a line of the table is.
    pub(super) fn row(&self, line: &Line<'_>, at: usize) -> Option<Entry> {
        let cells = cells(line);
        let is_row = cells.len() == self.columns.len() && is_dated(&self.columns, &cells);
        is_row.then(|| Entry { head_line: Some(self.head_line), ..Entry::of(at, at + 1) })
    }
}

/// The parts of a row.
pub(super) fn parts<'a>(lines: &[Line<'a>], entry: &Entry, head_line: usize) -> Parts<'a> {
    let mut parts = Parts::default();
    let columns = lines.get(head_line).and_then(columns).unwrap_or_default();
    let Some(row) = lines.get(entry.first) else {
        return parts;
    };
    for (column, cell) in columns.iter().zip(cells(row)).filter(|(_, cell)| !cell.is_empty()) {
        match column {
            Column::Label(label) => {
                if label.is_told() {
                    parts.lead.push(cell.to_owned());
                }
                parts.labels.push((*label, spaced(cell)));
            }
            Column::Title => {
                parts.title = parts.title.or(Some(cell));
                parts.lead.push(cell.to_owned());
            }
            Column::Other => {}
        }
    }
    parts
}
