//! Times of day in the forms that people print.

use jiff::civil::{Date, DateTime, Time};

use super::tokens::{Kind, Token};

/// Which half of the day is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    /// `am`
    Morning,
    /// `pm`
    Afternoon,
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// Minutes from midnight, 1440 for `24:00`.
    pub(super) minute: u16,
    /// The printed half of the day.
    pub(super) half: Option<Half>,
    /// The source says "about".
    pub(super) is_approximate: bool,
}

impl Clock {
    /// This time on a day.
    pub(super) fn on(self, date: Date) -> Option<DateTime> {
        let day = if self.minute >= 1440 { date.tomorrow().ok()? } else { date };
        let minute = self.minute % 1440;
        let hour = i8::try_from(minute / 60).ok()?;
        let minute = i8::try_from(minute % 60).ok()?;
        Some(day.to_datetime(Time::new(hour, minute, 0, 0).ok()?))
    }

    /// `HH:MM`.
    pub(super) fn text(self) -> String {
        let minute = self.minute % 1440;
        format!("{:02}:{:02}", minute / 60, minute % 60)
    }

    /// The other half of the day, for a clock that prints none.
    fn moved(self, half: Half) -> Self {
        let within = self.minute % 720;
        let minute = if half == Half::Afternoon { within + 720 } else { within };
        Self { minute, half: Some(half), ..self }
    }

    /// Whether the half of the day could be meant but is not printed.
    fn wants_half(self) -> bool {
        self.half.is_none() && (60..780).contains(&self.minute)
    }
}

/// Gives each of a start and an end the half of the day that only the other prints.
pub(super) fn share_half(start: Clock, end: Clock) -> (Clock, Clock) {
    match (start.half, end.half) {
        (None, Some(half)) if start.wants_half() => {
            let same = start.moved(half);
            let other = if half == Half::Morning { Half::Afternoon } else { Half::Morning };
            (if same.minute <= end.minute { same } else { start.moved(other) }, end)
        }
        (Some(half), None) if end.wants_half() => {
            let same = end.moved(half);
            let other = if half == Half::Morning { Half::Afternoon } else { Half::Morning };
            (start, if same.minute >= start.minute { same } else { end.moved(other) })
        }
        _ => (start, end),
    }
}

const ABOUT: [&str; 9] =
    ["about", "around", "approximately", "approx", "circa", "ca", "roughly", "near", "nearly"];

/// Skips words that say "about" before token `at`'s clock.
fn about_at(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let token = tokens.get(at)?;
    if token.is_mark_of(&['~', '≈', '∼']) {
        return Some(at + 1);
    }
    if token.is_any(&ABOUT) {
        let dotted = tokens.get(at + 1).is_some_and(|next| next.is_mark('.') && next.is_glued);
        return Some(if dotted { at + 2 } else { at + 1 });
    }
    let is_near = token.is_any(&["shortly", "just", "soon", "sometime"]);
    let side = tokens.get(at + 1)?.is_any(&["before", "after", "past", "around"]);
    (is_near && side).then_some(at + 2)
}

/// Reads a time of day that begins at token `at`, perhaps with "about" before it.
///
/// In running text a clock must stand by itself; `is_strict` is false only for lines whose shape is
/// known, such as `2:03am2:10am`.
pub(super) fn clock_at(tokens: &[Token<'_>], at: usize, is_strict: bool) -> Option<(Clock, usize)> {
    let mut next = at;
    let mut is_approximate = false;
    while let Some(after) = about_at(tokens, next) {
        next = after;
        is_approximate = true;
    }
    if is_strict && next == at && is_inside(tokens, next) {
        return None;
    }
    let (clock, end) = bare_clock_at(tokens, next)?;
    let runs_on = |token: &Token<'_>| {
        token.is_glued && (token.kind == Kind::Number || token.is_mark_of(&[':', '%', '$']))
    };
    let is_port = tokens.get(end).is_some_and(runs_on)
        && tokens.get(end + 1).is_some_and(|token| token.is_glued && token.kind == Kind::Number);
    if is_strict
        && (is_port
            || tokens.get(end).is_some_and(|token| token.kind == Kind::Number && token.is_glued))
    {
        return None;
    }
    Some((Clock { is_approximate, ..clock }, end))
}

/// Whether something is printed right before the token that makes it part of a longer word.
fn is_inside(tokens: &[Token<'_>], at: usize) -> bool {
    let glued = tokens.get(at).is_some_and(|token| token.is_glued);
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    glued
        && before.is_some_and(|token| match token.kind {
            Kind::Number => true,
            // `2017-03-02T17:45`
            Kind::Word => !(token.text == "T" && token.is_glued),
            Kind::Mark(mark) => matches!(mark, '.' | '$' | '#' | ':' | '_' | '=' | '€' | '£'),
        })
}

/// A clock without words before it.
fn bare_clock_at(tokens: &[Token<'_>], at: usize) -> Option<(Clock, usize)> {
    let first = tokens.get(at)?;
    let plain = |minute| Clock { minute, half: None, is_approximate: false };
    if first.is_any(&["noon", "midday"]) {
        return Some((plain(720), at + 1));
    }
    if first.is_word("midnight") {
        return Some((plain(0), at + 1));
    }
    let hour = first.value()?;
    let glued = |index: usize| tokens.get(index).filter(|token| token.is_glued);
    if first.text.len() == 4 {
        return military_at(tokens, at, hour);
    }
    if first.text.len() > 2 {
        return None;
    }
    let colon = glued(at + 1).is_some_and(|token| token.is_mark(':'));
    let point = glued(at + 1).is_some_and(|token| token.is_mark('.'));
    let minutes = glued(at + 2).and_then(|token| token.value_of_width(2));
    let is_spelled = glued(at + 1).is_some_and(|token| token.is_word("h"));
    if let Some(minute) = minutes.filter(|_| is_spelled) {
        // `17h45`
        return Some((assembled(hour, minute, None)?, at + 3));
    }
    if let Some(minute) = minutes.filter(|_| colon) {
        let seconds = glued(at + 3).is_some_and(|token| token.is_mark(':'))
            && glued(at + 4).and_then(|token| token.value_of_width(2)).is_some_and(|s| s <= 60);
        let end = if seconds { fraction_end(tokens, at + 5) } else { at + 3 };
        let (half, end) = half_at(tokens, end);
        let end = if half.is_none() { hours_at(tokens, end).unwrap_or(end) } else { end };
        return Some((assembled(hour, minute, half)?, end));
    }
    if let Some(minute) = minutes.filter(|_| point) {
        let (half, end) = half_at(tokens, at + 3);
        if half.is_some() {
            return Some((assembled(hour, minute, half)?, end));
        }
        if let Some(end) = hours_at(tokens, end) {
            return Some((assembled(hour, minute, None)?, end));
        }
    }
    let (half, end) = half_at(tokens, at + 1);
    half?;
    let clock = assembled(hour, 0, half)?;
    if hour == 12 {
        if tokens.get(end).is_some_and(|token| token.is_word("noon")) {
            return Some((plain(720), end + 1));
        }
        if tokens.get(end).is_some_and(|token| token.is_word("midnight")) {
            return Some((plain(0), end + 1));
        }
    }
    Some((clock, end))
}

/// Skips the decimals of seconds.
fn fraction_end(tokens: &[Token<'_>], at: usize) -> usize {
    let glued = |index: usize| tokens.get(index).filter(|token| token.is_glued);
    let has = glued(at).is_some_and(|token| token.is_mark('.'))
        && glued(at + 1).is_some_and(|token| token.kind == Kind::Number);
    if has { at + 2 } else { at }
}

/// `1037 EST`, `0330hrs`: four digits are a time only if the next word says so.
fn military_at(tokens: &[Token<'_>], at: usize, value: u32) -> Option<(Clock, usize)> {
    let after = tokens.get(at + 1)?;
    let (half, end) = half_at(tokens, at + 1);
    let is_zone = (2..=5).contains(&after.text.len())
        && super::zones::is_label(after.text)
        && after.text.chars().all(|ch| ch.is_ascii_uppercase());
    let end = match half {
        Some(_) => end,
        None if is_zone => at + 1,
        None if after.is_any(&["hrs", "h", "hours"]) && value > 59 => at + 2,
        None => return None,
    };
    Some((assembled(value / 100, value % 100, half)?, end))
}

/// `17:45h`, `17:45 hrs`, `17.45 Uhr`: a word that only says that a time stands before it.
fn hours_at(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let word = tokens.get(at)?;
    let is_hours = word.is_any(&["hrs", "uhr"]) || (word.is_word("h") && word.is_glued);
    is_hours.then_some(at + 1)
}

/// `am`, `p.m.`
pub(super) fn half_at(tokens: &[Token<'_>], at: usize) -> (Option<Half>, usize) {
    let Some(word) = tokens.get(at) else {
        return (None, at);
    };
    for (letter, whole, half) in [("a", "am", Half::Morning), ("p", "pm", Half::Afternoon)] {
        if word.is_word(whole) {
            return (Some(half), at + 1);
        }
        let spelled = word.is_word(letter)
            && tokens.get(at + 1).is_some_and(|t| t.is_glued && t.is_mark('.'))
            && tokens.get(at + 2).is_some_and(|t| t.is_word("m"));
        if spelled {
            let dotted = tokens.get(at + 3).is_some_and(|t| t.is_glued && t.is_mark('.'));
            return (Some(half), if dotted { at + 4 } else { at + 3 });
        }
    }
    (None, at)
}

/// A clock from its parts, if there is such a time.
fn assembled(hour: u32, minute: u32, half: Option<Half>) -> Option<Clock> {
    if minute > 59 || hour > 24 || (hour == 24 && minute > 0) {
        return None;
    }
    let hour = match half {
        Some(Half::Morning) if hour == 12 => 0,
        Some(Half::Afternoon) if hour < 12 => hour + 12,
        _ => hour,
    };
    let minute = u16::try_from(hour * 60 + minute).ok()?;
    Some(Clock { minute, half, is_approximate: false })
}

/// Whether token `at` begins something that is printed like a time of day, right or wrong.
pub(super) fn resembles_clock(tokens: &[Token<'_>], at: usize) -> bool {
    let Some([hour, colon, minute]) = tokens.get(at..at + 3) else {
        return false;
    };
    hour.kind == Kind::Number
        && hour.text.len() <= 2
        && colon.is_mark(':')
        && colon.is_glued
        && minute.is_glued
        && minute.text.len() == 2
        && minute.kind == Kind::Number
}
