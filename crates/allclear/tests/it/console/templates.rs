//! Templates in the console: written, used, changed by two, removed.

use super::Office;
use super::status_pages::POISON;
use crate::support::Engine;

const NEW: &str = "/console/templates/new?page=shop&begins=incident";
const NEW_WORK: &str = "/console/templates/new?page=shop&begins=maintenance";

async fn shop(engine: Engine) -> Office {
    let mut office = Office::open(engine).await;
    office.page("Shop").await;
    let components = "/console/components?page=shop";
    office.owner.fill(components, components, &[("outline", "Checkout\nSearch")]).await;
    office
}

#[tokio::test]
async fn an_incident_begins_with_a_template() {
    for engine in Engine::ALL {
        let mut office = shop(engine).await;
        let checkout = format!("c_{}", office.component("Checkout").await);
        let fields = [
            ("name", "Payments"),
            ("title", "Payments fail"),
            ("text", "We look into it."),
            ("status", "identified"),
            ("impact", "critical"),
            (checkout.as_str(), "partial_outage"),
        ];
        let page = office.owner.fill(NEW, NEW, &fields).await;
        assert!(page.text.contains("It is offered from now on."), "{}", page.text);
        let composer = office.owner.get("/console/incidents/new").await;
        let link = "href=\"/console/incidents/new?page=shop&#38;template=payments\"";
        assert!(composer.text.contains(link), "{}", composer.text);
        let filled = office.owner.get("/console/incidents/new?page=shop&template=payments").await;
        for text in [
            "value=\"Payments fail\"",
            "We look into it.</textarea>",
            "value=\"identified\" checked",
            "<option value=\"critical\" selected>",
            "<option value=\"partial_outage\" selected>",
        ] {
            assert!(filled.text.contains(text), "{text}: {}", filled.text);
        }
        assert!(!filled.text.contains("data-draft-fresh"), "the choice wins over a kept draft");
        let nothing = office.owner.get("/console/incidents/new?page=shop&template=none").await;
        assert_eq!(nothing.status, 404);
        let work = office.owner.get("/console/maintenance/new?page=shop").await;
        assert!(!work.text.contains("template="), "{}", work.text);
    }
}

#[tokio::test]
async fn maintenance_begins_with_a_template() {
    let mut office = shop(Engine::Sqlite).await;
    let search = office.component("Search").await;
    let fields = [
        ("name", "Disks"),
        ("title", "New disks"),
        ("message", "We change disks."),
        ("expected_effect", "It is slow."),
        ("recovery_plan", "The old ones go back."),
        ("component", search.as_str()),
        ("meanwhile", "degraded_performance"),
    ];
    let page = office.owner.fill(NEW_WORK, NEW_WORK, &fields).await;
    assert!(page.text.contains("It is offered from now on."), "{}", page.text);
    let filled = office.owner.get("/console/maintenance/new?page=shop&template=disks").await;
    for text in [
        "value=\"New disks\"",
        "We change disks.</textarea>",
        "It is slow.</textarea>",
        "The old ones go back.</textarea>",
        "<option value=\"degraded_performance\" selected>",
        &format!("value=\"{search}\" checked"),
        "name=\"is_automatic\" checked",
    ] {
        assert!(filled.text.contains(text), "{text}: {}", filled.text);
    }
}

#[tokio::test]
async fn two_who_change_a_template_are_told_and_it_can_be_removed() {
    let mut office = shop(Engine::Sqlite).await;
    let mut fields = vec![("name", "Payments"), ("title", "Payments fail"), ("text", "x")];
    let page = office.owner.fill(NEW, NEW, &fields).await;
    let path = page.between("<h2><a href=\"", "\"").unwrap().to_owned();
    fields.push(("version", "1"));
    fields[1].1 = "Cards fail";
    office.owner.fill(&path, &path, &fields).await;
    fields[1].1 = "Money is gone";
    let page = office.owner.fill(&path, &path, &fields).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("Cards fail</td>"), "{}", page.text);
    assert!(page.text.contains("value=\"Money is gone\""), "what was typed stays");
    fields[1].1 = "";
    fields[3].1 = "2";
    let page = office.owner.fill(&path, &path, &fields).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("Title: is empty"), "{}", page.text);
    let page = office.owner.fill(&path, &format!("{path}/remove"), &[]).await;
    assert!(page.text.contains("Removed."), "{}", page.text);
    assert_eq!(office.owner.get(&path).await.status, 404);
}

#[tokio::test]
async fn nothing_that_is_typed_runs() {
    let mut office = shop(Engine::Sqlite).await;
    for name in ["name", "title", "text", "impact", "status"] {
        let fields = [(name, POISON), ("name", "x"), ("title", "x")];
        let page = office.owner.fill(NEW, NEW, &fields).await;
        assert!(!page.text.contains("<script>alert"), "{name}: {}", page.text);
        let page = office.owner.get("/console/incidents/new?page=shop").await;
        assert!(!page.text.contains("<script>alert"), "{name}: {}", page.text);
    }
}
