//! Of which components nobody says anything.

use allclear_domain::Entropy;
use allclear_domain::check::{Affects, CheckKind, GroupCheck, OnOutage, Patience, TcpCheck};
use jiff::Timestamp;

use super::*;

fn id_of(id: u64) -> CheckId {
    Entropy::from_seed(id).id(Timestamp::UNIX_EPOCH)
}

fn component(id: u64) -> ComponentId {
    Entropy::from_seed(id).id(Timestamp::UNIX_EPOCH)
}

/// A check that stands behind others, and of which components it tells.
fn check(id: u64, parents: &[u64], components: &[u64]) -> Check {
    let affects = components.iter().map(|id| Affects {
        component_id: component(*id),
        when_failing: ComponentStatus::MajorOutage,
        when_degraded: ComponentStatus::Operational,
    });
    Check {
        id: id_of(id),
        key: Key::new(format!("check-{id}")).unwrap(),
        name: format!("Check {id}"),
        kind: TcpCheck::of("db.example.com", 5432).into(),
        interval_seconds: 60,
        deadline_ms: 1_000,
        slow_after_ms: None,
        patience: Patience::default(),
        affects: affects.collect(),
        on_outage: OnOutage::Nothing,
        tags: Vec::new(),
        shows_times: false,
        parents: parents.iter().map(|id| id_of(*id)).collect(),
        paused_at: None,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

fn group(id: u64, members: &[u64], components: &[u64]) -> Check {
    let members = members.iter().map(|id| id_of(*id)).collect();
    let kind = CheckKind::Group(GroupCheck::of(members, None));
    Check { kind, ..check(id, &[], components) }
}

#[test]
fn what_all_that_tells_of_it_stands_behind_the_check_is_untold() {
    // 0 before 1 before 2; 3 stands apart.
    let mut all = vec![
        check(0, &[], &[10]),
        check(1, &[0], &[10, 11, 12]),
        check(2, &[1], &[13]),
        check(3, &[], &[12]),
    ];
    assert_eq!(untold(&all[0], &all), [component(11), component(13)].into());
    assert_eq!(untold(&all[1], &all), [component(13)].into());
    assert!(untold(&all[3], &all).is_empty());
    all[3].paused_at = Some(Timestamp::UNIX_EPOCH);
    assert!(untold(&all[0], &all).contains(&component(12)), "a paused one tells nothing");
}

#[test]
fn a_group_says_nothing_where_all_of_its_members_do_so() {
    let mut all = vec![
        check(0, &[], &[]),
        check(1, &[0], &[]),
        check(2, &[0], &[]),
        check(3, &[], &[]),
        group(4, &[1, 2], &[14]),
        group(5, &[1, 3], &[15]),
        group(6, &[4, 2], &[16]),
        group(7, &[0, 1], &[17]),
        // Behind a group that says nothing, and is not down.
        check(8, &[4], &[18]),
    ];
    assert_eq!(untold(&all[0], &all), [component(14), component(16)].into());
    all[3].paused_at = Some(Timestamp::UNIX_EPOCH);
    assert!(untold(&all[0], &all).contains(&component(15)), "its other member is paused");
}

#[test]
fn circles_end() {
    let all = [check(0, &[1], &[10]), check(1, &[0], &[11]), group(2, &[2], &[12])];
    assert_eq!(untold(&all[0], &all), [component(11)].into());
    assert!(untold(&all[2], &all).is_empty());
}
