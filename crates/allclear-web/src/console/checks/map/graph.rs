//! What is on the map: checks, the components that they affect, and what each has to do with others.

use std::collections::{BTreeSet, HashMap, VecDeque};

use allclear_domain::check::Affects;
use allclear_domain::ids::{CheckId, ComponentId};
use allclear_domain::{Check, ComponentStatus};

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

/// How bad what goes along a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heat {
    Fails,
    Degraded,
}

/// A line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) bond: Bond,
    /// What is wrong and goes on this way; `None` where nothing does.
    pub(super) heat: Option<Heat>,
}

/// Something on the map.
#[derive(Clone, Debug)]
pub(super) enum Thing<'a> {
    Check(&'a Check, State),
    /// With its status, where it is published.
    Component(ComponentId, Option<ComponentStatus>),
}

/// Everything that has to do with something else.
pub(super) struct Graph<'a> {
    /// The checks, as they were given, and then the components.
    pub(super) things: Vec<Thing<'a>>,
    pub(super) links: Vec<Link>,
    /// What has to do with anything.
    related: BTreeSet<usize>,
}

/// What of it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) things: BTreeSet<usize>,
    /// How many checks and components are left out because there are too many.
    pub(super) left_out: usize,
}

/// What has room on the map.
struct Room {
    things: BTreeSet<usize>,
    checks: usize,
    components: usize,
}

/// What one comes to in one step from each.
type Steps = HashMap<usize, Vec<usize>>;

impl<'a> Graph<'a> {
    /// All of it. Of components, those of `components` count, in their order: what is gone is not there.
    pub(super) fn of(
        checks: &'a [(State, Check)],
        components: &[ComponentId],
        statuses: &HashMap<ComponentId, ComponentStatus>,
    ) -> Self {
        let places: HashMap<CheckId, usize> =
            checks.iter().enumerate().map(|(place, (_, check))| (check.id, place)).collect();
        let told = |check: &'a Check| check.affects.iter().filter(|one| is_told(one));
        let affected: BTreeSet<ComponentId> = checks
            .iter()
            .flat_map(|(_, check)| told(check).map(|affects| affects.component_id))
            .collect();
        let components: Vec<ComponentId> =
            components.iter().filter(|id| affected.contains(id)).copied().collect();
        let stands = |(nth, id): (usize, &ComponentId)| (*id, checks.len() + nth);
        let at: HashMap<ComponentId, usize> = components.iter().enumerate().map(stands).collect();
        let mut links = Vec::new();
        for (place, (state, check)) in checks.iter().enumerate() {
            let link = |bond: Bond, id: &CheckId| {
                let from = *places.get(id)?;
                let heat = checks.get(from).and_then(|(from, _)| between(*from, *state));
                Some(Link { from, to: place, bond, heat })
            };
            links.extend(check.parents.iter().filter_map(|id| link(Bond::Parent, id)));
            let members = check.kind.as_group().into_iter().flat_map(|group| &group.members);
            links.extend(members.filter_map(|id| link(Bond::Member, id)));
            links.extend(told(check).filter_map(|one| {
                let to = *at.get(&one.component_id)?;
                let heat = onto(*state, one, statuses.get(&one.component_id).copied());
                Some(Link { from: place, to, bond: Bond::Affects, heat })
            }));
        }
        let things = checks.iter().map(|(state, check)| Thing::Check(check, *state));
        let component = |id: ComponentId| Thing::Component(id, statuses.get(&id).copied());
        Self {
            things: things.chain(components.into_iter().map(component)).collect(),
            related: links.iter().flat_map(|link| [link.from, link.to]).collect(),
            links,
        }
    }

    pub(super) fn is_check(&self, place: usize) -> bool {
        matches!(self.things.get(place), Some(Thing::Check(..)))
    }

    /// What has to do with anything.
    pub(super) const fn related(&self) -> &BTreeSet<usize> {
        &self.related
    }

    /// How many checks have to do with nothing.
    pub(super) fn count_unrelated(&self) -> usize {
        let is_alone = |at: &usize| self.is_check(*at) && !self.related.contains(at);
        (0..self.things.len()).filter(is_alone).count()
    }

    /// How many checks that have to do with something are paused.
    pub(super) fn count_paused(&self) -> usize {
        let thing = |at: &usize| self.things.get(*at);
        let is_paused = |thing: &&Thing<'_>| matches!(thing, Thing::Check(_, State::Paused));
        self.related.iter().filter_map(thing).filter(is_paused).count()
    }

    /// Whether there are more checks than a map has room for.
    pub(super) fn is_large(&self) -> bool {
        self.related.iter().filter(|at| self.is_check(**at)).count() > MAP_CHECKS_MAX
    }

    /// Those of which something is to be looked at: they do not work, or nothing is known of them.
    pub(super) fn not_well(&self) -> Vec<usize> {
        let is_not_well = |at: &usize| match self.things.get(*at) {
            Some(Thing::Check(_, state)) => !matches!(state, State::Works | State::Paused),
            Some(Thing::Component(_, status)) => {
                status.is_some_and(|status| status != ComponentStatus::Operational)
            }
            None => false,
        };
        self.related.iter().copied().filter(is_not_well).collect()
    }

    /// Things with all that leads to them and all that they lead to, as far as there is room: the worst first,
    /// each with what it stands behind, as that says why; then what they lead to.
    pub(super) fn around(&self, seeds: &[usize]) -> Shown {
        let (before, after) =
            (self.steps(|it| (it.to, it.from)), self.steps(|it| (it.from, it.to)));
        let mut all: BTreeSet<usize> = seeds.iter().copied().collect();
        all.extend(reached(seeds, &before));
        all.extend(reached(seeds, &after));
        let found = all.len();
        let mut room = Room {
            things: BTreeSet::new(),
            checks: MAP_CHECKS_MAX,
            components: MAP_COMPONENTS_MAX,
        };
        for seed in self.worst_first(seeds.to_vec()) {
            let mut next = VecDeque::from([seed]);
            while let Some(at) = next.pop_front() {
                if room.takes(at, self.is_check(at)) {
                    let parents = before.get(&at).cloned().unwrap_or_default();
                    next.extend(self.worst_first(parents));
                }
            }
        }
        for at in self.worst_first(all.into_iter().collect()) {
            room.takes(at, self.is_check(at));
        }
        Shown { left_out: found - room.things.len(), things: room.things }
    }

    fn worst_first(&self, mut places: Vec<usize>) -> Vec<usize> {
        places.sort_by_cached_key(|at| (self.rank(*at), *at));
        places
    }

    /// How far from bad it is.
    fn rank(&self, place: usize) -> State {
        match self.things.get(place) {
            Some(Thing::Check(_, state)) => *state,
            Some(Thing::Component(_, status)) => match status {
                Some(ComponentStatus::MajorOutage) => State::Down,
                Some(ComponentStatus::PartialOutage) => State::Flapping,
                Some(ComponentStatus::DegradedPerformance) => State::Degraded,
                Some(ComponentStatus::UnderMaintenance) => State::Unknown,
                Some(ComponentStatus::Operational) => State::Works,
                None => State::Paused,
            },
            None => State::Paused,
        }
    }

    fn steps(&self, ends: impl Fn(&Link) -> (usize, usize)) -> Steps {
        let mut steps = Steps::new();
        for (from, to) in self.links.iter().map(ends) {
            steps.entry(from).or_default().push(to);
        }
        steps
    }
}

impl Room {
    /// Whether something is taken that was not there.
    fn takes(&mut self, at: usize, is_check: bool) -> bool {
        let room = if is_check { &mut self.checks } else { &mut self.components };
        let is_taken = *room > 0 && self.things.insert(at);
        if is_taken {
            *room -= 1;
        }
        is_taken
    }
}

/// What one comes to from somewhere.
fn reached(seeds: &[usize], steps: &Steps) -> BTreeSet<usize> {
    let (mut seen, mut left) = (BTreeSet::new(), seeds.to_vec());
    while let Some(at) = left.pop() {
        let more = steps.get(&at).into_iter().flatten();
        left.extend(more.filter(|to| seen.insert(**to)));
    }
    seen
}

/// Whether readers are told anything.
fn is_told(affects: &Affects) -> bool {
    [affects.when_failing, affects.when_degraded] != [ComponentStatus::Operational; 2]
}

/// What goes from one check to another: what is wrong with the first, where the second is not well, too.
fn between(from: State, to: State) -> Option<Heat> {
    let heat = match from {
        State::Down | State::Flapping | State::Behind => Heat::Fails,
        State::Degraded => Heat::Degraded,
        State::Unknown | State::Works | State::Paused => return None,
    };
    (to < State::Works && to != State::Unknown).then_some(heat)
}

/// What goes from a check to a component: what the check found itself and tells of, where the component has a
/// status for that.
fn onto(from: State, affects: &Affects, status: Option<ComponentStatus>) -> Option<Heat> {
    let (heat, told) = match from {
        State::Down | State::Flapping => (Heat::Fails, affects.when_failing),
        State::Degraded => (Heat::Degraded, affects.when_degraded),
        State::Unknown | State::Behind | State::Works | State::Paused => return None,
    };
    let is_hurt = !matches!(
        status,
        None | Some(ComponentStatus::Operational | ComponentStatus::UnderMaintenance)
    );
    (is_hurt && told != ComponentStatus::Operational).then_some(heat)
}

#[cfg(test)]
mod tests;
