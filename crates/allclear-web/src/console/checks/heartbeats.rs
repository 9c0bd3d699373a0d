//! A heartbeat as a form has it, and a form as a heartbeat.

use allclear_domain::check::{HeartbeatCheck, Schedule, SignalToken};
use allclear_domain::error::InvalidValue;

use crate::console::form::Form;

/// What a target of this kind begins with.
const PREFIX: &str = "heartbeat:";

/// Fields with their labels, to be compared.
pub(super) const ROWS: [(&str, &str); 4] =
    [("Due", "schedule"), ("Zone", "zone"), ("May be late by", "grace"), ("Tokens", "tokens")];

/// The label of what is wrong.
pub(super) fn label(field: &str) -> Option<&'static str> {
    Some(match field.strip_prefix("kind.heartbeat.")? {
        "grace_seconds" => "may be late by",
        "schedule.cron.time_zone" => "zone",
        field if field.starts_with("schedule") => "due",
        _ => "tokens",
    })
}

/// Whether a form is that of a heartbeat.
pub(super) fn is_of_heartbeat(form: &Form) -> bool {
    form.text("target").starts_with(PREFIX)
}

/// The fields of a heartbeat.
pub(super) fn with_fields(form: Form, heartbeat: &HeartbeatCheck) -> Form {
    let (schedule, zone) = match &heartbeat.schedule {
        Schedule::Cron { expression, time_zone } => (expression.clone(), time_zone.as_str()),
        every @ Schedule::Every { .. } => (every.to_string(), ""),
    };
    let grace = Schedule::Every { seconds: heartbeat.grace_seconds };
    let tokens: Vec<&str> = heartbeat.tokens.iter().map(SignalToken::as_str).collect();
    form.with("schedule", &schedule)
        .with("zone", zone)
        .with("grace", &grace.to_string())
        .with("tokens", &tokens.join("\n"))
}

/// What a form asks for: its fields say it where it is that of a heartbeat.
pub(super) fn target(form: &Form) -> String {
    let (schedule, zone) = (form.text("schedule"), form.text("zone"));
    if !is_of_heartbeat(form) || schedule.is_empty() {
        return form.text("target").to_owned();
    }
    let is_cron = schedule.contains(char::is_whitespace) || schedule.starts_with('@');
    match zone {
        zone if is_cron && !zone.is_empty() => format!("{PREFIX}{schedule} {zone}"),
        _ => format!("{PREFIX}{schedule}"),
    }
}

/// Reads the rest of them, over what was there before.
pub(super) fn read(
    form: &Form,
    new: HeartbeatCheck,
    before: Option<&HeartbeatCheck>,
) -> Result<HeartbeatCheck, String> {
    let grace_seconds = match form.maybe("grace").map(str::parse) {
        None => before.map_or(new.grace_seconds, |before| before.grace_seconds),
        Some(Ok(Schedule::Every { seconds })) => seconds,
        Some(Ok(Schedule::Cron { .. }) | Err(_)) => {
            return Err("may be late by: write a length of time such as 30s, 10m or 1h".to_owned());
        }
    };
    let mut tokens: Vec<SignalToken> = Vec::new();
    let words = form.text("tokens").split([',', ' ', '\r', '\n']);
    for word in words.filter(|word| !word.is_empty()) {
        let token = token_in(word).parse().map_err(|error: InvalidValue| {
            let word: String = word.chars().take(60).collect();
            format!("tokens: “{word}” {}", error.problem)
        })?;
        if !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    Ok(HeartbeatCheck { grace_seconds, tokens, ..new })
}

/// The token in an address that somebody copied.
fn token_in(word: &str) -> &str {
    let word = word.split(['?', '#']).next().unwrap_or(word).trim_end_matches('/');
    ["/ping/", "/api/push/"]
        .into_iter()
        .find_map(|before| word.split_once(before).map(|(_, token)| token))
        .unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_what_a_heartbeat_is() {
        let form = |schedule: &str, zone: &str| {
            Form::of([("target", "heartbeat:1d"), ("schedule", schedule), ("zone", zone)])
        };
        for (schedule, zone, wanted) in [
            ("90m", "", "heartbeat:90m"),
            ("90m", "Europe/Berlin", "heartbeat:90m"),
            ("0 2 * * *", "Europe/Berlin", "heartbeat:0 2 * * * Europe/Berlin"),
            ("@daily", "Europe/Berlin", "heartbeat:@daily Europe/Berlin"),
            ("0 2 * * *", "", "heartbeat:0 2 * * *"),
            ("", "", "heartbeat:1d"),
        ] {
            assert_eq!(target(&form(schedule, zone)), wanted);
        }
        let uuid = "5bac4dc8-9ed9-4c5d-8c3a-1a2b3c4d5e6f";
        let pushed = "aZ3bQ9xK2mN7pL5wR8tY";
        let copied = format!(
            "https://hc.example.com/ping/{uuid}/\r\nhttps://up.example.com/api/push/{pushed}?status=up"
        );
        let form = Form::of([("grace", "10m"), ("tokens", &copied)]);
        let said = read(&form, HeartbeatCheck::every(60), None).unwrap();
        let tokens: Vec<_> = said.tokens.iter().map(SignalToken::as_str).collect();
        assert_eq!((said.grace_seconds, tokens), (600, vec![uuid, pushed]));
        let again = with_fields(Form::default(), &said);
        assert_eq!(again.text("schedule"), "1m");
        assert_eq!(read(&again, HeartbeatCheck::every(60), None).unwrap(), said);
        for wrong in [("grace", "0 2 * * *"), ("tokens", "short"), ("grace", "x")] {
            assert!(read(&Form::of([wrong]), HeartbeatCheck::every(60), None).is_err());
        }
    }
}
