//! Forms that are sent twice, by a second tap, a reload or a proxy: what they ask for is done once.

use allclear_domain::{Clock, Entropy, Role, limits};
use allclear_store::KeptAnswer;
use allclear_web::console;
use jiff::SignedDuration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::Office;
use crate::support::Engine;
use crate::support::browser::{Browser, Page, encoded};

type Fields = Vec<(String, String)>;

/// An office with a status page and a component.
async fn shop(engine: Engine) -> (Office, String) {
    let mut office = Office::open(engine).await;
    office.page("Shop").await;
    let tree = "/console/components?page=shop";
    office.owner.fill(tree, tree, &[("outline", "Checkout")]).await;
    let checkout = format!("c_{}", office.component("Checkout").await);
    (office, checkout)
}

/// Every form that makes something: where it is shown, and what is filled in.
fn forms(checkout: &str) -> Vec<(&'static str, Fields)> {
    let of = |fields: &[(&str, &str)]| -> Fields {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let on = ("page", "shop");
    let all = [
        ("title", "It fails"),
        on,
        ("shown_page", "shop"),
        ("status", "investigating"),
        (checkout, "major_outage"),
        ("text", "We look into it."),
        ("next", "30"),
        ("do", "publish"),
    ];
    let shutdown =
        [("title", "We stop"), ("why", "To be safe."), on, ("shown_page", "shop"), all[4], all[7]];
    let window = [
        ("title", "New disks"),
        on,
        ("starts_at", "2026-11-21T13:00"),
        ("ends_at", "2026-11-21T14:00"),
        ("meanwhile", "under_maintenance"),
        ("all", "on"),
    ];
    let series = [
        ("title", "New certificates"),
        on,
        ("first", "2026-11-22T02:30"),
        ("lasts_minutes", "60"),
        ("how", "weekly"),
        ("weeks", "1"),
        ("day", "SU"),
        ("ends", "never"),
        ("all", "on"),
        ("meanwhile", "under_maintenance"),
        ("is_automatic", "on"),
        ("do", "plan"),
    ];
    let template = [("name", "Payments"), ("title", "Payments fail"), ("text", "We look.")];
    vec![
        ("/console/incidents/new", of(&all)),
        ("/console/shutdown", of(&shutdown)),
        ("/console/maintenance/new", of(&window)),
        ("/console/maintenance-series/new", of(&series)),
        ("/console/components?page=shop", of(&[("outline", "Search\nMail")])),
        ("/console/status-pages/new", of(&[("title", "Club"), ("timezone", "UTC")])),
        ("/console/templates/new?page=shop&begins=incident", of(&template)),
        ("/console/expiry/new", of(&[("name", "Contract"), ("due_on", "2029-03-31")])),
        ("/console/announcements/new", of(&[("title", "New address"), ("body", "We move."), on])),
    ]
}

/// What a form has to carry, as its page has it.
fn carried(page: &Page) -> [(String, String); 2] {
    ["form_token", "once"].map(|name| {
        let value = page.hidden(name).unwrap_or_else(|| panic!("no {name}: {}", page.text));
        (name.to_owned(), value.to_owned())
    })
}

/// The form at a path, filled in.
async fn filled(browser: &mut Browser, path: &str, fields: &Fields) -> Fields {
    let page = browser.get(path).await;
    carried(&page).into_iter().chain(fields.iter().cloned()).collect()
}

async fn send(browser: &mut Browser, path: &str, fields: &Fields) -> Page {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    browser.send(path, &fields).await
}

async fn revision(office: &Office) -> i64 {
    office.instance.store().revision().await.unwrap()
}

#[tokio::test]
async fn what_is_sent_again_leads_where_it_led_and_is_not_done_again() {
    for engine in Engine::ALL {
        let (mut office, checkout) = shop(engine).await;
        for (path, fields) in forms(&checkout) {
            let mut form = filled(&mut office.owner, path, &fields).await;
            let first = send(&mut office.owner, path, &form).await;
            assert_eq!(first.status, 303, "{path}: {}", first.text);
            let before = revision(&office).await;
            let again = send(&mut office.owner, path, &form).await;
            assert_eq!(again.status, 303, "{path}: {}", again.text);
            assert_eq!(again.header("location"), first.header("location"), "{path}");
            assert_eq!(revision(&office).await, before, "{path}: nothing was written");
            form.push(("title".to_owned(), "Something else".to_owned()));
            let other = send(&mut office.owner, path, &form).await;
            assert_eq!(other.status, 409, "{path}: {}", other.text);
            assert!(other.text.contains("This form was sent before"), "{path}: {}", other.text);
            assert_eq!(revision(&office).await, before, "{path}: nothing was written");
        }
        let incidents = office.owner.get("/console/incidents").await;
        assert_eq!(incidents.text.matches("It fails").count(), 1, "{}", incidents.text);
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn at_the_same_time_one_is_done_and_all_lead_there() {
    for engine in Engine::ALL {
        let (mut office, checkout) = shop(engine).await;
        for (path, fields) in forms(&checkout) {
            let form = filled(&mut office.owner, path, &fields).await;
            let mut browsers: Vec<_> = (0..4).map(|_| office.owner.again()).collect();
            let [a, b, c, d] = browsers.as_mut_slice() else { panic!("four") };
            let pages = tokio::join!(
                send(a, path, &form),
                send(b, path, &form),
                send(c, path, &form),
                send(d, path, &form)
            );
            for page in [&pages.0, &pages.1, &pages.2, &pages.3] {
                assert_eq!(page.status, 303, "{engine:?} {path}: {}", page.text);
                assert_eq!(page.header("location"), pages.0.header("location"), "{path}");
            }
        }
        let store = office.instance.store();
        let mut pages = store.list_status_pages().await.unwrap();
        pages.sort_by_key(|page| page.slug.to_string());
        let [_, page] = pages.as_slice() else { panic!("{pages:?}") };
        assert_eq!(store.list_incidents(page.id).await.unwrap().len(), 2);
        assert_eq!(store.list_components().await.unwrap().len(), 3);
        assert_eq!(store.list_maintenance_series(page.id).await.unwrap().len(), 1);
        office.instance.stop().await;
    }
}

/// A browser whose button is pressed twice drops the first request.
#[tokio::test]
async fn who_goes_away_meanwhile_stops_nothing_half_way() {
    for engine in Engine::ALL {
        let (mut office, checkout) = shop(engine).await;
        let (path, fields) = forms(&checkout).remove(0);
        let form = filled(&mut office.owner, path, &fields).await;
        let body = form.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let body = body.collect::<Vec<_>>().join("&");
        let cookie = office.owner.cookie_line();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        for _ in 0..3 {
            let mut first = TcpStream::connect(office.instance.address()).await.unwrap();
            first.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            drop(first);
        }
        let last = send(&mut office.owner, path, &form).await;
        assert_eq!(last.status, 303, "{}", last.text);
        assert!(last.header("location").ends_with("?done=published"), "{last:?}");
        let store = office.instance.store();
        let page = store.list_status_pages().await.unwrap().remove(0);
        assert_eq!(store.list_incidents(page.id).await.unwrap().len(), 1);
        office.instance.stop().await;
    }
}

/// Whether a text stands in a file below a folder: of the embedded database, or beside it.
fn holds(folder: &std::path::Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn a_secret_is_shown_once_and_kept_nowhere() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        let of = |fields: &[(&str, &str)]| -> Fields {
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        for (path, fields, told) in [
            (
                "/console/tokens/create",
                of(&[("name", "deploy"), ("scope", "read"), ("lasts", "30")]),
                "This token was already made",
            ),
            (
                "/console/people/invite",
                of(&[("name", "Grace"), ("email", "grace@example.com"), ("role", "editor")]),
                "This link was already made",
            ),
        ] {
            let form = filled(&mut office.owner, path, &fields).await;
            let first = send(&mut office.owner, path, &form).await;
            assert_eq!(first.status, 200, "{}", first.text);
            let secret = ["secret", "link"]
                .into_iter()
                .find_map(|id| first.between(&format!("id=\"{id}\" value=\""), "\""));
            let secret = secret.unwrap().rsplit('=').next().unwrap();
            let before = revision(&office).await;
            let again = send(&mut office.owner, path, &form).await;
            assert_eq!(again.status, 409, "{}", again.text);
            assert!(again.text.contains(told), "{}", again.text);
            assert!(!again.text.contains(secret), "{}", again.text);
            assert_eq!(revision(&office).await, before, "nothing was written");
            let at_once = filled(&mut office.owner, path, &fields).await;
            assert_ne!(at_once, form, "every page has another id");
            assert!(!holds(office._fresh.folder.path(), secret), "it stands in the database");
        }
        let tokens = office.instance.store().list_tokens().await.unwrap();
        assert_eq!(tokens.len(), 1);
        assert_eq!(office.instance.store().list_people().await.unwrap().len(), 2);
        office.instance.stop().await;
    }
}

/// The server was killed after the change and before it was kept where that led.
#[tokio::test]
async fn where_it_led_is_not_known_and_it_is_not_done_again() {
    for engine in Engine::ALL {
        let (mut office, checkout) = shop(engine).await;
        let (path, fields) = forms(&checkout).remove(0);
        let form = filled(&mut office.owner, path, &fields).await;
        assert_eq!(send(&mut office.owner, path, &form).await.status, 303);
        office._fresh.change(include_str!("../../rigs/databases/lose_answers.sql"));
        let before = revision(&office).await;
        let again = send(&mut office.owner, path, &form).await;
        assert_eq!(again.status, 409, "{}", again.text);
        assert!(again.text.contains("was done then"), "{}", again.text);
        assert_eq!(revision(&office).await, before, "nothing was written");
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn what_was_refused_or_previewed_may_be_sent_again() {
    let (mut office, checkout) = shop(Engine::Sqlite).await;
    let (path, fields) = forms(&checkout).remove(0);
    let form = filled(&mut office.owner, path, &fields).await;
    let mut preview = form.clone();
    preview.retain(|(name, _)| name != "do");
    preview.push(("do".to_owned(), "preview".to_owned()));
    assert_eq!(send(&mut office.owner, path, &preview).await.status, 200);
    let mut untitled = form.clone();
    untitled.retain(|(name, _)| name != "title");
    assert_eq!(send(&mut office.owner, path, &untitled).await.status, 422);
    let done = send(&mut office.owner, path, &form).await;
    assert_eq!(done.status, 303, "{}", done.text);
    // Forgotten at its end, as the answers of the API are.
    office.clock.turn(SignedDuration::from_hours(25));
    let later = send(&mut office.owner, path, &form).await;
    assert_eq!(later.status, 303, "{}", later.text);
    assert_ne!(later.header("location"), done.header("location"));
}

/// A page whose back button brings it back as it was has forms with the same id.
#[tokio::test]
async fn two_buttons_of_one_page_are_two_things() {
    let (mut office, checkout) = shop(Engine::Sqlite).await;
    let planning = forms(&checkout);
    let (path, fields) = planning.iter().find(|(path, _)| path.ends_with("nance/new")).unwrap();
    let form = filled(&mut office.owner, path, fields).await;
    let planned = send(&mut office.owner, path, &form).await;
    let window = planned.header("location").split('?').next().unwrap().to_owned();
    let page = office.owner.get(&window).await;
    let step = |step: &str| -> Fields {
        let pressed = ("step".to_owned(), step.to_owned());
        carried(&page).into_iter().chain([pressed]).collect()
    };
    for (pressed, told) in [("begin", "In progress"), ("verify", "Verifying")] {
        let done = send(&mut office.owner, &format!("{window}/step"), &step(pressed)).await;
        assert_eq!(done.status, 303, "{pressed}: {}", done.text);
        let page = office.owner.get(&window).await;
        assert!(page.text.contains(told), "{pressed}: {}", page.text);
    }
}

#[tokio::test]
async fn an_edit_is_judged_by_its_version() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.page("Shop").await;
    let tree = "/console/components?page=shop";
    office.owner.fill(tree, tree, &[("outline", "Checkout")]).await;
    let path = format!("/console/components/{}", office.component("Checkout").await);
    let form = office.owner.get(&path).await;
    let version = form.hidden("version").unwrap().to_owned();
    let carried = carried(&form);
    let edit = |name: &str| -> Fields {
        let fields = [("name", name), ("version", version.as_str())];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        carried.iter().cloned().chain(fields).collect()
    };
    let first = send(&mut office.owner, &path, &edit("Till")).await;
    let again = send(&mut office.owner, &path, &edit("Till")).await;
    assert_eq!((first.status, again.status), (303, 303), "{}", again.text);
    let other = send(&mut office.owner, &path, &edit("Cash desk")).await;
    assert_eq!(other.status, 409);
    assert!(other.text.contains("Cash desk"), "what was typed stays: {}", other.text);
}

/// What one person sent is nobody else's.
#[tokio::test]
async fn an_id_belongs_to_one_person_and_one_address() {
    let (mut office, checkout) = shop(Engine::Sqlite).await;
    let (path, fields) = forms(&checkout).remove(0);
    let form = filled(&mut office.owner, path, &fields).await;
    let (_, mut grace) = office.colleague("grace@example.com", Role::Owner).await;
    let mut hers = filled(&mut grace, path, &fields).await;
    hers[1] = form[1].clone();
    let first = send(&mut office.owner, path, &form).await;
    let second = send(&mut grace, path, &hers).await;
    assert_eq!(second.status, 303, "{}", second.text);
    assert_ne!(first.header("location"), second.header("location"));
    let long = ("once".to_owned(), "x".repeat(65));
    hers[1] = long;
    assert_eq!(send(&mut grace, path, &hers).await.status, 403);
}

#[tokio::test]
async fn whoever_has_sent_very_much_may_still_write() {
    let (mut office, checkout) = shop(Engine::Sqlite).await;
    let owner = office.owner_person().await.access().actor.to_string();
    let mut transaction = office.instance.store().begin().await.unwrap();
    for _ in 0..limits::KEPT_ANSWERS_MAX {
        let kept = KeptAnswer {
            id: Entropy::from_system().uuid(office.clock.now()),
            actor: owner.clone(),
            request_digest: String::new(),
            answer: None,
            expires_at: office.clock.now() + limits::KEPT_ANSWER_LASTS,
        };
        transaction.insert_kept_answer(&kept).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let (path, fields) = forms(&checkout).remove(0);
    let form = filled(&mut office.owner, path, &fields).await;
    let done = send(&mut office.owner, path, &form).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

/// Every page of the console that answers, with something of everything on it.
#[tokio::test]
async fn every_form_that_is_shown_carries_an_id() {
    let (mut office, checkout) = shop(Engine::Sqlite).await;
    for (path, fields) in forms(&checkout) {
        let form = filled(&mut office.owner, path, &fields).await;
        assert_eq!(send(&mut office.owner, path, &form).await.status, 303, "{path}");
    }
    let token = [("name", "deploy"), ("scope", "read"), ("lasts", "30")];
    office.owner.fill("/console/tokens/create", "/console/tokens/create", &token).await;
    let (mut seen, mut shown) = (std::collections::BTreeSet::new(), 0);
    let rules = console::rules();
    let plain = rules.iter().filter(|rule| rule.method == "GET" && !rule.path.contains('{'));
    let mut paths: Vec<String> = plain.map(|rule| rule.path.to_owned()).collect();
    while let Some(path) = paths.pop() {
        if !seen.insert(path.clone()) || seen.len() > 500 {
            continue;
        }
        let page = office.owner.get(&path).await;
        for form in page.text.split("<form method=\"post\"").skip(1) {
            let (form, _) = form.split_once("</form>").unwrap();
            for name in ["form_token", "once"] {
                let field = format!("type=\"hidden\" name=\"{name}\" value=\"");
                let (_, value) =
                    form.split_once(&field).unwrap_or_else(|| panic!("{path}: {form}"));
                assert!(!value.starts_with('"'), "{path}: {name} is empty: {form}");
            }
            shown += 1;
        }
        for link in page.text.split("href=\"/console").skip(1) {
            let (link, _) = link.split_once('"').unwrap();
            paths.push(format!("/console{}", link.replace("&#38;", "&")));
        }
    }
    for part in ["/console/incidents/", "/console/people/", "/console/maintenance-series/"] {
        assert!(seen.iter().any(|path| path.starts_with(part)), "{part} was looked at");
    }
    assert!(shown > 100, "{shown}");
}
