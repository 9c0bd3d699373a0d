//! The components in the order of their tree, with what is known of each.

use std::collections::HashMap;

use allclear_domain::error::InvalidValue;
use allclear_domain::ids::ComponentId;
use allclear_domain::uptime::{DayTally, Segment, Uptime};
use allclear_domain::{Component, ComponentStatus, tree};
use jiff::Timestamp;

use crate::snapshot::Snapshot;

/// One component in the order of the tree.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) id: ComponentId,
    /// Its place in the snapshot.
    pub(crate) component: usize,
    pub(crate) depth: usize,
    pub(crate) is_group: bool,
    pub(crate) parent: Option<usize>,
    /// The line after its last part, at any depth.
    pub(crate) end: usize,
    /// Its present status without that of its parts.
    pub(crate) own: ComponentStatus,
    /// Its present status, at least as bad as that of its parts.
    pub(crate) status: ComponentStatus,
    /// Since when its own status is what it is now; `None` where it is operational, and where
    /// nobody knows.
    pub(crate) since: Option<Timestamp>,
    /// The first instant with data.
    pub(crate) begins_at: Timestamp,
    /// How many of the drawn days lie before that.
    pub(crate) days_without_data: usize,
    /// What was not operational in the drawn days.
    pub(crate) segments: Vec<Segment>,
    /// Tallies of the drawn days; empty where all were operational.
    pub(crate) days: Vec<DayTally>,
    pub(crate) uptime: Uptime,
    /// Parts that have no parts: how many there are.
    pub(crate) leaves: usize,
    /// Parts that have no parts: how many are affected now.
    pub(crate) leaves_affected: usize,
}

impl Line {
    pub(crate) fn is_affected(&self) -> bool {
        self.status > ComponentStatus::UnderMaintenance
    }
}

/// The lines, and where each component stands among them.
pub(super) fn in_order(
    snapshot: &Snapshot,
) -> Result<(Vec<Line>, HashMap<ComponentId, usize>), InvalidValue> {
    let places: HashMap<ComponentId, usize> = snapshot
        .components
        .iter()
        .enumerate()
        .map(|(place, component)| (component.id, place))
        .collect();
    let ordered = tree::in_order(&snapshot.components)?;
    let mut lines: Vec<Line> = Vec::with_capacity(ordered.len());
    let mut line_of = HashMap::with_capacity(ordered.len());
    let mut ancestors: Vec<usize> = Vec::new();
    for (index, ordered) in ordered.iter().enumerate() {
        close(&mut lines, &ancestors, ordered.depth, index);
        ancestors.truncate(ordered.depth);
        line_of.insert(ordered.component.id, index);
        let place = places.get(&ordered.component.id).copied().unwrap_or(0);
        let parent = ancestors.last().copied();
        lines.push(new_line(ordered.component, place, ordered, parent));
        ancestors.push(index);
    }
    let end = lines.len();
    close(&mut lines, &ancestors, 0, end);
    Ok((lines, line_of))
}

/// Tells the ancestors from `depth` on that their last part stands before `end`.
fn close(lines: &mut [Line], ancestors: &[usize], depth: usize, end: usize) {
    for ancestor in ancestors.iter().skip(depth) {
        if let Some(line) = lines.get_mut(*ancestor) {
            line.end = end;
        }
    }
}

fn new_line(
    component: &Component,
    place: usize,
    ordered: &tree::TreeLine<'_>,
    parent: Option<usize>,
) -> Line {
    Line {
        id: component.id,
        component: place,
        depth: ordered.depth,
        is_group: ordered.is_group,
        parent,
        end: 0,
        own: ComponentStatus::Operational,
        status: ComponentStatus::Operational,
        since: None,
        begins_at: component.created_at,
        days_without_data: 0,
        segments: Vec::new(),
        days: Vec::new(),
        uptime: Uptime { counted_seconds: 0, down_millis: 0 },
        leaves: 0,
        leaves_affected: 0,
    }
}
