//! How what runs beside the watch ends: by itself, by breaking off, or because it took too long.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use allclear_domain::Check;
use allclear_domain::check::{ProbeResult, Round, VantagePoint};
use futures_util::FutureExt as _;
use jiff::Timestamp;
use tokio::task::{JoinError, JoinHandle};

use crate::prober::{Looking, Probing};

/// How much longer than its deadline a probe may take before it is stopped.
const GRACE: Duration = Duration::from_secs(2);
/// How long a round of sentinels may take before it is given up.
const ROUND_MAX: Duration = Duration::from_secs(10);

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

/// Waits for a round of sentinels. One that does not end says nothing.
pub(super) async fn end_of_round(looking: Looking) -> Round {
    tokio::time::timeout(ROUND_MAX, looking).await.unwrap_or_else(|_| {
        tracing::error!("sentinels were not asked in time: failures count as they are");
        Round::default()
    })
}
