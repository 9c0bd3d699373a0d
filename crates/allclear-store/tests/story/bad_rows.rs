//! Rows that do not make sense: an error that names them, never a panic.

use allclear_domain::ComponentStatus;
use allclear_domain::audit::Subject;
use allclear_store::StoreError;

use crate::harness::{Content, Home};
use crate::samples::{NOW, Samples, at};

fn bad<T: std::fmt::Debug>(result: Result<T, StoreError>, table: &str, id: &str, hint: &str) {
    let error = result.unwrap_err();
    let text = error.to_string();
    match error {
        StoreError::BadRow { table: t, id: i, problem } => {
            assert_eq!((t, i.as_str()), (table, id));
            assert!(problem.contains(hint), "{problem}");
        }
        other => panic!("expected a bad row: {other:?}"),
    }
    assert!(text.contains(table) && text.contains(id), "{text}");
}

pub(crate) async fn bad_documents_are_named(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let incident = samples.incident(page.id);
    let window = samples.maintenance(page.id);
    let content = Content {
        pages: vec![page.clone()],
        incidents: vec![incident.clone()],
        maintenance: vec![window.clone()],
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();
    let store = &home.store;

    home.run("update incidents set document = '{}'").await;
    let id = incident.id.to_string();
    bad(store.list_incidents(page.id).await, "incidents", &id, "missing field");
    bad(store.changes_since(0).await, "incidents", &id, "missing field");
    bad(store.find_incident(incident.id).await, "incidents", &id, "missing field");
    let mut transaction = store.begin().await.unwrap();
    bad(transaction.find_incident(incident.id).await, "incidents", &id, "missing field");
    drop(transaction);
    // The reader whose reading failed is not stuck in the state it read.
    store.begin().await.unwrap().commit().await.unwrap();
    assert_eq!(store.revision().await.unwrap(), 2);

    let document = serde_json::to_string(&samples.maintenance(page.id)).unwrap();
    home.run(&format!("update maintenance_windows set document = '{document}'")).await;
    let id = window.id.to_string();
    bad(store.list_maintenance(page.id).await, "maintenance_windows", &id, "another id");
}

pub(crate) async fn bad_columns_are_named(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let setting = samples.setting(&component, ComponentStatus::Operational);
    let note = samples.note(Subject::StatusPage(page.id), "n");
    let entry = samples.entry(Subject::StatusPage(page.id), at(NOW));
    let content = Content {
        pages: vec![page.clone()],
        components: vec![component.clone()],
        settings: vec![setting.clone()],
        notes: vec![note.clone()],
        entries: vec![entry.clone()],
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();
    let store = &home.store;

    let id = component.id.to_string();
    for (change, hint) in [
        ("key = 'Not A Key'", "not a key"),
        ("key = 'c', position = -1", "position"),
        ("position = 0, start_date = 'soon'", "start_date"),
        ("start_date = null, created_at = 9223372036854775807", "created_at"),
        ("created_at = 0, public_id = 'Zebra'", "public_id"),
    ] {
        home.run(&format!("update components set {change}")).await;
        bad(store.list_components().await, "components", &id, hint);
    }
    home.run("update status_settings set status = 'fine'").await;
    let id = setting.id.to_string();
    bad(store.list_status_settings().await, "status_settings", &id, "fine");
    home.run("update internal_notes set kind = 'rumour'").await;
    let id = note.id.to_string();
    bad(store.list_notes_of_page(page.id).await, "internal_notes", &id, "rumour");
    let id = entry.id.to_string();
    for (change, hint) in [
        ("actor = 'somebody'", "somebody"),
        ("actor = 'duty:x', action = 'guess'", "guess"),
        ("action = 'create', subject_noun = 'thing'", "thing"),
    ] {
        home.run(&format!("update audit_entries set {change}")).await;
        bad(store.list_audit_entries(None, 9).await, "audit_entries", &id, hint);
    }
}

pub(crate) async fn a_missing_installation_is_named(home: Home) {
    home.run("delete from installation").await;
    bad(home.store.begin().await.map(|t| t.revision()), "installation", "1", "missing");
    bad(home.store.revision().await, "installation", "1", "missing");
}
