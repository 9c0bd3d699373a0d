//! Facts, losses, promises and the postmortem of an incident: written, refused without loss, shown.

use jiff::SignedDuration;

use super::{Shop, path_in, post, public_path};
use crate::support::Engine;

/// A promise is shown until it is kept or dropped, and nothing that was typed is lost.
async fn promises(shop: &mut Shop, path: &str) {
    let step = |step: &str| format!("{path}/{step}");
    let promised = [("promise", "Watch certificates"), ("due", "2026-11-21")];
    let page = shop.office.owner.fill(path, &step("promises"), &promised).await;
    assert!(page.text.contains("Watch certificates"), "{}", page.text);
    let home = shop.office.owner.get("/console").await;
    assert!(home.text.contains("By 2026-11-21"), "{}", home.text);
    shop.office.clock.turn(SignedDuration::from_hours(13));
    let home = shop.office.owner.get("/console").await;
    assert!(home.text.contains("Promised by 2026-11-21"), "{}", home.text);
    let stale = [("do", "drop"), ("why", "Nobody needs it"), ("version", "0")];
    let page = shop.office.owner.fill(path, &step("promises/0"), &stale).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("value=\"Nobody needs it\""), "{}", page.text);
    let wrong = [("promise", "Buy a spare"), ("due", "soon")];
    let page = shop.office.owner.fill(path, &step("promises"), &wrong).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("value=\"Buy a spare\""), "{}", page.text);
    let dropped = [("do", "drop"), ("why", "The provider does it now")];
    let page = shop.office.owner.fill(path, &step("promises/0"), &dropped).await;
    assert!(page.text.contains("The provider does it now"), "{}", page.text);
}

/// The counts of a loss, and how it was settled later.
async fn losses(shop: &mut Shop, path: &str) {
    let form = format!("{path}/record");
    let page = shop.office.owner.get(&form).await;
    for text in ["name=\"loss0_accepted\" value=\"1204\"", "name=\"loss0_percent\" value=\"7\""] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let at = page.hidden("version").unwrap().to_owned();
    let bad = [("version", at.as_str()), ("loss0_lost", "some"), ("loss0_settled", "All paid.")];
    let page = shop.office.owner.fill(&form, &form, &bad).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("Gone: is no number"), "{}", page.text);
    assert!(page.text.contains("value=\"All paid.\""), "what was typed stays");
    let settled = [
        ("version", at.as_str()),
        ("loss0_settled", "All four were paid."),
        ("loss0_settled_on", "2026-11-21"),
    ];
    shop.office.owner.fill(&form, &form, &settled).await;
    let told = shop.public(&public_path(path)).await;
    for text in ["1,204", "All four were paid."] {
        assert!(told.contains(text), "{text}: {told}");
    }
    // Fields that were not sent stay as they were.
    let page = shop.office.owner.get(&form).await;
    assert!(page.text.contains("name=\"loss0_lost\" value=\"4\""), "{}", page.text);
}

/// A postmortem with a timeline, first for the team and then for everybody.
async fn postmortem(shop: &mut Shop, path: &str) {
    let (form, public) = (format!("{path}/postmortem"), public_path(path));
    let version = async |shop: &mut Shop| {
        let page = shop.office.owner.get(&form).await;
        page.hidden("version").unwrap().to_owned()
    };
    let at = version(shop).await;
    let written = [
        ("version", at.as_str()),
        ("summary", "We learned much."),
        ("timeline", "2026-11-21 12:00 It began\r\n2026-11-21 A long day\r\nWe slept"),
        ("do", "write"),
    ];
    let page = shop.office.owner.fill(&form, &form, &written).await;
    assert!(page.text.contains("Postmortem (draft)"), "{}", page.text);
    assert!(!shop.public(&public).await.contains("We learned much."));
    let page = shop.office.owner.get(&form).await;
    let lines = "2026-11-21 12:00 It began\n2026-11-21 A long day\nWe slept</textarea>";
    assert!(page.text.contains(lines), "{}", page.text);
    let at = version(shop).await;
    let shown = [("version", at.as_str()), ("summary", "We learned much."), ("do", "publish")];
    shop.office.owner.fill(&form, &form, &shown).await;
    assert!(shop.public(&public).await.contains("We learned much."));
}

#[tokio::test]
async fn facts_promises_and_a_postmortem() {
    for engine in Engine::ALL {
        let mut shop = Shop::open(engine).await;
        let room = shop.report(&[("title", "No payments"), ("do", "publish")]).await;
        let path = path_in(&room);
        let public = public_path(&path);
        let step = |step: &str| format!("{path}/{step}");
        let version = async |shop: &mut Shop, at: &str| {
            let page = shop.office.owner.get(at).await;
            page.hidden("version").unwrap().to_owned()
        };
        let at = version(&mut shop, &step("record")).await;
        let facts = [
            ("version", at.as_str()),
            ("not_affected", "The shop itself"),
            ("should", "Try again tomorrow."),
            ("security", "No data was lost."),
            ("known", "A certificate ran out"),
            ("loss_target", "all"),
            ("loss_kind", "transactions"),
            ("loss_outcome", "delayed"),
            ("loss_accepted", "1204"),
            ("loss_lost", "4"),
            ("loss_percent", "7"),
        ];
        let page = shop.office.owner.fill(&step("record"), &step("record"), &facts).await;
        assert!(page.text.contains("Changed."), "{}", page.text);
        let told = shop.public(&public).await;
        for fact in ["Try again tomorrow.", "No data was lost.", "A certificate ran out"] {
            assert!(told.contains(fact), "{fact}: {told}");
        }
        // The same version again: what somebody else wrote meanwhile is shown, not overwritten.
        let page = shop.office.owner.fill(&step("record"), &step("record"), &facts[..3]).await;
        assert_eq!(page.status, 409);
        assert!(page.text.contains("A certificate ran out"), "{}", page.text);

        losses(&mut shop, &path).await;
        promises(&mut shop, &path).await;

        let over = [("status", "resolved"), ("text", "It is over."), ("do", "post")];
        post(&mut shop.office.owner, &path, &over).await;
        postmortem(&mut shop, &path).await;

        let at = version(&mut shop, &step("details")).await;
        let changed = [
            ("version", at.as_str()),
            ("title", "Payments were refused"),
            ("started", "2026-11-21T12:30"),
            ("impact", "minor"),
        ];
        let page = shop.office.owner.fill(&step("details"), &step("details"), &changed).await;
        assert_eq!(page.status, 422, "an end cannot be taken away so: {}", page.text);
        let home = shop.office.owner.get(&step("details")).await;
        let (_, ended) = home.text.split_once("name=\"ended\" value=\"").unwrap();
        let ended: String = ended.chars().take_while(|c| *c != '"').collect();
        let mut changed = changed.to_vec();
        changed.push(("ended", &ended));
        shop.office.owner.fill(&step("details"), &step("details"), &changed).await;
        let told = shop.public(&public).await;
        assert!(told.contains("Payments were refused"), "{told}");
        assert!(told.contains("2026-11-21T11:30:00Z"), "{told}");
    }
}
