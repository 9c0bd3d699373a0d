//! Incidents in the console: told in a minute, changed by several, and never more public than meant.

use allclear_domain::audit::Actor;
use allclear_domain::status_page::Language;
use allclear_domain::{Change, Clock, Component, Entropy, StatusPage};
use allclear_incidents::writing::{NewComponent, NewStatusPage, add_component, add_status_page};
use jiff::SignedDuration;

use super::Office;
use crate::support::Engine;
use crate::support::browser::{Browser, Page};
use crate::support::reader::Reader;

mod record;
mod times;

const NEW: &str = "/console/incidents/new";

/// An office with a status page and a component.
struct Shop {
    office: Office,
    page: StatusPage,
    component: Component,
}

impl Shop {
    async fn open(engine: Engine) -> Self {
        let office = Office::open(engine).await;
        let entropy = Entropy::from_seed(77);
        let actor = Actor::Command("test".to_owned());
        let change = Change { actor: &actor, entropy: &entropy, now: office.clock.now() };
        let store = office.instance.store();
        let new = NewStatusPage {
            title: "Example Shop".to_owned(),
            slug: None,
            timezone: Some("Europe/Berlin".to_owned()),
            language: Language::En,
        };
        let page = add_status_page(store, new, change).await.unwrap().value;
        let new = NewComponent {
            page_id: page.id,
            name: "Checkout".to_owned(),
            key: None,
            description: None,
            parent_id: None,
            start_date: None,
        };
        let component = add_component(store, new, change).await.unwrap().value;
        Self { office, page, component }
    }

    /// Reports an incident as the composer does, with its defaults; what comes last counts.
    async fn report(&mut self, fields: &[(&str, &str)]) -> Page {
        let component = format!("c_{}", self.component.id);
        let slug = self.page.slug.to_string();
        let mut all = vec![
            ("page", slug.as_str()),
            ("shown_page", slug.as_str()),
            (component.as_str(), "major_outage"),
            ("next", "30"),
            ("status", "investigating"),
        ];
        all.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
        all.extend_from_slice(fields);
        self.office.owner.fill(NEW, NEW, &all).await
    }

    /// What readers see, once the publisher has seen what was written.
    async fn public(&self, path: &str) -> String {
        let now = self.office.clock.now();
        self.office.instance.publisher().run_once(now).await.unwrap();
        let page = Reader::of(&self.office.instance).get(path).await;
        if page.status == 200 { page.text() } else { format!("status {}", page.status) }
    }
}

/// The path of the incident in the console, from the page that shows it.
fn path_in(page: &Page) -> String {
    let (_, rest) = page.text.split_once("/console/incidents/").expect("a link");
    let rest = page.text.split_once("action=\"/console/incidents/").map_or(rest, |(_, rest)| rest);
    let id: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    format!("/console/incidents/{id}")
}

fn public_path(path: &str) -> String {
    path.replace("/console", "")
}

async fn post(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    browser.fill(path, &format!("{path}/updates"), fields).await
}

#[tokio::test]
async fn from_the_first_word_to_the_history() {
    for engine in Engine::ALL {
        let mut shop = Shop::open(engine).await;
        let home = shop.office.owner.get("/console").await;
        assert!(home.text.contains("Nothing is wrong"), "{}", home.text);
        let fields =
            [("title", "No payments"), ("text", "Cards are **refused**."), ("do", "publish")];
        let room = shop.report(&fields).await;
        assert_eq!(room.status, 200, "{}", room.text);
        assert!(room.text.contains("Readers see it now"), "{}", room.text);
        let path = path_in(&room);
        let now = shop.public("/").await;
        assert!(now.contains("No payments") && now.contains("<strong>refused</strong>"), "{now}");

        shop.office.clock.turn(SignedDuration::from_mins(31));
        let home = shop.office.owner.get("/console").await;
        assert!(home.text.contains("Critical impact"), "{}", home.text);
        assert!(home.text.contains("for 31 min"), "{}", home.text);
        assert!(home.text.contains("by Ada Owner"), "{}", home.text);
        assert!(home.text.contains("An update was due 1 min ago"), "{}", home.text);

        let (c, was) = (format!("c_{}", shop.component.id), format!("was_{}", shop.component.id));
        let better = [
            (c.as_str(), "partial_outage"),
            (was.as_str(), "major_outage"),
            ("status", "identified"),
            ("text", "A certificate ran out."),
            ("next", "60"),
            ("do", "post"),
        ];
        let room = post(&mut shop.office.owner, &path, &better).await;
        assert!(room.text.contains("A certificate ran out."), "{}", room.text);
        let told = shop.public(&public_path(&path)).await;
        assert!(told.contains("A certificate ran out.") && told.contains("Partial"), "{told}");

        shop.office.clock.turn(SignedDuration::from_mins(10));
        let over = [("status", "resolved"), ("text", "It is renewed."), ("do", "post")];
        let room = post(&mut shop.office.owner, &path, &over).await;
        assert!(room.text.contains("after 41 min"), "{}", room.text);
        let history = shop.public("/history/2026-11").await;
        assert!(history.contains("No payments"), "{history}");
        let home = shop.office.owner.get("/console").await;
        assert!(home.text.contains("Nothing is wrong"), "{}", home.text);

        let path_of_step = format!("{path}/reopen");
        let room = shop.office.owner.fill(&path, &path_of_step, &[]).await;
        assert!(room.text.contains("it had ended"), "{}", room.text);
    }
}

#[tokio::test]
async fn a_draft_is_for_the_team_alone() {
    for engine in Engine::ALL {
        let mut shop = Shop::open(engine).await;
        let room = shop.report(&[("title", "Perhaps a breach"), ("do", "draft")]).await;
        let path = path_in(&room);
        assert!(room.text.contains("Draft"), "{}", room.text);
        let noted = [("note", "Ask the lawyers first")];
        let room = shop.office.owner.fill(&path, &format!("{path}/notes"), &noted).await;
        assert!(room.text.contains("Ask the lawyers first"), "{}", room.text);
        for public in ["/", "/history", "/history/2026-11", "/history/search?q=breach"] {
            let text = shop.public(public).await;
            assert!(!text.contains("Perhaps a breach"), "{public}: {text}");
        }
        assert_eq!(shop.public(&public_path(&path)).await, "status 404");
        let mut stranger = shop.office.browser();
        let turned_away = stranger.ask("GET", &path, None).await;
        assert_eq!(turned_away.status, 303);
        shop.office.owner.fill(&path, &format!("{path}/publish"), &[]).await;
        let text = shop.public(&public_path(&path)).await;
        assert!(text.contains("Perhaps a breach") && !text.contains("lawyers"), "{text}");
    }
}

#[tokio::test]
async fn two_who_write_at_once_lose_nothing() {
    for engine in Engine::ALL {
        let mut shop = Shop::open(engine).await;
        let room = shop.report(&[("title", "Slow"), ("text", "First."), ("do", "publish")]).await;
        let path = path_in(&room);
        let (_, rest) = room.text.split_once(&format!("{path}/updates/")).unwrap();
        let update: String = rest.chars().take_while(|c| *c != '"').collect();
        let edit = format!("{path}/updates/{update}");
        // Both look at the same form; one is faster.
        let form = shop.office.owner.get(&edit).await;
        let token = form.hidden("form_token").unwrap().to_owned();
        let version = form.hidden("version").unwrap().to_owned();
        let send = |text: &'static str| {
            [("form_token", token.clone()), ("version", version.clone()), ("text", text.to_owned())]
        };
        for (text, status) in [("From the one.", 303), ("From the other.", 409)] {
            let fields = send(text);
            let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let page = shop.office.owner.send(&edit, &fields).await;
            assert_eq!(page.status, status, "{}", page.text);
            if status == 409 {
                assert!(page.text.contains("From the one."), "{}", page.text);
                assert!(page.text.contains("From the other."), "{}", page.text);
                // Sent again, it counts: now its writer knows.
                let version = page.hidden("version").unwrap();
                let again = [("form_token", token.as_str()), ("version", version), ("text", text)];
                let page = shop.office.owner.send(&edit, &again).await;
                assert_eq!(page.status, 303, "{}", page.text);
            }
        }
        let room = shop.office.owner.get(&path).await;
        for text in ["First.", "From the one.", "From the other."] {
            assert!(room.text.contains(text), "{text}: {}", room.text);
        }
        // Messages never stand in each other's way.
        for text in ["One says this", "Another says that"] {
            let fields = [("status", "investigating"), ("text", text), ("do", "post")];
            post(&mut shop.office.owner, &path, &fields).await;
        }
        let told = shop.public(&public_path(&path)).await;
        assert!(told.contains("One says this") && told.contains("Another says that"), "{told}");
    }
}

#[tokio::test]
async fn what_is_refused_is_not_lost() {
    let mut shop = Shop::open(Engine::Sqlite).await;
    let fields = [
        ("title", ""),
        ("text", "A long text"),
        ("started", "2027-01-01T00:00"),
        ("do", "publish"),
    ];
    let page = shop.report(&fields).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("Title: is empty"), "{}", page.text);
    assert!(page.text.contains("A long text"), "{}", page.text);
    let fields = [
        ("title", "Later"),
        ("text", "A long text"),
        ("started", "2027-01-01T00:00"),
        ("do", "publish"),
    ];
    let page = shop.report(&fields).await;
    assert_eq!(page.status, 422, "{}", page.text);
    assert!(page.text.contains("lies in the future"), "{}", page.text);
    assert!(page.text.contains("A long text") && page.text.contains("Later"), "{}", page.text);
}

#[tokio::test]
async fn a_past_incident_is_entered_with_its_end() {
    let mut shop = Shop::open(Engine::Sqlite).await;
    let fields = [
        ("title", "Yesterday"),
        ("text", "It was short."),
        ("started", "2026-11-20T10:00"),
        ("ended", "2026-11-20T10:30"),
        ("do", "publish"),
    ];
    let room = shop.report(&fields).await;
    assert!(room.text.contains("after 30 min"), "{}", room.text);
    // Times in forms are those of the page's zone: 10:00 in Berlin is 9:00 in UTC.
    let told = shop.public(&public_path(&path_in(&room))).await;
    assert!(told.contains("2026-11-20T09:00:00Z"), "{told}");
}

#[tokio::test]
async fn a_time_that_is_given_counts_whatever_else_is_chosen() {
    let mut shop = Shop::open(Engine::Sqlite).await;
    let given = ("next_at", "2026-11-21T15:00");
    let fields = [("title", "Slow"), ("next", "30"), given, ("do", "publish")];
    let room = shop.report(&fields).await;
    assert!(room.text.contains("due 21 Nov 2026, 15:00"), "{}", room.text);
    let past = ("next_at", "2026-11-21T12:59");
    let fields = [("title", "Slow"), ("next", "30"), past, ("do", "publish")];
    let page = shop.report(&fields).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("lies in the past: give a later time"), "{}", page.text);
    let fields = [("title", "Slow"), ("next", "at"), ("do", "publish")];
    let page = shop.report(&fields).await;
    assert!(page.text.contains("say when"), "{}", page.text);
}

#[tokio::test]
async fn the_preview_shows_what_readers_will_see_and_writes_nothing() {
    let mut shop = Shop::open(Engine::Sqlite).await;
    let fields = [("title", "No payments"), ("text", "Cards are **refused**."), ("do", "preview")];
    let page = shop.report(&fields).await;
    assert_eq!(page.status, 200);
    let (_, preview) = page.text.split_once("shadowrootmode").unwrap();
    assert!(preview.contains("<strong>refused</strong>"), "{preview}");
    assert!(preview.contains("Checkout"), "{preview}");
    let list = shop.office.owner.get("/console/incidents").await;
    assert!(list.text.contains("There are no incidents yet"), "{}", list.text);
    assert!(!page.header("content-security-policy").contains("unsafe"));
}

/// Texts that would run, if they stood in a page as they are.
const ATTACKS: [&str; 8] = [
    "<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg onload=alert(1)>",
    "</template></main><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "{{ 7*7 }}<!--",
];

/// Whether something in a page would run.
fn runs(page: &str) -> bool {
    let page = page.to_lowercase();
    let scripts = page.matches("<script").count() - page.matches("<script src=\"/assets/").count();
    scripts > 0
        || ["<img src=x", "<svg onload", "<iframe", "href=\"javascript:"]
            .iter()
            .any(|bad| page.contains(bad))
}

#[tokio::test]
async fn nothing_that_is_written_runs() {
    let mut shop = Shop::open(Engine::Sqlite).await;
    for attack in ATTACKS {
        let mut path = String::new();
        for intent in ["preview", "publish"] {
            let fields = [("title", attack), ("text", attack), ("do", intent)];
            let page = shop.report(&fields).await;
            assert_eq!(page.status, 200, "{}", page.text);
            assert!(!runs(&page.text), "{intent} {attack}: {}", page.text);
            path = path_in(&page);
        }
        let started = [("started", attack), ("title", "x"), ("do", "publish")];
        let page = shop.report(&started).await;
        assert_eq!(page.status, 422);
        assert!(!runs(&page.text), "{attack}: {}", page.text);
        for (step, field) in [("notes", "note"), ("promises", "promise"), ("updates", "text")] {
            let step = format!("{path}/{step}");
            let page = shop.office.owner.fill(&path, &step, &[(field, attack)]).await;
            assert_eq!(page.status, 200, "{}", page.text);
            assert!(!runs(&page.text), "{step} {attack}: {}", page.text);
        }
        for path in ["/console".to_owned(), "/console/incidents".to_owned(), path.clone()] {
            let page = shop.office.owner.get(&path).await;
            assert!(!runs(&page.text), "{path} {attack}: {}", page.text);
        }
        let room = shop.office.owner.get(&path).await;
        let (_, update) = room.text.split_once(&format!("{path}/updates/")).unwrap();
        let update: String = update.chars().take_while(|c| *c != '"').collect();
        for (form, names) in [
            (format!("{path}/details"), &["title", "impact", "same_cause", "ended"][..]),
            (format!("{path}/record"), &["not_affected", "should", "security", "known"]),
            (format!("{path}/record"), &["suspected", "ruled_out", "corrections", "loss_note"]),
            (
                format!("{path}/record"),
                &["loss_kind", "loss_lost", "loss_percent", "loss0_settled"],
            ),
            (format!("{path}/postmortem"), &["summary", "timeline", "factors", "discussion"]),
            (format!("{path}/updates/{update}"), &["text", "shown_at"]),
            ("/console/shutdown".to_owned(), &["title", "why", "until", "page", "shown_page"]),
            ("/console/incidents/paste".to_owned(), &["text"]),
        ] {
            let at = shop.office.owner.get(&form).await;
            let version = at.hidden("version").unwrap_or_default().to_owned();
            for version in [version.as_str(), "0"] {
                let mut fields: Vec<_> = names.iter().map(|name| (*name, attack)).collect();
                fields.extend([("version", version), ("loss_target", "all")]);
                let page = shop.office.owner.fill(&form, &form, &fields).await;
                assert!(page.status < 500, "{form} {attack}: {}", page.text);
                assert!(!runs(&page.text), "{form} {attack}: {}", page.text);
            }
            let page = shop.office.owner.get(&form).await;
            assert!(!runs(&page.text), "{form} {attack}: {}", page.text);
        }
        let told = shop.public(&public_path(&path)).await;
        assert!(!runs(&told), "{attack}: {told}");
        let query: String = attack.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let page = shop.office.owner.get(&format!("/console/incidents?q={query}")).await;
        assert!(!runs(&page.text), "{attack}: {}", page.text);
        let now = shop.public("/").await;
        assert!(!runs(&now), "{attack}: {now}");
    }
}

#[tokio::test]
async fn what_is_taken_down_on_purpose_says_so() {
    for engine in Engine::ALL {
        let mut shop = Shop::open(engine).await;
        let path = "/console/shutdown";
        let (slug, component) = (shop.page.slug.to_string(), format!("c_{}", shop.component.id));
        let fields = [
            ("page", slug.as_str()),
            ("shown_page", slug.as_str()),
            ("title", "We stopped payments"),
            ("why", "To keep orders from being charged twice."),
            ("until", "2026-11-21T18:00"),
            ("do", "publish"),
        ];
        let page = shop.office.owner.fill(path, path, &fields).await;
        assert_eq!(page.status, 422, "which component is down: {}", page.text);
        assert!(page.text.contains("charged twice"), "{}", page.text);
        let mut fields = fields.to_vec();
        fields.push((component.as_str(), "major_outage"));
        let room = shop.office.owner.fill(path, path, &fields).await;
        assert!(room.text.contains("Deliberate shutdown"), "{}", room.text);
        let told = shop.public(&public_path(&path_in(&room))).await;
        assert!(told.contains("on purpose") || told.contains("deliberate"), "{told}");
        assert!(told.contains("charged twice"), "{told}");
        assert!(told.contains("back by 21 Nov 2026, 18:00 (Europe/Berlin)"), "{told}");
        assert!(told.contains("2026-11-21T17:00:00Z"), "{told}");
    }
}

#[tokio::test]
async fn an_old_text_opens_the_composer() {
    let mut shop = Shop::open(Engine::Sqlite).await;
    let path = "/console/incidents/paste";
    let text = "2026-11-19 14:05 - 14:40 Checkout: payments failed\n\nA disk was full.";
    let page = shop.office.owner.fill(path, path, &[("text", text)]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for expected in ["payments failed", "A disk was full.", "2026-11-19T14:05", "2026-11-19T14:40"]
    {
        assert!(page.text.contains(expected), "{expected}: {}", page.text);
    }
    let words = "Everything was broken and nobody knows when.";
    let page = shop.office.owner.fill(path, path, &[("text", words)]).await;
    assert!(page.text.contains(words), "{}", page.text);
    let list = shop.office.owner.get("/console/incidents").await;
    assert!(list.text.contains("There are no incidents yet"), "{}", list.text);
}

#[tokio::test]
async fn a_new_installation_leads_to_its_first_page() {
    let mut office = Office::open(Engine::Sqlite).await;
    let home = office.owner.get("/console").await;
    assert!(home.text.contains("href=\"/console/status-pages/new\""), "{}", home.text);
    let page = office.owner.ask("GET", NEW, None).await;
    assert_eq!(page.status, 303);
}

#[tokio::test]
async fn an_update_changes_what_was_touched_and_nothing_else() {
    let mut shop = Shop::open(Engine::Sqlite).await;
    let actor = Actor::Command("test".to_owned());
    let entropy = Entropy::from_seed(78);
    let change = Change { actor: &actor, entropy: &entropy, now: shop.office.clock.now() };
    let new = NewComponent {
        page_id: shop.page.id,
        name: "Search".to_owned(),
        key: None,
        description: None,
        parent_id: None,
        start_date: None,
    };
    let store = shop.office.instance.store();
    let other = add_component(store, new, change).await.unwrap().value;
    let other = format!("c_{}", other.id);
    let fields = [("title", "Slow"), (other.as_str(), "partial_outage"), ("do", "publish")];
    let room = shop.report(&fields).await;
    let path = path_in(&room);
    let component = shop.component.id.to_string();
    let (c, was) = (format!("c_{component}"), format!("was_{component}"));
    // A form that was opened while it was degraded, and does not touch it, leaves it alone.
    let untouched = [
        (c.as_str(), "degraded_performance"),
        (was.as_str(), "degraded_performance"),
        ("text", "Nothing new."),
        ("status", "investigating"),
        ("do", "post"),
    ];
    let room = post(&mut shop.office.owner, &path, &untouched).await;
    assert!(!room.text.contains("Checkout: Degraded"), "{}", room.text);
    assert!(room.text.contains("by Ada Owner"), "{}", room.text);
    shop.office.clock.turn(SignedDuration::from_mins(1));
    let all = [
        ("c_all", "operational"),
        (c.as_str(), "partial_outage"),
        (was.as_str(), "major_outage"),
        ("text", "Search is back."),
        ("status", "monitoring"),
        ("do", "post"),
    ];
    let room = post(&mut shop.office.owner, &path, &all).await;
    for line in ["Checkout: Partial outage", "Search: Operational"] {
        assert!(room.text.contains(line), "{line}: {}", room.text);
    }
}
