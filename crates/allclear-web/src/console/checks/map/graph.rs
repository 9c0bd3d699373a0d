//! What is on the map: checks, the components that they affect, and what each has to do with others.

use std::collections::{BTreeSet, HashMap};

use allclear_domain::Check;
use allclear_domain::ids::{CheckId, ComponentId};

use super::super::state::State;
use crate::limits::{MAP_CHECKS_MAX, MAP_COMPONENTS_MAX};

/// Why a line leads from one to another: what happens to the first tells of the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bond {
    /// The second stands behind the first.
    Parent,
    /// The first is a member of the second.
    Member,
    /// The first is a check of the second, which is a component.
    Affects,
}

/// A line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) bond: Bond,
}

/// Something on the map.
#[derive(Clone, Debug)]
pub(super) enum Thing<'a> {
    Check(&'a Check, State),
    Component(ComponentId),
}

/// Everything that has to do with something else.
pub(super) struct Graph<'a> {
    /// The checks, as they were given, and then the components.
    pub(super) things: Vec<Thing<'a>>,
    pub(super) links: Vec<Link>,
}

/// What of it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) things: BTreeSet<usize>,
    /// How many checks and components are left out because there are too many.
    pub(super) left_out: usize,
}

impl<'a> Graph<'a> {
    /// All of it. Of components, those of `components` count, in their order: what is gone is not there.
    pub(super) fn of(checks: &'a [(State, Check)], components: &[ComponentId]) -> Self {
        let places: HashMap<CheckId, usize> =
            checks.iter().enumerate().map(|(place, (_, check))| (check.id, place)).collect();
        let affected: BTreeSet<ComponentId> = checks
            .iter()
            .flat_map(|(_, check)| check.affects.iter().map(|affects| affects.component_id))
            .collect();
        let components: Vec<ComponentId> =
            components.iter().filter(|id| affected.contains(id)).copied().collect();
        let stands = |(nth, id): (usize, &ComponentId)| (*id, checks.len() + nth);
        let at: HashMap<ComponentId, usize> = components.iter().enumerate().map(stands).collect();
        let mut links = Vec::new();
        for (place, (_, check)) in checks.iter().enumerate() {
            let parents = check.parents.iter().filter_map(|id| places.get(id).copied());
            links.extend(parents.map(|from| Link { from, to: place, bond: Bond::Parent }));
            let members = check.kind.as_group().into_iter().flat_map(|group| &group.members);
            let members = members.filter_map(|id| places.get(id).copied());
            links.extend(members.map(|from| Link { from, to: place, bond: Bond::Member }));
            let affects = check.affects.iter().filter_map(|one| at.get(&one.component_id).copied());
            links.extend(affects.map(|to| Link { from: place, to, bond: Bond::Affects }));
        }
        let things = checks.iter().map(|(state, check)| Thing::Check(check, *state));
        Self { things: things.chain(components.into_iter().map(Thing::Component)).collect(), links }
    }

    fn is_check(&self, place: usize) -> bool {
        matches!(self.things.get(place), Some(Thing::Check(..)))
    }

    /// What has to do with anything.
    pub(super) fn related(&self) -> BTreeSet<usize> {
        self.links.iter().flat_map(|link| [link.from, link.to]).collect()
    }

    /// How many checks have to do with nothing.
    pub(super) fn count_unrelated(&self) -> usize {
        let related = self.related();
        (0..self.things.len()).filter(|at| self.is_check(*at) && !related.contains(at)).count()
    }

    /// Whether there are more checks than a map has room for.
    pub(super) fn is_large(&self) -> bool {
        self.related().iter().filter(|at| self.is_check(**at)).count() > MAP_CHECKS_MAX
    }

    /// Those of which something is to be looked at: they do not work, or nothing is known of them.
    pub(super) fn not_well(&self) -> Vec<usize> {
        let is_not_well = |(_, thing): &(usize, &Thing<'_>)| match thing {
            Thing::Check(_, state) => !matches!(state, State::Works | State::Paused),
            Thing::Component(_) => false,
        };
        let related = self.related();
        let things = self.things.iter().enumerate().filter(is_not_well);
        things.map(|(at, _)| at).filter(|at| related.contains(at)).collect()
    }

    /// Things with all that leads to them and all that they lead to, as far as there is room: first they
    /// themselves, the worst checks before others.
    pub(super) fn around(&self, seeds: &[usize]) -> Shown {
        let mut all: BTreeSet<usize> = seeds.iter().copied().collect();
        all.extend(self.reached(seeds, |link| (link.from, link.to)));
        all.extend(self.reached(seeds, |link| (link.to, link.from)));
        let mut sorted: Vec<usize> = all.into_iter().collect();
        let found = sorted.len();
        sorted.sort_by_key(|at| {
            let state = match self.things.get(*at) {
                Some(Thing::Check(_, state)) => Some(*state),
                _ => None,
            };
            (!seeds.contains(at), state, *at)
        });
        let (mut checks, mut components) = (MAP_CHECKS_MAX, MAP_COMPONENTS_MAX);
        sorted.retain(|at| {
            let room = if self.is_check(*at) { &mut checks } else { &mut components };
            let has_room = *room > 0;
            *room = room.saturating_sub(1);
            has_room
        });
        Shown { left_out: found - sorted.len(), things: sorted.into_iter().collect() }
    }

    /// What one comes to from somewhere, against or along the lines.
    fn reached(&self, seeds: &[usize], ends: impl Fn(&Link) -> (usize, usize)) -> BTreeSet<usize> {
        let mut next: HashMap<usize, Vec<usize>> = HashMap::new();
        for (from, to) in self.links.iter().map(ends) {
            next.entry(from).or_default().push(to);
        }
        let (mut seen, mut left) = (BTreeSet::new(), seeds.to_vec());
        while let Some(at) = left.pop() {
            let more = next.get(&at).into_iter().flatten();
            left.extend(more.filter(|to| seen.insert(**to)));
        }
        seen
    }
}

#[cfg(test)]
mod tests;
