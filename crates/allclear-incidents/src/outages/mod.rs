//! The duty that makes incidents of outages, where the owner of a check said so, and follows them.
//!
//! Like every duty it asks what is there: an outage that goes on and is told by no incident, an
//! incident whose outages are over. What it opens is a draft, or is published with the words of a
//! template: that the owner chose it for the check is the act that makes them public. An outage of a
//! component that an open incident tells of already joins that one, so that nothing is told twice.
//! Where a person has posted, it posts no more.

mod opening;
mod told;

use std::sync::Arc;

use allclear_domain::audit::{Actor, Subject};
use allclear_domain::check::{OnOutage, Outage, Threshold};
use allclear_domain::incident::IncidentState;
use allclear_domain::posted::{Posted, StatusChange};
use allclear_domain::status_page::Language;
use allclear_domain::text::Prose;
use allclear_domain::times::{Bound, Moment};
use allclear_domain::{
    Change, Clock, ComponentStatus, Entropy, Incident, IncidentStatus, InvalidTransition,
};
use allclear_store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use crate::rounds;
use crate::writing::{self, WriteError};

/// What audit entries call it.
pub const NAME: &str = "outages";
/// How long an incident is watched after its outages were believed to be over, at the least.
pub const WATCHED_FOR: SignedDuration = SignedDuration::from_mins(2);

/// What readers may be told first of something that is not working, in the language of their page: a title,
/// and a message. Whoever chooses them has seen them.
#[must_use]
pub fn usual_words(language: Language, component: &str) -> (String, &'static str) {
    (told::title(language, component), told::seen(language))
}

/// What one run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Incidents that were opened.
    pub opened: usize,
    /// Outages that joined an incident that was there.
    pub joined: usize,
    /// Messages that were posted.
    pub posted: usize,
    /// What could not be done, with the reason; the next run tries again.
    pub failed: Vec<(Subject, String)>,
}

impl Report {
    /// Whether readers may have something new to see.
    const fn is_news(&self) -> bool {
        self.opened + self.joined + self.posted > 0
    }
}

/// Makes incidents of outages.
pub struct OutageDuty {
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<Entropy>,
    /// Wakes it.
    nudge: Arc<Notify>,
    /// Woken by it after it wrote something.
    publisher: Arc<Notify>,
}

impl OutageDuty {
    /// A duty that wakes `publisher` after it wrote something.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<Entropy>,
        publisher: Arc<Notify>,
    ) -> Self {
        Self { store, clock, entropy, nudge: Arc::default(), publisher }
    }

    /// What wakes the next run at once.
    #[must_use]
    pub fn nudge(&self) -> Arc<Notify> {
        self.nudge.clone()
    }

    /// One run.
    ///
    /// # Errors
    /// Where the store cannot be read; the next run tries again. What cannot be written is told in the
    /// report and keeps nothing else back.
    pub async fn run_once(&self, now: Timestamp) -> Result<Report, StoreError> {
        let mut report = Report::default();
        for outage in self.store.list_readable_open_outages().await? {
            let is_told = outage.incident_id.is_some() || outage.statuses.is_empty();
            if outage.threshold != Threshold::Fail || is_told {
                continue;
            }
            // Asked before anything is locked: most checks want no incident.
            let check = self.store.find_check(outage.check_id).await;
            if !matches!(check, Ok(Some(check)) if check.on_outage != OnOutage::Nothing) {
                continue;
            }
            match self.open(outage.id, now).await {
                Ok(opening) => opening.note(&mut report),
                Err(error) => {
                    let subject = Subject::Check(outage.check_id);
                    report.failed.push((subject, error.to_string()));
                }
            }
        }
        for incident in self.store.list_measured_incidents().await? {
            if !incident.is_automatic {
                continue;
            }
            match self.follow(&incident, now).await {
                Ok(has_posted) => report.posted += usize::from(has_posted),
                // A person was quicker: what is due then is seen the next time.
                Err(WriteError::Store(StoreError::Conflict { .. })) => {}
                Err(error) => {
                    report.failed.push((Subject::Incident(incident.id), error.to_string()));
                }
            }
        }
        if report.is_news() {
            self.publisher.notify_one();
        }
        Ok(report)
    }

    /// Posts what is due in an incident; tells whether anything was.
    async fn follow(&self, incident: &Incident, now: Timestamp) -> Result<bool, WriteError> {
        let outages = self.store.list_outages_of_incident(incident.id).await?;
        let Some(due) = due(incident, &outages, now) else { return Ok(false) };
        let page = self.store.find_status_page_by_id(incident.page_id).await?;
        let language = page.map(|page| page.value.language).unwrap_or_default();
        let actor = Actor::Duty(NAME.to_owned());
        let change = Change { actor: &actor, entropy: &self.entropy, now };
        let mut transaction = self.store.begin().await?;
        let seen = incident.updates.clone();
        let post = |current: Incident| {
            // What somebody wrote in this moment is not written over.
            if !current.is_automatic || current.updates != seen {
                return Ok(current);
            }
            Ok(due.post(current, language, change)?)
        };
        let (after, _) =
            writing::change_in(&mut transaction, incident.id, None, change, post).await?;
        transaction.commit().await?;
        Ok(after.updates != incident.updates)
    }

    /// Runs until it is dropped: on every nudge, and once a second without one.
    pub async fn run(&self) {
        rounds::go(&self.nudge, "an outage cannot be told by itself", || self.round()).await;
    }

    /// One run; gives what could not be done.
    async fn round(&self) -> Result<Vec<String>, StoreError> {
        let report = self.run_once(self.clock.now()).await?;
        if report.is_news() {
            let (opened, joined, posted) = (report.opened, report.joined, report.posted);
            tracing::info!(opened, joined, posted, "outages were told by themselves");
        }
        Ok(report.failed.iter().map(|(id, problem)| format!("{id}: {problem}")).collect())
    }
}

/// What is to be posted in an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Due {
    /// Its outages are over: it is watched.
    Watch { ended_at: Timestamp, changes: Vec<StatusChange> },
    /// One is back.
    Relapse { changes: Vec<StatusChange> },
    /// It went on working.
    Resolve { ended_at: Timestamp },
}

/// What is due in an incident, from what was measured.
fn due(incident: &Incident, outages: &[Outage], now: Timestamp) -> Option<Due> {
    // Where somebody stopped looking, nothing says that it works again: a person has to.
    if outages.iter().any(|one| one.is_abandoned) {
        return None;
    }
    let goes_on: Vec<&Outage> = outages.iter().filter(|one| one.ended_at.is_none()).collect();
    let ended_at = outages.iter().filter_map(|one| one.ended_at).max();
    match (incident.state, ended_at) {
        (IncidentState::Resolved { .. }, _) => None,
        (IncidentState::Monitoring { .. }, _) if !goes_on.is_empty() => {
            let changes = goes_on.into_iter().flat_map(|one| one.statuses.clone()).collect();
            Some(Due::Relapse { changes: worst(changes) })
        }
        (_, None) => None,
        (_, Some(_)) if !goes_on.is_empty() => None,
        (IncidentState::Monitoring { .. }, Some(ended_at)) => {
            let posted_at = incident.updates.iter().map(|update| update.posted_at).max();
            let is_time = posted_at.is_none_or(|at| now.duration_since(at) >= WATCHED_FOR);
            is_time.then_some(Due::Resolve { ended_at })
        }
        (IncidentState::Investigating | IncidentState::Identified, Some(ended_at)) => {
            let works = outages
                .iter()
                .flat_map(|one| &one.statuses)
                .map(|change| StatusChange { status: ComponentStatus::Operational, ..*change });
            Some(Due::Watch { ended_at, changes: worst(works.collect()) })
        }
    }
}

/// Each component once, with the worst that is said of it.
fn worst(mut changes: Vec<StatusChange>) -> Vec<StatusChange> {
    changes.sort_by_key(|change| (change.component_id, std::cmp::Reverse(change.status)));
    changes.dedup_by_key(|change| change.component_id);
    changes
}

impl Due {
    fn post(
        self,
        incident: Incident,
        language: Language,
        change: Change<'_>,
    ) -> Result<Incident, InvalidTransition> {
        let now = change.now;
        match self {
            Self::Watch { ended_at, changes } => {
                let text = told::recovered(language);
                let update = said(IncidentStatus::Monitoring, text, ended_at, changes, change);
                incident.post(update, now)
            }
            Self::Relapse { changes } => {
                let text = told::relapsed(language);
                let update = said(IncidentStatus::Investigating, text, now, changes, change);
                incident.post(update, now)
            }
            Self::Resolve { ended_at } => {
                let text = told::over(language);
                let update = said(IncidentStatus::Resolved, text, now, Vec::new(), change);
                incident.resolve(update, Bound::exactly(ended_at), now)
            }
        }
    }
}

/// A message. One about an instant that is past for as long as a recovery takes to be believed is not
/// late.
fn said(
    status: IncidentStatus,
    text: &str,
    shown_at: Timestamp,
    changes: Vec<StatusChange>,
    change: Change<'_>,
) -> Posted<IncidentStatus> {
    Posted {
        id: change.entropy.id(change.now),
        status: Some(status),
        shown_at: Moment::At { at: shown_at.min(change.now) },
        posted_at: change.now,
        body: Prose::plain(text),
        changes,
        next_update_due_at: None,
        is_backfilled: false,
        edits: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
