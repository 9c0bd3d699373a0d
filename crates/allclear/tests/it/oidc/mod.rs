//! Sign-in through a provider: a real one that keeps to the rules, and one of our own that breaks
//! each of them.

mod code_due;
mod deceived;
mod door;
mod down;
mod hostile;
pub(crate) mod real;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use allclear::instance::Instance;
use allclear_domain::{Access, Change, Clock, Entropy, Person, Role, TurnedClock};
use allclear_people::{links, set_up};
use allclear_web::Entrance;
use allclear_web::oidc::{Provider, Registration};
use jiff::Timestamp;

use crate::console::{Office, claim};
use crate::support::browser::{Browser, Page};
use crate::support::{Engine, Fresh, conditions};

/// The address that people use. Nothing listens there: browsers here ask the instance itself.
const PUBLIC_URL: &str = "http://status.example.com";
const CLIENT_ID: &str = "allclear";
const CLIENT_SECRET: &str = "a secret / with % signs";
/// What people call the provider.
const NAME: &str = "Example & Co";

/// What the provider and an office at an address know of each other.
fn registration(issuer_url: &str, public_url: &str) -> Registration {
    Registration {
        issuer_url: issuer_url.to_owned(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: CLIENT_SECRET.to_owned(),
        name: NAME.to_owned(),
        public_url: public_url.to_owned(),
        authority: None,
        // So long that a busy machine reaches it nowhere; stories of silence have a shorter one.
        deadline: Duration::from_secs(60),
    }
}

/// An office whose people may sign in through a provider, with an owner and with Ada, who was
/// invited.
async fn office(engine: Engine, issuer_url: &str, now: Timestamp) -> Office {
    office_of(engine, registration(issuer_url, PUBLIC_URL), now, None).await
}

/// The same, where people really come in.
pub(crate) async fn office_at(
    engine: Engine,
    issuer_url: &str,
    now: Timestamp,
    (listen, public_url): (SocketAddr, &str),
) -> Office {
    office_of(engine, registration(issuer_url, public_url), now, Some(listen)).await
}

async fn office_of(
    engine: Engine,
    registration: Registration,
    now: Timestamp,
    listen: Option<SocketAddr>,
) -> Office {
    let fresh = Fresh::on(engine);
    let clock = TurnedClock::at(now);
    let public_url = registration.public_url.clone();
    let provider = Provider::new(registration).unwrap();
    let mut conditions = conditions(&clock);
    conditions.listen = listen.unwrap_or(conditions.listen);
    conditions.entrance = Entrance {
        public_url: Some(public_url),
        provider: Some(Arc::new(provider)),
        ..Entrance::default()
    };
    let instance = Instance::start(fresh.store().await, conditions).await.unwrap();
    let link = set_up::open_link(instance.store(), &Entropy::from_seed(9), now).await;
    let mut owner = Browser::at(instance.address());
    let link = link.unwrap().unwrap();
    claim(&mut owner, &format!("/console/setup?token={}", link.reveal())).await;
    let office = Office { _fresh: fresh, clock, instance, owner };
    invite(&office, "ada@example.com").await;
    office
}

async fn invite(office: &Office, email: &str) -> Person {
    let (by, entropy) = (Access::of_command("test"), Entropy::from_system());
    let change = Change { actor: &by.actor, entropy: &entropy, now: office.clock.now() };
    let store = office.instance.store();
    let invited = links::invite(store, email, "Somebody", Role::Editor, &by, change).await;
    invited.unwrap().0.value
}

/// Follows the button to the provider; gives the address there.
async fn set_out(browser: &mut Browser, next: &str) -> String {
    let page = browser.ask("GET", &format!("/console/sign-in?next={next}"), None).await;
    let href = page.between("<a class=\"main\" href=\"", "\"").expect("there is a button");
    let href = href.strip_prefix(PUBLIC_URL).expect("it begins where people come in").to_owned();
    assert!(page.text.contains("Sign in with Example &#38; Co</a>"), "{}", page.text);
    let page = browser.ask("GET", &href, None).await;
    assert_eq!(page.status, 303, "{}", page.text);
    page.header("location").to_owned()
}

/// A parameter of an address, as it stands there.
fn parameter<'a>(address: &'a str, name: &str) -> &'a str {
    let (_, query) = address.split_once('?').unwrap();
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map_or("", |(_, value)| value)
}

/// The path of an address, with what follows it.
fn path_of(address: &str) -> &str {
    let (_, rest) = address.split_once("://").unwrap_or(("", address));
    rest.find('/').map_or("/", |at| &rest[at..])
}

/// Whether nobody was signed in, and the page says so at the form, where a password still works.
fn assert_outside(browser: &Browser, page: &Page, status: u16, words: &str) {
    assert_eq!(page.status, status, "{}", page.text);
    assert!(page.text.contains(words), "{words}: {}", page.text);
    assert!(page.text.contains("name=\"password\""), "{}", page.text);
    assert!(!browser.has_cookie("allclear_session"), "{}", page.text);
    assert!(!page.text.contains(CLIENT_SECRET));
    assert!(!page.text.contains("secret-code"), "{}", page.text);
}
