//! Titles that stand above their dates, and lists of contents.

use std::collections::HashSet;

use super::classes::{Class, class_alone, dated};
use super::entries::{Entry, Page};
use super::headings::{is_page_words, is_year_alone};
use super::labels::{self, Label};
use super::lines::Line;
use super::update_head;

/// On pages that print each title before its date, moves the titles to their entries.
pub(super) fn before_dates(lines: &[Line<'_>], page: &mut Page) {
    let mut found = Vec::new();
    for (index, entry) in page.entries.iter().enumerate() {
        let Some(date_line) = entry.date_line.or_else(|| labelled_date(lines, entry)) else {
            return;
        };
        let is_labelled = entry.date_line.is_none();
        let is_bare = is_labelled
            || lines
                .get(date_line)
                .and_then(dated)
                .is_some_and(|date| (date.words.is_empty() || date.is_posted) && !date.is_range());
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
        let is_marked = is_labelled || lines.get(title).is_some_and(|line| line.heading > 0);
        if !is_bare || (has_label && !is_marked) || entry.range_line.is_some() {
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

/// The line `Date: …` that an entry begins with.
fn labelled_date(lines: &[Line<'_>], entry: &Entry) -> Option<usize> {
    let found = labels::read(lines.get(entry.first)?.body)?;
    (found.label == Some(Label::Date)).then_some(entry.first)
}

/// The title right above a date: a short line with a blank one before it.
fn title_above(lines: &[Line<'_>], date_line: usize, floor: usize) -> Option<usize> {
    let mut at = date_line.checked_sub(1)?;
    if lines.get(at)?.is_blank() {
        at = at.checked_sub(1)?;
    }
    if at > 0 && lines.get(at)?.is_rule() {
        at -= 1;
    }
    let is_signed = |at: usize| {
        let line = lines.get(at);
        line.is_some_and(|line| line.body.get(..3).is_some_and(|by| by.eq_ignore_ascii_case("by ")))
    };
    if is_signed(at) {
        at = at.checked_sub(1)?;
        if lines.get(at)?.is_blank() {
            at = at.checked_sub(1)?;
        }
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

/// Takes out the lines of a list of contents: entries of nothing but a line that a later entry
/// begins with as well.
pub(super) fn drop_contents(lines: &[Line<'_>], page: &mut Page) {
    let key = |entry: &Entry| {
        let found = lines.get(entry.date_line?).and_then(dated)?;
        Some((found.own.date, found.words))
    };
    let is_empty = |entry: &Entry| {
        let mut rest = lines.get(entry.first + 1..entry.end).unwrap_or_default().iter();
        rest.all(|line| line.is_blank() || dated(line).is_some_and(|found| found.is_apart))
    };
    let told: HashSet<_> =
        page.entries.iter().filter(|entry| !is_empty(entry)).filter_map(key).collect();
    let (contents, entries): (Vec<Entry>, Vec<Entry>) = std::mem::take(&mut page.entries)
        .into_iter()
        .partition(|entry| is_empty(entry) && key(entry).is_some_and(|key| told.contains(&key)));
    page.entries = entries;
    let listed = contents.iter().flat_map(|entry| entry.first..entry.end);
    let is_told = |at: &usize| lines.get(*at).is_some_and(|line| !line.is_blank());
    page.strays.extend(listed.filter(is_told));
    page.strays.sort_unstable();
}
