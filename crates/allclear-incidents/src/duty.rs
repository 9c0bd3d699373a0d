//! The duty that plans the windows of series ahead, begins and ends windows at their announced times,
//! and notices reminders whose time came.
//!
//! It takes no input: each run asks the store which windows are due, decides with
//! [`Maintenance::due_transition`], and writes the step, what readers are told of it and the audit
//! entry in one transaction. A window stays due until that is done, so a crash costs nothing; one
//! that somebody else has moved meanwhile, a person or another node, is found as it is now, and is
//! let alone where nothing is due any more. Steps count from the announced times, however late
//! they are noticed.

mod ahead;
mod told;

use std::sync::Arc;

use allclear_domain::audit::{Actor, Subject};
use allclear_domain::ids::MaintenanceId;
use allclear_domain::maintenance::DueTransition;
use allclear_domain::posted::Posted;
use allclear_domain::status_page::Language;
use allclear_domain::text::Prose;
use allclear_domain::times::Moment;
use allclear_domain::{
    Change, Clock, Entropy, InvalidTransition, Maintenance, MaintenanceStatus, limits,
};
use allclear_store::{BadRow, Store, StoreError};
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::rounds;
use crate::writing::{self, Planned, WriteError};

/// What audit entries call it.
pub const NAME: &str = "maintenance";

/// What one run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Windows that began.
    pub begun: usize,
    /// Windows that are over.
    pub completed: usize,
    /// What was done to windows of series.
    pub planned: Planned,
    /// Reminders whose time came.
    pub came_due: usize,
    /// What could not take its step, with the reason; the next run tries again.
    pub failed: Vec<(Subject, String)>,
    /// Rows that are due and cannot be read.
    pub bad_rows: Vec<BadRow>,
}

impl Report {
    /// Whether readers have something new to see.
    const fn is_news(&self) -> bool {
        let Planned { new, changed, cancelled } = self.planned;
        self.begun + self.completed + new + changed + cancelled > 0
    }
}

/// Begins and ends maintenance windows.
pub struct MaintenanceDuty {
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<Entropy>,
    /// Wakes it.
    nudge: Arc<Notify>,
    /// Woken by it after it wrote something.
    publisher: Arc<Notify>,
}

/// Whether readers get a message with a step.
#[derive(Clone, Copy)]
enum Message {
    Told(Language),
    /// For a window that has no room for another message: its step matters more.
    Silent,
}

impl MaintenanceDuty {
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
    /// Where the store cannot be read; the next run tries again. A window whose step cannot be
    /// written is told in the report and keeps no other back.
    pub async fn run_once(&self, now: Timestamp) -> Result<Report, StoreError> {
        let mut report = Report::default();
        self.look_ahead(now, &mut report).await?;
        // Before the steps: a window that has begun reminds nobody of its start.
        self.remind(now, &mut report).await?;
        let mut after = None;
        loop {
            let due = self.store.list_due_maintenance(now, after).await?;
            report.bad_rows.extend(due.bad_rows);
            for window in due.windows {
                match self.move_on(&window, now).await {
                    Ok((begun, completed)) => {
                        report.begun += begun;
                        report.completed += completed;
                    }
                    // Somebody else moved it in this moment: what is due now is seen next time.
                    Err(WriteError::Store(StoreError::Conflict { .. })) => {}
                    Err(error) => {
                        let subject = Subject::Maintenance(window.id);
                        report.failed.push((subject, error.to_string()));
                    }
                }
            }
            after = due.goes_on_after;
            if after.is_none() {
                break;
            }
        }
        if report.is_news() {
            self.publisher.notify_one();
        }
        Ok(report)
    }

    /// Has a window take every step that is due; gives how many times it began and was over.
    async fn move_on(
        &self,
        window: &Maintenance,
        now: Timestamp,
    ) -> Result<(usize, usize), WriteError> {
        let language = match self.store.find_status_page_by_id(window.page_id).await {
            Ok(page) => page.map(|page| page.value.language).unwrap_or_default(),
            // What a page cannot tell of itself keeps no window of it from ending.
            Err(StoreError::BadRow(_)) => Language::default(),
            Err(error) => return Err(error.into()),
        };
        match self.move_on_with(window.id, Message::Told(language), now).await {
            // Perhaps it is full. Then it begins and ends without a word.
            Err(WriteError::Invalid(_)) => self.move_on_with(window.id, Message::Silent, now).await,
            done => done,
        }
    }

    async fn move_on_with(
        &self,
        id: MaintenanceId,
        message: Message,
        now: Timestamp,
    ) -> Result<(usize, usize), WriteError> {
        let actor = Actor::Duty(NAME.to_owned());
        let change = Change { actor: &actor, entropy: &self.entropy, now };
        let (mut begun, mut completed) = (0, 0);
        let written = writing::change(&self.store, id, None, change, |mut window: Maintenance| {
            while let Some(step) = window.due_transition(now) {
                match step {
                    DueTransition::Begin { .. } => begun += 1,
                    DueTransition::Complete { .. } => completed += 1,
                }
                window = take(window, step, message, change)?;
            }
            Ok(window)
        });
        written.await?;
        Ok((begun, completed))
    }

    /// Runs until it is dropped: on every nudge, and once a second without one.
    pub async fn run(&self) {
        rounds::go(&self.nudge, "maintenance cannot go on by itself", || self.round()).await;
    }

    /// One run; gives what could not be done.
    async fn round(&self) -> Result<Vec<String>, StoreError> {
        let report = self.run_once(self.clock.now()).await?;
        if report.is_news() {
            let (begun, completed, planned) = (report.begun, report.completed, report.planned.new);
            tracing::info!(begun, completed, planned, "maintenance went on by itself");
        }
        let failed = report.failed.iter().map(|(id, problem)| format!("{id}: {problem}"));
        Ok(failed.chain(report.bad_rows.iter().map(ToString::to_string)).collect())
    }
}

/// Has a window take one step at its announced time, with a message where there is room for one.
fn take(
    window: Maintenance,
    step: DueTransition,
    message: Message,
    change: Change<'_>,
) -> Result<Maintenance, InvalidTransition> {
    let window = match message {
        Message::Told(language) => window.post(word(step, language, change), change.now)?,
        Message::Silent => window,
    };
    // A message does not move a window that a later one spoke of already; its announced times do.
    match step {
        DueTransition::Begin { at } if window.due_transition(change.now) == Some(step) => {
            window.begin(at)
        }
        DueTransition::Complete { at } if window.is_under_way() => window.complete(at),
        DueTransition::Begin { .. } | DueTransition::Complete { .. } => Ok(window),
    }
}

/// What readers are told of a step.
fn word(step: DueTransition, language: Language, change: Change<'_>) -> Posted<MaintenanceStatus> {
    let (status, text) = match step {
        DueTransition::Begin { .. } => (MaintenanceStatus::InProgress, told::begun(language)),
        DueTransition::Complete { .. } => (MaintenanceStatus::Completed, told::over(language)),
    };
    let late_by = change.now.duration_since(step.at());
    Posted {
        id: change.entropy.id(change.now),
        status: Some(status),
        shown_at: Moment::At { at: step.at() },
        posted_at: change.now,
        body: Prose::plain(text),
        changes: Vec::new(),
        next_update_due_at: None,
        is_backfilled: late_by > limits::CLOCK_DIFFERENCE_MAX,
        edits: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
