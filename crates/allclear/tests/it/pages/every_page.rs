//! What holds for every page: links lead somewhere, Nu and axe and the console report nothing.

use std::collections::BTreeMap;

use super::axe::Axe;
use super::browser::{Browser, Scheme, View};
use super::site::{Page, SLUGS, Site, noon};
use super::{assert_none, nu};

/// The pages that are looked at in every way: those of the default status page, which has one of
/// every kind, and the first views of the others.
fn is_main(page: &Page) -> bool {
    let (path, _) = page.address.split_once('?').unwrap_or((&page.address, ""));
    !path.starts_with("/p/") || path.ends_with('/')
}

#[tokio::test]
async fn links_lead_somewhere_and_nothing_comes_from_elsewhere() {
    let site = Site::start().await;
    let (pages, findings) = site.crawl().await;
    assert_none(&findings);
    for (below, least) in [
        ("/incidents/", 100),
        ("/maintenance/", 4),
        ("/components/", 30),
        ("/history/20", 60),
        ("/history/undated", 2),
        ("/history/search", 36),
        ("/uptime", 12),
        ("/upcoming", 12),
        ("lang=de", 150),
    ] {
        let found = pages.iter().filter(|page| page.address.contains(below)).count();
        assert!(found >= least, "{found} pages with {below} in their address, not {least}");
    }
    for slug in SLUGS {
        let start = format!("/p/{slug}/");
        assert!(pages.iter().any(|page| page.address == start), "{start}");
    }
    site.stop().await;
}

#[tokio::test]
async fn the_html_checker_reports_nothing() {
    let site = Site::start().await;
    let pages = site.pages().await;
    let pages: BTreeMap<String, String> =
        pages.into_iter().map(|page| (page.address, page.html)).collect();
    assert_none(&nu::check(&pages));
    site.stop().await;
}

#[tokio::test]
async fn axe_and_the_console_report_nothing() {
    let site = Site::start().await;
    let pages = site.pages().await;
    let axe = Axe::load();
    let mut browser = Browser::start().await;
    browser.believe(noon()).await;
    let mut findings = Vec::new();
    for page in &pages {
        browser.open(&site.url(&page.address)).await;
        for view in views(page) {
            let verdict = axe.look_at(&browser, view).await;
            let place = format!("{} at {} {:?}", page.address, view.width, view.scheme);
            findings.extend(verdict.findings.iter().map(|line| format!("{place}: {line}")));
            if !verdict.passed.iter().any(|rule| rule == "color-contrast") {
                findings.push(format!("{place}: axe did not measure contrast"));
            }
        }
        findings.extend(complaints(&browser, page).await);
    }
    browser.quit().await;
    site.stop().await;
    assert_none(&findings);
}

/// What the console says of a page, except that it has the status that it should have.
pub(super) async fn complaints(browser: &Browser, page: &Page) -> Vec<String> {
    let complaints = browser.complaints().await;
    let expected = format!("a status of {}", page.status);
    complaints
        .into_iter()
        .filter(|line| !line.contains(&expected))
        .map(|line| format!("{}: {line}", page.address))
        .collect()
}

/// Main pages in every look, the others once each way.
fn views(page: &Page) -> Vec<View> {
    let view = |width, scheme| View { width, scheme };
    let mut views = vec![view(View::DESK, Scheme::Light)];
    if is_main(page) {
        views.push(view(View::PHONE, Scheme::Light));
        views.push(view(View::DESK, Scheme::Dark));
    }
    views.push(view(View::PHONE, Scheme::Dark));
    views
}

#[tokio::test]
async fn what_script_makes_of_a_page_is_still_html() {
    let site = Site::start().await;
    let pages = site.pages().await;
    let mut browser = Browser::start().await;
    browser.believe(noon()).await;
    let mut made = BTreeMap::new();
    for page in pages {
        browser.open(&site.url(&page.address)).await;
        let html = browser.text("document.documentElement.outerHTML").await;
        made.insert(page.address, format!("<!doctype html>{html}"));
    }
    browser.quit().await;
    site.stop().await;
    assert_none(&nu::check(&made));
}
