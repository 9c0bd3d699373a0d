//! The form before a protected status page: opened from the keyboard, with script and without.

use thirtyfour::Key;

use super::assert_none;
use super::axe::Axe;
use super::browser::{Browser, Scheme, Script, View};
use super::site::{READER_PASSWORD, Site, noon};

const TITLE: &str = "document.querySelector('h1').innerText";
const PROBLEM: &str = "(document.querySelector('[role=alert]')?.innerText ?? '')";

#[tokio::test]
async fn it_is_opened_from_the_keyboard_with_script_and_without() {
    let site = Site::start().await;
    let axe = Axe::load();
    for script in [Script::On, Script::Off] {
        let mut browser = Browser::start().await;
        browser.believe(noon()).await;
        browser.script(script).await;
        browser.open(&site.closed_url("/history")).await;
        assert_eq!(browser.text(TITLE).await, "This page needs a password");
        // The field has the focus from the start.
        browser.press("not the password" + Key::Enter).await;
        browser.until("it says what is wrong", &format!("{PROBLEM} !== ''")).await;
        assert!(browser.text(PROBLEM).await.contains("The password is wrong."));
        if script == Script::On {
            let mut findings = Vec::new();
            for view in [(View::PHONE, Scheme::Dark), (View::DESK, Scheme::Light)] {
                let (width, scheme) = view;
                findings.extend(axe.look_at(&browser, View { width, scheme }).await.findings);
            }
            assert_none(&findings);
        }
        browser.press(READER_PASSWORD + Key::Enter).await;
        browser.until("it opens where it was asked for", &format!("{TITLE} === 'History'")).await;
        browser.open(&site.closed_url("/")).await;
        assert_eq!(browser.text("document.querySelector('.brand').innerText").await, "Closed");
        browser.quit().await;
    }
    site.stop().await;
}
