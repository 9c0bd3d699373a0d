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
        let problems = round().await.unwrap_or_else(|error| vec![error.to_string()]);
        for problem in news(&mut known, problems) {
            tracing::error!(%problem, "{what}");
        }
        // The pause ends by itself: a missed nudge costs a second, no more.
        let _ = tokio::time::timeout(PAUSE, nudge.notified()).await;
    }
}

/// The problems that were not known; from now on those of this round are, as many as are told at once.
fn news(known: &mut Vec<String>, mut problems: Vec<String>) -> Vec<String> {
    problems.truncate(limits::PROBLEMS_MAX);
    let new = problems.iter().filter(|problem| !known.contains(*problem)).cloned().collect();
    *known = problems;
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_that_stays_is_told_once_and_one_that_comes_back_again() {
        let mut known = Vec::new();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        for (problems, told) in [
            (&["a"][..], &["a"][..]),
            (&["a", "b"], &["b"]),
            (&["b"], &[]),
            (&["a", "b"], &["a"]),
            (&[], &[]),
            (&["b"], &["b"]),
        ] {
            let new: Vec<String> = news(&mut known, words(problems));
            assert_eq!(new, told, "{problems:?}");
        }
        let many = (0..=limits::PROBLEMS_MAX).map(|n| n.to_string()).collect();
        assert_eq!(news(&mut known, many).len(), limits::PROBLEMS_MAX);
    }
}
