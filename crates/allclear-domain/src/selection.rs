//! The selection of a page that shows chosen components: which records of other pages it tells, and how.
//!
//! Such a page may show a part of a group without the group. What is said of the group is then told
//! of the parts that are shown, by the rule of [`Forest`].

use std::collections::HashSet;
use std::sync::Arc;

use crate::forest::Forest;
use crate::ids::{ComponentId, StatusPageId};
use crate::posted::{Posted, StatusChange};
use crate::record::{Affected, OutageRecord, Target};
use crate::{Incident, Maintenance};

/// The components that a page shows, and those that they are parts of.
#[derive(Debug)]
pub struct Selection<'a> {
    forest: &'a Forest,
    page_id: StatusPageId,
    shown: HashSet<ComponentId>,
    /// Components with a part that is shown, without those that are shown themselves.
    above: HashSet<ComponentId>,
}

impl<'a> Selection<'a> {
    /// The selection of a page that shows these components, with their parts. `forest` is that of all
    /// pages.
    #[must_use]
    pub fn new(forest: &'a Forest, page_id: StatusPageId, chosen: &[ComponentId]) -> Self {
        let mut shown: HashSet<ComponentId> = chosen.iter().copied().collect();
        shown.extend(chosen.iter().flat_map(|id| forest.parts(*id)));
        let above = chosen.iter().flat_map(|id| forest.above(*id));
        let above = above.filter(|id| !shown.contains(id)).collect();
        Self { forest, page_id, shown, above }
    }

    /// The components that the page shows, in no order.
    #[must_use]
    pub fn into_shown(self) -> HashSet<ComponentId> {
        self.shown
    }

    /// An incident as this page tells it; shared where it names no hidden group. `None` where it
    /// neither belongs to this page nor says anything of a component that is shown.
    #[must_use]
    pub fn incident(&self, told: &Arc<Incident>) -> Option<Arc<Incident>> {
        if !self.tells(&told.record, &told.updates, told.page_id) {
            return None;
        }
        if !self.names_hidden(&told.record, &told.updates) {
            return Some(Arc::clone(told));
        }
        let mut incident = Incident::clone(told);
        self.retell(&mut incident.record, &mut incident.updates);
        Some(Arc::new(incident))
    }

    /// A maintenance window as this page tells it, as with [`Selection::incident`].
    #[must_use]
    pub fn maintenance(&self, told: &Arc<Maintenance>) -> Option<Arc<Maintenance>> {
        if !self.tells(&told.record, &told.updates, told.page_id) {
            return None;
        }
        if !self.names_hidden(&told.record, &told.updates) {
            return Some(Arc::clone(told));
        }
        let mut window = Maintenance::clone(told);
        self.retell(&mut window.record, &mut window.updates);
        Some(Arc::new(window))
    }

    fn tells<S>(&self, record: &OutageRecord, updates: &[Posted<S>], of: StatusPageId) -> bool {
        let reaches = |id: ComponentId| self.shown.contains(&id) || self.above.contains(&id);
        let has_all = record.affected.iter().any(|affected| affected.target == Target::All);
        let mut of_it = self.shown.iter().filter(|id| self.forest.page_of(**id) == Some(of));
        of == self.page_id
            || record.affected.iter().filter_map(|a| a.target.component()).any(reaches)
            || updates.iter().flat_map(|u| &u.changes).any(|change| reaches(change.component_id))
            || has_all && of_it.any(|id| self.forest.opening_of(record, *id).is_some())
    }

    fn names_hidden<S>(&self, record: &OutageRecord, updates: &[Posted<S>]) -> bool {
        let affected = record.affected.iter().map(|affected| &affected.target);
        let targets = affected.chain(&record.except).chain(&record.not_affected);
        let changed = updates.iter().flat_map(|u| &u.changes).map(|change| change.component_id);
        targets.filter_map(Target::component).chain(changed).any(|id| self.above.contains(&id))
    }

    /// Puts the topmost parts that are shown in the place of each hidden group.
    fn retell<S>(&self, record: &mut OutageRecord, updates: &mut [Posted<S>]) {
        let affected = record.affected.iter().map(|affected| &affected.target);
        let named = affected.chain(&record.except).filter_map(Target::component).collect();
        let targets = |target: Target| match target.component() {
            Some(id) => self.instead(id, &named).into_iter().map(Target::Component).collect(),
            None => vec![target],
        };
        record.affected = std::mem::take(&mut record.affected)
            .into_iter()
            .flat_map(|Affected { target, status }| {
                targets(target).into_iter().map(move |target| Affected { target, status })
            })
            .collect();
        record.except = std::mem::take(&mut record.except).into_iter().flat_map(targets).collect();
        let not_affected = std::mem::take(&mut record.not_affected);
        record.not_affected = not_affected.into_iter().flat_map(targets).collect();
        for update in updates {
            let named = update.changes.iter().map(|change| change.component_id).collect();
            let changes = std::mem::take(&mut update.changes).into_iter();
            let told = changes.flat_map(|StatusChange { component_id, status }| {
                let parts = self.instead(component_id, &named).into_iter();
                parts.map(move |component_id| StatusChange { component_id, status })
            });
            update.changes = told.collect();
        }
    }

    /// What stands for a component here: itself, or, for a hidden group, the topmost of its parts
    /// that are shown, without those that are named themselves, and theirs.
    fn instead(&self, id: ComponentId, named: &HashSet<ComponentId>) -> Vec<ComponentId> {
        if !self.above.contains(&id) {
            return vec![id];
        }
        let mut parts = Vec::new();
        let mut skipped_until = 0;
        for part in self.forest.parts(id) {
            let Some(place) = self.forest.place(part).filter(|place| *place >= skipped_until)
            else {
                continue;
            };
            let is_shown = self.shown.contains(&part);
            if is_shown && !named.contains(&part) {
                parts.push(part);
            }
            if is_shown || named.contains(&part) {
                skipped_until = self.forest.end_of(place);
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests;
