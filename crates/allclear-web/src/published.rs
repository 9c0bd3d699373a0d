//! Published pages: ready bytes behind an atomic swap.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use allclear_domain::status_page::Language;
use allclear_statuspage::assets::Asset;
use allclear_statuspage::{Model, Ready, Route, render, render_not_found};
use arc_swap::ArcSwap;
use axum::http::HeaderValue;
use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::limits;

/// What readers get now. Cheap to clone; all clones see the same swap.
#[derive(Clone)]
pub struct Published {
    directory: Arc<ArcSwap<Directory>>,
    renderings: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// All pages of an installation, at one moment.
#[derive(Clone, Default)]
pub struct Directory {
    by_slug: BTreeMap<String, Arc<PublishedStatusPage>>,
    by_host: HashMap<String, Arc<PublishedStatusPage>>,
    default: Option<Arc<PublishedStatusPage>>,
    revision: i64,
}

/// One page: its first views ready, everything else from its own bounded cache.
pub struct PublishedStatusPage {
    model: Arc<Model>,
    first_views: HashMap<Language, Prepared>,
    cache: Mutex<Cache>,
}

/// Bytes with the headers that never change for them.
#[derive(Clone)]
pub struct Prepared {
    /// Status code.
    pub status: u16,
    /// `Content-Type`
    pub content_type: HeaderValue,
    /// `ETag`, weak: the same for every encoding.
    pub etag: HeaderValue,
    /// `Content-Language`, where there is one.
    pub language: Option<HeaderValue>,
    /// The bytes as they are.
    pub identity: Bytes,
    /// The bytes, compressed, where that saves anything.
    pub gzip: Option<Bytes>,
}

impl Prepared {
    /// Prepares what was rendered.
    #[must_use]
    pub fn of(ready: Ready, language: Option<Language>) -> Self {
        let gzip = Bytes::from(ready.gzip);
        let etag = HeaderValue::from_str(&format!("W/{}", ready.etag));
        Self {
            status: ready.status,
            content_type: HeaderValue::from_static(ready.content_type),
            etag: etag.unwrap_or(HeaderValue::from_static("W/\"0\"")),
            language: language.map(|language| HeaderValue::from_static(language.tag())),
            identity: ready.identity.into(),
            gzip: (!gzip.is_empty()).then_some(gzip),
        }
    }
}

impl Prepared {
    /// Prepares a file that never changes.
    #[must_use]
    pub fn of_asset(asset: &'static Asset) -> Self {
        let etag = HeaderValue::from_str(&format!("W/{}", asset.etag));
        Self {
            status: 200,
            content_type: HeaderValue::from_static(asset.content_type),
            etag: etag.unwrap_or(HeaderValue::from_static("W/\"0\"")),
            language: None,
            identity: Bytes::from_static(&asset.identity),
            gzip: (!asset.gzip.is_empty()).then(|| Bytes::from_static(&asset.gzip)),
        }
    }

    /// Bytes that it takes.
    fn size(&self) -> usize {
        self.identity.len() + self.gzip.as_ref().map_or(0, Bytes::len)
    }
}

#[derive(Default)]
struct Cache {
    entries: HashMap<(Route, Language), Prepared>,
    order: VecDeque<(Route, Language)>,
    bytes: usize,
}

impl Cache {
    fn insert(&mut self, key: (Route, Language), prepared: Prepared) {
        let size = prepared.size();
        if self.entries.contains_key(&key) || size > limits::CACHE_BYTES_MAX {
            return;
        }
        while self.bytes + size > limits::CACHE_BYTES_MAX {
            let Some(oldest) = self.order.pop_front() else {
                break;
            };
            if let Some(gone) = self.entries.remove(&oldest) {
                self.bytes -= gone.size();
            }
        }
        self.bytes += size;
        self.order.push_back(key.clone());
        self.entries.insert(key, prepared);
    }
}

/// Too many readers wait for a rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overloaded;

impl Published {
    /// Nothing yet.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            directory: Arc::new(ArcSwap::from_pointee(Directory::default())),
            renderings: Arc::new(Semaphore::new(limits::RENDERINGS_MAX)),
            waiting: Arc::new(Semaphore::new(limits::RENDERINGS_WAITING_MAX)),
        }
    }

    /// The revision that readers see; 0 before the first.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.directory.load().revision
    }

    /// The page of a host name, else the default page.
    #[must_use]
    pub fn of_host(&self, host: &str) -> Option<Arc<PublishedStatusPage>> {
        let pages = self.directory.load();
        let by_host =
            if pages.by_host.is_empty() { None } else { pages.by_host.get(&host_name(host)) };
        by_host.or(pages.default.as_ref()).cloned()
    }

    /// The page of a slug.
    #[must_use]
    pub fn of_slug(&self, slug: &str) -> Option<Arc<PublishedStatusPage>> {
        self.directory.load().by_slug.get(slug).cloned()
    }

    /// Shows these pages from now on; pages that are not among them stay as they are.
    pub(crate) fn show(&self, pages: &[Arc<PublishedStatusPage>], revision: i64) {
        let mut next = Directory::clone(&self.directory.load());
        for page in pages {
            let id = page.model.page().id;
            next.by_slug.retain(|_, other| other.model.page().id != id);
            next.by_slug.insert(page.model.page().slug.to_string(), page.clone());
        }
        self.directory.store(Arc::new(next.indexed(revision)));
    }

    /// Shows these pages and no others.
    pub(crate) fn show_only(&self, pages: &[Arc<PublishedStatusPage>], revision: i64) {
        let by_slug = pages.iter().map(|page| (page.model.page().slug.to_string(), page.clone()));
        let next = Directory { by_slug: by_slug.collect(), ..Directory::default() };
        self.directory.store(Arc::new(next.indexed(revision)));
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
        if let Some(ready) = route.as_ref().and_then(|route| page.cached(route, language)) {
            return Ok(ready);
        }
        // Both permits end with whoever holds them, also where a reader hangs up while waiting.
        let waiting = self.waiting.clone().try_acquire_owned().map_err(|_| Overloaded)?;
        let place = self.renderings.clone().acquire_owned().await.map_err(|_| Overloaded)?;
        drop(waiting);
        let rendering = tokio::task::spawn_blocking(move || {
            let prepared = page.rendered(route, language);
            drop(place);
            prepared
        });
        rendering.await.map_err(|_| Overloaded)
    }
}

impl Directory {
    /// Finds the default page and the pages of host names again. Where two claim one name, the
    /// first by slug has it, so that it never depends on chance.
    fn indexed(mut self, revision: i64) -> Self {
        self.by_host.clear();
        for page in self.by_slug.values().rev() {
            for host in &page.model.page().host_names {
                self.by_host.insert(host_name(host), page.clone());
            }
        }
        let default = self.by_slug.values().find(|page| page.model.page().is_default);
        self.default = default.or_else(|| self.by_slug.values().next()).cloned();
        self.revision = revision;
        self
    }
}

/// A host name as it is looked up: without port, brackets or the last dot, in lower case.
fn host_name(host: &str) -> String {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.split(':').next().unwrap_or(host),
    };
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

impl PublishedStatusPage {
    /// A page whose first view is ready in its publisher's language alone.
    #[must_use]
    pub fn of(model: Arc<Model>) -> Self {
        let page = Self { model, first_views: HashMap::new(), cache: Mutex::default() };
        let own = page.language();
        page.and_in([own])
    }

    /// The same page with its first view ready in these languages too.
    #[must_use]
    pub fn and_in(&self, languages: impl IntoIterator<Item = Language>) -> Self {
        let mut first_views = self.first_views.clone();
        for language in languages {
            if !first_views.contains_key(&language)
                && let Some(ready) = render(&self.model, &Route::Now, language)
            {
                first_views.insert(language, Prepared::of(ready, Some(language)));
            }
        }
        Self { model: self.model.clone(), first_views, cache: Mutex::default() }
    }

    /// The language of its publisher.
    #[must_use]
    pub fn language(&self) -> Language {
        self.model.page().language
    }

    /// The first view, where it is ready in that language.
    #[must_use]
    pub fn first_view(&self, language: Language) -> Option<&Prepared> {
        self.first_views.get(&language)
    }

    fn cached(&self, route: &Route, language: Language) -> Option<Prepared> {
        if *route == Route::Now {
            return self.first_view(language).cloned();
        }
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.entries.get(&(route.clone(), language)).cloned()
    }

    fn rendered(&self, route: Option<Route>, language: Language) -> Prepared {
        let found = route.and_then(|route| Some((render(&self.model, &route, language)?, route)));
        let Some((ready, route)) = found else {
            return Prepared::of(render_not_found(Some(&self.model), language), Some(language));
        };
        let prepared = Prepared::of(ready, Some(language));
        if !matches!(route, Route::Search { .. }) {
            let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            cache.insert((route, language), prepared.clone());
        }
        prepared
    }
}

#[cfg(test)]
mod tests;
