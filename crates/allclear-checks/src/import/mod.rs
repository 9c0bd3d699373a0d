//! Checks out of the configurations of other monitors.
//!
//! Each format has a folder of its own. Reading is pure: bytes in, checks and a [`Report`] out. Every
//! entry of a source is in the report once, and nothing is dropped in silence: a key that nobody asked
//! for is named. What has another meaning here is told in a sentence.

pub mod blackbox;
mod draft;
mod fields;
pub mod gatus;
pub mod kuma;
mod report;
mod secret;
mod shape;
mod span;
mod target;
mod variables;
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use allclear_domain::check::{Patience, SignalToken};
use allclear_domain::text::Key;
use allclear_domain::{Check, CheckKind, Entropy, limits};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use self::draft::Draft;
pub use self::report::{Entry, Outcome, Report, Setting};
pub use self::variables::Lookup;
use crate::writing::{self, Carried, NewCheck};

/// A text of a source, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its name, as reports tell it.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// A source that nothing can be made of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// What was made of a source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// The checks to add, in the order of the source.
    pub checks: Vec<Carried>,
    /// What was made of each entry.
    pub report: Report,
}

/// One check that an entry becomes.
#[derive(Clone, Debug, PartialEq)]
struct Becomes {
    /// What stands behind the key of the entry, where it becomes several checks.
    suffix: Option<&'static str>,
    name: String,
    kind: CheckKind,
    interval_seconds: u32,
    deadline_ms: u32,
    patience: Patience,
    tags: Vec<Key>,
    is_paused: bool,
    /// The keys of its members, where it is a group.
    members: Vec<Key>,
}

/// Gathers what is made of the entries of a source.
#[derive(Debug)]
struct Gathering {
    keys: BTreeSet<Key>,
    /// Those of heartbeats: each says which check a signal is for.
    tokens: BTreeSet<SignalToken>,
    imported: Imported,
}

impl Gathering {
    fn new(always: &[&'static str]) -> Self {
        let report = Report { always: always.to_vec(), ..Report::default() };
        let imported = Imported { checks: Vec::new(), report };
        Self { keys: BTreeSet::new(), tokens: BTreeSet::new(), imported }
    }

    /// Tells of something beside the entries.
    fn setting(&mut self, file: &str, path: &str, told: impl Into<String>) {
        let (file, path) = (file.to_owned(), path.to_owned());
        self.imported.report.settings.push(Setting { file, path, told: told.into() });
    }

    /// Takes in an entry. It is taken whole, with all that it becomes, or not at all. Gives the keys of what
    /// was taken.
    fn entry(&mut self, mut draft: Draft, becomes: Vec<Becomes>) -> Vec<Key> {
        let mut carried = Vec::new();
        for one in becomes {
            match self.carry(&draft, one) {
                Ok(one) => carried.push(one),
                Err(problems) => problems.into_iter().for_each(|it| draft.refuse(it)),
            }
        }
        let is_taken = draft.refusals.is_empty() && !carried.is_empty();
        let keys: Vec<Key> = if is_taken {
            carried.iter().filter_map(|one| one.check.key.clone()).collect()
        } else {
            Vec::new()
        };
        let outcome = match (is_taken, draft.changes.is_empty()) {
            (false, _) => Outcome::NotTaken,
            (true, true) => Outcome::AsItIs,
            (true, false) => Outcome::Changed,
        };
        self.keys.extend(keys.iter().cloned());
        if is_taken {
            let heartbeats = carried.iter().filter_map(|one| one.check.kind.as_heartbeat());
            self.tokens.extend(heartbeats.flat_map(|one| one.tokens.iter().cloned()));
            self.imported.checks.extend(carried);
        }
        self.imported.report.entries.push(draft.into_entry(outcome, keys.clone()));
        keys
    }

    /// A check with its key; what is wrong with it, where something is.
    fn carry(&self, draft: &Draft, becomes: Becomes) -> Result<Carried, Vec<String>> {
        let named = match becomes.suffix {
            Some(suffix) => format!("{} {suffix}", draft.identity),
            None => draft.identity.clone(),
        };
        let key = Key::from_name(&named)
            .ok_or_else(|| vec!["no key follows from its name: name it in letters".to_owned()])?;
        let key = Key::free(key, |key| self.keys.contains(key))
            .map_err(|problem| vec![problem.to_string()])?;
        let new = NewCheck {
            key: Some(key),
            name: becomes.name.chars().take(limits::TITLE_CHARS_MAX).collect(),
            kind: becomes.kind,
            interval_seconds: becomes.interval_seconds,
            deadline_ms: becomes.deadline_ms,
            slow_after_ms: None,
            patience: becomes.patience,
            affects: Vec::new(),
            on_outage: Default::default(),
            tags: becomes.tags,
            shows_times: false,
            parents: Vec::new(),
        };
        let tokens = new.kind.as_heartbeat().map(|one| one.tokens.as_slice());
        let is_known = |token| self.tokens.contains(token);
        if tokens.unwrap_or_default().iter().any(is_known) {
            let told = "its token is that of another entry: give it a new one, and import again";
            return Err(vec![told.to_owned()]);
        }
        let problems = problems(&new, becomes.members.len());
        if problems.is_empty() {
            Ok(Carried { check: new, is_paused: becomes.is_paused, members: becomes.members })
        } else {
            Err(problems)
        }
    }

    /// The end; a source without any entry is not one of this format.
    fn finish(self, otherwise: &str) -> Result<Imported, Unreadable> {
        let count = self.imported.report.entries.len();
        if count == 0 {
            return Err(Unreadable(otherwise.to_owned()));
        }
        Ok(self.imported)
    }
}

/// What is wrong with a check, by the rules for every check; a group gets so many members, which are known
/// by their keys so far.
fn problems(new: &NewCheck, members: usize) -> Vec<String> {
    let Some(key) = new.key.clone() else { return Vec::new() };
    // Neither the id nor the time is written; the rules ask for some.
    let now = Timestamp::UNIX_EPOCH;
    let entropy = Entropy::from_seed(0);
    let mut kind = new.kind.clone();
    if let CheckKind::Group(group) = &mut kind {
        group.members = (0..members).map(|_| entropy.id(now)).collect();
    }
    let check = Check {
        id: entropy.id(now),
        key,
        name: new.name.clone(),
        kind,
        interval_seconds: new.interval_seconds,
        deadline_ms: new.deadline_ms,
        slow_after_ms: new.slow_after_ms,
        patience: new.patience,
        affects: Vec::new(),
        on_outage: Default::default(),
        tags: new.tags.clone(),
        shows_times: new.shows_times,
        parents: new.parents.clone(),
        paused_at: None,
        created_at: now,
    };
    writing::problems(None, &check, now).into_iter().map(|problem| problem.to_string()).collect()
}

/// A check as the API takes it, with its secrets: to be sent, and not to be shown.
#[must_use]
pub fn wire_form(carried: &Carried) -> Value {
    let mut form = shown_form(carried);
    form["check"]["kind"] = sent_form(&carried.check.kind);
    name_members(&mut form["check"]["kind"], &carried.members);
    form
}

/// A kind as the API takes it, which spells it as the noun does, with its secrets: to be sent, and not to be
/// shown.
#[must_use]
pub fn sent_form(kind: &CheckKind) -> Value {
    let mut form = json!(kind.without_secrets());
    for place in kind.secrets() {
        // `http.secret_headers[0].value` is at `/http/secret_headers/0/value`.
        let pointer = format!("/{}", place.field.replace(['.', '['], "/").replace(']', ""));
        if let (Some(secret), Some(value)) = (place.secret.open(), form.pointer_mut(&pointer)) {
            *value = secret.into();
        }
    }
    form
}

/// Names the members of a group by their keys.
fn name_members(kind: &mut Value, members: &[Key]) {
    if let Some(group) = kind.get_mut("group") {
        group["members"] = json!(members);
    }
}

/// A check as it may be shown: whether there are secrets, and not which.
fn shown_form(carried: &Carried) -> Value {
    let new = &carried.check;
    let mut kind = json!(new.kind.without_secrets());
    name_members(&mut kind, &carried.members);
    json!({
        "check": {
            "key": new.key,
            "name": new.name,
            "kind": kind,
            "interval_seconds": new.interval_seconds,
            "deadline_ms": new.deadline_ms,
            "patience": new.patience,
            "tags": new.tags,
        },
        "is_paused": carried.is_paused,
    })
}

impl Serialize for Imported {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let checks: Vec<Value> = self.checks.iter().map(shown_form).collect();
        json!({ "checks": checks, "report": self.report }).serialize(serializer)
    }
}
