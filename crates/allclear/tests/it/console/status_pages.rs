//! Status pages in the console: from set-up to a page with components, and what can be set of one.

use super::{Office, claim};
use crate::support::Engine;

/// What no page may run.
pub(super) const POISON: &str = "\"><script>alert(1)</script><b x='";

#[tokio::test]
async fn a_newcomer_has_a_page_with_components_in_two_forms() {
    for engine in Engine::ALL {
        let (mut office, path) = Office::empty(engine).await;
        let page = claim(&mut office.owner, &path).await;
        assert!(page.text.contains("<h1>New status page</h1>"), "{engine:?}: {}", page.text);
        assert!(page.text.contains("<option value=\"Europe/Berlin\">"), "zones are offered");
        let fields = [("title", "Example Shop"), ("timezone", "Europe/Berlin"), ("language", "en")];
        let new = "/console/status-pages/new";
        let page = office.owner.fill(new, new, &fields).await;
        assert!(page.text.contains("<h1>Components</h1>"), "{}", page.text);
        assert!(page.text.contains("Public page of Example Shop"), "{}", page.text);
        let add = "/console/components?page=example-shop";
        let outline = [("outline", "Web shop\nAPI\n  Read\n  Write\nPayments / Cards\n")];
        let page = office.owner.fill(add, add, &outline).await;
        assert!(page.text.contains("Added."), "{}", page.text);
        office.publish().await;
        let page = office.browser().get("/").await;
        for text in ["Example Shop", "Web shop", "API", "Read", "Payments", "Cards"] {
            assert!(page.text.contains(text), "{text}: {}", page.text);
        }
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn what_is_set_is_shown_and_what_is_wrong_is_said_at_the_form() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.page("Example Shop").await;
    let path = "/console/status-pages/example-shop";
    let good = [
        ("title", "Shop"),
        ("host_names", "Status.Example.com"),
        ("timezone", "Europe/Berlin"),
        ("language", "de"),
        ("accent_light", "#1a2b3c"),
        ("partial", "12.5"),
        ("degraded", "0"),
        ("maintenance", "counts_as_down"),
        ("components", "own"),
        ("version", "1"),
    ];
    let page = office.owner.fill(path, path, &good).await;
    assert_eq!(page.status, 200);
    for text in ["Saved.", "status.example.com", "value=\"12.5\"", "value=\"#1a2b3c\""] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let mut bad = good;
    bad[1].1 = "no host";
    bad[1].1 = "-bad-.example.com";
    bad[2].1 = "Mars/Crater";
    bad[4].1 = "red";
    bad[9].1 = "2";
    let page = office.owner.fill(path, path, &bad).await;
    assert_eq!(page.status, 422);
    for text in ["is not a host name", "is not in the time zone database", "is not a color"] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    assert!(page.text.contains("value=\"Mars/Crater\""), "what was typed stays");
    bad[5].1 = "many";
    let page = office.owner.fill(path, path, &bad).await;
    assert!(page.text.contains("from 0 to 100"), "{}", page.text);
}

#[tokio::test]
async fn two_who_edit_a_page_lose_nothing() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.page("Example Shop").await;
        let path = "/console/status-pages/example-shop";
        let with =
            |title| [("title", title), ("partial", "30"), ("degraded", "0"), ("version", "1")];
        let page = office.owner.fill(path, path, &with("First")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let page = office.owner.fill(path, path, &with("Second")).await;
        assert_eq!(page.status, 409, "{}", page.text);
        assert!(page.text.contains("<td class=\"kept\">First</td><td class=\"kept\">Second</td>"));
        assert!(page.text.contains("name=\"title\" value=\"Second\""), "{}", page.text);
        assert_eq!(page.hidden("version"), Some("2"));
        let again = [("title", "Second"), ("partial", "30"), ("degraded", "0"), ("version", "2")];
        let page = office.owner.fill(path, path, &again).await;
        assert!(page.text.contains("Saved."), "{}", page.text);
    }
}

#[tokio::test]
async fn one_page_is_the_default_and_slugs_are_of_one_page() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.page("Example Shop").await;
    office.page("Example Host").await;
    let path = "/console/status-pages/example-host";
    let page = office.owner.fill(path, &format!("{path}/default"), &[]).await;
    assert!(page.text.contains("This is the page on / now."), "{}", page.text);
    let new = "/console/status-pages/new";
    let page = office.owner.fill(new, new, &[("title", "Example shop")]).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("choose another"), "{}", page.text);
    let page = office.owner.fill(new, new, &[("title", "x"), ("slug", "No Slug")]).await;
    assert!(page.text.contains("Short name: `No Slug` is not a key"), "{}", page.text);
    let page = office.owner.fill(new, new, &[("title", "")]).await;
    assert!(page.text.contains("Title:"), "{}", page.text);
}

#[tokio::test]
async fn nothing_that_is_typed_runs() {
    let mut office = Office::open(Engine::Sqlite).await;
    let new = "/console/status-pages/new";
    let fields = [("title", POISON), ("slug", "p"), ("timezone", "UTC")];
    let page = office.owner.fill(new, new, &fields).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    let path = "/console/status-pages/p";
    let names = [
        "title",
        "description",
        "host_names",
        "timezone",
        "timezone_label",
        "language",
        "accent_light",
        "accent_dark",
        "partial",
        "degraded",
        "maintenance",
        "component",
        "slug",
    ];
    for name in names {
        let mut fields = vec![("version", "1"), ("components", "chosen"), (name, POISON)];
        for (other, value) in [("title", "T"), ("partial", "1"), ("degraded", "1")] {
            if other != name {
                fields.push((other, value));
            }
        }
        for page in [
            office.owner.fill(path, path, &fields).await,
            office.owner.fill(new, new, &fields).await,
            office.owner.get("/console/status-pages").await,
        ] {
            assert!(!page.text.contains("<script>alert"), "{name}: {}", page.text);
        }
    }
}

/// One pixel, whole.
pub(crate) const PIXEL: &[u8] =
    b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\
    \x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\x0b\x49\x44\x41\x54\x78\x9c\x63\
    \xf8\x0f\x04\x00\x09\xfb\x03\xfd\xfb\x5e\x6b\x2b\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\
    \x60\x82";

#[tokio::test]
async fn a_logo_is_set_and_taken_away() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.page("Shop").await;
        let (page, path) = ("/console/status-pages/shop", "/console/status-pages/shop/logo");
        let fields = |alt| [("version", "1"), ("alt", alt), ("do", "set")];
        for (alt, file, told) in [
            ("A bell", &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], "is not a whole PNG"),
            ("A bell", &PIXEL[..40], "is not a whole PNG"),
            ("A bell", &[0; 70_000], "has more than 64 KB"),
            ("A bell", &[], "no file was sent"),
            ("", PIXEL, "say what the picture shows"),
        ] {
            let fields = fields(alt);
            let sent = office.owner.fill_with_file((page, path), &fields, ("logo", file));
            let refused = sent.await;
            assert_eq!(refused.status, 422, "{told}");
            assert!(refused.text.contains(told), "{told}: {}", refused.text);
        }
        let large = vec![0; 3 * 1024 * 1024];
        let bell = fields("A bell");
        let sent = office.owner.fill_with_file((page, path), &bell, ("logo", &large));
        assert_eq!(sent.await.status, 413, "longer than any form");
        let set = office.owner.fill_with_file((page, path), &bell, ("logo", PIXEL)).await;
        assert!(set.text.contains("The logo was changed."), "{}", set.text);
        assert!(set.text.contains("src=\"/p/shop/logo\" alt=\"A bell\""), "{}", set.text);
        office.publish().await;
        let public = office.browser().get("/p/shop/").await;
        assert!(public.text.contains("alt=\"A bell\""), "{}", public.text);
        let picture = office.browser().get("/p/shop/logo").await;
        assert_eq!((picture.status, picture.header("content-type")), (200, "image/png"));
        let stale = office.owner.fill_with_file((page, path), &bell, ("logo", PIXEL)).await;
        assert!(stale.text.contains("Somebody else changed the page meanwhile"), "{}", stale.text);
        let away = [("version", "2"), ("do", "remove")];
        let gone = office.owner.fill(page, path, &away).await;
        assert!(!gone.text.contains("/p/shop/logo\" alt"), "{}", gone.text);
        office.publish().await;
        assert_eq!(office.browser().get("/p/shop/logo").await.status, 404);
        // The token counts in this kind of form as well.
        let foreign = office.owner.send(path, &away).await;
        assert_eq!(foreign.status, 403);
    }
}
