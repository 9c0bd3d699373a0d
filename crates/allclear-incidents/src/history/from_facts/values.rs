//! Single values on their way from facts: times, causes, steps.

use allclear_domain::action::{ActionItem, ActionState};
use allclear_domain::error::InvalidValue;
use allclear_domain::maintenance::AnnouncedWindow;
use allclear_domain::record::{Cause, Certainty};
use allclear_domain::times::{Bound, Moment, Precision};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::history::facts::{
    FactsAction, FactsActionState, FactsPrecision, FactsRecord, FactsUpdate,
};

pub(super) fn causes(facts: &FactsRecord) -> Vec<Cause> {
    let of = |texts: &[String], certainty| {
        let cause =
            move |text: &String| Cause { text: text.clone(), certainty, corrections: Vec::new() };
        texts.iter().map(cause).collect::<Vec<_>>()
    };
    let mut causes = of(&facts.causes, Certainty::Known);
    causes.extend(of(&facts.suspected, Certainty::Suspected));
    causes.extend(of(&facts.ruled_out, Certainty::RuledOut));
    causes
}

pub(super) fn instant(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, InvalidValue> {
    let Some(text) = text else { return Ok(None) };
    let refused = |problem: &str| {
        let text: String = text.chars().take(80).collect();
        let example = "write it as 2010-09-02T02:03:00-07:00";
        Err(InvalidValue::new(field, format!("`{text}` {problem}: {example}")))
    };
    let Ok(at) = text.parse::<Timestamp>() else {
        return refused("is not an instant");
    };
    if !has_whole_offset(text) {
        return refused("has an offset that is not in hours and minutes");
    }
    Ok(Some(at))
}

/// Whether the offset is `Z` or `±HH:MM`, as RFC 3339 has it. One with seconds, as places had before
/// there were zones, would be rounded where it has fractions, and no page prints it.
fn has_whole_offset(instant: &str) -> bool {
    let is_two_digits =
        |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    match offset(instant) {
        Some("Z" | "z") => true,
        Some(offset) => offset
            .get(1..)
            .and_then(|offset| offset.split_once(':'))
            .is_some_and(|(hours, minutes)| is_two_digits(hours) && is_two_digits(minutes)),
        None => false,
    }
}

/// The offset that an instant is written with.
pub(super) fn offset(instant: &str) -> Option<&str> {
    let time = instant.get(instant.find(['T', 't', ' '])?..)?;
    time.get(time.rfind(['Z', 'z', '+', '-'])?..)
}

pub(super) fn started(facts: &FactsRecord) -> Result<Bound, InvalidValue> {
    let at = instant("started_at", facts.started_at.as_deref())?;
    Ok(bound(at, facts.start_precision, facts.on))
}

pub(super) fn ended(facts: &FactsRecord) -> Result<Bound, InvalidValue> {
    let at = instant("ended_at", facts.ended_at.as_deref())?;
    Ok(bound(at, facts.end_precision, facts.ended_on))
}

/// How a window of which only the day is known is announced, with its length in words.
pub(super) fn on_day(day: Date, length: Option<&str>) -> String {
    length.map_or_else(|| format!("on {day}"), |length| format!("on {day}, {length}"))
}

/// The day of a window that is announced by [`on_day`], and its length.
pub(in crate::history) fn announced_day(window: &AnnouncedWindow) -> Option<(Date, Option<&str>)> {
    if window.starts_at.is_some() {
        return None;
    }
    let told = window.length.as_deref()?.strip_prefix("on ")?;
    let (day, length) = told.split_once(", ").map_or((told, None), |(day, rest)| (day, Some(rest)));
    Some((day.parse().ok()?, length))
}

fn bound(at: Option<Timestamp>, precision: FactsPrecision, on: Option<Date>) -> Bound {
    match (at, on) {
        (Some(at), _) => Bound::At {
            at,
            precision: match precision {
                FactsPrecision::Minute => Precision::Minute,
                FactsPrecision::Approximate | FactsPrecision::Day | FactsPrecision::Unknown => {
                    Precision::Approximate
                }
            },
        },
        (None, Some(on)) => Bound::On { on },
        (None, None) => Bound::Unknown,
    }
}

pub(super) fn moment(update: &FactsUpdate) -> Result<Moment, InvalidValue> {
    if let Some(at) = instant("updates.at", update.at.as_deref())? {
        return Ok(Moment::At { at });
    }
    let parse = |text: &String| {
        text.parse().map_err(|_| {
            InvalidValue::new("updates.local", format!("`{text}` is not a time: write it as 13:05"))
        })
    };
    let local = update.local.as_ref().map(parse).transpose()?;
    Ok(match (update.on, local) {
        (Some(on), local) => Moment::On { on, local },
        (None, Some(local)) => Moment::Local { local },
        (None, None) => Moment::Unknown,
    })
}

pub(super) fn action(action: &FactsAction) -> Result<ActionItem, InvalidValue> {
    Ok(ActionItem {
        text: action.text.clone(),
        due: action.due.as_deref().map(str::parse).transpose()?,
        state: match action.state {
            FactsActionState::Done => ActionState::Done { on: None },
            FactsActionState::Promised => ActionState::Promised,
            FactsActionState::Dropped => ActionState::Dropped { why: None },
        },
    })
}
