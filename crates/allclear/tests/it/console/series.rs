//! Maintenance that repeats, in the console: previewed, planned, changed, ended; and planned ahead by
//! several nodes once.

use std::sync::Arc;

use allclear_domain::maintenance::MaintenanceSeries;
use allclear_domain::{Clock, Entropy, Maintenance};
use allclear_incidents::duty::MaintenanceDuty;
use jiff::SignedDuration;

use super::Office;
use super::status_pages::POISON;
use crate::support::Engine;

const NEW: &str = "/console/maintenance-series/new";
const ONE: &str = "/console/maintenance-series";

/// Every Sunday at 02:30, on the clock of Berlin.
const PLAN: [(&str, &str); 12] = [
    ("title", "New certificates"),
    ("first", "2026-11-22T02:30"),
    ("lasts_minutes", "60"),
    ("how", "weekly"),
    ("weeks", "1"),
    ("day", "SU"),
    ("ends", "never"),
    ("all", "on"),
    ("meanwhile", "under_maintenance"),
    ("is_automatic", "on"),
    ("recovery_plan", "The old ones."),
    ("do", "plan"),
];

fn with<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut plan = PLAN.to_vec();
    for (name, value) in fields {
        plan.retain(|(known, _)| known != name);
        plan.push((name, value));
    }
    plan
}

async fn berlin(office: &mut Office) {
    let new = "/console/status-pages/new";
    office.owner.fill(new, new, &[("title", "Shop"), ("timezone", "Europe/Berlin")]).await;
}

async fn there(office: &Office) -> (Vec<MaintenanceSeries>, Vec<Maintenance>) {
    let store = office.instance.store();
    let page = store.list_status_pages().await.unwrap().remove(0);
    let series = store.list_maintenance_series(page.id).await.unwrap();
    let mut windows = store.list_maintenance(page.id).await.unwrap();
    windows.sort_by_key(|window| window.window.starts_at);
    (series, windows)
}

#[tokio::test]
async fn a_series_is_previewed_planned_changed_and_ended() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        berlin(&mut office).await;
        let page = office.owner.fill(NEW, NEW, &with(&[("do", "preview")])).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("<li>Sun 2026-11-22 02:30 (01:30 UTC) to"), "{}", page.text);
        assert_eq!(page.text.matches("<li>Sun ").count(), 5, "{}", page.text);
        assert!(page.text.contains("value=\"New certificates\""), "what was typed stays");
        assert_eq!(there(&office).await, (vec![], vec![]), "nothing was written");

        let page = office.owner.fill(NEW, NEW, &PLAN).await;
        for text in
            ["Planned, with its next windows.", "Every week, on Sunday, at 02:30 in Europe/Berlin"]
        {
            assert!(page.text.contains(text), "{text}: {}", page.text);
        }
        let (series, windows) = there(&office).await;
        assert_eq!((series.len(), windows.len()), (1, 8));
        let path = format!("{ONE}/{}", series[0].id);
        let list = office.owner.get("/console/maintenance").await;
        assert!(list.text.contains(&format!("href=\"{path}\"")), "{}", list.text);
        office.publish().await;
        let public = office.browser().get("/p/shop/").await;
        assert!(public.text.contains("New certificates"), "{}", public.text);

        // One is changed by hand, one called off; both say so and stay as they are.
        let window = |at: usize| format!("/console/maintenance/{}", windows[at].public_id);
        let edit = format!("{}/edit", window(1));
        let mine = [("title", "Mine"), ("all", "on"), ("version", "1")];
        let page = office.owner.fill(&edit, &edit, &mine).await;
        assert!(page.text.contains("It was changed or called off by hand"), "{}", page.text);
        office.owner.fill(&window(2), &format!("{}/step", window(2)), &[("step", "cancel")]).await;
        let edit = format!("{path}/edit");
        let later = with(&[("first", "2026-11-22T04:00"), ("version", "1"), ("do", "save")]);
        let page = office.owner.fill(&edit, &edit, &later).await;
        assert!(
            page.text.contains("Changed by hand: the series leaves it as it is"),
            "{}",
            page.text
        );
        let starts =
            |windows: &[Maintenance], at: usize| windows[at].window.starts_at.unwrap().to_string();
        let (_, changed) = there(&office).await;
        assert_eq!(starts(&changed, 0), "2026-11-22T03:00:00Z");
        assert_eq!(
            (starts(&changed, 1), starts(&changed, 2)),
            (starts(&windows, 1), starts(&windows, 2))
        );
        let page = office.owner.fill(&edit, &edit, &later).await;
        assert_eq!(page.status, 409, "made to a version that is no more");
        let page = office.owner.get(&window(0)).await;
        assert!(page.text.contains("<s>2026-11-22 02:30"), "{}", page.text);

        let version = office.owner.get(&path).await.hidden("version").unwrap().to_owned();
        let end = format!("{path}/end");
        let page = office.owner.fill(&path, &end, &[("version", version.as_str())]).await;
        assert!(page.text.contains("Ended."), "{}", page.text);
        let (_, windows) = there(&office).await;
        let open = windows.iter().filter(|window| window.state.status().as_str() == "scheduled");
        assert_eq!(open.map(|window| window.title.as_str()).collect::<Vec<_>>(), ["Mine"]);
        let again = office.owner.fill(&path, &end, &[("version", "3")]).await;
        assert_eq!(again.status, 422, "it ended before");
    }
}

#[tokio::test]
async fn windows_are_planned_ahead_once_with_two_nodes() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        berlin(&mut office).await;
        let daily = with(&[("how", "rule"), ("rule", "FREQ=DAILY")]);
        office.owner.fill(NEW, NEW, &daily).await;
        let clock = Arc::new(office.clock.clone());
        let node = |seed| {
            let entropy = Arc::new(Entropy::from_seed(seed));
            let store = office.instance.store().clone();
            MaintenanceDuty::new(store, clock.clone(), entropy, Arc::default())
        };
        let (one, two) = (node(1), node(2));
        for days in 1..=10 {
            office.clock.turn(SignedDuration::from_hours(24));
            let now = office.clock.now();
            let (one, two) = tokio::join!(one.run_once(now), two.run_once(now));
            for report in [one.unwrap(), two.unwrap()] {
                assert_eq!((report.failed, report.bad_rows), (vec![], vec![]), "{engine:?}");
            }
            let (_, windows) = there(&office).await;
            assert_eq!(windows.len(), 8 + days, "{engine:?}");
            let apart = windows.windows(2).map(|pair| {
                let start = |window: &Maintenance| window.window.starts_at.unwrap();
                start(&pair[1]).duration_since(start(&pair[0])).as_hours()
            });
            assert!(apart.into_iter().all(|hours| hours == 24), "none twice, none missing");
            let over = windows.iter().filter(|window| window.ended().is_some()).count();
            assert_eq!(over, days);
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_series_is_said() {
    let mut office = Office::open(Engine::Sqlite).await;
    berlin(&mut office).await;
    for (fields, told) in [
        (vec![("how", "rule"), ("rule", "FREQ=HOURLY")], "use FREQ=DAILY"),
        (vec![("how", "rule"), ("rule", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")], "gives no day"),
        (vec![("how", "weekly"), ("day", "")], "Choose at least one day of the week."),
        (vec![("first", "soon")], "First window: give a date with a time"),
        (vec![("lasts_minutes", "an hour")], "Length: give a number of minutes."),
        (vec![("lasts_minutes", "0")], "give 1 to 10080 minutes"),
        (vec![("except", "2026-12-24\r\nEaster")], "`Easter` is no day"),
        (vec![("title", "")], "Title: is empty"),
    ] {
        let page = office.owner.fill(NEW, NEW, &with(&fields)).await;
        assert_eq!(page.status, 422, "{told}");
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
    // Clocks are set forward at 02:00 on 28 March 2027, and the preview says what that means.
    let spring = with(&[("first", "2027-03-28T02:30"), ("do", "preview")]);
    let page = office.owner.fill(NEW, NEW, &spring).await;
    assert!(page.text.contains("Sun 2027-03-28 03:30 (01:30 UTC) to"), "{}", page.text);
    assert!(page.text.contains("it begins as much later"), "{}", page.text);
    for name in
        ["title", "first", "how", "rule", "weeks", "day", "except", "until", "recovery_plan"]
    {
        for how in ["weekly", "rule"] {
            let page = office.owner.fill(NEW, NEW, &with(&[("how", how), (name, POISON)])).await;
            assert!(!page.text.contains("<script>alert"), "{name}: {}", page.text);
        }
    }
    for series in there(&office).await.0 {
        for path in [format!("{ONE}/{}", series.id), format!("{ONE}/{}/edit", series.id)] {
            let page = office.owner.get(&path).await;
            assert_eq!(page.status, 200);
            assert!(!page.text.contains("<script>alert"), "{path}: {}", page.text);
        }
    }
}

#[tokio::test]
async fn a_window_tells_of_its_reminders_and_that_nothing_sends_them() {
    let mut office = Office::open(Engine::Sqlite).await;
    berlin(&mut office).await;
    office.owner.fill(NEW, NEW, &PLAN).await;
    let (_, windows) = there(&office).await;
    let path = format!("/console/maintenance/{}", windows[1].public_id);
    let page = office.owner.get(&path).await;
    for text in [
        "A day before the start</strong> 2026-11-28 02:30 (01:30 UTC) · waiting",
        "Nothing sends them yet",
    ] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let later = office.clock.now() + SignedDuration::from_hours(24 * 7);
    let entropy = Arc::new(Entropy::from_seed(1));
    let clock = Arc::new(office.clock.clone());
    let store = office.instance.store().clone();
    let duty = MaintenanceDuty::new(store, clock, entropy, Arc::default());
    duty.run_once(later).await.unwrap();
    let page = office.owner.get(&path).await;
    assert!(page.text.contains("(01:30 UTC) · its time came"), "{}", page.text);
}
