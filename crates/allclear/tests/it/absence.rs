//! Where no status page is: what customers and operators are told, and where links lead.

use allclear::cli::Cli;
use allclear_domain::TurnedClock;
use clap::Parser;

use crate::support::reader::{Answer, NOON, Reader, filled};
use crate::support::{Engine, Fresh};

/// Nobody may keep it, and nothing in it may run.
fn assert_guarded(answer: &Answer, path: &str) {
    assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
}

/// What stands between two texts, wherever they do.
fn between<'a>(html: &'a str, before: &'a str, after: &'a str) -> impl Iterator<Item = &'a str> {
    html.split(before).skip(1).filter_map(move |rest| Some(rest.split_once(after)?.0))
}

#[tokio::test]
async fn an_empty_instance_is_alive_but_not_ready() {
    for engine in Engine::ALL {
        let fresh = Fresh::on(engine);
        let clock = TurnedClock::at(NOON.parse().unwrap());
        let instance = fresh.instance(&clock).await;
        let reader = Reader::of(&instance);
        assert_eq!(reader.get("/healthz").await.status, 200);
        let ready = reader.get("/readyz").await;
        assert_eq!((ready.status, ready.text().as_str()), (503, "nothing is published yet\n"));
        for path in ["/", "/history", "/p/shop/", "/p/shop", "/incidents/000000000000"] {
            let answer = reader.get(path).await;
            assert_eq!(answer.status, 503, "{path}");
            assert_guarded(&answer, path);
            let html = answer.text();
            assert!(html.contains("There is no status page here yet"), "{path}");
            // No link but to the console, which is the next step, and to the same page in another
            // language.
            let links =
                between(&html, "<a class=\"", "\"").chain(between(&html, "<a href=\"", "\""));
            let links: Vec<&str> = links.collect();
            assert_eq!(links, ["skip", "/console", "?lang=de"], "{html}");
            let (console, import) = (html.find("/console"), html.find("allclear import"));
            assert!(console < import, "the console is named first: {html}");
        }
        let german = reader.ask("GET", "/", &[("accept-language", "de")]).await;
        assert_eq!(german.header("content-language"), "de");
        assert!(german.text().contains("Hier gibt es noch keine Statusseite"));
        assert_eq!(reader.ask("POST", "/", &[]).await.status, 405);
        instance.stop().await;
    }
}

#[tokio::test]
async fn an_empty_instance_names_commands_that_exist() {
    let fresh = Fresh::on(Engine::Sqlite);
    let instance = fresh.instance(&TurnedClock::at(NOON.parse().unwrap())).await;
    let html = Reader::of(&instance).get("/").await.text();
    let commands: Vec<&str> = between(&html, "<code>", "</code>").collect();
    assert_eq!(commands.len(), 3, "{commands:?}");
    for command in commands {
        let parsed = Cli::try_parse_from(command.split(' '));
        assert!(parsed.is_ok(), "{command}: {parsed:?}");
    }
    instance.stop().await;
}

#[tokio::test]
async fn a_wrong_slug_is_a_wrong_address_and_leads_somewhere() {
    let (fresh, clock) = filled(Engine::Sqlite).await;
    let instance = fresh.instance(&clock).await;
    let reader = Reader::of(&instance);
    for path in ["/p/nobody/", "/p/nobody", "/p/nobody/history", "/p//", "/nothing"] {
        for language in ["en", "de"] {
            let answer = reader.ask("GET", path, &[("accept-language", language)]).await;
            assert_eq!(answer.status, 404, "{path}");
            assert_guarded(&answer, path);
            assert_eq!(answer.header("content-language"), language, "{path}");
            let html = answer.text();
            let links: Vec<&str> = between(&html, "href=\"/", "\"").collect();
            let links = links.into_iter().filter(|link| !link.starts_with("assets/"));
            let mut count = 0;
            for link in links {
                count += 1;
                assert_eq!(reader.get(&format!("/{link}")).await.status, 200, "{path}: /{link}");
            }
            assert!(count >= 4, "{path}: {count}");
        }
    }
    instance.stop().await;
}

#[tokio::test]
async fn every_answer_carries_the_policy_and_one_address_has_one_page() {
    let (fresh, clock) = filled(Engine::Sqlite).await;
    let instance = fresh.instance(&clock).await;
    let reader = Reader::of(&instance);
    for (method, path, wanted) in [
        ("GET", "/", 200),
        ("GET", "//", 404),
        ("GET", "//history", 404),
        ("GET", "///history", 404),
        ("GET", "/history", 200),
        ("GET", "/history/", 404),
        ("GET", "/p/tiger//history", 404),
        ("GET", "/p/tiger//", 404),
        ("GET", "/p/tiger/history", 200),
        ("GET", "/p/tiger", 308),
        ("GET", "/assets/nothing.css", 404),
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("POST", "/healthz", 405),
        ("POST", "/readyz", 405),
        ("POST", "/history", 405),
        ("HEAD", "/history", 200),
        ("HEAD", "/readyz", 200),
    ] {
        let answer = reader.ask(method, path, &[]).await;
        assert_eq!(answer.status, wanted, "{method} {path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{method} {path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{method} {path}");
    }
    instance.stop().await;
}
