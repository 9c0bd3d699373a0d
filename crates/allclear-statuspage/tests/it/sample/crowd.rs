//! A page with many components and incidents, for sizes and speed.

use std::collections::HashMap;
use std::sync::Arc;

use allclear_domain::incident::IncidentState;
use allclear_domain::times::Bound;
use allclear_domain::{ComponentStatus, Incident};
use allclear_statuspage::Snapshot;
use jiff::SignedDuration;

use super::{at, component, id, open_incident, page};

/// `components` components, and `incidents` incidents spread over the last 89 days, each of two of
/// them, and half an hour long. One is open.
pub(crate) fn many(components: u32, incidents: u32) -> Snapshot {
    let all = (0..components)
        .map(|number| {
            let mut one = component(u128::from(number % 200), None, &format!("Component {number}"));
            one.id = id(1_000_000 + u128::from(number));
            one.position = number;
            one
        })
        .collect();
    let mut snapshot = Snapshot {
        page: page(),
        components: all,
        settings: Vec::new(),
        outages: Vec::new(),
        checked: None,
        times: HashMap::new(),
        incidents: Vec::new(),
        maintenance: Vec::new(),
        announcements: Vec::new(),
        revision: 1,
    };
    add(&mut snapshot, components, incidents, 89);
    snapshot
}

/// Adds incidents spread over so many days back from now.
fn add(snapshot: &mut Snapshot, components: u32, incidents: u32, days: i64) {
    let span = days * 86_400;
    let known = u32::try_from(snapshot.incidents.len()).expect("not too many");
    for number in 0..incidents {
        let back = span * i64::from(number) / i64::from(incidents.max(1));
        let started = at(super::NOW) - SignedDuration::from_secs(back + 2_400);
        let mut one: Incident = open_incident();
        one.id = id(2_000_000 + u128::from(known + number));
        one.title = format!("Incident {number}");
        one.started = Bound::exactly(started);
        if number > 0 || known > 0 {
            one.state = IncidentState::Resolved {
                ended: Bound::exactly(started + SignedDuration::from_secs(1_800)),
            };
        }
        one.record.not_affected.clear();
        one.record.affected = [number * 7, number * 13 + 1]
            .iter()
            .map(|place| {
                let mut affected = super::affected(0, ComponentStatus::PartialOutage);
                let place = u128::from(place % components);
                affected.target = allclear_domain::record::Target::Component(id(1_000_000 + place));
                affected
            })
            .collect();
        for update in &mut one.updates {
            update.changes.clear();
        }
        snapshot.incidents.push(Arc::new(one));
    }
}
