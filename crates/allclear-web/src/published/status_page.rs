//! One published status page: what is ready, and a bounded cache of the rest.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use allclear_domain::ids::ComponentId;
use allclear_domain::status_page::Language;
use allclear_domain::{ComponentStatus, StatusPage};
use allclear_statuspage::{Model, Route, render, render_not_found};

use crate::limits;
use crate::prepared::Prepared;

/// One page: its first views ready, everything else from its own bounded cache.
pub struct PublishedStatusPage {
    model: Arc<Model>,
    first_views: HashMap<Language, Prepared>,
    /// What stands at every address where nothing stands; made once, when first asked for.
    not_found: HashMap<Language, OnceLock<Prepared>>,
    cache: Mutex<Cache>,
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
        let page = Self::with(model, HashMap::new());
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
        Self::with(self.model.clone(), first_views)
    }

    fn with(model: Arc<Model>, first_views: HashMap<Language, Prepared>) -> Self {
        let not_found = Language::ALL.map(|language| (language, OnceLock::new()));
        Self { model, first_views, not_found: HashMap::from(not_found), cache: Mutex::default() }
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
