//! Tokens: made in the console, used by a program, revoked.

use allclear_domain::Role;
use jiff::SignedDuration;

use super::Office;
use crate::support::Engine;
use crate::support::browser::{Browser, Page};
use crate::support::program::Program;

const FORM: &str = "/console/tokens/create";

async fn make(browser: &mut Browser, fields: &[(&str, &str)]) -> Page {
    browser.fill(FORM, FORM, fields).await
}

fn secret(page: &Page) -> &str {
    page.between("id=\"secret\" value=\"", "\"").unwrap_or_else(|| panic!("{}", page.text))
}

#[tokio::test]
async fn a_token_is_made_used_and_revoked() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        let page = office.owner.get("/console/tokens").await;
        assert!(page.text.contains("There is no token yet."), "{}", page.text);
        let fields =
            [("name", "deploy"), ("scope", "read"), ("scope", "incidents"), ("lasts", "30")];
        let page = make(&mut office.owner, &fields).await;
        assert!(page.text.contains("21 Dec 2026, 12:00 UTC"), "{}", page.text);
        let program = Program::at(office.instance.address(), secret(&page));
        let reply = program.get("/api/v1/me").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json["scopes"], serde_json::json!(["read", "incidents"]));
        assert_eq!(program.get("/api/v1/people").await.status, 403);

        let page = office.owner.get("/console/tokens").await;
        assert!(page.text.contains("May read, incidents"), "{}", page.text);
        assert!(page.text.contains("last used <time"), "{}", page.text);
        assert!(!page.text.contains("allclear_"), "the secret is shown once: {}", page.text);
        let revoke = page.between("action=\"", "\"").unwrap();
        assert!(revoke.starts_with("/console/sign-out"), "{revoke}");
        let id = page.between("action=\"/console/tokens/", "/revoke\"").unwrap();
        let revoke = format!("/console/tokens/{id}/revoke");
        let page = office.owner.fill("/console/tokens", &revoke, &[]).await;
        assert!(page.text.contains("The token is revoked."), "{engine:?}: {}", page.text);
        assert_eq!(program.get("/api/v1/me").await.status, 401);
        assert!(page.text.contains("1 token that opens nothing any more"), "{}", page.text);
        let page = office.owner.fill("/console/tokens", &revoke, &[]).await;
        assert_eq!(page.status, 200, "pressed twice");
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn a_token_ends_when_it_was_to() {
    let mut office = Office::open(Engine::Sqlite).await;
    let page = make(&mut office.owner, &[("name", "x"), ("scope", "read"), ("lasts", "30")]).await;
    let month = Program::at(office.instance.address(), secret(&page));
    let page = make(&mut office.owner, &[("name", "y"), ("scope", "read"), ("lasts", "")]).await;
    let ever = Program::at(office.instance.address(), secret(&page));
    office.clock.turn(SignedDuration::from_hours(24 * 30));
    assert_eq!(month.get("/api/v1/me").await.status, 401);
    assert_eq!(ever.get("/api/v1/me").await.status, 200);
}

#[tokio::test]
async fn what_is_typed_wrongly_stays_and_nothing_is_made() {
    let mut office = Office::open(Engine::Sqlite).await;
    for (fields, told) in [
        (vec![("name", ""), ("scope", "read")], "Name: is empty"),
        (vec![("name", "kept"), ("lasts", "30")], "Scopes: are missing"),
        (vec![("name", "kept"), ("scope", "root")], "`root` is no scope"),
        (vec![("name", "kept"), ("scope", "read"), ("lasts", "soon")], "is no number of days"),
    ] {
        let page = make(&mut office.owner, &fields).await;
        assert_eq!(page.status, 422, "{told}: {}", page.text);
        assert!(page.text.contains(told), "{told}: {}", page.text);
        assert!(fields[0].1.is_empty() || page.text.contains("value=\"kept\""), "{}", page.text);
    }
    let page = office.owner.get("/console/tokens").await;
    assert!(page.text.contains("There is no token yet."), "{}", page.text);
}

#[tokio::test]
async fn one_sees_ones_own_and_gives_no_more_than_one_has() {
    let mut office = Office::open(Engine::Sqlite).await;
    let (_, mut viewer) = office.colleague("viewer@example.com", Role::Viewer).await;
    let page = viewer.get(FORM).await;
    assert!(page.text.contains("value=\"read\"") && !page.text.contains("value=\"incidents\""));
    let page = make(&mut viewer, &[("name", "x"), ("scope", "incidents")]).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("leave out `incidents`"), "{}", page.text);
    make(&mut office.owner, &[("name", "the owner's"), ("scope", "read")]).await;
    make(&mut viewer, &[("name", "the viewer's"), ("scope", "read")]).await;
    let page = viewer.get("/console/tokens").await;
    assert!(!page.text.contains("the owner&#39;s"), "{}", page.text);
    let own = page.between("action=\"/console/tokens/", "/revoke\"").unwrap().to_owned();
    let page = office.owner.get("/console/tokens?q=OWNER").await;
    assert!(page.text.contains("<strong>the owner&#39;s</strong>"), "{}", page.text);
    assert!(!page.text.contains("<strong>the viewer&#39;s</strong>"), "{}", page.text);
    let foreign = page.between("action=\"/console/tokens/", "/revoke\"").unwrap();
    let foreign = format!("/console/tokens/{foreign}/revoke");
    assert_eq!(viewer.fill("/console/tokens", &foreign, &[]).await.status, 404);
    let own = format!("/console/tokens/{own}/revoke");
    let page = office.owner.fill("/console/tokens", &own, &[]).await;
    assert!(page.text.contains("The token is revoked."), "{}", page.text);
}
