//! The publisher: the duty that turns what changed in the store into what readers get.
//!
//! It takes no input. Each run asks the store what is newer than what is published, renders the
//! pages that tell something else, and swaps them in; once a minute it renders every page again,
//! for what time alone changes. A nudge only shortens the wait for the next run.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use allclear_domain::ids::StatusPageId;
use allclear_domain::status_page::Language;
use allclear_domain::{Clock, StatusPage};
use allclear_statuspage::{Model, Snapshot};
use allclear_store::{Store, StoreError};
use jiff::Timestamp;
use tokio::sync::{Mutex, Notify};

use crate::library::Library;
use crate::published::{Published, PublishedStatusPage};

/// How long a run waits for a nudge.
const PAUSE: Duration = Duration::from_millis(500);

/// Publishes what changes.
pub struct Publisher {
    store: Store,
    clock: Arc<dyn Clock>,
    published: Published,
    nudge: Arc<Notify>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    library: Library,
    minute: Option<i64>,
    /// Status pages that are to be rendered: kept until they are shown.
    due: HashSet<StatusPageId>,
    /// Whether what is published may hold pages that the store does not.
    is_fresh: bool,
}

/// What one run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Status pages rendered again.
    pub rendered: usize,
    /// Status pages that could not be rendered, by slug, with the reason; they stay as they were.
    pub failed: Vec<(String, String)>,
    /// The revision that is published now.
    pub revision: i64,
    /// Whether everything that was due is shown; if not, the next run tries again.
    pub is_complete: bool,
}

impl Publisher {
    /// A publisher that has published nothing yet.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, published: Published) -> Self {
        let nudge = Arc::new(Notify::new());
        Self { store, clock, published, nudge, state: Mutex::default() }
    }

    /// What wakes the next run at once.
    #[must_use]
    pub fn nudge(&self) -> Arc<Notify> {
        self.nudge.clone()
    }

    /// One run.
    ///
    /// # Errors
    /// Where the store cannot be read; what is published stays, and the next run tries again.
    pub async fn run_once(&self, now: Timestamp) -> Result<Report, StoreError> {
        let mut state = self.state.lock().await;
        let state = &mut *state;
        let revision = self.store.revision().await?;
        if revision < state.library.revision() {
            // The database was set back, for instance by a restore: begin anew.
            *state = State { is_fresh: true, ..State::default() };
        }
        if revision != state.library.revision() {
            let changes = self.store.changes_since(state.library.revision()).await?;
            state.due.extend(state.library.take_in(changes));
        }
        let minute = now.as_second().div_euclid(60);
        if state.minute.is_some_and(|rendered| rendered != minute) {
            state.due.extend(state.library.pages().into_iter().map(|page| page.id));
        }
        state.minute = Some(minute);
        let report = self.publish(state, now).await;
        if report.is_complete {
            state.due.clear();
            state.is_fresh = false;
        }
        Ok(report)
    }

    async fn publish(&self, state: &State, now: Timestamp) -> Report {
        let snapshots = state.due.iter().filter_map(|id| state.library.snapshot(*id));
        let snapshots: Vec<Snapshot> = snapshots.collect();
        let revision = state.library.revision();
        let is_fresh = state.is_fresh;
        if snapshots.is_empty() && !is_fresh {
            if self.published.revision() != revision {
                self.published.show(&[], revision);
            }
            return Report { revision, is_complete: true, ..Report::default() };
        }
        let published = self.published.clone();
        let rendering = tokio::task::spawn_blocking(move || {
            let mut failed = Vec::new();
            let mut pages = Vec::new();
            for snapshot in snapshots {
                let slug = snapshot.page.slug.to_string();
                match Model::build(Arc::new(snapshot), now) {
                    Ok(model) => pages.push(Arc::new(PublishedStatusPage::of(Arc::new(model)))),
                    Err(problem) => failed.push((slug, problem.to_string())),
                }
            }
            // The publisher's own language first: readers must not wait for the others.
            if is_fresh {
                published.show_only(&pages, revision);
            } else {
                published.show(&pages, revision);
            }
            let all = pages.iter().map(|page| Arc::new(page.and_in(Language::ALL)));
            published.show(&all.collect::<Vec<_>>(), revision);
            Report { rendered: pages.len(), failed, revision, is_complete: true }
        });
        rendering.await.unwrap_or_else(|error| {
            tracing::error!(%error, "rendering broke off; the pages stay as they are");
            Report { revision, ..Report::default() }
        })
    }

    /// Runs until it is dropped: on every nudge, and twice a second without one.
    pub async fn run(&self) {
        let mut is_failing = false;
        loop {
            match self.run_once(self.clock.now()).await {
                Ok(report) => {
                    if is_failing {
                        tracing::info!("the store can be read again");
                    }
                    is_failing = false;
                    for (slug, problem) in report.failed {
                        tracing::error!(page.slug = %slug, %problem, "a page cannot be rendered");
                    }
                }
                Err(error) => {
                    // Once is enough: the next run comes in half a second.
                    if !is_failing {
                        tracing::error!(%error, "the store cannot be read; pages stay as they are");
                    }
                    is_failing = true;
                }
            }
            // The pause ends by itself: a missed nudge costs half a second, no more.
            let _ = tokio::time::timeout(PAUSE, self.nudge.notified()).await;
        }
    }
}

/// The page that `/` shows: the one that is marked, else the first by slug.
#[must_use]
pub fn default_page(pages: &[StatusPage]) -> Option<&StatusPage> {
    pages.iter().min_by_key(|page| (!page.is_default, &page.slug))
}
