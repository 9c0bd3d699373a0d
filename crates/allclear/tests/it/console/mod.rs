//! The console: who gets in, and what they can do there.

mod signing_in;

use allclear::instance::Instance;
use allclear_domain::{Entropy, TurnedClock};
use allclear_people::set_up;

use crate::support::browser::{Browser, Page};
use crate::support::{Engine, Fresh};

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
        let fresh = Fresh::on(engine);
        let clock = TurnedClock::at(NOON.parse().unwrap());
        let instance = fresh.instance(&clock).await;
        let entropy = Entropy::from_seed(9);
        let now = NOON.parse().unwrap();
        let link = set_up::open_link(instance.store(), &entropy, now).await.unwrap().unwrap();
        let owner = Browser::at(instance.address());
        let path = format!("/console/setup?token={}", link.reveal());
        (Self { _fresh: fresh, clock, instance, owner }, path)
    }

    /// An instance that an owner has set up.
    pub(crate) async fn open(engine: Engine) -> Self {
        let (mut office, path) = Self::empty(engine).await;
        let page = claim(&mut office.owner, &path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(office.owner.has_cookie("allclear_session"));
        office
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
