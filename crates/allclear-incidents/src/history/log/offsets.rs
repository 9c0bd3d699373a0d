//! Printed offsets, told apart from the ends of windows: `06:00-07:00` is an hour, and
//! `06:00 -07:00 (PST)` is a time.

use jiff::tz::Offset;

use super::clocks::{Clock, clock_at, half_at, share_half};
use super::tokens::{Kind, Token};
use super::zones::{ZoneName, is_offset_of, zone_at};

/// How many tokens a date and a time have at most.
const TIME_TOKENS: usize = 12;

/// Reads an offset that begins at token `at`: `-07:00`, `+0200`, and `+2` behind `UTC`.
pub(super) fn offset_at(tokens: &[Token<'_>], at: usize) -> Option<(Offset, usize)> {
    let sign = tokens.get(at)?;
    let is_negative = sign.is_dash();
    if !is_negative && !sign.is_mark('+') {
        return None;
    }
    let glued = |index: usize| tokens.get(index).filter(|token| token.is_glued);
    let number = glued(at + 1)?;
    let before = at.checked_sub(1).and_then(|index| tokens.get(index));
    let is_named = sign.is_glued && before.is_some_and(|token| token.is_any(&["UTC", "GMT"]));
    let colon = glued(at + 2).is_some_and(|token| token.is_mark(':'));
    let minutes = glued(at + 3).and_then(|token| token.value_of_width(2)).filter(|_| colon);
    let (hours, minutes, end) = match (number.text.len(), minutes) {
        (1 | 2, Some(minutes)) => (number.value()?, minutes, at + 4),
        (4, None) => (number.value()? / 100, number.value()? % 100, at + 2),
        (1 | 2, None) if is_named => (number.value()?, 0, at + 2),
        _ => return None,
    };
    if !is_somewhere(is_negative, hours, minutes) {
        return None;
    }
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    let offset = Offset::from_seconds(if is_negative { -seconds } else { seconds }).ok()?;
    let is_clock = is_negative && !is_named && end == at + 4;
    (!is_clock || !is_end(tokens, at, end, offset)).then_some((offset, end))
}

/// Whether clocks anywhere are, or were lately, so far from UTC.
fn is_somewhere(is_negative: bool, hours: u32, minutes: u32) -> bool {
    match minutes {
        0 => hours <= if is_negative { 12 } else { 14 },
        30 if is_negative => matches!(hours, 2 | 3 | 4 | 9),
        30 => matches!(hours, 3..=6 | 8..=11),
        45 => !is_negative && matches!(hours, 5 | 8 | 12 | 13),
        _ => false,
    }
}

/// Whether what is printed like an offset west of UTC is the end of a window: a later time than
/// the one before it, where nothing else says that it is an offset.
fn is_end(tokens: &[Token<'_>], at: usize, end: usize, offset: Offset) -> bool {
    let Some((clock, from)) = clock_before(tokens, at) else {
        return false;
    };
    let is_glued = |index: usize| tokens.get(index).is_some_and(|token| token.is_glued);
    let goes_on = is_glued(end) && tokens.get(end).is_some_and(|token| token.is_mark(':'));
    if goes_on || half_at(tokens, end).0.is_some() {
        return true;
    }
    if is_stamp(tokens, from, at) || is_window(tokens, from) || leads_end(tokens, end) {
        return false;
    }
    let is_glued = is_glued(at);
    if let Some(label) = label_behind(tokens, end) {
        let lead = from.checked_sub(1).and_then(|before| tokens.get(before));
        let is_led = lead.is_some_and(|word| word.is_any(&["from", "between"]));
        return (is_glued && is_led) || !is_offset_of(label, offset);
    }
    let minute = u16::try_from(-offset.seconds() / 60).unwrap_or(0);
    if is_glued {
        return is_later(clock, minute);
    }
    // ` -07:00` with a space before it alone is how offsets are printed.
    let is_last = tokens.get(end).is_none_or(|next| matches!(next.kind, Kind::Mark(_)));
    minute > clock.minute && (!is_last || minute > 600)
}

/// Whether a time of day without am or pm is later than the one that it is printed right behind,
/// perhaps beyond midnight.
fn is_later(from: Clock, minute: u16) -> bool {
    let to = Clock { minute, half: None, is_approximate: false };
    let (from, to) = share_half(from, to);
    let is_night = from.minute >= 18 * 60 && to.minute <= 2 * 60;
    to.minute > from.minute || is_night
}

/// The time of day that ends at a token, and where it begins.
fn clock_before(tokens: &[Token<'_>], at: usize) -> Option<(Clock, usize)> {
    (at.saturating_sub(TIME_TOKENS)..at).find_map(|from| {
        let (clock, end) = clock_at(tokens, from, false)?;
        (end == at).then_some((clock, from))
    })
}

/// Whether a time is printed as programs do: `T06:00`, `06:00:00`.
fn is_stamp(tokens: &[Token<'_>], from: usize, to: usize) -> bool {
    let lead = from.checked_sub(1).and_then(|before| tokens.get(before));
    let is_joined = tokens.get(from).is_some_and(|token| token.is_glued)
        && lead.is_some_and(|token| token.is_word("T"));
    let colons = tokens.get(from..to).unwrap_or(&[]).iter().filter(|token| token.is_mark(':'));
    is_joined || colons.count() > 1
}

/// Whether a time is the end of a window already: `2:03am 2:10am`, `06:00 - 06:30`.
fn is_window(tokens: &[Token<'_>], to: usize) -> bool {
    (to.saturating_sub(TIME_TOKENS)..to).any(|from| {
        clock_at(tokens, from, true).is_some_and(|(_, end)| {
            let between = tokens.get(end..to).filter(|_| end <= to);
            between.is_some_and(|between| {
                between.iter().all(|token| {
                    token.is_dash()
                        || token.is_any(&["to", "until", "till", "T"])
                        || (token.kind == Kind::Number && token.text.len() != 3)
                })
            })
        })
    })
}

/// Whether the end of a window follows: `-07:00 to 11:00`.
pub(super) fn leads_end(tokens: &[Token<'_>], at: usize) -> bool {
    let is_joined = tokens
        .get(at)
        .is_some_and(|token| token.is_dash() || token.is_any(&["to", "until", "till", "through"]));
    is_joined && clock_at(tokens, at + 1, true).is_some()
}

/// The label in brackets at a token: `(PST)`.
fn label_behind<'a>(tokens: &[Token<'a>], at: usize) -> Option<&'a str> {
    tokens.get(at).filter(|token| token.is_mark('('))?;
    let (ZoneName::Label(_), _) = zone_at(tokens, at + 1)? else {
        return None;
    };
    Some(tokens.get(at + 1)?.text)
}
