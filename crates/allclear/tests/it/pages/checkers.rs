//! The checkers themselves: a page full of faults is complained of, a good one is not.
//!
//! Without this, a checker that looks at nothing would make every other test pass.

use std::collections::BTreeMap;

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::routing::get;
use tokio::net::TcpListener;

use super::axe::Axe;
use super::browser::{Browser, Script};
use super::{assert_none, nu};

const BROKEN: &str = r#"<!doctype html><html><head><title></title>
<link rel="stylesheet" href="paint.css"><style>body { color: #eee }</style></head>
<body><h1>One</h1><h4 colour="red">Four</h4><p class="pale">Hardly to be read</p>
<img src="/missing.png"><script>throw new Error("never runs: the policy forbids it")</script>
<script src="bad.js"></script><noscript><p>No script runs here.</p></noscript></body></html>"#;

const PAINT: &str = "body { background: #fff } .pale { color: #ddd }";

const GOOD: &str = r#"<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>A good page</title><link rel="icon" href="data:,"></head>
<body><main><h1>A good page</h1><p>Nothing is wrong with it.</p></main></body></html>"#;

/// Serves the two pages; gives the address.
async fn serve() -> String {
    let page = |html: &'static str| {
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_SECURITY_POLICY, "default-src 'self'; img-src 'self' data:"),
        ];
        get(async move || (headers, html))
    };
    let file =
        |kind: &'static str, text: &'static str| get(async move || ([(CONTENT_TYPE, kind)], text));
    let router = Router::new()
        .route("/broken", page(BROKEN))
        .route("/good", page(GOOD))
        .route("/paint.css", file("text/css", PAINT))
        .route("/bad.js", file("text/javascript", "nobody.home()"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

#[track_caller]
fn assert_told(findings: &[String], words: &[&str]) {
    for word in words {
        assert!(
            findings.iter().any(|finding| finding.contains(word)),
            "nobody said `{word}`:\n{}",
            findings.join("\n")
        );
    }
}

#[tokio::test]
async fn axe_and_the_console_complain_of_a_broken_page_and_not_of_a_good_one() {
    let address = serve().await;
    let axe = Axe::load();
    let browser = Browser::start().await;
    browser.open(&format!("{address}/broken")).await;
    let rules = [
        "insufficient color contrast",
        "document-title",
        "heading-order",
        "html-has-lang",
        "image-alt",
        "landmark-one-main",
    ];
    assert_told(&axe.look(&browser).await.findings, &rules);
    let faults = ["missing.png", "nobody is not defined", "style-src", "script-src"];
    assert_told(&browser.complaints().await, &faults);

    browser.open(&format!("{address}/good")).await;
    let verdict = axe.look(&browser).await;
    assert_none(&verdict.findings);
    assert!(verdict.passed.contains(&"color-contrast".to_owned()));
    assert_none(&browser.complaints().await);
    browser.quit().await;
}

#[tokio::test]
async fn the_browser_does_run_without_script_and_axe_sees_what_its_readers_see() {
    let address = serve().await;
    let axe = Axe::load();
    let browser = Browser::start().await;
    browser.script(Script::Off).await;
    browser.open(&format!("{address}/broken")).await;
    browser.script(Script::On).await;
    assert_eq!(
        browser.text("document.querySelector('noscript p').innerText").await,
        "No script runs here."
    );
    assert_told(&axe.look(&browser).await.findings, &["insufficient color contrast", "image-alt"]);
    let complaints = browser.complaints().await;
    assert!(
        !complaints.iter().any(|line| line.contains("nobody is not defined")),
        "{complaints:?}"
    );
    browser.quit().await;
}

#[test]
fn the_html_checker_complains_of_a_broken_page_and_not_of_a_good_one() {
    let page = |name: &str, html: &str| (name.to_owned(), html.to_owned());
    let pages = BTreeMap::from([page("/broken", BROKEN), page("/good", GOOD)]);
    let findings = nu::check(&pages);
    assert_told(&findings, &["Attribute “colour” not allowed", "alt", "warning"]);
    assert!(findings.iter().all(|line| line.starts_with("/broken:")), "{findings:?}");
}
