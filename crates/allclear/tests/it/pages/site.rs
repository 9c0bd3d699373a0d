//! The demo's pages as a reader meets them: served, and found by following links.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use allclear::instance::Instance;
use allclear_domain::audit::Actor;
use allclear_domain::incident::IncidentKind;
use allclear_domain::status_page::Language;
use allclear_domain::text::Prose;
use allclear_domain::times::Bound;
use allclear_domain::{Change, Entropy, IncidentStatus, TurnedClock};
use allclear_incidents::history::import;
use allclear_incidents::writing::{self, NewIncident, NewStatusPage, NewUpdate, Protection};
use allclear_people::{Passwords, readers};
use allclear_store::Store;
use axum::body::Body;
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;

use super::links::Links;
use crate::support::{Engine, Fresh};

/// When it is, on the pages.
pub(super) const NOON: &str = "2026-11-20T12:00:00Z";

/// The pages of the demo.
pub(super) const SLUGS: [&str; 6] =
    ["example", "caspertech", "foxycart", "lobsters", "tiger", "transloadit"];

/// What a reader may enter into the search of every page: finds much, finds nothing, is nothing.
const SEARCHES: [&str; 3] = ["q=server", "q=%22%3Cno%20such%20word%3E", "q="];

/// Addresses where nothing stands.
const NOTHING: [&str; 4] =
    ["/nothing", "/nothing?lang=de", "/p/nobody/", "/p/tiger/incidents/000000000000"];

/// Addresses of an installation that has no status page yet.
const ABSENT: [&str; 2] = ["/", "/?lang=de"];

/// Addresses of a status page that readers need a password for.
const CLOSED: [&str; 2] = ["/", "/?lang=de"];

/// What that page opens to.
pub(super) const READER_PASSWORD: &str = "four words for readers";

/// The instant of [`NOON`].
pub(super) fn noon() -> Timestamp {
    NOON.parse().unwrap()
}

/// A running instance with the demo's contents, one with none, and one with a protected page.
pub(super) struct Site {
    instance: Instance,
    empty: Instance,
    closed: Instance,
    client: Client<HttpConnector, Body>,
    _fresh: [Fresh; 3],
}

/// One page, as it was served.
pub(super) struct Page {
    /// Path and query; the whole address where it is not on the demo's instance.
    pub(super) address: String,
    /// 200, 404 where nothing stands, 503 where there is no status page yet, or 403 where one is
    /// protected.
    pub(super) status: u16,
    /// The bytes.
    pub(super) html: String,
}

impl Site {
    /// Starts it.
    pub(super) async fn start() -> Self {
        let fresh = Fresh::on(Engine::Sqlite);
        let entropy = Entropy::from_seed(1);
        let store = fresh.store().await;
        let batches = allclear::demo::batches(&entropy, noon()).unwrap();
        let actor = Actor::Command("test".to_owned());
        import::write(&store, &batches, &actor, &entropy, noon()).await.unwrap();
        store.close().await;
        let clock = TurnedClock::at(noon());
        let empty = Fresh::on(Engine::Sqlite);
        let closed = Fresh::on(Engine::Sqlite);
        let store = closed.store().await;
        close(&store).await;
        store.close().await;
        Self {
            instance: fresh.instance(&clock).await,
            empty: empty.instance(&clock).await,
            closed: closed.instance(&clock).await,
            client: Client::builder(TokioExecutor::new()).build_http(),
            _fresh: [fresh, empty, closed],
        }
    }

    /// Stops it.
    pub(super) async fn stop(self) {
        self.instance.stop().await;
        self.empty.stop().await;
        self.closed.stop().await;
    }

    /// Reports an incident on the default page; readers are told at once.
    pub(super) async fn report(&self, title: &str, text: &str) {
        let (store, entropy) = (self.instance.store(), Entropy::from_seed(7));
        let page = store.find_status_page("example").await.unwrap().unwrap().value;
        let new = NewIncident {
            page_id: page.id,
            title: title.to_owned(),
            kind: IncidentKind::Disruption,
            impact_override: None,
            affected: Vec::new(),
            started: Bound::Unknown,
            ended: None,
            update: Some(NewUpdate {
                status: Some(IncidentStatus::Investigating),
                body: Prose { text: text.to_owned(), ..Prose::default() },
                shown_at: None,
                changes: Vec::new(),
                next_update_due_at: None,
            }),
            is_draft: false,
        };
        let actor = Actor::Command("test".to_owned());
        let change = Change { actor: &actor, entropy: &entropy, now: noon() };
        writing::report_incident(store, new, change).await.unwrap();
        self.instance.publisher().run_once(noon()).await.unwrap();
    }

    /// The whole address of a page.
    pub(super) fn url(&self, address: &str) -> String {
        if address.starts_with("http://") {
            return address.to_owned();
        }
        format!("http://{}{address}", self.instance.address())
    }

    /// The address of the protected page.
    pub(super) fn closed_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.closed.address())
    }

    /// Status, media type and body of an address.
    pub(super) async fn get(&self, path: &str) -> (u16, String, String) {
        let uri = self.url(path).parse().unwrap();
        let answer = self.client.get(uri).await.unwrap();
        let (head, body) = answer.into_parts();
        let kind = head.headers.get("content-type");
        let kind = kind.map_or("", |kind| kind.to_str().unwrap()).to_owned();
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        (head.status.as_u16(), kind, body)
    }

    /// Every page that links lead to, in every language, and the answers where nothing stands.
    /// What is broken on the way is in the second list.
    pub(super) async fn crawl(&self) -> (Vec<Page>, Vec<String>) {
        let mut crawl = Crawl::default();
        crawl.visit("/", "the start");
        for slug in SLUGS {
            crawl.visit(&format!("/p/{slug}/"), "the start");
            for search in SEARCHES {
                crawl.visit(&format!("/p/{slug}/history/search?{search}"), "the search");
                let german = format!("/p/{slug}/history/search?{search}&lang=de");
                crawl.visit(&german, "the search");
            }
        }
        while let Some((address, from)) = crawl.next.pop_front() {
            let (status, kind, body) = self.get(&address).await;
            crawl.take(address, &from, (status, &kind, body));
        }
        for address in NOTHING {
            let (status, _, html) = self.get(address).await;
            if status != 404 {
                crawl.findings.push(format!("{address}: {status} and not 404"));
            }
            let address = address.to_owned();
            crawl.pages.push(Page { address, status, html });
        }
        let absent = ABSENT.map(|path| (&self.empty, path, 503));
        let closed = CLOSED.map(|path| (&self.closed, path, 403));
        for (instance, path, wanted) in absent.into_iter().chain(closed) {
            let address = format!("http://{}{path}", instance.address());
            let (status, _, html) = self.get(&address).await;
            if status != wanted {
                crawl.findings.push(format!("{address}: {status} and not {wanted}"));
            }
            crawl.pages.push(Page { address, status, html });
        }
        crawl.check_fragments();
        (crawl.pages, crawl.findings)
    }

    /// Every page once, although some answer at two addresses; nothing may be broken.
    pub(super) async fn pages(&self) -> Vec<Page> {
        let (mut pages, findings) = self.crawl().await;
        super::assert_none(&findings);
        let mut seen = BTreeSet::new();
        pages.retain(|page| seen.insert(page.html.clone()));
        pages
    }
}

/// Adds a status page that readers need a password for.
async fn close(store: &Store) {
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(3));
    let change = Change { actor: &actor, entropy: &entropy, now: noon() };
    let (slug, language) = (None, Language::En);
    let new = NewStatusPage { title: "Closed".to_owned(), slug, timezone: None, language };
    let page = writing::add_status_page(store, new, change).await.unwrap().value;
    let passwords = Passwords::default();
    let made = readers::make_password(&passwords, page.id, READER_PASSWORD, &entropy).await;
    let protection = Protection::Password(made.unwrap());
    writing::protect_status_page(store, page.id, None, protection, change, Ok).await.unwrap();
}

#[derive(Default)]
struct Crawl {
    next: VecDeque<(String, String)>,
    known: BTreeSet<String>,
    pages: Vec<Page>,
    findings: Vec<String>,
    ids: BTreeMap<String, BTreeSet<String>>,
    fragments: BTreeSet<(String, String, String)>,
}

impl Crawl {
    fn visit(&mut self, address: &str, from: &str) {
        if self.known.insert(address.to_owned()) {
            self.next.push_back((address.to_owned(), from.to_owned()));
        }
    }

    fn take(&mut self, address: String, from: &str, (status, kind, body): (u16, &str, String)) {
        if status != 200 {
            self.findings.push(format!("{from}: link to {address}: {status}"));
            return;
        }
        if !kind.starts_with("text/html") {
            return;
        }
        let links = Links::read(&address, &body);
        for foreign in links.loaded_from_elsewhere {
            self.findings.push(format!("{address}: loads {foreign}"));
        }
        for (target, fragment) in links.pages {
            self.visit(&target, &address);
            if !fragment.is_empty() {
                self.fragments.insert((address.clone(), target, fragment));
            }
        }
        for file in links.files {
            self.visit(&file, &address);
        }
        self.ids.insert(address.clone(), links.ids);
        self.pages.push(Page { address, status, html: body });
    }

    /// A link to a place on a page must find that place.
    fn check_fragments(&mut self) {
        for (from, target, fragment) in &self.fragments {
            let there = self.ids.get(target);
            if !there.is_some_and(|ids| ids.contains(fragment)) {
                let finding = format!("{from}: link to {target}#{fragment}: no such place");
                self.findings.push(finding);
            }
        }
    }
}
