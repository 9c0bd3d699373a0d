//! Beginnings of updates: `UPDATE 13:40 PST:`, `[~19:00 SLT] - `, `13:12 - `, `Update:`.

use super::clocks::{Clock, clock_at, resembles_clock};
use super::dateline;
use super::dates::{PrintedDate, date_at, weekday_of, year_of};
use super::moments::Role;
use super::offsets::leads_end;
use super::tokens::{Kind, Token, head, is_space, tokens};
use super::zones::{ZoneName, zone_at};

/// How much of a line is looked at.
const HEAD_BYTES: usize = 160;

/// What the word of a status page says, such as `Monitoring`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// What the update's time is the time of.
    pub(super) role: Role,
    /// The word is used of planned work.
    pub(super) is_work: bool,
}

/// How an update begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UpdateHead<'a> {
    /// Printed date.
    pub(super) date: Option<PrintedDate>,
    /// Printed day of the week without a date.
    pub(super) weekday: Option<jiff::civil::Weekday>,
    /// Printed time.
    pub(super) clock: Option<Clock>,
    /// Printed zone.
    pub(super) zone: Option<ZoneName>,
    /// A word such as `UPDATE` begins it.
    pub(super) has_word: bool,
    /// The time is in brackets.
    pub(super) is_bracketed: bool,
    /// A mark stands between the time and the text.
    pub(super) is_apart: bool,
    /// What the word of a status page says of the incident then.
    pub(super) state: Option<State>,
    /// It says that something was first published wrongly.
    pub(super) is_correction: bool,
    /// An end follows the time: `06:00-07:00 - text`; the text is the whole line.
    pub(super) is_span: bool,
    /// The rest of the line.
    pub(super) text: &'a str,
}

impl UpdateHead<'_> {
    /// Whether it is a line of a timeline: its text ends with its paragraph.
    pub(super) fn is_timeline(&self) -> bool {
        (!self.has_word || self.state.is_some()) && self.clock.is_some()
    }

    /// Whether neither date nor time is printed.
    pub(super) fn is_untimed(&self) -> bool {
        self.date.is_none() && self.weekday.is_none() && self.clock.is_none()
    }
}

const WORDS: [&str; 12] = [
    "update",
    "updates",
    "updated",
    "recap",
    "edit",
    "edited",
    "correction",
    "corrections",
    "corrected",
    "erratum",
    "followup",
    "addendum",
];

/// Words of status pages, which begin an update where a dash parts them from the text.
const STATES: [&str; 9] = [
    "investigating",
    "identified",
    "monitoring",
    "resolved",
    "completed",
    "scheduled",
    "verifying",
    "postmortem",
    "progress",
];

/// Words that begin an update only when a time follows.
const TIMED_WORDS: [&str; 9] =
    ["diagnosis", "summary", "resolved", "fixed", "status", "final", "latest", "second", "new"];

/// What is read of a head so far.
#[derive(Default)]
struct Parts {
    date: Option<PrintedDate>,
    weekday: Option<jiff::civil::Weekday>,
    clock: Option<Clock>,
    zone: Option<ZoneName>,
}

/// Reads the beginning of an update.
pub(super) fn read(body: &str) -> Option<UpdateHead<'_>> {
    let first = body.chars().next()?;
    if !first.is_ascii_digit()
        && !first.is_alphabetic()
        && !matches!(first, '[' | '(' | '~' | '*' | '≈' | '|')
    {
        return None;
    }
    let row = body.strip_prefix('|');
    let body = row.map_or(body, |row| row.trim_matches(|ch| is_space(ch) || ch == '|'));
    let all = tokens(head(body, HEAD_BYTES));
    let mut next = 0;
    while all.get(next).is_some_and(|token| token.is_mark_of(&['*', '_', '['])) {
        next += 1;
    }
    let is_bracketed = all.first().is_some_and(|token| token.is_mark_of(&['[', '(']));
    if all.get(next).is_some_and(|token| token.is_mark('(')) {
        next += 1;
    }
    let (has_word, after_word) = word_at(&all, next);
    let (parts, mut end) = parts_at(&all, after_word, has_word);
    let is_span = !has_word && parts.clock.is_some() && leads_end(&all, end);
    if parts.clock.is_none() && parts.date.is_none() && parts.weekday.is_none() {
        return untimed(body, &all, next, after_word);
    }
    if !has_word && parts.clock.is_none() {
        return None;
    }
    let mut is_apart = false;
    let is_clear = has_word || parts.zone.is_some();
    while let Some(token) = all.get(end) {
        let is_weak = token.is_mark_of(&['.', ',']);
        let is_mark = token.is_mark_of(&[']', ')', ':', '|', '*', '_', '>']) || token.is_dash();
        if !is_weak && !is_mark {
            break;
        }
        is_apart |= is_mark || is_clear;
        end += 1;
    }
    let text = all.get(end).map_or_else(
        || body.get(head(body, HEAD_BYTES).len()..).unwrap_or(""),
        |token| body.get(token.start..).unwrap_or(""),
    );
    let Parts { date, weekday, clock, zone } = parts;
    let text = if is_span { body } else { text }.trim_matches(is_space);
    let is_apart = is_apart || text.is_empty();
    let is_correction = has_word && all.get(next).is_some_and(|word| corrects(word, text))
        || begins_correction(text);
    Some(UpdateHead {
        date,
        weekday,
        clock,
        zone,
        has_word,
        is_bracketed,
        is_apart,
        state: all.get(next).and_then(state_of).filter(|_| has_word),
        is_correction,
        is_span,
        text,
    })
}

/// What the word of a status page says of the incident.
fn state_of(word: &Token<'_>) -> Option<State> {
    let is_work = word.is_any(&["in", "progress", "completed", "scheduled", "verifying"]);
    let role = if word.is_any(&["investigating", "in", "progress"]) {
        Role::Start
    } else if word.is_any(&["resolved", "completed"]) {
        Role::End
    } else {
        word.is_any(&STATES).then_some(Role::Unknown)?
    };
    Some(State { role, is_work })
}

/// Whether an update with such a first word corrects what was published before. "EDIT" does where it
/// says so: most edits only add.
fn corrects(word: &Token<'_>, text: &str) -> bool {
    if word.is_any(&["correction", "corrections", "corrected", "erratum"]) {
        return true;
    }
    let lower = head(text, 400).to_lowercase();
    let says = [
        "wrong",
        "incorrect",
        "mistaken",
        "inaccura",
        "earlier said",
        "first said",
        "originally said",
        "previously said",
        "earlier stated",
        "originally stated",
        "previously stated",
        "i said",
        "we said",
    ];
    word.is_any(&["edit", "edited"]) && says.iter().any(|phrase| lower.contains(phrase))
}

/// Whether the text of an update begins with `Correction:`.
fn begins_correction(text: &str) -> bool {
    let all = tokens(head(text, 40));
    matches!(all.as_slice(), [word, mark, ..]
        if word.is_any(&["correction", "corrections", "erratum"])
            && (mark.is_mark(':') || mark.is_dash()))
}

/// Reads an item of a list that ends with a date and a time: `Fault occurs 2020-02-25 07:32`.
pub(super) fn read_tail(body: &str) -> Option<UpdateHead<'_>> {
    if body.len() > HEAD_BYTES {
        return None;
    }
    let all = tokens(body);
    let at =
        (1..all.len()).find(|at| matches!(date_at(&all, *at), Some((PrintedDate::Full(_), _))))?;
    let (parts, end) = parts_at(&all, at, false);
    let lead = all.get(..at)?;
    let is_short = lead.len() <= 8 && !lead.iter().any(|token| token.is_mark('.'));
    let is_end = all.get(end..)?.iter().all(|token| token.is_mark_of(&['.', ')', ']']));
    let text = body.get(..all.get(at)?.start)?;
    let text =
        text.trim_matches(|ch: char| is_space(ch) || matches!(ch, ':' | '-' | '–' | '(' | ','));
    let clock = parts.clock?;
    (is_short && is_end).then_some(UpdateHead {
        date: parts.date,
        weekday: None,
        clock: Some(clock),
        zone: parts.zone,
        has_word: false,
        is_bracketed: false,
        is_apart: true,
        state: None,
        is_correction: false,
        is_span: false,
        text,
    })
}

/// Reads a line of nothing but the word of a status page, as `Monitoring`.
pub(super) fn state_alone(body: &str) -> Option<UpdateHead<'_>> {
    let all = tokens(head(body, HEAD_BYTES));
    let is_state = match all.as_slice() {
        [word] => word.is_any(&STATES) && !word.is_word("progress") || word.is_word("update"),
        [first, second] => first.is_word("in") && second.is_word("progress"),
        _ => false,
    };
    let word = all.first().filter(|_| is_state)?;
    let state = state_of(word);
    Some(UpdateHead { state, ..plain(body.get(body.len()..)?) })
}

/// An update that begins with a word and prints no time.
fn plain(text: &str) -> UpdateHead<'_> {
    UpdateHead {
        date: None,
        weekday: None,
        clock: None,
        zone: None,
        has_word: true,
        is_bracketed: false,
        is_apart: true,
        state: None,
        is_correction: false,
        is_span: false,
        text,
    }
}

/// Whether a line begins an update as status pages print it, with its time below the text.
pub(super) fn is_state_line(body: &str) -> bool {
    let found = read(body).or_else(|| state_alone(body));
    found.is_some_and(|found| found.has_word && found.is_untimed())
}

/// Reads a line of nothing but a date and a time.
pub(super) fn time_alone(body: &str) -> Option<UpdateHead<'_>> {
    // `Posted Nov 14, 2024 - 11:40 UTC`
    let line = dateline::read(body).filter(|line| line.words.is_empty() && !line.is_range());
    if let Some(line) = line.filter(|line| line.own.start.is_some() && !line.is_bracketed) {
        let own = line.own;
        let offset = own.offset.map(ZoneName::Offset);
        let zone = offset.or(own.label.map(ZoneName::Label));
        let end = body.get(body.len()..)?;
        return Some(UpdateHead {
            date: Some(own.date),
            clock: own.start,
            zone,
            has_word: false,
            ..plain(end)
        });
    }
    let found = read(body)?;
    let is_whole = found.date.is_some() && found.clock.is_some() && found.text.is_empty();
    (is_whole && !found.has_word).then_some(found)
}

/// `Update: text` without a time.
fn untimed<'a>(
    body: &'a str,
    all: &[Token<'_>],
    from: usize,
    after_word: usize,
) -> Option<UpdateHead<'a>> {
    let word = all.get(from)?;
    let mark = match state_at(all, from) {
        Some(mark) => all.get(mark)?,
        None => {
            if !word.is_any(&WORDS) || after_word == from {
                return None;
            }
            let mark = all.get(after_word.checked_sub(1)?)?;
            if !mark.is_mark(':') && !mark.is_dash() {
                return None;
            }
            mark
        }
    };
    let text =
        body.get(mark.end..).unwrap_or("").trim_matches(|ch: char| is_space(ch) || ch == '*');
    Some(UpdateHead {
        state: state_of(word).filter(|_| state_at(all, from).is_some()),
        is_correction: corrects(word, text) || begins_correction(text),
        ..plain(text)
    })
}

/// The place of the dash after the word of a status page: `Monitoring - `, `In progress - `.
fn state_at(all: &[Token<'_>], from: usize) -> Option<usize> {
    let is_in = all.get(from)?.is_word("in") && all.get(from + 1)?.is_word("progress");
    let word = if is_in { from + 1 } else { from };
    let is_state = all.get(word)?.is_any(&STATES) && (is_in || !all.get(word)?.is_word("progress"));
    let dash = all.get(word + 1)?;
    let is_spaced = !dash.is_glued && all.get(word + 2).is_none_or(|next| !next.is_glued);
    (is_state && dash.is_dash() && is_spaced).then_some(word + 1)
}

/// Skips `UPDATE`, `Update, `, `RECAP FOR`, `Update #2 at`.
fn word_at(tokens: &[Token<'_>], at: usize) -> (bool, usize) {
    let Some(first) = tokens.get(at) else {
        return (false, at);
    };
    if !first.is_any(&WORDS) && !first.is_any(&TIMED_WORDS) {
        return (false, at);
    }
    let mut next = at + 1;
    while next < at + 8 {
        let Some(token) = tokens.get(next) else { break };
        let counts = token.kind == Kind::Number
            && tokens.get(next - 1).is_some_and(|before| before.is_mark('#'))
            || (token.text.len() == 1
                && token.value().is_some()
                && tokens.get(next + 1).is_some_and(|after| after.is_mark_of(&[',', ')'])));
        let is_filler = token.is_mark_of(&[',', ':', '(', '#', '@', '*', '[', '.', ';'])
            || token.is_dash()
            || token.is_any(&["for", "at", "on", "as", "of", "from"])
            || token.is_any(&WORDS)
            || counts;
        if !is_filler {
            break;
        }
        next += 1;
    }
    (true, next)
}

/// Reads date, time and zone in any order; a sentence that begins with "At" is no update.
fn parts_at(tokens: &[Token<'_>], at: usize, has_word: bool) -> (Parts, usize) {
    let mut parts = Parts::default();
    let mut end = at;
    let mut next = at;
    for _ in 0..12 {
        if parts.date.is_none()
            && let Some((date, after)) = date_at(tokens, next)
        {
            parts.date = Some(date);
            (next, end) = (after, after);
        } else if parts.clock.is_none()
            && let Some((clock, after)) = clock_at(tokens, next, true)
        {
            parts.clock = Some(clock);
            (next, end) = (after, after);
        } else if parts.clock.is_some()
            && parts.zone.is_none()
            && let Some((zone, after)) = zone_at(tokens, next)
        {
            parts.zone = Some(zone);
            (next, end) = (after, after);
        } else if let Some(year) = late_year(&parts, tokens, next) {
            parts.date = Some(year);
            next += 1;
            end = next;
        } else if parts.date.is_none()
            && parts.weekday.is_none()
            && let Some(weekday) = tokens.get(next).and_then(weekday_of)
        {
            parts.weekday = Some(weekday);
            next += 1;
            end = next;
        } else if (has_word || end > at)
            && tokens.get(next).is_some_and(|token| {
                token.is_mark_of(&[',', '(', '@']) || token.is_any(&["at", "on", "T", "of"])
            })
        {
            next += 1;
        } else {
            break;
        }
    }
    (parts, end)
}

/// The year of `Fri May 18 07:07:09 PDT 2007`.
fn late_year(parts: &Parts, tokens: &[Token<'_>], at: usize) -> Option<PrintedDate> {
    let Some(PrintedDate::Yearless(day)) = parts.date else {
        return None;
    };
    parts.clock?;
    let year = tokens.get(at).and_then(year_of)?;
    Some(day.in_year_anyway(year).map_or(PrintedDate::Nonexistent, PrintedDate::Full))
}

/// Whether a line begins with something printed like a time that is none, such as `[25:99 SLT]`.
pub(super) fn is_broken_time(body: &str) -> bool {
    let all = tokens(head(body, HEAD_BYTES));
    let mut at = 0;
    while all.get(at).is_some_and(|token| token.is_mark_of(&['[', '(', '~'])) {
        at += 1;
    }
    resembles_clock(&all, at) && clock_at(&all, at, true).is_none()
}
