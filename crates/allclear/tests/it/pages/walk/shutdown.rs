//! Taken down on purpose: one form, an honest label, and when it is back.

use super::walker::{Walk, Way};

#[tokio::test]
async fn one_step_tells_what_why_and_until_when() {
    for way in Way::BOTH.into_iter().chain(Way::BOTH.map(Way::without_script)) {
        let mut walk = Walk::with_a_page(way).await;
        let walker = &mut walk.walker;
        walker.open("/console").await;
        walker.go("Take something down on purpose").await;
        walker.type_into("What you take down", "We stopped payments").await;
        walker.type_into("Why", "Orders were charged twice.").await;
        walker.choose("Payments", "Major outage").await;
        walker.choose("Expected to be back", "2026-11-21T15:00").await;
        walker.go("Tell readers now").await;
        walker.sees(&["Readers see it now", "Deliberate shutdown"]).await;
        let room = walker.path().await;
        let told = ["We stopped payments", "on purpose", "Orders were charged twice.", "15:00"];
        walker.reads("/", &told).await;
        walker.reads(&room.replace("/console", ""), &told).await;

        walk.wait(121).await;
        let walker = &mut walk.walker;
        walker.open("/console").await;
        walker.sees(&["We stopped payments", "was due"]).await;
        walker.go("We stopped payments").await;
        walker.type_into("What is new", "Payments are back, and none is charged twice.").await;
        walker.tick("Resolved").await;
        walker.go("Post").await;
        walker.reads("/", &["All systems operational", "We stopped payments"]).await;
        let public = room.replace("/console", "");
        walker.reads(&public, &["Payments are back", "on purpose", "2 h 1 min"]).await;
        walk.end().await;
    }
}
