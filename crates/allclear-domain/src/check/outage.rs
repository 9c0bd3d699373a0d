//! An outage: a stretch of time in which a check is believed to have been beyond a threshold.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::judgment::Threshold;
use super::probe::Reason;
use crate::error::InvalidTransition;
use crate::ids::{CheckId, IncidentId, OutageId};
use crate::posted::StatusChange;
use crate::uptime::StatusInterval;

/// A stretch of time in which a check is believed to have been beyond a threshold. Nobody makes one:
/// it is measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    /// Id inside.
    pub id: OutageId,
    /// What measured it.
    pub check_id: CheckId,
    /// How bad it is.
    pub threshold: Threshold,
    /// The first sample of the run that was believed.
    pub began_at: Timestamp,
    /// When it was believed.
    pub confirmed_at: Timestamp,
    /// The first good sample of the run that was believed; `None` while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Whether its end is only where somebody stopped looking: nobody knows what came after.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_abandoned: bool,
    /// Why the probe that confirmed it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The incident that tells of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident_id: Option<IncidentId>,
    /// What it says of components, as the check had it when this was believed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<StatusChange>,
}

impl Outage {
    /// It is over, from an instant on. None ends before it began.
    ///
    /// # Errors
    /// Where it is over already.
    pub fn end(self, ended_at: Timestamp) -> Result<Self, InvalidTransition> {
        if self.ended_at.is_some() {
            return Err(InvalidTransition {
                noun: "outage",
                state: "over",
                wanted: "ended",
                hint: "it keeps the end that was measured",
            });
        }
        Ok(Self { ended_at: Some(ended_at.max(self.began_at)), ..self })
    }

    /// Nobody looks any more: it ends here, and nothing says that it is over.
    ///
    /// # Errors
    /// Where it is over already.
    pub fn abandon(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        Ok(Self { is_abandoned: true, ..self.end(now)? })
    }

    /// What it says of components.
    #[must_use]
    pub fn intervals(&self) -> Vec<StatusInterval> {
        let interval = |change: &StatusChange| StatusInterval {
            component_id: change.component_id,
            status: change.status,
            from: self.began_at,
            until: self.ended_at,
        };
        self.statuses.iter().map(interval).collect()
    }
}
