//! The lifecycle of an incident, and the intervals that follow from its updates.

use super::*;
use crate::component::Component;
use crate::entropy::Entropy;
use crate::ids::ComponentId;
use crate::posted::StatusChange;
use crate::record::{Affected, Level, Target};
use crate::text::Prose;
use crate::times::Moment;

pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).unwrap()
}

fn component(n: u128) -> ComponentId {
    uuid::Uuid::from_u128(n).into()
}

pub(crate) fn incident() -> Incident {
    let entropy = Entropy::from_seed(1);
    Incident {
        id: entropy.id(at(0)),
        public_id: entropy.public_id(),
        page_id: entropy.id(at(0)),
        title: "Checkout does not answer".to_owned(),
        kind: IncidentKind::Disruption,
        state: IncidentState::Investigating,
        publication: Publication::Draft,
        impact_override: None,
        started: Bound::exactly(at(10)),
        record: OutageRecord {
            affected: vec![Affected {
                target: Target::Component(component(1)),
                status: ComponentStatus::PartialOutage,
            }],
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
        created_at: at(11),
    }
}

pub(crate) fn update(
    minute: i64,
    status: IncidentStatus,
    changes: &[(u128, ComponentStatus)],
) -> IncidentUpdate {
    Posted {
        id: uuid::Uuid::from_u128(minute.unsigned_abs().into()).into(),
        status: Some(status),
        shown_at: Moment::At { at: at(minute) },
        posted_at: at(minute),
        body: Prose::plain("x"),
        changes: changes
            .iter()
            .map(|(n, status)| StatusChange { component_id: component(*n), status: *status })
            .collect(),
        next_update_due_at: None,
        is_backfilled: false,
        edits: Vec::new(),
    }
}

#[test]
fn each_component_gets_intervals_from_what_updates_changed() {
    use ComponentStatus::{MajorOutage, Operational, PartialOutage};
    let incident = incident()
        .post(
            update(20, IncidentStatus::Identified, &[(1, MajorOutage), (2, PartialOutage)]),
            at(9000),
        )
        .and_then(|i| i.post(update(30, IncidentStatus::Monitoring, &[(1, Operational)]), at(9000)))
        .and_then(|i| i.post(update(40, IncidentStatus::Resolved, &[]), at(9000)))
        .unwrap();
    let mut found: Vec<_> = incident
        .impact_intervals(&Forest::default(), &TimeZone::UTC, at(9000))
        .into_iter()
        .map(|i| (i.component_id, i.status, i.from, i.until))
        .collect();
    found.sort_by_key(|(id, _, from, _)| (*id, *from));
    assert_eq!(
        found,
        [
            (component(1), PartialOutage, at(10), Some(at(20))),
            (component(1), MajorOutage, at(20), Some(at(30))),
            (component(2), PartialOutage, at(20), Some(at(40))),
        ]
    );
    assert_eq!(incident.impact(), Impact::Critical);
}

#[test]
fn a_status_that_is_replaced_at_once_never_held() {
    use ComponentStatus::{MajorOutage, PartialOutage};
    let mut incident = incident();
    incident.record.affected[0].status = MajorOutage;
    let incident = incident
        .post(update(10, IncidentStatus::Identified, &[(1, PartialOutage)]), at(9000))
        .unwrap();
    let intervals = incident.impact_intervals(&Forest::default(), &TimeZone::UTC, at(9000));
    let found: Vec<_> = intervals.iter().map(|i| (i.status, i.from, i.until)).collect();
    assert_eq!(found, [(PartialOutage, at(10), None)]);
}

#[test]
fn all_stands_for_every_component_but_the_excepted() {
    let mut incident = incident();
    incident.record.affected[0].target = Target::All;
    incident.record.except = vec![Target::Component(component(2))];
    let of_page = |n: usize| crate::forest::tests::part_of(n, None, incident.page_id);
    let components: Vec<Component> = (0..3).map(of_page).collect();
    let forest = Forest::grown_from(&components);
    let intervals = incident.impact_intervals(&forest, &TimeZone::UTC, at(9000));
    let ids: Vec<_> = intervals.iter().map(|interval| interval.component_id).collect();
    assert_eq!(ids, [component(1), component(3)]);
    assert!(intervals.iter().all(|interval| interval.until.is_none()));
}

#[test]
fn an_unknown_end_counts_nothing_and_an_unknown_start_gives_no_interval() {
    let mut incident = incident();
    incident.state = IncidentState::Resolved { ended: Bound::Unknown };
    let intervals = incident.impact_intervals(&Forest::default(), &TimeZone::UTC, at(9000));
    assert_eq!(intervals[0].until, Some(at(10)));
    incident.started = Bound::Unknown;
    assert!(incident.impact_intervals(&Forest::default(), &TimeZone::UTC, at(9000)).is_empty());
}

/// First instants and status of intervals, all of which have no length.
fn marks(incident: &Incident, now: &str) -> Vec<(String, ComponentStatus)> {
    let zone = TimeZone::fixed(jiff::tz::offset(1));
    let intervals = incident.impact_intervals(&Forest::default(), &zone, now.parse().unwrap());
    assert!(intervals.iter().all(|i| i.until == Some(i.from)));
    intervals.iter().map(|i| (i.from.to_string(), i.status)).collect()
}

#[test]
fn a_start_known_to_the_day_marks_days_of_the_zone_and_counts_no_second() {
    use ComponentStatus::{MajorOutage, PartialOutage};
    let day = |day| Bound::On { on: jiff::civil::date(1970, 2, day) };
    let mut incident = incident();
    let now = "1970-02-05T12:00:00Z";
    incident.started = day(3);
    let first = ("1970-02-02T23:00:00Z".to_owned(), PartialOutage);
    let second = ("1970-02-03T23:00:00Z".to_owned(), PartialOutage);
    let third = ("1970-02-04T23:00:00Z".to_owned(), PartialOutage);
    assert_eq!(marks(&incident, now), [first.clone(), second.clone(), third]);
    for ended in [day(3), Bound::Unknown, Bound::exactly(at(33 * 1440 + 600))] {
        incident.state = IncidentState::Resolved { ended };
        assert_eq!(marks(&incident, now), std::slice::from_ref(&first), "{ended:?}");
    }
    incident.state = IncidentState::Resolved { ended: day(4) };
    assert_eq!(marks(&incident, now), [first.clone(), second]);
    let noon = 33 * 1440 + 720;
    incident.updates.push(update(noon, IncidentStatus::Identified, &[(1, MajorOutage)]));
    for ended in [day(3), Bound::Unknown] {
        incident.state = IncidentState::Resolved { ended };
        let worse = ("1970-02-03T12:00:00Z".to_owned(), MajorOutage);
        assert_eq!(marks(&incident, now), [first.clone(), worse], "{ended:?}");
    }
}

#[test]
fn nothing_is_affected_between_an_end_and_its_reopening() {
    use ComponentStatus::{MajorOutage, PartialOutage};
    let reopened = incident()
        .post(update(20, IncidentStatus::Identified, &[(1, MajorOutage)]), at(9000))
        .and_then(|i| i.post(update(30, IncidentStatus::Resolved, &[]), at(9000)))
        .and_then(|i| i.reopen(at(90)))
        .and_then(|i| {
            i.post(update(95, IncidentStatus::Identified, &[(1, PartialOutage)]), at(9000))
        })
        .unwrap();
    let found = |incident: &Incident| -> Vec<_> {
        let intervals = incident.impact_intervals(&Forest::default(), &TimeZone::UTC, at(9000));
        intervals.iter().map(|i| (i.status, i.from, i.until)).collect()
    };
    let mut wanted = vec![
        (PartialOutage, at(10), Some(at(20))),
        (MajorOutage, at(20), Some(at(30))),
        (MajorOutage, at(90), Some(at(95))),
        (PartialOutage, at(95), None),
    ];
    assert_eq!(found(&reopened), wanted);
    let resolved = reopened.post(update(99, IncidentStatus::Resolved, &[]), at(9000)).unwrap();
    wanted[3].2 = Some(at(99));
    assert_eq!(found(&resolved), wanted);
    let twice = resolved.reopen(at(200)).unwrap();
    wanted.push((PartialOutage, at(200), None));
    assert_eq!(found(&twice), wanted);
}

#[test]
fn impact_follows_the_level_where_no_component_is_named_and_a_person_wins() {
    let mut incident = incident();
    incident.record.affected.clear();
    incident.record.level = Some(Level::Delayed);
    assert_eq!(incident.impact(), Impact::Minor);
    incident.impact_override = Some(Impact::Critical);
    assert_eq!(incident.impact(), Impact::Critical);
}

#[test]
fn the_stored_form_is_stable() {
    let json = serde_json::to_value(
        incident()
            .post(
                update(20, IncidentStatus::Resolved, &[(1, ComponentStatus::Operational)]),
                at(9000),
            )
            .unwrap(),
    )
    .unwrap();
    assert_eq!(
        json["state"],
        serde_json::json!({
            "status": "resolved",
            "ended": { "known": "at", "at": "1970-01-01T00:20:00Z", "precision": "minute" }
        })
    );
    assert_eq!(json["publication"], serde_json::json!({ "is": "draft" }));
    assert_eq!(json["record"]["affected"][0]["status"], "partial_outage");
    assert_eq!(json["updates"][0]["body"], serde_json::json!({ "text": "x" }));
    let again: Incident = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(again).unwrap(), json);
}
