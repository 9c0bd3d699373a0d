//! A made-up history in the `facts` shape, of any length, ending yesterday.

use std::time::Duration;

use serde_json::{Value, json};

const DAY: Duration = Duration::from_secs(86_400);
/// Records of one day, newest first; the letter is what tells their ids apart.
const OF_A_DAY: [(&str, u32); 4] = [("", 19), ("b", 13), ("c", 7), ("d", 1)];
const COMPONENTS: [(&str, &str); 4] =
    [("web", "Web"), ("api", "API"), ("payments", "Payments"), ("mail", "Mail")];
const LEVELS: [&str; 4] = ["full", "partial", "degraded", "delayed"];

/// A file for `allclear import facts` with `count` records; `now` is the time since 1970.
pub(super) fn facts(count: usize, now: Duration) -> Value {
    let today = i64::try_from(now.as_secs() / DAY.as_secs()).unwrap_or(i64::MAX);
    let components: Vec<Value> =
        COMPONENTS.iter().map(|(key, name)| json!({ "key": key, "name": name })).collect();
    let records: Vec<Value> = (0_i64..).take(count).map(|number| record(number, today)).collect();
    json!({
        "publisher": "bench",
        "what": "A made-up publisher with a long history",
        "timezone": "UTC",
        "components": components,
        "records": records,
    })
}

fn record(number: i64, today: i64) -> Value {
    let in_day = usize::try_from(number % 4).unwrap_or_default();
    let (letter, hour) = OF_A_DAY[in_day];
    let day = civil(today - 1 - number / 4);
    let minutes = 5 + number % 50;
    let (component, name) = COMPONENTS[usize::try_from(number / 3 % 4).unwrap_or_default()];
    let at = |minute: i64| format!("{day}T{hour:02}:{minute:02}:00+00:00");
    json!({
        "id": format!("bench-{day}{letter}"),
        "kind": "incident",
        "title": format!("{name} answered slowly or not at all, case {number}"),
        "started_at": at(0),
        "ended_at": at(minutes),
        "start_precision": "minute",
        "end_precision": "minute",
        "reported_duration": format!("{minutes} minutes"),
        "affected": [component],
        "service": null,
        "level": LEVELS[in_day],
        "upstream_status": [],
        "losses": [],
        "causes": ["A full disk on one of the database hosts"],
        "updates": [
            { "at": at(1), "text": "We see errors and are looking for the cause." },
            { "at": at(3), "text": "The cause is a full disk. We are making room." },
            { "at": at(minutes), "text": "There is room again and requests are answered." },
        ],
    })
}

/// The date of a day counted from 1970-01-01, in the Gregorian calendar.
fn civil(days: i64) -> String {
    // Counted from 0000-03-01, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests;
