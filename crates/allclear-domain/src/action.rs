//! Action items: steps taken after an outage, and the promises that stay in public until they are kept.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{InvalidTransition, InvalidValue};

/// A step that was taken or promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionItem {
    /// What is done.
    pub text: String,
    /// By when it was promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// How it stands.
    pub state: ActionState,
}

/// How an action item stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum ActionState {
    /// A promise to readers that is not kept yet.
    #[serde(deserialize_with = "crate::strict::no_fields")]
    Promised,
    /// Done.
    Done {
        /// The day, where known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<Date>,
    },
    /// Given up, with the reason that readers are told.
    Dropped {
        /// The reason.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
}

impl ActionItem {
    /// Whether readers still wait for it.
    #[must_use]
    pub const fn is_promise(&self) -> bool {
        matches!(self.state, ActionState::Promised)
    }

    /// Whether it was promised for a day before `today` and is not kept.
    #[must_use]
    pub fn is_overdue(&self, today: Date) -> bool {
        self.is_promise() && self.due.is_some_and(|due| due.last_day() < today)
    }
}

impl ActionItem {
    /// The promise was kept.
    ///
    /// # Errors
    /// Where it is no promise any more.
    pub fn keep(self, on: Option<Date>) -> Result<Self, InvalidTransition> {
        if !self.is_promise() {
            return Err(self.refuse("kept", "renew it first"));
        }
        Ok(Self { state: ActionState::Done { on }, ..self })
    }

    /// The promise is dropped, with the reason that readers are told.
    ///
    /// # Errors
    /// Where it is no promise any more, or the reason is empty.
    pub fn drop_because(self, why: String) -> Result<Self, InvalidTransition> {
        if !self.is_promise() {
            return Err(self.refuse("dropped", "renew it first"));
        }
        if why.trim().is_empty() {
            return Err(self.refuse("dropped", "say why: readers are told"));
        }
        Ok(Self { state: ActionState::Dropped { why: Some(why) }, ..self })
    }

    /// Readers wait for it again: it was not kept, or is not dropped after all.
    ///
    /// # Errors
    /// Where it stands.
    pub fn renew(self) -> Result<Self, InvalidTransition> {
        if self.is_promise() {
            return Err(self.refuse("renewed", "it stands"));
        }
        Ok(Self { state: ActionState::Promised, ..self })
    }

    fn refuse(&self, wanted: &'static str, hint: &'static str) -> InvalidTransition {
        let state = match self.state {
            ActionState::Promised => "promised",
            ActionState::Done { .. } => "done",
            ActionState::Dropped { .. } => "dropped",
        };
        InvalidTransition { noun: "the action item", state, wanted, hint }
    }
}

/// A day, or a month, by which something was promised. Written `2015-09-30` or `2015-09`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Due {
    /// By the end of a day.
    Day(Date),
    /// By the end of the month that begins with this day.
    Month(Date),
}

impl Due {
    /// The last day on which it is kept in time.
    #[must_use]
    pub fn last_day(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Month(first) => first.last_of_month(),
        }
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Month(first) => write!(f, "{:04}-{:02}", first.year(), first.month()),
        }
    }
}

impl FromStr for Due {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if let Ok(day) = text.parse::<Date>() {
            return Ok(Self::Day(day));
        }
        format!("{text}-01").parse::<Date>().map(Self::Month).map_err(|_| {
            InvalidValue::new("due", format!("`{text}` is neither YYYY-MM-DD nor YYYY-MM"))
        })
    }
}

impl From<Due> for String {
    fn from(due: Due) -> Self {
        due.to_string()
    }
}

impl TryFrom<String> for Due {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        text.parse()
    }
}
