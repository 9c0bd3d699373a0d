//! How a duty goes on for as long as the server runs: round after round, and what keeps it from its
//! work is logged once.

use std::future::Future;
use std::time::Duration;

use allclear_domain::limits;
use allclear_store::StoreError;
use tokio::sync::Notify;

/// How long a duty waits for a nudge: the times that it keeps are kept to this.
const PAUSE: Duration = Duration::from_secs(1);

/// Has a duty go its rounds until it is dropped: on every nudge, and once a second without one.
///
/// A round gives what it could not do. A problem that stays is logged once, below `what`.
pub(crate) async fn go<F>(nudge: &Notify, what: &str, round: impl Fn() -> F)
where
    F: Future<Output = Result<Vec<String>, StoreError>>,
{
    let mut known = Vec::new();
    loop {
        let mut problems = round().await.unwrap_or_else(|error| vec![error.to_string()]);
        problems.truncate(limits::PROBLEMS_MAX);
        for problem in problems.iter().filter(|problem| !known.contains(*problem)) {
            tracing::error!(%problem, "{what}");
        }
        known = problems;
        // The pause ends by itself: a missed nudge costs a second, no more.
        let _ = tokio::time::timeout(PAUSE, nudge.notified()).await;
    }
}
