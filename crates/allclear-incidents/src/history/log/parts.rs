//! The parts of one entry: title, labels, prose, updates.

use super::entries::{self, Entry};
use super::labels::{self, Label};
use super::lines::Line;
use super::tokens::is_space;
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
    pub(super) labels: Vec<(Label, &'a str)>,
    /// Paragraphs of prose before and between the updates.
    pub(super) lead: Vec<String>,
    /// Updates in the order of the page.
    pub(super) updates: Vec<Told<'a>>,
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
        self.labels.iter().find(|(known, _)| *known == label).map(|(_, value)| *value)
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
}

/// Cuts an entry into its parts.
pub(super) fn cut<'a>(lines: &[Line<'a>], entry: &Entry, is_draft: bool) -> Parts<'a> {
    let has_range = entry.range_line.is_some();
    let mut cutter = Cutter {
        lines,
        first: entry.first,
        is_draft,
        has_range,
        parts: Parts::default(),
        bytes: 0,
        wants_title: has_range,
        wants_url: false,
        open: Open::Nothing,
    };
    head_words(lines, entry, &mut cutter.parts, &mut cutter.wants_title);
    let heads = [entry.date_line, entry.range_line, entry.title_line];
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
    first: usize,
    is_draft: bool,
    has_range: bool,
    parts: Parts<'a>,
    /// Bytes of prose so far.
    bytes: usize,
    /// The next line that is nothing else is the title.
    wants_title: bool,
    /// The next line may be the address that a label announced.
    wants_url: bool,
    open: Open,
}

impl<'a> Cutter<'_, 'a> {
    /// Reads one line.
    fn line(&mut self, at: usize, line: &Line<'a>) {
        if line.is_blank() {
            self.open = after_blank(self.open, &mut self.parts);
            return;
        }
        if line.is_rule() {
            self.open = Open::Nothing;
            return;
        }
        if std::mem::take(&mut self.wants_url) && line.body.starts_with("http") {
            self.parts.labels.push((Label::FaultPage, line.body));
            return;
        }
        let is_window = || super::dateline::read(line.body).is_some_and(|found| found.is_range());
        if self.wants_title && is_window() {
            // The window once more, in UTC.
            return;
        }
        if self.update(at, line) || self.data(at, line) {
            return;
        }
        if is_broken_time(line.body) {
            self.parts.not_understood.push(at);
            self.open = Open::Nothing;
        } else if std::mem::take(&mut self.wants_title) {
            self.parts.title = Some(line.body);
        } else {
            self.bytes += line.body.len();
            let is_read = self.bytes <= PROSE_BYTES;
            self.open = prose(line, self.open, &mut self.parts, is_read);
        }
    }

    /// Takes a line that begins an update.
    fn update(&mut self, at: usize, line: &Line<'a>) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.lines.get(before));
        let is_first = at == self.first;
        let after_gap = is_first || before.is_none_or(|line| line.is_blank() || line.heading > 0);
        let Some(head) = accepted_head(line.body, after_gap, self.open, &self.parts) else {
            return false;
        };
        self.open = Open::Update(head.has_word || self.has_range);
        let more = Vec::new();
        self.parts.updates.push(Told { head, more });
        self.wants_title = false;
        true
    }

    /// Takes a `Label: value` line.
    fn data(&mut self, at: usize, line: &Line<'a>) -> bool {
        let Some(found) = labels::read(line.body) else {
            return false;
        };
        let label = found.label.filter(|_| !self.is_draft || !found.value.is_empty());
        if let Some(label) = label {
            self.wants_url = label == Label::FaultPage && found.value.is_empty();
            self.parts.labels.push((label, found.value));
            self.open = Open::Nothing;
            return true;
        }
        let is_data = found.label.is_none()
            && !self.wants_title
            && !self.is_draft
            && is_among_data(self.lines, at, found.value);
        if is_data {
            self.parts.not_understood.push(at);
        }
        is_data
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
    Open::Nothing
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
    let body = super::tokens::head(line.body, PROSE_BYTES);
    match parts.lead.last_mut() {
        Some(paragraph) if open == Open::Paragraph => {
            paragraph.push(' ');
            paragraph.push_str(body);
        }
        _ => parts.lead.push(body.to_owned()),
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

/// Whether a line with an unknown label stands among data, or could itself be nothing else.
fn is_among_data(lines: &[Line<'_>], at: usize, value: &str) -> bool {
    let known = |line: Option<&Line<'_>>| {
        line.is_some_and(|line| {
            labels::read(line.body).is_some_and(|found| found.label.is_some())
                || super::dateline::read(line.body).is_some()
        })
    };
    let beside = |step: isize| {
        let mut index = at;
        for _ in 0..3 {
            let Some(next) = index.checked_add_signed(step) else {
                return false;
            };
            index = next;
            match lines.get(index) {
                Some(line) if line.is_blank() => {}
                line => return known(line),
            }
        }
        false
    };
    let is_short = value.len() <= 60 && !value.is_empty();
    is_short || beside(1) || beside(-1)
}
