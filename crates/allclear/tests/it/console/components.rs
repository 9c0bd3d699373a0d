//! Components in the console: added, moved, described, and given a status by hand.

use super::Office;
use super::status_pages::POISON;
use crate::support::Engine;

const TREE: &str = "/console/components";

/// The names of the tree, in its order.
fn names(text: &str) -> Vec<String> {
    let lines = text.split("<span class=\"name\"><a href=\"").skip(1);
    let names = lines.map(|line| {
        let (_, rest) = line.split_once("\">").unwrap();
        rest.split_once("</a>").unwrap().0.to_owned()
    });
    names.collect()
}

#[tokio::test]
async fn components_move_among_their_siblings_and_below_others() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.page("Shop").await;
        let page = office.owner.fill(TREE, TREE, &[("outline", "A\nB\nC / D")]).await;
        assert_eq!(names(&page.text), ["A", "B", "C", "D"]);
        let b = office.component("B").await;
        let shift = format!("{TREE}/{b}/shift");
        let page = office.owner.fill(TREE, &shift, &[("direction", "up")]);
        assert_eq!(names(&page.await.text), ["B", "A", "C", "D"]);
        let page = office.owner.fill(TREE, &shift, &[("direction", "up")]);
        assert_eq!(names(&page.await.text), ["B", "A", "C", "D"], "no further");
        let page = office.owner.fill(TREE, &shift, &[("direction", "down")]);
        assert_eq!(names(&page.await.text), ["A", "B", "C", "D"]);
        let (c, d) = (office.component("C").await, office.component("D").await);
        let path = format!("{TREE}/{b}");
        let version = office.owner.get(&path).await.hidden("version").unwrap().to_owned();
        let fields = [
            ("name", "Bee"),
            ("parent", c.as_str()),
            ("start_date", "2026-01-31"),
            ("version", version.as_str()),
        ];
        let page = office.owner.fill(&path, &path, &fields).await;
        assert!(page.text.contains("Saved."), "{}", page.text);
        assert_eq!(names(&office.owner.get(TREE).await.text), ["A", "C", "D", "Bee"]);
        let path = format!("{TREE}/{c}");
        let version = office.owner.get(&path).await.hidden("version").unwrap().to_owned();
        let circle = [("name", "C"), ("parent", d.as_str()), ("version", version.as_str())];
        let page = office.owner.fill(&path, &path, &circle).await;
        assert_eq!(page.status, 422);
        assert!(page.text.contains("or a part of it: choose another"), "{}", page.text);
    }
}

#[tokio::test]
async fn an_outline_that_is_sent_twice_adds_nothing_and_one_that_fails_adds_nothing() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.page("Shop").await;
    office.owner.fill(TREE, TREE, &[("outline", "API / Read")]).await;
    let page = office.owner.fill(TREE, TREE, &[("outline", "API / Read")]).await;
    assert!(page.text.contains("there already"), "{}", page.text);
    let page = office.owner.fill(TREE, TREE, &[("outline", "API / Write")]).await;
    assert_eq!(names(&page.text), ["API", "Read", "Write"]);
    let long = format!("Good\n{}", "x".repeat(301));
    let page = office.owner.fill(TREE, TREE, &[("outline", &long)]).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains(&long), "what was typed stays");
    assert_eq!(names(&office.owner.get(TREE).await.text).len(), 3);
    let deep: Vec<String> = (0..17).map(|n| format!("L{n}")).collect();
    let page = office.owner.fill(TREE, TREE, &[("outline", &deep.join(" / "))]).await;
    assert!(page.text.contains("lies too deep"), "{}", page.text);
}

#[tokio::test]
async fn a_status_by_hand_reaches_readers_and_stays_on_record() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.page("Shop").await;
        office.owner.fill(TREE, TREE, &[("outline", "Web")]).await;
        let path = format!("{TREE}/{}", office.component("Web").await);
        let set = format!("{path}/status");
        let page = office.owner.fill(&path, &set, &[("status", "partial_outage")]).await;
        assert!(page.text.contains("Partial outage</span> since 2026-11-21 12:00 UTC"));
        assert!(office.owner.get(TREE).await.text.contains("Partial outage, set by hand"));
        office.publish().await;
        let page = office.browser().get("/").await;
        assert!(page.text.contains("Partial outage"), "{}", page.text);
        let page = office.owner.fill(&path, &set, &[("status", "broken")]).await;
        assert_eq!(page.status, 422);
        let why = [("status", "operational"), ("overrules", "The \"check\" errs")];
        let page = office.owner.fill(&path, &set, &why).await;
        assert_eq!(page.status, 422);
        assert!(page.text.contains("For how long: name 1 second or more"), "{}", page.text);
        assert!(page.text.contains("The &#34;check&#34; errs"), "what was typed stays");
        let page = office.owner.fill(&path, &set, &[why[0], why[1], ("for", "3600")]).await;
        let told = "until 2026-11-21 13:00 UTC at the latest, instead of what checks say: The";
        assert!(page.text.contains(told), "{}", page.text);
    }
}

#[tokio::test]
async fn two_who_edit_a_component_lose_nothing() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.page("Shop").await;
    office.owner.fill(TREE, TREE, &[("outline", "Web")]).await;
    let path = format!("{TREE}/{}", office.component("Web").await);
    let with = |text| [("name", "Web"), ("description", text), ("version", "1")];
    office.owner.fill(&path, &path, &with("What I say.")).await;
    let page = office.owner.fill(&path, &path, &with("What you say.")).await;
    assert_eq!(page.status, 409);
    for text in ["What I say.</td>", "What you say.</td>", "What you say.</textarea>"] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
}

#[tokio::test]
async fn nothing_that_is_typed_runs() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.page("Shop").await;
    let page = office.owner.fill(TREE, TREE, &[("outline", POISON)]).await;
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    let path = format!("{TREE}/{}", office.component(POISON).await);
    let page = office.owner.get(&path).await;
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    for name in ["name", "description", "parent", "start_date"] {
        let fields = [("name", "x"), ("version", "1"), (name, POISON)];
        let page = office.owner.fill(&path, &path, &fields[1..]).await;
        assert!(!page.text.contains("<script>alert"), "{name}: {}", page.text);
    }
}

#[tokio::test]
async fn a_component_is_removed_or_retired_and_brought_back() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.page("Shop").await;
        office.owner.fill(TREE, TREE, &[("outline", "Free\nNamed\nGroup / Part")]).await;
        let path = |id: &str| format!("{TREE}/{id}");
        let (free, named) = (office.component("Free").await, office.component("Named").await);
        let status = format!("{}/status", path(&named));
        office.owner.fill(&path(&named), &status, &[("status", "major_outage")]).await;
        let page = office.owner.fill(&path(&free), &format!("{}/remove", path(&free)), &[]).await;
        assert!(page.text.contains("Removed. Nothing named it."), "{}", page.text);
        let page = office.owner.fill(&path(&named), &format!("{}/remove", path(&named)), &[]).await;
        assert!(page.text.contains("Retired. It stays where the history"), "{}", page.text);
        assert_eq!(names(&page.text), ["Group", "Part"]);
        assert!(page.text.contains("<summary>Retired</summary>"), "{}", page.text);
        office.publish().await;
        let public = office.browser().get("/").await.text;
        assert!(!public.contains("Named") && !public.contains("Free"), "{public}");
        assert!(public.contains("class=\"hero op\""), "{public}");
        let group = office.component("Group").await;
        let page = office.owner.fill(&path(&group), &format!("{}/remove", path(&group)), &[]).await;
        assert_eq!(page.status, 422);
        assert!(page.text.contains("remove them first, or move them"), "{}", page.text);
        let back = format!("{}/bring-back", path(&named));
        let page = office.owner.fill(&path(&named), &back, &[]).await;
        assert!(page.text.contains("In use again."), "{}", page.text);
        office.publish().await;
        assert!(office.browser().get("/").await.text.contains("Named"));
        let settings = "/console/status-pages/shop";
        let page = office.owner.fill(settings, &format!("{settings}/remove"), &[]).await;
        assert_eq!(page.status, 422);
        assert!(page.text.contains("no history is removed"), "{}", page.text);
    }
}
