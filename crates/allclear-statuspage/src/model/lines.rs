//! The components in the order of their tree, with what is known of each.

use std::collections::HashMap;

use allclear_domain::error::InvalidValue;
use allclear_domain::ids::ComponentId;
use allclear_domain::uptime::{DayTally, Segment, StatusInterval, Uptime};
use allclear_domain::{ComponentStatus, Forest, tree};
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
    /// From when on it is history, as it was retired or what it is a part of was.
    pub(crate) retired_at: Option<Timestamp>,
    /// How many of the drawn days lie before `begins_at`.
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
    /// Whether it is history.
    pub(crate) const fn is_retired(&self) -> bool {
        self.retired_at.is_some()
    }

    /// The instant up to which it counts.
    pub(crate) fn counts_until(&self, now: Timestamp) -> Timestamp {
        self.retired_at.map_or(now, |at| at.min(now))
    }

    /// Intervals as far as it was in use.
    pub(crate) fn while_in_use(&self, intervals: &[StatusInterval]) -> Vec<StatusInterval> {
        let Some(end) = self.retired_at else { return intervals.to_vec() };
        let kept = intervals.iter().filter(|interval| interval.from < end);
        kept.map(|one| StatusInterval {
            until: Some(one.until.map_or(end, |at| at.min(end))),
            ..*one
        })
        .collect()
    }

    pub(crate) fn is_affected(&self) -> bool {
        self.status > ComponentStatus::UnderMaintenance
    }
}

/// The lines, and the forest of their components at the same places.
pub(super) fn in_order(snapshot: &Snapshot) -> Result<(Vec<Line>, Forest), InvalidValue> {
    let places: HashMap<ComponentId, usize> = snapshot
        .components
        .iter()
        .enumerate()
        .map(|(place, component)| (component.id, place))
        .collect();
    let ordered = tree::in_order(&snapshot.components)?;
    let forest = Forest::of(&ordered);
    let mut lines: Vec<Line> = ordered
        .iter()
        .enumerate()
        .map(|(index, ordered)| {
            let place = places.get(&ordered.component.id).copied().unwrap_or(0);
            new_line(ordered, place, &forest, index)
        })
        .collect();
    // Parents stand before their parts.
    for index in 0..lines.len() {
        let above = lines.get(index).and_then(|line| line.parent);
        let above = above.and_then(|above| lines.get(above)?.retired_at);
        if let (Some(above), Some(line)) = (above, lines.get_mut(index)) {
            line.retired_at = Some(line.retired_at.unwrap_or(above).min(above));
        }
    }
    Ok((lines, forest))
}

fn new_line(ordered: &tree::TreeLine<'_>, place: usize, forest: &Forest, index: usize) -> Line {
    Line {
        id: ordered.component.id,
        component: place,
        depth: ordered.depth,
        is_group: ordered.is_group,
        parent: forest.parent_of(index),
        end: forest.end_of(index),
        own: ComponentStatus::Operational,
        status: ComponentStatus::Operational,
        since: None,
        begins_at: ordered.component.created_at,
        retired_at: ordered.component.retired_at,
        days_without_data: 0,
        segments: Vec::new(),
        days: Vec::new(),
        uptime: Uptime { counted_seconds: 0, down_millis: 0 },
        leaves: 0,
        leaves_affected: 0,
    }
}
