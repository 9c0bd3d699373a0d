//! Facts that a page derives from its records: since when, on which days, for which components.

use std::collections::HashMap;
use std::sync::Arc;

use allclear_domain::check::{Checked, Histogram, ShownTimes};
use allclear_domain::component::StatusSetting;
use allclear_domain::incident::IncidentState;
use allclear_domain::posted::{Edit, StatusChange};
use allclear_domain::record::{Publication, Target};
use allclear_domain::status_page::Language;
use allclear_domain::text::{InternalText, Prose};
use allclear_domain::times::{Bound, Moment};
use allclear_domain::uptime::{StatusInterval, unannounced};
use allclear_domain::{ComponentStatus, Incident};
use allclear_statuspage::{Model, Route, Snapshot, render};
use jiff::SignedDuration;

use crate::sample;

fn page(snapshot: Snapshot, route: &Route) -> String {
    let model = Model::build(Arc::new(snapshot), sample::at(sample::NOW)).expect("a model");
    let ready = render(&model, route, Language::En).expect("a page");
    String::from_utf8(ready.identity).expect("UTF-8")
}

/// A snapshot with these incidents alone.
fn with(incidents: Vec<Incident>) -> Snapshot {
    let mut snapshot = sample::quiet_snapshot();
    snapshot.incidents = incidents.into_iter().map(Arc::new).collect();
    snapshot
}

/// An open incident that gives one component a status, without updates.
fn open(component: u128, status: ComponentStatus, started: &str) -> Incident {
    let mut open = sample::open_incident();
    open.record.affected = vec![sample::affected(component, status)];
    open.updates.clear();
    open.started = Bound::exactly(sample::at(started));
    open
}

fn component(number: u8) -> Route {
    Route::Component(sample::public_id(2, number))
}

fn hero(html: &str) -> &str {
    let (_, hero) = html.split_once("<h1").expect("a sentence at the top");
    hero.split_once("</h1>").expect("its end").0
}

#[test]
fn wordings_from_before_the_publication_are_never_shown() {
    let edit = |edited_at: &str, before: &str| Edit {
        edited_at: sample::at(edited_at),
        editor: "Ada".to_owned(),
        before: Some(Prose::plain(before)),
        shown_before: None,
        changes_before: None,
    };
    let mut incident = sample::open_incident();
    incident.publication = Publication::Published { at: sample::at("2026-11-20T12:30:00Z") };
    let route = Route::Incident(incident.public_id);
    let update = incident.updates.last_mut().expect("an update");
    update.edits = vec![
        edit("2026-11-20T12:29:59Z", "while it was a draft"),
        edit("2026-11-20T12:30:00Z", "as it was published"),
    ];
    for route in [route, Route::Now] {
        let html = page(with(vec![incident.clone()]), &route);
        assert!(!html.contains("while it was a draft"), "{route:?}");
    }
    let html = page(with(vec![incident.clone()]), &Route::Incident(incident.public_id));
    assert!(html.contains("as it was published"));
}

#[test]
fn since_is_the_start_of_the_status_that_is_told() {
    let mut snapshot = with(vec![open(1, ComponentStatus::MajorOutage, "2026-11-20T12:32:00Z")]);
    snapshot.settings = vec![StatusSetting {
        id: sample::id(950),
        component_id: sample::id(101),
        status: ComponentStatus::DegradedPerformance,
        set_at: sample::at("2026-11-13T13:27:00Z"),
        ends_at: None,
        overrules: None,
    }];
    let html = page(snapshot, &Route::Now);
    let hero = hero(&html);
    assert!(hero.contains("Checkout: major outage"), "{hero}");
    assert!(hero.contains("2026-11-20T12:32:00Z"), "{hero}");
    assert!(!hero.contains("2026-11-13"), "{hero}");
}

#[test]
fn what_checks_measured_is_told_without_an_incident() {
    let mut snapshot = with(Vec::new());
    let interval = StatusInterval {
        component_id: sample::id(101),
        status: ComponentStatus::PartialOutage,
        from: sample::at("2026-11-20T12:20:00Z"),
        until: None,
    };
    snapshot.outages = vec![interval];
    let html = page(snapshot.clone(), &Route::Now);
    let first = hero(&html);
    assert!(first.contains("Checkout: partial outage"), "{first}");
    assert!(first.contains("2026-11-20T12:20:00Z"), "{first}");
    let ended = StatusInterval { until: Some(sample::at("2026-11-20T12:21:00Z")), ..interval };
    snapshot.outages = vec![ended];
    let now = page(snapshot.clone(), &Route::Now);
    assert!(now.contains("class=\"hero op\""), "{}", hero(&now));
    let html = page(snapshot, &component(1));
    assert!(html.contains("1\u{a0}min"), "{}", html.split("<main").nth(1).unwrap());
}

#[test]
fn what_checks_measured_is_not_told_where_somebody_overrules_them() {
    let mut snapshot = with(Vec::new());
    let measured = |component_id| StatusInterval {
        component_id: sample::id(component_id),
        status: ComponentStatus::MajorOutage,
        from: sample::at("2026-11-20T12:20:00Z"),
        until: None,
    };
    // Checkout, and a part of Mail.
    snapshot.outages = vec![measured(101), measured(107)];
    let setting = |component_id, ends_at: &str| StatusSetting {
        id: sample::id(950 + component_id),
        component_id: sample::id(component_id),
        status: ComponentStatus::Operational,
        set_at: sample::at("2026-11-20T12:20:00Z"),
        ends_at: Some(sample::at(ends_at)),
        overrules: Some(InternalText::new("the check errs")),
    };
    let later = "2026-11-29T00:00:00Z";
    snapshot.settings = vec![setting(101, later), setting(106, later)];
    let html = page(snapshot.clone(), &Route::Now);
    assert!(html.contains("class=\"hero op\""), "{}", hero(&html));
    assert!(!html.contains("the check errs"));
    // It ended: what is measured is told again, from then on.
    snapshot.settings = vec![setting(101, later), setting(106, "2026-11-20T12:25:00Z")];
    let html = page(snapshot, &Route::Now);
    let hero = hero(&html);
    assert!(hero.contains("Outgoing mail: major outage"), "{hero}");
    assert!(hero.contains("2026-11-20T12:25:00Z"), "{hero}");
}

#[test]
fn what_stands_still_during_announced_work_is_no_outage() {
    let component_id = sample::id(101);
    let interval = |from: &str, until: &str| StatusInterval {
        component_id,
        status: ComponentStatus::MajorOutage,
        from: sample::at(from),
        until: Some(sample::at(until)),
    };
    let work = StatusInterval {
        status: ComponentStatus::UnderMaintenance,
        ..interval("2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z")
    };
    let inside = interval("2026-11-20T10:05:00Z", "2026-11-20T10:50:00Z");
    assert!(unannounced(&[inside], &[work]).is_empty());
    let longer = interval("2026-11-20T10:05:00Z", "2026-11-20T11:20:00Z");
    let rest = interval("2026-11-20T11:00:00Z", "2026-11-20T11:20:00Z");
    assert_eq!(unannounced(&[longer], &[work]), [rest]);
    let elsewhere = StatusInterval { component_id: sample::id(102), ..work };
    assert_eq!(unannounced(&[inside], &[elsewhere]), [inside]);
}

#[test]
fn since_of_several_components_is_that_of_the_worst() {
    let snapshot = with(vec![
        open(0, ComponentStatus::DegradedPerformance, "2026-11-18T08:00:00Z"),
        open(1, ComponentStatus::MajorOutage, "2026-11-20T12:32:00Z"),
        open(1, ComponentStatus::MajorOutage, "2026-11-20T12:20:00Z"),
    ]);
    let html = page(snapshot, &Route::Now);
    let hero = hero(&html);
    assert!(hero.contains("2026-11-20T12:20:00Z"), "{hero}");
    assert!(!hero.contains("2026-11-18"), "{hero}");
}

#[test]
fn an_incident_known_to_the_day_marks_its_bar_and_counts_no_second() {
    let on = Bound::On { on: jiff::civil::date(2026, 11, 12) };
    for ended in [on, Bound::Unknown] {
        let mut incident = open(1, ComponentStatus::MajorOutage, sample::NOW);
        incident.started = on;
        incident.state = IncidentState::Resolved { ended };
        let html = page(with(vec![incident.clone()]), &Route::Now);
        assert!(html.contains("=\"81:4 0\""), "{ended:?}");
        let html = page(with(vec![incident]), &component(1));
        assert!(html.contains("length not known"), "{ended:?}");
        assert!(html.contains("Last 90 days</dt><dd>100"), "{ended:?}");
    }
}

#[test]
fn all_means_the_components_of_the_page_that_the_incident_belongs_to() {
    let mut incident = open(1, ComponentStatus::MajorOutage, "2023-06-01T00:00:00Z");
    incident.record.affected[0].target = Target::All;
    let mut snapshot = with(vec![incident]);
    snapshot.components[0].page_id = sample::id(77);
    let model = Model::build(Arc::new(snapshot.clone()), sample::at(sample::NOW)).expect("a model");
    let down: Vec<_> = model
        .component_statuses()
        .filter(|(_, status)| *status == ComponentStatus::MajorOutage)
        .map(|(id, _)| id)
        .collect();
    assert_eq!(down.len(), 8);
    assert!(!down.contains(&sample::id(100)));
    let other = page(snapshot.clone(), &component(0));
    assert!(!other.contains("Jun 2023"), "the data of another page's component begins with it");
    assert!(!other.contains("href=\"../incidents/"), "it is not among its records");
    assert!(page(snapshot, &component(1)).contains("Jun 2023"));
}

#[test]
fn a_later_change_of_a_group_is_told_of_its_parts() {
    let mut incident = open(4, ComponentStatus::MajorOutage, "2026-11-20T12:05:00Z");
    let change = |number: u128, status| StatusChange { component_id: sample::id(number), status };
    let mut update = sample::posted(1, None, "2026-11-20T12:20:00Z", "Only webhooks are down.");
    update.changes = vec![
        change(103, ComponentStatus::Operational),
        change(105, ComponentStatus::PartialOutage),
    ];
    incident.updates = vec![update];
    let route = Route::Incident(incident.public_id);
    let html = page(with(vec![incident.clone()]), &route);
    let (_, chips) = html.split_once("Orders</a>").expect("what changed");
    let (chip, _) = chips.split_once("</li>").expect("its end");
    assert!(chip.contains("major outage") && chip.contains("operational"), "{chip}");
    let now = page(with(vec![incident]), &Route::Now);
    assert!(hero(&now).contains("Webhooks: partial outage"), "{}", hero(&now));
    assert!(now.contains("<article class=\"incident pt\">"), "it is as bad as it is now");
}

#[test]
fn a_group_names_what_is_left_out_of_it() {
    let mut incident = open(3, ComponentStatus::MajorOutage, "2026-11-20T12:05:00Z");
    incident.record.except = vec![Target::Component(sample::id(105))];
    let html = page(with(vec![incident.clone()]), &Route::Incident(incident.public_id));
    let (_, facts) = html.split_once("<dt>Affected</dt>").expect("facts");
    let (facts, _) = facts.split_once("</div>").expect("facts");
    assert!(facts.contains("API</a> except"), "{facts}");
    assert!(facts.contains("Webhooks</a>"), "{facts}");
    let model = Model::build(Arc::new(with(vec![incident])), sample::at(sample::NOW));
    let status = |number: u128| {
        let id = sample::id(100 + number);
        let statuses = model.as_ref().expect("a model").component_statuses();
        statuses.filter(|(found, _)| *found == id).map(|(_, status)| status).next()
    };
    assert_eq!(status(4), Some(ComponentStatus::MajorOutage));
    assert_eq!(status(5), Some(ComponentStatus::Operational));
}

#[test]
fn an_edit_of_the_time_and_of_changes_is_told() {
    let mut incident = sample::open_incident();
    let update = incident.updates.last_mut().expect("an update");
    update.edits = vec![Edit {
        edited_at: sample::at("2026-11-20T12:41:00Z"),
        editor: "Ada".to_owned(),
        before: None,
        shown_before: Some(Moment::At { at: sample::at("2026-11-20T12:36:00Z") }),
        changes_before: Some(vec![StatusChange {
            component_id: sample::id(101),
            status: ComponentStatus::PartialOutage,
        }]),
    }];
    let html = page(with(vec![incident.clone()]), &Route::Incident(incident.public_id));
    let (_, edit) = html.split_once("Earlier version</summary>").expect("what it was");
    let (edit, _) = edit.split_once("</details>").expect("its end");
    assert!(edit.contains("12:41 UTC") && edit.contains("time shown <time"), "{edit}");
    assert!(edit.contains("12:36 UTC") && edit.contains("Checkout</a>: <b>"), "{edit}");
    assert!(!edit.contains("former"), "the words were the same: {edit}");
    assert!(!html.contains("Ada"), "who edited it is the team's business");
}

#[test]
fn an_open_incident_is_as_bad_as_what_it_says_now_whatever_it_is_about() {
    let down = ComponentStatus::MajorOutage;
    let mut words = open(1, down, "2026-11-20T12:05:00Z");
    words.record.affected[0].target = Target::Words("the old site".to_owned());
    let mut all = words.clone();
    all.record.affected[0].target = Target::All;
    let mut undated = open(1, down, "2026-11-20T12:05:00Z");
    undated.started = Bound::Unknown;
    for (incident, has_components) in [(words, true), (all, false), (undated, true)] {
        let mut snapshot = with(vec![incident]);
        if !has_components {
            snapshot.components.clear();
        }
        let html = page(snapshot, &Route::Now);
        assert!(html.contains("<article class=\"incident mj\">"), "{}", hero(&html));
    }
}

#[test]
fn work_that_takes_too_long_says_so() {
    let told = |now: &str, language| {
        let snapshot = Arc::new(sample::snapshot());
        let window = snapshot.maintenance.iter().find(|window| window.is_under_way());
        let route = Route::Maintenance(window.expect("work under way").public_id);
        let model = Model::build(snapshot.clone(), sample::at(now)).expect("a model");
        let pages = [&route, &Route::Now].map(|route| {
            let ready = render(&model, route, language).expect("a page");
            String::from_utf8(ready.identity).expect("UTF-8")
        });
        let late = |text| pages.iter().all(|page| page.contains(text));
        let is_told = (late("over its window"), late("it was to be taken back"));
        (is_told, late("nicht fertig, als es zurückgenommen werden sollte"))
    };
    // Its end is at 13:00, its abort time at 12:50.
    assert_eq!(told("2026-11-20T12:49:59Z", Language::En), ((false, false), false));
    assert_eq!(told("2026-11-20T12:50:00Z", Language::En), ((false, true), false));
    assert_eq!(told("2026-11-20T13:05:00Z", Language::En), ((true, true), false));
    assert!(told("2026-11-20T13:05:00Z", Language::De).1);
}

#[test]
fn a_retired_component_is_history() {
    let mut snapshot = with(vec![open(1, ComponentStatus::MajorOutage, "2026-11-20T08:00:00Z")]);
    let checkout = snapshot.components.iter().find(|one| one.name == "Checkout").expect("it");
    let public_id = checkout.public_id;
    let links = |html: &str| html.matches(&format!("components/{public_id}")).count();
    let before = page(snapshot.clone(), &Route::Now);
    assert!(hero(&before).contains("Checkout"), "{}", hero(&before));
    let retired = snapshot.components.iter_mut().find(|one| one.name == "Checkout").expect("it");
    retired.retired_at = Some(sample::at("2026-11-20T09:00:00Z"));
    let after = page(snapshot.clone(), &Route::Now);
    assert!(!hero(&after).contains("Checkout"), "{}", hero(&after));
    assert!(links(&after) < links(&before), "it stands among the components no more");
    let own = page(snapshot, &Route::Component(public_id));
    assert!(own.contains("Out of use since"), "{own}");
    assert!(own.contains("data-d=\"89:4 60\""), "the hour before counts: {own}");
}

#[test]
fn readers_are_told_when_everything_was_checked() {
    let told = |checked: Option<Checked>| {
        page(Snapshot { checked, ..sample::quiet_snapshot() }, &Route::Now)
    };
    assert!(!told(None).contains("is watched here"));
    let since = sample::at(sample::NOW) - SignedDuration::from_mins(1);
    let fresh = told(Some(Checked { since, is_late: false }));
    assert!(
        fresh.contains("<p class=\"meta\">All that is watched here was checked at <time "),
        "{fresh}"
    );
    let since = sample::at(sample::NOW) - SignedDuration::from_hours(30);
    let old = told(Some(Checked { since, is_late: true }));
    let words = "<p class=\"meta stale\">Not all that is watched here was checked after <time ";
    assert!(old.contains(words), "{old}");
}

#[test]
fn readers_see_how_long_it_takes_where_that_is_shown() {
    let checkout = sample::snapshot().components.remove(1);
    let mut days = vec![Histogram::default(); 90];
    (0..95).for_each(|_| days[88].add(1_000));
    (0..5).for_each(|_| days[88].add(1_250_000));
    days[89].add(40_000);
    let first_day = jiff::civil::date(2026, 8, 23);
    let times = Arc::new(ShownTimes::of(first_day, &days).expect("times"));
    let shown = Snapshot { times: HashMap::from([(checkout.id, times)]), ..sample::snapshot() };
    let route = |component: &allclear_domain::Component| Route::Component(component.public_id);
    let html = page(shown.clone(), &route(&checkout));
    assert!(html.contains("half of them took at most 1.0\u{a0}ms,"), "{html}");
    assert!(html.contains("95 of 100 took at most"), "{html}");
    // Two days beside each other at the end, and nothing before them.
    assert_eq!(html.matches("<path class=\"t50\" d=\"M").count(), 2);
    assert!(html.contains("M982 "), "{html}");
    let (_, section) = html.split_once("id=\"times\"").expect("the section");
    let (section, _) = section.split_once("</section>").expect("its end");
    assert_eq!(section.matches("<th scope=\"row\"").count(), 2, "{section}");
    let all = sample::snapshot().components;
    for one in all.into_iter().filter(|one| one.id != checkout.id) {
        assert!(!page(shown.clone(), &route(&one)).contains("class=\"times\""), "{}", one.name);
    }
    assert!(!page(sample::snapshot(), &route(&checkout)).contains("class=\"times\""));
}
