//! A maintenance series: windows that repeat by a rule. It is a plan for plans: windows come out of
//! it ahead of time, and each of them is then a window as any other.
//!
//! A change of a series reaches its windows that have not begun. One that a person changed or
//! called off is left as it is.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::{AnnouncedWindow, Maintenance, MaintenanceState};
use crate::entropy::Entropy;
use crate::error::{InvalidTransition, InvalidValue};
use crate::ids::{SeriesId, StatusPageId};
use crate::limits::{SERIES_DAYS_AHEAD, SERIES_WINDOWS_AHEAD};
use crate::record::{Affected, OutageRecord, Publication};
use crate::recurrence::{Occurrence, Recurrence, days_after};
use crate::times::Window;

/// Whether windows still come out of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum SeriesState {
    /// They do.
    #[serde(deserialize_with = "crate::strict::no_fields")]
    Running,
    /// A person ended it.
    Ended {
        /// When.
        at: Timestamp,
    },
}

impl SeriesState {
    /// The word in the store and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Ended { .. } => "ended",
        }
    }
}

/// A maintenance series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaintenanceSeries {
    /// Id inside.
    pub id: SeriesId,
    /// The page that tells its windows.
    pub page_id: StatusPageId,
    /// One line that says what is done: the title of each window.
    pub title: String,
    /// Whether windows still come out of it.
    pub state: SeriesState,
    /// When it repeats: the value of an `RRULE` (RFC 5545).
    pub rule: String,
    /// Where the rule begins, on the zone's clock. Every window begins at this time of day.
    pub first: DateTime,
    /// IANA name of the zone.
    pub timezone: String,
    /// Days that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Date>,
    /// How long each window is.
    pub lasts_minutes: u32,
    /// What is affected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affected: Vec<Affected>,
    /// What readers will notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_effect: Option<String>,
    /// How work is taken back where it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_plan: Option<String>,
    /// How long after its start work is taken back if it is not done by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort_after_minutes: Option<u32>,
    /// Its windows begin and end at their announced times, without a person.
    pub is_automatic: bool,
    /// When it was entered.
    pub created_at: Timestamp,
}

/// A window's place in a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InSeries {
    /// The series.
    pub id: SeriesId,
    /// The day that the rule gave, on the zone's clock.
    pub on: Date,
    /// A person changed it or called it off, so that the series leaves it as it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_by_hand: bool,
}

/// What a series wants to be planned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ahead {
    /// The next times, in their order.
    pub wanted: Vec<Occurrence>,
    /// When there will be another one; `None` where none comes any more.
    pub look_again_at: Option<Timestamp>,
}

impl MaintenanceSeries {
    /// Its rule.
    ///
    /// # Errors
    /// Where the rule or the zone is not known, or the rule gives no day.
    pub fn recurrence(&self) -> Result<Recurrence, InvalidValue> {
        Recurrence::new(&self.rule, self.first, &self.timezone, &self.except)
    }

    /// The times for which windows are to be there at `now`: the next few, as far ahead as windows
    /// are announced.
    #[must_use]
    pub fn ahead(&self, recurrence: &Recurrence, now: Timestamp) -> Ahead {
        if self.state != SeriesState::Running {
            return Ahead::default();
        }
        let mut wanted = recurrence.after(now, Timestamp::MAX, SERIES_WINDOWS_AHEAD + 1);
        let horizon = days_after(now, SERIES_DAYS_AHEAD);
        let near = wanted.iter().filter(|occurrence| occurrence.starts_at <= horizon).count();
        let near = near.min(SERIES_WINDOWS_AHEAD);
        let look_again_at = wanted.get(near).map(|next| {
            let in_sight = days_after(next.starts_at, -SERIES_DAYS_AHEAD);
            // With all places taken, one is free once the first window begins.
            let is_full = near == SERIES_WINDOWS_AHEAD;
            let free = wanted.first().filter(|_| is_full).map(|first| first.starts_at);
            free.map_or(in_sight, |free| free.max(in_sight))
        });
        wanted.truncate(near);
        Ahead { wanted, look_again_at }
    }

    /// The window at a time that the rule gave.
    #[must_use]
    pub fn window_at(&self, occurrence: Occurrence) -> Window {
        let starts_at = occurrence.starts_at;
        Window { starts_at, ends_at: minutes_after(starts_at, self.lasts_minutes) }
    }

    /// A window for a time that the rule gave, as readers are told of it.
    ///
    /// # Errors
    /// Where the window would have passed.
    pub fn plan(
        &self,
        occurrence: Occurrence,
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<Maintenance, InvalidTransition> {
        let window = Maintenance {
            id: entropy.id(now),
            public_id: entropy.public_id(),
            page_id: self.page_id,
            title: self.title.clone(),
            state: MaintenanceState::Scheduled,
            publication: Publication::Draft,
            window: AnnouncedWindow::default(),
            former_windows: Vec::new(),
            expected_effect: None,
            recovery_plan: None,
            is_automatic: self.is_automatic,
            abort_at: None,
            record: OutageRecord::default(),
            updates: Vec::new(),
            converted_to: None,
            series: Some(InSeries { id: self.id, on: occurrence.local.date(), is_by_hand: false }),
            source: None,
            created_at: now,
        };
        window.follow(self, occurrence, now)?.publish(now)
    }

    /// No window comes out of it any more.
    ///
    /// # Errors
    /// Where it ended already.
    pub fn end(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        if let SeriesState::Ended { .. } = self.state {
            return Err(InvalidTransition {
                noun: "the maintenance series",
                state: "ended",
                wanted: "ended",
                hint: "it ended before: add another one",
            });
        }
        Ok(Self { state: SeriesState::Ended { at: now }, ..self })
    }
}

impl Maintenance {
    /// Whether a series may still change it: it has not begun, and no person changed it.
    #[must_use]
    pub fn follows_series(&self, now: Timestamp) -> bool {
        matches!(self.state, MaintenanceState::Scheduled)
            && self.window.starts_at.is_none_or(|starts_at| starts_at > now)
            && self.series.is_some_and(|series| !series.is_by_hand)
    }

    /// Becomes what its series says of it now. Where its announced times change, the former ones
    /// stay on record.
    ///
    /// # Errors
    /// Where work has begun or it is over, or the window would have passed.
    pub fn follow(
        mut self,
        series: &MaintenanceSeries,
        occurrence: Occurrence,
        now: Timestamp,
    ) -> Result<Self, InvalidTransition> {
        let next = series.window_at(occurrence);
        if self.window.window() != Some(next) {
            self = self.reschedule(next, None, now)?;
        }
        let abort_at = series.abort_after_minutes;
        Ok(Self {
            title: series.title.clone(),
            expected_effect: series.expected_effect.clone(),
            recovery_plan: series.recovery_plan.clone(),
            is_automatic: series.is_automatic,
            abort_at: abort_at.map(|minutes| minutes_after(next.starts_at, minutes)),
            record: OutageRecord { affected: series.affected.clone(), ..self.record },
            ..self
        })
    }

    /// Remembers that a person changed it before it began, or called it off: its series leaves it
    /// as it is from then on. `before` is how it was.
    #[must_use]
    pub fn by_hand(mut self, before: &Self) -> Self {
        let was_ahead = matches!(before.state, MaintenanceState::Scheduled);
        let has_begun =
            !matches!(self.state, MaintenanceState::Scheduled | MaintenanceState::Cancelled { .. });
        let is_changed = was_ahead && !has_begun && self != *before;
        if let Some(series) = self.series.as_mut().filter(|_| is_changed) {
            series.is_by_hand = true;
        }
        self
    }
}

fn minutes_after(at: Timestamp, minutes: u32) -> Timestamp {
    at.checked_add(i64::from(minutes).minutes()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
