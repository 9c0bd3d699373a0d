//! Which page answers where, and that readers who hang up or search shut nobody out.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use allclear_domain::StatusPage;
use allclear_domain::ids::StatusPageId;
use allclear_domain::status_page::{ColorTokens, ComponentSelection, Language, UptimePolicy};
use allclear_domain::text::Key;
use allclear_statuspage::{Absence, Model, Route, Snapshot};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Inventory, Published, PublishedStatusPage};
use crate::limits;

fn id(number: u128) -> StatusPageId {
    Uuid::from_u128(number).into()
}

fn page(number: u128, slug: &str, host_names: &[&str]) -> Arc<PublishedStatusPage> {
    let page = StatusPage {
        id: id(number),
        slug: Key::new(slug).unwrap(),
        title: slug.to_owned(),
        description: String::new(),
        is_default: false,
        host_names: host_names.iter().map(|&host| host.to_owned()).collect(),
        timezone: None,
        timezone_label: None,
        language: Language::En,
        logo: None,
        colors: ColorTokens::default(),
        components: ComponentSelection::Own,
        uptime: UptimePolicy::default(),
        password_set_at: None,
    };
    let snapshot = Snapshot {
        page,
        components: Vec::new(),
        settings: Vec::new(),
        outages: Vec::new(),
        checked: None,
        times: HashMap::new(),
        incidents: Vec::new(),
        maintenance: Vec::new(),
        announcements: Vec::new(),
        revision: 1,
    };
    let model = Model::build(Arc::new(snapshot), Timestamp::UNIX_EPOCH).unwrap();
    Arc::new(PublishedStatusPage::of(Arc::new(model)))
}

fn inventory(pages: &[u128], default: u128) -> Inventory {
    let status_pages = pages.iter().copied().map(id).collect();
    Inventory { revision: 1, status_pages, default: Some(id(default)), ..Inventory::default() }
}

fn slug(page: Option<Arc<PublishedStatusPage>>) -> Option<String> {
    page.map(|page| page.status_page().slug.to_string())
}

#[test]
fn a_host_has_its_page_and_all_others_have_the_default() {
    let published = Published::empty();
    let hosts = ["B.example.com", "[2001:DB8::1]"];
    published.show(&[page(1, "a", &[]), page(2, "b", &hosts)], &inventory(&[1, 2], 1));
    for (host, wanted) in [
        ("", "a"),
        ("elsewhere.example.com", "a"),
        ("b.example.com", "b"),
        ("b.EXAMPLE.com.:8080", "b"),
        ("[2001:db8::1]:8080", "b"),
    ] {
        assert_eq!(slug(published.of_host(host)).as_deref(), Some(wanted), "{host}");
    }
}

#[test]
fn of_two_pages_that_claim_a_host_the_first_by_slug_has_it() {
    let published = Published::empty();
    let (one, other) = (page(1, "b", &["x.example.com"]), page(2, "a", &["x.example.com"]));
    published.show(&[one, other], &inventory(&[1, 2], 1));
    assert_eq!(slug(published.of_host("x.example.com")).as_deref(), Some("a"));
}

#[test]
fn a_page_that_changes_its_slug_or_goes_leaves_nothing_behind() {
    let published = Published::empty();
    published.show(&[page(1, "a", &[]), page(2, "b", &["b.example.com"])], &inventory(&[1, 2], 1));
    published.show(&[page(2, "c", &[])], &inventory(&[1, 2], 2));
    assert_eq!(slug(published.of_slug("b")), None);
    assert_eq!(slug(published.of_slug("c")).as_deref(), Some("c"));
    assert_eq!(slug(published.of_host("b.example.com")).as_deref(), Some("c"));
    published.show(&[], &inventory(&[2], 2));
    assert_eq!(slug(published.of_slug("a")), None);
    assert_eq!(published.absence(), None);
}

#[test]
fn a_default_that_cannot_be_shown_is_not_replaced_by_another_page() {
    let published = Published::empty();
    assert_eq!(published.absence(), Some(Absence::NothingYet));
    published.show(&[page(1, "a", &[])], &inventory(&[1, 2], 2));
    assert_eq!(slug(published.of_host("")), None);
    assert_eq!(slug(published.of_slug("a")).as_deref(), Some("a"));
    assert_eq!(published.absence(), Some(Absence::CannotBeShown));
    // Once shown, it stays while its next version cannot be.
    published.show(&[page(2, "b", &[])], &inventory(&[1, 2], 2));
    published.show(&[page(1, "a", &[])], &inventory(&[1, 2], 2));
    assert_eq!(slug(published.of_host("")).as_deref(), Some("b"));
    assert_eq!(published.absence(), None);
    let unreadable = Inventory { has_unreadable_pages: true, ..inventory(&[1, 2], 2) };
    published.show(&[], &unreadable);
    assert_eq!(published.absence(), Some(Absence::CannotBeShown));
    assert_eq!(slug(published.of_host("")).as_deref(), Some("b"));
}

#[tokio::test]
async fn what_is_not_found_is_made_once() {
    let (published, page) = (Published::empty(), page(1, "a", &[]));
    let busy = (published.renderings.take().await, published.renderings.take().await);
    let mut at = Vec::new();
    for _ in 0..3 {
        // Also where nothing can be rendered at the moment.
        let answer = published.find(page.clone(), None, Language::De).await.ok().unwrap();
        assert_eq!(answer.status, 404);
        at.push(answer.identity.as_ptr());
    }
    drop(busy);
    let missing = Route::parse("incidents/000000000000", None);
    let answer = published.find(page, missing, Language::De).await.ok().unwrap();
    at.push(answer.identity.as_ptr());
    assert!(at.windows(2).all(|pair| pair[0] == pair[1]), "{at:?}");
}

#[tokio::test]
async fn a_reader_who_hangs_up_leaves_the_place_to_others() {
    let (published, page) = (Published::empty(), page(1, "a", &[]));
    let busy = (published.renderings.take().await, published.renderings.take().await);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..2 * limits::RENDERINGS_WAITING_MAX {
        let asking = published.find(page.clone(), Some(Route::History), Language::En);
        assert!(pin!(asking).poll(&mut context).is_pending());
    }
    drop(busy);
    assert!(published.find(page, Some(Route::History), Language::En).await.is_ok());
}

#[tokio::test]
async fn too_many_waiting_readers_are_told_to_come_back() {
    let (published, page) = (Published::empty(), page(1, "a", &[]));
    let _busy = (published.renderings.take().await, published.renderings.take().await);
    let mut context = Context::from_waker(Waker::noop());
    let asking = || Box::pin(published.find(page.clone(), Some(Route::History), Language::En));
    let mut waiting: Vec<_> = (0..limits::RENDERINGS_WAITING_MAX).map(|_| asking()).collect();
    assert!(waiting.iter_mut().all(|asking| asking.as_mut().poll(&mut context).is_pending()));
    assert!(asking().await.is_err());
}

#[tokio::test]
async fn searches_wait_for_each_other_and_nobody_waits_for_them() {
    let (published, page) = (Published::empty(), page(1, "a", &[]));
    let mut busy = Vec::new();
    for _ in 0..limits::SEARCHES_MAX {
        busy.push(published.searches.take().await.unwrap());
    }
    let search = |number| Route::Search { query: format!("word {number}") };
    let asking =
        |number| Box::pin(published.find(page.clone(), Some(search(number)), Language::En));
    let mut context = Context::from_waker(Waker::noop());
    let mut waiting: Vec<_> = (0..limits::SEARCHES_WAITING_MAX).map(asking).collect();
    assert!(waiting.iter_mut().all(|asking| asking.as_mut().poll(&mut context).is_pending()));
    assert!(asking(0).await.is_err());
    for route in [Route::History, Route::Uptime, Route::Upcoming, Route::Undated] {
        let answer = published.find(page.clone(), Some(route), Language::En).await;
        assert_eq!(answer.ok().unwrap().status, 200);
    }
    drop(busy);
    assert_eq!(waiting.remove(0).await.ok().unwrap().status, 200);
}
