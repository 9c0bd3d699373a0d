//! The console in a real browser: an owner sets Allclear up, signs in and looks at every page of it,
//! those that show a secret once among them.

use std::collections::BTreeMap;

use allclear::instance::Conditions;
use allclear_checks::heartbeat::hear;
use allclear_domain::audit::Actor;
use allclear_domain::check::{Signal, SignalKind};
use allclear_domain::{Clock, Entropy, Role, Scope};
use allclear_incidents::history::import;
use allclear_people::totp;
use allclear_web::access::Needs;
use serde_json::json;

use super::axe::Axe;
use super::browser::{Browser, Scheme, View};
use super::{assert_none, keyboard, layout, nu};
use crate::console::{Office, PASSWORD};
use crate::support::{Engine, prober_that_trusts};

/// The address of what is below the first link of a list.
const FIRST_LINK: &str = "document.querySelector('.rows a').getAttribute('href')";

/// Shows lists that scroll in full: axe cannot measure what lies under their edge.
const IN_FULL: &str = "document.querySelectorAll('.ticks, .picker .rows')
    .forEach(list => { list.style.maxHeight = 'none'; })";

/// A tour through the console, and what was found on the way.
struct Tour {
    office: Office,
    browser: Browser,
    axe: Axe,
    findings: Vec<String>,
    pages: BTreeMap<String, String>,
}

impl Tour {
    async fn begin(office: Office) -> Self {
        let mut browser = Browser::start().await;
        browser.believe(office.clock.now()).await;
        let (findings, pages) = (Vec::new(), BTreeMap::new());
        Self { office, browser, axe: Axe::load(), findings, pages }
    }

    async fn open(&self, path: &str) {
        self.browser.open(&format!("http://{}{path}", self.office.instance.address())).await;
    }

    /// Opens a page and looks it over.
    async fn visit(&mut self, path: &str) {
        self.open(path).await;
        self.look_over(path).await;
    }

    /// Looks the open page over, in every way.
    async fn look_over(&mut self, name: &str) {
        let html = self.browser.text("document.documentElement.outerHTML").await;
        self.pages.insert(name.to_owned(), format!("<!doctype html>{html}"));
        self.findings.extend(layout::of_open_page(&self.browser, name).await);
        self.browser.value(IN_FULL).await;
        for width in [View::DESK, View::PHONE] {
            for scheme in [Scheme::Light, Scheme::Dark] {
                let verdict = self.axe.look_at(&self.browser, View { width, scheme }).await;
                let place = format!("{name} at {width} {scheme:?}");
                let found = verdict.findings.iter().map(|line| format!("{place}: {line}"));
                self.findings.extend(found);
                if !verdict.passed.iter().any(|rule| rule == "color-contrast") {
                    self.findings.push(format!("{place}: axe did not measure contrast"));
                }
            }
        }
        let complaints = self.browser.complaints().await;
        self.findings.extend(complaints.iter().map(|line| format!("{name}: {line}")));
    }

    /// Fills in the form that is sent to `action`, and waits for the answer.
    async fn fill(&self, action: &str, fields: &[(&str, &str)]) {
        let fields = json!(fields);
        let script = format!(
            "{{ const form = document.querySelector('form[action=\"{action}\"][method=post]');
            for (const [name, value] of {fields}) form.elements[name].value = value;
            globalThis.isOld = true;
            form.requestSubmit(form.querySelector('.main') ?? form.querySelector('button')); }}"
        );
        self.browser.value(&script).await;
        let is_new = "globalThis.isOld !== true && document.readyState === 'complete'";
        self.browser.until(&format!("{action} answers"), is_new).await;
    }

    async fn end(self) {
        self.browser.quit().await;
        self.office.instance.stop().await;
        assert_none(&self.findings);
        assert_none(&nu::check(&self.pages));
    }
}

/// A console that an owner has set up in the browser, with a colleague, a token, and what the demo
/// has.
async fn set_up() -> Tour {
    // What is looked at is reached, or is not.
    let probes = |conditions: &mut Conditions| {
        conditions.prober = prober_that_trusts(conditions.clock.clone(), "");
    };
    let (office, path) = Office::empty_under(Engine::Sqlite, probes).await;
    let mut tour = Tour::begin(office).await;
    tour.visit(&path).await;
    let fields = [("name", "Ada Owner"), ("email", "owner@example.com"), ("password", PASSWORD)];
    tour.fill("/console/setup", &fields).await;
    let owner = tour.office.owner_person().await;
    tour.office.colleague("colleague@example.com", Role::Responder).await;
    tour.office.program(&owner, [Scope::Read]).await;
    let (entropy, now) = (Entropy::from_seed(1), tour.office.clock.now());
    let batches = allclear::demo::batches(&entropy, now).unwrap();
    let actor = Actor::Command("test".to_owned());
    import::write(tour.office.instance.store(), &batches, &actor, &entropy, now).await.unwrap();
    tour
}

#[tokio::test]
async fn signing_in_and_every_page_that_has_an_address_of_its_own() {
    let mut tour = set_up().await;
    let rules = allclear_web::console::rules();
    let reads = rules.iter().filter(|rule| rule.method == "GET" && rule.needs != Needs::Nothing);
    let mut paths: Vec<&str> = reads.map(|rule| rule.path).collect();
    // What varies by its path is looked at where something is there.
    paths.retain(|path| !path.contains('{'));
    paths.extend([
        "/console/people?q=nobody",
        "/console/audit?about=person",
        "/console/audit?about=incident",
    ]);
    for path in paths {
        tour.visit(path).await;
    }
    tour.open("/console/people").await;
    let person = tour.browser.text(FIRST_LINK).await;
    tour.visit(&person).await;
    tour.fill("/console/sign-out", &[]).await;
    tour.look_over("/console/sign-in").await;
    tour.fill("/console/sign-in", &[("email", "owner@example.com"), ("password", "wrong")]).await;
    let complaints = tour.browser.complaints().await;
    assert!(complaints.iter().all(|line| line.contains("a status of 401")), "{complaints:?}");
    tour.look_over("/console/sign-in, refused").await;
    tour.end().await;
}

/// The address that the first link to something below `path` leads to.
async fn first_below(tour: &Tour, path: &str) -> String {
    let links = format!(
        "[...document.querySelectorAll('main a[href^=\"{path}\"]')]
            .map(link => link.getAttribute('href'))
            .find(href => !href.endsWith('/new') && !href.includes('?'))"
    );
    let found = tour.browser.value(&links).await;
    found.as_str().unwrap_or_else(|| panic!("no link to {path}")).to_owned()
}

#[tokio::test]
async fn every_page_of_one_thing() {
    let mut tour = set_up().await;
    tour.open("/console").await;
    let incident = first_below(&tour, "/console/incidents/").await;
    tour.visit(&incident).await;
    let update = first_below(&tour, &format!("{incident}/updates/")).await;
    let below = ["details", "record", "postmortem"].map(|below| format!("{incident}/{below}"));
    for path in below.iter().chain([&update]) {
        tour.visit(path).await;
    }
    let new = "/console/announcements/new?page=example";
    tour.open(new).await;
    tour.fill(new, &[("title", "We move"), ("until", "2026-12-01T00:00")]).await;
    for list in ["/console/status-pages", "/console/components", "/console/announcements"] {
        tour.open(list).await;
        let one = first_below(&tour, &format!("{list}/")).await;
        tour.visit(&one).await;
    }
    tour.open("/console/maintenance").await;
    let window = first_below(&tour, "/console/maintenance/").await;
    tour.visit(&window).await;
    tour.visit(&format!("{window}/edit")).await;
    tour.open(&window).await;
    tour.fill(&format!("{window}/step"), &[("message", "We begin.")]).await;
    tour.look_over("a window in progress").await;
    tour.end().await;
}

#[tokio::test]
async fn checks_and_one_of_them() {
    let mut tour = set_up().await;
    tour.open("/console/checks/new?target=https://shop.example.com/health").await;
    tour.fill("/console/checks/new", &[("tags", "europe"), ("slow", "0.8")]).await;
    tour.look_over("a check that was not probed yet").await;
    let check = tour.office.check("shop.example.com").await;
    let long = format!("HTTP/1.1 503 Service Unavailable\r\n{}", "x".repeat(300));
    tour.office.fails(&check, &long).await;
    let path = format!("/console/checks/{}", check.id);
    for path in ["/console", "/console/checks", &path, &format!("{path}/edit")] {
        tour.visit(path).await;
    }
    tour.fill(&format!("{path}/edit"), &[("interval", "0")]).await;
    let complaints = tour.browser.complaints().await;
    assert!(complaints.iter().all(|line| line.contains("a status of 422")), "{complaints:?}");
    tour.look_over("a check that is not taken").await;
    tour.open(&path).await;
    tour.fill(&format!("{path}/pause"), &[]).await;
    tour.look_over("a paused check").await;
    tour.end().await;
}

#[tokio::test]
async fn what_is_proposed_for_an_address() {
    let mut tour = set_up().await;
    let look = "/console/checks/look";
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tour.visit(&format!("{look}?target={address}")).await;
    tour.visit(&format!("{look}?target=https://shop.example.com/health")).await;
    tour.fill(look, &[("name", "")]).await;
    let complaints = tour.browser.complaints().await;
    assert!(complaints.iter().all(|line| line.contains("a status of 422")), "{complaints:?}");
    tour.look_over("a look that is not taken").await;
    tour.end().await;
}

#[tokio::test]
async fn what_ends_and_its_calendars() {
    let mut tour = set_up().await;
    let new = "/console/expiry/new";
    tour.visit(&format!("{new}?of=domain")).await;
    let long = "x".repeat(300);
    for (name, due_on) in
        [("Contract", "2026-11-28"), (&*long, "2026-11-01"), ("Token", "2029-01-01")]
    {
        tour.open(new).await;
        tour.fill(new, &[("name", name), ("due_on", due_on), ("owner", "Accounting")]).await;
    }
    tour.look_over("something that ends").await;
    for path in ["/console", "/console/expiry", "/console/expiry?q=nothing"] {
        tour.visit(path).await;
    }
    let calendars = "/console/expiry/calendars";
    tour.open(calendars).await;
    tour.fill(calendars, &[("name", "Ada")]).await;
    tour.look_over("the address of a calendar").await;
    tour.visit(calendars).await;
    tour.end().await;
}

#[tokio::test]
async fn a_job_that_says_that_it_ran() {
    let mut tour = set_up().await;
    let new = "/console/checks/new";
    tour.open(&format!("{new}?target=heartbeat:1d")).await;
    tour.look_over("a job to watch").await;
    let fields = [("name", "Backup"), ("schedule", "30 2 * * *"), ("zone", "Europe/Berlin")];
    tour.fill(new, &fields).await;
    tour.look_over("a job that never said anything").await;
    let check = tour.office.check("Backup").await;
    let token = &check.kind.as_heartbeat().unwrap().tokens[0];
    let now = tour.office.clock.now();
    for kind in [SignalKind::Start, SignalKind::Fail] {
        let signal = Signal::new(kind, now).with_body("x".repeat(300).as_bytes());
        hear(tour.office.instance.store(), token, signal).await.unwrap();
    }
    let path = format!("/console/checks/{}", check.id);
    tour.visit(&path).await;
    tour.visit(&format!("{path}/edit")).await;
    tour.end().await;
}

#[tokio::test]
async fn a_group_and_a_program() {
    let mut tour = set_up().await;
    let new = "/console/checks/new";
    for name in ["A", "B"] {
        tour.open(&format!("{new}?target=db.example.com:5432")).await;
        tour.fill(new, &[("name", name)]).await;
    }
    tour.open(&format!("{new}?target=group:1")).await;
    tour.look_over("a group to watch").await;
    tour.fill(new, &[("name", "Replicas"), ("members", "a, b")]).await;
    tour.look_over("a group").await;
    let group = tour.office.check("Replicas").await;
    tour.visit(&format!("/console/checks/{}/edit", group.id)).await;
    tour.visit(&format!("{new}?target=command:check_disk%20-w%2010%25")).await;
    tour.end().await;
}

#[tokio::test]
async fn the_map_of_checks() {
    let mut tour = set_up().await;
    let new = "/console/checks/new";
    let component = tour.office.instance.store().list_components().await.unwrap()[0].id.to_string();
    for fields in [
        &[("name", "Router"), ("tags", "europe")][..],
        &[("name", "Server"), ("parents", "router")],
        &[("name", "A name that is so long that it has no room in its box"), ("parents", "server")],
        &[("name", "A"), ("parents", "server"), ("component", &component)],
        &[("name", "B"), ("parents", "router")],
    ] {
        tour.open(&format!("{new}?target=db.example.com:5432")).await;
        tour.fill(new, fields).await;
    }
    tour.open(&format!("{new}?target=group:1")).await;
    tour.fill(new, &[("name", "Replicas"), ("members", "a, b"), ("component", &component)]).await;
    let router = tour.office.check("Router").await;
    tour.office.fails(&router, "refused").await;
    for path in
        ["/console/checks/map", "/console/checks/map?of=server", "/console/checks/map?of=nothing"]
    {
        tour.visit(path).await;
    }
    tour.visit(&format!("/console/checks/{}", router.id)).await;
    tour.end().await;
}

#[tokio::test]
async fn what_is_shown_once() {
    let mut tour = set_up().await;
    let form = "/console/account/authenticator";
    tour.visit(form).await;
    let secret = tour.browser.text("document.querySelector('[name=secret]').value").await;
    let code = totp::code_at(&secret, tour.office.clock.now()).unwrap();
    tour.fill(form, &[("code", &code), ("present_password", PASSWORD)]).await;
    let copied = "document.querySelector('[data-copy]').hidden";
    assert_eq!(tour.browser.value(copied).await, false, "there is script, so one can copy");
    tour.look_over("the recovery codes").await;
    tour.visit("/console/account").await;
    tour.open("/console/people/invite").await;
    let somebody = [("name", "Grace"), ("email", "grace@example.com"), ("role", "viewer")];
    tour.fill("/console/people/invite", &somebody).await;
    tour.look_over("a link").await;
    tour.open("/console/tokens/create").await;
    tour.fill("/console/tokens/create", &[("name", "deploy")]).await;
    tour.look_over("a secret").await;
    tour.fill("/console/sign-out", &[]).await;
    tour.fill("/console/sign-in", &[("email", "owner@example.com"), ("password", PASSWORD)]).await;
    tour.look_over("a code is due").await;
    tour.end().await;
}

#[tokio::test]
async fn tab_reaches_every_control_and_the_focus_is_seen() {
    let tour = set_up().await;
    let mut findings = Vec::new();
    for path in [
        "/console",
        "/console/account",
        "/console/announcements/new",
        "/console/audit",
        "/console/checks",
        "/console/checks/look",
        "/console/checks/look?target=192.0.2.7:25",
        "/console/checks/new",
        "/console/components",
        "/console/incidents",
        "/console/incidents/new",
        "/console/maintenance/new",
        "/console/people",
        "/console/shutdown",
        "/console/status-pages/new",
        "/console/tokens",
    ] {
        for width in [View::DESK, View::PHONE] {
            tour.browser.look(View::wide(width)).await;
            tour.open(path).await;
            findings.extend(keyboard::walk(&tour.browser, &format!("{path} at {width}")).await);
        }
    }
    assert_none(&findings);
    tour.end().await;
}

#[tokio::test]
async fn forms_of_what_is_there() {
    let mut tour = set_up().await;
    let new = "/console/maintenance-series/new";
    tour.open(new).await;
    let page =
        tour.browser.text("document.querySelector('main form').getAttribute('action')").await;
    let plan = [
        ("title", "New certificates"),
        ("first", "2026-11-22T02:30"),
        ("how", "rule"),
        ("rule", "FREQ=DAILY"),
    ];
    tour.fill(&page, &plan).await;
    tour.look_over("a series").await;
    let series = tour.browser.text("location.pathname").await;
    tour.visit(&format!("{series}/edit")).await;
    tour.open(&series).await;
    let window = tour.browser.text("document.querySelector('.listed a').getAttribute('href')");
    let window = window.await;
    tour.visit(&window).await;
    let store = tour.office.instance.store().clone();
    let page = store.list_status_pages().await.unwrap().remove(0);
    tour.visit(&format!("/console/status-pages/{}", page.slug)).await;
    let incidents = store.list_incidents(page.id).await.unwrap();
    let with_losses = incidents.iter().find(|incident| !incident.record.losses.is_empty());
    let incident = with_losses.unwrap_or(&incidents[0]).public_id;
    tour.visit(&format!("/console/incidents/{incident}/record")).await;
    tour.visit(&format!("/console/incidents/{incident}/postmortem")).await;
    tour.end().await;
}
