//! One published status page: what is ready, and a bounded cache of the rest.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use allclear_domain::ids::ComponentId;
use allclear_domain::status_page::Language;
use allclear_domain::{ComponentStatus, StatusPage};
use allclear_people::readers;
use allclear_statuspage::{Model, Route, render, render_not_found};
use jiff::Timestamp;

use crate::limits;
use crate::prepared::Prepared;

/// One page: its first views ready, everything else from its own bounded cache.
pub struct PublishedStatusPage {
    model: Arc<Model>,
    first_views: HashMap<Language, Prepared>,
    /// What stands at every address where nothing stands; made once, when first asked for.
    not_found: HashMap<Language, OnceLock<Prepared>>,
    cache: Mutex<Cache>,
    lock: Lock,
}

/// What a page is closed with.
#[derive(Clone, PartialEq, Eq)]
struct Lock {
    is_protected: bool,
    /// What readers' cookies are signed with. A protected page without it opens to none of them.
    cookie_key: Option<String>,
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

impl PublishedStatusPage {
    /// A page whose first view is ready in its publisher's language alone.
    #[must_use]
    pub fn of(model: Arc<Model>) -> Self {
        let lock = Lock { is_protected: model.page().is_protected(), cookie_key: None };
        let page = Self::with(model, HashMap::new(), lock);
        let own = page.language();
        page.and_in([own])
    }

    /// The same page, with the key that readers' cookies are signed with.
    #[must_use]
    pub fn opened_with(mut self, cookie_key: Option<String>) -> Self {
        self.lock.cookie_key = cookie_key;
        self
    }

    /// The same page as it was rendered, closed or opened as the page is set now.
    pub(crate) fn locked_as(&self, page: &StatusPage, cookie_key: Option<String>) -> Self {
        let lock = Lock { is_protected: page.is_protected(), cookie_key };
        Self::with(self.model.clone(), self.first_views.clone(), lock)
    }

    /// Whether readers need a password.
    #[must_use]
    pub const fn is_protected(&self) -> bool {
        self.lock.is_protected
    }

    /// Whether what a reader presents opens it.
    pub(crate) fn opens_to(&self, presented: &str, now: Timestamp) -> bool {
        let key = self.lock.cookie_key.as_ref();
        key.is_some_and(|key| readers::is_pass(key, self.status_page().id, presented, now))
    }

    /// Whether it opens as another one does: to everybody, or to the same passes.
    pub(super) fn is_locked_as(&self, other: &Self) -> bool {
        self.lock == other.lock
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
        Self::with(self.model.clone(), first_views, self.lock.clone())
    }

    fn with(model: Arc<Model>, first_views: HashMap<Language, Prepared>, lock: Lock) -> Self {
        let not_found = Language::ALL.map(|language| (language, OnceLock::new()));
        let not_found = HashMap::from(not_found);
        Self { model, first_views, not_found, cache: Mutex::default(), lock }
    }

    /// What is known of the page itself.
    #[must_use]
    pub fn status_page(&self) -> &StatusPage {
        self.model.page()
    }

    /// The present status of every component that it shows, parts included.
    pub fn component_statuses(&self) -> impl Iterator<Item = (ComponentId, ComponentStatus)> {
        self.model.component_statuses()
    }

    /// The language of its publisher.
    #[must_use]
    pub fn language(&self) -> Language {
        self.status_page().language
    }

    /// The first view, where it is ready in that language.
    #[must_use]
    pub fn first_view(&self, language: Language) -> Option<&Prepared> {
        self.first_views.get(&language)
    }

    /// What says that nothing stands at an address.
    #[must_use]
    pub fn not_found(&self, language: Language) -> Prepared {
        let make = || Prepared::of(render_not_found(&self.model, language), Some(language));
        match self.not_found.get(&language) {
            Some(prepared) => prepared.get_or_init(make).clone(),
            None => make(),
        }
    }

    /// What is there without rendering.
    pub(super) fn cached(&self, route: &Route, language: Language) -> Option<Prepared> {
        if *route == Route::Now {
            return self.first_view(language).cloned();
        }
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.entries.get(&(route.clone(), language)).cloned()
    }

    /// Renders, and keeps what others may ask for as well.
    pub(super) fn rendered(&self, route: Route, language: Language) -> Prepared {
        let Some(ready) = render(&self.model, &route, language) else {
            return self.not_found(language);
        };
        let prepared = Prepared::of(ready, Some(language));
        if !matches!(route, Route::Search { .. }) {
            let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            cache.insert((route, language), prepared.clone());
        }
        prepared
    }
}
