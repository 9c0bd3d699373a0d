//! Published status pages: ready bytes behind an atomic swap.

mod directory;
mod places;
mod status_page;

use std::collections::HashMap;
use std::sync::Arc;

use allclear_domain::ids::StatusPageId;
use allclear_domain::status_page::Language;
use allclear_statuspage::{Absence, Closed, Route, render_absence, render_closed};
use arc_swap::ArcSwap;

use self::directory::Directory;
use self::places::Places;
use crate::limits;
use crate::live::Live;
use crate::prepared::Prepared;

pub use self::directory::Inventory;
pub use self::places::Overloaded;
pub use self::status_page::PublishedStatusPage;

/// What readers get now. Cheap to clone; all clones see the same swap.
#[derive(Clone)]
pub struct Published {
    directory: Arc<ArcSwap<Directory>>,
    renderings: Places,
    searches: Places,
    absences: Arc<HashMap<(Absence, Language), Prepared>>,
    closed: Arc<HashMap<(Closed, Language), Prepared>>,
    live: Live,
}

impl Published {
    /// Nothing yet.
    #[must_use]
    pub fn empty() -> Self {
        let absences = Absence::ALL.into_iter().flat_map(|absence| {
            Language::ALL.map(|language| {
                let prepared = Prepared::of(render_absence(absence, language), Some(language));
                ((absence, language), prepared)
            })
        });
        let closed = Closed::ALL.into_iter().flat_map(|closed| {
            Language::ALL.map(|language| {
                let prepared = Prepared::of(render_closed(closed, language), Some(language));
                ((closed, language), prepared)
            })
        });
        Self {
            directory: Arc::default(),
            renderings: Places::new(limits::RENDERINGS_MAX, limits::RENDERINGS_WAITING_MAX),
            searches: Places::new(limits::SEARCHES_MAX, limits::SEARCHES_WAITING_MAX),
            absences: Arc::new(absences.collect()),
            closed: Arc::new(closed.collect()),
            live: Live::with_room(limits::EVENT_READERS_MAX),
        }
    }

    /// What the store held when this was published.
    #[must_use]
    pub fn inventory(&self) -> Inventory {
        self.directory.load().inventory().clone()
    }

    /// All status pages, by slug.
    #[must_use]
    pub fn status_pages(&self) -> Vec<Arc<PublishedStatusPage>> {
        self.directory.load().pages().cloned().collect()
    }

    /// The page that `/` shows on hosts that have none of their own.
    #[must_use]
    pub fn default_page(&self) -> Option<Arc<PublishedStatusPage>> {
        self.directory.load().default().cloned()
    }

    /// Whether there is anything that readers can see.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.directory.load().pages().next().is_none()
    }

    /// The page of a host name, else the default page.
    #[must_use]
    pub fn of_host(&self, host: &str) -> Option<Arc<PublishedStatusPage>> {
        self.directory.load().of_host(host).cloned()
    }

    /// The page of a slug.
    #[must_use]
    pub fn of_slug(&self, slug: &str) -> Option<Arc<PublishedStatusPage>> {
        self.directory.load().of_slug(slug).cloned()
    }

    /// The page of an id.
    pub(crate) fn of_id(&self, id: StatusPageId) -> Option<Arc<PublishedStatusPage>> {
        let directory = self.directory.load();
        directory.pages().find(|page| page.status_page().id == id).cloned()
    }

    /// Why there is no status page where one is asked for; `None` where all that there are are
    /// shown, so that the address is wrong.
    #[must_use]
    pub fn absence(&self) -> Option<Absence> {
        let directory = self.directory.load();
        if directory.lacks_pages() {
            Some(Absence::CannotBeShown)
        } else {
            directory.pages().next().is_none().then_some(Absence::NothingYet)
        }
    }

    /// What stands in for a status page that is absent.
    #[must_use]
    pub fn stand_in(&self, absence: Absence, language: Language) -> Prepared {
        let prepared = self.absences.get(&(absence, language)).cloned();
        prepared.unwrap_or_else(|| Prepared::of(render_absence(absence, language), Some(language)))
    }

    /// What stands before a protected status page.
    #[must_use]
    pub fn form(&self, closed: Closed, language: Language) -> Prepared {
        let prepared = self.closed.get(&(closed, language)).cloned();
        prepared.unwrap_or_else(|| Prepared::of(render_closed(closed, language), Some(language)))
    }

    /// Shows these pages from now on. Others stay as they are, as long as the store has them.
    pub(crate) fn show(&self, pages: &[Arc<PublishedStatusPage>], inventory: &Inventory) {
        let former = self.directory.load();
        let locked_anew = former.locked_anew(pages);
        self.directory.store(Arc::new(former.with(pages, inventory)));
        self.live.keep(&inventory.status_pages);
        // Whoever was let in by a former password hears nothing more.
        self.live.end(&locked_anew);
    }

    /// Who is told when pages change.
    pub(crate) const fn live(&self) -> &Live {
        &self.live
    }

    /// A page below a page's base, rendered where it is not in the cache.
    ///
    /// # Errors
    /// [`Overloaded`] where too many readers wait already.
    pub async fn find(
        &self,
        page: Arc<PublishedStatusPage>,
        route: Option<Route>,
        language: Language,
    ) -> Result<Prepared, Overloaded> {
        let Some(route) = route else { return Ok(page.not_found(language)) };
        if let Some(ready) = page.cached(&route, language) {
            return Ok(ready);
        }
        // A search costs the most and is never kept: whoever floods us with searches waits with
        // the other searchers, and not with those who follow a link.
        let places = match route {
            Route::Search { .. } => &self.searches,
            _ => &self.renderings,
        };
        let place = places.take().await?;
        let rendering = tokio::task::spawn_blocking(move || {
            let prepared = page.rendered(route, language);
            drop(place);
            prepared
        });
        rendering.await.map_err(|_| Overloaded)
    }
}

#[cfg(test)]
mod tests;
