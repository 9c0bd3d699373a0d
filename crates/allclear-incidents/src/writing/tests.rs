//! What writing promises, on the embedded database. What the database itself promises is told on
//! both engines in the store's own story.

use allclear_domain::audit::{Actor, AuditAction, Subject};
use allclear_domain::ids::StatusPageId;
use allclear_domain::incident::IncidentKind;
use allclear_domain::record::{Affected, Target};
use allclear_domain::status_page::Language;
use allclear_domain::text::{Key, Prose};
use allclear_domain::times::{Bound, Window};
use allclear_domain::{
    Change, Component, ComponentStatus, Entropy, Incident, IncidentStatus, StatusPage, Template,
    TemplateKind,
};
use allclear_store::{About, AuditFilter, Location, Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::{
    NewComponent, NewIncident, NewMaintenance, NewStatusPage, NewTemplate, NewUpdate, Removal,
    WriteError, add_component, add_status_page, add_template, bring_back_component, change,
    change_status_page, convert_maintenance, plan_maintenance, remove_component,
    remove_status_page, remove_template, report_incident,
};

struct Desk {
    _folder: TempDir,
    store: Store,
    entropy: Entropy,
    actor: Actor,
    now: Timestamp,
}

impl Desk {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let location = Location::Folder(folder.path().join("data"));
        Self {
            _folder: folder,
            store: Store::open(&location).await.unwrap(),
            entropy: Entropy::from_seed(1),
            actor: Actor::Command("test".to_owned()),
            now: "2026-11-21T12:00:00Z".parse().unwrap(),
        }
    }

    fn change(&self) -> Change<'_> {
        Change { actor: &self.actor, entropy: &self.entropy, now: self.now }
    }

    async fn page(&self, title: &str) -> StatusPage {
        let timezone = Some("Europe/Berlin".to_owned());
        let new =
            NewStatusPage { title: title.to_owned(), slug: None, timezone, language: Language::En };
        add_status_page(&self.store, new, self.change()).await.unwrap().value
    }

    async fn component(&self, page_id: StatusPageId, name: &str) -> Component {
        let new = NewComponent {
            page_id,
            name: name.to_owned(),
            key: None,
            description: None,
            parent_id: None,
            start_date: None,
        };
        add_component(&self.store, new, self.change()).await.unwrap().value
    }

    fn incident(&self, page_id: StatusPageId, affected: Target) -> NewIncident {
        NewIncident {
            page_id,
            title: "Payments fail".to_owned(),
            kind: IncidentKind::Disruption,
            impact_override: None,
            affected: vec![Affected { target: affected, status: ComponentStatus::MajorOutage }],
            started: Bound::exactly(self.now),
            ended: None,
            update: Some(update(Some(IncidentStatus::Investigating), "We are looking into it.")),
            is_draft: false,
        }
    }
}

fn update<S>(status: Option<S>, text: &str) -> NewUpdate<S> {
    NewUpdate {
        status,
        body: Prose::plain(text),
        shown_at: None,
        changes: Vec::new(),
        next_update_due_at: None,
    }
}

#[tokio::test]
async fn two_who_edit_at_the_same_time_do_not_overwrite_each_other() {
    let desk = Desk::new().await;
    let page = desk.page("Shop").await;
    let new = desk.incident(page.id, Target::All);
    let first = report_incident(&desk.store, new, desk.change()).await.unwrap();
    let id = first.value.id;
    let retitle =
        |title: &'static str| move |incident: Incident| Ok(incident.retitle(title.to_owned()));
    let seen = Some(first.version);
    let second = change(&desk.store, id, seen, desk.change(), retitle("Payments are slow")).await;
    let second = second.unwrap();
    assert_eq!(second.version, 2);
    let late = change(&desk.store, id, seen, desk.change(), retitle("Payments are down")).await;
    assert!(matches!(late, Err(WriteError::Store(StoreError::Conflict { .. }))));
    let same = change(&desk.store, id, Some(2), desk.change(), retitle("Payments are slow")).await;
    assert_eq!(same.unwrap().version, 2, "nothing changed, so nothing was written");
    let about = Some(About::One(Subject::Incident(id)));
    let filter = AuditFilter { about, ..AuditFilter::default() };
    let entries = desk.store.list_audit_entries(&filter, 10).await.unwrap();
    assert_eq!(entries.len(), 2);
    assert!(entries[0].before.as_ref().unwrap().contains("Payments fail"));
}

#[tokio::test]
async fn what_is_named_has_to_be_there() {
    let desk = Desk::new().await;
    let page = desk.page("Shop").await;
    let nowhere = desk.entropy.id(desk.now);
    let new = desk.incident(page.id, Target::Component(nowhere));
    let refused = report_incident(&desk.store, new, desk.change()).await.unwrap_err();
    assert!(refused.to_string().contains("record.affected[0].target: there is no component"));
    let new = desk.incident(desk.entropy.id(desk.now), Target::All);
    let refused = report_incident(&desk.store, new, desk.change()).await.unwrap_err();
    assert!(matches!(refused, WriteError::Store(StoreError::Refused { .. })), "{refused}");
    let mut new = desk.incident(page.id, Target::All);
    new.title = String::new();
    let refused = report_incident(&desk.store, new, desk.change()).await.unwrap_err();
    assert!(matches!(refused, WriteError::Invalid(_)), "{refused}");
    assert_eq!(desk.store.list_incidents(page.id).await.unwrap(), []);
}

#[tokio::test]
async fn an_incident_that_is_over_is_entered_afterwards() {
    let desk = Desk::new().await;
    let page = desk.page("Shop").await;
    let hours = |n| desk.now - SignedDuration::from_hours(n);
    let mut new = desk.incident(page.id, Target::All);
    new.started = Bound::exactly(hours(5));
    new.ended = Some(Bound::exactly(hours(4)));
    new.update = Some(NewUpdate { status: None, ..update(None, "It was a disk.") });
    let written = report_incident(&desk.store, new.clone(), desk.change()).await.unwrap();
    assert!(!written.value.is_open() && written.value.is_backfilled);
    new.ended = Some(Bound::exactly(hours(6)));
    let refused = report_incident(&desk.store, new, desk.change()).await.unwrap_err();
    assert!(refused.to_string().contains("its end lies before its start"), "{refused}");
}

#[tokio::test]
async fn slugs_hosts_and_the_default_are_of_one_page_each() {
    let desk = Desk::new().await;
    let (shop, host) = (desk.page("Shop").await, desk.page("Host").await);
    assert!(shop.is_default && !host.is_default);
    let again = NewStatusPage {
        title: "Another".to_owned(),
        slug: Some(Key::new("shop").unwrap()),
        timezone: None,
        language: Language::De,
    };
    let refused = add_status_page(&desk.store, again, desk.change()).await.unwrap_err();
    assert!(refused.to_string().contains("slug: `shop` is that of"), "{refused}");
    let named = |page: StatusPage| {
        Ok(StatusPage { host_names: vec!["status.example.com".to_owned()], ..page })
    };
    change_status_page(&desk.store, shop.id, None, desk.change(), named).await.unwrap();
    let taken = change_status_page(&desk.store, host.id, None, desk.change(), named).await;
    assert!(taken.unwrap_err().to_string().contains("take it off there first"));

    let set = |is_default| move |page: StatusPage| Ok(StatusPage { is_default, ..page });
    let none = change_status_page(&desk.store, shop.id, None, desk.change(), set(false)).await;
    assert!(none.unwrap_err().to_string().contains("one page has to be the default"));
    change_status_page(&desk.store, host.id, None, desk.change(), set(true)).await.unwrap();
    let pages = desk.store.list_status_pages().await.unwrap();
    let defaults: Vec<_> =
        pages.iter().filter(|page| page.is_default).map(|page| page.id).collect();
    assert_eq!(defaults, [host.id]);
}

#[tokio::test]
async fn components_get_keys_and_places_of_their_own() {
    let desk = Desk::new().await;
    let page = desk.page("Shop").await;
    let mut keys = Vec::new();
    for name in ["Web shop", "Web shop", "\u{1f6d2}", "all"] {
        let component = desk.component(page.id, name).await;
        keys.push((component.key.to_string(), component.position));
    }
    let keys: Vec<_> = keys.iter().map(|(key, position)| (key.as_str(), *position)).collect();
    assert_eq!(keys, [("web-shop", 0), ("web-shop-2", 1), ("component", 2), ("all-2", 3)]);
}

#[tokio::test]
async fn work_that_fails_becomes_an_incident_in_one_step() {
    let desk = Desk::new().await;
    let page = desk.page("Shop").await;
    let web = desk.component(page.id, "Web").await;
    let new = NewMaintenance {
        page_id: page.id,
        title: "New disks".to_owned(),
        window: Window {
            starts_at: desk.now + SignedDuration::from_mins(1),
            ends_at: desk.now + SignedDuration::from_hours(1),
        },
        affected: vec![Affected {
            target: Target::Component(web.id),
            status: ComponentStatus::UnderMaintenance,
        }],
        expected_effect: None,
        recovery_plan: Some("Put the old ones back.".to_owned()),
        abort_at: None,
        is_automatic: true,
        update: None,
        is_draft: false,
    };
    let window = plan_maintenance(&desk.store, new, desk.change()).await.unwrap();
    let id = window.value.id;
    let what = || ("Disks do not come up".to_owned(), ComponentStatus::MajorOutage);
    let early =
        convert_maintenance(&desk.store, id, None, what(), None, desk.change()).await.unwrap_err();
    assert!(matches!(early, WriteError::Transition(_)), "{early}");
    let begin = |window: allclear_domain::Maintenance| Ok(window.begin(desk.now)?);
    change(&desk.store, id, None, desk.change(), begin).await.unwrap();
    let told = Some(update(Some(IncidentStatus::Identified), "We put the old ones back."));
    let (window, incident) =
        convert_maintenance(&desk.store, id, None, what(), told, desk.change()).await.unwrap();
    assert_eq!(window.value.converted_to, Some(incident.value.id));
    assert_eq!(incident.value.converted_from, Some(id));
    assert_eq!(window.revision, incident.revision);
    assert_eq!(incident.value.worst_status(), ComponentStatus::MajorOutage);
}

#[tokio::test]
async fn templates_name_what_is_there_and_leave_no_trace_but_the_audit_log() {
    let desk = Desk::new().await;
    let page = desk.page("Shop").await;
    let web = desk.component(page.id, "Web").await;
    let new = |target| NewTemplate {
        page_id: page.id,
        key: None,
        name: "Payments fail".to_owned(),
        begins: TemplateKind::Incident { status: IncidentStatus::Investigating, impact: None },
        title: "Payments fail".to_owned(),
        text: "We look into it.".to_owned(),
        affected: vec![Affected { target, status: ComponentStatus::MajorOutage }],
    };
    let nowhere = Target::Component(desk.entropy.id(desk.now));
    let refused = add_template(&desk.store, new(nowhere), desk.change()).await.unwrap_err();
    assert!(refused.to_string().contains("affected[0].target: there is no component"), "{refused}");
    let words = Target::Words("mail".to_owned());
    let refused = add_template(&desk.store, new(words), desk.change()).await.unwrap_err();
    assert!(refused.to_string().contains("a template names components"), "{refused}");

    let target = || Target::Component(web.id);
    let one = add_template(&desk.store, new(target()), desk.change()).await.unwrap().value;
    let two = add_template(&desk.store, new(target()), desk.change()).await.unwrap().value;
    assert_eq!((one.key.as_str(), two.key.as_str()), ("payments-fail", "payments-fail-2"));
    let same = NewTemplate { key: Some(one.key.clone()), ..new(target()) };
    let refused = add_template(&desk.store, same, desk.change()).await.unwrap_err();
    assert!(refused.to_string().contains("key: `payments-fail` is that of"), "{refused}");

    let retitle = |one: Template| Ok(Template { title: "Cards fail".to_owned(), ..one });
    change(&desk.store, one.id, Some(1), desk.change(), retitle).await.unwrap();
    let late = remove_template(&desk.store, one.id, Some(1), desk.change()).await.unwrap_err();
    assert!(matches!(late, WriteError::Store(StoreError::Conflict { .. })), "{late}");
    remove_template(&desk.store, one.id, Some(2), desk.change()).await.unwrap();
    let again = remove_template(&desk.store, one.id, None, desk.change()).await.unwrap_err();
    assert!(matches!(again, WriteError::NotFound { .. }), "{again}");
    assert_eq!(desk.store.list_templates_of(page.id).await.unwrap(), [two]);
    let about = Some(About::One(Subject::Template(one.id)));
    let filter = AuditFilter { about, ..AuditFilter::default() };
    let entries = desk.store.list_audit_entries(&filter, 10).await.unwrap();
    assert_eq!(entries.len(), 3);
    let gone = entries.iter().find(|entry| entry.action == AuditAction::Remove).unwrap();
    assert!(gone.before.as_ref().unwrap().contains("Cards fail"));
    assert_eq!(gone.after, None);
}

#[tokio::test]
async fn history_loses_nothing_when_a_component_is_removed() {
    let desk = Desk::new().await;
    let page = desk.page("Shop").await;
    let (told, free) =
        (desk.component(page.id, "Told").await, desk.component(page.id, "Free").await);
    let incident = desk.incident(page.id, Target::Component(told.id));
    report_incident(&desk.store, incident, desk.change()).await.unwrap();
    let gone = remove_component(&desk.store, free.id, Some(1), desk.change()).await.unwrap();
    assert_eq!(gone, Removal::Gone);
    assert_eq!(desk.store.find_component_by_id(free.id).await.unwrap(), None);
    let late = remove_component(&desk.store, told.id, Some(9), desk.change()).await.unwrap_err();
    assert!(matches!(late, WriteError::Store(StoreError::Conflict { .. })), "{late}");
    let kept = remove_component(&desk.store, told.id, None, desk.change()).await.unwrap();
    assert_eq!(kept, Removal::Retired);
    let found = desk.store.find_component_by_id(told.id).await.unwrap().unwrap();
    assert_eq!(found.retired_at, Some(desk.now));
    let again = remove_component(&desk.store, told.id, None, desk.change()).await.unwrap_err();
    assert!(again.to_string().contains("is retired already"), "{again}");
    let back = bring_back_component(&desk.store, told.id, Some(2), desk.change()).await.unwrap();
    assert_eq!(back.value.retired_at, None);
}

#[tokio::test]
async fn a_group_goes_after_its_parts_and_a_page_after_all_it_holds() {
    let desk = Desk::new().await;
    let (first, page) = (desk.page("First").await, desk.page("Shop").await);
    let group = desk.component(page.id, "Group").await;
    let new = NewComponent {
        page_id: page.id,
        name: "Part".to_owned(),
        key: None,
        description: None,
        parent_id: Some(group.id),
        start_date: None,
    };
    let part = add_component(&desk.store, new, desk.change()).await.unwrap().value;
    let refused = remove_component(&desk.store, group.id, None, desk.change()).await.unwrap_err();
    assert!(refused.to_string().contains("has parts, such as"), "{refused}");
    let refused = remove_status_page(&desk.store, page.id, None, desk.change()).await.unwrap_err();
    assert!(refused.to_string().contains("holds 2 components"), "{refused}");
    for id in [part.id, group.id] {
        remove_component(&desk.store, id, None, desk.change()).await.unwrap();
    }
    let refused = remove_status_page(&desk.store, first.id, None, desk.change()).await.unwrap_err();
    assert!(refused.to_string().contains("is the default one"), "{refused}");
    remove_status_page(&desk.store, page.id, None, desk.change()).await.unwrap();
    remove_status_page(&desk.store, first.id, None, desk.change()).await.unwrap();
    assert_eq!(desk.store.list_status_pages().await.unwrap(), []);
}
