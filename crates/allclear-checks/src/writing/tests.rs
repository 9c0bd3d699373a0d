//! What is written of checks, and what is refused.

use allclear_domain::ComponentStatus;
use allclear_domain::Entropy;
use allclear_domain::audit::Actor;
use allclear_domain::check::{Affects, GroupCheck, TextTest};
use allclear_store::{About, AuditFilter, Location};
use tempfile::TempDir;

use super::*;
use crate::for_tests::{at, kind};

fn new(name: &str) -> NewCheck {
    NewCheck {
        key: None,
        name: name.to_owned(),
        kind: kind(),
        interval_seconds: 30,
        deadline_ms: 10_000,
        slow_after_ms: None,
        patience: Patience::default(),
        affects: Vec::new(),
        on_outage: OnOutage::default(),
        tags: Vec::new(),
        shows_times: false,
        parents: Vec::new(),
    }
}

#[tokio::test]
async fn checks_are_added_changed_and_refused_with_their_fields() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(1));
    let change = Change { actor: &actor, entropy: &entropy, now: at(0) };
    let first = add_check(&store, new("Shop front"), change).await.unwrap();
    let second = add_check(&store, new("Shop front"), change).await.unwrap();
    assert_eq!((first.key.as_str(), second.key.as_str()), ("shop-front", "shop-front-2"));

    let nowhere = Affects {
        component_id: entropy.id(at(0)),
        when_failing: ComponentStatus::MajorOutage,
        when_degraded: ComponentStatus::Operational,
    };
    let mut kind = kind();
    if let CheckKind::Tcp(tcp) = &mut kind {
        tcp.host = "shop example.com".to_owned();
    }
    let wrong = NewCheck { interval_seconds: 0, kind, affects: vec![nowhere], ..new("Wrong") };
    let Err(WriteError::Invalid(problems)) = add_check(&store, wrong, change).await else {
        panic!("it is taken")
    };
    let fields: Vec<&str> = problems.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["interval_seconds", "kind.tcp.host", "affects[0].component_id"]);

    // What nobody could try is refused before it is kept.
    let mut wrong = new("Wrong");
    if let CheckKind::Tcp(tcp) = &mut wrong.kind {
        tcp.expect = Some(TextTest::Matches("(".to_owned()));
    }
    let refused = add_check(&store, wrong, change).await;
    let Err(WriteError::Invalid(problems)) = refused else { panic!("it is taken") };
    let fields: Vec<&str> = problems.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["kind.tcp.expect.matches"]);

    let rename = |check: Check| Ok(Check { name: "Front".to_owned(), ..check });
    let renamed = change_check(&store, first.id, Some(1), change, rename).await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.version), ("Front", 2));
    let late = change_check(&store, first.id, Some(1), change, rename).await;
    assert!(matches!(late, Err(WriteError::Store(StoreError::Conflict { .. }))));
    let revision = store.revision().await.unwrap();
    change_check(&store, first.id, Some(2), change, rename).await.unwrap();
    assert_eq!(store.revision().await.unwrap(), revision, "no change leaves no trace");
    remove_check(&store, second.id, Some(1), change).await.unwrap();
    let gone = remove_check(&store, second.id, None, change).await;
    assert!(matches!(gone, Err(WriteError::NotFound { .. })));

    let about = Some(About::One(Subject::Check(second.id)));
    let filter = AuditFilter { about, ..AuditFilter::default() };
    let entries = store.list_audit_entries(&filter, 9).await.unwrap();
    assert_eq!(entries.len(), 2, "added and removed");
}

#[tokio::test]
async fn nobody_stands_behind_themselves() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(1));
    let change = Change { actor: &actor, entropy: &entropy, now: at(0) };
    let mut chain: Vec<CheckId> = Vec::new();
    for nth in 0..3 {
        let parents = chain.last().copied().into_iter().collect();
        let new = NewCheck { parents, ..new(&format!("Check {nth}")) };
        chain.push(add_check(&store, new, change).await.unwrap().value.id);
    }
    let stand_behind = async |id: CheckId, parents: Vec<CheckId>| {
        let decide = |check: Check| Ok(Check { parents, ..check });
        match change_check(&store, id, None, change, decide).await {
            Ok(_) => String::new(),
            Err(WriteError::Invalid(problems)) => problems[0].to_string(),
            Err(error) => panic!("{error}"),
        }
    };
    for (parents, told) in [
        (vec![chain[0]], "is this check itself"),
        (vec![chain[1]], "stands behind this check itself"),
        (vec![chain[2]], "stands behind this check itself"),
        (vec![entropy.id(at(1))], "there is no check chk_"),
        ((0..9).map(|_| entropy.id(at(1))).collect(), "parents"),
    ] {
        let problem = stand_behind(chain[0], parents).await;
        assert!(problem.contains(told), "{told}: {problem}");
    }
    let twice = stand_behind(chain[2], vec![chain[0], chain[0]]).await;
    assert!(twice.contains("is named twice"), "{twice}");
    assert_eq!(
        stand_behind(chain[2], vec![chain[0], chain[1]]).await,
        "",
        "two ways up are no circle"
    );
    // One that is removed keeps nobody from changing anything else.
    remove_check(&store, chain[1], None, change).await.unwrap();
    let rename = |check: Check| Ok(Check { name: "Renamed".to_owned(), ..check });
    let renamed = change_check(&store, chain[2], None, change, rename).await.unwrap();
    assert_eq!(renamed.parents, [chain[0], chain[1]]);
    assert_eq!(stand_behind(chain[2], vec![chain[1]]).await, "");
}

fn group(name: &str, members: Vec<CheckId>, up_min: Option<u16>) -> NewCheck {
    NewCheck { kind: GroupCheck::of(members, up_min).into(), ..new(name) }
}

#[tokio::test]
async fn a_group_leads_nowhere_in_a_circle() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(1));
    let change = Change { actor: &actor, entropy: &entropy, now: at(0) };
    let add = async |new: NewCheck| add_check(&store, new, change).await;
    let refused = |written: Result<Stored<Check>, WriteError>| match written {
        Err(WriteError::Invalid(problems)) => problems[0].to_string(),
        other => panic!("it is taken: {other:?}"),
    };
    let [a, b] = [add(new("A")).await.unwrap(), add(new("B")).await.unwrap()];
    let inner = add(group("Inner", vec![a.id, b.id], Some(1))).await.unwrap();
    let outer = add(group("Outer", vec![inner.id, a.id], None)).await.unwrap();
    let behind = NewCheck { parents: vec![outer.id], ..new("Behind") };
    let behind = add(behind).await.unwrap();
    for (members, up_min, told) in [
        (vec![], None, "kind.group.members: is empty"),
        (vec![a.id, a.id], None, "kind.group.members[1]: is named twice"),
        (vec![a.id, entropy.id(at(1))], None, "kind.group.members[1]: there is no check"),
        (vec![a.id], Some(2), "kind.group.up_min: is 2"),
        (vec![a.id], Some(0), "kind.group.up_min: is 0"),
    ] {
        let problem = refused(add(group("Wrong", members, up_min)).await);
        assert!(problem.starts_with(told), "{problem}");
    }
    let turn_into = async |id: CheckId, members: Vec<CheckId>, parents: Vec<CheckId>| {
        let decide = |check: Check| {
            let kind = match members.is_empty() {
                true => check.kind.clone(),
                false => GroupCheck::of(members, None).into(),
            };
            Ok(Check { kind, parents, ..check })
        };
        refused(change_check(&store, id, None, change, decide).await)
    };
    // A circle of groups, one through parents, and one through both.
    for (id, members, parents, told) in [
        (inner.id, vec![inner.id], vec![], "is this check itself"),
        (inner.id, vec![b.id, outer.id], vec![], "kind.group.members[1]: follows from this group"),
        (inner.id, vec![behind.id], vec![], "kind.group.members[0]: follows from this group"),
        (b.id, vec![], vec![outer.id], "parents[0]: stands behind this check itself"),
        (b.id, vec![], vec![behind.id], "parents[0]: stands behind this check itself"),
    ] {
        let problem = turn_into(id, members, parents).await;
        assert!(problem.contains(told), "{problem}");
    }
    let mut top = outer;
    for _ in 2..limits::GROUP_LEVELS_MAX {
        top = add(group("Level", vec![top.id], None)).await.unwrap();
    }
    let problem = refused(add(group("Level", vec![top.id], None)).await);
    assert!(problem.contains("groups within groups"), "{problem}");
    // One that was removed does not stand in the way of other changes.
    remove_check(&store, b.id, None, change).await.unwrap();
    let renamed = change_check(&store, inner.id, None, change, |check| {
        Ok(Check { name: "Renamed".to_owned(), ..check })
    });
    assert_eq!(renamed.await.unwrap().kind, inner.kind);
}

#[tokio::test]
async fn a_group_makes_those_above_it_no_deeper_than_they_may_be() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(1));
    let change = Change { actor: &actor, entropy: &entropy, now: at(0) };
    let add = async |new: NewCheck| add_check(&store, new, change).await.unwrap().value.id;
    let single = add(new("Single")).await;
    let lowest = add(group("Lowest", vec![single], None)).await;
    let mut top = lowest;
    for _ in 2..limits::GROUP_LEVELS_MAX {
        top = add(group("Level", vec![top], None)).await;
    }
    let flat = add(group("Flat", vec![single], None)).await;
    let deep = add(group("Deep", vec![flat], None)).await;
    let name = async |members: Vec<CheckId>| {
        let decide =
            |check: Check| Ok(Check { kind: GroupCheck::of(members, None).into(), ..check });
        change_check(&store, lowest, None, change, decide).await
    };
    match name(vec![single, deep]).await {
        Err(WriteError::Invalid(problems)) => {
            let problem = problems[0].to_string();
            assert!(problem.contains("deep with those that this one is in"), "{problem}");
        }
        other => panic!("it is taken: {other:?}"),
    }
    // One level less is as deep as it may be.
    name(vec![single, flat]).await.unwrap();
}

#[test]
fn a_group_makes_those_above_it_no_wider_than_they_may_be() {
    let entropy = Entropy::from_seed(1);
    let one = || crate::for_tests::check(&entropy, "one");
    let group =
        |members: Vec<CheckId>| Check { kind: GroupCheck::of(members, None).into(), ..one() };
    let ids = |many: usize| (0..many).map(|_| one().id).collect::<Vec<_>>();
    let half = limits::GROUP_BELOW_MAX / 2;
    for (many, is_right) in [(half - 1, true), (half, false)] {
        let inner = group(ids(many));
        let outer =
            Check { name: "Outer".to_owned(), ..group([ids(half), vec![inner.id]].concat()) };
        let id = inner.id;
        let problem = parents::too_much_above(&[inner, outer], id, 1);
        assert_eq!(problem.is_none(), is_right, "{problem:?}");
        assert!(problem.is_none_or(|problem| problem.contains("the group Outer")));
    }
}

#[tokio::test]
async fn groups_are_carried_over_with_what_comes_before_them() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(1));
    let change = Change { actor: &actor, entropy: &entropy, now: at(0) };
    let key = |text: &str| Key::new(text).unwrap();
    let carried = |name: &str, members: &[&str]| {
        let check = match members.is_empty() {
            true => new(name),
            false => group(name, Vec::new(), None),
        };
        let check = NewCheck { key: Some(key(name)), ..check };
        Carried { check, is_paused: false, members: members.iter().map(|one| key(one)).collect() }
    };
    let there = add_check(&store, new("There"), change).await.unwrap();
    let all = vec![carried("a", &[]), carried("g", &["a", "there"]), carried("h", &["g"])];
    let done = carry_over(&store, all.clone(), change).await.unwrap();
    let [CarriedOver::Added(a), CarriedOver::Added(g), CarriedOver::Added(h)] = done[..] else {
        panic!("{done:?}")
    };
    let members = async |id| {
        let found = store.find_check(id).await.unwrap().unwrap();
        found.kind.as_group().unwrap().members.clone()
    };
    assert_eq!((members(g).await, members(h).await), (vec![a, there.id], vec![g]));
    // Again, nothing is added, and nothing differs.
    let again = carry_over(&store, all, change).await.unwrap();
    assert_eq!(again, vec![CarriedOver::There; 3]);
    let wrong = vec![carried("b", &[]), carried("i", &["b", "later"]), carried("later", &[])];
    let Err(WriteError::Invalid(problems)) = carry_over(&store, wrong, change).await else {
        panic!("it is taken")
    };
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].field, "checks[1].check.kind.group.members[1]");
    assert!(store.find_check_by_key("b").await.unwrap().is_none(), "all of them or none");
}
