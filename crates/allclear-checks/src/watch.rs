//! The duty that probes checks when they are due.
//!
//! Probes run beside each other, up to a limit; what they find is judged at once and written many at a
//! time. What could not be written is kept and tried again: an outage that is measured while the
//! database is locked is written when it is not any more. After a restart everything goes on from what
//! was written, so that a restart neither begins an outage a second time nor loses its end.

mod asking;
mod trouble;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use allclear_domain::check::{ProbeResult, Round, VantagePoint, Verdict};
use allclear_domain::{Check, Clock, Entropy};
use allclear_store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, Notify};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::Instant;

use self::asking::{Asked, Everything, News, Turn, ask};
use self::trouble::Trouble;
use crate::board::{Board, Due, Unwritten};
use crate::figures::Figures;
use crate::heartbeat;
use crate::keeping::{self, Kept};
use crate::lanes::{Canary, Lanes, Room};
use crate::prober::{Looking, Prober, Probing};
use crate::stall::{Noticed, Stall};

/// How long results wait for others, to be written together.
const WRITE_AFTER: Duration = Duration::from_millis(100);
/// By how much the clock has to go back until that is noticed.
const SET_BACK: SignedDuration = SignedDuration::from_secs(2);
/// How long it rests at most.
const PAUSE_MAX: Duration = Duration::from_millis(250);
/// How long it waits before it tries again to write.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How much longer than its deadline a probe may take before it is stopped.
const GRACE: Duration = Duration::from_secs(2);
/// How long a round of sentinels may take before it is given up.
const ROUND_MAX: Duration = Duration::from_secs(10);

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
    /// When it is time to ask which checks there are.
    turn: Turn,
    /// Up to when deadlines of heartbeats were looked through.
    looked_until: Timestamp,
    /// The last time that the clock was read.
    seen_at: Option<Timestamp>,
    stall: Stall,
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

/// When a probe began, and how often this program had stood still before.
#[derive(Clone, Copy, Debug)]
struct Began {
    at: Instant,
    stalls: u64,
}

/// A probe that ended: its check, and what it found.
type Probed = (Arc<Check>, ProbeResult, Began);
/// Probes that run.
type Probes = JoinSet<Probed>;
/// A round of sentinels, and how often this program had stood still before.
type Lookaround = JoinHandle<(Round, u64)>;
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
        loop {
            while let Some(ended) = probes.join_next().await {
                if let Ok((check, result, began)) = ended {
                    state.lanes.end(began.at);
                    self.figures.ended(result.verdict);
                    state.board.hear(&check, result, now);
                }
                self.probe_due(state, &mut probes, now, &mut report);
            }
            let instant = Instant::now();
            let lookout = &mut state.board.lookout;
            if !lookout.holds() && !lookout.wants_round(instant) {
                break;
            }
            lookout.begin_round(instant);
            let round = round_of(self.prober.look()).await;
            state.board.see(&round, now);
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
        let mut looking: Option<Lookaround> = None;
        let mut write_at = Instant::now();
        let mut trouble = Trouble::default();
        loop {
            let now = self.now(state);
            if asking.is_none() && state.turn.is_time(now, Instant::now()) {
                state.turn.begin(now, Instant::now());
                asking = Some(tokio::spawn(self.ask(state, now)));
            }
            self.probe_due(state, &mut probes, now, &mut Report::default());
            if looking.is_none() {
                looking = self.look(state);
            }
            let State { board, lanes, .. } = &*state;
            self.figures.stand(board.len(), lanes.in_flight(), board.unwritten_results());
            if writing.is_none() && state.board.has_unwritten() && write_at <= Instant::now() {
                let unwritten = state.board.take_unwritten();
                writing = Some(tokio::spawn(self.write(unwritten, now)));
            }
            let pause = self.pause(state, write_at);
            state.stall.sleep_until(Instant::now() + pause);
            tokio::select! {
                Some(ended) = probes.join_next() => {
                    self.hear(state, ended);
                    while let Some(ended) = probes.try_join_next() {
                        self.hear(state, ended);
                    }
                }
                asked = end_of(&mut asking) => {
                    asking = None;
                    let failed = Self::heard_back(state, asked, now);
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
                () = self.nudge.notified() => state.turn.nudge(),
                looked = end_of(&mut looking) => {
                    looking = None;
                    self.see(state, looked);
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Takes in what a probe found.
    fn hear(&self, state: &mut State, ended: Result<Probed, JoinError>) {
        // It catches its own panics, and nobody cancels it.
        let Ok((check, result, began)) = ended else { return };
        let now = self.now(state);
        state.lanes.end(began.at);
        // It may have run out of time because we did.
        let is_void = result.verdict == Verdict::Fail && began.stalls != state.stall.count();
        let result =
            if is_void { result.void("this machine stood still meanwhile") } else { result };
        self.figures.ended(result.verdict);
        state.board.hear(&check, result, now);
        if is_void {
            state.board.hurry(check.id, now);
        }
    }

    /// Begins a round of sentinels, where it is time for one and anything is probed at all.
    fn look(&self, state: &mut State) -> Option<Lookaround> {
        let now = Instant::now();
        if state.board.is_empty() || !state.board.lookout.wants_round(now) {
            return None;
        }
        state.board.lookout.begin_round(now);
        let (looking, stalls) = (self.prober.look(), state.stall.count());
        Some(tokio::spawn(async move { (round_of(looking).await, stalls) }))
    }

    fn see(&self, state: &mut State, looked: Result<(Round, u64), JoinError>) {
        let now = self.now(state);
        match looked {
            Ok((_, stalls)) if stalls != state.stall.count() => state.board.lookout.drop_round(),
            Ok((round, _)) => state.board.see(&round, now),
            Err(error) => {
                tracing::error!(%error, "asking sentinels broke off: failures count as they are");
                state.board.see(&Round::default(), now);
            }
        }
    }

    /// How long there is nothing to do.
    fn pause(&self, state: &mut State, write_at: Instant) -> Duration {
        let now = self.clock.now();
        let due_in = |due_at: Timestamp| Duration::try_from(due_at.duration_since(now));
        let room = state.lanes.room(Instant::now());
        let due = state.board.next_due_at(room).map(|due_at| due_in(due_at).unwrap_or_default());
        let write = state.board.has_unwritten().then(|| write_at.duration_since(Instant::now()));
        let ask = state.turn.wait(Instant::now());
        let soonest = [due, write, ask].into_iter().flatten().min().unwrap_or(PAUSE_MAX);
        soonest.clamp(Duration::from_millis(1), PAUSE_MAX)
    }

    /// Takes in what a look at the store gave, or gives why it failed.
    fn heard_back(
        state: &mut State,
        asked: Result<Result<Asked, StoreError>, JoinError>,
        now: Timestamp,
    ) -> Option<StoreError> {
        match asked {
            Ok(Ok(asked)) => Self::take_in(state, asked, now),
            Ok(Err(error)) => return Some(error),
            Err(error) => tracing::error!(%error, "asking which checks there are broke off"),
        }
        None
    }

    /// Takes in which checks there are.
    fn take_in(state: &mut State, asked: Asked, now: Timestamp) {
        match asked {
            Asked::Everything(all) => {
                let Everything { revision, checks, judged, minutes, open, news, sight, spell } =
                    *all;
                state.board.lookout.remember(sight, spell);
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
            state.turn = Turn::default();
        }
        match state.stall.notice(Instant::now(), now) {
            Some(Noticed::StoodStill(late)) => {
                tracing::warn!(
                    "this machine stood still for {} ms: what failed meanwhile says nothing",
                    late.as_millis()
                );
                state.board.lookout.stood_still(late, now);
            }
            Some(Noticed::Jumped(by)) => tracing::warn!(
                "the clock jumped by {} s: what failed meanwhile says nothing",
                by.as_secs()
            ),
            None => {}
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
            let began = Began { at: began, stalls: state.stall.count() };
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

impl State {
    fn look_now(&mut self, news: News, now: Timestamp) {
        self.looked_until = news.until;
        for id in news.ids {
            self.board.look_now(id, now);
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

/// Waits for a round of sentinels. One that does not end says nothing.
async fn round_of(looking: Looking) -> Round {
    tokio::time::timeout(ROUND_MAX, looking).await.unwrap_or_else(|_| {
        tracing::error!("sentinels were not asked in time: failures count as they are");
        Round::default()
    })
}

fn tell_bad_rows(bad_rows: &[allclear_store::BadRow]) {
    for row in bad_rows.iter().take(allclear_domain::limits::PROBLEMS_MAX) {
        tracing::error!(%row, "a check cannot be read, and is not probed");
    }
}

#[cfg(test)]
mod tests;
