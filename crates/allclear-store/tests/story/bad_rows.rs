//! Rows that do not make sense: an error that names them, never a panic.

use allclear_domain::ComponentStatus;
use allclear_domain::audit::Subject;
use allclear_store::{AuditFilter, BadRow, Changes, StoreError};

use crate::harness::{Content, Home};
use crate::samples::{NOW, Samples, at};

fn bad<T: std::fmt::Debug>(result: Result<T, StoreError>, table: &str, id: &str, hint: &str) {
    let error = result.unwrap_err();
    let text = error.to_string();
    match error {
        StoreError::BadRow(row) => {
            assert_eq!((row.table, row.id.as_str()), (table, id));
            assert!(row.problem.contains(hint), "{row}");
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
        bad(store.list_audit_entries(&AuditFilter::default(), 9).await, "audit_entries", &id, hint);
    }
}

pub(crate) async fn a_missing_installation_is_named(home: Home) {
    home.run("delete from installation").await;
    bad(home.store.begin().await.map(|t| t.revision()), "installation", "1", "missing");
    bad(home.store.revision().await, "installation", "1", "missing");
}

/// What a reader of all changes learns of bad rows: table and row of each, in their order.
fn named(changes: &Changes) -> Vec<(&'static str, String)> {
    changes.bad_rows.iter().map(|row| (row.table, row.id.clone())).collect()
}

pub(crate) async fn changes_leave_out_bad_rows_and_name_them(home: Home) {
    let samples = Samples::new();
    let (page, bad_page) = (samples.page("p"), samples.page("q"));
    let (component, bad_component) =
        (samples.component(page.id, "c"), samples.component(page.id, "d"));
    let setting = |component| samples.setting(component, ComponentStatus::Operational);
    let (good_setting, bad_setting) = (setting(&component), setting(&bad_component));
    let (incident, bad_incident) = (samples.incident(page.id), samples.incident(page.id));
    let (window, bad_window) = (samples.maintenance(page.id), samples.maintenance(page.id));
    let (notice, bad_notice) = (samples.announcement(page.id), samples.announcement(page.id));
    let content = Content {
        pages: vec![page.clone(), bad_page.clone()],
        components: vec![component.clone(), bad_component.clone()],
        settings: vec![good_setting.clone(), bad_setting.clone()],
        incidents: vec![incident.clone(), bad_incident.clone()],
        maintenance: vec![window.clone(), bad_window.clone()],
        announcements: vec![notice.clone(), bad_notice.clone()],
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();
    // Whatever the columns say, the document is what counts, and it may be anything.
    for (table, public_id, document) in [
        ("incidents", bad_incident.public_id, "{}"),
        ("maintenance_windows", bad_window.public_id, "[1, 2]"),
        ("announcements", bad_notice.public_id, "null"),
    ] {
        let change = format!("set document = '{document}' where public_id = '{public_id}'");
        home.run(&format!("update {table} {change}")).await;
    }
    home.run("update status_pages set document = '{\"id\": 7}' where slug = 'q'").await;
    home.run("update components set position = -1 where key = 'd'").await;
    home.run(
        "update status_settings set status = 'fine'
        where component_id = (select id from components where key = 'd')",
    )
    .await;

    let changes = home.store.changes_since(0).await.unwrap();
    assert_eq!(changes.revision, 1);
    assert_eq!(changes.status_pages, [page]);
    assert_eq!(changes.components, [component]);
    assert_eq!(changes.status_settings, [good_setting]);
    assert_eq!(changes.incidents, std::slice::from_ref(&incident));
    assert_eq!(changes.maintenance, [window]);
    assert_eq!(changes.announcements, [notice]);
    assert!(!changes.is_empty());
    let expected = [
        ("status_pages", bad_page.id.to_string()),
        ("components", bad_component.id.to_string()),
        ("status_settings", bad_setting.id.to_string()),
        ("incidents", bad_incident.id.to_string()),
        ("maintenance_windows", bad_window.id.to_string()),
        ("announcements", bad_notice.id.to_string()),
    ];
    assert_eq!(named(&changes), expected);
    assert!(changes.bad_rows.iter().all(|row| !row.problem.is_empty()), "{changes:?}");

    // A reader who knows them already is not told again, and gets what is newer.
    let mut transaction = home.store.begin().await.unwrap();
    transaction.update_incident(&incident, 1).await.unwrap();
    transaction.commit().await.unwrap();
    let changes = home.store.changes_since(1).await.unwrap();
    let expected = Changes { revision: 2, incidents: vec![incident], ..Changes::default() };
    assert_eq!(changes, expected);
}

pub(crate) async fn a_bad_row_that_is_put_right_is_read_again(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let content = Content { pages: vec![page.clone()], ..Content::default() };
    content.write(&home.store).await.unwrap();
    home.run("update status_pages set document = '{}'").await;
    let changes = home.store.changes_since(0).await.unwrap();
    assert_eq!(named(&changes), [("status_pages", page.id.to_string())]);
    let row: BadRow = changes.bad_rows[0].clone();
    assert!(row.to_string().contains("row pag_"), "{row}");
    let document = serde_json::to_string(&page).unwrap();
    home.run(&format!("update status_pages set document = '{document}'")).await;
    let changes = home.store.changes_since(0).await.unwrap();
    assert_eq!((changes.status_pages, changes.bad_rows), (vec![page], vec![]));
}
