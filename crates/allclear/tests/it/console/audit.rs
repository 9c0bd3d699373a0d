//! The audit log: what happened, to what, by whom, and how it was before.

use allclear_domain::Role;
use jiff::SignedDuration;

use super::Office;
use crate::support::Engine;
use crate::support::browser::Page;

fn entries(page: &Page) -> usize {
    page.text.matches("<li class=\"entry\"").count()
}

#[tokio::test]
async fn a_change_is_told_field_by_field() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        let (grace, _) = office.colleague("grace@example.com", Role::Viewer).await;
        office.clock.turn(SignedDuration::from_mins(1));
        let page = format!("/console/people/{}", grace.id);
        office.owner.fill(&page, &page, &[("name", "Grace"), ("role", "editor")]).await;
        let page = office.owner.get("/console/audit").await;
        let newest = page.between("<li class=\"entry\"", "</li>").unwrap();
        assert!(newest.contains(">Ada Owner</a> changed <a"), "{engine:?}: {newest}");
        assert!(newest.contains(">person Grace</a>"), "{newest}");
        assert!(newest.contains("21 Nov 2026, 12:01:00 UTC"), "{newest}");
        assert!(newest.contains("2 fields"), "the e-mail address stayed: {newest}");
        assert!(newest.contains("<dt>role</dt>"), "{newest}");
        assert!(newest.contains("<del>viewer</del>"), "{newest}");
        assert!(newest.contains("<ins>editor</ins>"), "{newest}");
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn it_is_filtered_by_what_and_by_whom() {
    let mut office = Office::open(Engine::Sqlite).await;
    let owner = office.owner_person().await;
    let (grace, _) = office.colleague("grace@example.com", Role::Viewer).await;
    let all = entries(&office.owner.get("/console/audit").await);
    let page = office.owner.get("/console/audit?about=session").await;
    assert_eq!(entries(&page), 2, "each signed in once: {}", page.text);
    let about = format!("/console/audit?about={}", grace.id);
    let page = office.owner.get(&about).await;
    assert_eq!(entries(&page), 2, "invited, came: {}", page.text);
    assert!(page.text.contains("What happened to person grace."), "{}", page.text);
    let by = format!("/console/audit?actor=person%3A{}", owner.id);
    let page = office.owner.get(&by).await;
    assert_eq!(entries(&page), 2, "set up, signed in: {}", page.text);
    let by = "/console/audit?actor=command%3Atest";
    let page = office.owner.get(by).await;
    assert_eq!(entries(&page), 1, "{}", page.text);
    assert!(page.text.contains("selected>command test</option>"), "{}", page.text);
    let both = format!("{about}&actor=person%3A{}", owner.id);
    let page = office.owner.get(&both).await;
    assert!(page.text.contains("Nothing matches."), "{}", page.text);
    assert_eq!(all, 5);
    for bad in ["about=nonsense", "actor=nobody", "after=aud_1"] {
        let page = office.owner.get(&format!("/console/audit?{bad}")).await;
        assert_eq!(page.status, 422, "{bad}: {}", page.text);
    }
}

#[tokio::test]
async fn older_ones_are_a_link_away() {
    let mut office = Office::open(Engine::Sqlite).await;
    for n in 0..30 {
        office.clock.turn(SignedDuration::from_secs(1));
        let fields = [("name", format!("Name {n:02}"))];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        office.owner.fill("/console/account", "/console/account/name", &fields).await;
    }
    let page = office.owner.get("/console/audit?about=person").await;
    assert_eq!(entries(&page), 25);
    assert!(page.text.contains("<ins>Name 29</ins>"), "{}", page.text);
    let older = page.between("<a href=\"/console/audit?about=person&#38;after=", "\"").unwrap();
    let older = format!("/console/audit?about=person&after={older}");
    let page = office.owner.get(&older).await;
    assert_eq!(entries(&page), 6, "five names, and setting up: {}", page.text);
    assert!(page.text.contains("<ins>Name 00</ins>"), "{}", page.text);
    assert!(page.text.contains("<a href=\"/console/audit?about=person\">Newest</a>"));
    assert!(!page.text.contains(">Older</a>"), "{}", page.text);
}
