//! What came of a heartbeat so far, and what that says.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{HeartbeatCheck, Signal, SignalKind};
use crate::check::{BlindCause, BlindSpell, Reason, ReasonCode, Verdict};
use crate::limits;

/// What came so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// The last signals, the newest first.
    pub signals: Vec<Signal>,
    /// When a job last said that it ran, well or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ran_at: Option<Timestamp>,
    /// When a job last said that it ran well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeded_at: Option<Timestamp>,
    /// What the job said of its failure, until it says that it ran well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// When the next signal is due; `None` before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// Runs that began and are not over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<StartedRun>,
    /// When nobody was there to hear a signal, in order: no deadline passes meanwhile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<Absence>,
}

/// A time in which no signal could be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// When it began.
    pub from: Timestamp,
    /// When it was over.
    pub until: Timestamp,
}

/// When a signal is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// When.
    pub due_at: Timestamp,
    /// Up to when it is not missed, where somebody is there all the time.
    pub deadline_at: Timestamp,
    /// Since when it is waited for.
    pub counts_from: Timestamp,
}

/// A run that began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartedRun {
    /// Which one, where the job says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// When it began.
    pub started_at: Timestamp,
    /// Up to when it has to be over, where somebody is there all the time.
    pub deadline_at: Timestamp,
}

/// What a job said of its failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// When.
    pub at: Timestamp,
    /// What it said.
    pub told: String,
}

impl Heartbeat {
    /// What is known after one more signal.
    #[must_use]
    pub fn hear(mut self, check: &HeartbeatCheck, mut signal: Signal) -> Self {
        match signal.kind {
            SignalKind::Start => self.start(check, &signal),
            SignalKind::Success | SignalKind::Fail => self.finish(check, &mut signal),
            SignalKind::Log => {}
        }
        self.signals = self.signals.into_iter().map(|one| one.cut_to(EARLIER_BYTES_MAX)).collect();
        self.signals.insert(0, signal);
        self.signals.truncate(limits::SIGNALS_KEPT_MAX);
        self
    }

    fn start(&mut self, check: &HeartbeatCheck, signal: &Signal) {
        // A run that begins once more takes the place of the one before.
        self.runs.retain(|run| run.id != signal.run_id);
        let deadline_at = later(signal.at, check.grace());
        self.runs.push(StartedRun { id: signal.run_id, started_at: signal.at, deadline_at });
        let excess = self.runs.len().saturating_sub(limits::STARTED_RUNS_MAX);
        self.runs.drain(..excess);
    }

    fn finish(&mut self, check: &HeartbeatCheck, signal: &mut Signal) {
        let (at, id) = (signal.at, signal.run_id);
        if let Some(run) = self.runs.iter().find(|run| run.id == id) {
            let took = at.duration_since(run.started_at).as_millis();
            signal.took_ms = signal.took_ms.or_else(|| u64::try_from(took).ok());
        }
        self.runs.retain(|run| run.id != id);
        self.ran_at = Some(at);
        self.due = due(check, at);
        if signal.kind == SignalKind::Success {
            // One that never ended is made good by one that did.
            let absences = &self.absences;
            self.runs.retain(|run| run.deadline_beside(absences) > at);
            self.succeeded_at = Some(at);
            self.failure = None;
        } else {
            self.failure = Some(Failure { at, told: told(signal) });
        }
        self.forget_absences();
    }

    /// Forgets the absences that put nothing off any more.
    fn forget_absences(&mut self) {
        let due = self.due.map(|due| due.counts_from);
        let earliest = self.runs.iter().map(|run| run.started_at).chain(due).min();
        self.absences.retain(|absence| earliest.is_some_and(|earliest| earliest <= absence.from));
    }

    /// What it says, and why.
    #[must_use]
    pub fn verdict(&self, now: Timestamp) -> (Verdict, Option<Reason>) {
        let fail = |code, told| (Verdict::Fail, Some(Reason::new(code, told)));
        if let Some(Failure { told, .. }) = &self.failure {
            return fail(ReasonCode::Reported, told.clone());
        }
        let late = self.runs.iter().map(|run| (run, self.run_deadline_at(run)));
        if let Some((run, deadline_at)) = late.into_iter().find(|(_, deadline)| *deadline < now) {
            let told = format!(
                "the run that began at {} was not over by {}",
                shown(run.started_at),
                shown(deadline_at)
            );
            return fail(ReasonCode::Unfinished, told);
        }
        let due = self.due.map(|due| (due, due.deadline_beside(&self.absences)));
        match (due, self.ran_at) {
            (Some((due, deadline_at)), Some(last)) if deadline_at < now => fail(
                ReasonCode::Missed,
                format!(
                    "no signal came: one was due at {}, and none came by {}; the last one came at {}",
                    shown(due.due_at),
                    shown(deadline_at),
                    shown(last)
                ),
            ),
            (_, Some(_)) => (Verdict::Ok, None),
            (_, None) => {
                let told = "no signal ever came: it waits for the first one".to_owned();
                (Verdict::Unknown, Some(Reason::new(ReasonCode::Waiting, told)))
            }
        }
    }

    /// The next instant at which silence becomes a failure.
    #[must_use]
    pub fn deadline_at(&self) -> Option<Timestamp> {
        let due = self.due.map(|due| due.deadline_beside(&self.absences));
        self.runs.iter().map(|run| self.run_deadline_at(run)).chain(due).min()
    }

    /// Up to when a run has to be over.
    #[must_use]
    pub fn run_deadline_at(&self, run: &StartedRun) -> Timestamp {
        run.deadline_beside(&self.absences)
    }

    /// Nobody could be heard from `from` on, for so long: what was not late by then has so much more
    /// time.
    #[must_use]
    pub fn excuse(mut self, from: Timestamp, away: SignedDuration) -> Self {
        let absence = Absence { from, until: later(from, away) };
        let due = self.due.map(|due| (due.counts_from, due.deadline_beside(&self.absences)));
        let runs = self.runs.iter().map(|run| (run.started_at, self.run_deadline_at(run)));
        // What was heard since then is waited for as usual.
        if runs.chain(due).any(|(since, deadline)| since <= from && deadline >= from) {
            self.absences.push(absence);
            self.absences.sort_by_key(|absence| absence.from);
        }
        while self.absences.len() > limits::ABSENCES_MAX {
            let oldest = [self.absences.remove(0)];
            let runs = self.runs.iter_mut();
            runs.for_each(|run| run.deadline_at = run.deadline_beside(&oldest));
            if let Some(due) = &mut self.due {
                due.deadline_at = due.deadline_beside(&oldest);
            }
        }
        self
    }

    /// The same once nobody could be heard in these spells, in which this machine was blind: one that goes
    /// on lasts up to now. What is known as an absence already is not counted a second time.
    #[must_use]
    pub fn excuse_blindness(mut self, spells: &[BlindSpell], now: Timestamp) -> Self {
        let blind = spells.iter().filter(|spell| spell.cause != BlindCause::StoodStill);
        let blind = blind
            .map(|spell| Absence { from: spell.began_at, until: spell.ended_at.unwrap_or(now) });
        self.absences.extend(blind);
        self.absences.sort_by_key(|absence| absence.from);
        self
    }

    /// The check waits for something else from now on: whatever was late is not any more.
    #[must_use]
    pub fn anew(self, check: &HeartbeatCheck, now: Timestamp) -> Self {
        let due = self.ran_at.and_then(|_| due(check, now));
        Self { due, runs: Vec::new(), absences: Vec::new(), ..self }
    }
}

impl Due {
    fn deadline_beside(&self, absences: &[Absence]) -> Timestamp {
        put_off(self.deadline_at, self.counts_from, absences)
    }
}

impl StartedRun {
    fn deadline_beside(&self, absences: &[Absence]) -> Timestamp {
        put_off(self.deadline_at, self.started_at, absences)
    }
}

/// A deadline that does not pass in these times, which are in order of when they began. Where they
/// overlap, that counts once; what begins before anything is waited for, or after it is late, counts
/// not at all.
fn put_off(mut deadline_at: Timestamp, since: Timestamp, absences: &[Absence]) -> Timestamp {
    let mut counted_until = Timestamp::MIN;
    for absence in absences.iter().filter(|absence| absence.from >= since) {
        let from = absence.from.max(counted_until);
        if from < absence.until && deadline_at >= from {
            deadline_at = later(deadline_at, absence.until.duration_since(from));
            counted_until = absence.until;
        }
    }
    deadline_at
}

/// Bytes that are kept of what earlier signals brought.
const EARLIER_BYTES_MAX: usize = 500;
/// Characters of the first line that a failure is told by.
const LINE_CHARS_MAX: usize = 200;

fn due(check: &HeartbeatCheck, at: Timestamp) -> Option<Due> {
    let due_at = check.due_after(at)?;
    Some(Due { due_at, deadline_at: later(due_at, check.grace()), counts_from: at })
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// An instant as sentences tell it.
pub(in super::super) fn shown(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A failure, in the words of the job.
fn told(signal: &Signal) -> String {
    let at = shown(signal.at);
    let how = match signal.exit_status {
        Some(status) => format!("the job ended with exit status {status} at {at}"),
        None => format!("the job said at {at} that it failed"),
    };
    let line = signal.body.lines().map(str::trim).find(|line| !line.is_empty());
    match line {
        Some(line) => format!("{how}: {}", line.chars().take(LINE_CHARS_MAX).collect::<String>()),
        None => how,
    }
}
