//! Readers whose browser runs no script get the same page, and a page just as good.
//!
//! The page is loaded with script switched off in the browser, so its document is built as such a
//! browser builds it: `noscript` counts, and no line of the page's own script ever runs in it. axe
//! is script too, and needs timers, which a browser without script does not run. So script is
//! switched on again once the page is loaded – a document does not run then what it left out
//! before – and axe looks at the very document that these readers have. Blocking the script file
//! instead would show another page: one whose browser can run script, with `noscript` left out.

use super::assert_none;
use super::axe::Axe;
use super::browser::{Browser, Scheme, Script, View};
use super::every_page::complaints;
use super::site::{Page, Site, noon};

/// The words of a page as a reader sees them, without the age that script adds.
const WORDS: &str = r"(() => {
    const fresh = document.querySelector('.fresh'), age = /[,\s(]+(vor\s)?\d+\ss(\sago)?\)?/;
    if (fresh?.querySelector('[data-fresh]')) fresh.innerText = fresh.innerText.replace(age, '');
    return document.body.innerText.replaceAll(/\s+/g, ' ').trim();
})()";

async fn open_without_script(browser: &Browser, address: &str) {
    browser.script(Script::Off).await;
    browser.open(address).await;
    browser.script(Script::On).await;
}

#[tokio::test]
async fn axe_and_the_console_report_nothing() {
    let site = Site::start().await;
    let pages = site.pages().await;
    let axe = Axe::load();
    let browser = Browser::start().await;
    let mut findings = Vec::new();
    for page in &pages {
        open_without_script(&browser, &site.url(&page.address)).await;
        for (width, scheme) in [(View::PHONE, Scheme::Light), (View::DESK, Scheme::Dark)] {
            let verdict = axe.look_at(&browser, View { width, scheme }).await;
            let place = format!("{} at {width} {scheme:?}, no script", page.address);
            // Where nothing else can bring news, the first view loads itself again once a minute.
            // There is nothing to type on it, and the rule excepts what reports as it happens
            // (WCAG 2.2, criterion 2.2.1).
            let found = verdict.findings.iter().filter(|line| !line.contains(" meta-refresh: "));
            findings.extend(found.map(|line| format!("{place}: {line}")));
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

#[tokio::test]
async fn script_adds_and_takes_nothing_away() {
    let site = Site::start().await;
    let pages = site.pages().await;
    let mut browser = Browser::start().await;
    browser.believe(noon()).await;
    let mut findings = Vec::new();
    for Page { address, .. } in &pages {
        browser.open(&site.url(address)).await;
        let with = browser.text(WORDS).await;
        open_without_script(&browser, &site.url(address)).await;
        let without = browser.text(WORDS).await;
        if with != without {
            findings.push(format!("{address}:\n  with:    {with}\n  without: {without}"));
        }
    }
    browser.quit().await;
    site.stop().await;
    assert_none(&findings);
}

#[tokio::test]
async fn everything_that_does_nothing_without_script_is_not_there() {
    let site = Site::start().await;
    let browser = Browser::start().await;
    browser.script(Script::Off).await;
    browser.open(&site.url("/")).await;
    let stops = "document.querySelectorAll('[tabindex], [role=slider], .tip').length";
    assert_eq!(browser.value(stops).await, 0, "bars are a picture with a name");
    let named = "[...document.querySelectorAll('.bars > svg')].every(bars =>
        bars.getAttribute('role') === 'img' && bars.getAttribute('aria-label').length > 10)";
    assert_eq!(browser.value(named).await, true);
    let button = "[...document.querySelectorAll('button')].every(button => button.form)";
    assert_eq!(browser.value(button).await, true, "a button without script sends a form");
    let folded = "document.querySelector('details:not([open]) > summary')";
    browser.value(&format!("{folded}.focus()")).await;
    let before = browser.value("document.querySelectorAll('details[open]').length").await;
    browser.press(" ").await;
    let after = browser.value("document.querySelectorAll('details[open]').length").await;
    assert_ne!(before, after, "folded text opens by keyboard");
    browser.quit().await;
    site.stop().await;
}
