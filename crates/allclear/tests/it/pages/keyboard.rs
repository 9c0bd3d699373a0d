//! The keyboard: every control is reached, in reading order, and one sees where one is.

use thirtyfour::Key;

use super::assert_none;
use super::browser::{Browser, View};
use super::site::{Site, noon};

/// Presses of Tab after which a page has no end.
const STOPS_MAX: usize = 400;

/// Numbers the controls of a page in the order in which they stand. Of several choices, the one
/// that is taken is the stop.
pub(super) const NUMBER: &str = "(() => {
    const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
    const isOther = el => el.type === 'radio' && !el.checked
        && el.form && [...el.form.elements].some(one => one.name === el.name && one.checked);
    const controls = [...document.querySelectorAll(all)]
        .filter(el => el.tabIndex >= 0 && !el.disabled && el.checkVisibility() && !isOther(el));
    controls.forEach((el, at) => { el.__stop = at; });
    globalThis.__trail = [];
    return controls.length;
})()";

/// Notes where the focus is; true once it has left the page. A box that scrolls and holds no
/// control is a stop as well, so that the arrows can move it. A field for a time has several stops
/// within.
pub(super) const STEP: &str = "(() => {
    const el = document.activeElement;
    if (!el || el === document.body || el === document.documentElement) return true;
    const style = getComputedStyle(el), box = el.getBoundingClientRect();
    const x = Math.min(innerWidth - 1, Math.max(0, box.left + Math.min(box.width, 40) / 2));
    const y = Math.min(innerHeight - 1, Math.max(0, box.top + Math.min(box.height, 40) / 2));
    const at = document.elementFromPoint(x, y);
    const trail = globalThis.__trail;
    if (trail.at(-1)?.el === el) return false;
    if (trail.some(stop => stop.el === el)) return true;
    trail.push({
        el, stop: el.__stop ?? -1, html: el.outerHTML.slice(0, 120),
        scrolls: el.scrollWidth > el.clientWidth,
        marked: el.matches(':focus-visible') && (style.boxShadow !== 'none'
            || style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2),
        // Of a text, browsers bring the line into sight that is written on.
        seen: box.width > 0 && (box.height > innerHeight * .8 || el.localName === 'textarea'
            ? box.top < innerHeight
            : box.top >= -1 && box.bottom <= innerHeight + 1)
            && !!at && (el.contains(at) || at.contains(el)),
        top: box.top + scrollY, bottom: box.bottom + scrollY,
    });
    return false;
})()";

/// What was wrong on the way, wherever it began.
const JUDGE: &str = "(() => {
    const trail = globalThis.__trail, controls = trail.filter(stop => stop.stop >= 0);
    return [
        ...trail.filter(stop => stop.stop < 0 && !stop.scrolls).map(stop => `no control: ${stop.html}`),
        ...trail.filter(stop => !stop.marked).map(stop => `focus is not visible: ${stop.html}`),
        ...trail.filter(stop => !stop.seen).map(stop => `is out of sight: ${stop.html}`),
        ...controls.filter((stop, at) => at && stop.stop !== controls[at - 1].stop + 1)
            .map(stop => `out of order: ${stop.html}`),
        ...controls.filter((stop, at) => at && stop.bottom < controls[at - 1].top)
            .map(stop => `goes back up: ${stop.html}`),
    ];
})()";

/// Has the next Tab begin at the top, also where a page has put the focus elsewhere.
const FROM_THE_TOP: &str = "(() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
})()";

/// What is wrong for whoever walks through the open page with Tab.
pub(super) async fn walk(browser: &Browser, place: &str) -> Vec<String> {
    let controls = browser.value(NUMBER).await.as_u64().unwrap();
    assert!(controls > 5, "{place}: {controls} controls");
    browser.value(FROM_THE_TOP).await;
    let mut stops = 0;
    loop {
        browser.press(Key::Tab).await;
        if browser.value(STEP).await == true {
            break;
        }
        stops += 1;
        assert!(stops <= STOPS_MAX, "{place}: the focus does not leave the page");
    }
    let mut findings = Vec::new();
    let reached = browser.value("__trail.filter(stop => stop.stop >= 0).length").await;
    if reached != controls {
        findings.push(format!("{place}: Tab reaches {reached} of {controls} controls"));
    }
    findings.extend(judge(browser, place).await);
    findings
}

/// What was wrong on the way so far.
pub(super) async fn judge(browser: &Browser, place: &str) -> Vec<String> {
    let judged = browser.value(JUDGE).await;
    let lines = judged.as_array().unwrap().iter();
    lines.map(|line| format!("{place}: {}", line.as_str().unwrap())).collect()
}

#[tokio::test]
async fn tab_reaches_every_control_in_order_and_the_focus_is_seen() {
    let site = Site::start().await;
    let mut browser = Browser::start().await;
    browser.believe(noon()).await;
    let pages = site.pages().await;
    let first = |part: &str| {
        let page = pages.iter().find(|page| page.address.contains(part));
        page.expect(part).address.clone()
    };
    let mut findings = Vec::new();
    for address in [
        "/".to_owned(),
        "/history".to_owned(),
        "/upcoming".to_owned(),
        "/uptime".to_owned(),
        "/p/caspertech/".to_owned(),
        first("/incidents/"),
        first("/maintenance/"),
        first("/components/"),
        first("/history/2026-11"),
        first("/history/search?q=server"),
    ] {
        for width in [View::DESK, View::PHONE] {
            browser.look(View::wide(width)).await;
            browser.open(&site.url(&address)).await;
            findings.extend(walk(&browser, &format!("{address} at {width}")).await);
        }
    }
    browser.quit().await;
    site.stop().await;
    assert_none(&findings);
}

#[tokio::test]
async fn the_first_stop_leads_past_the_head() {
    let site = Site::start().await;
    let browser = Browser::start().await;
    browser.open(&site.url("/")).await;
    browser.press(Key::Tab).await;
    assert_eq!(browser.text("document.activeElement.hash").await, "#content");
    browser.press(Key::Enter).await;
    browser.press(Key::Tab).await;
    let inside = "document.querySelector('main').contains(document.activeElement)";
    assert_eq!(browser.value(inside).await, true);
    browser.quit().await;
    site.stop().await;
}

#[tokio::test]
async fn bars_are_one_stop_and_arrows_move() {
    let site = Site::start().await;
    let mut browser = Browser::start().await;
    browser.believe(noon()).await;
    for width in [View::DESK, View::PHONE] {
        browser.look(View::wide(width)).await;
        browser.open(&site.url("/")).await;
        let bars = "document.querySelector('.tree details[open] .bars > svg')";
        browser
            .value(&format!(
                "{bars}.previousElementSibling; {bars}.closest('li').querySelector('a').focus()"
            ))
            .await;
        browser.press(Key::Tab).await;
        assert_eq!(browser.value(&format!("document.activeElement === {bars}")).await, true);
        let said = "document.activeElement.getAttribute('aria-valuetext')";
        let today = browser.text(said).await;
        assert!(today.contains("20 Nov"), "{today}");
        let mut before = today.clone();
        for _ in 0..5 {
            browser.press(Key::Left).await;
            let now = browser.text(said).await;
            assert_ne!(now, before);
            let shown = "document.querySelector('.tip').checkVisibility() && document.querySelector('.tip').innerText";
            let shown = browser.text(shown).await;
            assert_eq!(shown.replace('\n', ", "), now);
            let in_sight =
                "(() => { const box = document.querySelector('.tip').getBoundingClientRect();
                return box.left >= 0 && box.right <= innerWidth && box.top >= 0; })()";
            assert_eq!(browser.value(in_sight).await, true, "{now} at {width}");
            before = now;
        }
        browser.press(Key::Home).await;
        assert!(browser.text(said).await.contains("23 Aug"));
        browser.press(Key::End).await;
        assert_eq!(browser.text(said).await, today);
        browser.press(Key::Escape).await;
        assert_eq!(browser.value("document.querySelector('.tip').hidden").await, true);
        browser.press(Key::Tab).await;
        let same = format!("{bars}.parentElement.contains(document.activeElement)");
        assert_eq!(browser.value(&same).await, false, "the next Tab leaves the bars");
    }
    browser.quit().await;
    site.stop().await;
}
