//! Names of customers in the console: which there are, and which fail.

use allclear_domain::Clock;
use allclear_domain::check::{NameState, WatchedName};

use super::Office;
use super::checks::assert_has;
use crate::support::Engine;

const NEW: &str = "/console/checks/new";

const FORM: [(&str, &str); 10] = [
    ("target", "names:https/up"),
    ("interval", "10"),
    ("deadline", "10"),
    ("fail_after", "1"),
    ("recover_after", "1"),
    ("stable_for", "0"),
    ("name", "Customers <b>"),
    ("period", "600"),
    ("fail_at", "50"),
    ("statuses", "200-399"),
];

fn form<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    more.iter().chain(&FORM).copied().collect()
}

#[tokio::test]
async fn names_are_set_and_those_that_fail_are_shown() {
    let mut office = Office::open(Engine::Sqlite).await;
    let first = office.owner.get(&format!("{NEW}?target=names:https")).await;
    assert_has(&first, &["name=\"period\" value=\"600\"", "name=\"fail_at\" value=\"50\""]);
    for (field, value, told) in [
        ("period", "59", "All asked within, in seconds: is 59"),
        ("fail_at", "0", "Down from: is 0"),
        ("certificate_days", "x", "Degraded before a certificate ends: is no number"),
        ("list_url", "shop.example.com", "Where the list is read from: write an address"),
        ("target", "names:ftp", "says neither https nor http"),
    ] {
        let page = office.owner.fill(NEW, NEW, &form(&[(field, value)])).await;
        assert_has(&page, &[told]);
    }
    let page = office.owner.fill(NEW, NEW, &form(&[("certificate_days", "14")])).await;
    assert_has(&page, &["Customers &#60;b&#62;", "There are none yet", "Set the list"]);
    assert!(!page.text.contains("Response times"), "{}", page.text);
    let check = office.check("Customers <b>").await;
    let path = format!("/console/checks/{}", check.id);

    // Saved as it is, it stays as it is.
    let edit = format!("{path}/edit");
    let shown = office.owner.get(&edit).await;
    assert_has(&shown, &["value=\"200-399\"", "name=\"certificate_days\" value=\"14\""]);
    office.owner.fill(&edit, &edit, &form(&[("certificate_days", "14")])).await;
    assert_eq!(office.check("Customers <b>").await.kind, check.kind);

    let names: String = (0..24).map(|n| format!("n{n:02}.example.com # one\r\n")).collect();
    let set = format!("{path}/names");
    let page = office.owner.fill_with_file(
        (path.as_str(), set.as_str()),
        &[("names", "")],
        ("file", names.as_bytes()),
    );
    assert_has(&page.await, &["The list is set.", "Of 24 names", "not asked yet"]);
    let failing = WatchedName {
        state: NameState::Failing,
        since: Some(office.clock.now()),
        reason: Some("refused <b>".to_owned()),
        ..WatchedName::new("n07.example.com".to_owned(), office.clock.now())
    };
    let mut transaction = office.instance.store().begin().await.unwrap();
    transaction.put_names(check.id, &[failing]).await.unwrap();
    transaction.commit().await.unwrap();
    let page = office.owner.get(&path).await;
    let shown = ["<b>1</b> fail", "n07.example.com</th><td>fails</td>", "refused &#60;b&#62;"];
    assert_has(&page, &shown);
    let text = office.owner.get(&format!("{set}?state=failing")).await;
    assert_eq!(text.text, "n07.example.com\n");
    assert!(text.header("content-type").starts_with("text/plain"));
    for (fields, told) in [
        (&[("names", "n01.example.com")][..], "lose more than half"),
        (&[("names", "*.example.com")][..], "is not a host name"),
        (&[("names", ""), ("shrink", "on")][..], "No names were sent"),
        (
            &[("names", "n01.example.com"), ("shrink", "on"), ("version", "9")][..],
            "changed this meanwhile",
        ),
    ] {
        let page = office.owner.fill(&path, &set, fields).await;
        assert!(page.status >= 400, "{}", page.text);
        assert_has(&page, &[told]);
    }
    let few = [("names", "n07.example.com\r\nnew.example.com"), ("shrink", "on")];
    let page = office.owner.fill(&path, &set, &few).await;
    assert_has(&page, &["Of 2 names", "n07.example.com</th><td>fails</td>"]);
}
