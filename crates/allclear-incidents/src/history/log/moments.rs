//! Times that prose tells of: when it began, when it ended.

use jiff::civil::{Date, Weekday};

use super::clocks::{Clock, clock_at, share_half};
use super::dates::{PrintedDate, date_at, weekday_of};
use super::tokens::{Token, tokens};
use super::zones::{ZoneName, zone_at};

/// What a time in prose is the time of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It began.
    Start,
    /// It ended.
    End,
    /// The first of two joined times.
    RangeStart,
    /// The second of two joined times.
    RangeEnd,
    /// Not said.
    Unknown,
}

/// The day of a time in prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// A printed date.
    Date(PrintedDate),
    /// A day of the week.
    Weekday(Weekday),
    /// So many days from the entry's own, such as "yesterday".
    Shift(i64),
}

/// A time in prose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// The time of day.
    pub(super) clock: Clock,
    /// The zone printed beside it.
    pub(super) zone: Option<ZoneName>,
    /// The same time in another zone, as printed beside it.
    pub(super) alias: Option<(Clock, ZoneName)>,
    /// The day printed beside it.
    pub(super) day: Option<Day>,
    /// What it is the time of.
    pub(super) role: Role,
    /// The sentence tells of the future.
    pub(super) is_future: bool,
    /// "this morning" stands in the sentence.
    pub(super) is_this_morning: bool,
}

const STARTS: [&str; 38] = [
    "began",
    "begin",
    "begins",
    "beginning",
    "started",
    "starting",
    "starts",
    "start",
    "crashed",
    "lost",
    "failed",
    "fails",
    "offline",
    "outage",
    "down",
    "dropped",
    "stopped",
    "unavailable",
    "unreachable",
    "experienced",
    "experiencing",
    "suffered",
    "attack",
    "since",
    "inaccessible",
    "disrupted",
    "unresponsive",
    "interruption",
    "failure",
    "encountered",
    "noticed",
    "problem",
    "panic",
    "broke",
    "died",
    "hung",
    "froze",
    "slow",
];

const ENDS: [&str; 26] = [
    "restored",
    "restore",
    "resolved",
    "back",
    "fixed",
    "recovered",
    "recover",
    "resumed",
    "normal",
    "ended",
    "ends",
    "end",
    "completed",
    "complete",
    "finished",
    "online",
    "stable",
    "until",
    "repaired",
    "till",
    "rectified",
    "up",
    "returned",
    "operational",
    "concluded",
    "corrected",
];

/// Something found in a sentence.
#[derive(Clone, Debug)]
struct Found {
    at: usize,
    end: usize,
    clock: Clock,
    zone: Option<ZoneName>,
}

/// The times in a sentence.
pub(super) fn in_sentence(sentence: &str) -> Vec<Moment> {
    let all = tokens(sentence);
    let (found, days) = scan(&all);
    if found.is_empty() {
        return Vec::new();
    }
    let lower = sentence.to_lowercase();
    let is_future = super::prose::is_future(&lower);
    let is_this_morning = lower.contains("this morning");
    let mut moments: Vec<Moment> = Vec::new();
    for (index, item) in found.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| found.get(before));
        if before.is_some_and(|before| is_alias(&all, before, item)) {
            if let (Some(last), Some(zone)) = (moments.last_mut(), &item.zone) {
                last.alias = last.alias.take().or_else(|| Some((item.clock, zone.clone())));
            }
            continue;
        }
        let from = before.map_or(0, |before| before.end);
        let next =
            found.get(index + 1..).unwrap_or(&[]).iter().find(|next| !is_alias(&all, item, next));
        let to = next.map_or(all.len(), |next| next.at);
        moments.push(Moment {
            clock: item.clock,
            zone: item.zone.clone(),
            alias: None,
            day: day_for(&days, item, from, to),
            role: role(&all, from, item, to),
            is_future,
            is_this_morning,
        });
        if before.is_some_and(|before| is_joined(&all, before, item)) {
            join(&mut moments);
        }
    }
    moments
}

/// Makes a range of the last two moments.
fn join(moments: &mut [Moment]) {
    let [.., start, end] = moments else { return };
    if matches!(start.role, Role::RangeStart | Role::RangeEnd) {
        return;
    }
    (start.clock, end.clock) = share_half(start.clock, end.clock);
    let is_about = start.clock.is_approximate;
    end.clock.is_approximate |= is_about && start.zone.is_none();
    start.role = Role::RangeStart;
    end.role = Role::RangeEnd;
    if start.zone.is_none() {
        start.zone.clone_from(&end.zone);
    }
    if start.day.is_none() {
        start.day = end.day;
        // "between 11 PM and 1 AM on March 3": the date is that of the start.
        end.day = None;
    }
}

/// All clocks and all days of a sentence.
fn scan(all: &[Token<'_>]) -> (Vec<Found>, Vec<(usize, usize, Day)>) {
    let mut found = Vec::new();
    let mut days = Vec::new();
    let mut at = 0;
    while at < all.len() {
        if let Some((date, end)) = date_at(all, at) {
            days.push((at, end, Day::Date(date)));
            at = end.max(at + 1);
        } else if let Some((clock, end)) = clock_at(all, at, true) {
            let zone = zone_at(all, end);
            let after = zone.as_ref().map_or(end, |(_, after)| *after);
            found.push(Found { at, end: after, clock, zone: zone.map(|(zone, _)| zone) });
            at = after.max(at + 1);
        } else if let Some(day) = day_word(all, at) {
            days.push((at, at + 1, day));
            at += 1;
        } else {
            at += 1;
        }
    }
    (found, days)
}

/// A word that names a day.
fn day_word(all: &[Token<'_>], at: usize) -> Option<Day> {
    let token = all.get(at)?;
    let before = at.checked_sub(1).and_then(|before| all.get(before));
    if token.is_word("yesterday") {
        return Some(Day::Shift(-1));
    }
    if token.is_word("tomorrow") {
        return Some(Day::Shift(1));
    }
    if token.is_any(&["night", "evening"]) && before.is_some_and(|t| t.is_word("last")) {
        return Some(Day::Shift(-1));
    }
    if token.is_any(&["day", "morning", "evening", "night"]) {
        if before.is_some_and(|t| t.is_any(&["next", "following"])) {
            return Some(Day::Shift(1));
        }
        if before.is_some_and(|t| t.is_word("previous")) {
            return Some(Day::Shift(-1));
        }
    }
    if before.is_some_and(|t| t.is_any(&["every", "next", "each"])) {
        return None;
    }
    weekday_of(token).map(Day::Weekday)
}

/// The day that belongs to a clock: the nearest after it, or else the nearest before it.
fn day_for(days: &[(usize, usize, Day)], item: &Found, from: usize, to: usize) -> Option<Day> {
    let after = days.iter().find(|(at, _, _)| *at >= item.end && *at < to && *at <= item.end + 4);
    let before = days.iter().rev().find(|(at, end, _)| *at >= from && *end <= item.at);
    let near = |day: &(usize, usize, Day)| item.at.saturating_sub(day.1) <= 4;
    match (before, after) {
        (Some(before), Some(after)) => Some(if near(before) { before.2 } else { after.2 }),
        (Some(day), None) | (None, Some(day)) => Some(day.2),
        (None, None) => None,
    }
}

/// Whether a clock only repeats the one before it in another zone: `1037 EST, 1537 UTC`.
fn is_alias(all: &[Token<'_>], before: &Found, item: &Found) -> bool {
    let between = all.get(before.end..item.at).unwrap_or(&[]);
    before.zone.is_some()
        && item.zone.is_some()
        && before.zone != item.zone
        && !between.is_empty()
        && between.len() <= 2
        && between.iter().all(|token| token.is_mark_of(&[',', '(', '/', '[', '=']))
}

/// Whether two clocks are a start and an end.
fn is_joined(all: &[Token<'_>], before: &Found, item: &Found) -> bool {
    let between = all.get(before.end..item.at).unwrap_or(&[]);
    let lead = all.get(before.at.saturating_sub(3)..before.at).unwrap_or(&[]);
    let has = |words: &[&str]| between.iter().any(|token| token.is_any(words));
    let is_dash = between.iter().any(Token::is_dash);
    let by_word = has(&["to", "until", "till", "through", "thru"]) || is_dash;
    let by_and = has(&["and"]) && lead.iter().any(|token| token.is_word("between"));
    // Only dates and days may stand between the two.
    let others = between.iter().filter(|token| {
        token.kind == super::tokens::Kind::Word
            && !token.is_any(&[
                "to",
                "until",
                "till",
                "through",
                "thru",
                "and",
                "on",
                "the",
                "at",
                "about",
                "day",
                "next",
                "following",
                "around",
                "approximately",
                "morning",
                "evening",
                "night",
                "st",
                "nd",
                "rd",
                "th",
                "of",
            ])
            // `2017-03-02T17:45`
            && !(token.text == "T" && token.is_glued)
            && weekday_of(token).is_none()
            && super::dates::month_of(token).is_none()
    });
    between.len() <= 12 && (by_word || by_and) && others.count() == 0
}

/// What a clock is the time of, by the words around it.
fn role(all: &[Token<'_>], from: usize, item: &Found, to: usize) -> Role {
    let lead = item.at.checked_sub(1).and_then(|before| all.get(before));
    if lead.is_some_and(|token| token.is_any(&["until", "till"])) {
        return Role::End;
    }
    if lead.is_some_and(|token| token.is_any(&["from", "since", "starting", "beginning"])) {
        return Role::Start;
    }
    let before = (from..item.at).rev().find_map(|at| cue_at(all, at));
    let role = before.or_else(|| (item.end..to).find_map(|at| cue_at(all, at)));
    role.unwrap_or(Role::Unknown)
}

/// What a word says of the time beside it, unless it is denied: "did not come back".
fn cue_at(all: &[Token<'_>], at: usize) -> Option<Role> {
    let role = cue(all.get(at)?)?;
    let is_denied = all.get(at.saturating_sub(3)..at).is_some_and(|lead| {
        lead.iter().any(|word| word.is_any(&["not", "never", "t", "cannot", "unable"]))
    });
    (role != Role::End || !is_denied).then_some(role)
}

/// What a word says of the time beside it.
fn cue(token: &Token<'_>) -> Option<Role> {
    if token.is_any(&STARTS) {
        Some(Role::Start)
    } else if token.is_any(&ENDS) {
        Some(Role::End)
    } else {
        None
    }
}

/// What a line of a timeline is the time of: its first telling word counts.
pub(super) fn role_of_line(text: &str) -> Role {
    let all = tokens(super::tokens::head(text, 400));
    let strong = [
        "begins",
        "began",
        "begin",
        "started",
        "starts",
        "down",
        "offline",
        "outage",
        "attack",
        "fails",
        "failed",
        "crashed",
        "unreachable",
        "unavailable",
        "stopped",
        "occurs",
        "occurred",
    ];
    let is_negated = |at: usize| {
        all.get(at.saturating_sub(3)..at).is_some_and(|lead| {
            lead.iter().any(|t| t.is_any(&["not", "no", "still", "t", "never", "un"]))
        })
    };
    let end = all.iter().enumerate().any(|(at, token)| {
        token.is_any(&[
            "restored",
            "resolved",
            "back",
            "recovered",
            "resumed",
            "normal",
            "fixed",
            "online",
            "resolved",
        ]) && !is_negated(at)
    });
    if end {
        return Role::End;
    }
    let is_begun = all.iter().enumerate().any(|(at, token)| {
        // "We shut down two servers" is a step, not the start.
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        let is_step = before.is_some_and(|word| {
            word.is_any(&["shut", "shutting", "take", "taken", "took", "bring", "brought"])
        });
        token.is_any(&strong) && !(token.is_word("down") && is_step)
    });
    if is_begun { Role::Start } else { Role::Unknown }
}

/// The date that a day in prose means, seen from the entry's own date.
pub(super) fn date_of(day: Day, own: Date) -> Option<Date> {
    match day {
        Day::Date(PrintedDate::Full(date)) => Some(date),
        Day::Date(PrintedDate::Yearless(day)) => super::years::nearest(day, own),
        Day::Date(_) => None,
        Day::Weekday(weekday) => {
            (-3..=3).filter_map(|days| shifted(own, days)).find(|date| date.weekday() == weekday)
        }
        Day::Shift(days) => shifted(own, days),
    }
}

/// A date some days later or earlier.
pub(super) fn shifted(date: Date, days: i64) -> Option<Date> {
    date.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}
