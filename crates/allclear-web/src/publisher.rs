//! The publisher: the duty that turns what changed in the store into what readers get.
//!
//! It takes no input. Each run asks the store what is newer than what is published, renders the
//! pages that tell something else, and swaps them in; once a minute it renders every page again,
//! for what time alone changes. A nudge only shortens the wait for the next run.
//!
//! A row that cannot be read keeps nothing else from being published. What it held last stays, where
//! there is such a thing, and it is read again once a minute.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use allclear_domain::check::Checked;
use allclear_domain::ids::{CheckId, ComponentId, StatusPageId};
use allclear_domain::status_page::Language;
use allclear_domain::{Check, Clock};
use allclear_statuspage::{Model, Snapshot};
use allclear_store::{BadRow, Store, StoreError};
use jiff::Timestamp;
use tokio::sync::{Mutex, Notify};

use crate::library::Library;
use crate::limits;
use crate::published::{Inventory, Published, PublishedStatusPage};
use crate::shown_times;

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
    /// When it was last read how long probes take.
    times_read_at: Option<Timestamp>,
    /// Status pages that are to be rendered: kept until they are shown.
    due: HashSet<StatusPageId>,
    /// Those of them that tell something else, beyond what time alone changes: kept until readers
    /// were told.
    changed: HashSet<StatusPageId>,
    /// Rows that could not be read.
    bad_rows: BTreeSet<BadRow>,
}

impl State {
    /// What the store holds, as far as it is known.
    fn inventory(&self) -> Inventory {
        let library = &self.library;
        let is_lost = |row: &BadRow| !row.id.parse().is_ok_and(|id| library.has_page(id));
        let has_unreadable_pages =
            self.bad_rows.iter().any(|row| row.is_status_page() && is_lost(row));
        // Where a page cannot be read, it may be the one that `/` shows. Another publisher's page in
        // its place would be a lie.
        let default =
            library.default_page().filter(|page| page.is_default || !has_unreadable_pages);
        Inventory {
            revision: library.revision(),
            status_pages: library.pages().into_iter().map(|page| page.id).collect(),
            default: default.map(|page| page.id),
            has_unreadable_pages,
            bad_rows: self.bad_rows.len(),
        }
    }

    /// Takes in what could not be read, of everything or of what changed, and logs what is new.
    fn note_bad_rows(&mut self, found: Vec<BadRow>, since: i64) {
        let found: BTreeSet<BadRow> = found.into_iter().collect();
        let new: Vec<&BadRow> = found.difference(&self.bad_rows).collect();
        for row in new.iter().take(limits::BAD_ROWS_LOGGED_MAX) {
            tracing::error!(
                row.table = row.table, row.id = %row.id, problem = %row.problem,
                "a row cannot be read; everything else is published"
            );
        }
        let more = new.len().saturating_sub(limits::BAD_ROWS_LOGGED_MAX);
        if more > 0 {
            tracing::error!(rows = more, "more rows cannot be read; `allclear doctor` lists them");
        }
        if since > 0 {
            let is_same = |a: &BadRow, b: &BadRow| (a.table, &a.id) == (b.table, &b.id);
            self.bad_rows.retain(|row| !found.iter().any(|found| is_same(row, found)));
            self.bad_rows.extend(found);
            return;
        }
        let readable = self.bad_rows.difference(&found).count();
        if readable > 0 {
            tracing::info!(rows = readable, "rows can be read again");
        }
        self.bad_rows = found;
    }
}

/// What one run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Status pages rendered again.
    pub rendered: usize,
    /// Status pages that could not be rendered, by slug, with the reason; they stay as they were.
    pub failed: Vec<(String, String)>,
    /// Rows that could not be read, and are left out.
    pub bad_rows: usize,
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
            tracing::warn!(
                from = state.library.revision(),
                to = revision,
                "the database was set back; everything is read anew"
            );
            *state = State::default();
        }
        let minute = now.as_second().div_euclid(60);
        let is_next_minute = state.minute.is_some_and(|rendered| rendered != minute);
        let known = state.library.revision();
        // Whoever puts a row right by hand gives it no new revision.
        let since = if is_next_minute && !state.bad_rows.is_empty() { 0 } else { known };
        if revision != since {
            let mut changes = self.store.changes_since(since).await?;
            state.note_bad_rows(std::mem::take(&mut changes.bad_rows), since);
            let changed = state.library.take_in(changes);
            state.due.extend(changed.iter().copied());
            state.changed.extend(changed);
        }
        if state.minute != Some(minute) {
            let checks = self.store.list_readable_checks().await?.checks;
            state.library.note_checked(self.checked(&checks, now).await?);
            if shown_times::is_due(state.times_read_at, now) {
                state.times_read_at = Some(now);
                state.library.note_times(shown_times::read(&self.store, &checks, now).await?);
            }
        }
        if is_next_minute {
            state.due.extend(state.library.pages().into_iter().map(|page| page.id));
        }
        state.minute = Some(minute);
        let report = self.publish(state, now).await;
        if report.is_complete {
            state.due.clear();
            state.changed.clear();
        }
        Ok(report)
    }

    /// Since when components were checked, of those that checks watch.
    async fn checked(
        &self,
        checks: &[Check],
        now: Timestamp,
    ) -> Result<HashMap<ComponentId, Checked>, StoreError> {
        let mut heard: HashMap<CheckId, Timestamp> = HashMap::new();
        for (id, judgment) in self.store.list_believed().await? {
            let Some(heard_at) = judgment.heard_at() else { continue };
            let latest = heard.entry(id).or_insert(heard_at);
            *latest = heard_at.max(*latest);
        }
        let mut checked: HashMap<ComponentId, Checked> = HashMap::new();
        for check in checks {
            let Some(one) = Checked::of(check, heard.get(&check.id).copied(), now) else {
                continue;
            };
            for affects in &check.affects {
                let all = checked.entry(affects.component_id).or_insert(one);
                *all = all.and(one);
            }
        }
        Ok(checked)
    }

    async fn publish(&self, state: &State, now: Timestamp) -> Report {
        let library = &state.library;
        let due = state.due.iter();
        let snapshots = due
            .filter_map(|id| Some((library.snapshot(*id)?, library.cookie_key(*id).cloned())))
            .collect::<Vec<(Snapshot, Option<String>)>>();
        let inventory = state.inventory();
        let (revision, bad_rows) = (inventory.revision, inventory.bad_rows);
        let (published, changed) = (self.published.clone(), state.changed.clone());
        if snapshots.is_empty() {
            if published.inventory() != inventory {
                published.show(&[], &inventory);
            }
            return Report { revision, bad_rows, is_complete: true, ..Report::default() };
        }
        let rendering = tokio::task::spawn_blocking(move || {
            let mut failed = Vec::new();
            let mut pages = Vec::new();
            let mut stale = Vec::new();
            for (snapshot, cookie_key) in snapshots {
                let page = snapshot.page.clone();
                match Model::build(Arc::new(snapshot), now) {
                    Ok(model) => {
                        let page = PublishedStatusPage::of(Arc::new(model));
                        pages.push(Arc::new(page.opened_with(cookie_key)));
                    }
                    Err(problem) => {
                        // It stays as it was, but not open to whom it is closed now.
                        let former = published.of_id(page.id);
                        stale.extend(former.map(|former| former.locked_as(&page, cookie_key)));
                        failed.push((page.slug.to_string(), problem.to_string()));
                    }
                }
            }
            published.show(&stale.into_iter().map(Arc::new).collect::<Vec<_>>(), &inventory);
            // The publisher's own language first: readers must not wait for the others.
            published.show(&pages, &inventory);
            let all = pages.iter().map(|page| Arc::new(page.and_in(Language::ALL)));
            published.show(&all.collect::<Vec<_>>(), &inventory);
            // Only now, as whoever is told asks at once, in a language of their own.
            for page in pages.iter().map(|page| page.status_page()) {
                if changed.contains(&page.id) {
                    published.live().tell(page, now, revision);
                }
            }
            Report { rendered: pages.len(), failed, bad_rows, revision, is_complete: true }
        });
        rendering.await.unwrap_or_else(|error| {
            tracing::error!(%error, "rendering broke off; the pages stay as they are");
            Report { revision, bad_rows, ..Report::default() }
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
