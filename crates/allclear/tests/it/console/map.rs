//! The map of checks: what is drawn, what is told beneath, and what is asked for.

use allclear_domain::check::{Judgment, Patience, Verdict};
use allclear_domain::text::Key;
use allclear_domain::{Check, Entropy};

use super::Office;
use super::checks::assert_has;
use crate::support::Engine;
use crate::support::browser::Page;
use crate::support::reader::clock_now;

const MAP: &str = "/console/checks/map";
const PATIENCE: Patience = Patience { fail_after: 1, recover_after: 1, stable_for_seconds: 0 };

/// The boxes, in their order.
fn boxes(page: &Page) -> Vec<&str> {
    let drawn = page.text.split_once("id=\"told\"").map_or(&*page.text, |(drawn, _)| drawn);
    let names = drawn.split("<b>").skip(1);
    names.filter_map(|rest| Some(rest.split_once("</b>")?.0)).collect()
}

/// The map itself, without the key and the list beneath.
fn drawn(page: &Page) -> &str {
    let (_, rest) = page.text.split_once("<div class=\"map\">").unwrap();
    rest.split_once("<p class=\"hint keys\">").unwrap().0
}

/// A router, a server behind it with two websites, and a group of both that stands for a component.
async fn office(engine: Engine) -> (Office, Check) {
    let mut office = Office::open(engine).await;
    office.page("Shop").await;
    office
        .owner
        .fill("/console/components", "/console/components", &[("outline", "Web shop")])
        .await;
    let component = office.component("Web shop").await;
    let target = ("target", "db.example.com:5432");
    office.watch(&[target, ("name", "Router <b>")]).await;
    office.watch(&[target, ("name", "Server"), ("parents", "router-b")]).await;
    office.watch(&[target, ("name", "Site A"), ("parents", "server"), ("tags", "europe")]).await;
    office.watch(&[target, ("name", "Site B"), ("parents", "server")]).await;
    let sites = [
        ("target", "group:all"),
        ("name", "Sites"),
        ("members", "site-a, site-b"),
        ("component", &component),
        ("failing", "major_outage"),
        ("degraded", "degraded_performance"),
    ];
    office.watch(&sites).await;
    office.watch(&[target, ("name", "Alone")]).await;
    office.publish().await;
    let router = office.check("Router <b>").await;
    (office, router)
}

#[tokio::test]
async fn all_that_has_to_do_with_something_is_drawn_and_told() {
    for engine in Engine::ALL {
        let (mut office, router) = office(engine).await;
        let list = office.owner.get("/console/checks").await;
        assert_has(&list, &["href=\"/console/checks/map\">Map</a>"]);
        let map = office.owner.get(MAP).await;
        assert_has(
            &map,
            &[
                "5 checks and 1 component.",
                "1 check has to do with nothing else, and is left out.",
                "<b>Server</b></a> stands behind Router &#60;b&#62;.",
                "<b>Sites</b></a> is a group of Site A, Site B; affects Web shop.",
                "<b>Site A</b></a> stands behind Server; is a member of Sites.",
                "<b>Web shop</b></a> is affected by Sites.",
                &format!("<a href=\"/console/checks/{}\"><b>Router", router.id),
                "aria-label=\"Checks that stand behind nothing\"",
                "aria-label=\"Components\"",
                "Operational",
            ],
        );
        for class in ["class=\"parent\"", "class=\"member\"", "class=\"affects\""] {
            assert!(drawn(&map).contains(class), "{class}: {}", map.text);
        }
        let order = ["Router &#60;b&#62;", "Server", "Site A", "Site B", "Sites", "Web shop"];
        assert_eq!(boxes(&map), order);
        let hot = |page: &Page| drawn(page).matches("class=\"parent hot mj\"").count();
        assert!(!map.text.contains("style="));
        assert!(!drawn(&map).contains("hot"), "nothing is wrong");

        let now = clock_now(&office.clock);
        let down = Judgment::default().hear(PATIENCE, Verdict::Fail, now).0;
        office.believes(&router, down).await;
        let server = office.check("Server").await;
        office.believes(&server, Judgment::default().put_behind(router.id)).await;
        let map = office.owner.get(MAP).await;
        assert_has(&map, &["Down", "Behind"]);
        assert_eq!(hot(&map), 2, "one line on a desk, and one on a phone");
        let page = office.owner.get(&format!("/console/checks/{}", router.id)).await;
        assert_has(&page, &[&format!("href=\"{MAP}?of={}\">What it depends on</a>", router.id)]);
    }
}

#[tokio::test]
async fn one_thing_is_shown_with_what_it_depends_on_and_what_depends_on_it() {
    let (mut office, router) = office(Engine::Sqlite).await;
    let component = office.component("Web shop").await;
    let (id, tag) = (router.id.to_string(), "europe");
    for (of, wanted) in [
        (tag, &["Router &#60;b&#62;", "Server", "Site A", "Sites", "Web shop"][..]),
        ("site-b", &["Router &#60;b&#62;", "Server", "Site B", "Sites", "Web shop"]),
        ("Server", &["Router &#60;b&#62;", "Server", "Site A", "Site B", "Sites", "Web shop"]),
        ("web shop", &["Router &#60;b&#62;", "Server", "Site A", "Site B", "Sites", "Web shop"]),
        (&component, &["Router &#60;b&#62;", "Server", "Site A", "Site B", "Sites", "Web shop"]),
        (&id, &["Router &#60;b&#62;", "Server", "Site A", "Site B", "Sites", "Web shop"]),
        ("alone", &["Alone"]),
    ] {
        let of = of.replace(' ', "%20");
        let map = office.owner.get(&format!("{MAP}?of={of}")).await;
        assert_eq!(boxes(&map), wanted, "{of}");
        assert!(!map.text.contains("nothing else"), "what was not asked for is not left out");
    }
    office.page("Second").await;
    let map = office.owner.get(&format!("{MAP}?of=%20web%20shop%20")).await;
    assert_has(&map, &["value=\"web shop\"", "This is “Web shop on Shop”"]);
    assert_eq!(boxes(&map).len(), 6);
    let map = office.owner.get(&format!("{MAP}?of=%3Cnothing%3E")).await;
    assert_has(&map, &["Nothing is called “&#60;nothing&#62;”"]);
    assert!(boxes(&map).is_empty());
}

#[tokio::test]
async fn of_more_than_there_is_room_for_what_they_stand_behind_is_there_and_the_rest_is_counted() {
    let (mut office, router) = office(Engine::Sqlite).await;
    let alone = office.check("Alone").await;
    let many: Vec<Check> = (0..160)
        .map(|nth| Check {
            id: Entropy::from_seed(1_000_000 + nth).id(alone.created_at),
            key: Key::new(format!("many-{nth}")).unwrap(),
            name: format!("Many {nth}"),
            tags: vec![Key::new("many").unwrap()],
            parents: vec![router.id],
            ..alone.clone()
        })
        .collect();
    let mut write = office.instance.store().begin().await.unwrap();
    write.insert_checks(&many).await.unwrap();
    write.commit().await.unwrap();
    let map = office.owner.get(&format!("{MAP}?of=many")).await;
    let told =
        ["11 more do not fit on the map.", "<b>Many 7</b></a> stands behind Router &#60;b&#62;."];
    assert_has(&map, &told);
    assert_eq!(map.text.matches("stands behind nothing.").count(), 1, "the router");
    assert_eq!(boxes(&map).len(), 150);
    let map = office.owner.get(MAP).await;
    assert_has(&map, &["There are more than 150 checks"]);
}

#[tokio::test]
async fn components_that_are_untold_while_a_parent_is_down_are_named_there() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.page("Shop").await;
    let outline = [("outline", "Web shop\nMail")];
    office.owner.fill("/console/components", "/console/components", &outline).await;
    let (shop, mail) = (office.component("Web shop").await, office.component("Mail").await);
    let target = ("target", "db.example.com:5432");
    let (failing, degraded) = (("failing", "major_outage"), ("degraded", "operational"));
    let router = [target, ("name", "Router"), ("component", &mail), failing, degraded];
    office.watch(&router).await;
    office.watch(&[target, ("name", "Server"), ("parents", "router")]).await;
    let site =
        [target, ("name", "Site"), ("parents", "server"), ("component", &shop), failing, degraded];
    office.watch(&site).await;
    let queue =
        [target, ("name", "Queue"), ("parents", "router"), ("component", &mail), failing, degraded];
    office.watch(&queue).await;
    for (name, is_untold) in [("Router", true), ("Server", true), ("Site", false), ("Queue", false)]
    {
        let check = office.check(name).await;
        let page = office.owner.get(&format!("/console/checks/{}", check.id)).await;
        let told = "<dt>No outage told of while it is down</dt><dd>Web shop. What checks them";
        assert_eq!(page.text.contains(told), is_untold, "{name}: {}", page.text);
    }
}
