//! An entry while it is read.

use std::collections::BTreeSet;

use allclear_domain::Secret;
use allclear_domain::text::Key;

use super::fields::Fields;
use super::report::{Entry, Outcome};
use super::variables::{self, Lookup, shown};
use crate::kinds::says_secret;
use crate::limits;

/// Sentences about one entry; what follows is counted.
const TOLD_MAX: usize = 100;
/// Values shorter than this are no secrets, and would be found everywhere.
const HIDDEN_CHARS_MIN: usize = 4;

/// An entry while it is read: what is to be told of it.
pub(super) struct Draft<'a> {
    pub(super) file: String,
    pub(super) path: String,
    pub(super) name: String,
    /// What its key is made of.
    pub(super) identity: String,
    pub(super) changes: Vec<String>,
    pub(super) refusals: Vec<String>,
    pub(super) left_out: Vec<String>,
    /// Values of variables, which no report holds.
    hidden: BTreeSet<(String, String)>,
    told: BTreeSet<String>,
    /// That variables are not set: where an entry is not taken, that may be why.
    unset: Vec<String>,
    lookup: Lookup<'a>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(file: &str, path: String, lookup: Lookup<'a>) -> Self {
        Self {
            file: file.to_owned(),
            path,
            name: String::new(),
            identity: String::new(),
            changes: Vec::new(),
            refusals: Vec::new(),
            left_out: Vec::new(),
            hidden: BTreeSet::new(),
            told: BTreeSet::new(),
            unset: Vec::new(),
            lookup,
        }
    }

    /// Tells of something that means something else here.
    pub(super) fn change(&mut self, told: impl Into<String>) {
        self.changes.push(told.into());
    }

    /// Tells why it is not taken, and what to do.
    pub(super) fn refuse(&mut self, told: impl Into<String>) {
        self.refusals.push(told.into());
    }

    /// Names what has nothing to do with what is tried.
    pub(super) fn leave_out(&mut self, what: impl Into<String>) {
        self.left_out.push(what.into());
    }

    /// A text that becomes part of the check, with the values of its variables. That is told: the value
    /// stands there in the clear from now on. A secret is refused.
    pub(super) fn value(&mut self, marked: &str) -> String {
        for name in variables::names(marked) {
            let value = (self.lookup)(name).filter(|value| !value.is_empty());
            if !self.told.insert(name.to_owned()) {
                continue;
            }
            match value {
                None => {
                    let told = format!(
                        "the variable {name} is not set here, so nothing stands in its place: set it \
                         and import again"
                    );
                    self.unset.push(told.clone());
                    self.change(told);
                }
                Some(_) if says_secret(name) => self.refuse(format!(
                    "the variable {name} is a secret, and here everybody who sees the check would \
                     read it: have it stand in a header field or a password, which are kept sealed"
                )),
                Some(value) => {
                    self.hidden.insert((value, name.to_owned()));
                    self.change(format!(
                        "the value that the variable {name} has now is kept in the check, where the \
                         team can read it; a later one is not followed"
                    ));
                }
            }
        }
        variables::valued(marked, self.lookup)
    }

    /// A secret that becomes part of the check, with the values of its variables. It is kept sealed, and
    /// told nowhere.
    pub(super) fn secret(&mut self, marked: &str, what: &str) -> Secret {
        for name in variables::names(marked) {
            match (self.lookup)(name).filter(|value| !value.is_empty()) {
                None => self.refuse(format!(
                    "the variable {name} is not set here, and {what} needs it: set it and import again"
                )),
                Some(value) => drop(self.hidden.insert((value, name.to_owned()))),
            }
        }
        let value = variables::valued(marked, self.lookup);
        if value.len() >= HIDDEN_CHARS_MIN {
            self.hidden.insert((value.clone(), "…".to_owned()));
        }
        Secret::typed(&value)
    }

    /// Names the keys of a mapping that nobody asked for.
    pub(super) fn unread(&mut self, fields: &Fields<'_>, within: &str) {
        for name in fields.unread() {
            self.change(format!("`{within}{name}` is not known here: nothing was made of it"));
        }
    }

    /// The entry, once all of it is read.
    pub(super) fn into_entry(self, outcome: Outcome, keys: Vec<Key>) -> Entry {
        let mut told = match outcome {
            Outcome::NotTaken => [self.refusals, self.unset].concat(),
            Outcome::AsItIs | Outcome::Changed => self.changes,
        };
        if told.len() > TOLD_MAX {
            let more = told.len() - TOLD_MAX;
            told.truncate(TOLD_MAX);
            told.push(format!("and {more} more"));
        }
        let hide = |text: String| {
            self.hidden.iter().fold(text, |text, (value, name)| {
                if value.chars().count() < HIDDEN_CHARS_MIN {
                    return text;
                }
                text.replace(value.as_str(), &format!("${{{name}}}"))
            })
        };
        Entry {
            file: self.file,
            path: self.path,
            name: cut(&shown(&self.name)),
            outcome,
            keys,
            told: told.into_iter().map(|text| hide(shown(&text))).collect(),
            left_out: self.left_out.into_iter().map(|text| shown(&text)).collect(),
        }
    }
}

/// A text of the source as a sentence repeats it.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(limits::TOLD_CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
