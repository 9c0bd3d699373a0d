//! The fields of a check of the kind `names`. The names themselves are set on the page of the check.

use allclear_domain::check::{CheckKind, NamesCheck};

use super::Reader;
use super::texts::{read_statuses, tell_statuses};
use crate::console::form::Form;

/// Fields with their labels, to be compared.
pub(super) const ROWS: [(&str, &str); 4] = [
    ("All asked within (seconds)", "period"),
    ("Down from (% of the names)", "fail_at"),
    ("Degraded before a certificate ends (days)", "certificate_days"),
    ("Where the list is read from", "list_url"),
];

/// The label of what is wrong.
pub(super) fn label(field: &str) -> Option<&'static str> {
    Some(match field.strip_prefix("kind.names.")? {
        "period_seconds" => "all asked within, in seconds",
        "fail_at_percent" => "down from",
        "certificate_days" => "degraded before a certificate ends",
        "list_url" => "where the list is read from",
        field if field.starts_with("statuses") => "statuses",
        _ => "what to watch",
    })
}

/// The fields of one that is there.
pub(super) fn show(form: Form, names: &NamesCheck) -> Form {
    let days = names.certificate_days.map(|days| days.to_string()).unwrap_or_default();
    form.with("statuses", &tell_statuses(&names.statuses))
        .with("period", &names.period_seconds.to_string())
        .with("fail_at", &names.fail_at_percent.to_string())
        .with("certificate_days", &days)
        .with("list_url", names.list_url.as_deref().unwrap_or_default())
}

/// Reads the fields. Where a form has none of them, as the first one in which only the address was typed, what was
/// there before stays.
pub(super) fn read(
    reader: &mut Reader<'_>,
    new: NamesCheck,
    before: Option<&CheckKind>,
) -> Option<NamesCheck> {
    if reader.form.maybe("period").is_none() && reader.form.maybe("fail_at").is_none() {
        let before = before.and_then(CheckKind::as_names).cloned();
        let NamesCheck { scheme, port, path, .. } = new.clone();
        return Some(NamesCheck { scheme, port, path, ..before.unwrap_or(new) });
    }
    let statuses = read_statuses(reader.form.text("statuses"));
    let statuses = statuses.map_err(|problem| reader.problems.push(problem)).ok()?;
    let has_days = reader.form.maybe("certificate_days").is_some();
    let certificate_days =
        has_days.then(|| reader.number("certificate_days", "degraded before a certificate ends"));
    Some(NamesCheck {
        statuses,
        certificate_days,
        period_seconds: reader.number("period", "all asked within"),
        fail_at_percent: reader.number("fail_at", "down from"),
        list_url: reader.form.maybe("list_url").map(str::to_owned),
        ..new
    })
}
