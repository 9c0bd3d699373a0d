//! The duty that probes checks when they are due.
//!
//! Probes run beside each other, up to a limit; what they find is judged at once and written many at a
//! time. What could not be written is kept and tried again: an outage that is measured while the
//! database is locked is written when it is not any more. After a restart everything goes on from what
//! was written, so that a restart neither begins an outage a second time nor loses its end.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use allclear_domain::check::{
    Exchange, Phases, ProbeResult, Reason, ReasonCode, VantagePoint, Verdict,
};
use allclear_domain::{Check, Clock, Entropy};
use allclear_store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinSet;

use crate::board::{Board, Due, Unwritten};
use crate::keeping::{self, Kept};
use crate::prober::{Prober, Probing};

/// Probes at the same time; further checks wait, and count as late.
pub const IN_FLIGHT_MAX: usize = 512;
/// How long results wait for others, to be written together.
const WRITE_AFTER: Duration = Duration::from_millis(100);
/// How often it asks which checks changed, where nobody tells it.
const ASK_EVERY: SignedDuration = SignedDuration::from_secs(1);
/// How long it rests at most.
const PAUSE_MAX: Duration = Duration::from_millis(250);
/// How long it waits before it tries again to write.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How much longer than its deadline a probe may take before it is stopped.
const GRACE: Duration = Duration::from_secs(2);

/// What one run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Probes that were made.
    pub probed: usize,
    /// What of it was written.
    pub kept: Kept,
    /// How late the latest of them began.
    pub lag_max: SignedDuration,
}

/// Probes checks.
pub struct Watch {
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<Entropy>,
    prober: Arc<dyn Prober>,
    /// Wakes it.
    nudge: Arc<Notify>,
    /// Woken by it when an outage began or ended.
    woken: Vec<Arc<Notify>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    board: Board,
    /// The revision up to which checks are known; `None` before the first look.
    revision: Option<i64>,
    asked_at: Option<Timestamp>,
}

/// A probe that runs: its check, and what it will have found.
type Probes = JoinSet<(Arc<Check>, ProbeResult)>;
/// Results that are being written; those that could not be come back.
type Writing = Pin<Box<dyn Future<Output = Result<Kept, (Unwritten, StoreError)>> + Send>>;

impl Watch {
    /// A duty that wakes others when an outage began or ended.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<Entropy>,
        prober: Arc<dyn Prober>,
        woken: Vec<Arc<Notify>>,
    ) -> Self {
        let (nudge, state) = Default::default();
        Self { store, clock, entropy, prober, nudge, woken, state }
    }

    /// What has it look at once which checks there are.
    #[must_use]
    pub fn nudge(&self) -> Arc<Notify> {
        self.nudge.clone()
    }

    /// One run: everything that is due is probed, judged and written before this returns.
    ///
    /// # Errors
    /// Where the store cannot be read or written. What was found is kept, and the next run writes it.
    pub async fn run_once(&self, now: Timestamp) -> Result<Report, StoreError> {
        let state = &mut *self.state.lock().await;
        self.ask(state, now).await?;
        let mut report = Report::default();
        let mut probes = Probes::new();
        self.probe_due(state, &mut probes, now, &mut report);
        while let Some(ended) = probes.join_next().await {
            if let Ok((check, result)) = ended {
                state.board.hear(&check, result, now);
            }
            self.probe_due(state, &mut probes, now, &mut report);
        }
        let unwritten = state.board.take_unwritten();
        if !unwritten.is_empty() {
            match self.write(unwritten, now).await {
                Ok(kept) => report.kept = kept,
                Err((unwritten, error)) => {
                    state.board.take_back(unwritten);
                    return Err(error);
                }
            }
        }
        Ok(report)
    }

    /// Runs until it is dropped.
    pub async fn run(&self) {
        let state = &mut *self.state.lock().await;
        let mut probes = Probes::new();
        let mut writing: Option<Writing> = None;
        let mut write_at = tokio::time::Instant::now();
        let mut trouble = Trouble::default();
        loop {
            let now = self.clock.now();
            let asked = self.ask(state, now).await;
            trouble.note("which checks there are cannot be read", asked.err());
            self.probe_due(state, &mut probes, now, &mut Report::default());
            if writing.is_none()
                && state.board.has_unwritten()
                && write_at <= tokio::time::Instant::now()
            {
                writing = Some(Box::pin(self.write(state.board.take_unwritten(), now)));
            }
            tokio::select! {
                Some(ended) = probes.join_next() => {
                    self.hear(state, ended);
                    while let Some(ended) = probes.try_join_next() {
                        self.hear(state, ended);
                    }
                }
                written = end_of(&mut writing) => {
                    writing = None;
                    let pause = if written.is_ok() { WRITE_AFTER } else { TRY_AGAIN_AFTER };
                    write_at = tokio::time::Instant::now() + pause;
                    let failed = written.err().map(|(unwritten, error)| {
                        state.board.take_back(unwritten);
                        error
                    });
                    trouble.note("results cannot be written; they are kept", failed);
                }
                () = self.nudge.notified() => state.asked_at = None,
                () = tokio::time::sleep(self.pause(state, write_at)) => {}
            }
        }
    }

    fn hear(
        &self,
        state: &mut State,
        ended: Result<(Arc<Check>, ProbeResult), tokio::task::JoinError>,
    ) {
        // It catches its own panics, and nobody cancels it.
        if let Ok((check, result)) = ended {
            state.board.hear(&check, result, self.clock.now());
        }
    }

    /// How long there is nothing to do.
    fn pause(&self, state: &State, write_at: tokio::time::Instant) -> Duration {
        let now = self.clock.now();
        let due_in = |due_at: Timestamp| Duration::try_from(due_at.duration_since(now));
        let due = state.board.next_due_at().map(|due_at| due_in(due_at).unwrap_or_default());
        let write = state
            .board
            .has_unwritten()
            .then(|| write_at.duration_since(tokio::time::Instant::now()));
        let soonest = [due, write].into_iter().flatten().min().unwrap_or(PAUSE_MAX);
        soonest.clamp(Duration::from_millis(1), PAUSE_MAX)
    }

    /// Asks which checks there are, where it is time to.
    async fn ask(&self, state: &mut State, now: Timestamp) -> Result<(), StoreError> {
        let is_time = |asked: Timestamp| now.duration_since(asked).abs() >= ASK_EVERY;
        if state.asked_at.is_some_and(|asked| !is_time(asked)) {
            return Ok(());
        }
        // Also where it fails: a store that is away is not asked at every turn.
        state.asked_at = Some(now);
        let Some(revision) = state.revision else {
            return self.remember(state, now).await;
        };
        let changes = self.store.check_changes_since(revision).await?;
        for id in changes.removed {
            state.board.remove_check(id);
        }
        for check in changes.checks {
            state.board.put_check(check, now);
        }
        tell_bad_rows(&changes.bad_rows);
        state.revision = Some(changes.revision);
        Ok(())
    }

    /// Takes up where the last run ended, perhaps of another process.
    async fn remember(&self, state: &mut State, now: Timestamp) -> Result<(), StoreError> {
        let revision = self.store.revision().await?;
        let checks = self.store.list_readable_checks().await?;
        let judged = self.store.list_readable_judgments().await?;
        tell_bad_rows(&checks.bad_rows);
        tell_bad_rows(&judged.bad_rows);
        state.board.remember(judged.judged, checks.checks, now);
        state.revision = Some(revision);
        Ok(())
    }

    fn probe_due(
        &self,
        state: &mut State,
        probes: &mut Probes,
        now: Timestamp,
        report: &mut Report,
    ) {
        let room = IN_FLIGHT_MAX.saturating_sub(probes.len());
        for Due { check, lag } in state.board.take_due(now, room) {
            report.probed += 1;
            report.lag_max = report.lag_max.max(lag);
            let probing = self.prober.probe(check.clone(), now);
            probes.spawn(async move {
                let result = end_of_probe(&check, probing, now).await;
                (check, result)
            });
        }
    }

    fn write(
        &self,
        unwritten: Unwritten,
        now: Timestamp,
    ) -> impl Future<Output = Result<Kept, (Unwritten, StoreError)>> + Send + 'static {
        let (store, entropy, woken) =
            (self.store.clone(), self.entropy.clone(), self.woken.clone());
        async move {
            match keeping::keep(&store, &unwritten, &entropy, now).await {
                Ok(kept) => {
                    if kept.began + kept.ended > 0 {
                        woken.iter().for_each(|one| one.notify_one());
                    }
                    Ok(kept)
                }
                Err(error) => Err((unwritten, error)),
            }
        }
    }
}

/// The end of a write; never, where there is none.
async fn end_of(writing: &mut Option<Writing>) -> Result<Kept, (Unwritten, StoreError)> {
    match writing {
        Some(writing) => writing.await,
        None => std::future::pending().await,
    }
}

/// Waits for a probe. One that breaks off, or does not keep its deadline, says nothing of the target,
/// and its check is probed again.
async fn end_of_probe(check: &Check, probing: Probing, probed_at: Timestamp) -> ProbeResult {
    let mut task = tokio::spawn(probing);
    let told = match tokio::time::timeout(check.deadline() + GRACE, &mut task).await {
        Ok(Ok(result)) => return result,
        Ok(Err(error)) => {
            tracing::error!(check.key = %check.key, %error, "a probe broke off");
            "the probe broke off; the log says where"
        }
        Err(_) => {
            task.abort();
            tracing::error!(check.key = %check.key, "a probe did not keep its deadline");
            "the probe did not end in time, and was stopped"
        }
    };
    ProbeResult {
        vantage: VantagePoint::core(),
        probed_at,
        took_us: 0,
        verdict: Verdict::Unknown,
        reason: Some(Reason { code: ReasonCode::Ours, told: told.to_owned() }),
        phases: Phases::default(),
        exchange: Exchange::default(),
    }
}

fn tell_bad_rows(bad_rows: &[allclear_store::BadRow]) {
    for row in bad_rows.iter().take(allclear_domain::limits::PROBLEMS_MAX) {
        tracing::error!(%row, "a check cannot be read, and is not probed");
    }
}

/// What is wrong at present: told once, and once more when it is over.
#[derive(Debug, Default)]
struct Trouble(Vec<&'static str>);

impl Trouble {
    fn note(&mut self, what: &'static str, error: Option<StoreError>) {
        let is_known = self.0.contains(&what);
        match error {
            Some(error) if !is_known => {
                tracing::error!(%error, "{what}");
                self.0.push(what);
            }
            None if is_known => {
                tracing::info!("over: {what}");
                self.0.retain(|known| *known != what);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
