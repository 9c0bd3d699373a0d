//! What stands below a label that prints nothing beside itself, or below a heading such as
//! "Root cause": a paragraph, or a list.

use std::borrow::Cow;

use super::labels::Label;
use super::lines::Line;
use super::tokens::{head, is_space, spaced};

/// How long one value may become.
const VALUE_BYTES: usize = 8 * 1024;

/// How long a line without an end may be to be the value of the label above it.
const LINE_BYTES: usize = 120;

/// What was found below a label so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Below {
    /// Nothing, right below it.
    Nothing,
    /// Nothing, and a blank line.
    Gap,
    /// A paragraph that goes on.
    Text,
    /// A paragraph that has ended.
    Told,
    /// Items of a list.
    Items,
    /// Items of a list, and a blank line.
    ItemsGap,
}

impl Below {
    /// What it is after a blank line.
    pub(super) fn after_blank(self) -> Self {
        match self {
            Self::Nothing => Self::Gap,
            Self::Text => Self::Told,
            Self::Items => Self::ItemsGap,
            same => same,
        }
    }
}

/// Takes a line as a value of the label above it, if it can be one, and says what is open then.
pub(super) fn take<'a>(
    labels: &mut Vec<(Label, Cow<'a, str>)>,
    label: Label,
    below: Below,
    line: &Line<'a>,
) -> Option<Below> {
    if line.is_item {
        push(labels, label, line.body);
        return Some(Below::Items);
    }
    let is_indented = line.raw.starts_with(is_space);
    match below {
        Below::Nothing | Below::Gap if label.is_section() => {
            push(labels, label, line.body);
            Some(Below::Text)
        }
        Below::Nothing if is_value(label, line.body) => {
            push(labels, label, line.body);
            Some(Below::Told)
        }
        Below::Text => Some(append(labels, line.body, Below::Text)),
        Below::Items if is_indented => Some(append(labels, line.body, Below::Items)),
        _ => None,
    }
}

/// Adds a value; the empty one of the label itself is replaced.
fn push<'a>(labels: &mut Vec<(Label, Cow<'a, str>)>, label: Label, body: &'a str) {
    let value = spaced(head(body, VALUE_BYTES));
    match labels.last_mut() {
        Some((last, empty)) if *last == label && empty.is_empty() => *empty = value,
        _ => labels.push((label, value)),
    }
}

/// Lets the last value go on.
fn append(labels: &mut [(Label, Cow<'_, str>)], body: &str, below: Below) -> Below {
    if let Some((_, value)) = labels.last_mut()
        && value.len() + body.len() < VALUE_BYTES
    {
        let value = value.to_mut();
        value.push(' ');
        value.push_str(body);
    }
    below
}

/// Whether a line is a value rather than a sentence; what was lost is told in sentences.
fn is_value(label: Label, body: &str) -> bool {
    if matches!(label, Label::LostTransactions | Label::LostData | Label::LostMail) {
        return body.len() <= 2 * LINE_BYTES;
    }
    const SUBJECTS: [&str; 12] =
        ["we", "our", "this", "it", "there", "they", "i", "the", "a", "an", "as", "at"];
    let first = body.split(is_space).next().unwrap_or("").to_lowercase();
    body.len() <= LINE_BYTES
        && !body.ends_with(['.', '!', '?'])
        && !body.contains(". ")
        && !SUBJECTS.contains(&first.as_str())
}

/// Adds a value to the prose that is read for times.
pub(super) fn tell(lead: &mut Vec<String>, body: &str, is_read: bool) {
    if is_read && !body.is_empty() {
        lead.push(body.to_owned());
    }
}
