//! Setting up, signing in and out, and who stays outside.

use allclear_web::access::Needs;
use jiff::SignedDuration;

use super::{Office, PASSWORD, claim, sign_in};
use crate::support::Engine;

#[tokio::test]
async fn the_link_of_the_first_start_makes_an_owner_once() {
    for engine in Engine::ALL {
        let (mut office, path) = Office::empty(engine).await;
        let page = claim(&mut office.owner, &path).await;
        assert_eq!(page.status, 200, "{engine:?}: {}", page.text);
        assert!(page.text.contains("Ada Owner"), "{}", page.text);
        let mut thief = office.browser();
        let page = thief.get(&path).await;
        assert!(page.text.contains("<h1>Sign in</h1>"), "set up already: {}", page.text);
        let page = office.owner.fill("/console", "/console/sign-out", &[]).await;
        assert!(page.text.contains("<h1>Sign in</h1>"), "{}", page.text);
        assert!(!office.owner.has_cookie("allclear_session"));
        let page = sign_in(&mut office.owner, "owner@example.com", PASSWORD).await;
        assert!(page.text.contains("Ada Owner"), "{}", page.text);
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn a_wrong_link_or_a_weak_password_says_what_to_do() {
    let (mut office, path) = Office::empty(Engine::Sqlite).await;
    let page = office.owner.get("/console/setup?token=wrong").await;
    assert_eq!(page.status, 410);
    assert!(page.text.contains("it prints a new one"), "{}", page.text);
    let (_, token) = path.split_once("token=").unwrap();
    let fields =
        [("token", token), ("name", "<b>x"), ("email", "a@example.com"), ("password", "short")];
    let page = office.owner.fill(&path, "/console/setup", &fields).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("Password: has 5 characters"), "{}", page.text);
    assert!(page.text.contains("value=\"&#60;b&#62;x\""), "what was typed stays: {}", page.text);
    assert!(!page.text.contains("short words\""), "{}", page.text);
}

#[tokio::test]
async fn whoever_is_not_signed_in_gets_nowhere_and_comes_back_afterwards() {
    let office = Office::open(Engine::Sqlite).await;
    for rule in allclear_web::console::rules() {
        let mut stranger = office.browser();
        let path = rule.path.replace("{id}", "abcdefghij01");
        if rule.needs == Needs::Nothing {
            continue;
        }
        let page = stranger.ask(rule.method, &path, Some(String::new())).await;
        assert_eq!(page.status, 303, "{} {path}", rule.method);
        assert!(page.header("location").starts_with("/console/sign-in"), "{path}");
    }
    let mut stranger = office.browser();
    let page = stranger.get("/console/account").await;
    assert_eq!(page.hidden("next"), Some("/console/account"));
    let token = page.hidden("form_token").unwrap().to_owned();
    let fields = [
        ("form_token", token.as_str()),
        ("next", "/console/account"),
        ("email", "owner@example.com"),
        ("password", PASSWORD),
    ];
    let page = stranger.send("/console/sign-in", &fields).await;
    assert_eq!(page.header("location"), "/console/account");
}

#[tokio::test]
async fn a_form_from_elsewhere_changes_nothing() {
    let mut office = Office::open(Engine::Sqlite).await;
    let page = office.owner.send("/console/sign-out", &[]).await;
    assert_eq!(page.status, 403);
    let page = office.owner.send("/console/sign-out", &[("form_token", "x")]).await;
    assert_eq!(page.status, 403);
    assert!(page.text.contains("Nothing was changed"), "{}", page.text);
    let mut other = office.browser();
    let foreign = other.get("/console/sign-in").await.hidden("form_token").unwrap().to_owned();
    let page = office.owner.send("/console/sign-out", &[("form_token", &foreign)]).await;
    assert_eq!(page.status, 403, "the token of another browser");
    office.owner.headers.push(("sec-fetch-site", "cross-site".to_owned()));
    let page = office.owner.get("/console").await;
    let own = page.hidden("form_token").unwrap().to_owned();
    let page = office.owner.send("/console/sign-out", &[("form_token", &own)]).await;
    assert_eq!(page.status, 403, "a browser that says another site sent it");
    office.owner.headers.clear();
    let page = office.owner.send("/console/sign-out", &[("form_token", &own)]).await;
    assert_eq!(page.status, 303);
}

#[tokio::test]
async fn guessing_is_slowed_down_wherever_a_proxy_is_pretended() {
    let office = Office::open(Engine::Sqlite).await;
    let mut guesser = office.browser();
    for n in 0..11 {
        guesser.headers = vec![("x-forwarded-for", format!("192.0.2.{n}"))];
        sign_in(&mut guesser, "owner@example.com", "a wrong password").await;
    }
    let page = sign_in(&mut guesser, "owner@example.com", "a wrong password").await;
    assert_eq!((page.status, page.header("retry-after")), (429, "30"));
    office.clock.turn(SignedDuration::from_mins(6));
    let page = sign_in(&mut guesser, "owner@example.com", PASSWORD).await;
    assert_eq!(page.status, 200, "{}", page.text);
}

#[tokio::test]
async fn every_answer_is_sealed() {
    let mut office = Office::open(Engine::Sqlite).await;
    for path in ["/console", "/console/sign-in", "/console/nothing", "/console/account"] {
        let page = office.owner.ask("GET", path, None).await;
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert!(
            page.header("content-security-policy").contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
    }
    let mut stranger = office.browser();
    let page = stranger.ask("GET", "/console/sign-in", None).await;
    let cookie = page.header("set-cookie");
    assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
}
