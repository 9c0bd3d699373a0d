//! Pages whose times stand below their texts, as status pages print their history: a title, a text,
//! `Nov 14, 2024, 09:12 - 11:40 UTC`.
//!
//! One such line looks the same above and below its text; the whole page tells which it is. It
//! begins with a text before the first time, and a time is the last of it, or the end of each
//! paragraph.

use std::ops::Range;

use super::classes::Class;
use super::dateline;
use super::entries::{Entry, Page, Times};
use super::headings::section_year;
use super::labels::Label;
use super::lines::Line;
use super::stated;
use super::texts;
use super::update_head::is_state_line;

/// How long a line with nothing but a time may be.
const TIME_BYTES: usize = 120;

/// Cuts a page whose times stand below its texts; `None` for any other page.
pub(super) fn cut(lines: &[Line<'_>], classes: &[Class]) -> Option<Page> {
    let shape = Shape::of(lines, classes);
    let is_date = |class: &Class| matches!(class, Class::Date | Class::Range);
    let mut kinds = classes.iter().zip(&shape.kinds);
    if kinds.any(|(class, kind)| is_date(class) && *kind != Kind::Time) {
        return None;
    }
    let times: Vec<usize> = (0..lines.len()).filter(|at| shape.is(*at, Kind::Time)).collect();
    let (first, last) = (*times.first()?, *times.last()?);
    if !(0..first).any(|at| shape.is(at, Kind::Told)) {
        return None;
    }
    let is_end = !(last + 1..lines.len()).any(|at| shape.is(at, Kind::Told));
    let groups = times.windows(2).filter_map(|pair| match pair {
        [from, to] => Some(shape.paragraphs(from + 1..*to).len()),
        _ => None,
    });
    let groups = groups.max();
    if !shape.is_closed(&times, is_end, groups.is_none_or(|groups| groups <= 1)) {
        return None;
    }
    let mut cutter = Cutter { shape, groups, page: Page::default(), open: None, year: None };
    let mut from = 0;
    for at in times {
        from = cutter.block(from..at);
    }
    cutter.rest(from);
    Some(cutter.page)
}

/// Whether nothing but a date with a time is printed on a line, or a date with two.
fn is_time(line: &Line<'_>) -> bool {
    let is_short = line.body.len() <= TIME_BYTES && line.heading == 0;
    let found = dateline::read(line.body).filter(|_| is_short);
    found.is_some_and(|found| {
        found.words.is_empty() && !found.is_bracketed && found.own.start.is_some()
    })
}

/// What a line is on such a page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A date with a time, or with two, and nothing else.
    Time,
    /// What was affected, as status pages print it below the times.
    Data,
    /// A title, or a line of a text.
    Told,
    /// Nothing, or a heading between entries.
    Other,
}

/// What stands around the times of a page.
struct Shape<'l, 'a> {
    lines: &'l [Line<'a>],
    classes: &'l [Class],
    kinds: Vec<Kind>,
}

impl<'l, 'a> Shape<'l, 'a> {
    /// What the lines of a page are.
    fn of(lines: &'l [Line<'a>], classes: &'l [Class]) -> Self {
        let kind = |(line, class): (&Line<'_>, &Class)| {
            let is_text = matches!(class, Class::Other | Class::Label(_));
            if is_time(line) {
                Kind::Time
            } else if *class == Class::Label(Label::Affected) {
                Kind::Data
            } else if is_text && !line.is_rule() && stated::read(line.body).is_none() {
                Kind::Told
            } else {
                Kind::Other
            }
        };
        let kinds = lines.iter().zip(classes).map(kind).collect();
        Self { lines, classes, kinds }
    }

    /// Whether a line is of a kind.
    fn is(&self, at: usize, kind: Kind) -> bool {
        self.kinds.get(at) == Some(&kind)
    }

    /// The lines that stand together above a line.
    fn above(&self, at: usize) -> Range<usize> {
        let first = (0..at).rev().take_while(|line| self.is(*line, Kind::Told)).last();
        first.unwrap_or(at)..at
    }

    /// The groups of lines that stand together.
    fn paragraphs(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let mut out: Vec<Range<usize>> = Vec::new();
        for at in range.filter(|at| self.is(*at, Kind::Told)) {
            match out.last_mut() {
                Some(last) if last.end == at => last.end = at + 1,
                _ => out.push(at..at + 1),
            }
        }
        out
    }

    /// The first line that begins an update as status pages print it.
    fn state(&self, range: Range<usize>) -> Option<usize> {
        let is_state = |at: &usize| {
            let line = self.lines.get(*at);
            self.is(*at, Kind::Told) && line.is_some_and(|line| is_state_line(line.body))
        };
        range.into_iter().find(is_state)
    }

    /// Whether the times stand below the texts.
    fn is_closed(&self, times: &[usize], is_end: bool, is_single: bool) -> bool {
        let blocks = std::iter::once(0).chain(times.iter().map(|at| at + 1)).zip(times);
        // An update as status pages print it stands above a time.
        let states: Vec<bool> = blocks.map(|(from, to)| self.state(from..*to).is_some()).collect();
        let has_states = states.contains(&true);
        let is_range = |at: usize| {
            let line = self.lines.get(at).and_then(|line| dateline::read(line.body));
            line.is_some_and(|found| found.is_range())
        };
        let is_below = |at: usize| self.is(at + 1, Kind::Told);
        let above: Vec<Range<usize>> = times.iter().map(|at| self.above(*at)).collect();
        let is_glued = above.iter().all(|lines| !lines.is_empty());
        let is_alone = !times.iter().any(|at| is_below(*at));
        let is_known = times.len() > 1 || times.iter().any(|at| is_range(*at)) || has_states;
        let is_whole =
            above.iter().zip(&states).all(|(lines, has_state)| lines.len() >= 2 || *has_state);
        let has_data = times.iter().any(|at| self.is(at + 1, Kind::Data));
        if is_end {
            // Every time but the last may be followed by the next title, if none is without a text;
            // a time with data below it begins an entry as well.
            return is_known && (is_glued || is_alone) && (is_whole || !has_data);
        }
        let tells = |lines: &Range<usize>| {
            let last = lines.end.checked_sub(1).and_then(|at| self.lines.get(at));
            last.is_some_and(|line| line.body.ends_with(['.', '!']))
        };
        let is_clear = times.len() > 1 || above.iter().all(tells);
        is_known && is_alone && is_whole && is_clear && (is_single || has_states)
    }
}

/// Cuts a page text by text.
struct Cutter<'l, 'a> {
    shape: Shape<'l, 'a>,
    /// How many groups of lines stand between two times at most.
    groups: Option<usize>,
    page: Page,
    /// The entry that an update may go on.
    open: Option<Entry>,
    /// The year of the last heading.
    year: Option<i16>,
}

impl Cutter<'_, '_> {
    /// Takes a text and the time below it; says where the next text begins.
    fn block(&mut self, block: Range<usize>) -> usize {
        let time = block.end;
        let from = self.sections(block);
        let end = self.after(time);
        let told = self.shape.paragraphs(from..time);
        let state = self.shape.state(from..time);
        let begins = told.first().map(|lines| lines.start);
        let range = self.shape.lines.get(time).and_then(|line| dateline::read(line.body));
        let is_range = range.is_some_and(|found| found.is_range());
        let goes_on = !is_range && state.is_some() && state == begins;
        if (begins.is_none() || goes_on)
            && let Some(entry) = &mut self.open
        {
            entry.end = end;
            entry.date_line = if is_range { entry.date_line } else { Some(time) };
            return end;
        }
        self.close();
        let first = match state {
            Some(state) => self.last_start(&told, state),
            None if self.page.entries.is_empty() => self.first_start(&told),
            None => begins,
        };
        let first = first.unwrap_or(time);
        self.strays(from..first);
        let title = (Some(first) != state && first < time).then_some(first);
        let is_updates = state.is_some() && !is_range;
        self.open = Some(Entry {
            date_line: Some(time),
            range_line: is_range.then_some(time),
            title_line: title,
            section_year: self.year,
            times: if is_updates { Times::BelowUpdates } else { Times::Below },
            ..Entry::of(first, end)
        });
        end
    }

    /// Where the last group of lines before a line begins.
    fn last_start(&self, told: &[Range<usize>], before: usize) -> Option<usize> {
        let mut groups = told.iter().map(|lines| lines.start).filter(|start| *start < before);
        groups.next_back().or_else(|| told.first().map(|lines| lines.start))
    }

    /// Where the first text of a page begins: what the page prints above it is not in the others.
    fn first_start(&self, told: &[Range<usize>]) -> Option<usize> {
        let is_whole = told.last().is_some_and(|lines| lines.len() > 1);
        let groups = self.groups.unwrap_or(if is_whole { 1 } else { told.len() });
        let skipped = told.len().saturating_sub(groups.max(1));
        told.get(skipped).map(|lines| lines.start)
    }

    /// Takes the headings of a block; says where its text begins.
    fn sections(&mut self, block: Range<usize>) -> usize {
        let mut from = block.start;
        for at in block {
            let class = self.shape.classes.get(at);
            if let Some(Class::Section(year)) = class {
                self.strays(from..at);
                self.close();
                self.year = year.or(self.year);
                from = at + 1;
                let is_year = self.shape.lines.get(at).and_then(|line| section_year(line.body));
                match is_year {
                    Some(_) => {
                        self.page.understood.push((at, "the year of the records below".into()));
                    }
                    None => self.page.strays.push(at),
                }
            }
        }
        from
    }

    /// The line after a time and the data that stands right below it.
    fn after(&self, time: usize) -> usize {
        let data =
            (time + 1..self.shape.lines.len()).take_while(|at| self.shape.is(*at, Kind::Data));
        data.last().map_or(time + 1, |last| last + 1)
    }

    /// Lines that belong to no entry.
    fn strays(&mut self, range: Range<usize>) {
        for at in range {
            let Some(line) = self.shape.lines.get(at).filter(|line| !line.is_blank()) else {
                continue;
            };
            if texts::says_nothing(line.body) {
                self.page.understood.push((at, "nothing happened then".into()));
            } else {
                self.page.strays.push(at);
            }
        }
    }

    /// Ends the open entry.
    fn close(&mut self) {
        self.page.entries.extend(self.open.take());
    }

    /// Takes what stands below the last time; on a page of one entry its data belongs to it.
    fn rest(&mut self, from: usize) {
        let end = self.shape.lines.len();
        let mut from = from;
        if let Some(entry) = self.open.as_mut().filter(|_| self.page.entries.is_empty())
            && let Some(last) = (from..end).rev().find(|at| self.shape.is(*at, Kind::Data))
        {
            entry.end = last + 1;
            from = last + 1;
        }
        let from = self.sections(from..end);
        self.strays(from..end);
        self.close();
        self.page.strays.sort_unstable();
        self.page.understood.sort_unstable();
    }
}
