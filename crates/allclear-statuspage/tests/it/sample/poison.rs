//! The sample with one text in the place of everything that a record can say.

use std::sync::Arc;

use allclear_statuspage::Snapshot;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Fields that hold no free text.
const KEPT: &[&str] = &[
    "id",
    "public_id",
    "page_id",
    "key",
    "slug",
    "parent_id",
    "component_id",
    "known",
    "at",
    "on",
    "local",
    "status",
    "is",
    "state",
    "kind",
    "outcome",
    "level",
    "certainty",
    "precision",
    "due",
    "format",
    "component",
    "timezone",
    "language",
    "created_at",
    "posted_at",
    "edited_at",
    "starts_at",
    "ends_at",
    "changed_at",
    "detected_at",
    "abort_at",
    "next_update_due_at",
    "started_at",
    "reopened_at",
    "same_cause_as",
    "converted_from",
    "converted_to",
    "start_date",
    "until",
    "set_at",
    "maintenance",
    "components",
    "digest",
];

/// The sample with `text` in every free text, as prose of `format`.
pub(crate) fn poisoned(text: &str, format: &str) -> Snapshot {
    let clean = super::snapshot();
    let poison = |value: Value| replace(value, "", text, format);
    Snapshot {
        page: through(&clean.page, poison),
        components: clean.components.iter().map(|c| through(c, poison)).collect(),
        incidents: clean.incidents.iter().map(|i| Arc::new(through(&**i, poison))).collect(),
        maintenance: clean.maintenance.iter().map(|m| Arc::new(through(&**m, poison))).collect(),
        announcements: clean
            .announcements
            .iter()
            .map(|a| Arc::new(through(&**a, poison)))
            .collect(),
        ..clean
    }
}

fn through<T: Serialize + DeserializeOwned>(value: &T, poison: impl Fn(Value) -> Value) -> T {
    let value = serde_json::to_value(value).expect("a document");
    serde_json::from_value(poison(value)).expect("the same document")
}

fn replace(value: Value, key: &str, text: &str, format: &str) -> Value {
    match value {
        Value::String(_) if key == "target" || KEPT.contains(&key) => value,
        Value::String(_) => Value::String(text.to_owned()),
        Value::Array(items) => {
            let items = items.into_iter().map(|item| replace(item, key, text, format));
            Value::Array(items.collect())
        }
        Value::Object(fields) => {
            let is_prose = fields.contains_key("text")
                && (key == "body" || key == "before" || key == "summary");
            let mut fields: serde_json::Map<String, Value> = fields
                .into_iter()
                .map(|(key, value)| {
                    let value = replace(value, &key, text, format);
                    (key, value)
                })
                .collect();
            if is_prose {
                fields.insert("format".to_owned(), Value::String(format.to_owned()));
            }
            Value::Object(fields)
        }
        other => other,
    }
}
