//! Layout: narrow screens, headings, the title and the icon, readers who want little motion.

use super::assert_none;
use super::browser::{Browser, View};
use super::site::{SLUGS, Site, noon};

/// What sticks out to the right, where the page scrolls sideways; else nothing.
const STICKS_OUT: &str = "(() => {
    const root = document.documentElement, width = root.clientWidth;
    if (root.scrollWidth <= width && document.body.scrollWidth <= width) return [];
    const clipped = el => {
        for (let up = el.parentElement; up && up !== document.body; up = up.parentElement)
            if (getComputedStyle(up).overflowX !== 'visible') return true;
        return false;
    };
    const out = [...document.body.querySelectorAll('*')].filter(el =>
        el.getBoundingClientRect().right > width + .5 && !clipped(el));
    return [`${root.scrollWidth} of ${width} px`, ...out.slice(-3).map(el =>
        `${el.tagName.toLowerCase()}.${el.getAttribute('class')}: ${el.outerHTML.slice(0, 120)}`)];
})()";

/// Texts that are cut off without a way to read them.
const CUT_OFF: &str = "[...document.querySelectorAll('body *')].filter(el => {
    const style = getComputedStyle(el);
    return el.checkVisibility() && style.overflowX === 'hidden' && el.innerText?.trim()
        && el.scrollWidth > el.clientWidth + 1 && style.clipPath === 'none';
}).map(el => `cut off: ${el.outerHTML.slice(0, 120)}`)";

/// Headings that skip a level, and more or fewer than one first heading.
const HEADINGS: &str = "(() => {
    const all = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')];
    const level = heading => Number(heading.tagName[1]);
    const told = heading => `${heading.tagName} ${heading.innerText}`;
    const skipped = all.filter((heading, at) => at && level(heading) > level(all[at - 1]) + 1);
    const firsts = all.filter(heading => level(heading) === 1);
    return [
        ...skipped.map(heading => `skips a level: ${told(heading)}`),
        ...(firsts.length === 1 && all[0] === firsts[0] ? [] : [`h1: ${firsts.map(told)}`]),
        ...all.filter(heading => !heading.innerText.trim()).map(told),
    ];
})()";

/// What has a duration although the reader wants little motion.
const MOVES: &str = "[...document.querySelectorAll('*')].filter(el => {
    const style = getComputedStyle(el);
    const lasts = times => times.split(',').some(time => parseFloat(time) > 0);
    return lasts(style.transitionDuration) || lasts(style.animationDuration)
        && style.animationName !== 'none' || style.scrollBehavior === 'smooth';
}).map(el => `moves: ${el.outerHTML.slice(0, 120)}`)";

async fn findings(browser: &Browser, place: &str, expression: &str) -> Vec<String> {
    let value = browser.value(expression).await;
    let all = value.as_array().expect("a list").iter();
    all.map(|line| format!("{place}: {}", line.as_str().unwrap_or_default())).collect()
}

/// What sticks out of the open page at its present width.
pub(super) async fn sideways(browser: &Browser, place: &str) -> Vec<String> {
    findings(browser, place, STICKS_OUT).await
}

/// What is wrong with the layout of the open page. Everything folded is open afterwards.
pub(super) async fn of_open_page(browser: &Browser, address: &str) -> Vec<String> {
    let mut found = findings(browser, address, HEADINGS).await;
    found.extend(findings(browser, address, MOVES).await);
    let open = "document.querySelectorAll('details').forEach(one => { one.open = true; })";
    browser.value(open).await;
    for width in [320, View::PHONE] {
        browser.look(View::wide(width)).await;
        let place = format!("{address} at {width}");
        found.extend(findings(browser, &place, STICKS_OUT).await);
        found.extend(findings(browser, &place, CUT_OFF).await);
    }
    found
}

#[tokio::test]
async fn no_page_scrolls_sideways_and_headings_are_in_order() {
    let site = Site::start().await;
    let pages = site.pages().await;
    let mut browser = Browser::start().await;
    browser.believe(noon()).await;
    let mut found = Vec::new();
    for page in &pages {
        browser.open(&site.url(&page.address)).await;
        found.extend(of_open_page(&browser, &page.address).await);
    }
    browser.quit().await;
    site.stop().await;
    assert_none(&found);
}

#[tokio::test]
async fn title_and_icon_carry_the_state() {
    let site = Site::start().await;
    let browser = Browser::start().await;
    let mut icons = Vec::new();
    for slug in SLUGS {
        browser.open(&site.url(&format!("/p/{slug}/"))).await;
        let title = browser.text("document.title").await;
        let shown = browser.text("document.querySelector('h1').innerText").await;
        let (icon, words) = title.split_once(' ').unwrap();
        assert!("●▲◆■⬒○".contains(icon), "{title}");
        assert!(shown.starts_with(icon), "{title} – {shown}");
        let words = words.rsplit_once(" · ").map_or(words, |(words, _)| words);
        assert!(shown.contains(words), "{title} – {shown}");
        let link = browser.text("document.querySelector('link[rel=icon]').href").await;
        let path = link.strip_prefix(&site.url("")).unwrap();
        let (status, kind, picture) = site.get(path).await;
        assert_eq!((status, kind.as_str()), (200, "image/svg+xml"), "{path}");
        icons.push((icon.to_owned(), picture));
    }
    let mut states = icons.clone();
    states.sort();
    states.dedup();
    assert!(states.len() >= 2, "the demo shows more than one state: {states:?}");
    for (one, other) in states.iter().zip(states.iter().skip(1)) {
        assert_ne!(one.1, other.1, "{} and {} have the same icon", one.0, other.0);
    }
    browser.quit().await;
    site.stop().await;
}

#[tokio::test]
async fn the_incident_stands_above_the_fold_of_a_small_phone() {
    let site = Site::start().await;
    let mut browser = Browser::start().await;
    browser.believe(noon()).await;
    for start in ["/", "/?lang=de"] {
        browser.open(&site.url(start)).await;
        let phone = serde_json::json!({
            "width": 360, "height": 640, "deviceScaleFactor": 2, "mobile": true,
        });
        browser.cdp("Emulation.setDeviceMetricsOverride", phone).await;
        for (what, selector) in [
            ("the title of the incident", ".incident h2"),
            ("its state", ".incident .state"),
            ("its latest update", ".incident .update .when"),
        ] {
            let bottom =
                format!("document.querySelector('{selector}').getBoundingClientRect().bottom");
            let bottom = browser.value(&bottom).await.as_f64().unwrap();
            assert!(bottom <= 640.0, "{start}: {what} ends at {bottom} px");
        }
    }
    browser.quit().await;
    site.stop().await;
}
