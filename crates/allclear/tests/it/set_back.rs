//! What moves under a running server: the page that `/` shows, and the whole database, set back.

use allclear::instance::Instance;
use allclear_domain::record::Publication;
use allclear_domain::{Entropy, TurnedClock};

use crate::support::Engine;
use crate::support::reader::{Reader, clock_now, filled};

/// Keeps a database as it stands, within itself: both engines can.
const KEEP: &str = include_str!("../rigs/databases/keep.sql");
/// Sets it back to what was kept.
const SET_BACK: &str = include_str!("../rigs/databases/set_back.sql");

/// Changes pages in one transaction: who is marked as the default, and their titles.
async fn mark(instance: &Instance, slugs: &[(&str, bool)]) {
    let mut transaction = instance.store().begin().await.unwrap();
    for (slug, is_default) in slugs {
        let mut stored = transaction.find_status_page_by_slug(slug).await.unwrap().unwrap();
        stored.value.is_default = *is_default;
        transaction.update_status_page(&stored.value, stored.version).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

async fn publish(instance: &Instance, clock: &TurnedClock) {
    instance.publisher().run_once(clock_now(clock)).await.unwrap();
}

#[tokio::test]
async fn the_root_shows_the_marked_page_or_the_first_by_slug() {
    for engine in Engine::ALL {
        let (fresh, clock) = filled(engine).await;
        let instance = fresh.instance(&clock).await;
        let reader = Reader::of(&instance);
        let is_shown = async |reader: &Reader, slug: &str| {
            let page = reader.get(&format!("/p/{slug}/")).await;
            assert_eq!(page.status, 200, "{slug}");
            for host in ["localhost", "unknown.example.com", "192.0.2.7:8080"] {
                let root = reader.ask("GET", "/", &[("host", host)]).await;
                assert!(root.body == page.body, "{engine:?}: {host} does not show {slug}");
            }
        };
        is_shown(&reader, "example").await;
        mark(&instance, &[("example", false), ("foxycart", true)]).await;
        publish(&instance, &clock).await;
        is_shown(&reader, "foxycart").await;
        // A page with a host name of its own keeps it.
        let by_host = reader.ask("GET", "/", &[("host", "status.example.com")]).await;
        assert!(by_host.body == reader.get("/p/example/").await.body);
        mark(&instance, &[("foxycart", false)]).await;
        publish(&instance, &clock).await;
        is_shown(&reader, "caspertech").await;
        instance.stop().await;

        // A server that starts chooses as the one before did.
        let instance = fresh.instance(&clock).await;
        is_shown(&Reader::of(&instance), "caspertech").await;
        mark(&instance, &[("tiger", true)]).await;
        publish(&instance, &clock).await;
        is_shown(&Reader::of(&instance), "tiger").await;
        instance.stop().await;
    }
}

/// Writes an incident like the first of a page, under a title of its own; gives its path.
async fn write(instance: &Instance, clock: &TurnedClock, title: &str, seed: u64) -> String {
    let (store, entropy) = (instance.store(), Entropy::from_seed(seed));
    let page = store.find_status_page("example").await.unwrap().unwrap().value;
    let mut incident = store.list_incidents(page.id).await.unwrap().remove(0);
    incident.id = entropy.id(clock_now(clock));
    incident.public_id = entropy.public_id();
    incident.title = title.to_owned();
    incident.publication = Publication::Published { at: clock_now(clock) };
    incident.source = None;
    let mut transaction = store.begin().await.unwrap();
    transaction.insert_incidents(std::slice::from_ref(&incident)).await.unwrap();
    transaction.commit().await.unwrap();
    format!("/incidents/{}", incident.public_id)
}

#[tokio::test]
async fn a_database_that_is_set_back_under_a_running_server_is_read_anew() {
    for engine in Engine::ALL {
        let (fresh, clock) = filled(engine).await;
        fresh.change(KEEP);
        let instance = fresh.instance(&clock).await;
        let reader = Reader::of(&instance);
        let before = reader.get("/").await;
        let first = write(&instance, &clock, "Written before the restore", 21).await;
        let store = instance.store();
        let mut other = store.find_status_page("tiger").await.unwrap().unwrap().value;
        other.id = Entropy::from_seed(22).id(clock_now(&clock));
        other.slug = allclear_domain::text::Key::new("later").unwrap();
        let mut transaction = store.begin().await.unwrap();
        transaction.insert_status_page(&other).await.unwrap();
        let revision = transaction.commit().await.unwrap();
        publish(&instance, &clock).await;
        assert_eq!(reader.get(&first).await.status, 200, "{engine:?}");
        assert_eq!(reader.get("/p/later/").await.status, 200);
        // That this instance probes is a revision of its own, which may come later.
        assert!(instance.published().inventory().revision >= revision);

        fresh.change(SET_BACK);
        publish(&instance, &clock).await;
        assert!(instance.published().inventory().revision < revision);
        assert_eq!(reader.get(&first).await.status, 404, "{engine:?}");
        assert_eq!(reader.get("/p/later/").await.status, 404);
        assert!(reader.get("/").await.body == before.body, "{engine:?}");
        assert_eq!(reader.get("/readyz").await.status, 200);
        assert_eq!(reader.get("/history").await.status, 200);

        // What is written afterwards is served, though its revision was seen before.
        let second = write(&instance, &clock, "Written after the restore", 23).await;
        publish(&instance, &clock).await;
        assert_eq!(reader.get(&second).await.status, 200, "{engine:?}");
        assert_eq!(reader.get(&first).await.status, 404, "{engine:?}");
        instance.stop().await;
    }
}
