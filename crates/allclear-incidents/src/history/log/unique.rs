//! A list of texts in which each stands once.

use std::collections::HashSet;

/// Texts in order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Unique {
    list: Vec<String>,
    seen: HashSet<String>,
}

impl Unique {
    /// Adds a text that is not there yet.
    pub(super) fn push(&mut self, text: &str) {
        if self.seen.insert(text.to_owned()) {
            self.list.push(text.to_owned());
        }
    }

    /// The texts.
    pub(super) fn into_list(self) -> Vec<String> {
        self.list
    }
}
