//! Rows that cannot be read: everything else is served, and it is said how many they are.

use allclear_domain::audit::Actor;
use allclear_domain::{Change, Entropy, Incident, StatusPage};
use allclear_incidents::writing;
use allclear_store::Store;
use jiff::SignedDuration;

use crate::bad_days::server::{PATIENCE, Server};
use crate::support::reader::{Reader, clock_now, filled};
use crate::support::{Engine, Fresh};

async fn page(store: &Store, slug: &str) -> StatusPage {
    store.find_status_page(slug).await.unwrap().unwrap().value
}

const BREAK_ROWS: &str = include_str!("../rigs/databases/break_rows.sql");
const BREAK_PAGE: &str = include_str!("../rigs/databases/break_page.sql");
const PUT_RIGHT: &str = include_str!("../rigs/databases/put_right.sql");
const RETITLE: &str = include_str!("../rigs/databases/retitle.sql");

/// Changes a database behind the store's back; `values` stand in place of their names.
fn run(fresh: &Fresh, sql: &str, values: &[(&str, &str)]) {
    let fill = |sql: String, (name, value): &(&str, &str)| sql.replace(name, value);
    fresh.change(&values.iter().fold(sql.to_owned(), fill));
}

#[tokio::test]
async fn rows_that_cannot_be_read_keep_nothing_else_from_being_served() {
    for engine in Engine::ALL {
        let (fresh, clock) = filled(engine).await;
        let store = fresh.store().await;
        let lobsters = page(&store, "lobsters").await;
        let example = page(&store, "example").await;
        let lost = store.list_incidents(lobsters.id).await.unwrap().remove(0);
        let window = store.list_maintenance(example.id).await.unwrap().remove(0);
        let component = store.list_components_of(example.id).await.unwrap().remove(0);
        let kept = store.list_incidents(example.id).await.unwrap();
        store.close().await;
        let values = [
            ("$incident", lost.public_id.to_string()),
            ("$window", window.public_id.to_string()),
            ("$component", component.public_id.to_string()),
            ("$slug", "tiger".to_owned()),
        ];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        run(&fresh, BREAK_ROWS, &values);

        let instance = fresh.instance(&clock).await;
        let reader = Reader::of(&instance);
        for slug in ["example", "caspertech", "foxycart", "lobsters", "transloadit"] {
            for below in ["", "history", "upcoming", "uptime", "history/search?q=server"] {
                let answer = reader.get(&format!("/p/{slug}/{below}")).await;
                assert_eq!(answer.status, 200, "{engine:?} {slug}/{below}");
            }
        }
        for incident in &kept {
            let path = format!("/incidents/{}", incident.public_id);
            assert_eq!(reader.get(&path).await.status, 200, "{engine:?} {path}");
        }
        for path in [
            format!("/p/lobsters/incidents/{}", lost.public_id),
            format!("/maintenance/{}", window.public_id),
            format!("/components/{}", component.public_id),
        ] {
            assert_eq!(reader.get(&path).await.status, 404, "{engine:?} {path}");
        }
        // That page is lost: who asks for it is told so, and not that it never was.
        let answer = reader.get("/p/tiger/").await;
        assert_eq!(answer.status, 503);
        assert!(answer.text().contains("This status page cannot be shown at the moment"));
        let ready = reader.get("/readyz").await;
        assert_eq!(ready.status, 200);
        assert!(ready.text().contains("cannot be read: 4;"), "{}", ready.text());
        assert_eq!(instance.first_report().bad_rows, 4);
        instance.stop().await;

        let doctor = fresh.command().arg("doctor").output().unwrap();
        assert_eq!(doctor.status.code(), Some(1));
        let said = String::from_utf8(doctor.stdout).unwrap();
        for id in [lost.id.to_string(), window.id.to_string(), component.id.to_string()] {
            assert!(said.contains(&id), "{id}: {said}");
        }
        assert!(said.contains("of table status_pages"), "{said}");
    }
}

#[tokio::test]
async fn a_page_that_breaks_stays_as_it_was_and_what_it_tells_goes_on() {
    for engine in Engine::ALL {
        let (fresh, clock) = filled(engine).await;
        let instance = fresh.instance(&clock).await;
        let reader = Reader::of(&instance);
        let example = page(instance.store(), "example").await;
        let document = serde_json::to_string(&example).unwrap().replace('\'', "''");
        run(&fresh, BREAK_PAGE, &[("$slug", "example")]);
        let report = instance.publisher().run_once(clock_now(&clock)).await.unwrap();
        assert_eq!((report.bad_rows, report.failed.len()), (1, 0));
        assert_eq!(reader.get("/").await.status, 200);
        assert!(reader.get("/readyz").await.text().contains("cannot be read: 1;"));

        // An update that is posted meanwhile is published, on this page and under its last title.
        let incidents = instance.store().list_incidents(example.id).await.unwrap();
        let open = incidents.into_iter().find(|i| i.ended().is_none()).unwrap();
        let mut update = open.updates[0].clone();
        let (entropy, now) = (Entropy::from_seed(4), clock_now(&clock));
        update.id = entropy.id(now);
        update.body = allclear_domain::text::Prose::plain("Posted while a row was bad");
        let actor = Actor::Command("test".to_owned());
        let change = Change { actor: &actor, entropy: &entropy, now };
        let post = |incident: Incident| Ok(incident.post(update, now)?);
        writing::change(instance.store(), open.id, None, change, post).await.unwrap();
        instance.publisher().run_once(now).await.unwrap();
        let html = reader.get(&format!("/incidents/{}", open.public_id)).await.text();
        assert!(html.contains("Posted while a row was bad"));
        assert!(html.contains(&example.title));

        // Put right by hand, without a new revision, it is read again with the next minute.
        let document = document.replace(&example.title, "Example, put right");
        run(&fresh, PUT_RIGHT, &[("$slug", "example"), ("$document", &document)]);
        clock.turn(SignedDuration::from_mins(1));
        instance.publisher().run_once(clock_now(&clock)).await.unwrap();
        assert!(reader.get("/").await.text().contains("Example, put right"));
        assert_eq!(reader.get("/readyz").await.text(), "ready\n");
        instance.stop().await;
    }
}

#[test]
fn a_server_starts_without_its_default_page_and_names_each_bad_row_once() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (fresh, _) = runtime.block_on(filled(Engine::Sqlite));
    run(&fresh, BREAK_PAGE, &[("$slug", "example")]);
    let server = Server::start(&mut fresh.command());
    let server = server.map_err(|(_, said)| said).unwrap();
    // Another publisher's page in its place would be a lie.
    let answer = server.get("/");
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("allclear doctor"), "{}", answer.body);
    assert!(!answer.body.contains("CasperTech"), "{}", answer.body);
    assert_eq!(server.get("/p/caspertech/").status, 200);
    assert_eq!(server.get("/readyz").status, 200);
    // What is written afterwards is served; the bad row is no news.
    for number in 0..3 {
        let title = format!("Title {number}");
        run(&fresh, RETITLE, &[("$slug", "caspertech"), ("'$title'", &format!("'{title}'"))]);
        let is_served = || server.get("/p/caspertech/").body.contains(&title);
        let waits = PATIENCE.as_millis() / 20;
        let is_served = (0..waits).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            is_served()
        });
        assert!(is_served, "{title}");
    }
    let (status, said) = server.stop();
    assert_eq!(status.code(), Some(0), "{said}");
    assert_eq!(said.matches("pag_").count(), 1, "{said}");
    assert!(said.contains("are left out: 1; `allclear doctor` lists them"), "{said}");
}
