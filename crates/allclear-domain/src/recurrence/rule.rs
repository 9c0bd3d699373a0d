//! The text of a rule, read strictly: what would be misread elsewhere is an error here, with what to
//! write instead.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::error::InvalidValue;
use crate::limits::RULE_CHARS_MAX;

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A rule that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// Its parts but for `UNTIL`, in upper case.
    pub(super) parts: String,
    /// The last local time that may be among its times.
    pub(super) until: Option<DateTime>,
}

/// Reads the value of an `RRULE` (RFC 5545, section 3.3.10) whose times are those of a zone.
pub(super) fn read(text: &str, zone: &TimeZone) -> Result<Rule, InvalidValue> {
    let text = text.trim().to_ascii_uppercase();
    let text = text.strip_prefix("RRULE:").unwrap_or(&text);
    if text.len() > RULE_CHARS_MAX || !text.is_ascii() {
        let problem = format!("write at most {RULE_CHARS_MAX} plain letters, digits and signs");
        return Err(refused(problem));
    }
    let mut seen: Vec<&str> = Vec::new();
    let (mut parts, mut until) = (Vec::new(), None);
    for part in text.split(';').filter(|part| !part.is_empty()) {
        let Some((name, value)) = part.split_once('=') else {
            return Err(refused(format!("`{part}` is no part: write it as NAME=VALUE")));
        };
        if seen.contains(&name) {
            return Err(refused(format!("{name} stands twice: write it once")));
        }
        seen.push(name);
        if name == "UNTIL" {
            until = Some(read_until(value, zone)?);
        } else {
            check_part(name, value)?;
            parts.push(part);
        }
    }
    if !seen.contains(&"FREQ") {
        return Err(refused("has no FREQ: begin it with FREQ=WEEKLY, or DAILY, MONTHLY, YEARLY"));
    }
    if seen.contains(&"COUNT") && seen.contains(&"UNTIL") {
        return Err(refused("has COUNT and UNTIL: write one of them"));
    }
    Ok(Rule { parts: parts.join(";"), until })
}

fn refused(problem: impl Into<String>) -> InvalidValue {
    InvalidValue::new("rule", problem)
}

fn check_part(name: &str, value: &str) -> Result<(), InvalidValue> {
    match name {
        "FREQ" => match value {
            "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY" => Ok(()),
            "HOURLY" | "MINUTELY" | "SECONDLY" => Err(refused(
                "windows begin at one time of day: use FREQ=DAILY, WEEKLY, MONTHLY or YEARLY",
            )),
            _ => Err(refused("FREQ is unknown: use DAILY, WEEKLY, MONTHLY or YEARLY")),
        },
        "INTERVAL" => number(name, value, 1..=1_000),
        "COUNT" => number(name, value, 1..=10_000),
        "WKST" if DAYS.contains(&value) => Ok(()),
        "BYDAY" => value.split(',').try_for_each(week_day),
        "BYMONTH" => value.split(',').try_for_each(|one| number(name, one, 1..=12)),
        "BYMONTHDAY" => value.split(',').try_for_each(|one| place(name, one, 31)),
        "BYYEARDAY" | "BYSETPOS" => value.split(',').try_for_each(|one| place(name, one, 366)),
        "BYWEEKNO" => value.split(',').try_for_each(|one| place(name, one, 53)),
        "BYHOUR" | "BYMINUTE" | "BYSECOND" => Err(refused(format!(
            "{name} is not taken: the start says at which time of day windows begin"
        ))),
        "WKST" => Err(refused(format!("WKST={value} is no day: use one of {}", DAYS.join(", ")))),
        _ => Err(refused(format!(
            "`{name}` is unknown: use FREQ, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH, \
             BYSETPOS, BYYEARDAY, BYWEEKNO and WKST"
        ))),
    }
}

fn number(name: &str, text: &str, range: RangeInclusive<i32>) -> Result<(), InvalidValue> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let value = text.parse::<i32>().ok().filter(|value| is_digits && range.contains(value));
    let (first, last) = (range.start(), range.end());
    let problem = || refused(format!("{name}={text}: write a number from {first} to {last}"));
    value.map(|_| ()).ok_or_else(problem)
}

/// A place from the start, or with a minus from the end.
fn place(name: &str, text: &str, most: i32) -> Result<(), InvalidValue> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    number(name, digits, 1..=most).map_err(|_| {
        let problem = format!(
            "{name}={text}: write a number from 1 to {most}, or from -{most} to -1 to count from \
             the end"
        );
        refused(problem)
    })
}

/// A day of the week, perhaps with its place in the month or year, such as `2SU` or `-1FR`.
fn week_day(text: &str) -> Result<(), InvalidValue> {
    let known = DAYS.iter().find_map(|day| text.strip_suffix(day));
    let is_good = known.is_some_and(|nth| nth.is_empty() || place("BYDAY", nth, 53).is_ok());
    let problem = || {
        let days = DAYS.join(", ");
        refused(format!("BYDAY={text}: use {days}, or with its place as in 1SU and -1FR"))
    };
    is_good.then_some(()).ok_or_else(problem)
}

/// A day, which counts in full, a local time, or with a `Z` an instant.
fn read_until(text: &str, zone: &TimeZone) -> Result<DateTime, InvalidValue> {
    let problem = || {
        refused(format!(
            "UNTIL={text}: write a day as in 20261231, or a time as in 20261231T020000"
        ))
    };
    let (local, is_utc) = match text.strip_suffix('Z') {
        Some(local) => (local, true),
        None => (text, false),
    };
    let (date, time) = local.split_once('T').unwrap_or((local, "235959"));
    let two = |text: &str, from: usize| text.get(from..from + 2)?.parse::<i8>().ok();
    let is_digits = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !is_digits(date, 8) || !is_digits(time, 6) || (is_utc && !local.contains('T')) {
        return Err(problem());
    }
    let read = || {
        let year = date.get(..4)?.parse::<i16>().ok()?;
        let date = Date::new(year, two(date, 4)?, two(date, 6)?).ok()?;
        let time = Time::new(two(time, 0)?, two(time, 2)?, two(time, 4)?, 0).ok()?;
        Some(date.to_datetime(time))
    };
    let at = read().ok_or_else(problem)?;
    if !is_utc {
        return Ok(at);
    }
    let at: Timestamp = at.to_zoned(TimeZone::UTC).map_err(|_| problem())?.timestamp();
    Ok(at.to_zoned(zone.clone()).datetime())
}
