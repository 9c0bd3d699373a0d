//! Names: which page and which component a key stands for, among what is there and what is declared.

use std::collections::HashMap;

use allclear_domain::Change;
use allclear_domain::ids::{ComponentId, StatusPageId};
use allclear_domain::text::Key;

use crate::declared::{Declarations, Declared};
use crate::error::Problem;
use crate::present::Present;

/// Keys and what they stand for.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pages: HashMap<Key, StatusPageId>,
    components: HashMap<(StatusPageId, Key), ComponentId>,
    slugs: HashMap<StatusPageId, Key>,
    keys: HashMap<ComponentId, (StatusPageId, Key)>,
    /// The pages that are declared, with their files.
    declared: Vec<(String, StatusPageId)>,
    /// The page that is the default once everything is applied.
    pub(crate) default: Option<StatusPageId>,
}

impl Names {
    /// The names of everything, with new ids for what is new.
    pub(crate) fn of(all: &Declarations, present: &Present, change: Change<'_>) -> Self {
        let mut names = Self::default();
        for page in &present.pages {
            names.add_page(page.slug.clone(), page.id);
        }
        for page in &all.pages {
            let known = names.page(&page.value.key);
            let id = known.unwrap_or_else(|| change.entropy.id(change.now));
            names.add_page(page.value.key.clone(), id);
            names.declared.push((page.file.clone(), id));
        }
        let claimed = all.pages.iter().find(|page| page.value.default).map(|page| &page.value.key);
        let first = all.pages.first().map(|page| &page.value.key);
        let there = present.pages.iter().find(|page| page.is_default).map(|page| page.id);
        let of = |key: Option<&Key>| key.and_then(|key| names.pages.get(key)).copied();
        names.default = of(claimed).or(there).or(of(first));
        for component in &present.components {
            names.add_component(component.page_id, component.key.clone(), component.id);
        }
        for one in &all.components {
            // Where its page is not known, that is told when it is decided on.
            let Ok(page_id) = names.page_of(one, one.value.status_page.as_ref()) else { continue };
            let key = (page_id, one.value.key.clone());
            if !names.components.contains_key(&key) {
                names.add_component(page_id, key.1, change.entropy.id(change.now));
            }
        }
        names
    }

    fn add_page(&mut self, slug: Key, id: StatusPageId) {
        self.slugs.insert(id, slug.clone());
        self.pages.insert(slug, id);
    }

    fn add_component(&mut self, page_id: StatusPageId, key: Key, id: ComponentId) {
        self.keys.insert(id, (page_id, key.clone()));
        self.components.insert((page_id, key), id);
    }

    /// The id of a page that is there or declared.
    pub(crate) fn page(&self, slug: &Key) -> Option<StatusPageId> {
        self.pages.get(slug).copied()
    }

    /// The page that something is for: the one that it names, else the only one of its file, of all
    /// files, or, where none is declared, the only one that is there. It never depends on which one
    /// is the default: that may change, and what is declared may not wander with it.
    pub(crate) fn page_of<T>(
        &self,
        one: &Declared<T>,
        named: Option<&Key>,
    ) -> Result<StatusPageId, Problem> {
        match named {
            Some(slug) => self.page(slug).ok_or_else(|| {
                let text = format!("there is no status page `{slug}`: declare it, or name another");
                one.problem_of("status_page", text)
            }),
            None => self.only_page(&one.file).ok_or_else(|| match self.pages.len() {
                0 => one.problem("there is no status page: declare one with [[status_page]]"),
                _ => one.problem("there are several status pages: name one with status_page"),
            }),
        }
    }

    fn only_page(&self, file: &str) -> Option<StatusPageId> {
        let of_file: Vec<_> = self.declared.iter().filter(|(name, _)| name == file).collect();
        match (of_file.as_slice(), self.declared.as_slice()) {
            ([(_, id)], _) | ([], [(_, id)]) => Some(*id),
            ([], []) if self.pages.len() == 1 => self.pages.values().next().copied(),
            _ => None,
        }
    }

    /// A component of a page.
    pub(crate) fn component<T>(
        &self,
        one: &Declared<T>,
        field: &str,
        page_id: StatusPageId,
        key: &Key,
    ) -> Result<ComponentId, Problem> {
        let found = self.components.get(&(page_id, key.clone())).copied();
        found.ok_or_else(|| {
            let page = self.slug(page_id);
            let text = format!(
                "there is no component `{key}` on the status page `{page}`: declare it, or name \
                 another"
            );
            one.problem_of(field, text)
        })
    }

    /// A component by `key`, of the page itself, or by `page/key`, of any page.
    pub(crate) fn component_anywhere<T>(
        &self,
        one: &Declared<T>,
        own: StatusPageId,
        text: &str,
    ) -> Result<ComponentId, Problem> {
        let bad = |problem: String| one.problem_of("components", problem);
        let (page_id, key) = match text.split_once('/') {
            Some((page, key)) => {
                let page = Key::new(page).map_err(|error| bad(error.problem))?;
                let missing = || bad(format!("there is no status page `{page}`: name another"));
                (self.page(&page).ok_or_else(missing)?, key)
            }
            None => (own, text),
        };
        let key = Key::new(key).map_err(|error| bad(error.problem))?;
        self.component(one, "components", page_id, &key)
    }

    /// The key of a page.
    pub(crate) fn slug(&self, id: StatusPageId) -> String {
        self.slugs.get(&id).map_or_else(|| id.to_string(), Key::to_string)
    }

    /// The key of a component.
    pub(crate) fn key(&self, id: ComponentId) -> String {
        self.keys.get(&id).map_or_else(|| id.to_string(), |(_, key)| key.to_string())
    }

    /// The key of a component, with its page.
    pub(crate) fn full_key(&self, id: ComponentId) -> String {
        match self.keys.get(&id) {
            Some((page_id, key)) => format!("{}/{key}", self.slug(*page_id)),
            None => id.to_string(),
        }
    }
}
