//! The lifecycle of a maintenance window.

use jiff::Timestamp;

use super::*;
use crate::component::ComponentStatus;
use crate::record::{Affected, Target};

pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).unwrap()
}

pub(crate) fn scheduled() -> Maintenance {
    let entropy = Entropy::from_seed(1);
    Maintenance {
        id: entropy.id(at(0)),
        public_id: entropy.public_id(),
        page_id: entropy.id(at(0)),
        title: "Replace the switch".to_owned(),
        state: MaintenanceState::Scheduled,
        publication: Publication::Published { at: at(0) },
        window: AnnouncedWindow { starts_at: Some(at(60)), ends_at: Some(at(90)), length: None },
        former_windows: Vec::new(),
        expected_effect: None,
        recovery_plan: Some("The old switch stays cabled.".to_owned()),
        is_automatic: true,
        abort_at: Some(at(80)),
        record: OutageRecord {
            affected: vec![Affected {
                target: Target::All,
                status: ComponentStatus::UnderMaintenance,
            }],
            ..OutageRecord::default()
        },
        updates: Vec::new(),
        converted_to: None,
        series: None,
        source: None,
        created_at: at(0),
    }
}

#[test]
fn it_walks_through_its_states_and_no_other_way() {
    assert!(scheduled().complete(at(60)).is_err());
    assert!(scheduled().verify(at(60)).is_err());
    let under_way = scheduled().begin(at(61)).unwrap();
    assert!(under_way.clone().cancel(at(62)).is_err());
    assert!(!under_way.is_overrun(at(89)) && under_way.is_overrun(at(90)));
    let done = under_way.verify(at(70)).unwrap().complete(at(75)).unwrap();
    assert_eq!(
        (done.started(), done.ended()),
        (Bound::exactly(at(61)), Some(Bound::exactly(at(75))))
    );
    assert!(
        done.convert("x".to_owned(), ComponentStatus::MajorOutage, &Entropy::from_seed(2), at(76))
            .is_err()
    );
    assert!(
        scheduled()
            .cancel(at(5))
            .unwrap()
            .impact_intervals(&Forest::default(), &TimeZone::UTC)
            .is_empty()
    );
}

#[test]
fn failed_work_becomes_an_incident_and_both_keep_their_history() {
    let under_way = scheduled().begin(at(60)).unwrap();
    let title = "The new switch stays dark".to_owned();
    let (window, incident) = under_way
        .convert(title, ComponentStatus::MajorOutage, &Entropy::from_seed(2), at(70))
        .unwrap();
    assert_eq!(window.converted_to, Some(incident.id));
    assert_eq!(incident.converted_from, Some(window.id));
    assert_eq!(window.ended(), Some(Bound::exactly(at(70))));
    assert_eq!(incident.started, Bound::exactly(at(70)));
    assert_eq!(incident.record.affected[0].target, Target::All);
    // What failed is an outage now, not planned work: uptime must see it.
    assert_eq!(incident.worst_status(), ComponentStatus::MajorOutage);
}
