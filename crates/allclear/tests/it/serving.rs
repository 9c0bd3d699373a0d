//! Serving: what readers get, at once after a change, and nothing that is not theirs.

use allclear_domain::Entropy;
use jiff::SignedDuration;

use crate::support::Engine;
use crate::support::reader::{Reader, clock_now, filled};

#[tokio::test]
async fn every_page_is_served_on_both_engines_and_by_every_address() {
    for engine in Engine::ALL {
        let (fresh, clock) = filled(engine).await;
        let instance = fresh.instance(&clock).await;
        let reader = Reader::of(&instance);
        let first = reader.get("/").await;
        assert_eq!(first.status, 200);
        assert!(first.text().contains("Some custom domains do not answer"));
        assert_eq!(reader.get("/p/example/").await.body, first.body);
        let by_host = reader.ask("GET", "/", &[("host", "status.example.com")]).await;
        assert_eq!(by_host.body, first.body);
        assert_eq!(reader.get("/p/foxycart").await.header("location"), "/p/foxycart/");
        for (slug, title) in [
            ("caspertech", "CasperTech"),
            ("foxycart", "FoxyCart"),
            ("lobsters", "Lobsters"),
            ("tiger", "Tiger Technologies"),
            ("transloadit", "Transloadit"),
        ] {
            for below in ["", "upcoming", "history", "uptime"] {
                let answer = reader.get(&format!("/p/{slug}/{below}")).await;
                assert_eq!(answer.status, 200, "{slug}/{below}");
                assert!(answer.text().contains(title), "{slug}/{below}");
            }
        }
        let undated = reader.get("/p/transloadit/history/undated").await.text();
        assert!(undated.contains("fleets drained"));
        let month = reader.get("/p/foxycart/history/2010-03").await.text();
        assert!(month.contains("through DNS failover"));
        let found = reader.get("/p/caspertech/history/search?q=inodes").await.text();
        assert!(found.contains("Storage server out of inodes"));
        instance.stop().await;
    }
}

#[tokio::test]
async fn bytes_are_compressed_tagged_and_guarded() {
    let (fresh, clock) = filled(Engine::Sqlite).await;
    let instance = fresh.instance(&clock).await;
    let reader = Reader::of(&instance);
    let plain = reader.get("/").await;
    let gzip = reader.ask("GET", "/", &[("accept-encoding", "gzip")]).await;
    assert_eq!((plain.header("content-encoding"), gzip.header("content-encoding")), ("", "gzip"));
    assert!(gzip.body.len() < plain.body.len() / 3);
    assert!(gzip.body.len() < 30_000);
    let known = reader.ask("GET", "/", &[("if-none-match", gzip.header("etag"))]).await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    let head = reader.ask("HEAD", "/", &[]).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), plain.body.len().to_string());
    let policy = plain.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(plain.header("x-content-type-options"), "nosniff");
    assert_eq!(reader.ask("POST", "/", &[]).await.header("allow"), "GET, HEAD");
    for path in ["/nothing", "/p/nobody/", "/incidents/000000000000", "/assets/x/y", "/p/../etc"] {
        assert_eq!(reader.get(path).await.status, 404, "{path}");
    }
    instance.stop().await;
}

#[tokio::test]
async fn languages_follow_the_reader() {
    let (fresh, clock) = filled(Engine::Sqlite).await;
    let instance = fresh.instance(&clock).await;
    let reader = Reader::of(&instance);
    assert_eq!(reader.get("/").await.header("content-language"), "en");
    let german = reader.ask("GET", "/", &[("accept-language", "fr, de-AT;q=0.8")]).await;
    assert_eq!(german.header("content-language"), "de");
    assert!(german.text().contains("lang=\"de\""));
    for (accepted, wanted) in
        [("de;q=0, en", "en"), ("en;q=0.1, de;q=0.9", "de"), ("fr", "en"), ("de;q=x, en", "en")]
    {
        let answer = reader.ask("GET", "/", &[("accept-language", accepted)]).await;
        assert_eq!(answer.header("content-language"), wanted, "{accepted}");
    }
    let by_link = reader.ask("GET", "/?lang=en", &[("accept-language", "de")]).await;
    assert_eq!(by_link.header("content-language"), "en");
    instance.stop().await;
}

#[tokio::test]
async fn a_change_is_served_after_the_next_run_and_drafts_and_notes_never() {
    let (fresh, clock) = filled(Engine::Sqlite).await;
    let instance = fresh.instance(&clock).await;
    let reader = Reader::of(&instance);
    let store = instance.store();
    let page = store.find_status_page("example").await.unwrap().unwrap().value;
    let mut incident = store.list_incidents(page.id).await.unwrap().into_iter().next().unwrap();
    let entropy = Entropy::from_seed(9);
    incident.id = entropy.id(clock_now(&clock));
    incident.public_id = entropy.public_id();
    incident.title = "A title nobody has seen".to_owned();
    incident.publication = allclear_domain::record::Publication::Draft;
    let mut transaction = store.begin().await.unwrap();
    transaction.insert_incidents(std::slice::from_ref(&incident)).await.unwrap();
    transaction.commit().await.unwrap();
    instance.publisher().run_once(clock_now(&clock)).await.unwrap();
    assert!(!reader.get("/").await.text().contains("A title nobody has seen"));
    let path = format!("/incidents/{}", incident.public_id);
    assert_eq!(reader.get(&path).await.status, 404);

    let stored = store.find_incident(incident.id).await.unwrap().unwrap();
    let published = stored.value.clone().publish(clock_now(&clock)).unwrap();
    let mut transaction = store.begin().await.unwrap();
    transaction.update_incident(&published, stored.version).await.unwrap();
    transaction.commit().await.unwrap();
    instance.publisher().run_once(clock_now(&clock)).await.unwrap();
    assert_eq!(reader.get(&path).await.status, 200);
    instance.stop().await;
}

#[tokio::test]
async fn internal_notes_are_in_no_page_and_no_search_finds_them() {
    let (fresh, clock) = filled(Engine::Sqlite).await;
    let instance = fresh.instance(&clock).await;
    let reader = Reader::of(&instance);
    let mut seen = 0;
    for page in instance.store().list_status_pages().await.unwrap() {
        let notes = instance.store().list_notes_of_page(page.id).await.unwrap();
        let mut paths = vec!["".to_owned(), "history".to_owned(), "uptime".to_owned()];
        for incident in instance.store().list_incidents(page.id).await.unwrap() {
            paths.push(format!("incidents/{}", incident.public_id));
        }
        for window in instance.store().list_maintenance(page.id).await.unwrap() {
            paths.push(format!("maintenance/{}", window.public_id));
        }
        for path in paths {
            let text = reader.get(&format!("/p/{}/{path}", page.slug)).await.text();
            for note in &notes {
                let body = note.body.reveal_to_team();
                assert!(!text.contains(body), "{}/{path}: {body}", page.slug);
                seen += 1;
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
    // Words that stand in a note alone, and words that stand in the record.
    let found = |query: &'static str| {
        let path = format!("/p/caspertech/history/search?q={query}");
        let reader = &reader;
        async move { reader.get(&path).await.text().contains("/incidents/") }
    };
    assert!(!found("trial+outages").await);
    assert!(found("amplification").await);
    instance.stop().await;
}

#[tokio::test]
async fn a_minute_that_passes_renders_what_time_alone_changes() {
    let (fresh, clock) = filled(Engine::Sqlite).await;
    let instance = fresh.instance(&clock).await;
    let reader = Reader::of(&instance);
    let before = reader.get("/").await;
    clock.turn(SignedDuration::from_secs(61));
    instance.publisher().run_once(clock_now(&clock)).await.unwrap();
    let after = reader.get("/").await;
    assert_ne!(before.header("etag"), after.header("etag"));
    assert!(after.text().contains("2026-11-20T12:01:01Z"));
    instance.stop().await;
}
