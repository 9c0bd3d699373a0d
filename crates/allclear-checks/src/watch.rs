//! The duty that probes checks when they are due.
//!
//! Probes run beside each other, up to a limit; what they find is judged at once and written many at a
//! time. What could not be written is kept and tried again: an outage that is measured while the
//! database is locked is written when it is not any more. After a restart everything goes on from what
//! was written, so that a restart neither begins an outage a second time nor loses its end.

use std::future::Future;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use allclear_domain::check::{Outage, ProbeResult, Span, VantagePoint};
use allclear_domain::ids::CheckId;
use allclear_domain::{Check, Clock, Entropy};
use allclear_store::{CheckChanges, ReadableChecks, ReadableJudgments, Sampled, Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, Notify};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::board::{Board, Due, Unwritten};
use crate::figures::Figures;
use crate::heartbeat;
use crate::keeping::{self, Kept};
use crate::lanes::{Canary, Lanes, Room};
use crate::prober::{Prober, Probing};

/// How long results wait for others, to be written together.
const WRITE_AFTER: Duration = Duration::from_millis(100);
/// How often it asks which checks changed, where nobody tells it.
const ASK_EVERY: SignedDuration = SignedDuration::from_secs(1);
/// By how much the clock has to go back until that is noticed.
const SET_BACK: SignedDuration = SignedDuration::from_secs(2);
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
    figures: Figures,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    board: Board,
    lanes: Lanes,
    canary: Canary,
    /// The revision up to which checks are known; `None` before the first look.
    revision: Option<i64>,
    asked_at: Option<Timestamp>,
    /// Up to when deadlines of heartbeats were looked through.
    looked_until: Timestamp,
    /// The last time that the clock was read.
    seen_at: Option<Timestamp>,
}

impl State {
    /// How many more probes may begin now.
    fn room(&mut self, now: Instant) -> Room {
        if self.canary.keeps_up(now, self.lanes.in_flight()) {
            self.lanes.room(now)
        } else {
            Room::default()
        }
    }
}

/// A probe that ended: its check, what it found, and when it began.
type Probed = (Arc<Check>, ProbeResult, Instant);
/// Probes that run.
type Probes = JoinSet<Probed>;
/// Results that are being written; those that could not be come back.
type Writing = JoinHandle<Result<Kept, (Unwritten, StoreError)>>;
/// A look at the store.
type Asking = JoinHandle<Result<Asked, StoreError>>;

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
        let (nudge, figures, state) = Default::default();
        Self { store, clock, entropy, prober, nudge, woken, figures, state }
    }

    /// The same with no more than so many probes at the same time.
    #[must_use]
    pub fn with_in_flight_max(mut self, in_flight_max: usize) -> Self {
        self.state.get_mut().lanes = Lanes::new(in_flight_max);
        self
    }

    /// What it says of itself.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.figures.clone()
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
        let asked = self.ask(state, now).await?;
        Self::take_in(state, asked, now);
        let mut report = Report::default();
        let mut probes = Probes::new();
        self.probe_due(state, &mut probes, now, &mut report);
        while let Some(ended) = probes.join_next().await {
            self.hear(state, ended, now);
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
        let mut asking: Option<Asking> = None;
        let mut write_at = Instant::now();
        let mut trouble = Trouble::default();
        loop {
            let now = self.now(state);
            let is_time = |asked: Timestamp| now.duration_since(asked).abs() >= ASK_EVERY;
            if asking.is_none() && state.asked_at.is_none_or(is_time) {
                state.asked_at = Some(now);
                asking = Some(tokio::spawn(self.ask(state, now)));
            }
            self.probe_due(state, &mut probes, now, &mut Report::default());
            let State { board, lanes, .. } = &*state;
            self.figures.stand(board.len(), lanes.in_flight(), board.unwritten_results());
            if writing.is_none() && state.board.has_unwritten() && write_at <= Instant::now() {
                let unwritten = state.board.take_unwritten();
                writing = Some(tokio::spawn(self.write(unwritten, now)));
            }
            tokio::select! {
                Some(ended) = probes.join_next() => {
                    self.hear(state, ended, self.clock.now());
                    while let Some(ended) = probes.try_join_next() {
                        self.hear(state, ended, self.clock.now());
                    }
                }
                asked = end_of(&mut asking) => {
                    asking = None;
                    let failed = match asked {
                        Ok(Ok(asked)) => {
                            Self::take_in(state, asked, now);
                            None
                        }
                        Ok(Err(error)) => Some(error),
                        Err(error) => {
                            tracing::error!(%error, "asking which checks there are broke off");
                            None
                        }
                    };
                    trouble.note("which checks there are cannot be read", failed);
                }
                written = end_of(&mut writing) => {
                    writing = None;
                    let written = match written {
                        Ok(written) => written,
                        Err(error) => {
                            tracing::error!(%error, "a write of results broke off: some are lost");
                            continue;
                        }
                    };
                    let pause = if written.is_ok() { WRITE_AFTER } else { TRY_AGAIN_AFTER };
                    write_at = Instant::now() + pause;
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

    /// Takes in what a probe found.
    fn hear(&self, state: &mut State, ended: Result<Probed, JoinError>, now: Timestamp) {
        // It catches its own panics, and nobody cancels it.
        if let Ok((check, result, began)) = ended {
            state.lanes.end(began);
            self.figures.ended(result.verdict);
            state.board.hear(&check, result, now);
        }
    }

    /// How long there is nothing to do.
    fn pause(&self, state: &mut State, write_at: Instant) -> Duration {
        let now = self.clock.now();
        let due_in = |due_at: Timestamp| Duration::try_from(due_at.duration_since(now));
        let room = state.lanes.room(Instant::now());
        let due = state.board.next_due_at(room).map(|due_at| due_in(due_at).unwrap_or_default());
        let write = state.board.has_unwritten().then(|| write_at.duration_since(Instant::now()));
        let soonest = [due, write].into_iter().flatten().min().unwrap_or(PAUSE_MAX);
        soonest.clamp(Duration::from_millis(1), PAUSE_MAX)
    }

    /// Takes in which checks there are.
    fn take_in(state: &mut State, asked: Asked, now: Timestamp) {
        match asked {
            Asked::Everything { revision, checks, judged, minutes, open, news } => {
                tell_bad_rows(&checks.bad_rows);
                tell_bad_rows(&judged.bad_rows);
                state.board.remember(judged.judged, checks.checks, now);
                state.board.go_on_with(minutes);
                state.board.compare(&open, now);
                state.revision = Some(revision);
                state.look_now(news, now);
            }
            Asked::Changes { changes, open, news } => {
                let is_news = !changes.checks.is_empty();
                for id in changes.removed {
                    state.board.remove_check(id);
                }
                for check in changes.checks {
                    state.board.put_check(check, now);
                }
                tell_bad_rows(&changes.bad_rows);
                if is_news {
                    state.board.compare(&open, now);
                }
                state.revision = Some(changes.revision);
                state.look_now(news, now);
            }
        }
    }

    /// The present. Where the clock was put right meanwhile, what is due is found anew.
    fn now(&self, state: &mut State) -> Timestamp {
        let now = self.clock.now();
        if state.seen_at.is_some_and(|seen| seen.duration_since(now) > SET_BACK) {
            tracing::warn!("the clock was set back: checks are probed as usual from here");
            state.board.put_right(now);
            state.asked_at = None;
        }
        state.seen_at = Some(now);
        now
    }

    fn probe_due(
        &self,
        state: &mut State,
        probes: &mut Probes,
        now: Timestamp,
        report: &mut Report,
    ) {
        let began = Instant::now();
        let room = state.room(began);
        for Due { check, lag, is_slow } in state.board.take_due(now, room) {
            state.lanes.begin(began);
            self.figures.began(lag, is_slow);
            report.probed += 1;
            report.lag_max = report.lag_max.max(lag);
            let probing = match check.kind.as_heartbeat() {
                Some(_) => heartbeat::look(self.store.clone(), check.id, now),
                None => self.prober.probe(check.clone(), now),
            };
            probes.spawn(async move {
                let result = end_of_probe(&check, probing, now).await;
                (check, result, began)
            });
        }
    }

    /// Asks which checks there are, and what came of heartbeats.
    fn ask(
        &self,
        state: &State,
        now: Timestamp,
    ) -> impl Future<Output = Result<Asked, StoreError>> + Send + 'static {
        let (store, revision, looked_until) =
            (self.store.clone(), state.revision, state.looked_until);
        let hears = state.board.has_heartbeats();
        async move { ask(&store, revision, hears, looked_until..now).await }
    }

    fn write(
        &self,
        unwritten: Unwritten,
        now: Timestamp,
    ) -> impl Future<Output = Result<Kept, (Unwritten, StoreError)>> + Send + 'static {
        let (store, entropy, woken) =
            (self.store.clone(), self.entropy.clone(), self.woken.clone());
        let figures = self.figures.clone();
        async move {
            match keeping::keep(&store, &unwritten, &entropy, now).await {
                Ok(kept) => {
                    figures.wrote(kept.results);
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

/// What a look at the store gave.
enum Asked {
    /// At the start: everything, perhaps of another process.
    Everything {
        revision: i64,
        checks: ReadableChecks,
        judged: ReadableJudgments,
        minutes: Vec<Sampled>,
        open: Vec<Outage>,
        news: News,
    },
    /// What is new since.
    Changes { changes: CheckChanges, open: Vec<Outage>, news: News },
}

/// Heartbeats of which something came, or nothing in time.
struct News {
    ids: Vec<CheckId>,
    /// Up to when deadlines were looked through.
    until: Timestamp,
}

impl State {
    fn look_now(&mut self, news: News, now: Timestamp) {
        self.looked_until = news.until;
        for id in news.ids {
            self.board.look_now(id, now);
        }
    }
}

/// Asks which checks there are, and what came of heartbeats: where something did after a revision, or
/// a deadline lies in an interval.
async fn ask(
    store: &Store,
    revision: Option<i64>,
    hears: bool,
    deadlines: Range<Timestamp>,
) -> Result<Asked, StoreError> {
    let is_heard = |checks: &[Check]| checks.iter().any(|one| one.kind.as_heartbeat().is_some());
    let news = async |hears: bool, revision: i64| {
        let until = deadlines.end;
        if !hears {
            return Ok::<_, StoreError>(News { ids: Vec::new(), until });
        }
        heartbeat::listen(store, until).await?;
        let ids = store.list_news_of_heartbeats(revision, deadlines.start, until).await?;
        Ok(News { ids, until })
    };
    match revision {
        Some(revision) => {
            let changes = store.check_changes_since(revision).await?;
            let open = match changes.checks.is_empty() {
                true => Vec::new(),
                false => store.list_readable_open_outages().await?,
            };
            let news = news(hears || is_heard(&changes.checks), revision).await?;
            Ok(Asked::Changes { changes, open, news })
        }
        None => {
            let revision = store.revision().await?;
            let checks = store.list_readable_checks().await?;
            // Whatever came last may not have been looked at.
            let news = news(is_heard(&checks.checks), 0).await?;
            let judged = store.list_readable_judgments().await?;
            let this_minute = Span::Minute.start_of(deadlines.end);
            let minutes = store.list_samples(Span::Minute, this_minute, Timestamp::MAX).await?;
            let open = store.list_readable_open_outages().await?;
            Ok(Asked::Everything { revision, checks, judged, minutes, open, news })
        }
    }
}

/// The end of a task; never, where there is none.
async fn end_of<T>(task: &mut Option<JoinHandle<T>>) -> Result<T, JoinError> {
    match task {
        Some(task) => task.await,
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
    ProbeResult::ours(VantagePoint::core(), probed_at, told)
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
