//! The store looks at itself.

use allclear_domain::audit::Subject;

use crate::harness::Home;
use crate::samples::{NOW, Samples, at};

/// What the throw-away server is told to do, and a real one must not.
fn without_server_settings(problems: &[String]) -> Vec<&String> {
    problems.iter().filter(|problem| !problem.starts_with("the server runs with")).collect()
}

pub(crate) async fn a_healthy_database(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let subject = Subject::StatusPage(page.id);
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.insert_incidents(&[samples.incident(page.id)]).await.unwrap();
    transaction.insert_internal_notes(&[samples.note(subject, "n")]).await.unwrap();
    transaction.insert_audit_entries(&[samples.entry(subject, at(NOW))]).await.unwrap();
    transaction.commit().await.unwrap();
    let health = home.store.check().await.unwrap();
    assert_eq!(without_server_settings(&health.problems), [""; 0]);
    assert!(health.is_writable);
    assert_eq!((health.schema, health.revision), (allclear_store::SCHEMA, 1));
    let counts = health.counts;
    assert_eq!((counts.status_pages, counts.incidents, counts.announcements), (1, 1, 0));
    assert_eq!((counts.internal_notes, counts.audit_entries), (1, 1));
    assert_eq!(home.store.count().await.unwrap(), counts);
    // Looking changes nothing.
    assert_eq!(home.store.revision().await.unwrap(), 1);
}

pub(crate) async fn a_bad_row_is_a_problem_and_not_the_end(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.insert_components(std::slice::from_ref(&component)).await.unwrap();
    transaction.insert_incidents(&[samples.incident(page.id)]).await.unwrap();
    transaction.commit().await.unwrap();
    home.run("update incidents set document = '[]'").await;
    home.run("update components set key = ''").await;
    let health = home.store.check().await.unwrap();
    let problems = without_server_settings(&health.problems);
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains(&component.id.to_string()), "{problems:?}");
    assert!(problems[1].contains("incidents"), "{problems:?}");
}

pub(crate) async fn many_bad_rows_are_counted(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let incidents: Vec<_> = (0..30).map(|_| samples.incident(page.id)).collect();
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.insert_incidents(&incidents).await.unwrap();
    transaction.commit().await.unwrap();
    home.run("update incidents set document = '{}'").await;
    let health = home.store.check().await.unwrap();
    let problems = without_server_settings(&health.problems);
    assert_eq!(problems.len(), 21, "{problems:?}");
    assert_eq!(problems[20], "10 more rows of table incidents cannot be read");
}

pub(crate) async fn every_statement_is_read_by_the_engine(home: Home) {
    let health = home.store.check().await.unwrap();
    assert_eq!(without_server_settings(&health.problems), [""; 0]);
    assert!(health.statements >= 50, "{}", health.statements);
    // A statement whose table is gone is found out, so the check can fail.
    home.run("drop table audit_entries").await;
    assert!(home.store.check().await.is_err());
}
