//! The duty that probes checks when they are due.
//!
//! Probes run beside each other, up to a limit; what they find is judged at once and written many at a
//! time. What could not be written is kept and tried again: an outage that is measured while the
//! database is locked is written when it is not any more. After a restart everything goes on from what
//! was written, so that a restart neither begins an outage a second time nor loses its end.

mod asking;
mod tasks;
mod traces;
mod trouble;
mod turn;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use allclear_domain::check::{CheckKind, ProbeResult, Round, Verdict};
use allclear_domain::{Check, Clock, Entropy};
use allclear_store::{Store, StoreError, Tenure};
use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Notify};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::Instant;

use self::asking::{AskTimes, Asked, Everything, News, ask};
use self::tasks::{Lookaround, Probed, Probes, Tasks, end_of, end_of_probe, round_of};
use self::traces::Traces;
use self::trouble::Trouble;
use self::turn::Turn;
use crate::board::{Board, Due, Unwritten};
use crate::figures::Figures;
use crate::heartbeat;
use crate::keeping::{self, Kept};
use crate::lanes::{Canary, Lanes, Room};
use crate::prober::Prober;
use crate::processors::Processors;
use crate::stall::{Noticed, Stall};

/// How long results wait for others, to be written together.
const WRITE_AFTER: Duration = Duration::from_millis(100);
/// By how much the clock has to go back until that is noticed.
const SET_BACK: SignedDuration = SignedDuration::from_secs(2);
/// How long it rests at most.
const PAUSE_MAX: Duration = Duration::from_millis(250);
/// How long it waits before it tries again to write.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(1);

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
    /// Where probes run; `None` for the runtime that this runs on.
    probes_on: Option<Handle>,
    /// What this node is called where the store says who probes.
    holder: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    board: Board,
    lanes: Lanes,
    canary: Canary,
    processors: Processors,
    /// The revision up to which checks are known; `None` before the first look.
    revision: Option<i64>,
    /// When it is time to ask which checks there are.
    asks: AskTimes,
    /// Up to when deadlines of heartbeats were looked through.
    looked_until: Timestamp,
    /// The last time that the clock was read.
    seen_at: Option<Timestamp>,
    stall: Stall,
    turn: Turn,
}

impl State {
    /// How many more probes may begin now on that runtime.
    fn room(&mut self, now: Instant, on: &Handle) -> Room {
        if self.canary.keeps_up(now, self.lanes.in_flight(), on) {
            self.lanes.room(now, self.processors.are_busy(now))
        } else {
            Room::default()
        }
    }
}

/// When a probe began, in which lane, and how often this program had stood still before.
#[derive(Clone, Copy, Debug)]
struct Began {
    at: Instant,
    is_slow: bool,
    stalls: u64,
}

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
        let (nudge, figures, probes_on, state) = Default::default();
        // Tells nodes apart that run at the same time, and is nowhere else: no node may share it, whatever
        // its ids are made of.
        let holder = Entropy::from_system().uuid(clock.now()).to_string();
        Self { store, clock, entropy, prober, nudge, woken, figures, probes_on, holder, state }
    }

    /// The same with probes that run on a runtime of their own: however many there are, what writes
    /// and answers never waits in one queue with them.
    #[must_use]
    pub fn with_probes_on(mut self, runtime: Option<Handle>) -> Self {
        self.probes_on = runtime;
        self
    }

    /// The same with no more than so many probes at the same time.
    #[must_use]
    pub fn with_in_flight_max(mut self, in_flight_max: usize) -> Self {
        self.state.get_mut().lanes = Lanes::new(in_flight_max);
        self
    }

    fn probes_on(&self) -> Handle {
        self.probes_on.clone().unwrap_or_else(Handle::current)
    }

    /// What it says of itself.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.figures.clone()
    }

    /// What this node is called where the store says who probes.
    #[must_use]
    pub fn holder(&self) -> &str {
        &self.holder
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
        self.run_at(now, Instant::now()).await
    }

    /// The same where the time that passes by no clock is given as well.
    async fn run_at(&self, now: Timestamp, instant: Instant) -> Result<Report, StoreError> {
        let state = &mut *self.state.lock().await;
        let tenure = self.ask_for_turn(now, state.turn.silent(instant)).await;
        if tenure.is_err() {
            state.turn.looked_away();
        }
        self.take_turn(state, tenure?, instant);
        if !state.turn.is_ours() {
            return Ok(Report::default());
        }
        let asked = self.ask(state, now).await?;
        Self::take_in(state, asked, now);
        let mut report = Report::default();
        let (mut probes, mut traces) = (Probes::new(), Traces::default());
        self.probe_due(state, &mut probes, now, &mut report);
        loop {
            while let Some(ended) = probes.join_next().await {
                if let Ok((check, result, began)) = ended {
                    state.lanes.end(began.at, began.is_slow);
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
            state.board.see(round.as_ref(), now);
            self.probe_due(state, &mut probes, now, &mut report);
        }
        self.trace(state, &mut traces, now);
        while !traces.is_empty() {
            state.board.note_way(traces.next().await);
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
        let (mut tasks, mut trouble) = (Tasks::default(), Trouble::default());
        loop {
            let now = self.now(state);
            let pause = self.begin(state, &mut tasks, now);
            state.stall.sleep_until(Instant::now() + pause);
            tokio::select! {
                Some(ended) = tasks.probes.join_next() => {
                    self.hear(state, ended);
                    while let Some(ended) = tasks.probes.try_join_next() {
                        self.hear(state, ended);
                    }
                }
                tenure = end_of(&mut tasks.turn) => {
                    tasks.turn = None;
                    if self.hear_turn(state, tenure, &mut trouble) {
                        // What was begun before says nothing of what comes now.
                        tasks = Tasks::default();
                    }
                }
                asked = end_of(&mut tasks.asking) => {
                    tasks.asking = None;
                    let failed = Self::heard_back(state, asked, now);
                    trouble.note("which checks there are cannot be read", failed);
                }
                written = end_of(&mut tasks.writing) => {
                    tasks.writing = None;
                    let failed = tasks.wrote(state, written);
                    trouble.note("results cannot be written; they are kept", failed);
                }
                () = self.nudge.notified() => state.asks.nudge(),
                traced = tasks.traces.next() => state.board.note_way(traced),
                looked = end_of(&mut tasks.looking) => {
                    tasks.looking = None;
                    self.see(state, looked);
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Begins what it is time for, and tells how long there is nothing else to do.
    fn begin(&self, state: &mut State, tasks: &mut Tasks, now: Timestamp) -> Duration {
        let is_idle = state.revision.is_some() && state.board.is_empty();
        if tasks.turn.is_none() && state.turn.wants_asking(now, is_idle) {
            let silent = state.turn.silent(Instant::now());
            tasks.turn = Some(tokio::spawn(self.ask_for_turn(now, silent)));
        }
        if !state.turn.is_ours() {
            self.figures.stand(0, 0, 0);
            return PAUSE_MAX;
        }
        if tasks.asking.is_none() && state.asks.is_time(now, Instant::now()) {
            state.asks.begin(now, Instant::now());
            tasks.asking = Some(tokio::spawn(self.ask(state, now)));
        }
        self.probe_due(state, &mut tasks.probes, now, &mut Report::default());
        if tasks.looking.is_none() {
            tasks.looking = self.look(state);
        }
        self.trace(state, &mut tasks.traces, now);
        let State { board, lanes, .. } = &*state;
        self.figures.stand(board.len(), lanes.in_flight(), board.unwritten_results());
        let is_time = tasks.write_at.is_none_or(|at| at <= Instant::now());
        if tasks.writing.is_none() && state.board.has_unwritten() && is_time {
            let unwritten = state.board.take_unwritten();
            tasks.writing = Some(tokio::spawn(self.write(unwritten, now)));
        }
        self.pause(state, tasks)
    }

    /// Takes in what a probe found.
    fn hear(&self, state: &mut State, ended: Result<Probed, JoinError>) {
        // It catches its own panics, and nobody cancels it.
        let Ok((check, result, began)) = ended else { return };
        let now = self.now(state);
        state.lanes.end(began.at, began.is_slow);
        // It may have run out of time because we did.
        let is_void = result.verdict == Verdict::Fail
            && began.stalls != state.stall.count()
            && state.board.may_void(check.id);
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

    fn see(&self, state: &mut State, looked: Result<(Option<Round>, u64), JoinError>) {
        let now = self.now(state);
        match looked {
            Ok((_, stalls)) if stalls != state.stall.count() => state.board.lookout.drop_round(),
            Ok((round, _)) => state.board.see(round.as_ref(), now),
            Err(error) => {
                tracing::error!(%error, "asking sentinels broke off: what is seen stays as it was");
                state.board.see(None, now);
            }
        }
    }

    /// How long there is nothing to do. What is under way wakes it by itself when it ends.
    fn pause(&self, state: &mut State, tasks: &Tasks) -> Duration {
        let (now, instant) = (self.clock.now(), Instant::now());
        let due_in = |due_at: Timestamp| Duration::try_from(due_at.duration_since(now));
        let room = state.room(instant, &self.probes_on());
        let due = state.board.next_due_at(room).map(|due_at| due_in(due_at).unwrap_or_default());
        let writes = tasks.writing.is_none() && state.board.has_unwritten();
        let write_at = tasks.write_at.unwrap_or(instant);
        let write = writes.then(|| write_at.duration_since(instant));
        let ask = tasks.asking.is_none().then(|| state.asks.wait(instant)).flatten();
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
                    state.board.remove_check(id, now);
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
            state.asks = AskTimes::default();
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
        let (began, on) = (Instant::now(), self.probes_on());
        let room = state.room(began, &on);
        for Due { check, lag, is_slow } in state.board.take_due(now, room) {
            state.lanes.begin(began, is_slow);
            self.figures.began(lag, is_slow);
            report.probed += 1;
            report.lag_max = report.lag_max.max(lag);
            let probing = match &check.kind {
                CheckKind::Heartbeat(_) => heartbeat::look(self.store.clone(), check.id, now),
                CheckKind::Group(group) => {
                    Box::pin(std::future::ready(state.board.look_at_group(group, now)))
                }
                _ => self.prober.probe(check.clone(), now),
            };
            let began = Began { at: began, is_slow, stalls: state.stall.count() };
            let probe = async move {
                let result = end_of_probe(&check, probing, now).await;
                (check, result, began)
            };
            probes.spawn_on(probe, &on);
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
        let (figures, holder) = (self.figures.clone(), self.holder.clone());
        async move {
            match keeping::keep(&store, &holder, &unwritten, &entropy, now).await {
                Ok(None) => {
                    tracing::warn!("another node probes: what was found here is not written");
                    Ok(Kept::default())
                }
                Ok(Some(kept)) => {
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

fn tell_bad_rows(bad_rows: &[allclear_store::BadRow]) {
    for row in bad_rows.iter().take(allclear_domain::limits::PROBLEMS_MAX) {
        tracing::error!(%row, "a check cannot be read, and is not probed");
    }
}

#[cfg(test)]
mod tests;
