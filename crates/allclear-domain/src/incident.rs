//! An incident: an unplanned interruption, or a loss of quality, that people work on and tell about.
//!
//! Its impact on components is a set of intervals: what was affected at the start, then what each
//! update changed, until the end. Nothing here is internal; notes for the team are
//! [`crate::InternalNote`]s, kept apart.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::component::ComponentStatus;
use crate::error::InvalidTransition;
use crate::forest::Forest;
use crate::ids::{IncidentId, MaintenanceId, PublicId, StatusPageId};
use crate::posted::{self, Posted, StatusChange};
use crate::postmortem::Postmortem;
use crate::record::{OutageRecord, Publication, Source};
use crate::times::Bound;
use crate::uptime::StatusInterval;

/// A message of an incident.
pub type IncidentUpdate = Posted<IncidentStatus>;

/// What is published about how an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentStatus {
    /// The cause is not known.
    Investigating,
    /// The cause is known.
    Identified,
    /// It seems over; it is being watched.
    Monitoring,
    /// It is over.
    Resolved,
}

impl IncidentStatus {
    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Investigating => "investigating",
            Self::Identified => "identified",
            Self::Monitoring => "monitoring",
            Self::Resolved => "resolved",
        }
    }
}

/// How an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case", deny_unknown_fields)]
pub enum IncidentState {
    /// The cause is not known.
    #[serde(deserialize_with = "crate::strict::no_fields")]
    Investigating,
    /// The cause is known.
    #[serde(deserialize_with = "crate::strict::no_fields")]
    Identified,
    /// It seems over; it is being watched.
    Monitoring {
        /// Since when.
        since: Timestamp,
    },
    /// It is over.
    Resolved {
        /// When it ended for users.
        ended: Bound,
    },
}

impl IncidentState {
    /// What is published of it.
    #[must_use]
    pub const fn status(self) -> IncidentStatus {
        match self {
            Self::Investigating => IncidentStatus::Investigating,
            Self::Identified => IncidentStatus::Identified,
            Self::Monitoring { .. } => IncidentStatus::Monitoring,
            Self::Resolved { .. } => IncidentStatus::Resolved,
        }
    }
}

/// What kind of incident it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// Something broke.
    #[default]
    Disruption,
    /// The operator took something down on purpose, and says so.
    DeliberateShutdown,
}

/// How bad an incident is for users, as Statuspage names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    /// Not at all.
    None,
    /// A little.
    Minor,
    /// Much.
    Major,
    /// As bad as it gets.
    Critical,
}

impl Impact {
    /// The impact that follows from the worst status of a component.
    #[must_use]
    pub const fn from_worst(status: ComponentStatus) -> Self {
        match status {
            ComponentStatus::Operational | ComponentStatus::UnderMaintenance => Self::None,
            ComponentStatus::DegradedPerformance => Self::Minor,
            ComponentStatus::PartialOutage => Self::Major,
            ComponentStatus::MajorOutage => Self::Critical,
        }
    }
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// Id inside.
    pub id: IncidentId,
    /// Id in addresses.
    pub public_id: PublicId,
    /// The page that tells it; pages that show an affected component tell it too.
    pub page_id: StatusPageId,
    /// One line that says what happened.
    pub title: String,
    /// What kind of incident it is.
    #[serde(default)]
    pub kind: IncidentKind,
    /// How it stands.
    pub state: IncidentState,
    /// Who may read it.
    pub publication: Publication,
    /// Impact that a person set over the computed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact_override: Option<Impact>,
    /// When it began for users.
    pub started: Bound,
    /// The facts.
    #[serde(default)]
    pub record: OutageRecord,
    /// What was told, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub updates: Vec<IncidentUpdate>,
    /// An earlier incident with the same cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_cause_as: Option<IncidentId>,
    /// The maintenance window that became this incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converted_from: Option<MaintenanceId>,
    /// What was learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postmortem: Option<Postmortem>,
    /// Ends that turned out not to be the end, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reopened: Vec<Reopening>,
    /// Whether Allclear posts here by itself, for what checks measured. What a person posts ends it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_automatic: bool,
    /// Where it was imported from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Entered after it was over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_backfilled: bool,
    /// When it was entered.
    pub created_at: Timestamp,
}

/// An end that was not the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reopening {
    /// When it was opened again.
    pub reopened_at: Timestamp,
    /// The end that had been published.
    pub ended_before: Bound,
}

impl Incident {
    /// Whether it is not resolved.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !matches!(self.state, IncidentState::Resolved { .. })
    }

    /// The latest time at which something was entered here: it is not earlier than that, whatever a
    /// clock says that was set back.
    #[must_use]
    pub fn latest(&self) -> Timestamp {
        let ended = self.ended().and_then(Bound::instant);
        let entered = posted::latest_entry(&self.updates).max(ended);
        entered.map_or(self.created_at, |at| at.max(self.created_at))
    }

    /// Whether nothing is left to do for the team: it is told, resolved, and no promise is open.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.publication.is_public() && !self.is_open() && !self.record.has_promises()
    }

    /// Remembers that a person changed it: who posts has taken it over.
    #[must_use]
    pub fn by_hand(self, before: &Self) -> Self {
        let is_as_before = self.updates == before.updates && self.state == before.state;
        Self { is_automatic: self.is_automatic && is_as_before, ..self }
    }

    /// When it ended; `None` while it is open.
    #[must_use]
    pub const fn ended(&self) -> Option<Bound> {
        match self.state {
            IncidentState::Resolved { ended } => Some(ended),
            _ => None,
        }
    }

    /// The worst status that it ever gave a component.
    #[must_use]
    pub fn worst_status(&self) -> ComponentStatus {
        let opening = self.record.affected.iter().map(|affected| affected.status);
        let changes = self.updates.iter().flat_map(|update| &update.changes).map(|c| c.status);
        let level = self.record.level.map(crate::record::Level::status);
        opening.chain(changes).chain(level).max().unwrap_or(ComponentStatus::Operational)
    }

    /// How bad it is: what a person set, else what follows from its components.
    #[must_use]
    pub fn impact(&self) -> Impact {
        self.impact_override.unwrap_or_else(|| Impact::from_worst(self.worst_status()))
    }

    fn refuse(&self, wanted: &'static str, hint: &'static str) -> InvalidTransition {
        InvalidTransition {
            noun: "the incident",
            state: self.state.status().as_str(),
            wanted,
            hint,
        }
    }

    /// How each component of a forest fared: half-open intervals, open at the end while the incident
    /// is.
    ///
    /// What is said of a group holds for its parts, as [`Forest`] says. Where the end is not known
    /// to the instant, the last known change ends them, so that nothing is counted that nobody
    /// measured. Where only the day of the start is known, in `zone`, each day up to the end, or up
    /// to `now`, is marked by an interval without length; where not even that, there are none.
    /// Between an end that was published and the instant at which it was opened again, it
    /// affected nothing.
    #[must_use]
    pub fn impact_intervals(
        &self,
        forest: &Forest,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Vec<StatusInterval> {
        let Some(started_at) = self.started.earliest(zone) else {
            return Vec::new();
        };
        let is_measured = self.started.instant().is_some();
        let opening = forest.opening(&self.record, self.page_id);
        let changes = dated_changes(&self.updates, forest);
        let until = match self.ended() {
            None => None,
            Some(Bound::At { at, .. }) => Some(at),
            Some(ended @ Bound::On { .. }) if !is_measured => ended.latest(zone),
            Some(Bound::On { .. } | Bound::Unknown) => {
                let told = changes.iter().filter(|(_, changes)| !changes.is_empty());
                Some(told.map(|(at, _)| *at).max().unwrap_or(started_at))
            }
        };
        let until = until.map(|until| if is_measured { until } else { until.max(started_at) });
        let intervals = crate::uptime::follow(started_at, until, opening, changes);
        let ends = self.reopened.iter();
        let gaps = ends.filter_map(|end| Some((end.ended_before.instant()?, end.reopened_at)));
        let intervals = crate::uptime::without(intervals, gaps);
        if is_measured { intervals } else { crate::uptime::mark_days(&intervals, zone, now) }
    }
}

/// What updates changed at known instants, with the parts of groups.
pub(crate) fn dated_changes<'a, S>(
    updates: &'a [Posted<S>],
    forest: &Forest,
) -> Vec<(Timestamp, Cow<'a, [StatusChange]>)> {
    updates
        .iter()
        .filter_map(|update| Some((update.shown_at.instant()?, forest.spread(&update.changes))))
        .collect()
}

mod amending;
mod posting;
#[cfg(test)]
pub(crate) mod tests;
