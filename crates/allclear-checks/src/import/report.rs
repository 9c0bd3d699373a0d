//! What was made of a foreign configuration, entry by entry, in sentences for whoever moves.

use allclear_domain::text::Key;
use serde::Serialize;

/// What was made of a source. Each entry of it is here once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What is different for all of them.
    pub always: Vec<&'static str>,
    /// Each entry that tries something, in the order of the source.
    pub entries: Vec<Entry>,
    /// What the source says of everything else: it is not taken.
    pub settings: Vec<Setting>,
}

/// One entry of a source that tries something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The file, as it was named.
    pub file: String,
    /// Where in the file: `endpoints[3]`.
    pub path: String,
    /// What it is called there.
    pub name: String,
    /// What was made of it.
    pub outcome: Outcome,
    /// The keys of its checks.
    pub keys: Vec<Key>,
    /// What changes its meaning, or why it is not taken, each in a sentence.
    pub told: Vec<String>,
    /// What has nothing to do with what is tried, and was left out.
    pub left_out: Vec<String>,
}

/// What was made of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It means the same here, but for what is different for all of them.
    AsItIs,
    /// It is taken, and means something else in places.
    Changed,
    /// Nothing was made of it.
    NotTaken,
}

impl Outcome {
    /// The words for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsItIs => "taken as it is",
            Self::Changed => "taken with changes",
            Self::NotTaken => "not taken",
        }
    }
}

/// Something that a source says beside its entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The file, as it was named.
    pub file: String,
    /// Where in the file.
    pub path: String,
    /// What it did there, and what to do here.
    pub told: String,
}

impl Report {
    /// How many entries came to an outcome.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.entries.iter().filter(|entry| entry.outcome == outcome).count()
    }
}
