//! The console: who gets in, and what they can do there.

mod account;
mod accounts_api;
mod announcements;
mod audit;
mod authorization;
mod checks;
mod clocks;
mod components;
mod escaping;
mod expiry;
mod groups;
mod incident_list;
mod incidents;
mod look;
mod maintenance;
mod map;
mod names;
#[cfg(feature = "passkeys")]
mod passkeys;
mod people;
mod series;
mod signing_in;
pub(crate) mod status_pages;
mod templates;
mod tokens;
mod twice;
mod upkeep;
mod verdicts;

use allclear::instance::{Conditions, Instance};
use allclear_domain::{Access, ApiToken, Change, Clock, Entropy, Person, Role, Scope, TurnedClock};
use allclear_people::links::Redemption;
use allclear_people::sign_in::FirstFactor;
use allclear_people::tokens::{self as secrets, NewToken};
use allclear_people::{Passwords, links, set_up};

use crate::support::browser::{Browser, Page};
use crate::support::program::Program;
use crate::support::{Engine, Fresh, conditions};

pub(crate) const NOON: &str = "2026-11-21T12:00:00Z";
pub(crate) const PASSWORD: &str = "four quite short words";

/// An instance that an owner has set up, and the owner's browser.
pub(crate) struct Office {
    pub(crate) _fresh: Fresh,
    pub(crate) clock: TurnedClock,
    pub(crate) instance: Instance,
    pub(crate) owner: Browser,
}

impl Office {
    /// An instance that nobody set up, and the path of the link that it printed.
    pub(crate) async fn empty(engine: Engine) -> (Self, String) {
        Self::empty_under(engine, |_| ()).await
    }

    /// The same, under conditions that differ from those of other stories.
    pub(crate) async fn empty_under(
        engine: Engine,
        differ: impl FnOnce(&mut Conditions),
    ) -> (Self, String) {
        let fresh = Fresh::on(engine);
        let clock = TurnedClock::at(NOON.parse().unwrap());
        let mut conditions = conditions(&clock);
        differ(&mut conditions);
        let instance = Instance::start(fresh.store().await, conditions).await.unwrap();
        let entropy = Entropy::from_seed(9);
        let now = NOON.parse().unwrap();
        let link = set_up::open_link(instance.store(), &entropy, now).await.unwrap().unwrap();
        let owner = Browser::at(instance.address());
        let path = format!("/console/setup?token={}", link.reveal());
        (Self { _fresh: fresh, clock, instance, owner }, path)
    }

    /// An instance that an owner has set up.
    pub(crate) async fn open(engine: Engine) -> Self {
        Self::open_under(engine, |_| ()).await
    }

    /// The same, under conditions that differ from those of other stories.
    pub(crate) async fn open_under(engine: Engine, differ: impl FnOnce(&mut Conditions)) -> Self {
        let (mut office, path) = Self::empty_under(engine, differ).await;
        let page = claim(&mut office.owner, &path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(office.owner.has_cookie("allclear_session"));
        office
    }

    /// Somebody who was invited and came: the person, and their browser.
    pub(crate) async fn colleague(&self, email: &str, role: Role) -> (Person, Browser) {
        let (store, now) = (self.instance.store(), self.clock.now());
        let entropy = Entropy::from_system();
        let by = Access::of_command("test");
        let change = Change { actor: &by.actor, entropy: &entropy, now };
        let name = email.split('@').next().unwrap();
        let (person, link) = links::invite(store, email, name, role, &by, change).await.unwrap();
        let purpose = allclear_domain::session::LinkPurpose::Invitation;
        let redemption = Redemption { purpose, presented: link.reveal(), client: "a browser" };
        let passwords = Passwords::default();
        let begun = links::redeem(store, &passwords, redemption, PASSWORD, &entropy, now).await;
        let FirstFactor::SignedIn(signed_in) = begun.unwrap() else {
            panic!("nobody has an authenticator yet");
        };
        let mut browser = self.browser();
        browser.take_cookie("allclear_session", signed_in.secret.reveal());
        (person.value, browser)
    }

    /// A program with a token of somebody, which may do this.
    pub(crate) async fn program(
        &self,
        person: &Person,
        scopes: impl IntoIterator<Item = Scope>,
    ) -> (ApiToken, Program) {
        let entropy = Entropy::from_system();
        let by = person.access();
        let change = Change { actor: &by.actor, entropy: &entropy, now: self.clock.now() };
        let new =
            NewToken { name: "program", scopes: scopes.into_iter().collect(), expires_at: None };
        let (token, secret) =
            secrets::create(self.instance.store(), new, &by, change).await.unwrap();
        (token, Program::at(self.instance.address(), secret.reveal()))
    }

    /// The owner who set everything up.
    pub(crate) async fn owner_person(&self) -> Person {
        let people = self.instance.store().list_people().await.unwrap();
        people.into_iter().find(|person| person.email.as_str() == "owner@example.com").unwrap()
    }

    /// A status page in UTC, by its title.
    pub(crate) async fn page(&mut self, title: &str) {
        let new = "/console/status-pages/new";
        let page = self.owner.fill(new, new, &[("title", title), ("timezone", "UTC")]).await;
        assert_eq!(page.status, 200, "{}", page.text);
    }

    /// The id of a component, by its name.
    pub(crate) async fn component(&self, name: &str) -> String {
        let all = self.instance.store().list_components().await.unwrap();
        all.iter().find(|component| component.name == name).unwrap().id.to_string()
    }

    /// Has readers see what was written.
    pub(crate) async fn publish(&self) {
        self.instance.publisher().run_once(self.clock.now()).await.unwrap();
    }

    /// Another browser.
    pub(crate) fn browser(&self) -> Browser {
        Browser::at(self.instance.address())
    }
}

/// Fills in the form of the link that the first start printed.
pub(crate) async fn claim(browser: &mut Browser, path: &str) -> Page {
    let (_, token) = path.split_once("token=").unwrap();
    let fields = [
        ("token", token),
        ("name", "Ada Owner"),
        ("email", "owner@example.com"),
        ("password", PASSWORD),
    ];
    browser.fill(path, "/console/setup", &fields).await
}

/// Signs in.
pub(crate) async fn sign_in(browser: &mut Browser, email: &str, password: &str) -> Page {
    let fields = [("email", email), ("password", password)];
    browser.fill("/console/sign-in", "/console/sign-in", &fields).await
}
