//! Numbers of a check, within what is taken, with what changes by that.

use std::collections::BTreeSet;

use allclear_domain::check::{JsonValue, StatusRange};
use allclear_domain::limits;

use super::draft::Draft;
use super::span;

/// All statuses that an answer may have.
pub(super) const STATUSES: std::ops::RangeInclusive<u16> = 100..=599;

/// Time from one probe to the next, in seconds.
pub(super) fn interval(text: Option<String>, usual_ms: f64, draft: &mut Draft<'_>) -> u32 {
    let length = text.map(|text| draft.value(&text));
    let wanted = length.as_deref().map_or(Some(usual_ms), span::milliseconds);
    let wanted = wanted.unwrap_or_else(|| {
        draft.change(format!(
            "its interval cannot be read: it is tried every {} here",
            span::told(usual_ms)
        ));
        usual_ms
    });
    let seconds = span::whole(wanted / 1e3, (1, limits::CHECK_INTERVAL_SECONDS_MAX));
    let given = f64::from(seconds) * 1e3;
    if (given - wanted).abs() > 0.5 {
        let (there, here) = (span::told(wanted), span::told(given));
        draft.change(format!("it was tried every {there}, and is tried every {here} here"));
    }
    seconds
}

/// Time for one probe, in milliseconds.
pub(super) fn deadline(wanted: f64, draft: &mut Draft<'_>) -> u32 {
    let range = (limits::CHECK_DEADLINE_MS_MIN, limits::CHECK_DEADLINE_MS_MAX);
    let given = span::whole(wanted, range);
    if (f64::from(given) - wanted).abs() >= 1.0 {
        let (there, here) = (span::told(wanted), span::told(f64::from(given)));
        draft.change(format!("it had {there} to answer, and has {here} here"));
    }
    given
}

/// Samples in a row, within what is taken.
pub(super) fn samples(wanted: u32, draft: &mut Draft<'_>) -> u16 {
    let given = wanted.clamp(1, limits::CHECK_SAMPLES_MAX);
    if given != wanted {
        draft.change(format!(
            "it took {wanted} samples in a row to believe it; here it takes {given}"
        ));
    }
    u16::try_from(given).unwrap_or(u16::MAX)
}

/// Statuses as ranges.
pub(super) fn ranges(statuses: &BTreeSet<u16>) -> Vec<StatusRange> {
    let mut ranges: Vec<StatusRange> = Vec::new();
    for status in statuses {
        match ranges.last_mut() {
            Some(last) if last.to + 1 == *status => last.to = *status,
            _ => ranges.push(StatusRange { from: *status, to: *status }),
        }
    }
    ranges
}

/// All statuses, where nothing is asked of them.
pub(super) fn any_status() -> BTreeSet<u16> {
    STATUSES.collect()
}

/// A literal as the JSON value that is written in the same way; `number` is what it is as a number.
pub(super) fn literal(text: &str, number: Option<f64>) -> JsonValue {
    match (text, number) {
        ("true", _) => JsonValue::Flag(true),
        ("false", _) => JsonValue::Flag(false),
        // What is written in another way than numbers are, such as 1.50, is a text.
        (_, Some(number)) if number.fract() == 0.0 || number.to_string() == text => {
            JsonValue::Number(number)
        }
        _ => JsonValue::Text(text.to_owned()),
    }
}
