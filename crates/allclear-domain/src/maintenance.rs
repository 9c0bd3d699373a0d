//! A maintenance window: planned work, told before it begins.
//!
//! It never hides an outage: its status ranks below every unplanned one. Work that fails is
//! converted to an incident, and both keep their history.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::component::ComponentStatus;
use crate::entropy::Entropy;
use crate::error::InvalidTransition;
use crate::forest::Forest;
use crate::ids::{IncidentId, MaintenanceId, PublicId, StatusPageId};
use crate::incident::{Incident, IncidentKind, IncidentState, dated_changes};
use crate::posted::{self, Posted};
use crate::record::{Affected, OutageRecord, Publication, Source};
use crate::times::{Bound, Window};
use crate::uptime::StatusInterval;

pub use due::DueTransition;
pub use series::{Ahead, InSeries, MaintenanceSeries, SeriesState};

/// A message of a maintenance window; a change of scope is one of them.
pub type MaintenanceUpdate = Posted<MaintenanceStatus>;

/// What is published about how a window stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaintenanceStatus {
    /// Announced.
    Scheduled,
    /// Under way.
    InProgress,
    /// Done; it is being checked.
    Verifying,
    /// Over.
    Completed,
    /// Called off.
    Cancelled,
}

impl MaintenanceStatus {
    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::InProgress => "in_progress",
            Self::Verifying => "verifying",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// How a window stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case", deny_unknown_fields)]
pub enum MaintenanceState {
    /// Announced.
    #[serde(deserialize_with = "crate::strict::no_fields")]
    Scheduled,
    /// Under way.
    InProgress {
        /// When work began.
        started_at: Timestamp,
    },
    /// Done; it is being checked.
    Verifying {
        /// When work began.
        started_at: Timestamp,
        /// When checking began.
        since: Timestamp,
    },
    /// Over.
    Completed {
        /// When work began.
        started: Bound,
        /// When it ended.
        ended: Bound,
    },
    /// Called off.
    Cancelled {
        /// When.
        at: Timestamp,
    },
}

impl MaintenanceState {
    /// What is published of it.
    #[must_use]
    pub const fn status(self) -> MaintenanceStatus {
        match self {
            Self::Scheduled => MaintenanceStatus::Scheduled,
            Self::InProgress { .. } => MaintenanceStatus::InProgress,
            Self::Verifying { .. } => MaintenanceStatus::Verifying,
            Self::Completed { .. } => MaintenanceStatus::Completed,
            Self::Cancelled { .. } => MaintenanceStatus::Cancelled,
        }
    }
}

/// A window as it was announced: perhaps without an end, perhaps only in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnnouncedWindow {
    /// Announced start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// Announced end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// Announced length, in the publisher's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<String>,
}

impl AnnouncedWindow {
    /// Start and end, where both are known.
    #[must_use]
    pub fn window(&self) -> Option<Window> {
        Some(Window { starts_at: self.starts_at?, ends_at: self.ends_at? })
    }

    /// Whether nothing was announced.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A window that was announced before the present one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerWindow {
    /// What had been announced.
    pub window: AnnouncedWindow,
    /// When it was changed.
    pub changed_at: Timestamp,
    /// Why, as readers are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A maintenance window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maintenance {
    /// Id inside.
    pub id: MaintenanceId,
    /// Id in addresses.
    pub public_id: PublicId,
    /// The page that tells it; pages that show an affected component tell it too.
    pub page_id: StatusPageId,
    /// One line that says what is done.
    pub title: String,
    /// How it stands.
    pub state: MaintenanceState,
    /// Who may read it.
    pub publication: Publication,
    /// What was announced.
    #[serde(default, skip_serializing_if = "AnnouncedWindow::is_empty")]
    pub window: AnnouncedWindow,
    /// What was announced before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_windows: Vec<FormerWindow>,
    /// What readers will notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_effect: Option<String>,
    /// How it is taken back where it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_plan: Option<String>,
    /// It begins at its announced start and is over at its announced end, without a person.
    #[serde(default = "automatic", skip_serializing_if = "Clone::clone")]
    pub is_automatic: bool,
    /// When it is taken back if it is not done by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort_at: Option<Timestamp>,
    /// The facts.
    #[serde(default)]
    pub record: OutageRecord,
    /// What was told, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub updates: Vec<MaintenanceUpdate>,
    /// The incident that it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converted_to: Option<IncidentId>,
    /// The series that it came out of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<InSeries>,
    /// Where it was imported from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// When it was entered.
    pub created_at: Timestamp,
}

fn automatic() -> bool {
    true
}

impl Maintenance {
    /// When work began, or is to begin.
    #[must_use]
    pub fn started(&self) -> Bound {
        match self.state {
            MaintenanceState::Scheduled | MaintenanceState::Cancelled { .. } => {
                self.window.starts_at.map_or(Bound::Unknown, Bound::exactly)
            }
            MaintenanceState::InProgress { started_at }
            | MaintenanceState::Verifying { started_at, .. } => Bound::exactly(started_at),
            MaintenanceState::Completed { started, .. } => started,
        }
    }

    /// When it ended; `None` where it is not over.
    #[must_use]
    pub const fn ended(&self) -> Option<Bound> {
        match self.state {
            MaintenanceState::Completed { ended, .. } => Some(ended),
            _ => None,
        }
    }

    /// Whether work is under way or being checked.
    #[must_use]
    pub const fn is_under_way(&self) -> bool {
        matches!(
            self.state,
            MaintenanceState::InProgress { .. } | MaintenanceState::Verifying { .. }
        )
    }

    /// The latest time at which something was entered here: it is not earlier than that, whatever a
    /// clock says that was set back.
    #[must_use]
    pub fn latest(&self) -> Timestamp {
        let began = self.started().instant().filter(|_| self.is_under_way());
        let entered = posted::latest_entry(&self.updates).max(began);
        entered.map_or(self.created_at, |at| at.max(self.created_at))
    }

    /// Whether nothing more happens in it: it is completed or cancelled.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(
            self.state,
            MaintenanceState::Completed { .. } | MaintenanceState::Cancelled { .. }
        )
    }

    /// Whether nothing is left to do for the team: it is told, over, and no promise is open.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.publication.is_public() && self.is_over() && !self.record.has_promises()
    }

    /// Whether it is under way past its announced end.
    #[must_use]
    pub fn is_overrun(&self, now: Timestamp) -> bool {
        self.is_under_way() && self.window.ends_at.is_some_and(|end| end <= now)
    }

    /// Whether it is under way past the time at which it was to be taken back.
    #[must_use]
    pub fn is_past_abort(&self, now: Timestamp) -> bool {
        self.is_under_way() && self.abort_at.is_some_and(|abort_at| abort_at <= now)
    }

    /// Work begins.
    ///
    /// # Errors
    /// Where it is not scheduled.
    pub fn begin(mut self, now: Timestamp) -> Result<Self, InvalidTransition> {
        if !matches!(self.state, MaintenanceState::Scheduled) {
            return Err(self.refuse("begun", "only a scheduled window can begin"));
        }
        self.state = MaintenanceState::InProgress { started_at: now };
        Ok(self)
    }

    /// Work is done and is being checked.
    ///
    /// # Errors
    /// Where it is not in progress, or `now` lies before it began.
    pub fn verify(mut self, now: Timestamp) -> Result<Self, InvalidTransition> {
        let MaintenanceState::InProgress { started_at } = self.state else {
            return Err(self.refuse("verified", "begin it first"));
        };
        if now < started_at {
            return Err(self.refuse("verified", "that lies before it began: give a later time"));
        }
        self.state = MaintenanceState::Verifying { started_at, since: now };
        Ok(self)
    }

    /// It is over.
    ///
    /// # Errors
    /// Where work has not begun, or `now` lies before it began.
    pub fn complete(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        self.complete_on(Bound::exactly(now))
    }

    fn complete_on(mut self, ended: Bound) -> Result<Self, InvalidTransition> {
        if !self.is_under_way() {
            return Err(self.refuse("completed", "begin it first, or cancel it"));
        }
        let started = self.started();
        if ended.is_before(started) {
            return Err(self.refuse("completed", "its end lies before it began: give a later end"));
        }
        self.state = MaintenanceState::Completed { started, ended };
        Ok(self)
    }

    /// It is called off.
    ///
    /// # Errors
    /// Where work has begun.
    pub fn cancel(mut self, now: Timestamp) -> Result<Self, InvalidTransition> {
        if !matches!(self.state, MaintenanceState::Scheduled) {
            return Err(self.refuse("cancelled", "complete it, or convert it to an incident"));
        }
        self.state = MaintenanceState::Cancelled { at: now };
        Ok(self)
    }

    /// The work failed: the window ends and an incident goes on from it, in which what was under
    /// maintenance has the status `now_is`. Both keep their history and name each other.
    ///
    /// # Errors
    /// Where work is not under way.
    pub fn convert(
        self,
        title: String,
        now_is: ComponentStatus,
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<(Self, Incident), InvalidTransition> {
        if !self.is_under_way() {
            return Err(self.refuse("converted", "only work under way can become an incident"));
        }
        let incident = Incident {
            id: entropy.id(now),
            public_id: entropy.public_id(),
            page_id: self.page_id,
            title,
            kind: IncidentKind::Disruption,
            state: IncidentState::Investigating,
            publication: self.publication,
            impact_override: None,
            started: Bound::exactly(now),
            record: OutageRecord {
                affected: self.failed(now_is),
                except: self.record.except.clone(),
                not_affected: self.record.not_affected.clone(),
                ..OutageRecord::default()
            },
            updates: Vec::new(),
            same_cause_as: None,
            converted_from: Some(self.id),
            is_automatic: false,
            postmortem: None,
            reopened: Vec::new(),
            source: None,
            is_backfilled: false,
            created_at: now,
        };
        let mut window = self.complete(now)?;
        window.converted_to = Some(incident.id);
        Ok((window, incident))
    }

    fn failed(&self, now_is: ComponentStatus) -> Vec<Affected> {
        let failed = |affected: &Affected| Affected {
            target: affected.target.clone(),
            status: match affected.status {
                ComponentStatus::UnderMaintenance | ComponentStatus::Operational => now_is,
                worse => worse.max(now_is),
            },
        };
        self.record.affected.iter().map(failed).collect()
    }

    fn refuse(&self, wanted: &'static str, hint: &'static str) -> InvalidTransition {
        InvalidTransition {
            noun: "the maintenance window",
            state: self.state.status().as_str(),
            wanted,
            hint,
        }
    }

    /// How each component of a forest fared: half-open intervals, open at the end while work is under
    /// way. What is said of a group holds for its parts, as [`Forest`] says. Where only the day of the start is known, in `zone`, each day up to the end is marked by an
    /// interval without length.
    #[must_use]
    pub fn impact_intervals(&self, forest: &Forest, zone: &TimeZone) -> Vec<StatusInterval> {
        let mut is_measured = true;
        let (started_at, until) = match self.state {
            MaintenanceState::Scheduled | MaintenanceState::Cancelled { .. } => return Vec::new(),
            MaintenanceState::InProgress { started_at }
            | MaintenanceState::Verifying { started_at, .. } => (started_at, None),
            MaintenanceState::Completed { started, ended } => match started.instant() {
                Some(started_at) => (started_at, Some(ended.instant().unwrap_or(started_at))),
                None => {
                    is_measured = false;
                    let Some(first) = started.earliest(zone) else {
                        return Vec::new();
                    };
                    (first, Some(ended.latest(zone).unwrap_or(first).max(first)))
                }
            },
        };
        let opening = forest.opening(&self.record, self.page_id);
        let changes = dated_changes(&self.updates, forest);
        let intervals = crate::uptime::follow(started_at, until, opening, changes);
        if is_measured {
            return intervals;
        }
        crate::uptime::mark_days(&intervals, zone, until.unwrap_or(started_at))
    }
}

mod amending;
mod due;
mod posting;
mod series;
#[cfg(test)]
pub(crate) mod tests;
