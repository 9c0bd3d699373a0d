//! Parts of a page saved as HTML that their attributes hide.

use super::html::{BLOCKS, Tag, decoded};

/// Elements that hold nothing.
const EMPTY: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Elements that the beginning of another one like them ends.
const REPEATED: [&str; 8] = ["p", "li", "dt", "dd", "tr", "td", "th", "option"];

/// How deep elements are counted within a hidden one.
const DEPTH_MAX: usize = 256;

/// What is hidden by an attribute of an element that is open.
#[derive(Default)]
pub(super) struct Veil {
    /// That element, and those that are open within it.
    open: Vec<String>,
    /// Something was hidden.
    pub(super) has_hidden: bool,
}

impl Veil {
    /// Whether what comes next is shown.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_empty()
    }

    /// Passes a tag, and says whether it is shown.
    pub(super) fn shows(&mut self, tag: &Tag<'_>) -> bool {
        if tag.name.is_empty() || EMPTY.contains(&tag.name.as_str()) {
            return self.is_open();
        }
        if tag.is_end {
            return self.end(tag);
        }
        let is_block = BLOCKS.contains(&tag.name.as_str());
        let ends = |last: &String| {
            (last == "p" && is_block)
                || (*last == tag.name && REPEATED.contains(&tag.name.as_str()))
        };
        if self.open.last().is_some_and(ends) {
            self.open.pop();
        }
        let is_hidden = self.is_open() && hides(tag.attributes);
        self.has_hidden |= is_hidden;
        if is_hidden || (!self.is_open() && self.open.len() < DEPTH_MAX) {
            self.open.push(tag.name.clone());
        }
        self.is_open()
    }

    /// Passes the end of an element; that of one around the hidden one ends both.
    fn end(&mut self, tag: &Tag<'_>) -> bool {
        if self.is_open() {
            return true;
        }
        match self.open.iter().rposition(|name| *name == tag.name) {
            Some(at) => {
                self.open.truncate(at);
                false
            }
            None if BLOCKS.contains(&tag.name.as_str()) => {
                self.open.clear();
                true
            }
            None => false,
        }
    }
}

/// Whether attributes hide an element: `hidden`, `display: none`, `visibility: hidden`.
fn hides(attributes: &str) -> bool {
    let style = decoded(attribute(attributes, "style").unwrap_or("")).to_ascii_lowercase();
    let is_none = |rule: &str| {
        let rule = rule.replace("!important", "");
        let Some((name, value)) = rule.split_once(':') else { return false };
        match name.trim() {
            "display" => value.trim() == "none",
            "visibility" => matches!(value.trim(), "hidden" | "collapse"),
            _ => false,
        }
    };
    attribute(attributes, "hidden").is_some() || style.split(';').any(is_none)
}

/// The value of an attribute; it is empty where none is printed.
pub(super) fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let is_space = |ch: char| ch.is_ascii_whitespace();
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|ch: char| is_space(ch) || matches!(ch, '/' | '='));
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(|ch: char| is_space(ch) || matches!(ch, '=' | '/'));
        let (found, after) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        let (value, after) = match after.trim_start_matches(is_space).strip_prefix('=') {
            Some(value) => value_at(value.trim_start_matches(is_space)),
            None => ("", after),
        };
        if found.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after;
    }
}

/// A value, in quotes or not, and what follows it.
fn value_at(value: &str) -> (&str, &str) {
    let quote = value.chars().next().filter(|ch| matches!(ch, '"' | '\''));
    let quoted = quote.and_then(|quote| value.get(1..)?.split_once(quote));
    let bare = || value.split_once(|ch: char| ch.is_ascii_whitespace()).unwrap_or((value, ""));
    quoted.unwrap_or_else(bare)
}
