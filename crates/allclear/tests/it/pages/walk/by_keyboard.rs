//! The whole way by keyboard alone: from the printed link to an incident that is told and over. One
//! sees where one is at every stop, and the stops come in the order in which things stand.

use thirtyfour::{Key, TypingData};

use super::walker::{IS_NEW, NAMES, Walk, Way};
use crate::console::PASSWORD;
use crate::pages::keyboard;

/// Presses of Tab after which something counts as out of reach.
const STOPS_MAX: usize = 60;

/// Somebody whose hands stay on the keyboard.
struct Hands {
    walk: Walk,
    findings: Vec<String>,
    /// Keys that were pressed to get somewhere, without what was typed.
    pressed: usize,
}

impl Hands {
    async fn key(&mut self, key: impl Into<TypingData>) {
        self.walk.walker.browser.press(key).await;
        self.pressed += 1;
    }

    /// Begins on a page that has just been opened.
    async fn arrive(&mut self) {
        self.walk.walker.browser.value(keyboard::NUMBER).await;
        self.walk.walker.browser.value(keyboard::STEP).await;
    }

    /// What stands where the focus is.
    async fn here(&self) -> String {
        let name = "(el => el.labels?.length ? nameOf(el.labels[0]) : nameOf(el))";
        let name = format!("(() => {{ {NAMES} return {name}(document.activeElement); }})()");
        self.walk.walker.browser.text(&name).await
    }

    /// Goes on with Tab until something is reached.
    async fn to(&mut self, name: &str) {
        for _ in 0..STOPS_MAX {
            if self.here().await == name {
                return;
            }
            self.key(Key::Tab).await;
            let has_left = self.walk.walker.browser.value(keyboard::STEP).await == true;
            assert!(!has_left, "{name} is not reached on:\n{}", self.walk.walker.words().await);
        }
        panic!("{name} is more than {STOPS_MAX} stops away");
    }

    /// Goes to a field and types.
    async fn type_into(&mut self, field: &str, text: &str) {
        self.to(field).await;
        self.walk.walker.browser.press(text).await;
    }

    /// Goes to a link or a button, presses it, and waits for the page it leads to.
    async fn follow(&mut self, name: &str) {
        self.to(name).await;
        let place = self.walk.walker.path().await;
        self.findings.extend(keyboard::judge(&self.walk.walker.browser, &place).await);
        self.walk.walker.browser.value("globalThis.isOld = true").await;
        self.key(Key::Enter).await;
        self.walk.walker.browser.until(&format!("{name} leads somewhere"), IS_NEW).await;
        self.arrive().await;
    }

    /// Past the head, by the first stop of every page.
    async fn skip(&mut self) {
        self.to("Skip to the content").await;
        self.key(Key::Enter).await;
        // From here on the order counts anew.
        self.walk.walker.browser.value(keyboard::NUMBER).await;
    }
}

/// Sets up, and has a page with components.
async fn set_up(hands: &mut Hands, path: &str) {
    hands.walk.walker.open(path).await;
    hands.arrive().await;
    hands.type_into("Your name", "Ada Owner").await;
    hands.type_into("Address for mail", "owner@example.com").await;
    hands.type_into("Password", PASSWORD).await;
    hands.follow("Set up").await;
    hands.type_into("Title", "Example Shop").await;
    hands.follow("Make the page").await;
    hands.type_into("One per line", "Web shop\nCards").await;
    hands.follow("Add").await;
    hands.walk.walker.sees(&["Added."]).await;
}

async fn by_keyboard_alone(way: Way) {
    let (walk, path) = Walk::begin(way).await;
    let mut hands = Hands { walk, findings: Vec::new(), pressed: 0 };
    set_up(&mut hands, &path).await;
    let to_a_page = std::mem::take(&mut hands.pressed);

    hands.follow("Now").await;
    hands.pressed = 0;
    hands.skip().await;
    hands.follow("Report an incident").await;
    hands.type_into("Title", "Cards are refused").await;
    hands.to("Cards").await;
    hands.walk.walker.browser.press("Major").await;
    hands.type_into("What happened", "Nobody can pay by card.").await;
    hands.follow("Publish now").await;
    hands.walk.walker.sees(&["Readers see it now", "Cards: Major outage"]).await;
    let to_readers = std::mem::take(&mut hands.pressed);

    hands.skip().await;
    hands.type_into("What is new", "Cards are taken again.").await;
    hands.to("Investigating").await;
    for _ in 0..3 {
        hands.key(Key::Right).await;
    }
    assert_eq!(hands.here().await, "Resolved");
    hands.follow("Post").await;
    hands.walk.walker.sees(&["Cards are taken again.", "Resolved"]).await;
    let to_the_end = hands.pressed;
    hands.follow("Public page").await;
    let told = ["Cards are refused", "Cards are taken again.", "Nobody can pay by card."];
    hands.walk.walker.reads(&hands.walk.walker.path().await, &told).await;
    hands.arrive().await;
    hands.follow("History").await;
    hands.follow("November 2026").await;
    hands.walk.walker.sees(&["Cards are refused"]).await;
    crate::pages::assert_none(&hands.findings);
    // Nothing moves out of reach unnoticed.
    let counted = (to_a_page, to_readers, to_the_end);
    assert!(to_a_page <= 12 && to_readers <= 22 && to_the_end <= 27, "{way:?}: {counted:?}");
    hands.walk.end().await;
}

#[tokio::test]
async fn set_up_report_and_resolve_by_keyboard_alone() {
    for way in Way::BOTH {
        by_keyboard_alone(way).await;
    }
}
