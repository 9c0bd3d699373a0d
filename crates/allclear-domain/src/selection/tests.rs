//! A page of chosen components tells of them what the page of everything tells.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::forest::tests::{components, example, id, page, parents, told};
use crate::incident::tests::{at, incident};
use crate::uptime::{Segment, merge};
use crate::{Component, ComponentStatus};

/// What readers see of each component of a forest.
fn seen(incident: &Incident, forest: &Forest, of: &[ComponentId]) -> Vec<Vec<Segment>> {
    let intervals = incident.impact_intervals(forest, &TimeZone::UTC, at(9000));
    let of_one = |id: &ComponentId| {
        let own: Vec<_> = intervals.iter().filter(|i| i.component_id == *id).copied().collect();
        merge(&own, at(9000))
    };
    of.iter().map(of_one).collect()
}

proptest! {
    #[test]
    fn a_part_fares_the_same_on_every_page(
        parents in parents(),
        told in told(),
        chosen in prop::collection::vec(0_usize..10, 0..4),
    ) {
        let components = components(&parents);
        let forest = Forest::grown_from(&components);
        let chosen: Vec<ComponentId> =
            chosen.into_iter().filter(|n| *n < parents.len()).map(id).collect();
        let selection = Selection::new(&forest, page(9), &chosen);
        let incident = Arc::new(told.incident(page(1)));
        let here = selection.incident(&incident);
        let shown: Vec<ComponentId> = selection.into_shown().into_iter().collect();
        let is_shown = |component: &&Component| shown.contains(&component.id);
        let shown_components: Vec<&Component> = components.iter().filter(is_shown).collect();
        let small = Forest::grown_from(shown_components);
        let wanted = seen(&incident, &forest, &shown);
        match here {
            Some(here) => prop_assert_eq!(seen(&here, &small, &shown), wanted),
            None => prop_assert!(wanted.iter().all(Vec::is_empty)),
        }
    }
}

fn affected(target: Target) -> Affected {
    Affected { target, status: ComponentStatus::MajorOutage }
}

#[test]
fn a_hidden_group_is_told_as_its_topmost_parts() {
    let forest = example();
    let selection = Selection::new(&forest, page(9), &[id(2)]);
    let mut told = incident();
    told.record.affected = vec![affected(Target::Component(id(0)))];
    told.record.not_affected = vec![Target::Component(id(5)), Target::Words("x".to_owned())];
    let here = selection.incident(&Arc::new(told.clone())).unwrap();
    assert_eq!(here.record.affected, [affected(Target::Component(id(2)))]);
    assert_eq!(here.record.not_affected, told.record.not_affected);
    told.record.not_affected = vec![Target::Component(id(0))];
    told.record.affected = vec![affected(Target::Component(id(3)))];
    let here = selection.incident(&Arc::new(told)).unwrap();
    assert_eq!(here.record.not_affected, [Target::Component(id(2))]);
}

#[test]
fn what_names_no_hidden_group_is_shared() {
    let forest = example();
    let selection = Selection::new(&forest, page(9), &[id(2)]);
    let mut told = incident();
    told.page_id = page(1);
    for target in [Target::All, Target::Component(id(2)), Target::Component(id(4))] {
        told.record.affected = vec![affected(target), affected(Target::Component(id(5)))];
        let told = Arc::new(told.clone());
        assert!(Arc::ptr_eq(&selection.incident(&told).unwrap(), &told));
    }
}

#[test]
fn a_record_of_other_components_is_told_by_its_own_page_alone() {
    let forest = example();
    let mut told = incident();
    told.page_id = page(1);
    let elsewhere = Selection::new(&forest, page(9), &[id(2)]);
    let own = Selection::new(&forest, page(1), &[id(2)]);
    let mut all_but = vec![affected(Target::All)];
    for (target, except) in [
        (affected(Target::Component(id(1))), vec![]),
        (affected(Target::Words("the old site".to_owned())), vec![]),
        (all_but.remove(0), vec![Target::Component(id(0))]),
    ] {
        told.record.affected = vec![target];
        told.record.except = except;
        let told = Arc::new(told.clone());
        assert!(elsewhere.incident(&told).is_none(), "{:?}", told.record.affected);
        assert!(own.incident(&told).is_some());
    }
}
