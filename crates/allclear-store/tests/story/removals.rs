//! Removing: readers are told of it, and what is named or holds something is known.

use allclear_domain::audit::{AuditAction, Subject};
use allclear_domain::status_page::ComponentSelection;
use allclear_domain::{AuditEntry, Component, ComponentStatus, StatusPage};
use allclear_store::{Changes, StoreError};

use crate::harness::{Content, Home};
use crate::samples::{NOW, Samples, at};

fn removal(samples: &Samples, subject: Subject) -> AuditEntry {
    AuditEntry { action: AuditAction::Remove, ..samples.entry(subject, at(NOW)) }
}

pub(crate) async fn what_is_removed_is_told(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let content = Content {
        pages: vec![page.clone()],
        components: vec![component.clone()],
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();
    let mut transaction = home.store.begin().await.unwrap();
    let error = transaction.remove_component(&component, 2).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict { expected: 2, found: 1, .. }), "{error}");
    transaction.remove_component(&component, 1).await.unwrap();
    transaction.remove_status_page(&page, 1).await.unwrap();
    let (gone, page_gone) = (Subject::Component(component.id), Subject::StatusPage(page.id));
    let entries = [removal(&samples, gone), removal(&samples, page_gone)];
    transaction.insert_audit_entries(&entries).await.unwrap();
    transaction.commit().await.unwrap();
    let changes = home.store.changes_since(1).await.unwrap();
    let expected = Changes { revision: 2, removed: vec![gone, page_gone], ..Changes::default() };
    assert_eq!(changes, expected);
    assert!(!changes.is_empty());
    assert!(home.store.changes_since(2).await.unwrap().is_empty());
    // What comes back is told as there again.
    content.write(&home.store).await.unwrap();
    let changes = home.store.changes_since(1).await.unwrap();
    assert_eq!((changes.removed.len(), changes.components), (2, vec![component]));
}

pub(crate) async fn what_is_named_is_known(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let keys = ["free", "told", "worked-on", "set", "group", "part", "chosen", "noted", "prepared"];
    let components = keys.map(|key| samples.component(page.id, key));
    let [free, told, worked_on, set, group, part, chosen, noted, prepared] = components.clone();
    let mut parts = components.to_vec();
    for component in &mut parts {
        if component.id == part.id {
            component.parent_id = Some(group.id);
        }
    }
    let other = StatusPage {
        components: ComponentSelection::Chosen(vec![chosen.id]),
        ..samples.page("other")
    };
    let content = Content {
        pages: vec![page.clone(), other],
        components: parts,
        settings: vec![samples.setting(&set, ComponentStatus::Operational)],
        incidents: vec![samples.full_incident(&told, "a")],
        maintenance: vec![samples.full_maintenance(&worked_on, "b")],
        notes: vec![samples.note(Subject::Component(noted.id), "kept")],
        templates: vec![samples.template(&prepared, "t")],
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();
    let mut transaction = home.store.begin().await.unwrap();
    let mut named =
        async |component: &Component| transaction.is_component_named(component.id).await.unwrap();
    assert!(!named(&free).await && !named(&part).await);
    for component in [told, worked_on, set, group, chosen, noted, prepared] {
        assert!(named(&component).await, "{}", component.key);
    }
}

pub(crate) async fn what_is_held_stays(home: Home) {
    let samples = Samples::new();
    let (page, empty) = (samples.page("p"), samples.page("empty"));
    let content = Content {
        announcements: vec![samples.announcement(page.id)],
        components: vec![samples.component(page.id, "c")],
        pages: vec![page.clone(), empty.clone()],
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();
    let mut transaction = home.store.begin().await.unwrap();
    assert_eq!(transaction.count_held(page.id).await.unwrap(), 2);
    assert_eq!(transaction.count_held(empty.id).await.unwrap(), 0);
    // Had nobody looked, the database itself would refuse; on one engine at the commit.
    let removed = match transaction.remove_status_page(&page, 1).await {
        Ok(()) => transaction.commit().await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(matches!(removed, Err(StoreError::Refused { .. })), "{removed:?}");
    assert_eq!(home.store.list_status_pages().await.unwrap().len(), 2);
}
