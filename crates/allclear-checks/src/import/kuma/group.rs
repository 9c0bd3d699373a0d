//! Groups of Uptime Kuma: as bad as the worst monitor in them. They come after what is in them, which they
//! name by its keys.

use std::collections::{BTreeMap, HashMap};

use allclear_domain::check::{Check, CheckKind, GroupCheck};
use allclear_domain::limits;
use allclear_domain::text::Key;
use allclear_store::KumaRow;

use super::monitor::{Context, number};
use crate::import::Becomes;
use crate::import::draft::{Draft, cut};
use crate::import::shape::interval;

/// Seconds from one look to the next where nothing is said.
const USUAL_INTERVAL_MS: f64 = 60_000.0;
/// Names of what was not taken that are told; the rest is counted.
const NAMED_MAX: usize = 5;

/// What became of a monitor, for the group that it is in.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    name: String,
    keys: Vec<Key>,
    /// Groups that are one in another, from here down.
    levels: usize,
    /// Checks that are below it, over any number of groups.
    below: usize,
}

/// What became of the monitors so far, by the group that they are in.
#[derive(Debug, Default)]
pub(super) struct Inside(HashMap<String, Vec<Taken>>);

impl Inside {
    /// What became of a monitor.
    pub(super) fn add(&mut self, row: &KumaRow, name: String, keys: Vec<Key>) {
        let of_it = self.of(row);
        let levels = of_it.iter().map(|one| one.levels).max().unwrap_or(0);
        let taken = Taken {
            name,
            levels: levels + usize::from(is_group(row)),
            below: of_it.iter().map(|one| one.below + one.keys.len()).sum(),
            keys,
        };
        if let Some(parent) = row.get("parent") {
            self.0.entry(parent.to_owned()).or_default().push(taken);
        }
    }

    /// What is in a group.
    fn of(&self, row: &KumaRow) -> &[Taken] {
        let id = row.get("id").unwrap_or_default();
        self.0.get(id).map_or(&[], Vec::as_slice)
    }
}

/// Whether a monitor is a group.
pub(super) fn is_group(row: &KumaRow) -> bool {
    row.get("type") == Some("group")
}

/// The monitors, each before the groups that it is in.
pub(super) fn inside_out(monitors: &[KumaRow], depth: impl Fn(&KumaRow) -> usize) -> Vec<&KumaRow> {
    let mut sorted: BTreeMap<usize, Vec<&KumaRow>> = BTreeMap::new();
    for row in monitors {
        let place = if is_group(row) { usize::MAX - depth(row) } else { 0 };
        sorted.entry(place).or_default().push(row);
    }
    sorted.into_values().flatten().collect()
}

/// Reads a group, once what is in it was read.
pub(super) fn read(
    row: &KumaRow,
    inside: &Inside,
    context: Context,
    draft: &mut Draft<'_>,
) -> Vec<Becomes> {
    let of_it = inside.of(row);
    let members: Vec<Key> = of_it.iter().flat_map(|one| one.keys.iter().cloned()).collect();
    let left: Vec<String> =
        of_it.iter().filter(|one| one.keys.is_empty()).map(|one| cut(&one.name)).collect();
    if members.is_empty() {
        draft.refuse("it is a group, and nothing that is in it is watched here");
        return Vec::new();
    }
    let levels = of_it.iter().map(|one| one.levels).max().unwrap_or(0);
    let below: usize = of_it.iter().map(|one| one.below + one.keys.len()).sum();
    if levels >= limits::GROUP_LEVELS_MAX || below > limits::GROUP_BELOW_MAX {
        let (levels, below) = (limits::GROUP_LEVELS_MAX, limits::GROUP_BELOW_MAX);
        draft.refuse(format!(
            "it is a group with too much in it: here groups are {levels} deep at most, and {below} \
             checks are below one"
        ));
    }
    if !left.is_empty() {
        let more = left.len().saturating_sub(NAMED_MAX);
        let named: Vec<&str> = left.iter().take(NAMED_MAX).map(String::as_str).collect();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        draft.change(format!(
            "there these count as well, which are not taken: {}{more}",
            named.join(", ")
        ));
    }
    if number::<u32>(row, "maxretries").is_some_and(|retries| retries > 0) {
        draft.change(
            "there it is looked at several times before it is down; here what is believed of its \
             members is",
        );
    }
    let seconds = row.get("interval").map(|text| format!("{text}s"));
    let kind = CheckKind::from(GroupCheck::default());
    vec![Becomes {
        suffix: None,
        name: draft.name.clone(),
        interval_seconds: interval(seconds, USUAL_INTERVAL_MS, draft),
        deadline_ms: Check::USUAL_DEADLINE_MS,
        patience: kind.usual_patience(),
        kind,
        is_paused: context.is_paused(row),
        tags: context.tags,
        members,
    }]
}
