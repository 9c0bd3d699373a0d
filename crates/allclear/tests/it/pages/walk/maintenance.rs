//! Maintenance: announced, begun by itself, late, and turned into an incident that keeps what was told.

use super::walker::{Walk, Way};

/// Plans work for 13:30 to 14:30 in Berlin; the clock stands at 13:00 there.
async fn plan(walk: &mut Walk) -> String {
    let walker = &mut walk.walker;
    walker.open("/console/maintenance").await;
    walker.sees(&["No maintenance is planned"]).await;
    walker.go("Plan maintenance").await;
    walker.type_into("What is done", "New disks").await;
    walker.choose("Start", "2026-11-21T13:30").await;
    walker.choose("End", "2026-11-21T14:30").await;
    walker.tick("Web shop").await;
    walker.type_into("What readers will notice", "The shop does not answer.").await;
    walker.type_into("How it is taken back if it fails", "The old disks go back in.").await;
    walker.type_into("First message", "We exchange the disks of the shop.").await;
    walker.go("Plan it").await;
    let planned = ["Planned.", "Scheduled", "At its announced start and end, without a person"];
    walker.sees(&planned).await;
    let told = ["New disks", "The shop does not answer.", "13:30", "12:30"];
    walker.reads("/upcoming", &told).await;
    walker.reads("/", &["All systems operational", "New disks"]).await;
    walker.open("/console/maintenance").await;
    walker.go("New disks").await;
    walker.path().await
}

const AUTOMATIC: &str =
    "Begins and ends by itself at the announced times. Without this, a person says so.";

async fn begins_overruns_and_becomes_an_incident(way: Way) {
    let mut walk = Walk::with_a_page(way).await;
    let path = plan(&mut walk).await;
    let public = path.replace("/console", "");
    walk.wait(31).await;
    let under_way = ["New disks", "Work has begun as announced.", "In progress"];
    walk.walker.reads("/", &under_way).await;
    walk.walker.does_not_see(&["All systems operational"]).await;

    // It takes longer, and nobody wants it to be over by itself.
    walk.walker.open(&path).await;
    walk.walker.sees(&["In progress"]).await;
    walk.walker.go("Change the plan").await;
    walk.walker.tick(AUTOMATIC).await;
    walk.walker.go("Save").await;
    walk.walker.sees(&["Saved."]).await;
    walk.wait(79).await;
    walk.walker.reads("/", &["New disks", "20 min over its window"]).await;
    walk.walker.reads(&public, &["20 min over its window"]).await;
    walk.walker.open("/console").await;
    walk.walker.sees(&["New disks"]).await;
    walk.walker.open(&path).await;
    walk.walker.sees(&["Past its announced end."]).await;

    walk.walker.click("It failed: turn it into an incident").await;
    walk.walker.type_into("Title of the incident", "The shop does not come up").await;
    let text = "The new disks are not found. The old ones go back in.";
    let field = "First message";
    walk.walker.type_into(field, text).await;
    walk.walker.go("Turn it into an incident").await;
    walk.walker.sees(&["Became an incident"]).await;
    walk.walker.reads("/", &["The shop does not come up", text, "Major outage"]).await;
    walk.walker.reads(&public, &["New disks", "We exchange the disks of the shop."]).await;
    walk.walker.sees(&["The shop does not come up"]).await;
    walk.walker.go("The shop does not come up").await;
    walk.walker.sees(&[text, "New disks"]).await;

    walk.walker.open("/console").await;
    walk.walker.go("The shop does not come up").await;
    walk.walker.type_into("What is new", "The shop is back.").await;
    walk.walker.tick("Resolved").await;
    walk.walker.go("Post").await;
    walk.walker.reads("/", &["All systems operational"]).await;
    walk.walker.reads("/history/2026-11", &["New disks", "The shop does not come up"]).await;
    walk.end().await;
}

#[tokio::test]
async fn it_begins_by_itself_overruns_and_becomes_an_incident_that_keeps_its_history() {
    for way in Way::BOTH {
        begins_overruns_and_becomes_an_incident(way).await;
    }
}

#[tokio::test]
async fn what_is_left_alone_is_over_by_itself() {
    for way in Way::BOTH {
        let mut walk = Walk::with_a_page(way).await;
        let path = plan(&mut walk).await;
        walk.wait(31).await;
        walk.walker.reads("/", &["New disks", "In progress"]).await;
        walk.wait(60).await;
        walk.walker.reads("/", &["All systems operational"]).await;
        let public = path.replace("/console", "");
        walk.walker.reads(&public, &["Completed", "We exchange the disks of the shop."]).await;
        walk.walker.open(&path).await;
        walk.walker.sees(&["Completed", "Ended"]).await;
        walk.end().await;
    }
}
