//! Lengths of time as people print them.

use super::tokens::{Kind, Token};

/// A printed length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Length {
    /// Shortest, in seconds.
    pub(super) least: i64,
    /// Longest, in seconds.
    pub(super) most: i64,
    /// "about".
    pub(super) is_approximate: bool,
    /// "under", "over": only a bound.
    pub(super) is_bound: bool,
}

const NUMBERS: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
];
const ABOUT: [&str; 9] =
    ["about", "around", "approximately", "approx", "roughly", "nearly", "almost", "circa", "ca"];
const BOUNDS: [&str; 7] = ["under", "over", "than", "least", "most", "to", "maximum"];

/// Thousandths of a number at a token, and where it ends.
fn number_at(tokens: &[Token<'_>], at: usize) -> Option<(i64, usize)> {
    let token = tokens.get(at)?;
    if token.kind == Kind::Word {
        if token.is_any(&["a", "an"]) {
            // "a second outage" tells of no length.
            let is_ordinal = tokens.get(at + 1).is_some_and(|next| next.is_word("second"));
            return (!is_ordinal).then_some((1000, at + 1));
        }
        let found = NUMBERS.iter().position(|word| token.is_word(word))?;
        return Some((i64::try_from(found).ok()? * 1000, at + 1));
    }
    let whole = i64::from(token.value()?) * 1000;
    let point = tokens.get(at + 1).filter(|t| t.is_glued && t.is_mark_of(&['.', ',']));
    let decimals = tokens.get(at + 2).filter(|t| t.is_glued && point.is_some());
    match decimals.and_then(|t| t.value().map(|value| (value, t.text.len()))) {
        Some((value, width @ 1..=3)) => {
            let scale = [100, 10, 1].get(width - 1).copied().unwrap_or(1);
            Some((whole + i64::from(value) * scale, at + 3))
        }
        _ => Some((whole, at + 1)),
    }
}

/// Seconds in the unit at a token.
fn unit_at(tokens: &[Token<'_>], at: usize) -> Option<(i64, usize)> {
    let token = tokens.get(at)?;
    if token.is_dash() && token.is_glued {
        return unit_at(tokens, at + 1)
            .filter(|_| tokens.get(at + 1).is_some_and(|t| !t.is_dash()));
    }
    let seconds = if token.is_any(&["second", "seconds", "sec", "secs"]) {
        1
    } else if token.is_any(&["minute", "minutes", "min", "mins"]) {
        60
    } else if token.is_any(&["hour", "hours", "hr", "hrs"]) {
        3600
    } else if token.is_any(&["day", "days"]) {
        86_400
    } else if token.is_any(&["h", "m", "s", "d"]) && token.is_glued {
        match token.text {
            "h" | "H" => 3600,
            "m" | "M" => 60,
            "s" | "S" => 1,
            _ => 86_400,
        }
    } else {
        return None;
    };
    Some((seconds, at + 1))
}

/// One number, or two with a dash, and a unit.
fn part_at(tokens: &[Token<'_>], at: usize) -> Option<(i64, i64, usize)> {
    if tokens.get(at).is_some_and(|token| token.is_word("half")) {
        let article = tokens.get(at + 1).is_some_and(|token| token.is_any(&["a", "an"]));
        let (unit, end) = unit_at(tokens, if article { at + 2 } else { at + 1 })?;
        return Some((unit / 2, unit / 2, end));
    }
    let (least, next) = number_at(tokens, at)?;
    let joins = tokens.get(next).is_some_and(|t| t.is_dash() || t.is_any(&["to", "or"]));
    if joins
        && let Some((most, after)) = number_at(tokens, next + 1)
        && let Some((unit, end)) = unit_at(tokens, after)
        && most >= least
    {
        return Some((least * unit / 1000, most * unit / 1000, end));
    }
    let (unit, end) = unit_at(tokens, next)?;
    Some((least * unit / 1000, least * unit / 1000, end))
}

/// Reads a length that begins at token `at`, perhaps with "about" or "under" before it.
pub(super) fn length_at(tokens: &[Token<'_>], at: usize) -> Option<(Length, usize)> {
    let mut next = at;
    let mut length = Length { least: 0, most: 0, is_approximate: false, is_bound: false };
    for _ in 0..4 {
        let Some(token) = tokens.get(next) else { break };
        if token.is_any(&ABOUT) || token.is_mark_of(&['~', '≈']) {
            length.is_approximate = true;
            // `approx. 8 hours`
            if tokens.get(next + 1).is_some_and(|mark| mark.is_glued && mark.is_mark('.')) {
                next += 1;
            }
        } else if token.is_any(&BOUNDS) || token.is_mark_of(&['<', '>']) {
            length.is_bound = true;
        } else if !token.is_any(&["just", "less", "more", "at", "up", "a", "little"])
            || (token.is_word("a")
                && number_at(tokens, next).is_some_and(|(_, n)| unit_at(tokens, n).is_some()))
        {
            break;
        }
        next += 1;
    }
    let (least, most, mut end) = part_at(tokens, next)?;
    (length.least, length.most) = (least, most);
    for _ in 0..3 {
        let joins = tokens.get(end).is_some_and(|t| t.is_word("and") || t.is_mark(','));
        let from = if joins { end + 1 } else { end };
        let Some((least, most, after)) = part_at(tokens, from) else {
            break;
        };
        length.least = length.least.saturating_add(least);
        length.most = length.most.saturating_add(most);
        end = after;
    }
    Some((length, end))
}

/// The length that a label's value prints.
pub(super) fn length_of(value: &str) -> Option<Length> {
    let all = super::tokens::tokens(super::tokens::head(value, 200));
    (0..all.len().min(8)).find_map(|at| length_at(&all, at).map(|(length, _)| length))
}
