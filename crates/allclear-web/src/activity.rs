//! How long ago a connection of HTTP/2 asked for something.
//!
//! The HTTP library ends a connection of HTTP/1 that asks for nothing. One of HTTP/2 stays as long as
//! its client answers `PING`, and so does one that asks and takes no answer: it would keep its place
//! for ever.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::Version;
use tokio::time::{Instant, sleep, sleep_until};

use crate::limits::PROGRESS_BYTES_MIN;

/// What a connection and who answers on it know of its requests. All clones are the same.
#[derive(Clone)]
pub(crate) struct Activity(Arc<Inner>);

struct Inner {
    /// Whether the HTTP library keeps watch already.
    is_watched: AtomicBool,
    asked_at: Mutex<Instant>,
    listening: AtomicUsize,
    /// Bytes that its client took.
    taken: AtomicU64,
}

impl Activity {
    /// Of a connection that begins now.
    pub(crate) fn begun() -> Self {
        Self(Arc::new(Inner {
            is_watched: AtomicBool::new(false),
            asked_at: Mutex::new(Instant::now()),
            listening: AtomicUsize::new(0),
            taken: AtomicU64::new(0),
        }))
    }

    /// A request came.
    pub(crate) fn asked(&self, version: Version) {
        if version <= Version::HTTP_11 {
            self.0.is_watched.store(true, Ordering::Relaxed);
        } else {
            *self.0.asked_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
    }

    /// Its client took so many bytes.
    pub(crate) fn took(&self, bytes: usize) {
        self.0.taken.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// A reader waits for changes, until what this gives is dropped.
    pub(crate) fn listens(&self) -> Listens {
        self.0.listening.fetch_add(1, Ordering::Relaxed);
        Listens(self.clone())
    }

    /// Ends when nothing was asked for so long, no answer went on, and nobody waits for changes.
    pub(crate) async fn idle(&self, allowed: Duration) {
        let mut taken_before = 0;
        loop {
            if self.0.is_watched.load(Ordering::Relaxed) {
                return std::future::pending().await;
            }
            if self.0.listening.load(Ordering::Relaxed) > 0 {
                sleep(allowed).await;
                continue;
            }
            let until = *self.0.asked_at.lock().unwrap_or_else(PoisonError::into_inner) + allowed;
            if until > Instant::now() {
                sleep_until(until).await;
                continue;
            }
            // An answer may be on its way, slowly. What answers a PING is far less.
            let taken = self.0.taken.load(Ordering::Relaxed);
            if taken.saturating_sub(taken_before) < PROGRESS_BYTES_MIN {
                return;
            }
            taken_before = taken;
            sleep(allowed).await;
        }
    }
}

/// A reader who waits for changes.
pub(crate) struct Listens(Activity);

impl Drop for Listens {
    fn drop(&mut self) {
        let inner = &self.0.0;
        *inner.asked_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        inner.listening.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const ALLOWED: Duration = Duration::from_secs(10);

    async fn is_idle_after(activity: &Activity, time: Duration) -> bool {
        timeout(time, activity.idle(ALLOWED)).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_never_asks_is_idle() {
        let activity = Activity::begun();
        assert!(!is_idle_after(&activity, ALLOWED / 2).await);
        assert!(is_idle_after(&activity, ALLOWED).await);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_goes_on_asking_is_not() {
        let activity = Activity::begun();
        for _ in 0..10 {
            activity.asked(Version::HTTP_2);
            assert!(!is_idle_after(&activity, ALLOWED * 9 / 10).await);
        }
        assert!(is_idle_after(&activity, ALLOWED).await);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_takes_an_answer_slowly_is_not() {
        let activity = Activity::begun();
        activity.asked(Version::HTTP_2);
        for _ in 0..10 {
            activity.took(4_096);
            assert!(!is_idle_after(&activity, ALLOWED * 9 / 10).await);
        }
        // Answers to PING alone are no progress.
        let took_little = activity.clone();
        tokio::spawn(async move {
            loop {
                took_little.took(17);
                sleep(ALLOWED / 4).await;
            }
        });
        assert!(is_idle_after(&activity, ALLOWED * 3).await);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_waits_for_changes_is_not() {
        let activity = Activity::begun();
        let listens = activity.listens();
        assert!(!is_idle_after(&activity, ALLOWED * 10).await);
        drop(listens);
        assert!(!is_idle_after(&activity, ALLOWED * 9 / 10).await);
        assert!(is_idle_after(&activity, ALLOWED * 2).await);
    }

    #[tokio::test(start_paused = true)]
    async fn the_library_keeps_watch_over_http_1() {
        let activity = Activity::begun();
        activity.asked(Version::HTTP_11);
        assert!(!is_idle_after(&activity, ALLOWED * 10).await);
    }
}
