//! What runs beside the duty that probes: probes, rounds of sentinels, reads and writes of the store.

use std::panic::AssertUnwindSafe;

use allclear_domain::check::VantagePoint;
use futures_util::FutureExt as _;

use super::*;
use crate::prober::{Looking, Probing};

/// How much longer than its deadline a probe may take before it is stopped.
const GRACE: Duration = Duration::from_secs(2);
/// How long a round of sentinels may take before it is given up.
const ROUND_MAX: Duration = Duration::from_secs(10);

/// A probe that ended: its check, and what it found.
pub(super) type Probed = (Arc<Check>, ProbeResult, Began);
/// Probes that run.
pub(super) type Probes = JoinSet<Probed>;
/// A round of sentinels, and how often this program had stood still before.
pub(super) type Lookaround = JoinHandle<(Option<Round>, u64)>;
/// Results that are being written; those that could not be come back.
pub(super) type Writing = JoinHandle<Result<Kept, (Unwritten, StoreError)>>;
/// A look at the store.
pub(super) type Asking = JoinHandle<Result<Asked, StoreError>>;

/// What runs beside the duty.
#[derive(Default)]
pub(super) struct Tasks {
    pub(super) probes: Probes,
    pub(super) writing: Option<Writing>,
    pub(super) asking: Option<Asking>,
    pub(super) looking: Option<Lookaround>,
    pub(super) traces: Traces,
    pub(super) turn: Option<JoinHandle<Result<Tenure, StoreError>>>,
    /// When results may be written again.
    pub(super) write_at: Option<Instant>,
}

impl Tasks {
    /// Takes back what could not be written, and gives why.
    pub(super) fn wrote(
        &mut self,
        state: &mut State,
        written: Result<Result<Kept, (Unwritten, StoreError)>, JoinError>,
    ) -> Option<StoreError> {
        let written = match written {
            Ok(written) => written,
            Err(error) => {
                tracing::error!(%error, "a write of results broke off: some are lost");
                Ok(Kept::default())
            }
        };
        let pause = if written.is_ok() { WRITE_AFTER } else { TRY_AGAIN_AFTER };
        self.write_at = Some(Instant::now() + pause);
        written.err().map(|(unwritten, error)| {
            state.board.take_back(unwritten);
            error
        })
    }
}

/// The end of a task; never, where there is none.
pub(super) async fn end_of<T>(task: &mut Option<JoinHandle<T>>) -> Result<T, JoinError> {
    match task {
        Some(task) => task.await,
        None => std::future::pending().await,
    }
}

/// Waits for a probe. One that breaks off, or does not keep its deadline, says nothing of the target,
/// and its check is probed again.
pub(super) async fn end_of_probe(
    check: &Check,
    probing: Probing,
    probed_at: Timestamp,
) -> ProbeResult {
    // What it leaves behind when it panics is dropped with it.
    let probing = AssertUnwindSafe(probing).catch_unwind();
    let told = match tokio::time::timeout(check.deadline() + GRACE, probing).await {
        Ok(Ok(result)) => return result,
        Ok(Err(_)) => {
            tracing::error!(check.key = %check.key, "a probe broke off");
            "the probe broke off; the log says where"
        }
        Err(_) => {
            tracing::error!(check.key = %check.key, "a probe did not keep its deadline");
            "the probe did not end in time, and was stopped"
        }
    };
    ProbeResult::ours(VantagePoint::core(), probed_at, told)
}

/// Waits for a round of sentinels; `None` where it does not end in time.
pub(super) async fn round_of(looking: Looking) -> Option<Round> {
    let round = tokio::time::timeout(ROUND_MAX, looking).await;
    if round.is_err() {
        tracing::error!("sentinels were not asked in time: what is seen stays as it was");
    }
    round.ok()
}
