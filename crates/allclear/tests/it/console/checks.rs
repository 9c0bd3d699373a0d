//! Checks in the console: added with one field, looked at, changed by two, paused, removed. What
//! probes find is put there: none runs in these stories.

use allclear_checks::heartbeat::hear;
use allclear_domain::check::{
    Direction, Exchange, ExchangeLine, Judgment, Patience, Phases, ProbeResult, Reason, ReasonCode,
    Samples, Signal, SignalKind, SignalToken, Span, Threshold, VantagePoint, Verdict,
};
use allclear_domain::{Check, Clock, ComponentStatus, Entropy, Outage, Role};
use allclear_store::{Judged, Sampled};
use jiff::{SignedDuration, Timestamp};

use super::Office;
use super::status_pages::POISON;
use crate::support::Engine;
use crate::support::browser::Page;

const LIST: &str = "/console/checks";
const NEW: &str = "/console/checks/new";

/// What the form of a new check says where nobody changes anything.
const USUAL: [(&str, &str); 5] = [
    ("interval", "30"),
    ("deadline", "10"),
    ("fail_after", "3"),
    ("recover_after", "2"),
    ("stable_for", "120"),
];

/// A form of a check.
fn form<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = USUAL.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    more.iter().chain(usual).copied().chain([("redirects", "5"), ("method", "GET")]).collect()
}

impl Office {
    /// Adds a check by its form.
    pub(crate) async fn watch(&mut self, fields: &[(&str, &str)]) -> Page {
        self.owner.fill(NEW, NEW, &form(fields)).await
    }

    /// Edits a check by its form.
    pub(crate) async fn edit_check(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.owner.fill(path, path, &form(fields)).await
    }

    /// A check, by its name.
    pub(crate) async fn check(&self, name: &str) -> Check {
        let all = self.instance.store().list_readable_checks().await.unwrap().checks;
        all.into_iter().find(|check| check.name == name).unwrap()
    }

    /// Has a check fail, with what was said; an outage goes on.
    pub(crate) async fn fails(&self, check: &Check, said: &str) {
        let (now, entropy) = (self.clock.now(), Entropy::from_system());
        let began_at = now - SignedDuration::from_mins(5);
        let reason = Some(Reason::new(ReasonCode::Status, format!("503 {said}")));
        let directions = [Direction::Sent, Direction::Received, Direction::Noted];
        let line = |direction| ExchangeLine { at_us: 1_234, direction, text: said.to_owned() };
        let result = ProbeResult {
            vantage: VantagePoint::core(),
            probed_at: began_at,
            took_us: 182_000,
            verdict: Verdict::Fail,
            reason: reason.clone(),
            phases: Phases { connect_us: Some(9_000), tls_us: Some(40_000), ..Phases::default() },
            exchange: Exchange { lines: directions.map(line).into(), is_cut: true },
            certificate_ends_at: Some(now + SignedDuration::from_hours(24 * 43)),
            reach: None,
            leaf: None,
        };
        let patience = Patience { fail_after: 1, ..check.patience };
        let (judgment, _) = Judgment::default().hear(patience, Verdict::Fail, began_at);
        let last_bad = Some(result.clone());
        let judged = Judged { check_id: check.id, judgment, last: result, last_bad };
        let outage = Outage {
            id: entropy.id(now),
            check_id: check.id,
            threshold: Threshold::Fail,
            began_at,
            confirmed_at: now,
            ended_at: None,
            is_abandoned: false,
            reason,
            incident_id: None,
            statuses: check.statuses_beyond(Threshold::Fail),
        };
        let found = last_hour(check, now);
        let mut transaction = self.instance.store().begin().await.unwrap();
        transaction.put_judgments(&[judged]).await.unwrap();
        transaction.insert_outages(&[outage]).await.unwrap();
        transaction.put_samples(Span::Minute, &found).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

/// An hour of samples: ever slower, then ours to blame, then failing.
fn last_hour(check: &Check, now: Timestamp) -> Vec<Sampled> {
    let minute = |ago: u64| {
        let verdict = match ago {
            0..5 => Verdict::Fail,
            5..8 => Verdict::Unknown,
            _ => Verdict::Ok,
        };
        let starts_at = Span::Minute.start_of(now - SignedDuration::from_mins(ago as i64));
        let ours = ProbeResult::ours(VantagePoint::core(), starts_at, "");
        let mut samples = Samples::default();
        for took_us in [200_000 - 2_000 * ago, 300_000 - 3_000 * ago] {
            samples.add(&ProbeResult { verdict, took_us, ..ours.clone() });
        }
        Sampled { check_id: check.id, vantage: VantagePoint::core(), starts_at, samples }
    };
    (0..60).map(minute).collect()
}

#[track_caller]
pub(super) fn assert_has(page: &Page, texts: &[&str]) {
    for text in texts {
        assert!(page.text.contains(text), "no {text}: {}", page.text);
    }
}

#[tokio::test]
async fn an_address_gives_a_check_and_a_component() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        let empty = office.owner.get(LIST).await;
        assert_has(
            &empty,
            &["Type the address of your website", "action=\"/console/checks/look\""],
        );
        office.page("Shop").await;
        let typed = format!("{NEW}?target=https://shop.example.com/health");
        let page = office.owner.get(&typed).await;
        assert_has(
            &page,
            &[
                "value=\"https://shop.example.com/health\"",
                "name=\"name\" value=\"shop.example.com\"",
                "<option value=\"new:shop\" selected>A new one, on Shop",
            ],
        );
        // What is refused leaves no component behind.
        let secret = "https://shop.example.com/health?api_key=1";
        let page = office.watch(&[("target", secret), ("component", "new:shop")]).await;
        assert_has(&page, &["has `api_key` in it, which holds a secret"]);
        assert_eq!(office.instance.store().list_components().await.unwrap(), []);
        let fields = [
            ("target", "https://shop.example.com/health"),
            ("component", "new:shop"),
            ("failing", "major_outage"),
            ("degraded", "operational"),
            ("statuses", "200-204, 301"),
            ("contains", "all is well"),
            ("slow", "0.8"),
        ];
        let page = office.watch(&fields).await;
        assert_has(
            &page,
            &[
                "It is watched from now on.",
                "<h1>shop.example.com</h1>",
                "every 30 s, given up after 10 s, slow from 0.8 s",
                "Major outage while it is down; Readers are not told while it is degraded",
                "There was none yet.",
            ],
        );
        let check = office.check("shop.example.com").await;
        assert_eq!(check.slow_after_ms, Some(800));
        let component = office.component("shop.example.com").await;
        assert_eq!(check.affects[0].component_id.to_string(), component);
        assert_eq!(check.affects[0].when_degraded, ComponentStatus::Operational);
        office.publish().await;
        assert_has(&office.browser().get("/").await, &["shop.example.com"]);
        let form = office.owner.get(&format!("{LIST}/{}/edit", check.id)).await;
        assert_has(&form, &["value=\"200-204, 301\"", "all is well</textarea>", "value=\"0.8\""]);
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_at_the_form_and_nothing_is_written() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.page("Shop").await;
    for (field, value, told) in [
        ("target", "", "What to watch: is empty"),
        ("target", "ftp://example.com", "is not tried: write http://"),
        ("interval", "0", "Every: "),
        ("interval", "often", "Every: is no number"),
        ("deadline", "0.001", "Gives up after, in milliseconds: "),
        ("slow", "11", "Slow from, in milliseconds: "),
        ("statuses", "2xx", "Statuses: “2xx” is none"),
        ("statuses", "300-200", "Statuses: 300 to 200 is no range"),
        ("redirects", "99", "Redirects: "),
        ("fail_after", "0", "Down after: "),
        ("tags", "Ü", "Tags: `ü` is not a key"),
        ("parents", "nowhere", "Stands behind: there is no check with the key “nowhere”"),
        ("name", "!?", "Name: has no letter or digit"),
        ("failing", "x", "Components: choose what readers are told"),
    ] {
        let mut fields = vec![
            (field, value),
            ("target", "https://shop.example.com"),
            ("component", "new:shop"),
            ("failing", "major_outage"),
            ("degraded", "operational"),
        ];
        let first = fields.iter().position(|(name, _)| *name == field).unwrap();
        let mut at = 0;
        fields.retain(|(name, _)| (*name != field || at == first, at += 1).0);
        let page = office.watch(&fields).await;
        assert_eq!(page.status, 422, "{field}: {}", page.text);
        assert_has(&page, &[told]);
        assert!(
            field == "target" || page.text.contains("https://shop.example.com\""),
            "it is kept"
        );
        assert_has(&page, &["<option value=\"new:shop\" selected>"]);
    }
    let store = office.instance.store();
    assert!(store.list_readable_checks().await.unwrap().checks.is_empty());
    assert!(store.list_components().await.unwrap().is_empty(), "no component without its check");
}

#[tokio::test]
async fn what_fails_is_seen_first_with_its_exchange() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.page("Shop").await;
        office.watch(&[("target", "a.example.com:25"), ("tags", "mail")]).await;
        let shop = [
            ("target", "https://z.example.com"),
            ("component", "new:shop"),
            ("failing", "major_outage"),
            ("degraded", "operational"),
        ];
        office.watch(&shop).await;
        let home = office.owner.get("/console").await;
        assert_has(&home, &["Nothing is wrong that anybody told of."]);
        let check = office.check("z.example.com").await;
        office.fails(&check, "GET / HTTP/1.1").await;

        let list = office.owner.get(LIST).await;
        let (first, second) =
            (list.text.find(">z.example.com<").unwrap(), list.text.find(">a.example.com:25<"));
        assert!(first < second.unwrap(), "the worst first: {}", list.text);
        assert_has(&list, &["1 down", "1 unknown", "for 5 min", "5 minutes ago, 182 ms"]);
        for (words, is_found) in [
            ("down", true),
            ("DOWN+example", true),
            ("unknown", false),
            ("mail", false),
            ("works", false),
        ] {
            let found = office.owner.get(&format!("{LIST}?q={words}")).await;
            assert_eq!(found.text.contains(">z.example.com<"), is_found, "{words}: {}", found.text);
        }
        let page = office.owner.get(&format!("{LIST}/{}", check.id)).await;
        assert_has(
            &page,
            &[
                "since <time datetime=\"2026-11-21T11:55:00Z\">",
                "503 GET / HTTP/1.1",
                ", in 43 days 0 h</dd>",
                "<rect class=\"p3\" x=\"49\" width=\"220\"",
                ">sent</span> <span class=\"verbatim\">GET / HTTP/1.1</span>",
                ">noted</span>",
                "There was more; this is what is kept.",
                "goes on, for 5 min",
                "120 probes, <b>failed: 10, and 6 say nothing</b>",
                "<rect class=\"failed\"",
            ],
        );
        let hour = office.owner.get(&format!("{LIST}/{}?over=hour", check.id)).await;
        assert_has(&hour, &["<a href=\"/console/checks/", "aria-current=\"true\">Hour</a>"]);
        assert!(hour.text.matches("<tr><th scope=\"row\"><time").count() == 60, "{}", hour.text);
        let home = office.owner.get("/console").await;
        let link = format!("<a href=\"{LIST}/{}\">z.example.com</a>", check.id);
        let todo = "A check measures “major outage” for 5 min, and no open incident says why";
        assert_has(&home, &["Outages that checks measure", &link, todo]);
        assert!(!home.text.contains("Nothing is wrong"), "{}", home.text);
    }
}

#[tokio::test]
async fn one_page_of_the_list_at_a_time() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.watch(&[("target", "one.example.com:1")]).await;
    let (entropy, now) = (Entropy::from_system(), office.clock.now());
    let one = office.check("one.example.com:1").await;
    let copy = |number: u32| Check {
        id: entropy.id(now),
        key: format!("copy-{number}").try_into().unwrap(),
        name: format!("Copy {number:03}"),
        ..one.clone()
    };
    let copies: Vec<Check> = (0..120).map(copy).collect();
    let mut transaction = office.instance.store().begin().await.unwrap();
    transaction.insert_checks(&copies).await.unwrap();
    transaction.commit().await.unwrap();
    let mut path = format!("{LIST}?q=copy");
    for told in ["1 to 50 of 120", "51 to 100 of 120", "101 to 120 of 120"] {
        let page = office.owner.get(&path).await;
        assert_has(&page, &[told]);
        let older = page.text.rsplit_once(">Further ones</a>").map(|(before, _)| before);
        let href = older.and_then(|before| before.rsplit_once("href=\"")).map(|(_, href)| href);
        path = href.unwrap_or_default().trim_end_matches('"').replace("&#38;", "&");
    }
    assert_eq!(path, "", "that was all");
    for odd in ["99999999999999999999", "-1", "x", "18446744073709551615"] {
        assert_eq!(office.owner.get(&format!("{LIST}?from={odd}")).await.status, 200, "{odd}");
    }
}

#[tokio::test]
async fn two_who_change_a_check_see_both_texts() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.page("Shop").await;
        office.watch(&[("target", "https://shop.example.com"), ("name", "Shop")]).await;
        let path = format!("{LIST}/{}/edit", office.check("Shop").await.id);
        let hers = [("target", "https://a.example.com"), ("name", "Shop"), ("version", "1")];
        assert_has(&office.owner.fill(&path, &path, &form(&hers)).await, &["Saved."]);
        let his = [
            ("target", "https://b.example.com"),
            ("name", "Shop"),
            ("version", "1"),
            ("component", "new:shop"),
            ("failing", "major_outage"),
            ("degraded", "operational"),
        ];
        let page = office.owner.fill(&path, &path, &form(&his)).await;
        assert_eq!(page.status, 409);
        assert_has(
            &page,
            &[
                "<td class=\"kept\">https://a.example.com</td>",
                "<td class=\"kept\">https://b.example.com</td>",
                "name=\"target\" value=\"https://b.example.com\"",
                "name=\"version\" value=\"2\"",
            ],
        );
        let store = office.instance.store();
        assert!(store.list_components().await.unwrap().is_empty(), "none for who comes too late");
        let again: Vec<_> = his.iter().filter(|(name, _)| *name != "version").copied().collect();
        let mut again = form(&again);
        again.push(("version", "2"));
        assert_has(&office.owner.fill(&path, &path, &again).await, &["Saved."]);
        let check = office.check("Shop").await;
        assert_eq!(check.kind.target(), "https://b.example.com");
        assert_eq!(check.affects.len(), 1);
        // The component is taken from it again, and stays.
        let fields = [
            ("target", "https://b.example.com"),
            ("name", "Shop"),
            ("version", "3"),
            ("component", ""),
            ("failing", "major_outage"),
            ("degraded", "operational"),
        ];
        office.owner.fill(&path, &path, &form(&fields)).await;
        assert!(office.check("Shop").await.affects.is_empty());
        office.component("Shop").await;
    }
}

#[tokio::test]
async fn a_check_is_paused_resumed_and_removed() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.watch(&[("target", "https://shop.example.com"), ("name", "Shop")]).await;
        let check = office.check("Shop").await;
        let path = format!("{LIST}/{}", check.id);
        office.fails(&check, "x").await;
        let page = office.owner.fill(&path, &format!("{path}/pause"), &[]).await;
        assert_has(
            &page,
            &["Paused. Nothing is probed", "‖</span> Paused", "for 5 min", "while it is paused"],
        );
        assert!(!page.text.contains("goes on, for"), "nobody looks any more: {}", page.text);
        let token = page.hidden("form_token").unwrap().to_owned();
        let again = format!("form_token={token}");
        let twice = office.owner.ask("POST", &format!("{path}/pause"), Some(again)).await;
        assert_eq!(twice.status, 409);
        let page = office.owner.fill(&path, &format!("{path}/resume"), &[]).await;
        assert_has(&page, &["It is watched again", "○</span> Unknown"]);
        let page = office.owner.fill(&path, &format!("{path}/remove"), &[]).await;
        assert_has(&page, &["Removed. The outages that it measured stay."]);
        assert_eq!(office.owner.get(&path).await.status, 404);
        let store = office.instance.store();
        assert_eq!(store.list_latest_outages(check.id, 5).await.unwrap().len(), 1);
        let audit = office.owner.get(&format!("/console/audit?about={}", check.id)).await;
        assert_has(&audit, &["check Shop"]);
    }
}

#[tokio::test]
async fn who_only_reads_is_offered_nothing_to_change() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.watch(&[("target", "https://shop.example.com"), ("name", "Shop")]).await;
    let path = format!("{LIST}/{}", office.check("Shop").await.id);
    let (_, mut viewer) = office.colleague("viewer@example.com", Role::Viewer).await;
    assert!(!viewer.get(LIST).await.text.contains("Watch something"));
    let page = viewer.get(&path).await;
    for offer in ["/edit", "/pause", "/remove", "/console/audit"] {
        assert!(!page.text.contains(offer), "{offer}: {}", page.text);
    }
    assert_eq!(viewer.get(&format!("{path}/edit")).await.status, 403);
}

#[tokio::test]
async fn nothing_that_is_typed_or_received_runs() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.page("Shop").await;
    for name in ["target", "name", "tags", "contains", "send", "statuses", "component", "slow"] {
        let mut fields = vec![(name, POISON), ("failing", POISON), ("degraded", POISON)];
        fields.extend([("target", "x.example.com:1")].iter().filter(|(one, _)| *one != name));
        let page = office.watch(&fields).await;
        assert!(!page.text.contains("<script>alert"), "{name}: {}", page.text);
    }
    let target = "https://shop.example.com/\"><script>alert(1)</script>";
    let fields = [("target", target), ("name", POISON), ("contains", POISON)];
    office.watch(&fields).await;
    let check = office.check(POISON).await;
    office.fails(&check, &format!("{POISON}\u{202e}\u{7}")).await;
    let path = format!("{LIST}/{}", check.id);
    for path in
        ["/console", LIST, &format!("{LIST}?q=%3Cscript%3E"), &path, &format!("{path}/edit")]
    {
        let page = office.owner.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        assert!(!page.text.contains("<script>alert"), "{path}: {}", page.text);
        assert!(!page.text.contains(['\u{202e}', '\u{7}']), "{path}: {}", page.text);
        assert!(page.text.contains("&#60;script&#62;alert(1)"), "{path}: {}", page.text);
    }
}

#[tokio::test]
async fn a_job_is_told_where_to_say_that_it_ran() {
    let mut office = Office::open(Engine::Sqlite).await;
    let form = office.owner.get(&format!("{NEW}?target=heartbeat:1d")).await;
    assert_has(&form, &["<h1>Watch a job</h1>", "name=\"schedule\" value=\"1d\"", "value=\"5m\""]);
    let token = "aZ3bQ9xK2mN7pL5wR8tY";
    let pushed = format!("https://up.example.com/api/push/{token}?status=up");
    let fields = [
        ("target", "heartbeat:1d"),
        ("name", "Backup"),
        ("schedule", "61 2 * * *"),
        ("zone", "Europe/Berlin"),
        ("grace", "45m"),
        ("tokens", pushed.as_str()),
        ("interval", "60"),
        ("fail_after", "1"),
        ("recover_after", "1"),
        ("stable_for", "0"),
    ];
    let page = office.watch(&fields).await;
    assert_has(&page, &["Due: cannot be read (value must be in range", "value=\"61 2 * * *\""]);
    let right = fields
        .map(|(name, value)| if name == "schedule" { (name, "30 2 * * *") } else { (name, value) });
    let page = office.watch(&right).await;
    let addresses = [&format!("/ping/{token}</code>"), &format!("/api/push/{token}?status=up")];
    assert_has(&page, &[addresses[0], addresses[1], "It waits for the first signal"]);
    assert_has(&page, &["at the times of 30 2 * * * in Europe/Berlin, and late by 45m at most"]);
    let check = office.check("Backup").await;
    let path = format!("{LIST}/{}", check.id);
    // What it wrote is shown as it is, and as nothing else.
    let signal = Signal::new(SignalKind::Fail, office.clock.now()).with_body(POISON.as_bytes());
    let token: SignalToken = token.parse().unwrap();
    hear(office.instance.store(), &token, signal).await.unwrap();
    let page = office.owner.get(&path).await;
    assert_has(&page, &["It failed", "On the clock of Europe/Berlin, and in UTC.", "02:30:00 CET"]);
    assert!(!page.text.contains(POISON), "{}", page.text);
    // Whoever only looks is not told how to say that it ran.
    let (_, mut viewer) = office.colleague("viewer@example.com", Role::Viewer).await;
    let page = viewer.get(&path).await;
    assert!(!page.text.contains(token.as_str()) && page.text.contains("It failed"));
    // Saved as it is, it stays as it is.
    let edit = office.owner.get(&format!("{path}/edit")).await;
    assert_has(&edit, &["value=\"30 2 * * *\"", "value=\"Europe/Berlin\"", token.as_str()]);
}

#[tokio::test]
async fn a_service_is_watched_by_its_address() {
    let mut office = Office::open(Engine::Sqlite).await;
    let fresh = format!("{NEW}?target=smtp%2Bstarttls://mail.example.com");
    let page = office.owner.get(&fresh).await;
    assert_has(&page, &["value=\"SMTP of mail.example.com\"", "Of a service: its greeting"]);
    assert!(!page.text.contains("Name servers"), "{}", page.text);
    let page = office.watch(&[("target", "redis://:hunter2@cache.example.com")]).await;
    assert_has(&page, &["has a password in it"]);
    let secret = "wss://shop.example.com/live?api_key=1";
    let page = office.watch(&[("target", secret)]).await;
    assert_has(&page, &["has `api_key` in it, which holds a secret"]);
    let target = "smtp+starttls://mail.example.com";
    office.watch(&[("target", target), ("name", "Mail"), ("contains", "250-CHUNKING")]).await;
    let check = office.check("Mail").await;
    assert_eq!(check.kind.target(), "smtp+starttls://mail.example.com:587");
    let edit = office.owner.get(&format!("{LIST}/{}/edit", check.id)).await;
    assert_has(&edit, &["value=\"smtp+starttls://mail.example.com:587\"", "250-CHUNKING"]);
}
