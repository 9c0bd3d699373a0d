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
        self.lead
            .iter()
            .flat_map(|paragraph| super::prose::sentences(paragraph))
            .collect()
    }

    /// The value of a label.
    pub(super) fn label(&self, label: Label) -> Option<&str> {
        self.labels
            .iter()
            .find(|(known, _)| *known == label)
            .map(|(_, value)| *value)
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
    let mut parts = Parts::default();
    let mut bytes = 0;
    let has_range = entry.range_line.is_some();
    let mut wants_title = has_range;
    let mut open = Open::Nothing;
    let mut wants_url = false;
    head_words(lines, entry, &mut parts, &mut wants_title);
    for at in entry.first..entry.end {
        let Some(line) = lines.get(at) else { break };
        if Some(at) == entry.date_line
            || Some(at) == entry.range_line
            || Some(at) == entry.title_line
        {
            continue;
        }
        if line.is_blank() {
            open = after_blank(open, &mut parts);
            continue;
        }
        if line.is_rule() {
            open = Open::Nothing;
            continue;
        }
        if std::mem::take(&mut wants_url) && line.body.starts_with("http") {
            parts.labels.push((Label::FaultPage, line.body));
            continue;
        }
        let before_blank = at == entry.first
            || lines
                .get(at.saturating_sub(1))
                .is_none_or(|line| line.is_blank() || line.heading > 0);
        if let Some(head) = accepted_head(line.body, before_blank, open, &parts) {
            let goes_on = head.has_word || has_range;
            parts.updates.push(Told {
                head,
                more: Vec::new(),
            });
            open = Open::Update(goes_on);
            wants_title = false;
            continue;
        }
        if let Some(found) = labels::read(line.body) {
            if let Some(label) = found.label.filter(|_| !is_draft || !found.value.is_empty()) {
                wants_url = label == Label::FaultPage && found.value.is_empty();
                parts.labels.push((label, found.value));
                open = Open::Nothing;
                continue;
            }
            if found.label.is_none()
                && !wants_title
                && !is_draft
                && is_among_data(lines, at, found.value)
            {
                parts.not_understood.push(at);
                continue;
            }
        }
        if is_broken_time(line.body) {
            parts.not_understood.push(at);
            open = Open::Nothing;
            continue;
        }
        if wants_title {
            parts.title = Some(line.body);
            wants_title = false;
            continue;
        }
        bytes += line.body.len();
        open = prose(line, open, &mut parts, bytes <= PROSE_BYTES);
    }
    parts
}

/// Takes the words beside the date as the title, or as the first prose.
fn head_words<'a>(
    lines: &[Line<'a>],
    entry: &Entry,
    parts: &mut Parts<'a>,
    wants_title: &mut bool,
) {
    let range = entries::range(lines, entry)
        .map(|found| found.words)
        .filter(|words| !words.is_empty());
    let date = entries::printed(lines, entry)
        .map(|found| found.words)
        .filter(|words| !words.is_empty());
    let title = entry
        .title_line
        .and_then(|at| lines.get(at))
        .map(|line| line.body);
    parts.title = title
        .or(range)
        .or(date)
        .map(|words| words.trim_matches(|ch: char| is_space(ch) || ch == '*'));
    if parts.title.is_some() {
        *wants_title = false;
    }
    if let Some(words) = parts
        .title
        .filter(|words| words.len() > 120 || words.contains(". "))
    {
        parts
            .lead
            .push(super::tokens::head(words, PROSE_BYTES).to_owned());
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
    if line.heading > 0 {
        Open::Nothing
    } else {
        Open::Paragraph
    }
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
        && parts
            .updates
            .last()
            .is_some_and(|last| last.more.is_empty());
    let is_free = before_blank || after_update || open == Open::Nothing;
    (head.is_apart || head.is_bracketed && is_free || is_free).then_some(head)
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
