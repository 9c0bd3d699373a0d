//! Protected status pages: nothing of one leaves without its password, by whatever address.

use allclear::instance::Instance;
use allclear_domain::audit::Actor;
use allclear_domain::ids::StatusPageId;
use allclear_domain::{Change, Entropy, TurnedClock};
use allclear_incidents::writing::{self, Protection};
use allclear_people::{Passwords, readers};
use jiff::SignedDuration;
use serde_json::json;

use crate::console::Office;
use crate::support::browser::Browser;
use crate::support::reader::{Answer, Reader, clock_now, filled};
use crate::support::{Engine, Fresh, stdout};

const PASSWORD: &str = "four words for readers";
const OTHER: &str = "another four words then";

/// An instance with the demo's contents, and its clock.
struct Site {
    _fresh: Fresh,
    clock: TurnedClock,
    instance: Instance,
    reader: Reader,
}

impl Site {
    async fn open() -> Self {
        let (fresh, clock) = filled(Engine::Sqlite).await;
        let instance = fresh.instance(&clock).await;
        let reader = Reader::of(&instance);
        Self { _fresh: fresh, clock, instance, reader }
    }

    async fn id(&self, slug: &str) -> StatusPageId {
        self.instance.store().find_status_page(slug).await.unwrap().unwrap().value.id
    }

    /// Sets the password of a page, or takes it away, and publishes that.
    async fn protect(&self, slug: &str, password: Option<&str>) {
        let (id, entropy) = (self.id(slug).await, Entropy::from_system());
        let protection = match password {
            Some(password) => {
                let passwords = Passwords::default();
                let made = readers::make_password(&passwords, id, password, &entropy).await;
                Protection::Password(made.unwrap())
            }
            None => Protection::Open,
        };
        let actor = Actor::Command("test".to_owned());
        let change = Change { actor: &actor, entropy: &entropy, now: clock_now(&self.clock) };
        let store = self.instance.store();
        writing::protect_status_page(store, id, None, protection, change, Ok).await.unwrap();
        self.instance.publisher().run_once(clock_now(&self.clock)).await.unwrap();
    }

    /// The cookie of somebody who gave the password: its name and its value.
    async fn pass(&self, at: &str, password: &str) -> (String, String) {
        let page = self.browser().send(at, &[("password", password)]).await;
        assert_eq!(page.status, 303, "{}", page.text);
        let (pair, _) = page.header("set-cookie").split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    }

    fn browser(&self) -> Browser {
        Browser::at(self.instance.address())
    }

    async fn ask(&self, method: &str, path: &str, cookie: &str) -> Answer {
        let host = ("host", "status.example.com");
        self.reader.ask(method, path, &[host, ("cookie", cookie)]).await
    }

    /// Every kind of address below a page.
    async fn addresses(&self, slug: &str, base: &str) -> Vec<String> {
        let (store, id) = (self.instance.store(), self.id(slug).await);
        let mut below: Vec<String> = [
            "",
            "?lang=de",
            "upcoming",
            "history",
            "history/2026-11",
            "history/undated",
            "history/search?q=a",
            "uptime",
            "theme.css",
            "logo",
            "events",
            "nothing",
            "incidents/000000000000",
        ]
        .map(str::to_owned)
        .into();
        let incidents = store.list_incidents(id).await.unwrap();
        below.extend(incidents.first().map(|one| format!("incidents/{}", one.public_id)));
        let windows = store.list_maintenance(id).await.unwrap();
        below.extend(windows.first().map(|one| format!("maintenance/{}", one.public_id)));
        let components = store.list_components().await.unwrap();
        let own = components.iter().find(|component| component.page_id == id);
        below.extend(own.map(|one| format!("components/{}", one.public_id)));
        assert!(below.len() > 14, "{below:?}");
        below.iter().map(|below| format!("{base}{below}")).collect()
    }
}

/// The form and nothing else: not a word of the page, and nothing that may be kept.
fn is_form(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 403, "{what}");
    let text = answer.text();
    for word in ["Example", "example", "Some custom domains", "data-events", "theme.css"] {
        assert!(!text.contains(word), "{what}: {word}: {text}");
    }
    is_private(answer, what);
}

fn is_private(answer: &Answer, what: &str) {
    assert_eq!(answer.header("cache-control"), "private, no-store", "{what}");
    assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow", "{what}");
    assert!(answer.header("vary").contains("cookie"), "{what}");
}

#[tokio::test]
async fn nothing_leaves_without_the_right_cookie_by_any_address() {
    let site = Site::open().await;
    let open_etag = site.ask("GET", "/", "").await.header("etag").to_owned();
    site.protect("example", Some(PASSWORD)).await;
    site.protect("tiger", Some(PASSWORD)).await;
    let (name, former) = site.pass("/", PASSWORD).await;
    let (other_name, other) = site.pass("/p/tiger/", PASSWORD).await;
    site.clock.turn(SignedDuration::from_secs(1));
    site.protect("example", Some(OTHER)).await;
    let (_, right) = site.pass("/p/example/upcoming", OTHER).await;
    let (until, signature) = right.split_once('.').unwrap();
    let later = until.parse::<i64>().unwrap() + 1;
    let begins = if signature.starts_with('A') { 'B' } else { 'A' };
    let cookies = [
        ("no cookie", String::new()),
        ("an empty one", format!("{name}=")),
        ("a forged one", format!("{name}={until}.{begins}{}", &signature[1..])),
        ("one made longer", format!("{name}={later}.{signature}")),
        ("that of the former password", format!("{name}={former}")),
        ("another page's", format!("{other_name}={other}")),
        ("another page's under this name", format!("{name}={other}")),
        ("that of the console, forged", "allclear_session=x".to_owned()),
    ];
    let mut addresses = site.addresses("example", "/").await;
    addresses.extend(site.addresses("example", "/p/example/").await);
    // Addresses at which nothing stands would otherwise name the page that leads onward.
    addresses.extend(["/p/nobody/", "/p/nobody", "//history", "/p/", "/p//"].map(str::to_owned));
    for address in &addresses {
        for (what, cookie) in &cookies {
            let what = format!("GET {address} with {what}");
            is_form(&site.ask("GET", address, cookie).await, &what);
        }
        let head = site.ask("HEAD", address, "").await;
        assert_eq!((head.status, head.body.len()), (403, 0), "{address}");
        let known = [("if-none-match", open_etag.as_str()), ("accept-encoding", "gzip")];
        let revalidated = site.reader.ask("GET", address, &known).await;
        assert_eq!(revalidated.status, 403, "{address}");
        is_private(&revalidated, address);
        let star = site.reader.ask("GET", address, &[("if-none-match", "*")]).await;
        is_form(&star, address);
        if address.ends_with("events") {
            continue;
        }
        // Not the first of its name, as a page at two addresses may have set two.
        let cookie = format!("x=y; {name}={former}; {name}={right}");
        let shown = site.ask("GET", address, &cookie).await;
        assert_ne!(shown.status, 403, "{address}");
        is_private(&shown, address);
    }
    for method in ["PUT", "DELETE", "PATCH"] {
        assert_eq!(site.ask(method, "/", "").await.status, 405, "{method}");
    }
    // The page without its slash says no more than that there is one.
    let short = site.ask("GET", "/p/example", "").await;
    is_form(&short, "/p/example");
    site.instance.stop().await;
}

#[tokio::test]
async fn the_right_cookie_opens_everything_for_a_month() {
    let site = Site::open().await;
    site.protect("example", Some(PASSWORD)).await;
    let (name, value) = site.pass("/p/example/", PASSWORD).await;
    let cookie = format!("{name}={value}");
    let first = site.ask("GET", "/", &cookie).await;
    assert_eq!(first.status, 200);
    assert!(first.text().contains("Some custom domains do not answer"));
    assert!(first.text().contains("<meta name=\"robots\" content=\"noindex\">"));
    let host = ("host", "status.example.com");
    let again = [host, ("cookie", cookie.as_str()), ("if-none-match", first.header("etag"))];
    let known = site.reader.ask("GET", "/", &again).await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    is_private(&known, "revalidated");
    assert_eq!(site.ask("GET", "/p/example/nothing", &cookie).await.status, 404);
    site.clock.turn(readers::LASTS - SignedDuration::from_secs(1));
    assert_eq!(site.ask("GET", "/p/example/history", &cookie).await.status, 200);
    site.clock.turn(SignedDuration::from_secs(1));
    is_form(&site.ask("GET", "/p/example/history", &cookie).await, "after a month");
    site.instance.stop().await;
}

#[tokio::test]
async fn other_pages_are_as_they_were_and_so_is_one_that_is_opened_again() {
    let site = Site::open().await;
    let before = site.ask("GET", "/p/foxycart/", "").await;
    site.protect("example", Some(PASSWORD)).await;
    let after = site.ask("GET", "/p/foxycart/", "").await;
    assert_eq!((after.status, &after.body), (200, &before.body));
    assert!(after.header("cache-control").starts_with("public"));
    assert_eq!((after.header("x-robots-tag"), after.header("vary")), ("", before.header("vary")));
    assert_eq!(site.ask("GET", "/healthz", "").await.status, 200);
    site.protect("example", None).await;
    let opened = site.ask("GET", "/", "").await;
    assert_eq!(opened.status, 200);
    assert!(opened.header("cache-control").starts_with("public"));
    assert!(!opened.text().contains("noindex"));
    site.instance.stop().await;
}

#[tokio::test]
async fn the_form_is_told_apart_by_what_went_wrong_and_leads_back() {
    let site = Site::open().await;
    site.protect("example", Some(PASSWORD)).await;
    site.protect("tiger", Some(OTHER)).await;
    let mut browser = site.browser();
    let asked = browser.ask("GET", "/p/tiger/history?lang=de", None).await;
    assert!(asked.text.contains("Diese Seite braucht ein Passwort"), "{}", asked.text);
    assert!(asked.text.contains("<form class=\"closed\" method=\"post\">"), "{}", asked.text);
    for wrong in [&[("password", PASSWORD)][..], &[("password", "")], &[], &[("other", OTHER)]] {
        let page = browser.send("/p/tiger/history", wrong).await;
        assert_eq!((page.status, page.header("set-cookie")), (403, ""), "{wrong:?}");
        assert!(page.text.contains("The password is wrong."), "{}", page.text);
    }
    let long = "x".repeat(100_000);
    assert_eq!(browser.send("/p/tiger/", &[("password", &long)]).await.status, 403);
    let page = browser.send("/p/tiger/history?lang=de", &[("password", OTHER)]).await;
    assert_eq!((page.status, page.header("location")), (303, "/p/tiger/history?lang=de"));
    let cookie = page.header("set-cookie");
    assert!(
        cookie.contains("; Path=/p/tiger/; Max-Age=2592000; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    assert_eq!(browser.get("/p/tiger/history").await.status, 200);
    // Another site's form does nothing, and counts for nothing.
    browser.headers.push(("sec-fetch-site", "cross-site".to_owned()));
    let foreign = browser.send("/", &[("password", PASSWORD)]).await;
    assert_eq!((foreign.status, foreign.header("set-cookie")), (403, ""));
    assert!(!foreign.text.contains("wrong"), "{}", foreign.text);
    browser.headers.clear();
    for (odd, leads_to) in [
        ("//evil.example.com", "/"),
        ("/%5Cevil.example.com", "/"),
        ("/p/tiger//evil.example.com", "/p/tiger/"),
        ("/p/nobody/history", "/"),
        ("/history/search?q=a%26b", "/history/search?q=a%26b"),
    ] {
        let password = if leads_to.starts_with("/p/tiger") { OTHER } else { PASSWORD };
        let page = site.browser().send(odd, &[("password", password)]).await;
        assert_eq!((page.status, page.header("location")), (303, leads_to), "{odd}");
    }
    site.instance.stop().await;
}

#[tokio::test]
async fn guessing_is_slowed_down_and_those_who_are_in_stay_in() {
    let site = Site::open().await;
    site.protect("example", Some(PASSWORD)).await;
    site.protect("tiger", Some(OTHER)).await;
    let (name, value) = site.pass("/", PASSWORD).await;
    let mut browser = site.browser();
    for _ in 0..10 {
        let page = browser.send("/", &[("password", "a guess that is wrong")]).await;
        assert_eq!(page.status, 403);
    }
    for guess in ["a guess that is wrong", PASSWORD] {
        let page = browser.send("/", &[("password", guess)]).await;
        assert_eq!((page.status, page.header("set-cookie")), (429, ""));
        assert_eq!(page.header("retry-after"), "30");
        assert_eq!(page.header("cache-control"), "private, no-store");
        assert!(page.text.contains("too many attempts"), "{}", page.text);
    }
    assert_eq!(site.ask("GET", "/", &format!("{name}={value}")).await.status, 200);
    assert_eq!(browser.send("/p/tiger/", &[("password", OTHER)]).await.status, 303);
    site.clock.turn(SignedDuration::from_secs(30));
    assert_eq!(browser.send("/", &[("password", PASSWORD)]).await.status, 303);
    site.instance.stop().await;
}

#[tokio::test]
async fn a_new_password_ends_open_streams() {
    let site = Site::open().await;
    let mut anybody = site.reader.listen("/p/tiger/events", &[]).await;
    anybody.next().await.unwrap();
    site.protect("tiger", Some(PASSWORD)).await;
    // Whoever was there before is told nothing more.
    assert_eq!(anybody.next().await, None);
    assert_eq!(site.reader.listen("/p/tiger/events", &[]).await.status, 403);
    let (name, value) = site.pass("/p/tiger/", PASSWORD).await;
    let cookie = format!("{name}={value}");
    let mut reader = site.reader.listen("/p/tiger/events", &[("cookie", &cookie)]).await;
    assert_eq!((reader.status, reader.header("cache-control")), (200, "private, no-store"));
    reader.next().await.unwrap();
    site.clock.turn(SignedDuration::from_secs(1));
    site.protect("tiger", Some(OTHER)).await;
    assert_eq!(reader.next().await, None);
    assert_eq!(site.reader.listen("/p/tiger/events", &[("cookie", &cookie)]).await.status, 403);
    site.instance.stop().await;
}

#[tokio::test]
async fn a_page_that_cannot_be_rendered_any_more_is_closed_all_the_same() {
    let site = Site::open().await;
    let store = site.instance.store();
    let stored = store.find_status_page("tiger").await.unwrap().unwrap();
    let mut page = stored.value.clone();
    page.timezone = Some("Mars/Crater".to_owned());
    page.password_set_at = Some(clock_now(&site.clock));
    let mut transaction = store.begin().await.unwrap();
    transaction.update_status_page(&page, stored.version).await.unwrap();
    transaction.commit().await.unwrap();
    let now = clock_now(&site.clock);
    let report = site.instance.publisher().run_once(now).await.unwrap();
    // The instance publishes by itself, too, and may have been quicker.
    assert!(report.failed.len() == 1 || report.rendered == 0, "{report:?}");
    assert_eq!(site.reader.get("/p/tiger/").await.status, 403);
    site.instance.stop().await;
}

#[tokio::test]
async fn the_console_sets_and_takes_away_and_shows_nothing_of_it() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.page("Example Shop").await;
        let path = "/console/status-pages/example-shop";
        let set = format!("{path}/password");
        let weak = office.owner.fill(path, &set, &[("reader_password", "short")]).await;
        assert_eq!(weak.status, 422);
        assert!(weak.text.contains("has 5 characters: use 12 or more"), "{}", weak.text);
        let page = office.owner.fill(path, &set, &[("reader_password", PASSWORD)]).await;
        assert!(page.text.contains("Readers need this password now."), "{}", page.text);
        assert!(page.text.contains("It was set on 2026-11-21"), "{}", page.text);
        office.publish().await;
        assert_eq!(office.browser().get("/").await.status, 403);
        // Who is signed in to the console reads it as it is.
        let own = office.owner.get("/p/example-shop/").await;
        assert_eq!((own.status, own.header("cache-control")), (200, "private, no-store"));

        let audit = office.owner.get("/console/audit").await;
        assert!(audit.text.contains("password_set_at"), "{}", audit.text);
        let found = office.instance.store().find_reader_password(own_id(&office).await).await;
        let kept = found.unwrap().unwrap();
        let exported = stdout(&office._fresh.command().arg("export").output().unwrap());
        for text in [&page.text, &audit.text, &exported] {
            for secret in [PASSWORD, &kept.password_hash, &kept.cookie_key] {
                assert!(!text.contains(secret), "{text}");
            }
        }
        let remove = format!("{path}/password/remove");
        let page = office.owner.fill(path, &remove, &[]).await;
        assert!(page.text.contains("Everybody may read this page now."), "{}", page.text);
        office.publish().await;
        assert_eq!(office.browser().get("/").await.status, 200);
        let left = office.instance.store().find_reader_password(own_id(&office).await).await;
        assert_eq!(left.unwrap(), None);
        office.instance.stop().await;
    }
}

async fn own_id(office: &Office) -> StatusPageId {
    let found = office.instance.store().find_status_page("example-shop").await;
    found.unwrap().unwrap().value.id
}

#[tokio::test]
async fn the_api_sets_and_takes_away_and_shows_nothing_of_it() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.page("Example Shop").await;
    let owner = office.owner_person().await;
    let (_, program) = office.program(&owner, allclear_domain::Scope::ALL).await;
    let path = "/api/v1/status-pages/example-shop";
    assert_eq!(program.get(path).await.json["password_set_at"], json!(null));
    let mut tag = "\"v1\"".to_owned();
    for (body, status) in [
        (json!({ "password": "short" }), 422),
        (json!({ "password": PASSWORD, "title": "Shop" }), 200),
        (json!({ "title": "Example Shop" }), 200),
    ] {
        let reply = program.ask_at("PATCH", path, Some(body), &tag).await;
        assert_eq!(reply.status, status, "{}", reply.json);
        assert!(!reply.json.to_string().contains(PASSWORD), "{}", reply.json);
        assert!(!reply.json.to_string().contains("argon2"), "{}", reply.json);
        if let Some(etag) = reply.headers.get("etag") {
            tag = etag.to_str().unwrap().to_owned();
            assert_eq!(reply.json["password_set_at"], json!("2026-11-21T12:00:00Z"));
        }
    }
    office.publish().await;
    assert_eq!(office.browser().get("/").await.status, 403);
    let reply = program.ask_at("PATCH", path, Some(json!({ "password": null })), &tag).await;
    assert_eq!((reply.status, &reply.json["password_set_at"]), (200, &json!(null)));
    office.publish().await;
    assert_eq!(office.browser().get("/").await.status, 200);
    office.instance.stop().await;
}

#[tokio::test]
async fn a_page_that_moves_stays_closed_until_it_has_a_password_again() {
    let site = Site::open().await;
    site.protect("tiger", Some(PASSWORD)).await;
    let Site { _fresh: from, instance, .. } = site;
    instance.stop().await;
    let mut export = from.command();
    let output = export.args(["export", "--page", "tiger"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("The password of `tiger` is left out"), "{said}");
    let file = from.folder.path().join("tiger.json");
    std::fs::write(&file, stdout(&output)).unwrap();

    let to = Fresh::on(Engine::Sqlite);
    let mut import = to.command();
    let told = stdout(&import.args(["import", "allclear"]).arg(&file).output().unwrap());
    assert!(told.contains("nobody can read it until somebody sets one"), "{told}");
    let doctor = stdout(&to.command().arg("doctor").output().unwrap());
    assert!(doctor.contains("`tiger` need a password, and it has none"), "{doctor}");
    let clock = TurnedClock::at("2026-11-21T12:00:00Z".parse().unwrap());
    let instance = to.instance(&clock).await;
    let reader = Reader::of(&instance);
    assert_eq!(reader.get("/p/tiger/").await.status, 403);
    let mut browser = Browser::at(instance.address());
    for guess in [PASSWORD, ""] {
        assert_eq!(browser.send("/p/tiger/", &[("password", guess)]).await.status, 403);
    }
    instance.stop().await;
}
