//! People: invited, changed, kept out and let in again by an owner.

use allclear_domain::Role;
use allclear_domain::ids::PersonId;

use super::{Office, PASSWORD, sign_in};
use crate::support::Engine;
use crate::support::browser::{Browser, Page};

/// Fills in a form of somebody's page.
async fn fill(browser: &mut Browser, id: PersonId, path: &str, fields: &[(&str, &str)]) -> Page {
    let page = format!("/console/people/{id}");
    browser.fill(&page, &format!("{page}{path}"), fields).await
}

/// The link that a page shows once, as a path.
fn link(page: &Page) -> String {
    let link = page.between("id=\"link\" value=\"http://", "\"").expect("a link");
    link.split_once('/').map(|(_, path)| format!("/{path}")).unwrap()
}

/// Chooses a password with a link.
async fn redeem(browser: &mut Browser, link: &str) -> Page {
    let (path, token) = link.split_once("?token=").unwrap();
    browser.fill(link, path, &[("token", token), ("password", PASSWORD)]).await
}

#[tokio::test]
async fn somebody_is_invited_and_comes() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        let page = office.owner.get("/console/people").await;
        assert!(page.text.contains("Invite a second owner"), "{}", page.text);
        let form = "/console/people/invite";
        let fields = [("name", "Grace"), ("email", "Grace@example.com"), ("role", "editor")];
        let page = office.owner.fill(form, form, &fields).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("It is not shown again."), "{}", page.text);
        let invitation = link(&page);
        let twice = office.owner.fill(form, form, &fields).await;
        assert_eq!(twice.status, 409);
        assert!(twice.text.contains("There is a person with this address already"));
        assert!(twice.text.contains("value=\"Grace\""), "what was typed stays: {}", twice.text);
        let bad = [("name", "X"), ("email", "nowhere"), ("role", "boss")];
        let page = office.owner.fill(form, form, &bad).await;
        assert_eq!(page.status, 422);
        assert!(page.text.contains("use one of viewer, responder, editor, owner"));

        let mut grace = office.browser();
        let page = redeem(&mut grace, &invitation).await;
        assert!(page.text.contains("Grace"), "{engine:?}: {}", page.text);
        let page = office.owner.get("/console/people?q=grace+active").await;
        assert!(page.text.contains("1 of 2."), "{}", page.text);
        assert!(page.text.contains("seen <time datetime=\"2026-11-21T12:00:00Z\">now</time>"));
        let page = office.owner.get("/console/people?q=nobody").await;
        assert!(page.text.contains("Nobody of 2 matches “nobody”"), "{}", page.text);
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn name_and_role_are_changed_and_count_at_once() {
    let mut office = Office::open(Engine::Sqlite).await;
    let (grace, mut her) = office.colleague("grace@example.com", Role::Viewer).await;
    assert_eq!(her.get("/console/people").await.status, 403);
    let fields = [("name", "Grace H"), ("role", "owner")];
    let page = fill(&mut office.owner, grace.id, "", &fields).await;
    assert!(page.text.contains("The changes are saved."), "{}", page.text);
    assert!(page.text.contains("<h1>Grace H</h1>"), "{}", page.text);
    assert_eq!(her.get("/console/people").await.status, 200);
    let page = fill(&mut her, grace.id, "", &[("name", "Grace H"), ("role", "viewer")]).await;
    assert!(page.text.contains("<h1>Now</h1>"), "she gave it up herself: {}", page.text);
    assert_eq!(her.get("/console/people").await.status, 403);
    let page = fill(&mut office.owner, grace.id, "", &[("name", ""), ("role", "owner")]).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("Name: is empty"), "{}", page.text);
}

#[tokio::test]
async fn two_who_change_one_person_lose_nothing() {
    let mut office = Office::open(Engine::Sqlite).await;
    let (grace, _) = office.colleague("grace@example.com", Role::Viewer).await;
    let seen = office.owner.get(&format!("/console/people/{}", grace.id)).await;
    let seen = seen.hidden("version").unwrap().to_owned();
    let theirs = [("name", "Grace H"), ("role", "editor")];
    fill(&mut office.owner, grace.id, "", &theirs).await;
    let mine = [("name", "Grace Mine"), ("role", "responder"), ("version", &seen)];
    let page = fill(&mut office.owner, grace.id, "", &mine).await;
    assert_eq!(page.status, 409);
    let told = "the name is `Grace H` now, the role editor";
    assert!(page.text.contains(told), "{}", page.text);
    assert!(page.text.contains("value=\"Grace Mine\""), "what was typed stays: {}", page.text);
    let now = page.hidden("version").unwrap().to_owned();
    let again = [("name", "Grace Mine"), ("role", "responder"), ("version", &now)];
    let page = fill(&mut office.owner, grace.id, "", &again).await;
    assert!(page.text.contains("<h1>Grace Mine</h1>"), "{}", page.text);
    let without = [("name", "X"), ("role", "viewer"), ("version", "")];
    assert_eq!(fill(&mut office.owner, grace.id, "", &without).await.status, 400);
}

#[tokio::test]
async fn somebody_is_kept_out_and_let_in_again() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        let (grace, mut her) = office.colleague("grace@example.com", Role::Editor).await;
        let page = office.owner.get(&format!("/console/people/{}", grace.id)).await;
        assert!(page.text.contains("is signed out of 1 browser at once"), "{}", page.text);
        let page = fill(&mut office.owner, grace.id, "/disable", &[]).await;
        assert!(page.text.contains("They are disabled"), "{engine:?}: {}", page.text);
        let page = her.get("/console").await;
        assert!(page.text.contains("<h1>Sign in</h1>"), "{}", page.text);
        assert_eq!(sign_in(&mut her, "grace@example.com", PASSWORD).await.status, 401);
        let page = fill(&mut office.owner, grace.id, "/link", &[]).await;
        assert_eq!(page.status, 409, "enable them first: {}", page.text);
        let page = fill(&mut office.owner, grace.id, "/enable", &[]).await;
        let page = redeem(&mut her, &link(&page)).await;
        assert!(page.text.contains("grace"), "{engine:?}: {}", page.text);
        let page = fill(&mut office.owner, grace.id, "/enable", &[]).await;
        assert_eq!(page.status, 409, "{}", page.text);
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn a_forgotten_password_takes_a_link() {
    let mut office = Office::open(Engine::Sqlite).await;
    let (grace, mut her) = office.colleague("grace@example.com", Role::Editor).await;
    let first = link(&fill(&mut office.owner, grace.id, "/link", &[]).await);
    let second = link(&fill(&mut office.owner, grace.id, "/link", &[]).await);
    let mut new = office.browser();
    assert_eq!(new.get(&first).await.status, 410, "the newest alone works");
    assert_eq!(redeem(&mut new, &second).await.status, 200);
    let page = her.get("/console").await;
    assert!(page.text.contains("<h1>Sign in</h1>"), "signed out elsewhere: {}", page.text);
}

#[tokio::test]
async fn the_only_owner_is_not_locked_out() {
    let mut office = Office::open(Engine::Sqlite).await;
    let owner = office.owner_person().await;
    let page = office.owner.get(&format!("/console/people/{}", owner.id)).await;
    assert!(page.text.contains("cannot be disabled: nobody else is an owner"));
    for (path, fields) in [("/disable", vec![]), ("", vec![("name", "A"), ("role", "viewer")])] {
        let page = fill(&mut office.owner, owner.id, path, &fields).await;
        assert_eq!(page.status, 409, "{path}");
        assert!(page.text.contains("They are the only owner: make somebody else"), "{}", page.text);
    }
    office.colleague("grace@example.com", Role::Owner).await;
    let page = office.owner.get(&format!("/console/people/{}", owner.id)).await;
    assert!(page.text.contains("This is you: you are signed out at once"), "{}", page.text);
    let page = fill(&mut office.owner, owner.id, "/disable", &[]).await;
    assert!(page.text.contains("<h1>Sign in</h1>"), "{}", page.text);
}

#[tokio::test]
async fn nobody_is_at_an_address_of_nobody() {
    let mut office = Office::open(Engine::Sqlite).await;
    for path in ["/console/people/nobody", "/console/people/per_0192f4f0000070008000000000000000"] {
        assert_eq!(office.owner.get(path).await.status, 404, "{path}");
    }
}
