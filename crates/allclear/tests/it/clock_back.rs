//! The clock of the machine is set back an hour while people write: nothing is lost, refused or told
//! in another order.

use allclear_domain::Clock;
use jiff::SignedDuration;

use crate::console::Office;
use crate::support::Engine;
use crate::support::reader::Reader;

const NEW: &str = "/console/incidents/new";

#[tokio::test]
async fn an_hour_back_changes_neither_who_is_signed_in_nor_what_is_told() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.page("Shop").await;
        let report = [
            ("page", "shop"),
            ("shown_page", "shop"),
            ("title", "No payments"),
            ("text", "We see it."),
            ("status", "investigating"),
            ("do", "publish"),
        ];
        let room = office.owner.fill(NEW, NEW, &report).await;
        assert!(room.text.contains("Readers see it now"), "{}", room.text);
        let incident = office.instance.store().list_status_pages().await.unwrap().remove(0);
        let incident = office.instance.store().list_incidents(incident.id).await.unwrap().remove(0);
        let path = format!("/console/incidents/{}", incident.public_id);
        let post = format!("{path}/updates");
        office.publish().await;

        office.clock.turn(SignedDuration::from_hours(-1));
        let update = [("status", "identified"), ("text", "It is the bank."), ("do", "post")];
        let room = office.owner.fill(&path, &post, &update).await;
        assert_eq!(room.status, 200, "{engine:?}: {}", room.text);
        assert!(room.text.contains("It is the bank."), "{}", room.text);
        office.publish().await;
        let reader = Reader::of(&office.instance);
        let told = reader.get("/").await.text();
        assert!(told.contains("Identified"), "the last word counts: {told}");
        let page = reader.get(&format!("/incidents/{}", incident.public_id)).await.text();
        assert!(page.contains("We see it.") && page.contains("It is the bank."), "{page}");

        let over = [("status", "resolved"), ("text", "It pays again."), ("do", "post")];
        let room = office.owner.fill(&path, &post, &over).await;
        assert_eq!(room.status, 200, "{engine:?}: {}", room.text);
        office.publish().await;
        let told = reader.get("/").await.text();
        assert!(told.contains("No payments") && told.contains("No incident is open"), "{told}");
        let page = reader.get(&format!("/incidents/{}", incident.public_id)).await.text();
        assert!(page.contains("It pays again."), "{page}");
        let home = office.owner.get("/console").await;
        assert!(home.text.contains("Nothing is wrong"), "{}", home.text);

        // Everything that the team did is in the log, and a new colleague can still come in.
        let (_, mut colleague) =
            office.colleague("eva@example.com", allclear_domain::Role::Editor).await;
        assert_eq!(colleague.get("/console").await.status, 200);
        assert!(office.clock.now() < "2026-11-21T12:00:00Z".parse().unwrap());
        office.instance.stop().await;
    }
}
