//! The directory: which status page answers where, at one moment.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use allclear_domain::ids::StatusPageId;

use super::PublishedStatusPage;

/// What the store holds, as far as it can be read; a directory is measured by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The revision.
    pub revision: i64,
    /// All status pages that can be read, or could be when they were last read.
    pub status_pages: HashSet<StatusPageId>,
    /// The one that `/` shows. `None` where there is none, or where nobody can know.
    pub default: Option<StatusPageId>,
    /// Whether there are status pages of which nothing can be read.
    pub has_unreadable_pages: bool,
    /// Rows that cannot be read, of whatever table.
    pub bad_rows: usize,
}

/// All status pages of an installation, at one moment.
#[derive(Clone, Default)]
pub(super) struct Directory {
    by_slug: BTreeMap<String, Arc<PublishedStatusPage>>,
    by_host: HashMap<String, Arc<PublishedStatusPage>>,
    default: Option<Arc<PublishedStatusPage>>,
    inventory: Inventory,
}

impl Directory {
    /// The next directory: these pages as they are now, the others as they were, and none that is
    /// no longer there.
    pub(super) fn with(&self, pages: &[Arc<PublishedStatusPage>], inventory: &Inventory) -> Self {
        let mut by_id: BTreeMap<StatusPageId, _> =
            self.by_slug.values().map(|page| (page.status_page().id, page)).collect();
        by_id.extend(pages.iter().map(|page| (page.status_page().id, page)));
        by_id.retain(|id, _| inventory.status_pages.contains(id));
        let default = inventory.default.and_then(|id| by_id.get(&id).copied()).cloned();
        let by_slug: BTreeMap<String, _> = by_id
            .into_values()
            .map(|page| (page.status_page().slug.to_string(), page.clone()))
            .collect();
        // Where two claim one name, the first by slug has it, so that it never depends on chance.
        let claims = by_slug.values().rev().flat_map(|page| {
            page.status_page().host_names.iter().map(|host| (host_name(host), page.clone()))
        });
        Self { by_host: claims.collect(), by_slug, default, inventory: inventory.clone() }
    }

    /// Those of the pages that opened differently until now.
    pub(super) fn locked_anew(&self, pages: &[Arc<PublishedStatusPage>]) -> Vec<StatusPageId> {
        let is_anew = |page: &&Arc<PublishedStatusPage>| {
            let mut all = self.by_slug.values();
            let former = all.find(|former| former.status_page().id == page.status_page().id);
            former.is_some_and(|former| !former.is_locked_as(page))
        };
        pages.iter().filter(is_anew).map(|page| page.status_page().id).collect()
    }

    /// What it was measured by.
    pub(super) const fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// The page of a host name, else the default page.
    pub(super) fn of_host(&self, host: &str) -> Option<&Arc<PublishedStatusPage>> {
        let by_host =
            if self.by_host.is_empty() { None } else { self.by_host.get(&host_name(host)) };
        by_host.or(self.default.as_ref())
    }

    /// The page of a slug.
    pub(super) fn of_slug(&self, slug: &str) -> Option<&Arc<PublishedStatusPage>> {
        self.by_slug.get(slug)
    }

    /// All pages, by slug.
    pub(super) fn pages(&self) -> impl Iterator<Item = &Arc<PublishedStatusPage>> {
        self.by_slug.values()
    }

    /// The page that `/` shows.
    pub(super) const fn default(&self) -> Option<&Arc<PublishedStatusPage>> {
        self.default.as_ref()
    }

    /// Whether it lacks a page that the store holds.
    pub(super) fn lacks_pages(&self) -> bool {
        self.inventory.has_unreadable_pages
            || self.by_slug.len() < self.inventory.status_pages.len()
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
