//! Times of incidents: those that clocks skip or show twice are asked for, never guessed.

use super::{Shop, path_in, post, public_path};
use crate::support::Engine;

#[tokio::test]
async fn a_time_that_clocks_skip_is_refused() {
    let mut shop = Shop::open(Engine::Sqlite).await;
    for name in ["started", "ended", "next_at"] {
        let fields = [("title", "Slow"), (name, "2026-03-29T02:30"), ("do", "publish")];
        let page = shop.report(&fields).await;
        assert_eq!(page.status, 422, "{name}: {}", page.text);
        let told = "2026-03-29 02:30 does not exist in Europe/Berlin";
        assert!(page.text.contains(told), "{name}: {}", page.text);
        let field = format!("name=\"{name}\" value=\"2026-03-29T02:30\"");
        assert!(page.text.contains(&field), "{name}: {}", page.text);
    }
}

#[tokio::test]
async fn a_time_that_comes_twice_is_asked_for() {
    let mut shop = Shop::open(Engine::Sqlite).await;
    let mut fields = vec![("title", "Slow"), ("started", "2026-10-25T02:30"), ("do", "publish")];
    let page = shop.report(&fields).await;
    assert_eq!(page.status, 422, "{}", page.text);
    assert!(page.text.contains("happens twice in Europe/Berlin"), "{}", page.text);
    assert!(page.text.contains("name=\"started_which\" value=\"second\""), "{}", page.text);
    fields.push(("started_which", "second"));
    let room = shop.report(&fields).await;
    let path = path_in(&room);
    let told = shop.public(&public_path(&path)).await;
    assert!(told.contains("2026-10-25T01:30:00Z"), "{told}");
    // What is shown is what was meant: sent back as it is, it stays.
    let details = format!("{path}/details");
    let form = shop.office.owner.get(&details).await;
    assert!(form.text.contains("name=\"started_which\" value=\"second\" checked"), "{}", form.text);
    let version = form.hidden("version").unwrap().to_owned();
    let mut fields = vec![
        ("version", version.as_str()),
        ("title", "Very slow"),
        ("started", "2026-10-25T02:30"),
        ("started_which", "second"),
    ];
    shop.office.owner.fill(&details, &details, &fields).await;
    let told = shop.public(&public_path(&path)).await;
    assert!(told.contains("Very slow") && told.contains("2026-10-25T01:30:00Z"), "{told}");
    // The other one is another time, though its field says the same.
    fields[3].1 = "first";
    let version = shop.office.owner.get(&details).await.hidden("version").unwrap().to_owned();
    fields[0].1 = &version;
    shop.office.owner.fill(&details, &details, &fields).await;
    let told = shop.public(&public_path(&path)).await;
    assert!(told.contains("2026-10-25T00:30:00Z"), "{told}");
}

#[tokio::test]
async fn what_was_said_in_the_hour_that_comes_twice_is_asked_for() {
    let mut shop = Shop::open(Engine::Sqlite).await;
    let started = ("started", "2026-10-24T12:00");
    let room = shop.report(&[("title", "Slow"), started, ("do", "publish")]).await;
    let path = path_in(&room);
    let mut fields = vec![
        ("text", "Said in the night."),
        ("status", "investigating"),
        ("shown_at", "2026-10-25T02:30"),
        ("do", "post"),
    ];
    let page = post(&mut shop.office.owner, &path, &fields).await;
    assert_eq!(page.status, 422, "{}", page.text);
    assert!(page.text.contains("happens twice"), "{}", page.text);
    assert!(page.text.contains("Said in the night."), "{}", page.text);
    fields.push(("shown_at_which", "first"));
    post(&mut shop.office.owner, &path, &fields).await;
    let told = shop.public(&public_path(&path)).await;
    assert!(told.contains("2026-10-25T00:30:00Z"), "{told}");
}
