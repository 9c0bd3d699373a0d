//! The wizard: an address is looked at, several checks are proposed, and one form adds everything.

use allclear::instance::Conditions;
use allclear_domain::check::OnOutage;
use allclear_domain::{Check, Role};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::Office;
use super::status_pages::POISON;
use crate::support::browser::{Page, encoded};
use crate::support::{Engine, prober_that_trusts};

const LOOK: &str = "/console/checks/look";

/// What really tries, at this machine alone; it knows no name.
fn probes(conditions: &mut Conditions) {
    conditions.prober = prober_that_trusts(conditions.clock.clone(), "");
}

/// A website of this machine; gives its host and port.
async fn website() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 1024];
            let read = stream.read(&mut asked).await.unwrap_or(0);
            let answer: &[u8] = match asked.starts_with(b"GET ") {
                true => b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nopen",
                false => b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
            };
            if read > 0 {
                let _ended = stream.write_all(answer).await;
            }
        }
    });
    address.to_string()
}

#[track_caller]
fn assert_has(page: &Page, texts: &[&str]) {
    for text in texts {
        assert!(page.text.contains(text), "no {text}: {}", page.text);
    }
}

fn is_ticked(page: &Page, word: &str) -> bool {
    let (_, rest) = page.text.split_once(&format!("name=\"take\" value=\"{word}\"")).unwrap();
    rest.split_once('>').unwrap().0.contains("checked")
}

impl Office {
    async fn checks(&self) -> Vec<Check> {
        self.instance.store().list_readable_checks().await.unwrap().checks
    }
}

#[tokio::test]
async fn one_form_adds_checks_a_component_and_words() {
    for engine in Engine::ALL {
        let mut office = Office::open_under(engine, probes).await;
        office.page("Shop").await;
        let address = website().await;
        let page = office.owner.get(&format!("{LOOK}?target={address}")).await;
        assert_has(
            &page,
            &[
                "The port takes connections",
                "Holds</span> After ",
                "The website answers",
                "Holds</span> 200 OK, after ",
                "<option value=\"new:shop\" selected>A new one, on Shop",
                "<option value=\"draft\" selected>",
                "is not working\"",
            ],
        );
        assert!(is_ticked(&page, "port") && is_ticked(&page, "website"), "{}", page.text);
        assert!(!page.text.contains("value=\"certificate\""), "there is none: {}", page.text);
        let fields = [
            ("target", address.as_str()),
            ("take", "website"),
            ("take", "port"),
            ("component", "new:shop"),
            ("name", "Web shop"),
            ("on_outage", "words"),
            ("title", "The shop does not answer"),
            ("text", "We look into it."),
        ];
        let list = office.owner.fill(LOOK, LOOK, &fields).await;
        assert_has(&list, &["They are watched from now on.", &address, "1 to 2 of 2"]);
        let component = office.component("Web shop").await;
        let checks = office.checks().await;
        assert_eq!(checks.len(), 2);
        for check in &checks {
            assert_eq!(check.affects[0].component_id.to_string(), component);
            assert!(matches!(check.on_outage, OnOutage::Publish { .. }), "{check:?}");
        }
        let audit = office.owner.get("/console/audit").await;
        assert_has(&audit, &["component Web shop", "The shop does not answer"]);
        // Looked at again, what is there is not ticked once more.
        let again = office.owner.get(&format!("{LOOK}?target={address}")).await;
        assert_has(&again, &["There is a check of it already"]);
        assert!(!is_ticked(&again, "port") && !is_ticked(&again, "website"), "{}", again.text);
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn what_does_not_hold_is_not_ticked_and_says_why() {
    let mut office = Office::open_under(Engine::Sqlite, probes).await;
    office.page("Shop").await;
    let nobody = TcpListener::bind("127.77.9.1:0").await.unwrap().local_addr().unwrap();
    let page = office.owner.get(&format!("{LOOK}?target=http://{nobody}/")).await;
    assert_has(&page, &["Nothing answers there as it should.", "Does not hold</span> ", "refused"]);
    assert!(!is_ticked(&page, "website"));
    // The metadata of a cloud lives there.
    let page = office.owner.get(&format!("{LOOK}?target=169.254.169.254:80")).await;
    assert_has(&page, &["Does not hold</span> ", "169.254.169.254"]);
    assert!(!is_ticked(&page, "port"));
    let page = office.owner.get(&format!("{LOOK}?target=shop.example.com")).await;
    assert_has(&page, &["https://shop.example.com", "tls://shop.example.com:443"]);
    assert!(!page.text.contains("checked"), "no name is known here: {}", page.text);
    office.instance.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_told_with_what_was_typed_and_nothing_is_written() {
    let mut office = Office::open_under(Engine::Sqlite, probes).await;
    office.page("Shop").await;
    let address = website().await;
    let usual = [
        ("target", address.as_str()),
        ("take", "port"),
        ("component", "new:shop"),
        ("name", "Web shop"),
        ("on_outage", "words"),
        ("title", "The shop does not answer"),
        ("text", "We look into it."),
    ];
    for (field, value, told) in [
        ("take", "", "Nothing is ticked: tick what"),
        ("component", "x", "Component: choose one of the list"),
        ("component", "new:other", "Component: there is no such status page"),
        ("name", "", "Name: "),
        ("title", "", "Title: "),
        ("on_outage", "x", "When it is down: choose one"),
    ] {
        let change = |(name, was): &(&'static str, &str)| {
            let value = if *name == field { value } else { was };
            (*name, value.to_owned())
        };
        let fields: Vec<(&str, String)> = usual.iter().map(change).collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let page = office.owner.fill(LOOK, LOOK, &fields).await;
        assert_eq!(page.status, 422, "{field}: {}", page.text);
        assert_has(&page, &[told, &format!("name=\"target\" value=\"{address}\"")]);
        assert_eq!(is_ticked(&page, "port"), field != "take", "what was ticked stays");
        assert!(!is_ticked(&page, "website"), "what was not stays so");
    }
    let store = office.instance.store();
    assert!(office.checks().await.is_empty());
    assert!(store.list_components().await.unwrap().is_empty(), "all of it or nothing");
    let pages = store.list_status_pages().await.unwrap();
    assert!(store.list_templates_of(pages[0].id).await.unwrap().is_empty());
    for (typed, told) in
        [("ftp://example.com", "Address: "), ("https://example.com/?api_key=1", "holds a secret")]
    {
        let page = office.owner.get(&format!("{LOOK}?target={}", encoded(typed))).await;
        assert_eq!(page.status, 422);
        assert_has(&page, &[told, typed]);
    }
    office.instance.stop().await;
}

#[tokio::test]
async fn only_who_may_looks_and_nothing_foreign_makes_them() {
    let mut office = Office::open_under(Engine::Sqlite, probes).await;
    let address = website().await;
    office.owner.headers.push(("sec-fetch-site", "cross-site".to_owned()));
    let page = office.owner.get(&format!("{LOOK}?target={address}")).await;
    assert_has(&page, &[&format!("name=\"target\" value=\"{address}\"")]);
    assert!(!page.text.contains("Holds"), "another site led here: {}", page.text);
    office.owner.headers.clear();
    let page = office.owner.get(&format!("{LOOK}?target={address}")).await;
    assert_has(&page, &["200 OK, after", "There is no status page yet"]);
    let fields = [("target", address.as_str()), ("take", "website")];
    let page = office.owner.fill(LOOK, LOOK, &fields).await;
    assert_has(&page, &["It is watched from now on."]);
    assert_eq!(office.checks().await[0].on_outage, OnOutage::Nothing);
    let page = office.owner.get(&format!("{LOOK}?target={}", encoded(POISON))).await;
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    let page = office.owner.get(&format!("{LOOK}?target=heartbeat:1d")).await;
    assert_has(&page, &["Watch a job"]);
    let (_, mut viewer) = office.colleague("viewer@example.com", Role::Viewer).await;
    assert_eq!(viewer.get(&format!("{LOOK}?target={address}")).await.status, 403);
    office.instance.stop().await;
}
