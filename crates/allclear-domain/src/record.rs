//! The outage record: the facts of an incident or a maintenance window, beside what was told of it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::action::{ActionItem, ActionState, Due};
use crate::component::ComponentStatus;
use crate::error::InvalidTransition;
use crate::ids::ComponentId;

/// What a statement is about: a component, all of them, or words where no component exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Every component of the page.
    All,
    /// One component, with its parts.
    Component(ComponentId),
    /// Words of the publisher.
    Words(String),
}

impl Target {
    /// The component, where it is about one.
    #[must_use]
    pub const fn component(&self) -> Option<ComponentId> {
        match self {
            Self::Component(id) => Some(*id),
            Self::All | Self::Words(_) => None,
        }
    }
}

/// Something that was affected, and how badly, from the start on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Affected {
    /// What.
    pub target: Target,
    /// Its status from the start until an update says otherwise.
    pub status: ComponentStatus,
}

/// How much of the service was gone, as the publisher or the importer read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nothing worked.
    Full,
    /// Some of it worked.
    Partial,
    /// It worked badly.
    Degraded,
    /// It worked late.
    Delayed,
    /// Only the web part was gone.
    WebOnly,
    /// Planned work.
    Maintenance,
}

impl Level {
    /// The status of an affected component where only the level is known.
    #[must_use]
    pub const fn status(self) -> ComponentStatus {
        match self {
            Self::Full => ComponentStatus::MajorOutage,
            Self::Partial | Self::WebOnly => ComponentStatus::PartialOutage,
            Self::Degraded | Self::Delayed => ComponentStatus::DegradedPerformance,
            Self::Maintenance => ComponentStatus::UnderMaintenance,
        }
    }
}

/// What kind of thing was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    /// Payments, orders, callbacks.
    Transactions,
    /// Stored data.
    Data,
    /// Settings of customers.
    Configuration,
    /// Mail.
    Mail,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossOutcome {
    /// Nothing was lost.
    None,
    /// Lost at first, then recovered.
    Recovered,
    /// Mostly recovered.
    MostlyRecovered,
    /// Late, not lost.
    Delayed,
    /// Very little was lost.
    Minimal,
    /// Some was lost.
    SomeLost,
    /// Lost.
    Lost,
    /// Not stated, or not yet.
    NotStated,
}

/// Counts behind a loss, where they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossCounts {
    /// Taken in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<u64>,
    /// Handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<u64>,
    /// Handed over late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<u64>,
    /// Gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<u64>,
}

impl LossCounts {
    /// Whether no count is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What was lost for one component. A line of the loss ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loss {
    /// Whose.
    pub target: Target,
    /// What, where stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<LossKind>,
    /// What became of it.
    pub outcome: LossOutcome,
    /// Share that was lost, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fraction: Option<f64>,
    /// Counts.
    #[serde(default, skip_serializing_if = "LossCounts::is_empty")]
    pub counts: LossCounts,
    /// A remark for readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How it was settled afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settlement>,
}

/// How a loss was made good afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// The day, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// What was done.
    pub text: String,
}

/// Something that was first published wrongly, put right in public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The day of the correction, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// What was wrong, and what is right.
    pub text: String,
}

/// How sure the publisher is of a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Found.
    Known,
    /// Only suspected.
    Suspected,
    /// Looked into, and it was not that.
    RuledOut,
}

/// A cause, and how sure the publisher is of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// What.
    pub text: String,
    /// How sure.
    pub certainty: Certainty,
    /// What was first said of it wrongly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
}

/// Where a source disagrees with itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contradiction {
    /// The fact in question.
    pub field: String,
    /// What the source prints.
    pub printed: String,
    /// What speaks against it.
    pub against: String,
}

/// The facts of an incident or a maintenance window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutageRecord {
    /// What was affected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub affected: Vec<Affected>,
    /// What `affected` leaves out of all components, or of a group.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Target>,
    /// What the publisher says was not affected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_affected: Vec<Target>,
    /// It came and went between its start and its end.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_intermittent: bool,
    /// The length as the publisher wrote it; stands beside the computed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_length: Option<String>,
    /// The publisher's own label for how the service was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_label: Option<String>,
    /// How much of the service was gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Addresses of providers' fault pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fault_pages: Vec<String>,
    /// What was lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<Loss>,
    /// What was first published wrongly.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
    /// Causes: known, suspected, ruled out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
    /// How it was noticed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detected_by: Option<String>,
    /// When it was noticed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detected_at: Option<jiff::Timestamp>,
    /// Statement on data and attack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_statement: Option<String>,
    /// What readers are asked to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customers_should: Option<String>,
    /// Where the source disagrees with itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<Contradiction>,
    /// Steps taken and promised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionItem>,
}

impl OutageRecord {
    /// Whether readers still wait for something that was promised.
    #[must_use]
    pub fn has_promises(&self) -> bool {
        self.actions.iter().any(ActionItem::is_promise)
    }

    /// Promises something to readers.
    #[must_use]
    pub fn promise(mut self, text: String, due: Option<Due>) -> Self {
        self.actions.push(ActionItem { text, due, state: ActionState::Promised });
        self
    }

    /// Says that a promise was kept: the action item at a place.
    ///
    /// # Errors
    /// Where there is none, or it is no promise any more.
    pub fn keep_promise(self, place: usize, on: Option<Date>) -> Result<Self, InvalidTransition> {
        self.change_action(place, |action| action.keep(on))
    }

    /// Drops a promise, with the reason that readers are told.
    ///
    /// # Errors
    /// Where there is none, where it is no promise any more, or where the reason is empty.
    pub fn drop_promise(self, place: usize, why: String) -> Result<Self, InvalidTransition> {
        self.change_action(place, |action| action.drop_because(why))
    }

    /// Takes back that a promise was kept or dropped.
    ///
    /// # Errors
    /// Where there is none, or it stands.
    pub fn renew_promise(self, place: usize) -> Result<Self, InvalidTransition> {
        self.change_action(place, ActionItem::renew)
    }

    fn change_action(
        mut self,
        place: usize,
        change: impl FnOnce(ActionItem) -> Result<ActionItem, InvalidTransition>,
    ) -> Result<Self, InvalidTransition> {
        let Some(action) = self.actions.get_mut(place) else {
            return Err(InvalidTransition {
                noun: "the action item",
                state: "not there",
                wanted: "changed",
                hint: "reload the record, and choose one that it has",
            });
        };
        *action = change(action.clone())?;
        Ok(self)
    }
}

/// Where an imported incident, window or announcement came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Format it was read from: `facts`, `log`, `allclear`.
    pub format: String,
    /// Its id there; importing the same id again changes nothing.
    pub key: String,
    /// SHA-256 of what was read, in hexadecimal: tells an equal record from a changed one.
    pub digest: String,
    /// The source's prose in full, as the publisher wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Who may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum Publication {
    /// The team alone.
    #[serde(deserialize_with = "crate::strict::no_fields")]
    Draft,
    /// Everybody, since an instant.
    Published {
        /// When it was published here.
        at: jiff::Timestamp,
    },
}

impl Publication {
    /// Whether readers see it.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Published { .. })
    }
}

#[cfg(test)]
mod tests;
