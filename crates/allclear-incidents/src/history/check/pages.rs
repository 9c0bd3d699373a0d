//! What holds between status pages, and between the components of one.

use std::collections::{BTreeMap, HashMap, HashSet};

use allclear_domain::ids::StatusPageId;
use allclear_domain::{Component, StatusPage, limits, tree};

use super::items::{Item, Noun};
use super::{Findings, Installation};
use crate::history::batch::Batch;

/// Refuses what pages may not have alike, and trees that are none.
pub(super) fn check(
    items: &[Item<'_>],
    batches: &[Batch],
    there: &Installation,
    findings: &mut Findings,
) {
    let new: Vec<(&Item<'_>, &StatusPage)> = items
        .iter()
        .filter_map(|item| match item.noun {
            Noun::Page(page) => Some((item, page)),
            _ => None,
        })
        .collect();
    if !new.is_empty() {
        check_pages(&new, there, findings);
    }
    check_trees(items, batches, there, findings);
}

fn check_pages(new: &[(&Item<'_>, &StatusPage)], there: &Installation, findings: &mut Findings) {
    let count = there.pages.len() + new.len();
    if count > limits::STATUS_PAGES_MAX {
        let max = limits::STATUS_PAGES_MAX;
        findings.add("pages", format!("{count} are too many: one installation has {max} at most"));
    }
    let mut slugs: HashSet<_> = there.pages.iter().map(|page| &page.slug).collect();
    let mut hosts: HashMap<&str, &StatusPage> = HashMap::new();
    for page in &there.pages {
        hosts.extend(page.host_names.iter().map(|name| (name.as_str(), page)));
    }
    let mut default = there.pages.iter().find(|page| page.is_default);
    for (item, page) in new {
        if !slugs.insert(&page.slug) {
            let problem = format!("`{}` is that of another page: name one with --page", page.slug);
            findings.add_to(item, "slug", problem);
        }
        for (place, name) in page.host_names.iter().enumerate() {
            if let Some(other) = hosts.insert(name, page) {
                let problem = format!("{name} shows the page `{}`: take it from one", other.slug);
                findings.add_to(item, &format!("host_names[{place}]"), problem);
            }
        }
        if page.is_default
            && let Some(other) = default.replace(page)
        {
            let problem = format!("the page `{}` is the default one already", other.slug);
            findings.add_to(item, "is_default", problem);
        }
    }
    if default.is_none() {
        findings.add("is_default", "no page is the default one, which `/` shows: mark one of them");
    }
}

fn check_trees(
    items: &[Item<'_>],
    batches: &[Batch],
    there: &Installation,
    findings: &mut Findings,
) {
    let mut trees: BTreeMap<StatusPageId, Vec<Component>> = BTreeMap::new();
    for item in items {
        if let Noun::Component(component) = item.noun {
            trees.entry(item.batch.page.id).or_default().push(component.clone());
        }
    }
    for component in &there.components {
        if let Some(components) = trees.get_mut(&component.page_id) {
            components.push(component.clone());
        }
    }
    for (page_id, components) in trees {
        let slug = batches.iter().find(|batch| batch.page.id == page_id);
        let slug = slug.map_or("", |batch| batch.page.slug.as_str());
        if components.len() > limits::COMPONENTS_PER_PAGE_MAX {
            let (count, max) = (components.len(), limits::COMPONENTS_PER_PAGE_MAX);
            let problem = format!("{count} are too many: a page has {max} at most");
            findings.add(format!("page {slug}: components"), problem);
        }
        let mut keys = HashSet::new();
        for twice in components.iter().filter(|component| !keys.insert(&component.key)) {
            let problem = format!("the key `{}` stands twice: give each its own", twice.key);
            findings.add(format!("page {slug}: components"), problem);
        }
        if let Err(problem) = tree::in_order(&components) {
            findings.add(format!("page {slug}: components: {}", problem.field), problem.problem);
        }
    }
}
