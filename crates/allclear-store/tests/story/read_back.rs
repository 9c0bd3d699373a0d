//! What is written reads back equal.

use allclear_domain::ComponentStatus;
use allclear_domain::audit::Subject;
use allclear_domain::maintenance::MaintenanceState;
use allclear_domain::note::NoteKind;
use allclear_domain::record::Publication;
use allclear_domain::text::Prose;
use allclear_domain::times::{Bound, Moment};
use allclear_store::{AuditFilter, Changes, Store};
use jiff::{SignedDuration, Timestamp};

use crate::harness::{Content, Home};
use crate::samples::{NOW, Samples, at};

/// One of every noun, with every field filled. Gives what `changes_since(0)` has to give.
async fn write_everything(store: &Store) -> (Changes, Subject) {
    let samples = Samples::new();
    let page = samples.full_page("main");
    let parent = samples.component(page.id, "service");
    let component = samples.full_component(&parent, "login");
    let mut expected = Changes {
        reader_passwords: Vec::new(),
        revision: 0,
        removed: Vec::new(),
        status_pages: vec![page.clone()],
        components: vec![parent, component.clone()],
        status_settings: ComponentStatus::ALL.map(|s| samples.setting(&component, s)).to_vec(),
        incidents: vec![samples.full_incident(&component, "a")],
        maintenance: vec![samples.full_maintenance(&component, "b")],
        announcements: vec![samples.full_announcement(page.id, "c")],
        outages: Vec::new(),
        bad_rows: Vec::new(),
    };
    expected.components.sort_by_key(|c| c.id);
    expected.status_settings.sort_by_key(|s| s.id);
    let content = Content {
        pages: expected.status_pages.clone(),
        components: expected.components.clone(),
        settings: expected.status_settings.clone(),
        incidents: expected.incidents.clone(),
        maintenance: expected.maintenance.clone(),
        announcements: expected.announcements.clone(),
        ..Content::default()
    };
    expected.revision = content.write(store).await.unwrap();
    (expected, Subject::StatusPage(page.id))
}

async fn read_everything(store: &Store, expected: &Changes) {
    let changes = store.changes_since(0).await.unwrap();
    assert_eq!(&changes, expected);
    assert_eq!(store.list_status_pages().await.unwrap(), expected.status_pages);
    assert_eq!(store.list_components().await.unwrap(), expected.components);
    assert_eq!(store.list_status_settings().await.unwrap(), expected.status_settings);
    let page = &expected.status_pages[0];
    assert_eq!(store.list_incidents(page.id).await.unwrap(), expected.incidents);
    assert_eq!(store.list_maintenance(page.id).await.unwrap(), expected.maintenance);
    assert_eq!(store.list_announcements(page.id).await.unwrap(), expected.announcements);

    let found = store.find_status_page("main").await.unwrap().unwrap();
    assert_eq!((&found.value, found.version, found.revision), (page, 1, 1));
    assert_eq!(store.find_status_page("other").await.unwrap(), None);
    let incident = &expected.incidents[0];
    let found = store.find_incident(incident.id).await.unwrap().unwrap();
    assert_eq!(&found.value, incident);
    let found = store.find_incident_by_public_id(incident.public_id).await.unwrap().unwrap();
    assert_eq!(&found.value, incident);
    let window = &expected.maintenance[0];
    let found = store.find_maintenance(window.id).await.unwrap().unwrap();
    assert_eq!(&found.value, window);
    let found = store.find_maintenance_by_public_id(window.public_id).await.unwrap().unwrap();
    assert_eq!(&found.value, window);
    let announcement = &expected.announcements[0];
    let found = store.find_announcement(announcement.id).await.unwrap().unwrap();
    assert_eq!(&found.value, announcement);
    let found = store.find_announcement_by_public_id(announcement.public_id).await.unwrap();
    assert_eq!(&found.unwrap().value, announcement);
    for component in &expected.components {
        let found = store.find_component(page.id, component.key.as_str()).await.unwrap();
        assert_eq!(&found.unwrap().value, component);
    }
}

pub(crate) async fn every_noun_reads_back_equal(home: Home) {
    let (expected, _) = write_everything(&home.store).await;
    read_everything(&home.store, &expected).await;
}

pub(crate) async fn every_noun_reads_back_equal_after_reopening(home: Home) {
    let (expected, subject) = write_everything(&home.store).await;
    let samples = Samples::new();
    let note = samples.note(subject, "kept");
    let entry = samples.entry(subject, at(NOW));
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_internal_notes(std::slice::from_ref(&note)).await.unwrap();
    transaction.insert_audit_entries(std::slice::from_ref(&entry)).await.unwrap();
    let revision = transaction.commit().await.unwrap();
    home.store.clone().close().await;

    let store = home.open().await;
    let expected = Changes { revision, ..expected };
    read_everything(&store, &expected).await;
    assert_eq!(store.list_internal_notes(subject).await.unwrap(), [note]);
    assert_eq!(store.list_audit_entries(&AuditFilter::default(), 10).await.unwrap(), [entry]);
    store.close().await;
    let store = Store::open_existing(&home.location).await.unwrap();
    read_everything(&store, &expected).await;
    store.close().await;
}

pub(crate) async fn minimal_nouns_read_back_equal(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let incident = samples.incident(page.id);
    let window = samples.maintenance(page.id);
    let announcement = samples.announcement(page.id);
    let content = Content {
        pages: vec![page.clone()],
        components: vec![component.clone()],
        incidents: vec![incident.clone()],
        maintenance: vec![window.clone()],
        announcements: vec![announcement.clone()],
        ..Content::default()
    };
    let mut transaction = home.store.begin().await.unwrap();
    content.insert(&mut transaction).await.unwrap();
    // The transaction sees what it wrote.
    let found = transaction.find_component(component.id).await.unwrap();
    assert_eq!(found.unwrap().value, component);
    let found = transaction.find_component_by_key(page.id, "c").await.unwrap();
    assert_eq!(found.unwrap().value, component);
    let found = transaction.find_status_page(page.id).await.unwrap();
    assert_eq!(found.unwrap().value, page);
    let found = transaction.find_status_page_by_slug("p").await.unwrap();
    assert_eq!(found.unwrap().value, page);
    let found = transaction.find_incident(incident.id).await.unwrap();
    assert_eq!(found.unwrap().value, incident);
    let found = transaction.find_maintenance(window.id).await.unwrap();
    assert_eq!(found.unwrap().value, window);
    let found = transaction.find_announcement(announcement.id).await.unwrap();
    assert_eq!(found.unwrap().value, announcement);
    let expected = Changes {
        removed: Vec::new(),
        reader_passwords: Vec::new(),
        revision: transaction.commit().await.unwrap(),
        status_pages: vec![page],
        components: vec![component],
        status_settings: Vec::new(),
        incidents: vec![incident],
        maintenance: vec![window],
        announcements: vec![announcement],
        outages: Vec::new(),
        bad_rows: Vec::new(),
    };
    assert_eq!(home.store.changes_since(0).await.unwrap(), expected);
}

/// The far past, the far future and the years before Christ keep their order in columns.
pub(crate) async fn times_at_the_edges(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let times = [
        Timestamp::MIN,
        at("-000044-03-15T12:00:00Z"),
        at("0000-01-01T00:00:00Z"),
        at("1969-12-31T23:59:59.999999Z"),
        Timestamp::UNIX_EPOCH,
        at("1970-01-01T00:00:00.000001Z"),
        at("2026-11-20T12:00:00Z"),
        at("2026-11-20T12:00:00.5Z"),
        at("2026-11-20T12:00:01Z"),
        at("9999-12-30T22:00:00.999999Z"),
    ];
    let mut settings: Vec<_> = times
        .iter()
        .map(|time| {
            let mut setting = samples.setting(&component, ComponentStatus::MajorOutage);
            setting.set_at = *time;
            setting
        })
        .collect();
    let mut incidents = Vec::new();
    for time in times.into_iter().chain([Timestamp::MAX]) {
        let mut incident = samples.incident(page.id);
        incident.created_at = time;
        incident.started = Bound::exactly(time);
        incidents.push(incident);
    }
    let mut old = samples.component(page.id, "old");
    old.start_date = Some("-009999-01-01".parse().unwrap());
    old.created_at = Timestamp::MIN;
    settings.rotate_left(3);
    let content = Content {
        pages: vec![page.clone()],
        components: vec![component, old.clone()],
        settings,
        incidents: incidents.clone(),
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();

    let listed = home.store.list_status_settings().await.unwrap();
    let listed: Vec<Timestamp> = listed.iter().map(|setting| setting.set_at).collect();
    assert_eq!(listed, times);
    incidents.sort_by_key(|incident| incident.id);
    assert_eq!(home.store.list_incidents(page.id).await.unwrap(), incidents);
    let found = home.store.find_component(page.id, "old").await.unwrap().unwrap();
    assert_eq!(found.value, old);
}

pub(crate) async fn texts_of_all_kinds(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let texts = [
        "",
        " ",
        "'; drop table incidents; --",
        "\"quoted\" \\backslash\\ \\u0000 %s $1 ?1 {}",
        "a\nb\r\nc\td\u{1}\u{7f}\u{85}\u{a0}\u{feff}\u{2028}\u{fffd}\u{ffff}\u{10ffff}",
        "Größe, naïve, İstanbul, ﷽, שלום, 中文, e\u{301} ≠ é",
        "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{1f1e9}\u{1f1ea}",
        &"long ".repeat(50_000),
    ];
    let mut incidents = Vec::new();
    let mut notes = Vec::new();
    let mut components = Vec::new();
    for (number, text) in texts.into_iter().enumerate() {
        let mut incident = samples.incident(page.id);
        incident.title = text.to_owned();
        notes.push(samples.note(Subject::Incident(incident.id), text));
        incidents.push(incident);
        let mut component = samples.component(page.id, &format!("c{number}"));
        component.name = text.to_owned();
        component.description = Some(text.to_owned());
        components.push(component);
    }
    let mut announcement = samples.announcement(page.id);
    announcement.body = Prose::markdown(texts.concat());
    announcement.shown_at = Moment::Unknown;
    let content = Content {
        pages: vec![page.clone()],
        components: components.clone(),
        incidents: incidents.clone(),
        announcements: vec![announcement.clone()],
        notes: notes.clone(),
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();

    incidents.sort_by_key(|incident| incident.id);
    components.sort_by_key(|component| component.id);
    notes.sort_by_key(|note| note.id);
    assert_eq!(home.store.list_incidents(page.id).await.unwrap(), incidents);
    assert_eq!(home.store.list_components().await.unwrap(), components);
    assert_eq!(home.store.list_announcements(page.id).await.unwrap(), [announcement]);
    assert_eq!(home.store.list_notes_of_page(page.id).await.unwrap(), notes);
}

pub(crate) async fn components_of_a_page(home: Home) {
    let samples = Samples::new();
    let (one, two) = (samples.page("one"), samples.page("two"));
    let (first, second) = (samples.component(one.id, "c"), samples.component(two.id, "c"));
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_status_page(&one).await.unwrap();
    transaction.insert_status_page(&two).await.unwrap();
    transaction.insert_components(&[first.clone(), second.clone()]).await.unwrap();
    assert_eq!(transaction.list_components_of(one.id).await.unwrap(), std::slice::from_ref(&first));
    transaction.commit().await.unwrap();
    assert_eq!(home.store.list_components_of(one.id).await.unwrap(), [first]);
    assert_eq!(home.store.list_components_of(two.id).await.unwrap(), [second]);
    assert_eq!(home.store.list_components_of(samples.0.id(at(NOW))).await.unwrap(), []);
}

pub(crate) async fn notes_of_a_page(home: Home) {
    let samples = Samples::new();
    let (page, other) = (samples.page("p"), samples.page("other"));
    let component = samples.component(page.id, "c");
    let incident = samples.incident(page.id);
    let window = samples.maintenance(page.id);
    let announcement = samples.announcement(page.id);
    let subjects = [
        Subject::StatusPage(page.id),
        Subject::Component(component.id),
        Subject::Incident(incident.id),
        Subject::Maintenance(window.id),
        Subject::Announcement(announcement.id),
    ];
    let mut notes: Vec<_> = subjects.iter().map(|s| samples.note(*s, "internal")).collect();
    notes[1].kind = NoteKind::Remark;
    for (minute, note) in (0..).zip(&mut notes) {
        note.written_at += SignedDuration::from_mins(minute);
    }
    let elsewhere = samples.note(Subject::StatusPage(other.id), "elsewhere");
    let content = Content {
        pages: vec![page.clone(), other.clone()],
        components: vec![component],
        incidents: vec![incident],
        maintenance: vec![window],
        announcements: vec![announcement],
        notes: notes.iter().chain([&elsewhere]).cloned().collect(),
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();
    assert_eq!(home.store.list_notes_of_page(page.id).await.unwrap(), notes);
    assert_eq!(home.store.list_notes_of_page(other.id).await.unwrap(), [elsewhere]);
    for (subject, note) in subjects.into_iter().zip(notes) {
        assert_eq!(home.store.list_internal_notes(subject).await.unwrap(), [note]);
    }
}

pub(crate) async fn sources_by_key(home: Home) {
    let samples = Samples::new();
    let (page, other) = (samples.page("p"), samples.page("other"));
    let component = samples.component(page.id, "c");
    let incident = samples.full_incident(&component, "i 1");
    let window = samples.full_maintenance(&component, "m 1");
    let announcement = samples.full_announcement(page.id, "a 1");
    let elsewhere = samples.full_announcement(other.id, "i 1");
    let content = Content {
        pages: vec![page.clone(), other.clone()],
        incidents: vec![incident.clone(), samples.incident(page.id)],
        maintenance: vec![window.clone()],
        announcements: vec![announcement.clone(), elsewhere],
        ..Content::default()
    };
    let mut transaction = home.store.begin().await.unwrap();
    content.insert(&mut transaction).await.unwrap();
    let sources = transaction.find_sources(page.id).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(sources.len(), 3);
    assert_eq!(sources["i 1"].subject, Subject::Incident(incident.id));
    assert_eq!(sources["i 1"].digest, "digest of i 1");
    assert_eq!(sources["m 1"].subject, Subject::Maintenance(window.id));
    assert_eq!(sources["a 1"].subject, Subject::Announcement(announcement.id));
    assert_eq!(home.store.find_sources(page.id).await.unwrap(), sources);
    assert_eq!(home.store.find_sources(other.id).await.unwrap().len(), 1);
}

pub(crate) async fn ids_that_are_taken(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let incident = samples.full_incident(&component, "i 1");
    let window = samples.maintenance(page.id);
    let announcement = samples.full_announcement(page.id, "a 1");
    let setting = samples.setting(&component, ComponentStatus::MajorOutage);
    let note = samples.note(Subject::Component(component.id), "it hurt");
    let content = Content {
        pages: vec![page.clone()],
        components: vec![component.clone()],
        settings: vec![setting.clone()],
        incidents: vec![incident.clone()],
        maintenance: vec![window.clone()],
        announcements: vec![announcement.clone()],
        notes: vec![note.clone()],
        ..Content::default()
    };
    let mut transaction = home.store.begin().await.unwrap();
    content.insert(&mut transaction).await.unwrap();
    let taken = transaction.list_taken().await.unwrap();
    assert_eq!(transaction.list_status_pages().await.unwrap(), std::slice::from_ref(&page));
    assert_eq!(transaction.list_components().await.unwrap(), [component]);
    transaction.commit().await.unwrap();
    let told = taken.iter().map(|t| (t.noun.as_str(), t.id, t.public_id, t.source_key.as_deref()));
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        [
            ("incident", incident.id.uuid(), Some(incident.public_id), Some("i 1")),
            ("maintenance", window.id.uuid(), Some(window.public_id), None),
            ("announcement", announcement.id.uuid(), Some(announcement.public_id), Some("a 1")),
            ("setting", setting.id.uuid(), None, None),
            ("note", note.id.uuid(), None, None),
        ]
    );
    let pages: Vec<_> = taken.iter().filter_map(|taken| taken.page_id).collect();
    assert_eq!(pages, [page.id; 3]);
}

pub(crate) async fn maintenance_that_is_due(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let mut scheduled = samples.full_maintenance(&component, "s");
    scheduled.state = MaintenanceState::Scheduled;
    let under_way = samples.full_maintenance(&component, "u");
    let mut over = samples.full_maintenance(&component, "o");
    over = over.complete(at("2026-12-01T02:00:00Z")).unwrap();
    let mut by_hand = samples.full_maintenance(&component, "h");
    by_hand.is_automatic = false;
    let mut draft = samples.full_maintenance(&component, "d");
    draft.publication = Publication::Draft;
    let windows = [samples.maintenance(page.id), over, under_way, scheduled, by_hand, draft];
    let content =
        Content { pages: vec![page], maintenance: windows.to_vec(), ..Content::default() };
    content.write(&home.store).await.unwrap();
    let due = async |time| {
        let due = home.store.list_due_maintenance(at(time), None).await.unwrap();
        assert_eq!((due.bad_rows.len(), due.goes_on_after), (0, None));
        let keys = due.windows.into_iter().map(|window| window.source.unwrap().key);
        let mut keys: Vec<String> = keys.collect();
        keys.sort();
        keys
    };
    assert_eq!(due("2026-12-01T00:59:59.999999Z").await, [""; 0]);
    assert_eq!(due("2026-12-01T01:00:00Z").await, ["s"]);
    assert_eq!(due("2026-12-01T03:00:00Z").await, ["s", "u"]);
}

pub(crate) async fn what_is_not_settled(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let over = |key: &str| {
        let mut incident = samples.full_incident(&component, key);
        incident.record.actions.clear();
        incident
    };
    let mut draft = over("draft");
    draft.publication = Publication::Draft;
    let mut promised = over("promised");
    promised.record = promised.record.promise("A report follows".to_owned(), None);
    let mut kept = over("kept");
    kept.record = kept.record.promise("A report follows".to_owned(), None);
    kept.record = kept.record.keep_promise(0, None).unwrap();
    let open = samples.incident(page.id);
    let mut scheduled = samples.maintenance(page.id);
    scheduled.state = MaintenanceState::Scheduled;
    let mut cancelled = samples.full_maintenance(&component, "cancelled");
    cancelled.record.actions.clear();
    cancelled.state = MaintenanceState::Cancelled { at: at(NOW) };
    let content = Content {
        pages: vec![page.clone()],
        components: vec![component.clone()],
        incidents: vec![over("over"), draft.clone(), promised.clone(), kept, open.clone()],
        maintenance: vec![scheduled.clone(), cancelled],
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();
    let mut expected = vec![draft, promised.clone(), open];
    expected.sort_by_key(|incident| incident.id);
    assert_eq!(home.store.list_unsettled_incidents(page.id).await.unwrap(), expected);
    assert_eq!(home.store.list_unsettled_maintenance(page.id).await.unwrap(), [scheduled]);

    let id = promised.id;
    promised.record = promised.record.keep_promise(0, None).unwrap();
    let mut transaction = home.store.begin().await.unwrap();
    transaction.update_incident(&promised, 1).await.unwrap();
    transaction.commit().await.unwrap();
    expected.retain(|incident| incident.id != id);
    assert_eq!(home.store.list_unsettled_incidents(page.id).await.unwrap(), expected);
}
