//! Which components an incident or a maintenance window names, and where.

use std::fmt;

use allclear_domain::ids::ComponentId;
use allclear_domain::posted::Posted;
use allclear_domain::record::{OutageRecord, Target};

/// Where a component is named. Printed as the stored form spells it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Spot {
    Affected(usize),
    Except(usize),
    NotAffected(usize),
    Loss(usize),
    Change { update: usize, change: usize },
    Before { update: usize, edit: usize, change: usize },
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Affected(place) => write!(f, "record.affected[{place}].target"),
            Self::Except(place) => write!(f, "record.except[{place}]"),
            Self::NotAffected(place) => write!(f, "record.not_affected[{place}]"),
            Self::Loss(place) => write!(f, "record.losses[{place}].target"),
            Self::Change { update, change } => {
                write!(f, "updates[{update}].changes[{change}].component_id")
            }
            Self::Before { update, edit, change } => {
                write!(f, "updates[{update}].edits[{edit}].changes_before[{change}].component_id")
            }
        }
    }
}

/// Every component that is named.
pub(crate) fn named_components<S>(
    record: &OutageRecord,
    updates: &[Posted<S>],
) -> Vec<(Spot, ComponentId)> {
    let mut named = Vec::new();
    let mut add = |spot, target: &Target| {
        if let Target::Component(id) = target {
            named.push((spot, *id));
        }
    };
    for (place, affected) in record.affected.iter().enumerate() {
        add(Spot::Affected(place), &affected.target);
    }
    for (place, target) in record.except.iter().enumerate() {
        add(Spot::Except(place), target);
    }
    for (place, target) in record.not_affected.iter().enumerate() {
        add(Spot::NotAffected(place), target);
    }
    for (place, loss) in record.losses.iter().enumerate() {
        add(Spot::Loss(place), &loss.target);
    }
    for (update, posted) in updates.iter().enumerate() {
        for (change, changed) in posted.changes.iter().enumerate() {
            named.push((Spot::Change { update, change }, changed.component_id));
        }
        for (edit, edited) in posted.edits.iter().enumerate() {
            for (change, changed) in edited.changes_before.iter().flatten().enumerate() {
                named.push((Spot::Before { update, edit, change }, changed.component_id));
            }
        }
    }
    named
}
