//! What came of a heartbeat, on the wire.

use allclear_domain::check::{Heartbeat, HeartbeatCheck, Signal, SignalKind};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::wire::SignalKindWord;

/// Times ahead that are told.
const NEXT_TOLD: usize = 5;

/// What came of a heartbeat.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Heard")]
pub(super) struct HeardJson {
    /// When the next signal is due; `null` before the first.
    due_at: Option<Timestamp>,
    /// When silence becomes a failure, be it of a signal or of a run that began; `null` where nothing is waited
    /// for.
    deadline_at: Option<Timestamp>,
    /// The next times at which signals are due, where each comes in time.
    next_due: Vec<Timestamp>,
    /// When a job last said that it ran well.
    succeeded_at: Option<Timestamp>,
    /// Runs that began and are not over.
    runs: Vec<StartedRunJson>,
    /// The last signals, the newest first.
    signals: Vec<SignalJson>,
}

/// A run that began.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StartedRun")]
struct StartedRunJson {
    /// Which one, where the job says so.
    id: Option<String>,
    started_at: Timestamp,
    /// Up to when it has to be over.
    deadline_at: Timestamp,
}

/// What a job said.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Signal")]
struct SignalJson {
    at: Timestamp,
    #[schemars(with = "SignalKindWord")]
    kind: SignalKind,
    /// The exit status that the job ended with.
    exit_status: Option<u8>,
    /// Which run it is of, where the job says so.
    run_id: Option<String>,
    /// How long the run took.
    took_ms: Option<u64>,
    /// The beginning of what the job wrote.
    body: String,
    /// Whether it wrote more.
    is_cut: bool,
}

impl HeardJson {
    pub(super) fn of(check: &HeartbeatCheck, heartbeat: Heartbeat) -> Self {
        let deadline_at = heartbeat.deadline_at();
        let due_at = heartbeat.due.map(|due| due.due_at);
        let run = |run: &allclear_domain::check::StartedRun| StartedRunJson {
            id: run.id.map(|id| id.to_string()),
            started_at: run.started_at,
            deadline_at: heartbeat.run_deadline_at(run),
        };
        Self {
            due_at,
            deadline_at,
            next_due: due_at.map(|due_at| check.next_due(due_at, NEXT_TOLD)).unwrap_or_default(),
            succeeded_at: heartbeat.succeeded_at,
            runs: heartbeat.runs.iter().map(run).collect(),
            signals: heartbeat.signals.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Signal> for SignalJson {
    fn from(signal: Signal) -> Self {
        let Signal { at, kind, exit_status, run_id, took_ms, body, is_cut } = signal;
        let run_id = run_id.map(|id| id.to_string());
        Self { at, kind, exit_status, run_id, took_ms, body, is_cut }
    }
}
