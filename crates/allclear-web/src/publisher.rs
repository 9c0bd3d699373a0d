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
use crate::published::{Published, PublishedPage};

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
}

/// What one run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Pages rendered again.
    pub rendered: usize,
    /// Pages that could not be rendered, by slug, with the reason; they stay as they were.
    pub failed: Vec<(String, String)>,
    /// The revision that is published now.
    pub revision: i64,
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
        let mut due = HashSet::new();
        if self.store.revision().await? > state.library.revision() {
            let changes = self.store.changes_since(state.library.revision()).await?;
            due = state.library.take_in(changes);
        }
        let minute = now.as_second().div_euclid(60);
        if state.minute.is_some_and(|rendered| rendered != minute) {
            due.extend(state.library.pages().into_iter().map(|page| page.id));
        }
        state.minute = Some(minute);
        Ok(self.publish(&state.library, &due, now).await)
    }

    async fn publish(
        &self,
        library: &Library,
        due: &HashSet<StatusPageId>,
        now: Timestamp,
    ) -> Report {
        let snapshots: Vec<Snapshot> = due.iter().filter_map(|id| library.snapshot(*id)).collect();
        let mut report = Report { revision: library.revision(), ..Report::default() };
        if snapshots.is_empty() {
            if self.published.revision() != report.revision {
                self.published.show(Vec::new(), report.revision);
            }
            return report;
        }
        let published = self.published.clone();
        let rendering = tokio::task::spawn_blocking(move || {
            let mut pages = Vec::new();
            for snapshot in snapshots {
                let slug = snapshot.page.slug.to_string();
                match Model::build(Arc::new(snapshot), now) {
                    Ok(model) => pages.push(PublishedPage::of(Arc::new(model))),
                    Err(problem) => report.failed.push((slug, problem.to_string())),
                }
            }
            let pages: Vec<Arc<PublishedPage>> = pages.into_iter().map(Arc::new).collect();
            // The publisher's own language first: readers must not wait for the others.
            published.show(pages.clone(), report.revision);
            let all = pages.iter().map(|page| Arc::new(page.and_in(Language::ALL)));
            published.show(all.collect(), report.revision);
            report.rendered = pages.len();
            report
        });
        rendering.await.unwrap_or_default()
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

/// The page that `/` shows, for messages at the start.
#[must_use]
pub fn default_page(pages: &[StatusPage]) -> Option<&StatusPage> {
    pages.iter().find(|page| page.is_default).or_else(|| pages.first())
}
