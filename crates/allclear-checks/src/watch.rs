//! The duty that probes checks when they are due.
//!
//! Probes run beside each other, up to a limit; what they find is judged at once and written many at a
//! time. What could not be written is kept and tried again: an outage that is measured while the
//! database is locked is written when it is not any more. After a restart everything goes on from what
//! was written, so that a restart neither begins an outage a second time nor loses its end.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use allclear_domain::check::{
    BlindSpell, Outage, ProbeResult, Round, Sight, VantagePoint, Verdict,
};
use allclear_domain::{Check, Clock, Entropy};
use allclear_store::{CheckChanges, ReadableChecks, ReadableJudgments, Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, Notify};
use tokio::task::{JoinError, JoinHandle, JoinSet};

use crate::board::{Board, Due, Unwritten};
use crate::keeping::{self, Kept};
use crate::prober::{Looking, Prober, Probing};
use crate::stall::{Noticed, Stall};

/// Probes at the same time; further checks wait, and count as late.
pub const IN_FLIGHT_MAX: usize = 512;
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
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    board: Board,
    /// The revision up to which checks are known; `None` before the first look.
    revision: Option<i64>,
    asked_at: Option<Timestamp>,
    /// The last time that the clock was read.
    seen_at: Option<Timestamp>,
    stall: Stall,
}

/// A probe that ended: its check, what it found, and how often this program had stood still before.
type Probed = (Arc<Check>, ProbeResult, u64);
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
        let asked = ask(self.store.clone(), state.revision).await?;
        Self::take_in(state, asked, now);
        let mut report = Report::default();
        let mut probes = Probes::new();
        self.probe_due(state, &mut probes, now, &mut report);
        loop {
            while let Some(ended) = probes.join_next().await {
                if let Ok((check, result, _)) = ended {
                    state.board.hear(&check, result, now);
                }
                self.probe_due(state, &mut probes, now, &mut report);
            }
            let instant = tokio::time::Instant::now();
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
        let mut write_at = tokio::time::Instant::now();
        let mut trouble = Trouble::default();
        loop {
            let now = self.now(state);
            let is_time = |asked: Timestamp| now.duration_since(asked).abs() >= ASK_EVERY;
            if asking.is_none() && state.asked_at.is_none_or(is_time) {
                state.asked_at = Some(now);
                asking = Some(tokio::spawn(ask(self.store.clone(), state.revision)));
            }
            self.probe_due(state, &mut probes, now, &mut Report::default());
            if looking.is_none() {
                looking = self.look(state);
            }
            if writing.is_none()
                && state.board.has_unwritten()
                && write_at <= tokio::time::Instant::now()
            {
                let unwritten = state.board.take_unwritten();
                writing = Some(tokio::spawn(self.write(unwritten, now)));
            }
            let pause = self.pause(state, write_at);
            state.stall.sleep_until(tokio::time::Instant::now() + pause);
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
                    write_at = tokio::time::Instant::now() + pause;
                    let failed = written.err().map(|(unwritten, error)| {
                        state.board.take_back(unwritten);
                        error
                    });
                    trouble.note("results cannot be written; they are kept", failed);
                }
                () = self.nudge.notified() => state.asked_at = None,
                looked = end_of(&mut looking) => {
                    looking = None;
                    self.see(state, looked);
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    fn hear(&self, state: &mut State, ended: Result<Probed, JoinError>) {
        // It catches its own panics, and nobody cancels it.
        let Ok((check, result, stalls)) = ended else { return };
        let now = self.now(state);
        // It may have run out of time because we did.
        let is_void = result.verdict == Verdict::Fail && stalls != state.stall.count();
        let result =
            if is_void { result.void("this machine stood still meanwhile") } else { result };
        state.board.hear(&check, result, now);
        if is_void {
            state.board.hurry(check.id, now);
        }
    }

    /// Begins a round of sentinels, where it is time for one and anything is probed at all.
    fn look(&self, state: &mut State) -> Option<Lookaround> {
        let now = tokio::time::Instant::now();
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
            Asked::Everything { revision, checks, judged, open, sight, spell } => {
                state.board.lookout.remember(sight, spell);
                tell_bad_rows(&checks.bad_rows);
                tell_bad_rows(&judged.bad_rows);
                state.board.remember(judged.judged, checks.checks, now);
                state.board.compare(&open, now);
                state.revision = Some(revision);
            }
            Asked::Changes { changes, open } => {
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
        match state.stall.notice(tokio::time::Instant::now(), now) {
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
        let room = IN_FLIGHT_MAX.saturating_sub(probes.len());
        for Due { check, lag } in state.board.take_due(now, room) {
            report.probed += 1;
            report.lag_max = report.lag_max.max(lag);
            let (probing, stalls) = (self.prober.probe(check.clone(), now), state.stall.count());
            probes.spawn(async move {
                let result = end_of_probe(&check, probing, now).await;
                (check, result, stalls)
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

/// What a look at the store gave.
enum Asked {
    /// At the start: everything, perhaps of another process.
    Everything {
        revision: i64,
        checks: ReadableChecks,
        judged: ReadableJudgments,
        open: Vec<Outage>,
        sight: Option<Sight>,
        spell: Option<BlindSpell>,
    },
    /// What is new since.
    Changes { changes: CheckChanges, open: Vec<Outage> },
}

/// Asks which checks there are.
async fn ask(store: Store, revision: Option<i64>) -> Result<Asked, StoreError> {
    match revision {
        Some(revision) => {
            let changes = store.check_changes_since(revision).await?;
            let open = match changes.checks.is_empty() {
                true => Vec::new(),
                false => store.list_readable_open_outages().await?,
            };
            Ok(Asked::Changes { changes, open })
        }
        None => Ok(Asked::Everything {
            revision: store.revision().await?,
            checks: store.list_readable_checks().await?,
            judged: store.list_readable_judgments().await?,
            open: store.list_readable_open_outages().await?,
            sight: store.find_sight(&VantagePoint::core()).await?,
            spell: store.find_open_blind_spell(&VantagePoint::core()).await?,
        }),
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
