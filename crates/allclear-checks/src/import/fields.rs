//! Reads the fields of a mapping, and knows which ones nobody asked for.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::variables::shown;

/// A mapping of a source, of which it is known what was read.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    map: Option<&'a Map<String, Value>>,
    read: BTreeSet<&'a str>,
}

impl<'a> Fields<'a> {
    /// Reads a value as a mapping; what is none has no fields.
    pub(super) fn of(value: &'a Value) -> Self {
        Self { map: value.as_object(), read: BTreeSet::new() }
    }

    /// A field that is there and not null.
    pub(super) fn get(&mut self, name: &str) -> Option<&'a Value> {
        let (name, value) = self.map?.get_key_value(name)?;
        self.read.insert(name);
        Some(value).filter(|value| !value.is_null())
    }

    /// A field as text, as it stands there; `None` where it is a list or a mapping.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.get(name).and_then(text)
    }

    /// The items of a list; a single value is a list of one.
    pub(super) fn list(&mut self, name: &str) -> Vec<&'a Value> {
        match self.get(name) {
            None => Vec::new(),
            Some(Value::Array(items)) => items.iter().collect(),
            Some(one) => vec![one],
        }
    }

    /// The names of what nobody read, as they may be shown.
    pub(super) fn unread(&self) -> Vec<String> {
        let all = self.map.into_iter().flat_map(Map::keys);
        let unread = all.filter(|name| !self.read.contains(name.as_str()));
        unread.map(|name| shown(name)).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// A scalar as text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a text says yes.
pub(super) fn is_yes(text: &str) -> bool {
    matches!(text.trim().to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "1")
}
