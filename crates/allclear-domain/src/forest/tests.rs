//! What is said of a group holds for its parts, against an oracle that names every leaf.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::incident::IncidentState;
use crate::incident::tests::{at, incident, update};
use crate::record::Affected;
use crate::times::Bound;
use crate::{Incident, IncidentStatus, Maintenance};

const STATUSES: [ComponentStatus; 5] = ComponentStatus::ALL;

pub(crate) fn id(n: usize) -> ComponentId {
    Uuid::from_u128(n as u128 + 1).into()
}

pub(crate) fn page(n: u128) -> StatusPageId {
    Uuid::from_u128(1000 + n).into()
}

pub(crate) fn part_of(n: usize, parent: Option<usize>, page: StatusPageId) -> Component {
    Component {
        id: id(n),
        public_id: crate::ids::PublicId::from_digits([u8::try_from(n).unwrap(); 12]),
        page_id: page,
        key: crate::text::Key::new(format!("c{n}")).unwrap(),
        name: format!("Component {n}"),
        description: None,
        parent_id: parent.map(id),
        position: 1,
        start_date: None,
        created_at: at(0),
        retired_at: None,
    }
}

/// Parents of components, each by the place of an earlier one.
pub(crate) fn parents() -> impl Strategy<Value = Vec<Option<usize>>> {
    prop::collection::vec(prop::option::weighted(0.8, any::<prop::sample::Index>()), 1..10)
        .prop_map(|picks| {
            let pick = |(n, pick): (usize, Option<prop::sample::Index>)| {
                pick.filter(|_| n > 0).map(|index| index.index(n))
            };
            picks.into_iter().enumerate().map(pick).collect()
        })
}

/// Components in the reverse of the tree's order; every third belongs to another page.
pub(crate) fn components(parents: &[Option<usize>]) -> Vec<Component> {
    let one = |(n, parent): (usize, &Option<usize>)| {
        part_of(n, *parent, page(if n % 3 == 2 { 2 } else { 1 }))
    };
    let mut components: Vec<Component> = parents.iter().enumerate().map(one).collect();
    components.reverse();
    components
}

type Named = Vec<(usize, ComponentStatus)>;

pub(crate) fn named() -> impl Strategy<Value = Named> {
    prop::collection::vec((0_usize..10, prop::sample::select(&STATUSES)), 0..4)
}

/// A record and its updates, in numbers.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) all: Option<ComponentStatus>,
    pub(crate) named: Named,
    pub(crate) except: Vec<usize>,
    pub(crate) changes: Vec<Named>,
}

pub(crate) fn told() -> impl Strategy<Value = Told> {
    let all = prop::option::of(prop::sample::select(&STATUSES));
    let except = prop::collection::vec(0_usize..10, 0..3);
    (all, named(), except, prop::collection::vec(named(), 0..4))
        .prop_map(|(all, named, except, changes)| Told { all, named, except, changes })
}

impl Told {
    pub(crate) fn incident(&self, page_id: StatusPageId) -> Incident {
        let mut told = incident();
        told.page_id = page_id;
        let target = |n: &usize| Target::Component(id(*n));
        let named = self.named.iter().map(|(n, status)| (target(n), *status));
        let all = self.all.map(|status| (Target::All, status));
        let affected = named.chain(all).map(|(target, status)| Affected { target, status });
        told.record.affected = affected.collect();
        told.record.except = self.except.iter().map(target).collect();
        for (n, changes) in self.changes.iter().enumerate() {
            let minute = 20 + i64::try_from(n).unwrap() * 10;
            let mut update = update(minute, IncidentStatus::Identified, &[]);
            let change = |(n, status): &(usize, ComponentStatus)| StatusChange {
                component_id: id(*n),
                status: *status,
            };
            update.changes = changes.iter().map(change).collect();
            told.updates.push(update);
        }
        told.state = IncidentState::Resolved { ended: Bound::exactly(at(100)) };
        told
    }

    /// The same, told of leaves alone, by looking at each: the nearest of it and what it is part of.
    fn of_leaves(&self, parents: &[Option<usize>], page: StatusPageId, of: &[Component]) -> Self {
        let leaves: Vec<usize> =
            (0..parents.len()).filter(|n| !parents.contains(&Some(*n))).collect();
        let chain = |leaf: usize| std::iter::successors(Some(leaf), |n| parents[*n]);
        let nearest = |leaf: usize, named: &Named| {
            chain(leaf)
                .find_map(|n| named.iter().rev().find(|(m, _)| *m == n).map(|(_, s)| (n, *s)))
        };
        let is_of_page = |leaf: usize| of.iter().any(|c| c.id == id(leaf) && c.page_id == page);
        let opening = |leaf: usize| {
            let except = chain(leaf).position(|n| self.except.contains(&n)).unwrap_or(usize::MAX);
            let named = nearest(leaf, &self.named)
                .map(|(n, status)| (chain(leaf).position(|m| m == n).unwrap(), status));
            match named {
                Some((distance, status)) if distance <= except => Some(status),
                _ if except != usize::MAX => None,
                _ => self.all.filter(|_| is_of_page(leaf)),
            }
        };
        Self {
            all: None,
            named: leaves.iter().filter_map(|leaf| Some((*leaf, opening(*leaf)?))).collect(),
            except: Vec::new(),
            changes: self
                .changes
                .iter()
                .map(|named| {
                    leaves.iter().filter_map(|l| nearest(*l, named).map(|(_, s)| (*l, s))).collect()
                })
                .collect(),
        }
    }
}

/// The intervals of leaves alone.
fn of_leaves(
    incident: &Incident,
    forest: &Forest,
) -> Vec<(ComponentId, ComponentStatus, i64, Option<i64>)> {
    let mut found: Vec<_> = incident
        .impact_intervals(forest, &TimeZone::UTC, at(9000))
        .into_iter()
        .filter(|i| forest.place(i.component_id).is_some() && !forest.is_group(i.component_id))
        .map(|i| {
            let until = i.until.map(jiff::Timestamp::as_second);
            (i.component_id, i.status, i.from.as_second(), until)
        })
        .collect();
    found.sort();
    found
}

proptest! {
    #[test]
    fn a_group_stands_for_its_leaves(parents in parents(), told in told()) {
        let components = components(&parents);
        let forest = Forest::grown_from(&components);
        let leaves = told.of_leaves(&parents, page(1), &components);
        prop_assert_eq!(
            of_leaves(&told.incident(page(1)), &forest),
            of_leaves(&leaves.incident(page(1)), &Forest::default().with_leaves(&forest))
        );
    }

    #[test]
    fn asking_for_one_component_or_for_all_gives_the_same(parents in parents(), told in told()) {
        let forest = Forest::grown_from(&components(&parents));
        let incident = told.incident(page(1));
        let opening: BTreeMap<_, _> =
            forest.opening(&incident.record, page(1)).into_iter().collect();
        for id in forest.of_page(page(1)) {
            let one = forest.opening_of(&incident.record, id);
            prop_assert_eq!(opening.get(&id).copied(), one, "{}", id);
        }
        for update in &incident.updates {
            let spread = forest.spread(&update.changes);
            for id in (0..parents.len()).map(id) {
                let last = spread.iter().rfind(|change| change.component_id == id);
                let one = forest.changed_to(&update.changes, id);
                prop_assert_eq!(last.map(|change| change.status), one, "{}", id);
            }
        }
    }

    #[test]
    fn places_are_those_of_the_tree(parents in parents()) {
        let components = components(&parents);
        let forest = Forest::grown_from(&components);
        let lines = tree::in_order(&components).unwrap();
        for (place, line) in lines.iter().enumerate() {
            let id = line.component.id;
            prop_assert_eq!(forest.place(id), Some(place));
            prop_assert_eq!(forest.is_group(id), line.is_group);
            prop_assert_eq!(forest.above(id).next(), line.component.parent_id);
            prop_assert_eq!(forest.above(id).count(), line.depth);
            for other in &components {
                let is_part = forest.above(other.id).any(|above| above == id);
                prop_assert_eq!(forest.parts(id).any(|part| part == other.id), is_part);
                prop_assert_eq!(forest.is_within(other.id, id), is_part || other.id == id);
            }
        }
    }
}

impl Forest {
    /// The leaves of another forest, each on its own.
    fn with_leaves(mut self, other: &Self) -> Self {
        for node in other.nodes.iter().filter(|node| !other.is_group(node.id)) {
            let place = self.nodes.len();
            self.nodes.push(Node { parent: None, end: place + 1, ..*node });
            self.place_of.insert(node.id, place);
        }
        self
    }
}

/// 0 is a group of 1 and 2; 2 is a group of 3 and 4; 5 stands alone.
pub(crate) fn example() -> Forest {
    let parents = [None, Some(0), Some(0), Some(2), Some(2), None];
    let component = |(n, parent): (usize, &Option<usize>)| part_of(n, *parent, page(1));
    let components: Vec<Component> = parents.iter().enumerate().map(component).collect();
    Forest::grown_from(&components)
}

fn opening(told: &Told) -> Vec<(usize, ComponentStatus)> {
    let forest = example();
    let opening = forest.opening(&told.incident(page(1)).record, page(1));
    let opening: BTreeMap<_, _> = opening.into_iter().collect();
    (0..6).filter_map(|n| Some((n, *opening.get(&id(n))?))).collect()
}

#[test]
fn the_nearest_statement_counts() {
    use ComponentStatus::{DegradedPerformance, MajorOutage, PartialOutage};
    let mut told = Told {
        all: None,
        named: vec![(0, MajorOutage), (2, DegradedPerformance)],
        except: Vec::new(),
        changes: Vec::new(),
    };
    let of_groups = vec![
        (0, MajorOutage),
        (1, MajorOutage),
        (2, DegradedPerformance),
        (3, DegradedPerformance),
    ];
    assert_eq!(opening(&told)[..4], of_groups);
    told.named.reverse();
    assert_eq!(opening(&told)[..4], of_groups, "in any order");
    told.all = Some(PartialOutage);
    assert_eq!(opening(&told)[5], (5, PartialOutage), "all is the widest statement");
    assert_eq!(opening(&told)[..4], of_groups);
    told.except = vec![3, 5];
    assert_eq!(opening(&told).iter().map(|(n, _)| *n).collect::<Vec<_>>(), [0, 1, 2, 4]);
    told.except = vec![0];
    told.named = vec![(3, MajorOutage)];
    assert_eq!(opening(&told), [(3, MajorOutage), (5, PartialOutage)], "a group is left out whole");
}

#[test]
fn a_later_change_of_a_group_holds_for_parts_that_were_named_before() {
    use ComponentStatus::{MajorOutage, Operational, PartialOutage};
    let told = Told {
        all: None,
        named: vec![(3, PartialOutage)],
        except: Vec::new(),
        changes: vec![vec![(0, MajorOutage), (4, Operational)], vec![(2, Operational)]],
    };
    let found = of_leaves(&told.incident(page(1)), &example());
    assert_eq!(
        found,
        [
            (id(1), MajorOutage, 20 * 60, Some(100 * 60)),
            (id(3), PartialOutage, 10 * 60, Some(20 * 60)),
            (id(3), MajorOutage, 20 * 60, Some(30 * 60)),
        ]
    );
}

#[test]
fn a_window_on_a_group_holds_for_its_parts() {
    let mut window: Maintenance = crate::maintenance::tests::scheduled();
    window.record.affected = vec![Affected {
        target: Target::Component(id(2)),
        status: ComponentStatus::UnderMaintenance,
    }];
    let window = window.begin(at(61)).unwrap();
    let intervals = window.impact_intervals(&example(), &TimeZone::UTC);
    let found: Vec<_> = intervals.iter().map(|i| (i.component_id, i.from, i.until)).collect();
    assert_eq!(found, [2, 3, 4].map(|n| (id(n), at(61), None)));
}

#[test]
fn a_circle_is_left_out_and_the_others_stand() {
    let circle = [part_of(1, Some(2), page(1)), part_of(2, Some(1), page(1))];
    let components = [&circle[0], &circle[1], &part_of(3, None, page(2))];
    let forest = Forest::grown_from(components);
    assert_eq!(forest.place(id(3)), Some(0));
    assert_eq!(forest.place(id(1)), None);
    assert_eq!(forest.parts(id(1)).count() + forest.above(id(1)).count(), 0);
}
