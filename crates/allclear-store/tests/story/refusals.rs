//! What the store refuses, and what it says.

use allclear_domain::audit::Subject;
use allclear_domain::text::Key;
use allclear_store::{Location, Store, StoreError};

use crate::harness::{Content, Home};
use crate::samples::{NOW, Samples, at, imported};

fn duplicate<T: std::fmt::Debug>(result: Result<T, StoreError>, expected: &str) {
    match result {
        Err(StoreError::Duplicate { what }) => assert_eq!(what, expected),
        other => panic!("expected a duplicate of {expected}: {other:?}"),
    }
}

pub(crate) async fn what_is_unique(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let content = Content {
        incidents: vec![samples.full_incident(&component, "s")],
        maintenance: vec![samples.full_maintenance(&component, "s")],
        announcements: vec![samples.full_announcement(page.id, "s")],
        components: vec![component.clone()],
        pages: vec![page.clone()],
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();
    macro_rules! refused {
        ($nouns:ident, $noun:expr, $what:literal) => {
            let content = Content { $nouns: vec![$noun], ..Content::default() };
            duplicate(content.write(&home.store).await, $what);
        };
    }
    let mut same = samples.page("q");
    refused!(pages, samples.page("p"), "a status page with this slug");
    same.id = page.id;
    refused!(pages, same, "a row with this status_pages.id");
    let mut same = samples.component(page.id, "c");
    refused!(components, same.clone(), "a component with this key on this page");
    same.key = Key::new("other").unwrap();
    same.public_id = component.public_id;
    refused!(components, same, "a component with this public id");
    let mut same = samples.full_incident(&component, "s");
    refused!(incidents, same.clone(), "an incident from this source on this page");
    same.source = None;
    same.public_id = content.incidents[0].public_id;
    refused!(incidents, same, "an incident with this public id");
    let mut same = samples.full_maintenance(&component, "s");
    refused!(maintenance, same.clone(), "a maintenance window from this source on this page");
    same.source = None;
    same.public_id = content.maintenance[0].public_id;
    refused!(maintenance, same, "a maintenance window with this public id");
    let mut same = samples.full_announcement(page.id, "s");
    refused!(announcements, same.clone(), "an announcement from this source on this page");
    same.source = None;
    same.public_id = content.announcements[0].public_id;
    refused!(announcements, same, "an announcement with this public id");
    let changes = home.store.changes_since(0).await.unwrap();
    assert_eq!((changes.revision, changes.incidents.len()), (1, 1));
}

pub(crate) async fn one_default_page(home: Home) {
    let samples = Samples::new();
    let (mut one, mut two) = (samples.full_page("one"), samples.full_page("two"));
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&one).await.unwrap();
    transaction.commit().await.unwrap();
    let mut transaction = home.store.begin().await.unwrap();
    duplicate(transaction.insert_status_page(&two).await, "a default status page");
    drop(transaction);
    // The mark moves in one transaction, when the former default gives it up first.
    one.is_default = false;
    two.is_default = true;
    let mut transaction = home.store.begin().await.unwrap();
    assert_eq!(transaction.update_status_page(&one, 1).await.unwrap(), 2);
    transaction.insert_status_page(&two).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(home.store.list_status_pages().await.unwrap().len(), 2);
}

/// The database keeps source keys apart within a noun; across nouns reading them says so.
pub(crate) async fn one_key_in_two_nouns(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.insert_incidents(&[samples.full_incident(&component, "s")]).await.unwrap();
    transaction.insert_announcements(&[samples.full_announcement(page.id, "s")]).await.unwrap();
    transaction.commit().await.unwrap();
    let error = home.store.find_sources(page.id).await.unwrap_err();
    assert!(matches!(error, StoreError::BadRow(_)), "{error}");
}

pub(crate) async fn a_change_to_an_old_version(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let mut component = samples.component(page.id, "c");
    let mut incident = samples.incident(page.id);
    let mut window = samples.maintenance(page.id);
    let mut announcement = samples.announcement(page.id);
    let content = Content {
        pages: vec![page.clone()],
        components: vec![component.clone()],
        incidents: vec![incident.clone()],
        maintenance: vec![window.clone()],
        announcements: vec![announcement.clone()],
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();

    incident.title = "Changed".to_owned();
    incident.source = Some(imported("new"));
    window.title = "Changed".to_owned();
    announcement.title = "Changed".to_owned();
    component.position = 5;
    let mut transaction = home.store.begin().await.unwrap();
    assert_eq!(transaction.update_status_page(&page, 1).await.unwrap(), 2);
    assert_eq!(transaction.update_component(&component, 1).await.unwrap(), 2);
    assert_eq!(transaction.update_incident(&incident, 1).await.unwrap(), 2);
    assert_eq!(transaction.update_incident(&incident, 2).await.unwrap(), 3);
    assert_eq!(transaction.update_maintenance(&window, 1).await.unwrap(), 2);
    let updated = transaction.update_announcement(&announcement, 1).await;
    assert_eq!(updated.unwrap(), 2);
    // A conflict does not end the transaction.
    let error = transaction.update_incident(&incident, 1).await.unwrap_err();
    assert!(!error.retry());
    let StoreError::Conflict { noun, id, expected, found } = error else {
        panic!("{error}");
    };
    assert_eq!((noun, id), ("incident", incident.id.to_string()));
    assert_eq!((expected, found), (1, 3));
    transaction.commit().await.unwrap();

    let stored = home.store.find_incident(incident.id).await.unwrap().unwrap();
    assert_eq!((&stored.value, stored.version, stored.revision), (&incident, 3, 2));
    let changes = home.store.changes_since(1).await.unwrap();
    assert_eq!((changes.components, changes.maintenance), (vec![component], vec![window]));
    assert_eq!(changes.announcements, [announcement]);
    assert_eq!(home.store.find_sources(page.id).await.unwrap().len(), 1);
}

pub(crate) async fn a_change_to_nothing(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let mut transaction = home.store.begin().await.unwrap();
    let error = transaction.update_status_page(&page, 1).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { noun: "status page", .. }), "{error}");
    assert_eq!(error.to_string(), format!("there is no status page {}", page.id));
    transaction.insert_status_page(&page).await.unwrap();
    transaction.commit().await.unwrap();
}

pub(crate) async fn a_page_that_is_not_there(home: Home) {
    let samples = Samples::new();
    let mut transaction = home.store.begin().await.unwrap();
    let incident = samples.incident(samples.0.id(at(NOW)));
    let error = transaction.insert_incidents(&[incident]).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
}

pub(crate) async fn a_parent_that_is_not_there(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let mut component = samples.component(page.id, "c");
    component.parent_id = Some(samples.0.id(at(NOW)));
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.insert_components(&[component]).await.unwrap();
    let error = transaction.commit().await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    assert_eq!(home.store.changes_since(0).await.unwrap().revision, 0);
    // The writer is free again.
    home.store.begin().await.unwrap().commit().await.unwrap();
}

pub(crate) async fn parents_after_their_parts(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let mut components: Vec<_> =
        (0..1_200).map(|n| samples.component(page.id, &format!("c{n}"))).collect();
    let ids: Vec<_> = components.iter().map(|component| component.id).collect();
    for (component, parent) in components.iter_mut().zip(ids.into_iter().skip(1)) {
        component.parent_id = Some(parent);
    }
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.insert_components(&components).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(home.store.list_components().await.unwrap().len(), 1_200);
}

pub(crate) async fn a_text_with_nul(home: Home) {
    let samples = Samples::new();
    let mut page = samples.page("p");
    page.title = "a\0b".to_owned();
    let mut transaction = home.store.begin().await.unwrap();
    let error = transaction.insert_status_page(&page).await.unwrap_err();
    assert!(error.to_string().contains("U+0000"), "{error}");
    drop(transaction);
    let note = samples.note(Subject::StatusPage(page.id), "a\0b");
    let mut transaction = home.store.begin().await.unwrap();
    let error = transaction.insert_internal_notes(&[note]).await.unwrap_err();
    assert!(error.to_string().contains("U+0000"), "{error}");
}

/// Neither a location nor an error prints a password; the public hears nothing of places and rows.
pub(crate) async fn errors_keep_the_secret(home: Home) {
    let locations = [
        "postgres://kim:hunter2@127.0.0.1:1/allclear",
        "postgres://kim:hunter2@no.such.host.invalid/allclear",
        "postgres://kim:hunter2@[broken/allclear",
        "mysql://kim:hunter2@127.0.0.1/allclear",
    ];
    for url in locations {
        let location = Location::Url(url.to_owned());
        let error = Store::open(&location).await.unwrap_err();
        let texts = [
            format!("{location}"),
            format!("{location:?}"),
            format!("{error}"),
            format!("{error:?}"),
        ];
        for text in texts {
            assert!(!text.contains("hunter2"), "{text}");
        }
        assert!(!error.public_message().contains("host"));
    }
    let refused = Store::open(&Location::Url(locations[0].to_owned())).await.unwrap_err();
    assert!(refused.retry(), "{refused}");
    assert!(matches!(refused, StoreError::Unreachable { .. }), "{refused:?}");
    assert!(!format!("{:?}", home.store).contains("password"), "{:?}", home.store);
    let samples = Samples::new();
    let note = samples.note(Subject::Incident(samples.0.id(at(NOW))), "the secret of the team");
    let mut transaction = home.store.begin().await.unwrap();
    let twice = [note.clone(), note];
    let error = transaction.insert_internal_notes(&twice).await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("secret"), "{error:?}");
    assert_eq!(error.public_message(), "There is one of that name already.");
}
