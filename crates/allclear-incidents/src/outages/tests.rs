//! From outage to incident and back, with a turned clock on the embedded database.

use allclear_domain::check::{
    Affects, Check, CheckKind, OnOutage, Patience, Reason, ReasonCode, TcpCheck, UpstreamCheck,
};
use allclear_domain::ids::CheckId;
use allclear_domain::record::{Affected, Target};
use allclear_domain::text::Key;
use allclear_domain::{Component, StatusPage, TemplateKind, TurnedClock};
use allclear_store::Location;
use tempfile::TempDir;

use super::*;
use crate::writing::{
    NewComponent, NewIncident, NewSetting, NewStatusPage, NewTemplate, NewUpdate, add_component,
    add_template, report_incident, set_component_status,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

struct Desk {
    _folder: TempDir,
    duty: OutageDuty,
    actor: Actor,
    page: StatusPage,
    component: Component,
}

impl Desk {
    async fn new(language: Language) -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&Location::Folder(folder.path().join("data"))).await.unwrap();
        let actor = Actor::Command("test".to_owned());
        let entropy = Arc::new(Entropy::from_seed(3));
        let change = Change { actor: &actor, entropy: &entropy, now: at(-9_000) };
        let new = NewStatusPage { title: "Shop".to_owned(), slug: None, timezone: None, language };
        let page = writing::add_status_page(&store, new, change).await.unwrap().value;
        let new = NewComponent {
            page_id: page.id,
            key: None,
            name: "Checkout".to_owned(),
            description: None,
            parent_id: None,
            start_date: None,
        };
        let component = add_component(&store, new, change).await.unwrap().value;
        let clock = Arc::new(TurnedClock::at(at(0)));
        let duty = OutageDuty::new(store, clock, entropy, Arc::default());
        Self { _folder: folder, duty, actor, page, component }
    }

    fn store(&self) -> &Store {
        &self.duty.store
    }

    fn change(&self, second: i64) -> Change<'_> {
        Change { actor: &self.actor, entropy: &self.duty.entropy, now: at(second) }
    }

    async fn check(&self, on_outage: OnOutage) -> CheckId {
        let tcp = TcpCheck {
            host: "shop.example.com".to_owned(),
            port: 443,
            connect_to: None,
            tls: false,
            send: None,
            expect: None,
        };
        self.check_of(CheckKind::Tcp(tcp), on_outage).await
    }

    async fn check_of(&self, kind: CheckKind, on_outage: OnOutage) -> CheckId {
        let id: CheckId = self.duty.entropy.id(at(0));
        let check = Check {
            id,
            key: Key::new(id.uuid().simple().to_string()).unwrap(),
            name: "Checkout from outside".to_owned(),
            kind,
            interval_seconds: 10,
            deadline_ms: 1_000,
            slow_after_ms: None,
            patience: Patience::default(),
            affects: vec![Affects {
                component_id: self.component.id,
                when_failing: ComponentStatus::MajorOutage,
                when_degraded: ComponentStatus::Operational,
            }],
            on_outage,
            tags: Vec::new(),
            shows_times: false,
            parents: Vec::new(),
            paused_at: None,
            created_at: at(-9_000),
        };
        let mut transaction = self.store().begin().await.unwrap();
        transaction.insert_checks(&[check]).await.unwrap();
        transaction.commit().await.unwrap();
        id
    }

    async fn breaks(&self, check_id: CheckId, second: i64) -> Outage {
        let mut transaction = self.store().begin().await.unwrap();
        let check = transaction.find_check(check_id).await.unwrap().unwrap();
        let outage = Outage {
            id: self.duty.entropy.id(at(second)),
            check_id,
            threshold: Threshold::Fail,
            began_at: at(second),
            confirmed_at: at(second + 6),
            ended_at: None,
            is_abandoned: false,
            reason: None,
            incident_id: None,
            statuses: check.statuses_beyond(Threshold::Fail),
        };
        transaction.insert_outages(std::slice::from_ref(&outage)).await.unwrap();
        transaction.commit().await.unwrap();
        outage
    }

    async fn recovers(&self, outage: &Outage, second: i64) {
        let mut transaction = self.store().begin().await.unwrap();
        let found = transaction.find_outage(outage.id).await.unwrap().unwrap();
        let version = found.version;
        let over = found.value.end(at(second)).unwrap();
        transaction.update_outage(&over, version).await.unwrap();
        transaction.commit().await.unwrap();
    }

    async fn run(&self, second: i64) -> Report {
        let report = self.duty.run_once(at(second)).await.unwrap();
        assert_eq!(report.failed, []);
        report
    }

    async fn incidents(&self) -> Vec<Incident> {
        self.store().list_incidents(self.page.id).await.unwrap()
    }
}

#[tokio::test]
async fn an_outage_becomes_one_draft_and_is_followed_to_its_end() {
    let desk = Desk::new(Language::De).await;
    let check = desk.check(OnOutage::Draft).await;
    let outage = desk.breaks(check, 0).await;
    assert_eq!(desk.run(7).await.opened, 1);
    assert_eq!(desk.run(8).await, Report::default(), "once");
    let incidents = desk.incidents().await;
    let [incident] = &incidents[..] else { panic!("{incidents:?}") };
    assert_eq!(
        (incident.title.as_str(), incident.started),
        ("Checkout ist gestört", Bound::exactly(at(0)))
    );
    assert!(!incident.publication.is_public() && incident.is_automatic);
    assert_eq!(incident.record.detected_at, Some(at(6)));
    let notes = desk.store().list_internal_notes(Subject::Incident(incident.id)).await.unwrap();
    assert_eq!(notes.len(), 1, "the team knows what was measured");

    desk.recovers(&outage, 100).await;
    assert_eq!(desk.run(220).await.posted, 1);
    let incident = desk.incidents().await.remove(0);
    assert_eq!(incident.state, IncidentState::Monitoring { since: at(100) });
    assert_eq!(desk.run(221).await.posted, 0);
    assert_eq!(desk.run(340).await.posted, 1);
    let incident = desk.incidents().await.remove(0);
    assert_eq!(
        incident.ended(),
        Some(Bound::exactly(at(100))),
        "when it ended, not when it was believed"
    );
    assert_eq!(incident.updates.len(), 3);
    assert_eq!(desk.run(900).await, Report::default());
}

#[tokio::test]
async fn the_owners_words_are_published_at_once() {
    let desk = Desk::new(Language::En).await;
    let new = NewTemplate {
        page_id: desk.page.id,
        key: None,
        name: "Down".to_owned(),
        begins: TemplateKind::Incident { status: IncidentStatus::Identified, impact: None },
        title: "Paying fails".to_owned(),
        text: "Orders are kept.".to_owned(),
        affected: Vec::new(),
    };
    let template = add_template(desk.store(), new, desk.change(0)).await.unwrap().value;
    let check = desk.check(OnOutage::Publish { template_id: template.id }).await;
    desk.breaks(check, 0).await;
    desk.run(7).await;
    let incident = desk.incidents().await.remove(0);
    assert!(incident.publication.is_public());
    assert_eq!(
        (incident.title.as_str(), incident.state),
        ("Paying fails", IncidentState::Identified)
    );
    assert_eq!(incident.worst_status(), ComponentStatus::MajorOutage);
    assert_eq!(incident.updates[0].body.text, "Orders are kept.");

    // Without the template there are no words for the public: a draft.
    let other = Desk::new(Language::En).await;
    let check = other.check(OnOutage::Publish { template_id: template.id }).await;
    other.breaks(check, 0).await;
    other.run(7).await;
    assert!(!other.incidents().await[0].publication.is_public());
}

#[tokio::test]
async fn the_page_on_which_a_provider_tells_of_it_is_linked() {
    let page = "https://status.example.com/incidents/1";
    assert_eq!(linked("https://status.example.com/history.atom", page).await, [page]);
    let below = "https://eu.status.example.com/incidents/1";
    assert_eq!(linked("https://status.example.com/", below).await, [below]);
}

#[tokio::test]
async fn what_a_stranger_links_is_for_the_team_alone() {
    for page in [
        "https://evil.example/incidents/1",
        "https://example.com/",
        "https://evilstatus.example.com/",
        "https://status.example.com.evil.example/",
        "http://status.example.com/incidents/1",
    ] {
        let public = linked("https://status.example.com/history.atom", page).await;
        assert!(public.is_empty(), "{page}: {public:?}");
    }
}

/// The pages that an incident leads to where a provider is watched at this address, and tells of its outage
/// on this page. The team is told of it either way.
async fn linked(address: &str, page: &str) -> Vec<String> {
    let desk = Desk::new(Language::En).await;
    let kind = CheckKind::Upstream(UpstreamCheck::of(address));
    let check = desk.check_of(kind, OnOutage::Draft).await;
    let outage = desk.breaks(check, 0).await;
    let mut transaction = desk.store().begin().await.unwrap();
    let found = transaction.find_outage(outage.id).await.unwrap().unwrap();
    let told = "Example Provider says: Major outage".to_owned();
    let mut reason = Reason::new(ReasonCode::Reported, told.clone());
    reason.fault_page = Some(page.to_owned());
    let version = found.version;
    let outage = Outage { reason: Some(reason), ..found.value };
    transaction.update_outage(&outage, version).await.unwrap();
    transaction.commit().await.unwrap();
    desk.run(7).await;
    let incident = desk.incidents().await.remove(0);
    let notes = desk.store().list_internal_notes(Subject::Incident(incident.id)).await.unwrap();
    let note = notes[0].body.reveal_to_team();
    assert!(note.contains(&told) && note.contains(page), "{note}");
    incident.record.fault_pages
}

#[tokio::test]
async fn it_joins_what_a_person_has_opened_and_posts_nothing_there() {
    let desk = Desk::new(Language::En).await;
    let target = Target::Component(desk.component.id);
    let new = NewIncident {
        page_id: desk.page.id,
        title: "Paying fails".to_owned(),
        kind: Default::default(),
        impact_override: None,
        affected: vec![Affected { target, status: ComponentStatus::PartialOutage }],
        started: Bound::exactly(at(-60)),
        ended: None,
        update: None,
        is_draft: false,
    };
    report_incident(desk.store(), new, desk.change(0)).await.unwrap();
    let (first, second) = (desk.check(OnOutage::Draft).await, desk.check(OnOutage::Draft).await);
    let outages = [desk.breaks(first, 0).await, desk.breaks(second, 3).await];
    assert_eq!(desk.run(10).await, Report { joined: 2, ..Report::default() });
    for outage in &outages {
        desk.recovers(outage, 50).await;
    }
    assert_eq!(desk.run(400).await, Report::default());
    let incidents = desk.incidents().await;
    assert_eq!((incidents.len(), incidents[0].updates.len()), (1, 0));
}

#[tokio::test]
async fn a_relapse_is_the_same_incident() {
    let desk = Desk::new(Language::En).await;
    let check = desk.check(OnOutage::Draft).await;
    let first = desk.breaks(check, 0).await;
    desk.run(7).await;
    desk.recovers(&first, 60).await;
    desk.run(180).await;
    let second = desk.breaks(check, 200).await;
    let report = desk.run(207).await;
    assert_eq!((report.opened, report.joined, report.posted), (0, 1, 1));
    let incident = desk.incidents().await.remove(0);
    assert_eq!(incident.state, IncidentState::Investigating);
    desk.recovers(&second, 300).await;
    desk.run(420).await;
    desk.run(600).await;
    let incident = desk.incidents().await.remove(0);
    assert_eq!(incident.ended(), Some(Bound::exactly(at(300))));
    let zone = desk.page.zone().unwrap();
    let components = [desk.component.clone()];
    let forest = allclear_domain::Forest::grown_from(&components);
    let down: Vec<_> = incident
        .impact_intervals(&forest, &zone, at(900))
        .into_iter()
        .map(|one| (one.from, one.until))
        .collect();
    assert_eq!(down[0], (at(0), Some(at(60))), "what it says is what was measured");
    assert_eq!(down.last().unwrap().1, Some(at(300)));
}

#[tokio::test]
async fn whoever_posts_has_taken_it_over() {
    let desk = Desk::new(Language::En).await;
    let check = desk.check(OnOutage::Draft).await;
    let outage = desk.breaks(check, 0).await;
    desk.run(7).await;
    let incident = desk.incidents().await.remove(0);
    let change = desk.change(20);
    // To publish is not to take over.
    let publish = |one: Incident| Ok(one.publish(at(20))?);
    writing::change(desk.store(), incident.id, None, change, publish).await.unwrap();
    assert!(desk.incidents().await[0].is_automatic);
    let update = NewUpdate {
        status: Some(IncidentStatus::Identified),
        body: Prose::plain("The line to the bank is down."),
        shown_at: None,
        changes: Vec::new(),
        next_update_due_at: None,
    };
    let post = |one: Incident| Ok(one.post(update.posted(change), at(20))?);
    writing::change(desk.store(), incident.id, None, change, post).await.unwrap();
    desk.recovers(&outage, 60).await;
    assert_eq!(desk.run(400).await, Report::default());
    assert!(desk.incidents().await[0].is_open());
}

#[tokio::test]
async fn where_nobody_wants_an_incident_there_is_none() {
    let desk = Desk::new(Language::En).await;
    let check = desk.check(OnOutage::Nothing).await;
    desk.breaks(check, 0).await;
    assert_eq!(desk.run(10).await, Report::default());
    assert!(desk.incidents().await.is_empty());
}

#[tokio::test]
async fn where_nobody_looks_any_more_nothing_is_said() {
    let desk = Desk::new(Language::En).await;
    let check = desk.check(OnOutage::Draft).await;
    let outage = desk.breaks(check, 0).await;
    desk.run(7).await;
    let mut transaction = desk.store().begin().await.unwrap();
    let found = transaction.find_outage(outage.id).await.unwrap().unwrap();
    let version = found.version;
    let abandoned = found.value.abandon(at(30)).unwrap();
    transaction.update_outage(&abandoned, version).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(desk.run(900).await, Report::default());
    let incident = desk.incidents().await.remove(0);
    assert_eq!((incident.state, incident.updates.len()), (IncidentState::Investigating, 1));
}

#[tokio::test]
async fn what_somebody_overrules_opens_no_incident_until_that_ends() {
    let desk = Desk::new(Language::En).await;
    let new = NewSetting {
        status: ComponentStatus::Operational,
        for_seconds: Some(600),
        overrules: Some("the check errs".to_owned()),
    };
    let id = desk.component.id;
    let no_end = NewSetting { for_seconds: None, ..new.clone() };
    let too_long = NewSetting { for_seconds: Some(32 * 86_400), ..new.clone() };
    let no_reason = NewSetting { overrules: Some(" ".to_owned()), ..new.clone() };
    for (bad, field) in
        [(no_end, "for_seconds"), (too_long, "for_seconds"), (no_reason, "overrules")]
    {
        let refused = set_component_status(desk.store(), id, bad, desk.change(0)).await;
        let Err(WriteError::Invalid(problems)) = refused else { panic!("{refused:?}") };
        assert_eq!((problems.len(), problems[0].field.as_str()), (1, field), "{problems:?}");
    }
    set_component_status(desk.store(), id, new, desk.change(0)).await.unwrap();
    let check = desk.check(OnOutage::Draft).await;
    desk.breaks(check, 10).await;
    assert_eq!(desk.run(20).await, Report::default());
    assert_eq!(desk.run(599).await, Report::default());
    assert_eq!(desk.run(601).await.opened, 1);
}
