//! What a change changed: two documents, field by field.

use serde_json::Value;

/// Fields that are told of one change; more are counted.
const FIELDS_MAX: usize = 60;
/// Signs of a value that are shown.
const SIGNS_MAX: usize = 400;
/// Bytes of two documents that are compared; longer ones would make whoever looks wait.
const BYTES_MAX: usize = 512 * 1024;

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Where it is, such as `state.is` or `updates[2].body`.
    pub(super) path: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// What differs between two documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) fields: Vec<Field>,
    /// Fields that differ and are not told.
    pub(super) more: usize,
    /// Whether they are too long to compare here.
    pub(super) is_too_long: bool,
}

/// Compares two documents; what is missing or no JSON has no fields.
pub(super) fn between(before: Option<&str>, after: Option<&str>) -> Difference {
    let bytes = before.map_or(0, str::len) + after.map_or(0, str::len);
    if bytes > BYTES_MAX {
        return Difference { is_too_long: true, ..Difference::default() };
    }
    let read = |text: Option<&str>| text.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let mut difference = Difference::default();
    compare(&mut difference, "", read(before).as_ref(), read(after).as_ref());
    difference
}

fn compare(found: &mut Difference, path: &str, before: Option<&Value>, after: Option<&Value>) {
    if before == after {
        return;
    }
    let is_split = (before.is_some_and(has_parts) || after.is_some_and(has_parts))
        && is_open(before)
        && is_open(after);
    if !is_split {
        found.tell(path, before, after);
        return;
    }
    for name in names(before, after) {
        let below = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        compare(found, &below, field(before, name), field(after, name));
    }
    for n in 0..len(before).max(len(after)) {
        compare(found, &format!("{path}[{n}]"), item(before, n), item(after, n));
    }
}

fn field<'a>(value: Option<&'a Value>, name: &str) -> Option<&'a Value> {
    value?.get(name)
}

fn item(value: Option<&Value>, n: usize) -> Option<&Value> {
    value?.get(n)
}

impl Difference {
    fn tell(&mut self, path: &str, before: Option<&Value>, after: Option<&Value>) {
        let (before, after) = (before.and_then(shown), after.and_then(shown));
        if before == after {
            return;
        }
        if self.fields.len() == FIELDS_MAX {
            self.more += 1;
            return;
        }
        self.fields.push(Field { path: path.to_owned(), before, after });
    }
}

/// Whether a value is looked into: one with fields, or a list of such.
fn has_parts(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::Array(items) => items.iter().any(|item| item.is_object() || item.is_array()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Whether a value can be set beside one that is looked into: it is one itself, or nothing.
fn is_open(value: Option<&Value>) -> bool {
    value.is_none_or(|value| match value {
        Value::Null => true,
        Value::Array(items) if items.is_empty() => true,
        value => has_parts(value),
    })
}

/// The names of both, each once, in the order of the alphabet.
fn names<'a>(before: Option<&'a Value>, after: Option<&'a Value>) -> Vec<&'a str> {
    let fields = [before, after].into_iter().flatten().filter_map(Value::as_object);
    let mut names: Vec<&str> =
        fields.flat_map(|fields| fields.keys().map(String::as_str)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn len(value: Option<&Value>) -> usize {
    value.and_then(Value::as_array).map_or(0, Vec::len)
}

/// A value for people; nothing, where it is one.
fn shown(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => return None,
        Value::Array(items) if !has_parts(value) => {
            items.iter().filter_map(shown).collect::<Vec<_>>().join(", ")
        }
        Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    let mut cut: String = text.chars().take(SIGNS_MAX).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    Some(cut)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: Option<Value>, after: Option<Value>) -> Vec<String> {
        let text = |value: Option<Value>| value.map(|value| value.to_string());
        let (before, after) = (text(before), text(after));
        let difference = between(before.as_deref(), after.as_deref());
        let line = |field: Field| {
            let word = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
            format!("{}: {} > {}", field.path, word(field.before), word(field.after))
        };
        difference.fields.into_iter().map(line).collect()
    }

    #[test]
    fn only_what_differs_is_told() {
        let before = json!({
            "name": "Ada", "role": "viewer", "state": {"is": "active"}, "tags": ["a", "b"],
            "updates": [{"body": "one"}, {"body": "two", "by": "x"}],
        });
        let after = json!({
            "name": "Ada", "role": "editor", "state": {"is": "disabled", "at": "noon"},
            "tags": ["a"], "updates": [{"body": "one"}, {"body": "2"}, {"body": "three"}],
        });
        assert_eq!(told(Some(before.clone()), Some(before.clone())), [""; 0]);
        assert_eq!(
            told(Some(before), Some(after)),
            [
                "role: viewer > editor",
                "state.at: - > noon",
                "state.is: active > disabled",
                "tags: a, b > a",
                "updates[1].body: two > 2",
                "updates[1].by: x > -",
                "updates[2].body: - > three",
            ]
        );
    }

    #[test]
    fn what_is_new_or_gone_is_told_in_full() {
        let document = json!({"a": 1, "b": {"c": true}, "d": [], "e": null});
        assert_eq!(told(None, Some(document.clone())), ["a: - > 1", "b.c: - > yes"]);
        assert_eq!(told(Some(document), None), ["a: 1 > -", "b.c: yes > -"]);
        assert_eq!(told(Some(Value::Null), Some(json!({"changed": "x"}))), ["changed: - > x"]);
        assert_eq!(told(Some(json!({"a": {"b": 1}})), Some(json!({"a": 2}))), ["a: {\"b\":1} > 2"]);
        assert_eq!(between(Some("no json"), Some("nor this")), Difference::default());
    }

    #[test]
    fn it_is_bounded() {
        let many: Value = (0..FIELDS_MAX + 7).map(|n| (n.to_string(), json!(n))).collect();
        let difference = between(None, Some(&many.to_string()));
        assert_eq!((difference.fields.len(), difference.more), (FIELDS_MAX, 7));
        let long = json!({"a": "ä".repeat(SIGNS_MAX + 1)}).to_string();
        let difference = between(None, Some(&long));
        let shown = difference.fields[0].after.as_ref().unwrap();
        assert_eq!(shown.chars().count(), SIGNS_MAX + 1);
        let huge = json!({"a": "a".repeat(BYTES_MAX)}).to_string();
        assert!(between(None, Some(&huge)).is_too_long);
        let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
        assert_eq!(between(None, Some(&deep)), Difference::default(), "JSON has a depth, too");
    }
}
