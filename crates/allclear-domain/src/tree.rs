//! The tree of components: order, depth and roll-up.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::component::{Component, ComponentStatus};
use crate::error::InvalidValue;
use crate::ids::ComponentId;
use crate::limits;

/// One line of a tree, parents before their parts.
#[derive(Clone, Copy, Debug)]
pub struct TreeLine<'a> {
    /// The component.
    pub component: &'a Component,
    /// 0 for a root.
    pub depth: usize,
    /// Whether it has parts.
    pub is_group: bool,
}

/// Components in the order a page shows them: siblings by position, then name; parts after the
/// component they belong to. A component whose parent is not in `components` counts as a root.
///
/// # Errors
/// Where a component is its own ancestor, where two have one id, or where the tree is deeper than the
/// limit.
pub fn in_order(components: &[Component]) -> Result<Vec<TreeLine<'_>>, InvalidValue> {
    let lines = walk(components);
    if let Some(deep) = lines.iter().find(|line| line.depth >= limits::COMPONENT_DEPTH_MAX) {
        return Err(InvalidValue::new(
            "parent",
            format!(
                "`{}` lies deeper than {} levels: move it up",
                deep.component.key,
                limits::COMPONENT_DEPTH_MAX
            ),
        ));
    }
    if lines.len() != components.len() {
        let shown: HashSet<ComponentId> = lines.iter().map(|line| line.component.id).collect();
        let lost = components.iter().find(|c| !shown.contains(&c.id));
        let problem = lost.map_or_else(
            || "two components have one id: give each its own".to_owned(),
            |c| format!("`{}` is its own ancestor: give one of the circle another parent", c.key),
        );
        return Err(InvalidValue::new("parent", problem));
    }
    Ok(lines)
}

/// The components that are in use: neither retired nor part of one that is, in the order of the tree.
#[must_use]
pub fn in_use(components: &[Component]) -> Vec<Component> {
    let mut kept = Vec::with_capacity(components.len());
    let mut retired_depth = None;
    for line in walk(components) {
        if retired_depth.is_some_and(|depth| line.depth > depth) {
            continue;
        }
        retired_depth = line.component.retired_at.map(|_| line.depth);
        if retired_depth.is_none() {
            kept.push(line.component.clone());
        }
    }
    kept
}

/// All components that hang on a root, in order; those in a circle are left out. Each id stands once:
/// one that stands twice could be below itself.
pub(crate) fn walk<'a>(
    components: impl IntoIterator<Item = &'a Component> + Clone,
) -> Vec<TreeLine<'a>> {
    let known: HashSet<ComponentId> = components.clone().into_iter().map(|c| c.id).collect();
    let mut children: HashMap<Option<ComponentId>, Vec<&Component>> = HashMap::new();
    for component in components {
        let parent = component.parent_id.filter(|parent| known.contains(parent));
        children.entry(parent).or_default().push(component);
    }
    for siblings in children.values_mut() {
        siblings.sort_by(|a, b| (a.position, &a.name, a.id).cmp(&(b.position, &b.name, b.id)));
    }
    let mut lines = Vec::with_capacity(known.len());
    let mut seen = HashSet::with_capacity(known.len());
    let mut open: Vec<(&Component, usize)> = Vec::new();
    let push = |open: &mut Vec<_>, parent: Option<ComponentId>, depth: usize| {
        if let Some(siblings) = children.get(&parent) {
            open.extend(siblings.iter().rev().map(|c| (*c, depth)));
        }
    };
    push(&mut open, None, 0);
    while let Some((component, depth)) = open.pop() {
        if !seen.insert(component.id) {
            continue;
        }
        let is_group = children.contains_key(&Some(component.id));
        lines.push(TreeLine { component, depth, is_group });
        push(&mut open, Some(component.id), depth + 1);
    }
    lines
}

/// Status of every line after roll-up: a group is as bad as the worst of itself and its parts.
#[must_use]
pub fn roll_up(
    lines: &[TreeLine<'_>],
    own: &BTreeMap<ComponentId, ComponentStatus>,
) -> Vec<ComponentStatus> {
    let mut statuses: Vec<ComponentStatus> = lines
        .iter()
        .map(|line| own.get(&line.component.id).copied().unwrap_or(ComponentStatus::Operational))
        .collect();
    let mut ancestors: Vec<usize> = Vec::new();
    for index in 0..lines.len() {
        let Some(line) = lines.get(index) else { break };
        ancestors.truncate(line.depth);
        if let Some(&status) = statuses.get(index) {
            for &ancestor in &ancestors {
                if let Some(above) = statuses.get_mut(ancestor) {
                    *above = (*above).max(status);
                }
            }
        }
        ancestors.push(index);
    }
    statuses
}

#[cfg(test)]
mod tests;
