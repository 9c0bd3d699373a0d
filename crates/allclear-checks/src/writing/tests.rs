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
