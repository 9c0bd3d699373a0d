//! Relabeling as Prometheus does it: what a target is asked with follows from it.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use crate::import::fields::{Fields, text};
use crate::limits;

/// The labels of a target.
pub(super) type Labels = BTreeMap<String, String>;

/// What became of a target.
pub(super) enum Relabeled {
    /// These are its labels.
    Kept(Labels),
    /// It is left out.
    Dropped,
    /// A rule cannot be followed here.
    Unknown(String),
}

/// Follows rules, one after the other.
pub(super) fn relabel(mut labels: Labels, rules: &[&Value]) -> Relabeled {
    if rules.len() > limits::RELABELINGS_MAX {
        return Relabeled::Unknown("it has more rules of relabeling than are followed".to_owned());
    }
    for rule in rules {
        match follow(&mut labels, rule) {
            Ok(true) => {}
            Ok(false) => return Relabeled::Dropped,
            Err(problem) => return Relabeled::Unknown(problem),
        }
        if labels.len() > limits::RELABELINGS_MAX {
            return Relabeled::Unknown("it makes too many labels".to_owned());
        }
    }
    Relabeled::Kept(labels)
}

/// Follows one rule; gives whether the target stays.
fn follow(labels: &mut Labels, rule: &Value) -> Result<bool, String> {
    let mut fields = Fields::of(rule);
    let action = fields.text("action").unwrap_or_else(|| "replace".to_owned()).to_lowercase();
    let separator = fields.text("separator").unwrap_or_else(|| ";".to_owned());
    let sources = fields.list("source_labels");
    let values = sources.iter().filter_map(|one| text(one));
    let values: Vec<String> =
        values.map(|name| labels.get(&name).cloned().unwrap_or_default()).collect();
    let value = values.join(&separator);
    let written = fields.text("regex").unwrap_or_else(|| "(.*)".to_owned());
    let regex = anchored(&written)?;
    let replacement = fields.text("replacement").unwrap_or_else(|| "$1".to_owned());
    let target = fields.text("target_label").unwrap_or_default();
    match action.as_str() {
        "replace" => {
            if let Some(captures) = regex.captures(&value) {
                let (mut name, mut put) = (String::new(), String::new());
                captures.expand(&target, &mut name);
                captures.expand(&replacement, &mut put);
                set(labels, name, put);
            }
        }
        "keep" => return Ok(regex.is_match(&value)),
        "drop" => return Ok(!regex.is_match(&value)),
        "keepequal" => return Ok(labels.get(&target) == Some(&value)),
        "dropequal" => return Ok(labels.get(&target) != Some(&value)),
        "lowercase" => set(labels, target, value.to_lowercase()),
        "uppercase" => set(labels, target, value.to_uppercase()),
        "labeldrop" => labels.retain(|name, _| !regex.is_match(name)),
        "labelkeep" => labels.retain(|name, _| regex.is_match(name)),
        "labelmap" => {
            let named = labels.iter().filter_map(|(name, value)| {
                let mut put = String::new();
                regex.captures(name)?.expand(&replacement, &mut put);
                Some((put, value.clone()))
            });
            let named: Vec<(String, String)> = named.collect();
            named.into_iter().for_each(|(name, value)| set(labels, name, value));
        }
        _ => {
            return Err("its targets are spread over several servers, or chosen in a way that \
                         is not known here"
                .to_owned());
        }
    }
    Ok(true)
}

/// An empty value takes the label away.
fn set(labels: &mut Labels, name: String, mut value: String) {
    value.truncate(value.floor_char_boundary(limits::LABEL_BYTES_MAX));
    if value.is_empty() {
        labels.remove(&name);
    } else if !name.is_empty() {
        labels.insert(name, value);
    }
}

fn anchored(written: &str) -> Result<Regex, String> {
    RegexBuilder::new(&format!("^(?s:{written})$"))
        .size_limit(limits::REGEX_BYTES_MAX)
        .build()
        .map_err(|_| "a rule of its relabeling has a regular expression that cannot be read".into())
}
