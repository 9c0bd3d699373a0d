//! Maintenance in the console: planned, run, moved, converted; and what begins and ends by itself.

use std::sync::Arc;

use allclear_domain::{Clock, Entropy, Maintenance};
use allclear_incidents::duty::MaintenanceDuty;
use jiff::SignedDuration;

use super::Office;
use super::status_pages::POISON;
use crate::support::Engine;

const NEW: &str = "/console/maintenance/new";
const LIST: &str = "/console/maintenance";

/// From 13:00 to 14:00 UTC, an hour after the clock of the office.
const PLAN: [(&str, &str); 6] = [
    ("title", "New disks"),
    ("starts_at", "2026-11-21T13:00"),
    ("ends_at", "2026-11-21T14:00"),
    ("meanwhile", "under_maintenance"),
    ("all", "on"),
    ("message", "We exchange the disks."),
];

async fn windows(office: &Office) -> Vec<Maintenance> {
    let page = office.instance.store().list_status_pages().await.unwrap().remove(0);
    office.instance.store().list_maintenance(page.id).await.unwrap()
}

/// Plans a window that a person begins and ends; gives its path.
async fn planned(office: &mut Office) -> String {
    office.page("Shop").await;
    let page = office.owner.fill(NEW, NEW, &PLAN).await;
    assert!(page.text.contains("Planned."), "{}", page.text);
    format!("{LIST}/{}", windows(office).await[0].public_id)
}

async fn version(office: &mut Office, path: &str) -> String {
    office.owner.get(path).await.hidden("version").unwrap().to_owned()
}

#[tokio::test]
async fn home_tells_what_comes_and_not_what_was_called_off() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        let path = planned(&mut office).await;
        assert!(office.owner.get("/console").await.text.contains("New disks"));
        let cancel = [("step", "cancel"), ("message", "Not today.")];
        office.owner.fill(&path, &format!("{path}/step"), &cancel).await;
        let home = office.owner.get("/console").await;
        assert!(home.text.contains("No maintenance is planned"), "{}", home.text);
        assert!(!home.text.contains("New disks"), "{}", home.text);
    }
}

#[tokio::test]
async fn a_window_is_planned_moved_run_and_over() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        let path = planned(&mut office).await;
        let reschedule = format!("{path}/reschedule");
        let version_1 = version(&mut office, &path).await;
        let to = [
            ("starts_at", "2026-11-21T12:30"),
            ("ends_at", "2026-11-21T13:30"),
            ("why", "The disks came early."),
            ("version", version_1.as_str()),
        ];
        let page = office.owner.fill(&path, &reschedule, &to).await;
        assert!(page.text.contains("<s>2026-11-21 13:00 UTC"), "{}", page.text);
        assert!(page.text.contains("The disks came early."), "{}", page.text);
        let page = office.owner.fill(&path, &reschedule, &to).await;
        assert_eq!(page.status, 409, "made to a version that is no more");

        let step = format!("{path}/step");
        let early = office.owner.fill(&path, &step, &[("step", "complete")]).await;
        assert_eq!(early.status, 422);
        assert!(early.text.contains("begin it first, or cancel it"), "{}", early.text);
        let begin = [("step", "begin"), ("message", "We begin.")];
        let page = office.owner.fill(&path, &step, &begin).await;
        assert!(page.text.contains("In progress"), "{}", page.text);
        let page = office.owner.fill(&path, &step, &begin).await;
        assert_eq!(page.status, 422, "twice");
        assert!(page.text.contains("We begin.</textarea>"), "what was typed stays");

        office.clock.turn(SignedDuration::from_mins(100));
        let page = office.owner.get(&path).await;
        assert!(page.text.contains("Past its announced end."), "{}", page.text);
        let version_2 = version(&mut office, &path).await;
        let longer = [("ends_at", "2026-11-21T15:00"), ("version", version_2.as_str())];
        let page = office.owner.fill(&path, &format!("{path}/extend"), &longer).await;
        assert!(page.text.contains("to 2026-11-21 15:00 UTC"), "{}", page.text);
        assert!(!page.text.contains("Past its announced end."), "{}", page.text);
        office.owner.fill(&path, &step, &[("step", "verify")]).await;
        let page =
            office.owner.fill(&path, &step, &[("step", "complete"), ("message", "All well.")]);
        assert!(page.await.text.contains("Completed"));
        let list = office.owner.get(LIST).await;
        assert!(list.text.contains("Past</h2>"), "{}", list.text);
        office.publish().await;
        let id = path.rsplit('/').next().unwrap().to_owned();
        let page = office.browser().get(&format!("/p/shop/maintenance/{id}")).await;
        for text in ["We exchange the disks.", "We begin.", "All well.", "The disks came early."] {
            assert!(page.text.contains(text), "{text}: {}", page.text);
        }
    }
}

#[tokio::test]
async fn a_window_begins_and_ends_by_itself_and_once_with_two_nodes() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.page("Shop").await;
        let mut plan = PLAN.to_vec();
        plan.push(("is_automatic", "on"));
        for _ in 0..20 {
            office.owner.fill(NEW, NEW, &plan).await;
        }
        let clock = Arc::new(office.clock.clone());
        let node = |seed| {
            let entropy = Arc::new(Entropy::from_seed(seed));
            let store = office.instance.store().clone();
            MaintenanceDuty::new(store, clock.clone(), entropy, Arc::default())
        };
        let (one, two) = (node(1), node(2));
        // A turned clock also wakes the duty of the instance itself: three nodes in all.
        for (minutes, updates) in [(61, 2), (0, 2), (-60, 2), (60, 2), (60, 3), (-120, 3)] {
            office.clock.turn(SignedDuration::from_mins(minutes));
            let now = office.clock.now();
            let (one, two) = tokio::join!(one.run_once(now), two.run_once(now));
            for report in [one.unwrap(), two.unwrap()] {
                assert_eq!((report.failed, report.bad_rows), (vec![], vec![]), "{engine:?}");
            }
            for window in windows(&office).await {
                assert_eq!(window.updates.len(), updates, "{engine:?} {minutes}: {window:?}");
            }
        }
        assert!(windows(&office).await.iter().all(|window| window.ended().is_some()));
    }
}

#[tokio::test]
async fn work_that_failed_becomes_an_incident() {
    let mut office = Office::open(Engine::Sqlite).await;
    let path = planned(&mut office).await;
    office.owner.fill(&path, &format!("{path}/step"), &[("step", "begin")]).await;
    let version = version(&mut office, &path).await;
    let fields = [
        ("incident_title", "Disks do not come up"),
        ("now_is", "major_outage"),
        ("incident_message", "We put the old ones back."),
        ("version", version.as_str()),
    ];
    let page = office.owner.fill(&path, &format!("{path}/convert"), &fields).await;
    assert!(page.text.contains("Became an incident"), "{}", page.text);
    office.publish().await;
    let page = office.browser().get("/").await;
    assert!(page.text.contains("Disks do not come up"), "{}", page.text);
    assert!(page.text.contains("We put the old ones back."), "{}", page.text);
}

#[tokio::test]
async fn times_that_clocks_skip_or_show_twice_are_never_guessed() {
    let mut office = Office::open(Engine::Sqlite).await;
    let new = "/console/status-pages/new";
    office.owner.fill(new, new, &[("title", "Shop"), ("timezone", "Europe/Berlin")]).await;
    let mut plan = PLAN;
    plan[1].1 = "2027-03-28T02:30";
    plan[2].1 = "2027-03-28T05:00";
    let page = office.owner.fill(NEW, NEW, &plan).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("set forward to 2027-03-28 03:00"), "{}", page.text);
    assert!(page.text.contains("value=\"2027-03-28T02:30\""), "what was typed stays");
    plan[1].1 = "2027-10-31T02:30";
    plan[2].1 = "2027-10-31T05:00";
    let page = office.owner.fill(NEW, NEW, &plan).await;
    assert!(page.text.contains("happens twice in Europe/Berlin"), "{}", page.text);
    assert!(page.text.contains("name=\"starts_at_which\" value=\"second\""), "{}", page.text);
    let mut plan = plan.to_vec();
    plan.push(("starts_at_which", "second"));
    let page = office.owner.fill(NEW, NEW, &plan).await;
    assert!(page.text.contains("2027-10-31 02:30 (01:30 UTC)"), "{}", page.text);
}

#[tokio::test]
async fn what_is_wrong_is_said_and_a_draft_stays_inside() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.page("Shop").await;
    let mut plan = PLAN.to_vec();
    plan[1].1 = "";
    plan[2].1 = "soon";
    plan[0].1 = "";
    let page = office.owner.fill(NEW, NEW, &plan).await;
    assert_eq!(page.status, 422);
    for text in ["Start: is empty", "End: is no date", "We exchange the disks.</textarea>"] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let mut plan = PLAN.to_vec();
    plan[2].1 = "2026-11-21T12:59";
    let page = office.owner.fill(NEW, NEW, &plan).await;
    assert!(page.text.contains("its end must lie after its start"), "{}", page.text);
    let mut plan = PLAN.to_vec();
    plan.extend([("is_draft", "on"), ("is_automatic", "on")]);
    office.owner.fill(NEW, NEW, &plan).await;
    let window = windows(&office).await.remove(0);
    let path = format!("{LIST}/{}", window.public_id);
    let public = format!("/p/shop/maintenance/{}", window.public_id);
    office.publish().await;
    assert_eq!(office.browser().get(&public).await.status, 404);
    let page = office.owner.fill(&path, &format!("{path}/step"), &[("step", "publish")]).await;
    assert!(!page.text.contains("Draft"), "{}", page.text);
    office.publish().await;
    assert_eq!(office.browser().get(&public).await.status, 200);
}

#[tokio::test]
async fn two_who_change_a_plan_lose_nothing_and_updates_are_edited() {
    let mut office = Office::open(Engine::Sqlite).await;
    let path = planned(&mut office).await;
    let edit = format!("{path}/edit");
    let with = |text| [("title", "New disks"), ("recovery_plan", text), ("version", "1")];
    office.owner.fill(&edit, &edit, &with("Put them back.")).await;
    let page = office.owner.fill(&edit, &edit, &with("Call the vendor.")).await;
    assert_eq!(page.status, 409);
    for text in ["Put them back.</td>", "Call the vendor.</td>", "Call the vendor.</textarea>"] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let version = version(&mut office, &path).await;
    let id = windows(&office).await[0].updates[0].id.to_string();
    let fields =
        [("update", id.as_str()), ("text", "All new disks."), ("version", version.as_str())];
    let page = office.owner.fill(&path, &format!("{path}/update"), &fields).await;
    assert!(page.text.contains("· edited"), "{}", page.text);
    let page =
        office.owner.fill(&path, &format!("{path}/note"), &[("note", "Ask Bo first.")]).await;
    assert!(page.text.contains("Ask Bo first."), "{}", page.text);
    office.publish().await;
    let public = path.replace("/console/", "/p/shop/");
    let page = office.browser().get(&public).await;
    assert!(page.text.contains("All new disks.") && !page.text.contains("Ask Bo"));
}

#[tokio::test]
async fn nothing_that_is_typed_runs() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.page("Shop").await;
    let names = ["title", "message", "expected_effect", "recovery_plan", "starts_at", "abort_at"];
    for name in names.into_iter().chain(["ends_at", "component", "meanwhile"]) {
        let mut plan: Vec<_> = PLAN.into_iter().filter(|(other, _)| *other != name).collect();
        plan.push((name, POISON));
        let page = office.owner.fill(NEW, NEW, &plan).await;
        assert!(!page.text.contains("<script>alert"), "{name}: {}", page.text);
    }
    for window in windows(&office).await {
        let path = format!("{LIST}/{}", window.public_id);
        let version = version(&mut office, &path).await;
        for (below, name) in [
            ("note", "note"),
            ("step", "step"),
            ("step", "message"),
            ("reschedule", "why"),
            ("reschedule", "starts_at"),
            ("extend", "ends_at"),
            ("convert", "incident_title"),
            ("convert", "incident_message"),
            ("update", "update"),
        ] {
            let fields = [
                ("version", version.as_str()),
                (name, POISON),
                ("step", "post"),
                ("starts_at", "2026-11-21T15:00"),
                ("ends_at", "2026-11-21T16:00"),
            ];
            let page = office.owner.fill(&path, &format!("{path}/{below}"), &fields).await;
            assert!(!page.text.contains("<script>alert"), "{name}: {}", page.text);
        }
        for path in [path.clone(), format!("{path}/edit"), LIST.to_owned()] {
            let page = office.owner.get(&path).await;
            assert!(!page.text.contains("<script>alert"), "{path}: {}", page.text);
        }
    }
}

#[tokio::test]
async fn whatever_two_people_changed_is_set_beside_each_other() {
    let mut office = Office::open(Engine::Sqlite).await;
    let path = planned(&mut office).await;
    let id = windows(&office).await[0].updates[0].id.to_string();
    let stale = "1";
    // Somebody else renames it, notes something and begins it.
    let edit = format!("{path}/edit");
    let named = [("title", "All disks"), ("all", "on"), ("version", stale)];
    office.owner.fill(&edit, &edit, &named).await;
    office.owner.fill(&path, &format!("{path}/note"), &[("note", "Ask Bo.")]).await;
    let begin = [("step", "begin"), ("message", "We begin.")];
    office.owner.fill(&path, &format!("{path}/step"), &begin).await;
    let row = |label: &str, theirs: &str, yours: &str| {
        format!(
            "<tr><th scope=\"row\">{label}</th><td class=\"kept\">{theirs}</td>\
             <td class=\"kept\">{yours}</td></tr>"
        )
    };
    let meanwhile =
        [row("Title", "All disks", "New disks"), row("Status", "In progress", "Scheduled")];
    let starts = [("starts_at", "2026-11-21T15:00"), ("ends_at", "2026-11-21T16:00")];
    let said = "We exchange the disks.\n\nWe begin.";
    for (below, fields, expected) in [
        (
            "reschedule",
            starts.to_vec(),
            row(
                "Announced",
                "2026-11-21 13:00 UTC to 2026-11-21 14:00 UTC",
                "2026-11-21 15:00 UTC to 2026-11-21 16:00 UTC",
            ),
        ),
        (
            "extend",
            vec![("ends_at", "2026-11-21T17:00")],
            row(
                "Announced",
                "2026-11-21 13:00 UTC to 2026-11-21 14:00 UTC",
                "2026-11-21 13:00 UTC to 2026-11-21 17:00 UTC",
            ),
        ),
        (
            "update",
            vec![("update", id.as_str()), ("text", "Old disks.")],
            row("Messages", said, "Old disks.\n\nWe begin."),
        ),
    ] {
        let mut fields = fields;
        fields.push(("version", stale));
        let page = office.owner.fill(&path, &format!("{path}/{below}"), &fields).await;
        assert_eq!(page.status, 409, "{below}");
        for text in meanwhile.iter().chain([&expected]) {
            assert!(page.text.contains(text.as_str()), "{below} {text}: {}", page.text);
        }
        assert!(!page.text.contains("Ask Bo.</td>"), "a note is no version");
    }
    let failed = [("incident_title", "Disks fail"), ("now_is", "major_outage"), ("version", stale)];
    let page = office.owner.fill(&path, &format!("{path}/convert"), &failed).await;
    let expected =
        row("Status", "In progress", "Turned into the incident \u{201c}Disks fail\u{201d}");
    assert_eq!(page.status, 409);
    assert!(page.text.contains(&expected), "{}", page.text);
    // The plan's own form tells of what it has no field for, too.
    let plan = [("title", "Two disks"), ("all", "on"), ("version", stale)];
    let page = office.owner.fill(&edit, &edit, &plan).await;
    assert_eq!(page.status, 409);
    for text in [row("Title", "All disks", "Two disks"), row("Status", "In progress", "Scheduled")]
    {
        assert!(page.text.contains(&text), "{text}: {}", page.text);
    }
}
