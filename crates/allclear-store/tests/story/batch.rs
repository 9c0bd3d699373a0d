//! Many rows at once.

use std::time::Instant;

use allclear_domain::audit::Subject;
use allclear_domain::limits::ROWS_PER_STATEMENT_MAX;
use allclear_store::AuditFilter;

use crate::harness::Home;
use crate::samples::{NOW, Samples, at};

pub(crate) async fn ten_thousand_incidents_with_notes_and_audit(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let mut incidents = Vec::new();
    let mut notes = Vec::new();
    let mut entries = Vec::new();
    for number in 0..10_000 {
        let incident = samples.full_incident(&component, &format!("record {number}"));
        let subject = Subject::Incident(incident.id);
        notes.push(samples.note(subject, "why it hurt"));
        entries.push(samples.entry(subject, at(NOW)));
        incidents.push(incident);
    }
    let began = Instant::now();
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.insert_components(&[component]).await.unwrap();
    transaction.insert_incidents(&incidents).await.unwrap();
    transaction.insert_internal_notes(&notes).await.unwrap();
    transaction.insert_audit_entries(&entries).await.unwrap();
    transaction.commit().await.unwrap();
    let written = began.elapsed();
    let changes = home.store.changes_since(0).await.unwrap();
    println!(
        "{}: written in {written:.2?}, read in {:.2?}",
        home.engine,
        began.elapsed() - written
    );
    incidents.sort_by_key(|incident| incident.id);
    assert!(changes.incidents == incidents);
    assert_eq!(home.store.list_notes_of_page(page.id).await.unwrap().len(), 10_000);
    let entries = home.store.list_audit_entries(&AuditFilter::default(), 20_000).await.unwrap();
    assert_eq!(entries.len(), 10_000);
    assert_eq!(home.store.find_sources(page.id).await.unwrap().len(), 10_000);
}

pub(crate) async fn every_size_around_a_chunk(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.commit().await.unwrap();
    let mut expected = 0;
    let full = ROWS_PER_STATEMENT_MAX;
    for size in [0, 1, 2, full - 1, full, full + 1, 2 * full, 2 * full + 1] {
        let announcements: Vec<_> = (0..size).map(|_| samples.announcement(page.id)).collect();
        let mut transaction = home.store.begin().await.unwrap();
        transaction.insert_announcements(&announcements).await.unwrap();
        transaction.commit().await.unwrap();
        expected += size;
        assert_eq!(home.store.list_announcements(page.id).await.unwrap().len(), expected);
    }
}
