//! What the fields of the form are called, to people.

use allclear_domain::ComponentStatus;
use allclear_domain::error::InvalidValue;

use super::super::{groups, heartbeats, pickers, telling};
use super::{feeds, names, secret};
use crate::console::form::Form;
use crate::console::words;

/// What is wrong, by the labels of the form.
pub(in crate::console::checks) fn told(problems: &[InvalidValue]) -> Vec<String> {
    let label = |field: &str| match field {
        "kind.http.url" | "kind.tcp.host" | "kind.tcp.port" | "kind.tls.host" | "kind.tls.port"
        | "kind.dns.name" | "kind.icmp.host" | "kind.ntp.host" | "kind.ntp.port" => {
            "what to watch".to_owned()
        }
        other if other.starts_with("kind.service.expect") => "the answer contains".to_owned(),
        other if other.starts_with("kind.service.") || other.starts_with("kind.command.") => {
            "what to watch".to_owned()
        }
        "kind.tls.warn_days" => "warns before a certificate ends".to_owned(),
        "interval_seconds" => "every".to_owned(),
        "deadline_ms" => "gives up after, in milliseconds".to_owned(),
        "slow_after_ms" => "slow from, in milliseconds".to_owned(),
        "kind.http.redirects_max" => "redirects".to_owned(),
        "kind.tcp.send" => "what is sent".to_owned(),
        "patience.fail_after" => "down after".to_owned(),
        "patience.recover_after" => "up after".to_owned(),
        "patience.stable_for_seconds" => "and for at least".to_owned(),
        other if other.starts_with("kind.http.before") => "steps before the request".to_owned(),
        other if other.starts_with("kind.http.statuses") => "statuses".to_owned(),
        "kind.icmp.count" => "pings".to_owned(),
        "kind.icmp.lost_max" => "may be lost".to_owned(),
        "kind.ntp.offset_warn_ms" => "degraded: clock off by more than".to_owned(),
        "kind.ntp.offset_max_ms" => "down: off by more than".to_owned(),
        "kind.ntp.stratum_max" => "stratum at most".to_owned(),
        "kind.dns.code" => "the answer ends".to_owned(),
        other if other.starts_with("kind.dns.servers") => "name servers".to_owned(),
        other if other.starts_with("kind.dns.expect") => "the answer contains".to_owned(),
        other if other.starts_with("on_outage") => "when it is down".to_owned(),
        "shows_times" => "readers see how long it takes".to_owned(),
        other if other.starts_with("affects") => "components".to_owned(),
        other if other.starts_with("parents") => "stands behind".to_owned(),
        other => {
            let label = heartbeats::label(other).or_else(|| secret::label(other));
            let label = label.or_else(|| feeds::label(other)).or_else(|| groups::label(other));
            let label = label.or_else(|| names::label(other));
            label.unwrap_or(other).to_owned()
        }
    };
    problems.iter().map(|one| format!("{}: {}", label(&one.field), one.problem)).collect()
}

/// Each value of a form with its label, to be compared.
pub(in crate::console::checks) fn rows(
    form: &Form,
    name_of: impl Fn(&str) -> String,
) -> Vec<(&'static str, String)> {
    let status = |word: &str| {
        let status = words::read_component_status(word).unwrap_or(ComponentStatus::Operational);
        pickers::status_name(status)
    };
    let picked = pickers::lines(form).map(|(component, failing, degraded)| {
        let name = name_of(component);
        format!("{name}: {}; degraded: {}", status(failing), status(degraded))
    });
    let components = picked.collect::<Vec<_>>().join("\n");
    let text = |label, name: &str| (label, form.lines(name));
    let of_heartbeats = heartbeats::ROWS.map(|(label, name)| text(label, name));
    let mut rows = vec![
        text("What to watch", "target"),
        text("Name", "name"),
        text("Every (seconds)", "interval"),
        text("Gives up after (seconds)", "deadline"),
        text("Slow from (seconds)", "slow"),
        ("Components", components),
        ("When it is down", telling::told(form)),
        text("Tags", "tags"),
        ("Readers see how long it takes", shown_times(form)),
        text("Stands behind", "parents"),
        text("Method", "method"),
        text("Statuses", "statuses"),
        text("The answer contains", "contains"),
        text("Redirects", "redirects"),
        text("What is sent", "send"),
        text("Pings", "pings"),
        text("May be lost", "lost"),
        text("Degraded: clock off by more than (ms)", "offset_warn"),
        text("Down: off by more than (ms)", "offset_max"),
        text("Stratum at most", "stratum"),
        text("Name servers", "servers"),
        text("Who is asked", "asked"),
        text("The answer ends", "code"),
        text("Before TLS is spoken", "starttls"),
        text("Warns before a certificate ends (days)", "warn_days"),
        text("Down after", "fail_after"),
        text("Up after", "recover_after"),
        text("And for at least", "stable_for"),
    ];
    rows.extend(secret::rows(form));
    rows.extend(of_heartbeats);
    rows.extend(feeds::rows(form));
    rows.extend(groups::ROWS.map(|(label, name)| text(label, name)));
    rows.extend(names::ROWS.map(|(label, name)| text(label, name)));
    rows
}

fn shown_times(form: &Form) -> String {
    if form.maybe("shows_times").is_some() { "yes" } else { "no" }.to_owned()
}
