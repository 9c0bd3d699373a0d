//! What ends, in the console: entered, renewed, on the page Now, in calendars.

use super::Office;
use super::status_pages::POISON;
use crate::support::Engine;

const NEW: &str = "/console/expiry/new";

#[tokio::test]
async fn what_ends_soon_stands_on_home_until_it_is_renewed() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        let fields = [("name", "Contract"), ("due_on", "2026-12-01"), ("warn_days", "30, 7")];
        let page = office.owner.fill(NEW, NEW, &fields).await;
        assert!(page.text.contains("Entered."), "{}", page.text);
        assert!(page.text.contains("in 10 days, 1 Dec 2026"), "{}", page.text);
        let home = office.owner.get("/console").await;
        let (_, rest) = home.text.split_once("What ends soon").expect("it stands on home");
        let (_, rest) = rest.split_once("href=\"").unwrap();
        let path = rest.split_once('"').unwrap().0.to_owned();
        let list = office.owner.get("/console/expiry?q=soon").await;
        assert!(list.text.contains("Contract"), "{}", list.text);
        let renew = format!("{path}/renew");
        let page = office.owner.fill(&path, &renew, &[("due_on", "2027-12-01")]).await;
        assert!(page.text.contains("Renewed.") && page.text.contains("Fine"), "{}", page.text);
        assert!(!office.owner.get("/console").await.text.contains("What ends soon"));
        // Somebody else was faster: nothing is lost, and both are shown.
        let late = [
            ("name", "Contract B"),
            ("due_on", "2028-12-01"),
            ("warn_days", "30"),
            ("version", "1"),
        ];
        let page = office.owner.fill(&path, &path, &late).await;
        assert_eq!(page.status, 409, "{}", page.text);
        assert!(page.text.contains("2027-12-01</td>"), "{}", page.text);
        let page = office.owner.fill(&path, &format!("{path}/remove"), &[]).await;
        assert!(page.text.contains("Removed."), "{}", page.text);
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_at_the_form_and_what_was_typed_stays() {
    let mut office = Office::open(Engine::Sqlite).await;
    let fields = [("name", "Contract"), ("due_on", "soon"), ("warn_days", "a week")];
    let page = office.owner.fill(NEW, NEW, &fields).await;
    assert_eq!(page.status, 422);
    for told in
        ["Due on: write a day", "Warn: write days", "value=\"a week\"", "value=\"Contract\""]
    {
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
    let of = "/console/expiry/new?of=domain";
    let fields = [("domain", "no domain"), ("warn_days", "30")];
    let page = office.owner.fill(of, of, &fields).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("value=\"no domain\""), "{}", page.text);
    for name in ["name", "due_on", "domain", "owner", "link", "note", "warn_days"] {
        let fields = [(name, POISON), ("name", "x"), ("due_on", "2027-01-01"), ("warn_days", "7")];
        let page = office.owner.fill(NEW, NEW, &fields).await;
        assert!(!page.text.contains("<script>alert"), "{name}: {}", page.text);
    }
    office.instance.stop().await;
}

#[tokio::test]
async fn the_address_of_a_calendar_is_shown_once() {
    let mut office = Office::open(Engine::Sqlite).await;
    let path = "/console/expiry/calendars";
    let page = office.owner.fill(path, path, &[("name", "Ada's phone")]).await;
    let (_, rest) = page.text.split_once("/calendar/cal_").expect("its address");
    let address = format!("/calendar/cal_{}", rest.split_once('"').unwrap().0);
    let calendar = office.browser().get(&address).await;
    assert!(calendar.text.starts_with("BEGIN:VCALENDAR\r\n"), "{}", calendar.text);
    let list = office.owner.get(path).await;
    assert!(list.text.contains("Ada") && !list.text.contains("cal_"), "{}", list.text);
    let (_, rest) = list.text.split_once("action=\"/console/expiry/calendars/fed_").unwrap();
    let revoke = format!("{path}/fed_{}", rest.split_once('"').unwrap().0);
    let page = office.owner.fill(path, &revoke, &[]).await;
    assert!(page.text.contains("Revoked."), "{}", page.text);
    assert_eq!(office.browser().get(&address).await.status, 404);
    office.instance.stop().await;
}
