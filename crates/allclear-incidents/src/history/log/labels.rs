//! `Label: value` lines, and headings that say what stands below them.

use super::known_labels::{HEADINGS, LABELS, PROSE};
use super::tokens::is_space;

/// What a label means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// What was affected.
    Affected,
    /// What was not.
    NotAffected,
    /// How long it lasted.
    Length,
    /// The publisher's own word for how bad it was.
    Service,
    /// Fault pages of providers.
    FaultPage,
    /// Lost transactions.
    LostTransactions,
    /// Lost data.
    LostData,
    /// Lost mail.
    LostMail,
    /// When it started.
    Start,
    /// When it ended.
    End,
    /// When it was.
    Date,
    /// What it is called.
    Title,
    /// A heading over what follows, such as `Timeline:`.
    Part,
    /// What was found to be the cause.
    Cause,
    /// What is only suspected to be the cause.
    Suspected,
    /// What was looked into and was not the cause.
    RuledOut,
    /// How it was noticed.
    Detected,
    /// Statement on data and attack.
    Security,
    /// What readers are asked to do.
    Advice,
    /// Steps that were taken.
    Done,
    /// Steps that are promised.
    Promised,
}

impl Label {
    /// Whether what it announces may be a paragraph or a list below it.
    pub(super) fn is_section(self) -> bool {
        matches!(
            self,
            Self::Cause
                | Self::Suspected
                | Self::RuledOut
                | Self::Detected
                | Self::Security
                | Self::Advice
                | Self::Done
                | Self::Promised
        )
    }

    /// Whether what it announces tells of what happened, so that times are read from it.
    pub(super) fn is_told(self) -> bool {
        matches!(self, Self::Cause | Self::Suspected | Self::Detected | Self::Done)
    }
}

/// A line that reads `Label: value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Labelled<'a> {
    /// What the label means; `None` for one that is not known.
    pub(super) label: Option<Label>,
    /// What follows the colon.
    pub(super) value: &'a str,
}

/// Reads a `Label: value` line, or a row `Label | value`.
pub(super) fn read(body: &str) -> Option<Labelled<'_>> {
    let row = body.strip_prefix('|').map(|row| row.trim_matches(|ch| is_space(ch) || ch == '|'));
    by_colon(row.unwrap_or(body)).or_else(|| by_cell(row.unwrap_or(body)))
}

/// `Label: value`.
fn by_colon(body: &str) -> Option<Labelled<'_>> {
    let colon = super::tokens::head(body, 60).find([':', '：'])?;
    let printed = body.get(..colon)?;
    let value = body.get(colon..)?.trim_start_matches([':', '：']);
    let is_apart = value.is_empty() || value.starts_with(is_space) || value.starts_with(is_mark);
    let name = printed.trim_matches(|ch: char| is_space(ch) || is_mark(ch));
    if !is_name(name) {
        return None;
    }
    let spoken = plain(name);
    let value = if printed.trim_start_matches(is_space).starts_with(is_mark) {
        value.trim_start_matches(is_mark)
    } else {
        value
    };
    let value = value.trim_matches(|ch: char| is_space(ch) || matches!(ch, '*' | '|'));
    if let Some(label) = known(&spoken) {
        return Some(Labelled { label: Some(label), value });
    }
    let words = spoken.split(' ').count();
    let begins = name.starts_with(|ch: char| ch.is_uppercase());
    let is_data = words <= 3 && begins && is_apart && !PROSE.contains(&spoken.as_str());
    is_data.then_some(Labelled { label: None, value })
}

/// `Label | value`, `Label<tab>value`, `Label – value`: only labels that are known, and of two words
/// where a dash parts them, because a dash stands in prose as well.
fn by_cell(body: &str) -> Option<Labelled<'_>> {
    let start = super::tokens::head(body, 60);
    let (name, mark) = match start.find(['\t', '|']) {
        Some(at) => (start.get(..at)?, start.get(at..)?.chars().next()?),
        None => {
            let at = [" - ", " – ", " — "].iter().filter_map(|dash| start.find(dash)).min()?;
            (start.get(..at)?, ' ')
        }
    };
    let value = body.get(name.len() + mark.len_utf8()..)?;
    let name = name.trim_matches(|ch: char| is_space(ch) || is_mark(ch));
    if !is_name(name) {
        return None;
    }
    let spoken = plain(name);
    let label = known(&spoken)?;
    if mark == ' ' && !spoken.contains(' ') {
        return None;
    }
    let edge = |ch: char| is_space(ch) || matches!(ch, '*' | '|' | '-' | '–' | '—');
    let value = value.trim_start_matches(edge).trim_end_matches(|ch| is_space(ch) || ch == '|');
    Some(Labelled { label: Some(label), value })
}

/// Whether a line is `Started: …` or `Ended: …` with nothing but a time.
pub(super) fn is_moment(body: &str) -> bool {
    read(body).is_some_and(|found| {
        matches!(found.label, Some(Label::Start | Label::End)) && is_time(found.value)
    })
}

/// Whether a value begins with a date or a time, and is short.
pub(super) fn is_time(value: &str) -> bool {
    let all = super::tokens::tokens(super::tokens::head(value, 80));
    let begins = super::dates::date_at(&all, 0).is_some()
        || super::clocks::clock_at(&all, 0, false).is_some();
    value.len() <= 80 && begins
}

/// What a heading, or a line that stands alone, announces.
pub(super) fn read_heading(body: &str) -> Option<Label> {
    if body.len() > 60 {
        return None;
    }
    let words = body.trim_matches(|ch: char| is_space(ch) || is_mark(ch) || ch == ':');
    let words = words.split_once('(').map_or(words, |(words, _)| words);
    let spoken = plain(words);
    let found = HEADINGS.iter().chain(LABELS).find(|(known, _)| *known == spoken);
    let is_heading = |label: &Label| {
        label.is_section() || matches!(label, Label::Part | Label::Affected | Label::NotAffected)
    };
    found.map(|(_, label)| *label).filter(is_heading)
}

/// The meaning of a label in lower case.
fn known(spoken: &str) -> Option<Label> {
    let mut all = LABELS.iter().chain(HEADINGS);
    all.find(|(known, _)| *known == spoken).map(|(_, label)| *label).or_else(|| {
        // `Affected nodes`, `Impacted customers`
        let mut words = spoken.split(' ');
        let is_affected = matches!(words.next(), Some("affected" | "impacted"));
        let is_one = words.next().is_some() && words.next().is_none();
        (is_affected && is_one).then_some(Label::Affected)
    })
}

/// Whether a text could be a label's name.
fn is_name(name: &str) -> bool {
    let is_part = |ch: char| {
        ch.is_alphanumeric() || matches!(ch, ' ' | '\u{a0}' | '-' | '/' | '\'' | '’' | '?' | '&')
    };
    name.starts_with(char::is_alphabetic) && name.chars().all(is_part)
}

/// Whether a character is a mark of bold or italic words.
fn is_mark(ch: char) -> bool {
    matches!(ch, '*' | '_' | '\'')
}

/// A name in lower case with single spaces and letters only.
fn plain(name: &str) -> String {
    let spaced: String = name
        .chars()
        .map(|ch| if ch.is_alphanumeric() { ch } else { ' ' })
        .flat_map(char::to_lowercase)
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a value says that there is nothing to say.
pub(super) fn is_nothing(value: &str) -> bool {
    let spoken = value.trim_matches(|ch: char| is_space(ch) || ch == '.').to_lowercase();
    matches!(
        spoken.as_str(),
        "" | "n/a"
            | "na"
            | "n.a"
            | "none"
            | "-"
            | "–"
            | "—"
            | "nil"
            | "not applicable"
            | "nothing"
            | "none yet"
            | "unknown"
            | "tbc"
            | "tbd"
            | "tba"
            | "?"
    )
}

/// Whether a line with an unknown label stands among data, or could itself be nothing else.
pub(super) fn is_among_data(lines: &[super::lines::Line<'_>], at: usize, value: &str) -> bool {
    let known = |line: Option<&super::lines::Line<'_>>| {
        line.is_some_and(|line| {
            read(line.body).is_some_and(|found| found.label.is_some())
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
