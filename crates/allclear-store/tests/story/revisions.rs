//! Revisions: what a reader sees, and when.

use allclear_domain::audit::Subject;
use allclear_domain::record::Publication;
use allclear_store::{About, AuditFilter, Changes, StoreError};

use crate::harness::Home;
use crate::samples::{NOW, Samples, at};

pub(crate) async fn changes_since_a_revision(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let (one, mut two) = (samples.incident(page.id), samples.incident(page.id));
    assert_eq!(home.store.revision().await.unwrap(), 0);
    assert_eq!(home.store.changes_since(0).await.unwrap(), Changes::default());

    let mut transaction = home.store.begin().await.unwrap();
    assert_eq!(transaction.revision(), 1);
    transaction.insert_status_page(&page).await.unwrap();
    transaction.insert_components(std::slice::from_ref(&component)).await.unwrap();
    transaction.insert_incidents(&[one.clone(), two.clone()]).await.unwrap();
    assert_eq!(transaction.commit().await.unwrap(), 1);
    let all = home.store.changes_since(0).await.unwrap();
    assert_eq!((all.revision, all.incidents.len()), (1, 2));
    assert!(!all.is_empty());
    assert!(home.store.changes_since(1).await.unwrap().is_empty());

    two.publication = Publication::Published { at: at(NOW) };
    let mut transaction = home.store.begin().await.unwrap();
    transaction.update_incident(&two, 1).await.unwrap();
    assert_eq!(transaction.commit().await.unwrap(), 2);
    let changes = home.store.changes_since(1).await.unwrap();
    let expected = Changes { revision: 2, incidents: vec![two], ..Changes::default() };
    assert_eq!(changes, expected);
    // A transaction that touches nothing a reader sees still takes a revision.
    home.store.begin().await.unwrap().commit().await.unwrap();
    let changes = home.store.changes_since(2).await.unwrap();
    assert_eq!((changes.revision, changes.is_empty()), (3, true));
    let all = home.store.changes_since(0).await.unwrap();
    assert_eq!((all.incidents.len(), all.components.len()), (2, 1));
    assert!(all.incidents.contains(&one));
}

/// A reader that follows sees every incident exactly once, each with the note written beside it.
pub(crate) async fn one_state_while_others_write(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.commit().await.unwrap();
    let batches: Vec<Vec<_>> =
        (0..40).map(|_| (0..5).map(|_| samples.incident(page.id)).collect()).collect();
    let written: usize = batches.iter().map(Vec::len).sum();
    let store = home.store.clone();
    let writer = tokio::spawn(async move {
        for batch in batches {
            let mut transaction = store.begin().await.unwrap();
            let (first, rest) = batch.split_first().unwrap();
            transaction.insert_incidents(std::slice::from_ref(first)).await.unwrap();
            tokio::task::yield_now().await;
            transaction.insert_incidents(rest).await.unwrap();
            transaction.commit().await.unwrap();
        }
    });
    let (mut revision, mut seen) = (1, 0);
    while seen < written {
        let changes = home.store.changes_since(revision).await.unwrap();
        assert_eq!(changes.incidents.len() % 5, 0, "a transaction was seen in part");
        let transactions = usize::try_from(changes.revision - revision).unwrap();
        assert_eq!(changes.incidents.len(), transactions * 5);
        seen += changes.incidents.len();
        revision = changes.revision;
    }
    writer.await.unwrap();
    assert_eq!(seen, written);
}

pub(crate) async fn dropping_takes_everything_back(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    drop(transaction);
    // The next one waits until the former is gone, and takes the same revision.
    let mut transaction = home.store.begin().await.unwrap();
    assert_eq!(transaction.revision(), 1);
    assert_eq!(transaction.find_status_page(page.id).await.unwrap(), None);
    transaction.insert_status_page(&page).await.unwrap();
    transaction.commit().await.unwrap();
}

pub(crate) async fn rolling_back_takes_everything_back(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    for _ in 0..20 {
        let mut transaction = home.store.begin().await.unwrap();
        assert_eq!(transaction.revision(), 1);
        transaction.insert_status_page(&page).await.unwrap();
        transaction.rollback().await.unwrap();
    }
    assert_eq!(home.store.list_status_pages().await.unwrap(), []);
    assert_eq!(home.store.revision().await.unwrap(), 0);
}

pub(crate) async fn audit_stands_and_falls_with_its_change(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let entry = samples.entry(Subject::StatusPage(page.id), at(NOW));
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_audit_entries(std::slice::from_ref(&entry)).await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    drop(transaction);
    assert_eq!(home.store.list_audit_entries(&AuditFilter::default(), 9).await.unwrap(), []);
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_audit_entries(std::slice::from_ref(&entry)).await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    // Nobody sees either before the commit.
    assert_eq!(home.store.list_audit_entries(&AuditFilter::default(), 9).await.unwrap(), []);
    transaction.commit().await.unwrap();
    let about = Some(About::One(entry.subject));
    let filter = AuditFilter { about, ..AuditFilter::default() };
    assert_eq!(home.store.list_audit_entries(&filter, 9).await.unwrap(), [entry]);
}

pub(crate) async fn a_failed_transaction_cannot_be_committed(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    let error = transaction.insert_status_page(&page).await.unwrap_err();
    assert!(matches!(error, StoreError::Duplicate { .. }), "{error}");
    let error = transaction.insert_status_page(&samples.page("q")).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    let error = transaction.find_status_page(page.id).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    let error = transaction.commit().await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    assert_eq!(home.store.list_status_pages().await.unwrap(), []);
    home.store.begin().await.unwrap().commit().await.unwrap();
}
