//! What people and browsers call themselves is text, wherever it is shown.

use allclear_domain::Role;

use super::{Office, PASSWORD, sign_in};
use crate::support::Engine;
use crate::support::browser::Page;

/// What would break out of an element, an attribute in either quotes, or a script.
const NASTY: &str = "</title><script>alert(1)</script>\" onfocus=\"alert(2)' x='";

#[track_caller]
fn assert_escaped(place: &str, page: &Page, is_shown: bool) {
    assert_eq!(page.status, 200, "{place}: {}", page.text);
    for raw in ["<script>alert", "\" onfocus", "alert(2)' x"] {
        assert!(!page.text.contains(raw), "{place} has {raw}: {}", page.text);
    }
    assert_eq!(page.text.contains("&#60;script&#62;alert(1)"), is_shown, "{place}: {}", page.text);
}

#[tokio::test]
async fn names_are_text_on_every_page() {
    let mut office = Office::open(Engine::Sqlite).await;
    let (grace, mut her) = office.colleague("grace@example.com", Role::Owner).await;
    let page = her.fill("/console/account", "/console/account/name", &[("name", NASTY)]).await;
    assert_escaped("the account", &page, true);
    let token = [("name", NASTY), ("scope", "read"), ("lasts", "")];
    let form = "/console/tokens/create";
    let page = her.fill(form, form, &token).await;
    assert_escaped("a new token", &page, true);
    let person = format!("/console/people/{}", grace.id);
    let page = office.owner.fill(&person, &format!("{person}/link"), &[]).await;
    assert_escaped("a link", &page, true);
    for path in [
        "/console/people",
        &format!("/console/people?q={}", "script"),
        &person,
        "/console/tokens",
        "/console/audit",
        &format!("/console/audit?about={}", grace.id),
    ] {
        let page = office.owner.get(path).await;
        assert_escaped(path, &page, true);
    }
}

#[tokio::test]
async fn what_a_browser_calls_itself_is_text() {
    let mut office = Office::open(Engine::Sqlite).await;
    let mut odd = office.browser();
    odd.headers = vec![("user-agent", NASTY.to_owned())];
    sign_in(&mut odd, "owner@example.com", PASSWORD).await;
    for path in ["/console/account", "/console/audit?about=session"] {
        let page = office.owner.get(path).await;
        assert_escaped(path, &page, true);
    }
}

#[tokio::test]
async fn what_is_asked_for_is_text() {
    let mut office = Office::open(Engine::Sqlite).await;
    let nasty: String = NASTY.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for path in ["/console/people", "/console/tokens"] {
        let page = office.owner.get(&format!("{path}?q={nasty}")).await;
        let has_filter = path == "/console/people";
        assert_escaped(path, &page, has_filter);
    }
    for query in ["about", "actor", "after"] {
        let page = office.owner.get(&format!("/console/audit?{query}={nasty}")).await;
        assert_eq!(page.status, 422);
        assert!(!page.text.contains("<script>alert"), "{}", page.text);
    }
    let page = office.owner.get(&format!("/console/account?done={nasty}")).await;
    assert_escaped("what was done", &page, false);
}
