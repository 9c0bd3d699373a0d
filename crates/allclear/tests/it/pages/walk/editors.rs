//! Two who write at the same time: the second sees both texts, and nothing of either is lost.

use allclear_domain::Role;

use super::walker::{Walk, Way};
use crate::pages::browser::Kept;

/// Reports an incident with one message; gives its path in the console.
async fn reported(walk: &mut Walk) -> String {
    walk.walker.open("/console/incidents/new").await;
    walk.walker.type_into("Title", "Cards are refused").await;
    walk.walker.choose("Cards", "Major outage").await;
    walk.walker.type_into("What happened", "Nobody can pay.").await;
    walk.walker.go("Publish now").await;
    walk.walker.path().await
}

#[tokio::test]
async fn the_second_editor_of_a_message_sees_both_texts() {
    for way in Way::BOTH {
        let mut walk = Walk::with_a_page(way).await;
        let (_, mut grace) = walk.office.colleague("grace@example.com", Role::Editor).await;
        let room = reported(&mut walk).await;
        walk.walker.go("Edit").await;
        let edit = walk.walker.path().await;

        // Somebody else is faster.
        let version = grace.get(&edit).await.hidden("version").unwrap().to_owned();
        let fields = [("version", version.as_str()), ("text", "Nobody can pay by card.")];
        let page = grace.fill(&edit, &edit, &fields).await;
        assert_eq!(page.status, 200, "{}", page.text);

        walk.walker.type_into("Text", "Cards of one bank are refused.").await;
        walk.walker.go_refused("Save", 409).await;
        walk.walker.sees(&["What it says now", "Nobody can pay by card."]).await;
        assert_eq!(walk.walker.field("Text").await, "Cards of one bank are refused.");
        walk.walker.go("Save").await;
        let told = ["Cards of one bank are refused."];
        walk.walker.sees(&told).await;
        walk.walker.reads(&room.replace("/console", ""), &told).await;
        // What the other wrote is on record, for readers too.
        let html = walk.walker.browser.text("document.body.textContent").await;
        assert!(html.contains("Nobody can pay by card."), "{html}");
        walk.end().await;
    }
}

#[tokio::test]
async fn the_second_editor_of_a_plan_sees_both_in_a_table() {
    for way in Way::BOTH {
        let mut walk = Walk::with_a_page(way).await;
        let (_, mut grace) = walk.office.colleague("grace@example.com", Role::Editor).await;
        walk.walker.open("/console/maintenance/new").await;
        walk.walker.type_into("What is done", "New disks").await;
        walk.walker.choose("Start", "2026-11-21T20:00").await;
        walk.walker.choose("End", "2026-11-21T21:00").await;
        walk.walker.tick("Web shop").await;
        walk.walker.go("Plan it").await;
        walk.walker.go("Change the plan").await;
        let edit = walk.walker.path().await;
        let page = grace.get(&edit).await;
        let version = page.hidden("version").unwrap().to_owned();
        let fields = [
            ("version", version.as_str()),
            ("title", "New disks"),
            ("recovery_plan", "Call the vendor."),
            ("all", "on"),
        ];
        let page = grace.fill(&edit, &edit, &fields).await;
        assert_eq!(page.status, 200, "{}", page.text);

        let field = "How it is taken back if it fails";
        walk.walker.type_into(field, "The old disks go back in.").await;
        walk.walker.go_refused("Save", 409).await;
        let both = ["There now", "Yours", "Call the vendor.", "The old disks go back in."];
        walk.walker.sees(&both).await;
        assert_eq!(walk.walker.field(field).await, "The old disks go back in.");
        walk.walker.go("Save").await;
        walk.walker.reads("/upcoming", &["The old disks go back in."]).await;
        walk.end().await;
    }
}

#[tokio::test]
async fn two_messages_at_once_are_both_told_and_an_open_page_follows() {
    for way in Way::BOTH {
        let mut walk = Walk::with_a_page(way).await;
        let (_, mut grace) = walk.office.colleague("grace@example.com", Role::Responder).await;
        let room = reported(&mut walk).await;
        let updates = format!("{room}/updates");
        let hers = [("status", "investigating"), ("text", "It is one bank."), ("do", "post")];
        let page = grace.fill(&room, &updates, &hers).await;
        assert_eq!(page.status, 200, "{}", page.text);
        walk.walker.type_into("What is new", "We call the bank.").await;
        walk.walker.go("Post").await;
        walk.walker.sees(&["We call the bank.", "It is one bank."]).await;
        let public = room.replace("/console", "");
        walk.walker.reads(&public, &["We call the bank.", "It is one bank."]).await;

        // Who has the first view open is told without doing anything.
        walk.walker.reads("/", &["We call the bank."]).await;
        walk.walker.browser.value("globalThis.isSame = true").await;
        let over = [("status", "resolved"), ("text", "The bank is back."), ("do", "post")];
        grace.fill(&room, &updates, &over).await;
        let is_calm = "globalThis.isSame && document.body.innerText.includes('All systems')";
        walk.walker.browser.until("the open page follows", is_calm).await;
        walk.end().await;
    }
}

#[tokio::test]
async fn a_copy_that_the_browser_kept_puts_itself_right() {
    let mut walk = Walk::with_a_page(Way::BOTH[0]).await;
    walk.walker.browser.keep(Kept::Copies).await;
    walk.walker.open("/").await;
    walk.wait(1).await;
    reported(&mut walk).await;
    walk.walker.open("/").await;
    let is_told = "document.body.innerText.includes('Cards are refused')";
    walk.walker.browser.until("the first view tells it", is_told).await;
    walk.end().await;
}

#[tokio::test]
async fn what_was_typed_outlives_a_reload() {
    for way in Way::BOTH {
        let mut walk = Walk::with_a_page(way).await;
        let path = "/console/incidents/new";
        walk.walker.open(path).await;
        walk.walker.type_into("Title", "Cards are refused").await;
        walk.walker.choose("Cards", "Major outage").await;
        walk.walker.type_into("What happened", "Nobody can").await;
        walk.walker.open("/console").await;
        walk.walker.open(path).await;
        walk.walker.sees(&["What you typed before was restored."]).await;
        assert_eq!(walk.walker.field("What happened").await, "Nobody can");
        assert_eq!(walk.walker.field("Cards").await, "major_outage");
        walk.walker.go("Publish now").await;
        walk.walker.open(path).await;
        assert_eq!(walk.walker.field("Title").await, "", "what was written is not kept");
        walk.end().await;
    }
}
