//! Pages that show components of other pages must tell the same of them.

use allclear_domain::audit::Subject;
use allclear_domain::check::Threshold;
use allclear_domain::ids::PublicId;
use allclear_domain::incident::{IncidentKind, IncidentState};
use allclear_domain::posted::StatusChange;
use allclear_domain::record::{Affected, OutageRecord, Publication, Target};
use allclear_domain::status_page::{ColorTokens, Language, UptimePolicy};
use allclear_domain::text::Key;
use allclear_domain::times::Bound;
use allclear_domain::{ComponentStatus, Outage};
use allclear_statuspage::Model;
use jiff::Timestamp;
use uuid::Uuid;

use super::*;

fn page(n: u128, components: ComponentSelection) -> StatusPage {
    StatusPage {
        id: Uuid::from_u128(n).into(),
        slug: Key::new(format!("page-{n}")).unwrap(),
        title: format!("Page {n}"),
        description: String::new(),
        is_default: false,
        host_names: Vec::new(),
        timezone: None,
        timezone_label: None,
        language: Language::En,
        logo: None,
        colors: ColorTokens::default(),
        components,
        uptime: UptimePolicy::default(),
        password_set_at: None,
    }
}

fn component(n: u8, page: &StatusPage, parent: Option<u8>) -> Component {
    Component {
        id: Uuid::from_u128(n.into()).into(),
        public_id: PublicId::from_digits([n; 12]),
        page_id: page.id,
        key: Key::new(format!("c{n}")).unwrap(),
        name: format!("Component {n}"),
        description: None,
        parent_id: parent.map(|n| Uuid::from_u128(n.into()).into()),
        position: n.into(),
        start_date: None,
        created_at: Timestamp::UNIX_EPOCH,
        retired_at: None,
    }
}

fn outage(page: &StatusPage, target: Target) -> Incident {
    let status = ComponentStatus::MajorOutage;
    Incident {
        id: Uuid::from_u128(50).into(),
        public_id: PublicId::from_digits([30; 12]),
        page_id: page.id,
        title: "Nothing answers".to_owned(),
        kind: IncidentKind::Disruption,
        state: IncidentState::Investigating,
        publication: Publication::Published { at: Timestamp::UNIX_EPOCH },
        impact_override: None,
        started: Bound::exactly(Timestamp::UNIX_EPOCH),
        record: OutageRecord {
            affected: vec![Affected { target, status }],
            ..OutageRecord::default()
        },
        updates: Vec::new(),
        same_cause_as: None,
        converted_from: None,
        is_automatic: false,
        postmortem: None,
        reopened: Vec::new(),
        source: None,
        is_backfilled: false,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// The status of component 3 on each page that shows it.
fn statuses(target: Target) -> Vec<Option<ComponentStatus>> {
    statuses_after(target, |_| {})
}

fn statuses_after(target: Target, edit: impl Fn(&mut Incident)) -> Vec<Option<ComponentStatus>> {
    let home = page(90, ComponentSelection::Own);
    let part: ComponentId = Uuid::from_u128(3).into();
    let other = page(91, ComponentSelection::Chosen(vec![part]));
    let mut library = Library::default();
    let components =
        vec![component(1, &home, None), component(2, &home, Some(1)), component(3, &home, Some(2))];
    let mut incident = outage(&home, target);
    edit(&mut incident);
    library.take_in(Changes {
        revision: 1,
        incidents: vec![incident],
        components,
        status_pages: vec![home.clone(), other.clone()],
        ..Changes::default()
    });
    let status = |page: &StatusPage| {
        let snapshot = library.snapshot(page.id).unwrap();
        let now = Timestamp::from_second(600).unwrap();
        let model = Model::build(Arc::new(snapshot), now).unwrap();
        model.component_statuses().find(|(id, _)| *id == part).map(|(_, status)| status)
    };
    vec![status(&home), status(&other)]
}

#[test]
fn an_incident_of_a_group_is_told_wherever_a_part_is_shown() {
    let down = Some(ComponentStatus::MajorOutage);
    for target in [1_u128, 2, 3] {
        let target = Target::Component(Uuid::from_u128(target).into());
        assert_eq!(statuses(target.clone()), [down, down], "{target:?}");
    }
    assert_eq!(statuses(Target::All), [down, down]);
    let words = statuses(Target::Words("something else".to_owned()));
    assert_eq!(words, [Some(ComponentStatus::Operational); 2]);
}

#[test]
fn what_is_said_of_a_nearer_group_counts_wherever_a_part_is_shown() {
    let group = |n: u128| Target::Component(Uuid::from_u128(n).into());
    let status = ComponentStatus::DegradedPerformance;
    let nearer = |incident: &mut Incident| {
        incident.record.affected.push(Affected { target: group(2), status });
    };
    for target in [group(1), Target::All] {
        assert_eq!(statuses_after(target.clone(), nearer), [Some(status); 2], "{target:?}");
        let left_out = |incident: &mut Incident| incident.record.except = vec![group(2)];
        let fine = [Some(ComponentStatus::Operational); 2];
        assert_eq!(statuses_after(target.clone(), left_out), fine, "{target:?}");
    }
}

#[test]
fn what_a_check_measured_of_a_group_is_told_wherever_a_part_is_shown() {
    let home = page(90, ComponentSelection::Own);
    let part: ComponentId = Uuid::from_u128(3).into();
    let other = page(91, ComponentSelection::Chosen(vec![part]));
    let mut library = Library::default();
    let components = vec![component(1, &home, None), component(3, &home, Some(1))];
    library.take_in(Changes {
        revision: 1,
        components,
        status_pages: vec![home.clone(), other.clone()],
        ..Changes::default()
    });
    let down = StatusChange {
        component_id: Uuid::from_u128(1).into(),
        status: ComponentStatus::MajorOutage,
    };
    let measured = Outage {
        id: Uuid::from_u128(60).into(),
        check_id: Uuid::from_u128(61).into(),
        threshold: Threshold::Fail,
        began_at: Timestamp::UNIX_EPOCH,
        confirmed_at: Timestamp::UNIX_EPOCH,
        ended_at: None,
        is_abandoned: false,
        reason: None,
        incident_id: None,
        statuses: vec![down],
    };
    let mut told = |outage: &Outage, revision| {
        let outages = vec![outage.clone()];
        let touched = library.take_in(Changes { revision, outages, ..Changes::default() });
        assert_eq!(touched, HashSet::from([home.id, other.id]));
        [&home, &other].map(|page| {
            let snapshot = library.snapshot(page.id).unwrap();
            let now = Timestamp::from_second(600).unwrap();
            let model = Model::build(Arc::new(snapshot), now).unwrap();
            model.component_statuses().find(|(id, _)| *id == part).map(|(_, status)| status)
        })
    };
    assert_eq!(told(&measured, 2), [Some(ComponentStatus::MajorOutage); 2]);
    let over = measured.end(Timestamp::from_second(60).unwrap()).unwrap();
    assert_eq!(told(&over, 3), [Some(ComponentStatus::Operational); 2]);
}

#[test]
fn what_was_removed_is_told_no_more_and_what_came_back_is() {
    let home = page(90, ComponentSelection::Own);
    let (one, two) = (component(1, &home, None), component(2, &home, None));
    let mut library = Library::default();
    library.take_in(Changes {
        revision: 1,
        components: vec![one.clone(), two.clone()],
        status_pages: vec![home.clone()],
        ..Changes::default()
    });
    let removed = vec![Subject::Component(one.id), Subject::Component(two.id)];
    let touched = library.take_in(Changes {
        revision: 2,
        removed,
        components: vec![two.clone()],
        ..Changes::default()
    });
    assert!(touched.contains(&home.id));
    assert_eq!(library.snapshot(home.id).unwrap().components, [two]);
    let gone = vec![Subject::StatusPage(home.id)];
    library.take_in(Changes { revision: 3, removed: gone, ..Changes::default() });
    assert!(library.snapshot(home.id).is_none() && library.pages().is_empty());
}
