//! Who has to do with whom, and what of it is shown.

use allclear_domain::Entropy;
use allclear_domain::check::{Affects, CheckKind, GroupCheck, OnOutage, Patience, TcpCheck};
use allclear_domain::{ComponentStatus, text::Key};
use jiff::Timestamp;

use super::*;

fn check(id: u32, state: State) -> (State, Check) {
    let check = Check {
        id: id_of(id),
        key: Key::new(format!("check-{id}")).unwrap(),
        name: format!("Check {id}"),
        kind: TcpCheck::of("db.example.com", 5432).into(),
        interval_seconds: 60,
        deadline_ms: 1_000,
        slow_after_ms: None,
        patience: Patience::default(),
        affects: Vec::new(),
        on_outage: OnOutage::Nothing,
        tags: Vec::new(),
        shows_times: false,
        parents: Vec::new(),
        paused_at: None,
        created_at: Timestamp::UNIX_EPOCH,
    };
    (state, check)
}

fn id_of(id: u32) -> CheckId {
    Entropy::from_seed(id.into()).id(Timestamp::UNIX_EPOCH)
}

fn component(id: u64) -> ComponentId {
    Entropy::from_seed(id).id(Timestamp::UNIX_EPOCH)
}

fn affects(check: &mut Check, id: u64) {
    check.affects.push(Affects {
        component_id: component(id),
        when_failing: ComponentStatus::MajorOutage,
        when_degraded: ComponentStatus::DegradedPerformance,
    });
}

#[test]
fn who_stands_behind_whom_who_is_a_member_and_what_is_affected() {
    let mut checks: Vec<_> = (0..5).map(|id| check(id, State::Works)).collect();
    checks[1].1.parents = vec![id_of(0), id_of(77)];
    checks[2].1.kind = CheckKind::Group(GroupCheck::of(vec![id_of(1), id_of(78)], None));
    affects(&mut checks[2].1, 9);
    affects(&mut checks[2].1, 10);
    // The tenth is gone.
    let graph = Graph::of(&checks, &[component(8), component(9)], &HashMap::new());
    assert_eq!(graph.things.len(), 6, "what nobody affects is not there");
    assert_eq!(
        graph.links,
        [
            Link { from: 0, to: 1, bond: Bond::Parent, heat: None },
            Link { from: 1, to: 2, bond: Bond::Member, heat: None },
            Link { from: 2, to: 5, bond: Bond::Affects, heat: None },
        ]
    );
    assert_eq!(graph.count_unrelated(), 2);
    assert_eq!(*graph.related(), [0, 1, 2, 5].into());
    assert!(!graph.is_large());
}

#[test]
fn what_is_asked_for_comes_with_all_before_and_behind_it() {
    // 0 stands before 1 and 2, of which each stands before one more.
    let mut checks: Vec<_> = (0..5).map(|id| check(id, State::Works)).collect();
    for (child, parent) in [(1, 0), (2, 0), (3, 1), (4, 2)] {
        checks[child].1.parents = vec![id_of(parent)];
    }
    let graph = Graph::of(&checks, &[], &HashMap::new());
    let around = |seeds: &[usize]| graph.around(seeds);
    assert_eq!(around(&[1]), Shown { things: [0, 1, 3].into(), left_out: 0 });
    assert_eq!(around(&[0]).things.len(), 5);
    assert_eq!(around(&[3, 4]).things.len(), 5);
    assert_eq!(around(&[]).things.len(), 0);
}

#[test]
fn a_circle_is_walked_once() {
    let mut checks: Vec<_> = (0..3).map(|id| check(id, State::Works)).collect();
    for (child, parent) in [(1, 0), (2, 1), (0, 2)] {
        checks[child].1.parents = vec![id_of(parent)];
    }
    let graph = Graph::of(&checks, &[], &HashMap::new());
    assert_eq!(graph.around(&[1]).things, [0, 1, 2].into());
}

#[test]
fn of_too_many_the_worst_are_shown() {
    let count = u32::try_from(MAP_CHECKS_MAX).unwrap() + 10;
    let state = |id| if id == count - 1 { State::Down } else { State::Works };
    let mut checks: Vec<_> = (0..count).map(|id| check(id, state(id))).collect();
    for (_, check) in checks.iter_mut().skip(1) {
        check.parents = vec![id_of(0)];
    }
    let graph = Graph::of(&checks, &[], &HashMap::new());
    assert!(graph.is_large());
    let last = checks.len() - 1;
    assert_eq!(graph.not_well(), [last]);
    assert_eq!(graph.around(&graph.not_well()).things, [0, last].into());
    let all = graph.around(&[0]);
    assert_eq!((all.things.len(), all.left_out), (MAP_CHECKS_MAX, 10));
    assert!(all.things.contains(&0) && all.things.contains(&last));
}

#[test]
fn what_those_stand_behind_that_are_asked_for_has_room_before_further_ones() {
    // So many are asked for as have room, all of them behind a router that is behind a line.
    let count = u32::try_from(MAP_CHECKS_MAX).unwrap() + 10;
    let mut checks: Vec<_> = (0..count).map(|id| check(id, State::Works)).collect();
    checks[0].0 = State::Down;
    checks[1].1.parents = vec![id_of(0)];
    for (_, check) in checks.iter_mut().skip(2) {
        check.parents = vec![id_of(1)];
    }
    let graph = Graph::of(&checks, &[], &HashMap::new());
    let seeds: Vec<usize> = (2..checks.len()).collect();
    let shown = graph.around(&seeds);
    assert_eq!((shown.things.len(), shown.left_out), (MAP_CHECKS_MAX, 10));
    assert!(shown.things.contains(&0) && shown.things.contains(&1));
}

#[test]
fn of_too_many_components_the_worst_are_shown() {
    let count = u64::try_from(MAP_COMPONENTS_MAX).unwrap() + 5;
    let mut checks = vec![check(0, State::Works)];
    for id in 0..count {
        affects(&mut checks[0].1, id);
    }
    let components: Vec<_> = (0..count).map(component).collect();
    let last = *components.last().unwrap();
    let statuses = [(last, ComponentStatus::MajorOutage)].into();
    let graph = Graph::of(&checks, &components, &statuses);
    let shown = graph.around(&[0]);
    assert_eq!((shown.things.len(), shown.left_out), (MAP_COMPONENTS_MAX + 1, 5));
    assert!(shown.things.contains(&components.len()), "the last one");
    assert_eq!(graph.not_well(), [components.len()], "a component may be what is not well");
}

#[test]
fn what_readers_are_not_told_is_no_line() {
    let mut checks = vec![check(0, State::Down)];
    affects(&mut checks[0].1, 1);
    checks[0].1.affects[0].when_failing = ComponentStatus::Operational;
    let components = [component(1)];
    let links =
        |checks: &[(State, Check)]| Graph::of(checks, &components, &HashMap::new()).links.len();
    assert_eq!(links(&checks), 1, "of what is degraded they are");
    checks[0].1.affects[0].when_degraded = ComponentStatus::Operational;
    assert_eq!(links(&checks), 0);
}

#[test]
fn a_line_is_hot_where_a_check_itself_is_why() {
    use ComponentStatus::{MajorOutage, Operational, UnderMaintenance};
    let heat = |state, failing, degraded, status| {
        let mut checks = vec![check(0, state)];
        affects(&mut checks[0].1, 1);
        checks[0].1.affects[0].when_failing = failing;
        checks[0].1.affects[0].when_degraded = degraded;
        Graph::of(&checks, &[component(1)], &[(component(1), status)].into()).links[0].heat
    };
    for (state, failing, degraded, status, wanted) in [
        (State::Down, MajorOutage, Operational, MajorOutage, Some(Heat::Fails)),
        (State::Flapping, MajorOutage, Operational, MajorOutage, Some(Heat::Fails)),
        (State::Degraded, MajorOutage, MajorOutage, MajorOutage, Some(Heat::Degraded)),
        // Readers are not told of that.
        (State::Degraded, MajorOutage, Operational, MajorOutage, None),
        (State::Down, Operational, MajorOutage, MajorOutage, None),
        // It is said to be so for another reason, or is not so.
        (State::Down, MajorOutage, Operational, UnderMaintenance, None),
        (State::Down, MajorOutage, Operational, Operational, None),
        // Of what is behind nothing is known.
        (State::Behind, MajorOutage, MajorOutage, MajorOutage, None),
        (State::Works, MajorOutage, MajorOutage, MajorOutage, None),
    ] {
        assert_eq!(heat(state, failing, degraded, status), wanted, "{state:?}");
    }
    assert_eq!(between(State::Down, State::Behind), Some(Heat::Fails));
    assert_eq!(between(State::Behind, State::Behind), Some(Heat::Fails));
    assert_eq!(between(State::Degraded, State::Down), Some(Heat::Degraded));
    assert_eq!(between(State::Down, State::Works), None);
    assert_eq!(between(State::Works, State::Down), None);
}

#[test]
fn paused_ones_are_counted() {
    let mut checks: Vec<_> = (0..3).map(|id| check(id, State::Paused)).collect();
    checks[1].1.parents = vec![id_of(0)];
    let graph = Graph::of(&checks, &[], &HashMap::new());
    assert_eq!((graph.count_paused(), graph.not_well().len()), (2, 0));
}
