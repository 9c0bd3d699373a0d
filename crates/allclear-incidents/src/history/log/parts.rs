//! The parts of one entry: title, labels, prose, updates.

use std::borrow::Cow;

use super::below::{self, Below};
use super::dateline;
use super::dates::PrintedDate;
use super::days;
use super::entries::{self, Entry, Times};
use super::labels::{self, Label};
use super::lines::Line;
use super::mail;
use super::moments;
use super::stated;
use super::steps::Steps;
use super::tokens::{is_space, spaced};
use super::update_head::{self, UpdateHead, is_broken_time};

/// How much prose of an entry is read for facts; all of it is kept as text.
const PROSE_BYTES: usize = 64 * 1024;

/// One update as printed.
#[derive(Clone, Debug)]
pub(super) struct Told<'a> {
    /// How it begins.
    pub(super) head: UpdateHead<'a>,
    /// The rest of its lines.
    pub(super) more: Vec<&'a str>,
}

impl Told<'_> {
    /// Its text in full.
    pub(super) fn text(&self) -> String {
        let mut text = self.head.text.to_owned();
        for line in &self.more {
            if !text.is_empty() || !line.is_empty() {
                text.push('\n');
            }
            text.push_str(line);
        }
        text.trim_matches(is_space).to_owned()
    }
}

/// An entry cut into its parts.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    /// The printed title.
    pub(super) title: Option<&'a str>,
    /// Labels with their values.
    pub(super) labels: Vec<(Label, Cow<'a, str>)>,
    /// Paragraphs of prose before and between the updates.
    pub(super) lead: Vec<String>,
    /// Updates in the order of the page.
    pub(super) updates: Vec<Told<'a>>,
    /// The zone that a sentence says the times are in.
    pub(super) zone: Option<String>,
    /// Lines that look like data but could not be read.
    pub(super) not_understood: Vec<usize>,
}

impl Parts<'_> {
    /// The sentences of the prose.
    pub(super) fn sentences(&self) -> Vec<&str> {
        self.lead.iter().flat_map(|paragraph| super::prose::sentences(paragraph)).collect()
    }

    /// The value of a label.
    pub(super) fn label(&self, label: Label) -> Option<&str> {
        self.values(label).next()
    }

    /// All values of a label.
    pub(super) fn values(&self, label: Label) -> impl Iterator<Item = &str> {
        self.labels.iter().filter(move |(known, _)| *known == label).map(|(_, value)| &**value)
    }
}

/// What is open while the lines of an entry are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Nothing: the next line of prose begins a paragraph.
    Nothing,
    /// A paragraph.
    Paragraph,
    /// An update; whether it goes on after a blank line.
    Update(bool),
    /// What a label announced and did not print beside itself.
    Below(Label, Below),
}

/// Cuts an entry into its parts.
pub(super) fn cut<'a>(lines: &[Line<'a>], entry: &Entry, is_draft: bool) -> Parts<'a> {
    let has_range = entry.range_line.is_some();
    let mut cutter = Cutter {
        lines,
        entry,
        is_draft,
        has_range,
        is_only_time: None,
        has_states: entry.times == Times::BelowUpdates,
        parts: Parts::default(),
        bytes: 0,
        wants_title: has_range,
        day: None,
        front: days::front_matter(lines, entry),
        head: mail::head_end(lines, entry.first).unwrap_or(0),
        steps: None,
        open: Open::Nothing,
    };
    head_words(lines, entry, &mut cutter.parts, &mut cutter.wants_title);
    // Of the times of updates each belongs to the text above it.
    let date_line = entry.date_line.filter(|_| entry.times != Times::BelowUpdates);
    let heads = [date_line, entry.range_line, entry.title_line];
    for at in entry.first..entry.end {
        let Some(line) = lines.get(at) else { break };
        if !heads.contains(&Some(at)) {
            cutter.line(at, line);
        }
    }
    cutter.parts
}

/// Reads the lines of one entry.
struct Cutter<'l, 'a> {
    lines: &'l [Line<'a>],
    entry: &'l Entry,
    is_draft: bool,
    has_range: bool,
    /// No more than one line of the entry begins with a time, once that was looked at.
    is_only_time: Option<bool>,
    /// A line of nothing but the word of a status page begins an update.
    has_states: bool,
    parts: Parts<'a>,
    /// Bytes of prose so far.
    bytes: usize,
    /// The next line that is nothing else is the title.
    wants_title: bool,
    /// The line after the front matter, where dates are those of publication.
    front: usize,
    /// The line after the head of a mail.
    head: usize,
    /// The table of steps that is open.
    steps: Option<Steps>,
    /// The day that a heading of the timeline prints for the times below it.
    day: Option<PrintedDate>,
    open: Open,
}

impl<'a> Cutter<'_, 'a> {
    /// Reads one line.
    fn line(&mut self, at: usize, line: &Line<'a>) {
        if line.is_blank() {
            self.open = after_blank(self.open, &mut self.parts);
            return;
        }
        if line.is_rule() || line.body.is_empty() {
            self.open = if self.steps.is_some() { self.open } else { Open::Nothing };
            return;
        }
        if at < self.head {
            let subject = mail::subject(line);
            self.parts.labels.extend(subject.map(|words| (Label::Title, spaced(words))));
            return;
        }
        let is_window = || dateline::read(line.body).is_some_and(|found| found.is_range());
        if self.wants_title && is_window() {
            // The window once more, in UTC.
            return;
        }
        if self.parts.zone.is_none() {
            self.parts.zone = stated::read(line.body);
        }
        let is_taken = !self.is_title(at, line) && self.is_taken(at, line);
        if !is_taken {
            self.told(at, line);
        }
    }

    /// Whether a line is the title though it looks like a label or a heading: "Outage: wiki" above
    /// "Impacted systems: wiki".
    fn is_title(&self, at: usize, line: &Line<'a>) -> bool {
        let label = |line: &Line<'_>| labels::read(line.body).and_then(|found| found.label);
        let is_other = || label(line) != Some(Label::Affected);
        let mut next = self.lines.iter().skip(at + 1).take(3).filter(|line| !line.is_blank());
        self.wants_title
            && update_head::read(line.body).is_none()
            && is_other()
            && next.next().is_some_and(|line| label(line) == Some(Label::Affected))
    }

    /// Takes a line that is more than prose, if it is.
    fn is_taken(&mut self, at: usize, line: &Line<'a>) -> bool {
        self.time_below(line)
            || self.step(line)
            || self.day(line)
            || (labels::is_moment(line.body) && self.data(at, line))
            || self.update(at, line)
            || (self.wants_value(line) && self.below(line))
            || self.data(at, line)
            || self.heading(at, line)
            || self.below(line)
    }

    /// Takes a line that is nothing else: the title, or prose. A table in a wiki's markup is
    /// prose whose beginning is not understood.
    fn told(&mut self, at: usize, line: &Line<'a>) {
        if is_broken_time(line.body) || line.raw.trim_start().starts_with("{|") {
            self.parts.not_understood.push(at);
            self.open = Open::Nothing;
        } else if std::mem::take(&mut self.wants_title) {
            self.parts.title = Some(line.body);
        } else {
            self.prose(line);
        }
    }

    /// Takes a line of prose.
    fn prose(&mut self, line: &Line<'a>) {
        self.bytes += line.body.len();
        let is_read = self.bytes <= PROSE_BYTES;
        self.open = prose(line, self.open, &mut self.parts, is_read);
    }

    /// Takes the time below an update that begins without one, as status pages print it.
    fn time_below(&mut self, line: &Line<'a>) -> bool {
        let Some(last) = self.parts.updates.last_mut().filter(|last| last.head.is_untimed()) else {
            return false;
        };
        let Some(time) = update_head::time_alone(line.body) else {
            return false;
        };
        let UpdateHead { text, state, is_correction, .. } = last.head;
        last.head = UpdateHead { text, state, is_correction, has_word: true, ..time };
        self.open = Open::Nothing;
        true
    }

    /// Takes a heading that prints the day of the times below it.
    fn day(&mut self, line: &Line<'a>) -> bool {
        let found = dateline::read(line.body).filter(|_| line.heading > 0);
        let day = found.filter(|found| found.words.is_empty() && found.own.start.is_none());
        self.day = day.as_ref().map(|found| found.own.date).or(self.day);
        if day.is_some() {
            self.open = Open::Nothing;
        }
        day.is_some()
    }

    /// Takes a row of a table of steps.
    fn step(&mut self, line: &Line<'a>) -> bool {
        let Open::Below(label @ (Label::Done | Label::Promised), _) = self.open else {
            self.steps = None;
            return false;
        };
        if !line.raw.contains('|') {
            self.steps = None;
            return false;
        }
        let Some(steps) = &self.steps else {
            self.steps = Steps::at(line);
            return self.steps.is_some();
        };
        self.open = Open::Below(label, Below::Items);
        let step = steps.row(line);
        self.parts.labels.extend(step.map(|step| (label, Cow::Owned(step))));
        true
    }

    /// Takes a line that begins an update.
    fn update(&mut self, at: usize, line: &Line<'a>) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.lines.get(before));
        let is_first = at == self.entry.first;
        let after_gap = is_first || before.is_none_or(|line| line.is_blank() || line.heading > 0);
        let head = accepted_head(line.body, after_gap, self.open, &self.parts)
            .or_else(|| update_head::read_tail(line.body).filter(|_| line.is_item))
            .or_else(|| update_head::state_alone(line.body).filter(|_| self.has_states));
        let Some(mut head) = head.filter(|head| !head.is_span || !self.is_only_time()) else {
            return false;
        };
        if head.date.is_none() && head.weekday.is_none() && head.clock.is_some() {
            head.date = self.day;
        }
        self.open = Open::Update(head.has_word || self.has_range || line.heading > 0);
        let more = Vec::new();
        self.parts.updates.push(Told { head, more });
        self.wants_title = false;
        true
    }

    /// Whether no more than one line of the entry begins with a time: it is no timeline.
    fn is_only_time(&mut self) -> bool {
        let Entry { first, end, .. } = *self.entry;
        let lines = self.lines.get(first..end).unwrap_or(&[]);
        *self.is_only_time.get_or_insert_with(|| {
            let heads = lines.iter().filter_map(|line| update_head::read(line.body));
            heads.filter(UpdateHead::is_timeline).take(2).count() < 2
        })
    }

    /// Takes a `Label: value` line.
    fn data(&mut self, at: usize, line: &Line<'a>) -> bool {
        let Some(found) = labels::read(line.body) else {
            return false;
        };
        if found.label == Some(Label::Date) && at < self.front {
            return true;
        }
        if let Some(label) = found.label.filter(|label| self.is_data(*label, found.value)) {
            self.open = match found.value {
                "" => Open::Below(label, Below::Nothing),
                _ if label.is_section() => Open::Below(label, Below::Text),
                _ => Open::Nothing,
            };
            if label.is_told() {
                self.bytes += found.value.len();
                below::tell(&mut self.parts.lead, found.value, self.bytes <= PROSE_BYTES);
            }
            self.parts.labels.push((label, spaced(found.value)));
            return true;
        }
        let is_data = found.label.is_none()
            && !self.wants_title
            && !self.is_draft
            && stated::read(line.body).is_none()
            && labels::is_among_data(self.lines, at, found.value);
        if is_data {
            self.parts.not_understood.push(at);
        }
        is_data
    }

    /// Whether a line with a known label is data where it stands.
    fn is_data(&self, label: Label, value: &str) -> bool {
        match label {
            Label::Start | Label::End => labels::is_time(value),
            Label::Date => labels::is_time(value) || !moments::in_sentence(value).is_empty(),
            label => !self.is_draft || !value.is_empty() || label.is_section(),
        }
    }

    /// Takes a heading that says what stands below it.
    fn heading(&mut self, at: usize, line: &Line<'a>) -> bool {
        let Some(label) = labels::read_heading(line.body) else {
            return false;
        };
        let is_gap = |line: Option<&Line<'_>>| {
            line.is_none_or(|line| line.is_blank() || line.is_rule() || line.heading > 0)
        };
        let before = at.checked_sub(1).and_then(|before| self.lines.get(before));
        let after = self.lines.get(at + 1);
        let is_alone = is_gap(before) && (is_gap(after) || after.is_some_and(|line| line.is_item));
        let is_heading = line.heading > 0
            || (is_alone && !line.is_item)
            || (line.is_item && label == Label::Part);
        let is_list = label.is_section() || label == Label::Part || self.leads_list(at);
        if !is_heading || !is_list {
            return false;
        }
        self.open = match label {
            Label::Part => Open::Nothing,
            label => Open::Below(label, Below::Nothing),
        };
        true
    }

    /// Whether a list follows a line.
    fn leads_list(&self, at: usize) -> bool {
        let next = self.lines.iter().skip(at + 1).take(3).find(|line| !line.is_blank());
        next.is_some_and(|line| line.is_item)
    }

    /// Whether a line can be the value of the label above it though it looks like another one.
    fn wants_value(&self, line: &Line<'a>) -> bool {
        matches!(self.open, Open::Below(label, Below::Nothing) if !label.is_section())
            && labels::read(line.body).is_some_and(|found| found.label.is_none())
    }

    /// Takes a line of what a label announced.
    fn below(&mut self, line: &Line<'a>) -> bool {
        let Open::Below(label, below) = self.open else {
            return false;
        };
        if line.heading > 0 {
            self.open = Open::Nothing;
            return false;
        }
        let Some(next) = below::take(&mut self.parts.labels, label, below, line) else {
            self.open = Open::Nothing;
            return false;
        };
        self.open = Open::Below(label, next);
        if label.is_told() {
            self.bytes += line.body.len();
            below::tell(&mut self.parts.lead, line.body, self.bytes <= PROSE_BYTES);
        }
        true
    }
}

/// Takes the words beside the date as the title, or as the first prose.
fn head_words<'a>(
    lines: &[Line<'a>],
    entry: &Entry,
    parts: &mut Parts<'a>,
    wants_title: &mut bool,
) {
    let range =
        entries::range(lines, entry).map(|found| found.words).filter(|words| !words.is_empty());
    // "by Robin" is no title.
    let is_signed = |words: &str| words.get(..3).is_some_and(|by| by.eq_ignore_ascii_case("by "));
    let date = entries::printed(lines, entry)
        .map(|found| found.words)
        .filter(|words| !words.is_empty() && !is_signed(words));
    let title = entry.title_line.and_then(|at| lines.get(at)).map(|line| line.body);
    parts.title = title
        .or(range)
        .or(date)
        .map(|words| words.trim_matches(|ch: char| is_space(ch) || ch == '*'));
    if parts.title.is_some() {
        *wants_title = false;
    }
    if let Some(words) = parts.title.filter(|words| words.len() > 120 || words.contains(". ")) {
        parts.lead.push(super::tokens::head(words, PROSE_BYTES).to_owned());
    }
}

/// What is open after a blank line.
fn after_blank(open: Open, parts: &mut Parts<'_>) -> Open {
    if open == Open::Update(true) {
        if let Some(update) = parts.updates.last_mut()
            && update.more.last().is_none_or(|line| !line.is_empty())
        {
            update.more.push("");
        }
        return open;
    }
    match open {
        Open::Below(label, below) => Open::Below(label, below.after_blank()),
        _ => Open::Nothing,
    }
}

/// Adds a line of prose to what is open.
fn prose<'a>(line: &Line<'a>, open: Open, parts: &mut Parts<'a>, is_read: bool) -> Open {
    if matches!(open, Open::Update(_)) && line.heading == 0 {
        if let Some(update) = parts.updates.last_mut() {
            update.more.push(line.raw.trim_matches(is_space));
        }
        return open;
    }
    if !is_read {
        return Open::Paragraph;
    }
    let body = spaced(super::tokens::head(line.body, PROSE_BYTES));
    match parts.lead.last_mut() {
        Some(paragraph) if open == Open::Paragraph => {
            paragraph.push(' ');
            paragraph.push_str(&body);
        }
        _ => parts.lead.push(body.into_owned()),
    }
    if line.heading > 0 { Open::Nothing } else { Open::Paragraph }
}

/// The head of an update, if the line is one where it stands.
fn accepted_head<'a>(
    body: &'a str,
    before_blank: bool,
    open: Open,
    parts: &Parts<'_>,
) -> Option<UpdateHead<'a>> {
    let head = update_head::read(body)?;
    if head.has_word {
        let is_timed = head.clock.is_some() || head.is_apart;
        return is_timed.then_some(head);
    }
    let after_update = matches!(open, Open::Update(_))
        && parts.updates.last().is_some_and(|last| last.more.is_empty());
    let is_free = before_blank || after_update || open == Open::Nothing;
    (head.is_apart || is_free).then_some(head)
}
