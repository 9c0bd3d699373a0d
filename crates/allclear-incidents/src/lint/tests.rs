//! Each kind of finding, with the nearest case that is none.

use allclear_domain::action::{ActionItem, ActionState, Due};
use allclear_domain::audit::Actor;
use allclear_domain::check::Threshold;
use allclear_domain::incident::IncidentKind;
use allclear_domain::maintenance::{AnnouncedWindow, MaintenanceState};
use allclear_domain::posted::StatusChange;
use allclear_domain::record::{Affected, Publication, Target};
use allclear_domain::text::{Key, Prose};
use allclear_domain::times::Bound;
use allclear_domain::{
    Change, Component, ComponentStatus, Entropy, Incident, IncidentStatus, Maintenance, Outage,
    OutageRecord, StatusSetting,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Finding, Held, PromisedIn, SILENT_AFTER, lint};
use crate::writing::{NewIncident, NewUpdate};

const NOON: &str = "2026-11-21T12:00:00Z";

struct Scene {
    entropy: Entropy,
    now: Timestamp,
    component: Component,
    incident: Incident,
}

/// An open incident whose only message is `minutes` old and announces the next `due` minutes later.
fn scene(minutes: i64, due: Option<i64>) -> Scene {
    let entropy = Entropy::from_seed(3);
    let now: Timestamp = NOON.parse().unwrap();
    let then = now - SignedDuration::from_mins(minutes);
    let page_id = entropy.id(then);
    let component = Component {
        id: entropy.id(then),
        public_id: entropy.public_id(),
        page_id,
        key: Key::new("shop").unwrap(),
        name: "Shop".to_owned(),
        description: None,
        parent_id: None,
        position: 0,
        start_date: None,
        created_at: then,
        retired_at: None,
    };
    let actor = Actor::Command("test".to_owned());
    let new = NewIncident {
        page_id,
        title: "The shop is down".to_owned(),
        kind: IncidentKind::Disruption,
        impact_override: None,
        affected: vec![Affected {
            target: Target::Component(component.id),
            status: ComponentStatus::MajorOutage,
        }],
        started: Bound::exactly(then),
        ended: None,
        update: Some(NewUpdate {
            status: Some(IncidentStatus::Investigating),
            body: Prose::plain("We look into it."),
            shown_at: None,
            changes: Vec::new(),
            next_update_due_at: due.map(|due| then + SignedDuration::from_mins(due)),
        }),
        is_draft: false,
    };
    let change = Change { actor: &actor, entropy: &entropy, now: then };
    let incident = new.reported(change).unwrap();
    Scene { entropy, now, component, incident }
}

fn found(scene: &Scene, settings: &[StatusSetting]) -> Vec<Finding> {
    found_beside(scene, settings, &[])
}

fn found_beside(scene: &Scene, settings: &[StatusSetting], outages: &[Outage]) -> Vec<Finding> {
    let held = Held {
        components: std::slice::from_ref(&scene.component),
        settings,
        outages,
        incidents: std::slice::from_ref(&scene.incident),
        maintenance: &[],
        zone: &TimeZone::UTC,
    };
    lint(&held, scene.now)
}

#[test]
fn an_update_that_was_announced_and_did_not_come() {
    for (minutes, due, is_overdue) in [(31, 30, true), (30, 30, false), (5, 30, false)] {
        let scene = scene(minutes, Some(due));
        let is_found = matches!(found(&scene, &[])[..], [Finding::UpdateOverdue { .. }]);
        assert_eq!(is_found, is_overdue, "{minutes} {due}");
    }
}

#[test]
fn an_incident_that_nobody_speaks_of() {
    let limit = SILENT_AFTER.as_mins();
    for (minutes, is_silent) in [(limit, true), (limit - 1, false)] {
        let scene = scene(minutes, None);
        let is_found = matches!(found(&scene, &[])[..], [Finding::Silent { .. }]);
        assert_eq!(is_found, is_silent, "{minutes}");
    }
    let mut draft = scene(limit, None);
    draft.incident.publication = Publication::Draft;
    assert_eq!(found(&draft, &[]), []);
}

#[test]
fn a_component_that_is_down_and_nobody_says_why() {
    let mut scene = scene(5, None);
    let set = |scene: &Scene, status, minutes| StatusSetting {
        id: scene.entropy.id(scene.now),
        component_id: scene.component.id,
        status,
        set_at: scene.now - SignedDuration::from_mins(minutes),
        ends_at: None,
        overrules: None,
    };
    let down = set(&scene, ComponentStatus::PartialOutage, 9);
    let up = set(&scene, ComponentStatus::Operational, 3);
    assert_eq!(found(&scene, std::slice::from_ref(&down)), [], "the incident says why");
    scene.incident.publication = Publication::Draft;
    let findings = found(&scene, std::slice::from_ref(&down));
    assert!(matches!(findings[..], [Finding::DownWithoutIncident { .. }]), "{findings:?}");
    assert_eq!(found(&scene, &[down, up]), [], "it was set back");
}

#[test]
fn a_component_that_is_measured_to_be_down_and_nobody_says_why() {
    let mut scene = scene(5, None);
    let component = scene.component.id;
    let outage = |scene: &Scene, status, minutes| Outage {
        id: scene.entropy.id(scene.now),
        check_id: scene.entropy.id(scene.now),
        threshold: Threshold::Fail,
        began_at: scene.now - SignedDuration::from_mins(minutes),
        confirmed_at: scene.now,
        ended_at: None,
        is_abandoned: false,
        reason: None,
        incident_id: None,
        statuses: vec![StatusChange { component_id: component, status }],
    };
    let outages = [
        outage(&scene, ComponentStatus::DegradedPerformance, 9),
        outage(&scene, ComponentStatus::MajorOutage, 3),
    ];
    assert_eq!(found_beside(&scene, &[], &outages), [], "the incident says why");
    scene.incident.publication = Publication::Draft;
    let worst = Finding::MeasuredWithoutIncident {
        component,
        status: ComponentStatus::MajorOutage,
        since: outages[0].began_at,
    };
    assert_eq!(found_beside(&scene, &[], &outages), [worst], "once, since the first of them");
    let down = StatusSetting {
        id: scene.entropy.id(scene.now),
        component_id: component,
        status: ComponentStatus::PartialOutage,
        set_at: scene.now,
        ends_at: None,
        overrules: None,
    };
    let findings = found_beside(&scene, std::slice::from_ref(&down), &outages);
    assert!(matches!(findings[..], [Finding::DownWithoutIncident { .. }]), "{findings:?}");
    let overruled = StatusSetting {
        status: ComponentStatus::Operational,
        ends_at: Some(scene.now + SignedDuration::from_secs(1)),
        overrules: Some(allclear_domain::text::InternalText::new("the check errs")),
        ..down
    };
    assert_eq!(found_beside(&scene, std::slice::from_ref(&overruled), &outages), []);
    let ended = StatusSetting { ends_at: Some(scene.now), ..overruled };
    let findings = found_beside(&scene, &[ended], &outages);
    assert!(matches!(findings[..], [Finding::MeasuredWithoutIncident { .. }]), "{findings:?}");
    scene.component.retired_at = Some(scene.now);
    assert_eq!(found_beside(&scene, &[], &outages), [], "readers see it no more");
}

#[test]
fn a_promise_that_was_not_kept() {
    let mut scene = scene(5, None);
    let id = PromisedIn::Incident(scene.incident.id);
    for (day, state, is_overdue) in [
        ("2026-11-20", ActionState::Promised, true),
        ("2026-11-21", ActionState::Promised, false),
        ("2026-11-20", ActionState::Done { on: None }, false),
    ] {
        let due: Due = day.parse().unwrap();
        let action = ActionItem { text: "A second line".to_owned(), due: Some(due), state };
        scene.incident.record.actions = vec![action];
        let expected: &[Finding] = &[Finding::PromiseOverdue { promised_in: id, place: 0 }];
        let expected = if is_overdue { expected } else { &[] };
        assert_eq!(found(&scene, &[]), expected, "{day}");
    }
}

/// From 13:00 to 14:00, to be taken back at 13:30, begun and ended by people.
fn window(scene: &Scene) -> Maintenance {
    let after = |minutes| scene.now + SignedDuration::from_mins(minutes);
    let window =
        AnnouncedWindow { starts_at: Some(after(60)), ends_at: Some(after(120)), length: None };
    Maintenance {
        id: scene.entropy.id(scene.now),
        public_id: scene.entropy.public_id(),
        page_id: scene.component.page_id,
        title: "New disks".to_owned(),
        state: MaintenanceState::Scheduled,
        publication: Publication::Published { at: scene.now },
        window,
        former_windows: Vec::new(),
        expected_effect: None,
        recovery_plan: None,
        is_automatic: false,
        abort_at: Some(after(90)),
        record: OutageRecord::default(),
        updates: Vec::new(),
        converted_to: None,
        series: None,
        source: None,
        created_at: scene.now,
    }
}

fn found_of(scene: &Scene, window: &Maintenance, minutes: i64) -> Vec<Finding> {
    let held = Held {
        components: std::slice::from_ref(&scene.component),
        settings: &[],
        outages: &[],
        incidents: &[],
        maintenance: std::slice::from_ref(window),
        zone: &TimeZone::UTC,
    };
    lint(&held, scene.now + SignedDuration::from_mins(minutes))
}

#[test]
fn work_past_its_end_or_past_its_abort_time() {
    let scene = scene(5, None);
    let after = |minutes| scene.now + SignedDuration::from_mins(minutes);
    let scheduled = window(&scene);
    assert_eq!(found_of(&scene, &scheduled, 180), [], "it has not begun");
    let (maintenance, abort_at, ended_at) = (scheduled.id, after(90), after(120));
    let past_abort = Finding::PastAbort { maintenance, abort_at };
    let overrun = Finding::Overrun { maintenance, ended_at };
    let under_way = scheduled.begin(after(60)).unwrap();
    let verifying = under_way.clone().verify(after(80)).unwrap();
    for window in [&under_way, &verifying] {
        assert_eq!(found_of(&scene, window, 89), []);
        assert_eq!(found_of(&scene, window, 90), std::slice::from_ref(&past_abort));
        assert_eq!(found_of(&scene, window, 119), std::slice::from_ref(&past_abort));
        assert_eq!(found_of(&scene, window, 120), [past_abort.clone(), overrun.clone()]);
    }
    let longer = under_way.clone().extend(after(240), None, after(100)).unwrap();
    assert_eq!(found_of(&scene, &longer, 180), [past_abort], "its end moved");
    let done = under_way.complete(after(130)).unwrap();
    assert_eq!(found_of(&scene, &done, 180), []);
}

#[test]
fn a_promise_made_in_maintenance() {
    let scene = scene(5, None);
    let mut window = window(&scene);
    let due = Some("2026-11-20".parse().unwrap());
    window.record = window.record.promise("A second line".to_owned(), due);
    let promised_in = PromisedIn::Maintenance(window.id);
    let late = Finding::PromiseOverdue { promised_in, place: 0 };
    assert_eq!(found_of(&scene, &window, 0), [late]);
    window.publication = Publication::Draft;
    assert_eq!(found_of(&scene, &window, 0), [], "nobody was promised anything");
}
