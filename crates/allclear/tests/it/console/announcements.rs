//! Announcements in the console: written, changed, taken off.

use super::Office;
use super::status_pages::POISON;
use crate::support::Engine;

const NEW: &str = "/console/announcements/new";

#[tokio::test]
async fn an_announcement_stands_on_the_first_view_until_it_is_taken_off() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.page("Shop").await;
        let fields =
            [("title", "New address"), ("body", "We move."), ("until", "2026-11-22T12:00")];
        let page = office.owner.fill(NEW, NEW, &fields).await;
        assert!(page.text.contains("On the first view"), "{}", page.text);
        office.publish().await;
        assert!(office.browser().get("/").await.text.contains("New address"));
        let (_, rest) = page.text.split_once("<h2><a href=\"").unwrap();
        let path = rest.split_once('"').unwrap().0.to_owned();
        let with = |body| {
            [
                ("title", "New address"),
                ("body", body),
                ("until", "2026-11-22T12:00"),
                ("version", "1"),
            ]
        };
        let page = office.owner.fill(&path, &path, &with("We move soon.")).await;
        assert!(page.text.contains("Saved."), "{}", page.text);
        let page = office.owner.fill(&path, &path, &with("We stay.")).await;
        assert_eq!(page.status, 409);
        assert!(page.text.contains("We move soon.</td>"), "{}", page.text);
        let page = office.owner.fill(&path, &format!("{path}/take-off"), &[]).await;
        assert!(page.text.contains("Taken off"), "{}", page.text);
        office.publish().await;
        assert!(!office.browser().get("/").await.text.contains("We move soon."));
    }
}

#[tokio::test]
async fn nothing_that_is_typed_runs() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.page("Shop").await;
    for name in ["title", "body", "until"] {
        let fields = [(name, POISON), ("title", "x"), ("body", "x")];
        let page = office.owner.fill(NEW, NEW, &fields).await;
        assert!(!page.text.contains("<script>alert"), "{name}: {}", page.text);
    }
}
