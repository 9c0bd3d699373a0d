//! Freshness: a page that is old says so, in the reader's browser, whatever the server does.
//!
//! The server's clock stands still, so its copy is of noon for ever; the browser is made to believe
//! that it is later.

use jiff::SignedDuration;

use super::assert_none;
use super::axe::Axe;
use super::browser::{Browser, Scheme, Script, View};
use super::site::{Site, noon};

const LINE: &str = "document.querySelector('.fresh').innerText";
const COLOR: &str = "getComputedStyle(document.querySelector('.fresh')).color";

async fn open_after(browser: &mut Browser, site: &Site, path: &str, seconds: i64) {
    let later = SignedDuration::from_secs(seconds);
    browser.believe(noon().checked_add(later).unwrap()).await;
    browser.open(&site.url(path)).await;
}

#[tokio::test]
async fn an_old_copy_turns_amber_and_a_new_one_is_not() {
    let site = Site::start().await;
    let axe = Axe::load();
    let mut browser = Browser::start().await;
    for path in ["/", "/?lang=de", "/p/caspertech/"] {
        for scheme in [Scheme::Light, Scheme::Dark] {
            let width = View::PHONE;
            browser.look(View { width, scheme }).await;
            open_after(&mut browser, &site, path, 20).await;
            let (calm, line) = (browser.text(COLOR).await, browser.text(LINE).await);
            let seconds = format!("/[2-5][0-9]\\ss/.test({LINE})");
            assert_eq!(browser.value(&seconds).await, true, "{line}");
            open_after(&mut browser, &site, path, 3600).await;
            let (alarmed, line) = (browser.text(COLOR).await, browser.text(LINE).await);
            assert!(line.replace('\u{a0}', " ").contains("1 h"), "{line}");
            assert_ne!(calm, alarmed, "{path}: {line}");
            assert!(is_warm(&alarmed), "{path}: {alarmed} is not amber");
            assert_none(&axe.look(&browser).await.findings);
        }
    }
    browser.quit().await;
    site.stop().await;
}

/// `rgb(143, 90, 0)`: more red than green, more green than blue.
fn is_warm(color: &str) -> bool {
    let numbers = color.trim_start_matches("rgb(").trim_end_matches(')');
    let parts: Vec<i32> = numbers.split(", ").map(|part| part.parse().unwrap()).collect();
    parts[0] > parts[1] + 30 && parts[1] > parts[2] + 30
}

#[tokio::test]
async fn a_page_left_open_turns_amber_by_itself() {
    let site = Site::start().await;
    let mut browser = Browser::start().await;
    open_after(&mut browser, &site, "/", 20).await;
    let is_old = "document.querySelector('.fresh').classList.contains('stale')";
    assert_eq!(browser.value(is_old).await, false);
    browser.value("turnClock(3600 * 1000)").await;
    browser.until("the page turns amber", is_old).await;
    browser.quit().await;
    site.stop().await;
}

#[tokio::test]
async fn a_reader_whose_clock_is_behind_reads_nothing_absurd() {
    let site = Site::start().await;
    let mut browser = Browser::start().await;
    open_after(&mut browser, &site, "/", -7200).await;
    let line = browser.text(LINE).await;
    assert!(!line.contains('-') && !line.contains("NaN"), "{line}");
    browser.quit().await;
    site.stop().await;
}

#[tokio::test]
async fn without_script_the_page_says_when_it_was_current() {
    let site = Site::start().await;
    let browser = Browser::start().await;
    browser.script(Script::Off).await;
    for path in ["/", "/?lang=de"] {
        browser.open(&site.url(path)).await;
        let line = browser.text(LINE).await;
        assert!(line.contains("13:00") && line.contains("12:00"), "Berlin and UTC: {line}");
    }
    browser.quit().await;
    site.stop().await;
}

#[tokio::test]
async fn an_open_page_follows_an_update_and_stays_where_the_reader_is() {
    let site = Site::start().await;
    let axe = Axe::load();
    let browser = Browser::start().await;
    browser.look(View::wide(View::PHONE)).await;
    browser.open(&site.url("/")).await;
    // Someone reads further down, has opened what is closed and stands on a link.
    let prepare = "(() => {
        globalThis.isSame = true;
        for (const details of document.querySelectorAll('main details')) details.open = true;
        const links = document.querySelectorAll('.components .line a');
        globalThis.link = links[links.length - 1];
        link.focus();
        link.scrollIntoView({ block: 'center' });
        globalThis.place = link.getBoundingClientRect().top;
        return scrollY > 0;
    })()";
    assert_eq!(browser.value(prepare).await, true);
    let (title, text) = ("Mail is slow to arrive", "We see it and look for the cause.");
    site.report(title, text).await;
    let is_there = format!("document.querySelector('main').innerText.includes('{title}')");
    browser.until("the page shows what was reported", &is_there).await;
    assert_eq!(browser.value("globalThis.isSame === true").await, true, "it was loaded again");
    let is_still = "document.activeElement === link && link.isConnected";
    assert_eq!(browser.value(is_still).await, true, "the focus has moved");
    let moved = "Math.abs(link.getBoundingClientRect().top - place) < 2";
    browser.until("the reader is where they were", moved).await;
    let are_open = "[...document.querySelectorAll('.components details')].every(it => it.open)";
    assert_eq!(browser.value(are_open).await, true, "a group has closed");
    let told = browser.text("document.querySelector('[role=status]').innerText").await;
    assert!(told.contains(text), "{told}");
    assert!(!told.contains("domains"), "what was known is told again: {told}");
    assert_none(&axe.look(&browser).await.findings);
    assert_none(&browser.complaints().await);
    browser.quit().await;
    site.stop().await;
}
