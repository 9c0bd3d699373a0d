//! What is written of checks, and what is refused.

use allclear_domain::ComponentStatus;
use allclear_domain::Entropy;
use allclear_domain::audit::Actor;
use allclear_domain::check::{Affects, TextTest};
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
