//! What is known of names, one by one and in number.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::spread;
use crate::error::InvalidValue;

/// How far apart new names are put in front of others, so that they come in no order.
const NEW_WITHIN_SECONDS: u32 = 60;

/// What is known of a name.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum NameState {
    /// It was not asked yet.
    #[default]
    Untried,
    /// It answers.
    Ok,
    /// It answers, and its certificate ends soon.
    Degraded,
    /// It did not answer once, while others did: it is asked again at once.
    Doubted,
    /// It did not answer twice.
    Failing,
}

impl NameState {
    /// All of them, the worst last.
    pub const ALL: [Self; 5] =
        [Self::Untried, Self::Ok, Self::Degraded, Self::Doubted, Self::Failing];

    /// The word in the store, in commands and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Untried => "untried",
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Doubted => "doubted",
            Self::Failing => "failing",
        }
    }

    /// Whether something is known of it.
    #[must_use]
    pub const fn is_tried(self) -> bool {
        !matches!(self, Self::Untried)
    }
}

impl fmt::Display for NameState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for NameState {
    type Err = InvalidValue;

    /// Reads the word.
    ///
    /// # Errors
    /// Where it is none of them.
    fn from_str(word: &str) -> Result<Self, InvalidValue> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == word);
        let known = Self::ALL.map(Self::as_str).join(", ");
        found.ok_or_else(|| InvalidValue::new("state", format!("is unknown: use one of {known}")))
    }
}

/// One name of a set, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedName {
    /// The name, as it is sent.
    pub name: String,
    /// What is known of it.
    pub state: NameState,
    /// Since when that is so; of one that fails, since when it did not answer.
    pub since: Option<Timestamp>,
    /// When it was last asked and the answer counted.
    pub probed_at: Option<Timestamp>,
    /// From when on it is its turn.
    pub due_at: Timestamp,
    /// Why it does not simply work.
    pub reason: Option<String>,
    /// When the first of its certificates ends, where TLS was spoken.
    pub certificate_ends_at: Option<Timestamp>,
}

impl WatchedName {
    /// A name that is watched from now on, and is asked before all that were asked already.
    #[must_use]
    pub fn new(name: String, now: Timestamp) -> Self {
        let before = SignedDuration::from_secs((spread(&name) % NEW_WITHIN_SECONDS).into());
        Self {
            due_at: now.checked_sub(before).unwrap_or(now),
            name,
            state: NameState::Untried,
            since: None,
            probed_at: None,
            reason: None,
            certificate_ends_at: None,
        }
    }
}

/// How many names of a set are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NameCounts {
    /// Not asked yet.
    pub untried: u32,
    /// Those that answer.
    pub ok: u32,
    /// Those that answer, with a certificate that ends soon.
    pub degraded: u32,
    /// Those that did not answer once.
    pub doubted: u32,
    /// Those that do not answer.
    pub failing: u32,
}

impl NameCounts {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.untried + self.tried()
    }

    /// Those that were asked.
    #[must_use]
    pub const fn tried(&self) -> u32 {
        self.ok + self.degraded + self.doubted + self.failing
    }

    /// How many are in a state.
    #[must_use]
    pub const fn of(&self, state: NameState) -> u32 {
        match state {
            NameState::Untried => self.untried,
            NameState::Ok => self.ok,
            NameState::Degraded => self.degraded,
            NameState::Doubted => self.doubted,
            NameState::Failing => self.failing,
        }
    }

    /// The same with so many more in a state.
    #[must_use]
    pub const fn with(mut self, state: NameState, count: u32) -> Self {
        match state {
            NameState::Untried => self.untried += count,
            NameState::Ok => self.ok += count,
            NameState::Degraded => self.degraded += count,
            NameState::Doubted => self.doubted += count,
            NameState::Failing => self.failing += count,
        }
        self
    }
}

/// What is known of a set of names beside the names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameList {
    /// When it was last set, by whomever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_at: Option<Timestamp>,
    /// When it was last read from where the check says, and taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// When that was last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried_at: Option<Timestamp>,
    /// Why it was not taken then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Since when nothing that was asked has answered. Nobody knows then which names work: all of them are
    /// doubted, and none is said to fail that was not said to before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dark_since: Option<Timestamp>,
    /// Since when many names fail at once that worked before: what they share is down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_since: Option<Timestamp>,
    /// When a round was last written. After a long time without one, nothing is known of any name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
}
