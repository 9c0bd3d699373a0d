//! How a record stands: as its facts say, else as its times do.

use allclear_domain::error::InvalidValue;
use allclear_domain::incident::IncidentState;
use allclear_domain::maintenance::{AnnouncedWindow, MaintenanceState};
use allclear_domain::times::Bound;
use jiff::Timestamp;

use super::record::Drawing;
use super::values::{announced_day, ended, instant, on_day, started};
use crate::history::facts::{FactsRecord, FactsState};

impl Drawing<'_> {
    /// How an incident stands. One without a state is over.
    pub(super) fn incident_state(
        &self,
        facts: &FactsRecord,
    ) -> Result<IncidentState, InvalidValue> {
        let ended = ended(facts)?;
        let Some(state) = facts.state else {
            refuse_since(facts)?;
            return Ok(IncidentState::Resolved { ended });
        };
        if ended != Bound::Unknown {
            return Err(over_and_not(state));
        }
        if state != FactsState::Monitoring {
            refuse_since(facts)?;
        }
        match state {
            FactsState::Investigating => Ok(IncidentState::Investigating),
            FactsState::Identified => Ok(IncidentState::Identified),
            FactsState::Monitoring => Ok(IncidentState::Monitoring { since: self.since(facts)? }),
            FactsState::Scheduled
            | FactsState::InProgress
            | FactsState::Verifying
            | FactsState::Cancelled => Err(InvalidValue::new(
                "state",
                "an incident is investigating, identified or monitoring; leave it out where it is \
                 over",
            )),
        }
    }

    /// How a window stands; what the facts say of the future becomes the announced window.
    pub(super) fn window_state(
        &self,
        facts: &FactsRecord,
        window: &mut AnnouncedWindow,
    ) -> Result<MaintenanceState, InvalidValue> {
        let (started, ended) = (started(facts)?, ended(facts)?);
        let Some(state) = facts.state else {
            refuse_since(facts)?;
            return Ok(self.window_by_times(started, ended, window));
        };
        if !matches!(state, FactsState::Verifying | FactsState::Cancelled) {
            refuse_since(facts)?;
        }
        let is_under_way = matches!(state, FactsState::InProgress | FactsState::Verifying);
        if is_under_way && ended != Bound::Unknown && !self.is_ahead(ended) {
            return Err(over_and_not(state));
        }
        match state {
            FactsState::Scheduled => {
                announce(started, ended, window);
                Ok(MaintenanceState::Scheduled)
            }
            FactsState::Cancelled => {
                announce(started, ended, window);
                Ok(MaintenanceState::Cancelled { at: self.since(facts)? })
            }
            FactsState::InProgress | FactsState::Verifying => {
                announce_end(ended, window);
                let Some(started_at) = started.earliest(self.zone) else {
                    let problem = "is missing: work under way has begun, at least on a day (`on`)";
                    return Err(InvalidValue::new("started_at", problem));
                };
                if state == FactsState::InProgress {
                    return Ok(MaintenanceState::InProgress { started_at });
                }
                let since = self.since(facts)?.max(started_at);
                Ok(MaintenanceState::Verifying { started_at, since })
            }
            FactsState::Investigating | FactsState::Identified | FactsState::Monitoring => {
                Err(InvalidValue::new(
                    "state",
                    "a window is scheduled, in_progress, verifying or cancelled; leave it out \
                     where it is completed",
                ))
            }
        }
    }

    /// An announcement has no states.
    pub(super) fn refuse_state(facts: &FactsRecord) -> Result<(), InvalidValue> {
        refuse_since(facts)?;
        if facts.state.is_some() {
            return Err(InvalidValue::new("state", "an announcement has none: leave it out"));
        }
        Ok(())
    }

    /// How a window stands by its times.
    fn window_by_times(
        &self,
        started: Bound,
        ended: Bound,
        window: &mut AnnouncedWindow,
    ) -> MaintenanceState {
        let is_ahead =
            |at: Option<Timestamp>| at.is_some_and(|at| self.is_ahead(Bound::exactly(at)));
        let ends_ahead = match ended {
            Bound::Unknown => is_ahead(window.ends_at),
            ended => self.is_ahead(ended),
        };
        let is_scheduled = match started {
            // Nothing says that it began: a plan alone is no work done.
            Bound::Unknown => {
                let today = self.reading.now.to_zoned(self.zone.clone()).date();
                ended == Bound::Unknown
                    && (is_ahead(window.starts_at)
                        || is_ahead(window.ends_at)
                        || announced_day(window).is_some_and(|(day, _)| day >= today))
            }
            started => self.is_ahead(started),
        };
        if is_scheduled {
            announce(started, ended, window);
            return MaintenanceState::Scheduled;
        }
        // Work that began on a day whose hour nobody wrote down began with the day.
        match started.earliest(self.zone).filter(|_| ends_ahead) {
            Some(started_at) => {
                announce_end(ended, window);
                MaintenanceState::InProgress { started_at }
            }
            None => MaintenanceState::Completed { started, ended },
        }
    }

    fn is_ahead(&self, bound: Bound) -> bool {
        let now = self.reading.now;
        match bound {
            Bound::At { at, .. } => at > now,
            Bound::On { on } => on > now.to_zoned(self.zone.clone()).date(),
            Bound::Unknown => false,
        }
    }

    /// Since when it stands so: as the facts say, else since what was told last, else since now.
    fn since(&self, facts: &FactsRecord) -> Result<Timestamp, InvalidValue> {
        if let Some(since) = instant("since", facts.since.as_deref())? {
            return Ok(since);
        }
        let now = self.reading.now;
        let mut told = None;
        for update in &facts.updates {
            let at = instant("updates.at", update.at.as_deref())?;
            told = told.max(at.filter(|at| *at <= now));
        }
        Ok(told.unwrap_or(now))
    }
}

/// What is announced of a window that has not begun.
fn announce(started: Bound, ended: Bound, window: &mut AnnouncedWindow) {
    window.ends_at = window.ends_at.or(ended.instant());
    window.starts_at = window.starts_at.or(started.instant());
    if let (None, Bound::On { on }) = (window.starts_at, started) {
        window.length = Some(on_day(on, window.length.as_deref()));
    }
}

/// What is announced of the end of work under way.
fn announce_end(ended: Bound, window: &mut AnnouncedWindow) {
    window.ends_at = window.ends_at.or(ended.instant());
    if let (None, None, Bound::On { on }) = (window.ends_at, &window.length, ended) {
        window.length = Some(format!("until {on}"));
    }
}

fn refuse_since(facts: &FactsRecord) -> Result<(), InvalidValue> {
    if facts.since.is_some() {
        let problem = "goes with the states monitoring, verifying and cancelled: leave it out";
        return Err(InvalidValue::new("since", problem));
    }
    Ok(())
}

fn over_and_not(state: FactsState) -> InvalidValue {
    let problem =
        format!("says {state:?}, and the end says that it is over: leave one of them out");
    InvalidValue::new("state", problem)
}
