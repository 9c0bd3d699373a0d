//! The forest of components, and what is said of a group: it is said of its parts.
//!
//! One rule, for the start of a record and for each update: a statement about a component holds for
//! its parts, at any depth, except for those that are named themselves, and theirs. The nearest
//! statement counts; one about "all" is the widest. Everything that asks how a component fared
//! goes through here, so that no page can read a statement in another way.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::component::{Component, ComponentStatus};
use crate::ids::{ComponentId, StatusPageId};
use crate::posted::StatusChange;
use crate::record::{OutageRecord, Target};
use crate::tree::{self, TreeLine};

/// Components, and which are parts of which. Those that nobody told it of have no parts.
#[derive(Clone, Debug, Default)]
pub struct Forest {
    /// Parents before their parts.
    nodes: Vec<Node>,
    place_of: HashMap<ComponentId, usize>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    id: ComponentId,
    page_id: StatusPageId,
    parent: Option<usize>,
    /// The place after its last part.
    end: usize,
}

impl Forest {
    /// The forest of lines in the order of the tree; the places are those of the lines.
    #[must_use]
    pub fn of(lines: &[TreeLine<'_>]) -> Self {
        let mut forest = Self {
            nodes: Vec::with_capacity(lines.len()),
            place_of: HashMap::with_capacity(lines.len()),
        };
        let mut above: Vec<usize> = Vec::new();
        for (place, line) in lines.iter().enumerate() {
            forest.close(&above, line.depth, place);
            above.truncate(line.depth);
            let Component { id, page_id, .. } = *line.component;
            forest.nodes.push(Node { id, page_id, parent: above.last().copied(), end: place + 1 });
            forest.place_of.insert(id, place);
            above.push(place);
        }
        forest.close(&above, 0, lines.len());
        forest
    }

    /// Tells those from `depth` on that their last part stands before `end`.
    fn close(&mut self, above: &[usize], depth: usize, end: usize) {
        for place in above.iter().skip(depth) {
            if let Some(node) = self.nodes.get_mut(*place) {
                node.end = end;
            }
        }
    }

    /// The forest of components in any order, of one page or several. Those that are their own
    /// ancestors are left out, so that one bad page does not stop the others.
    #[must_use]
    pub fn grown_from<'a>(components: impl IntoIterator<Item = &'a Component> + Clone) -> Self {
        Self::of(&tree::walk(components))
    }

    /// Where a component stands.
    #[must_use]
    pub fn place(&self, id: ComponentId) -> Option<usize> {
        self.place_of.get(&id).copied()
    }

    /// The place of the component that the one at a place is a part of.
    #[must_use]
    pub fn parent_of(&self, place: usize) -> Option<usize> {
        self.nodes.get(place)?.parent
    }

    /// The place after the last part of the component at a place.
    #[must_use]
    pub fn end_of(&self, place: usize) -> usize {
        self.nodes.get(place).map_or(place + 1, |node| node.end)
    }

    /// Whether a component has parts.
    #[must_use]
    pub fn is_group(&self, id: ComponentId) -> bool {
        self.place(id).is_some_and(|place| self.end_of(place) > place + 1)
    }

    /// Whether a component is another one, or a part of it.
    #[must_use]
    pub fn is_within(&self, id: ComponentId, group: ComponentId) -> bool {
        id == group || self.above(id).any(|above| above == group)
    }

    /// The parts of a component, at any depth.
    pub fn parts(&self, id: ComponentId) -> impl Iterator<Item = ComponentId> {
        let below = self.place(id).map(|place| place + 1..self.end_of(place));
        let nodes = below.and_then(|below| self.nodes.get(below)).unwrap_or(&[]);
        nodes.iter().map(|node| node.id)
    }

    /// The components that one is a part of, nearest first.
    pub fn above(&self, id: ComponentId) -> impl Iterator<Item = ComponentId> {
        let parent = |place: &usize| self.parent_of(*place);
        let nearest = self.place(id).and_then(|place| self.parent_of(place));
        let places = std::iter::successors(nearest, parent);
        places.filter_map(|place| self.nodes.get(place)).map(|node| node.id)
    }

    /// The components that belong to a page: what "all" stands for in a record of it.
    pub fn of_page(&self, page_id: StatusPageId) -> impl Iterator<Item = ComponentId> {
        self.nodes.iter().filter(move |node| node.page_id == page_id).map(|node| node.id)
    }

    /// The page that a component belongs to.
    #[must_use]
    pub fn page_of(&self, id: ComponentId) -> Option<StatusPageId> {
        Some(self.nodes.get(self.place(id)?)?.page_id)
    }

    /// A component and its parts, without those in `named` and theirs.
    fn reach(&self, id: ComponentId, named: &HashSet<ComponentId>, reached: &mut Vec<ComponentId>) {
        reached.push(id);
        let Some(place) = self.place(id) else { return };
        let mut at = place + 1;
        while let Some(node) = self.nodes.get(at).filter(|_| at < self.end_of(place)) {
            if named.contains(&node.id) {
                at = node.end;
            } else {
                reached.push(node.id);
                at += 1;
            }
        }
    }

    /// Changes, with those of the parts of groups among them.
    #[must_use]
    pub fn spread<'a>(&self, changes: &'a [StatusChange]) -> Cow<'a, [StatusChange]> {
        if !changes.iter().any(|change| self.is_group(change.component_id)) {
            return Cow::Borrowed(changes);
        }
        let named: HashSet<ComponentId> = changes.iter().map(|c| c.component_id).collect();
        let mut spread = Vec::new();
        let mut reached = Vec::new();
        for change in changes {
            self.reach(change.component_id, &named, &mut reached);
            let status = change.status;
            let told = reached.drain(..).map(|component_id| StatusChange { component_id, status });
            spread.extend(told);
        }
        Cow::Owned(spread)
    }

    /// The status that changes gave one component; `None` where they say nothing of it.
    #[must_use]
    pub fn changed_to(&self, changes: &[StatusChange], id: ComponentId) -> Option<ComponentStatus> {
        let named = |id| changes.iter().rfind(|change| change.component_id == id);
        let nearest = std::iter::once(id).chain(self.above(id)).find_map(named);
        nearest.map(|change| change.status)
    }

    /// The status of each component at the start of what a page tells; where one stands twice, the
    /// later one counts. A component that is left out has none.
    #[must_use]
    pub fn opening(
        &self,
        record: &OutageRecord,
        page_id: StatusPageId,
    ) -> Vec<(ComponentId, ComponentStatus)> {
        let affected = record.affected.iter();
        let named: Vec<(ComponentId, ComponentStatus)> =
            affected.filter_map(|a| Some((a.target.component()?, a.status))).collect();
        let all = record.affected.iter().rfind(|affected| affected.target == Target::All);
        if all.is_none() && !named.iter().any(|(id, _)| self.is_group(*id)) {
            return named;
        }
        let excepted: Vec<ComponentId> =
            record.except.iter().filter_map(Target::component).collect();
        let ids = named.iter().map(|(id, _)| *id).chain(excepted.iter().copied()).collect();
        let mut opening: BTreeMap<ComponentId, ComponentStatus> = BTreeMap::new();
        if let Some(all) = all {
            opening.extend(self.of_page(page_id).map(|id| (id, all.status)));
        }
        let mut reached = Vec::new();
        for id in excepted {
            self.reach(id, &ids, &mut reached);
            for id in reached.drain(..) {
                opening.remove(&id);
            }
        }
        for (id, status) in named {
            self.reach(id, &ids, &mut reached);
            opening.extend(reached.drain(..).map(|id| (id, status)));
        }
        opening.into_iter().collect()
    }

    /// The status that a record says one component had at its start, whichever page it is of;
    /// `None` where it says nothing of it, or leaves it out.
    #[must_use]
    pub fn opening_of(&self, record: &OutageRecord, id: ComponentId) -> Option<ComponentStatus> {
        for id in std::iter::once(id).chain(self.above(id)) {
            let target = Target::Component(id);
            let named = record.affected.iter().rfind(|affected| affected.target == target);
            if let Some(affected) = named {
                return Some(affected.status);
            }
            if record.except.contains(&target) {
                return None;
            }
        }
        let all = record.affected.iter().rfind(|affected| affected.target == Target::All);
        all.map(|all| all.status)
    }
}

#[cfg(test)]
pub(crate) mod tests;
