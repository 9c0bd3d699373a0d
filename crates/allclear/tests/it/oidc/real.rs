//! With a real provider: the certified `oidc-provider`, run by node. `cargo xtask test` fetches it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use allclear_domain::{Clock, SystemClock};
use allclear_store::AuditFilter;

use super::{PUBLIC_URL, assert_outside, invite, office, path_of, set_out};
use crate::support::Engine;
use crate::support::browser::{Browser, Page};

/// The provider, while it runs.
pub(crate) struct Running {
    child: Child,
    pub(crate) issuer: String,
    /// It writes there later too, and would end where nobody could read it.
    _said: BufReader<ChildStdout>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "tests get their services from the environment")]
fn node_modules() -> String {
    std::env::var("ALLCLEAR_TEST_PROVIDER").expect(
        "ALLCLEAR_TEST_PROVIDER is not set: run `cargo xtask test`, which fetches the provider",
    )
}

impl Running {
    /// Starts it, for an office at an address.
    pub(crate) fn start_for(public_url: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/oidc/provider.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .arg(node_modules())
            .arg(format!("{public_url}/console/sign-in/provider/back"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node is installed");
        let mut issuer = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut issuer).unwrap();
        let issuer = issuer.trim().to_owned();
        assert!(issuer.starts_with("http://"), "the provider did not start");
        Self { child, issuer, _said: said }
    }

    /// Signs in there under a name and agrees to everything; gives where the browser is sent back.
    async fn vouch(&self, there: &str, login: &str) -> String {
        let address = self.issuer.strip_prefix("http://").unwrap().parse().unwrap();
        let mut browser = Browser::at(address);
        let mut path = path_of(there).to_owned();
        let mut page = browser.ask("GET", &path, None).await;
        for _ in 0..10 {
            if page.status == 303 {
                let to = page.header("location").to_owned();
                if let Some(back) = to.strip_prefix(PUBLIC_URL) {
                    return back.to_owned();
                }
                path_of(&to).clone_into(&mut path);
                page = browser.ask("GET", &path, None).await;
            } else {
                page = fill_in(&mut browser, &path, &page, login).await;
            }
        }
        panic!("the provider sends nobody back: {} {}", page.status, page.text);
    }
}

async fn fill_in(browser: &mut Browser, path: &str, page: &Page, login: &str) -> Page {
    match page.hidden("prompt") {
        Some("login") => {
            let fields = [("prompt", "login"), ("login", login), ("password", "any")];
            browser.send(path, &fields).await
        }
        Some("consent") => browser.send(path, &[("prompt", "consent")]).await,
        other => panic!("{other:?}: {} {}", page.status, page.text),
    }
}

#[tokio::test]
async fn whoever_was_invited_signs_in_and_is_known_again() {
    let provider = Running::start_for(PUBLIC_URL);
    for engine in Engine::ALL {
        let office = office(engine, &provider.issuer, SystemClock.now()).await;
        for _ in 0..2 {
            let mut ada = office.browser();
            let there = set_out(&mut ada, "/console/incidents").await;
            let back = provider.vouch(&there, "ada").await;
            let page = ada.ask("GET", &back, None).await;
            assert_eq!(page.status, 303, "{engine:?}: {}", page.text);
            assert_eq!(page.header("location"), "/console/incidents");
            assert!(ada.has_cookie("allclear_session"));
            assert!(!ada.has_cookie("allclear_trip"));
            let page = ada.get("/console/incidents").await;
            assert_eq!(page.status, 200, "{}", page.text);
        }
        let store = office.instance.store();
        let people = store.list_people().await.unwrap();
        let ada = people.iter().find(|person| person.email.as_str() == "ada@example.com").unwrap();
        assert!(ada.is_active());
        let [identity] = &store.list_identities(ada.id).await.unwrap()[..] else {
            panic!("they are bound once");
        };
        assert_eq!(
            (identity.issuer.as_str(), identity.subject.as_str()),
            (&*provider.issuer, "ada")
        );
        let entries = store.list_audit_entries(&AuditFilter::default(), 100).await.unwrap();
        let told = entries.iter().filter_map(|entry| entry.after.as_deref());
        assert_eq!(told.filter(|after| after.contains("signed_in_with")).count(), 2);
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn nobody_else_gets_in() {
    let provider = Running::start_for(PUBLIC_URL);
    let office = office(Engine::Sqlite, &provider.issuer, SystemClock.now()).await;
    invite(&office, "eve@example.com").await;
    for (login, words) in [
        ("stranger", "Nobody here has the address stranger@example.com"),
        ("unconfirmed-eve", "does not say that an address for mail is yours"),
    ] {
        let mut browser = office.browser();
        let there = set_out(&mut browser, "").await;
        let back = provider.vouch(&there, login).await;
        let page = browser.ask("GET", &back, None).await;
        assert_outside(&browser, &page, 403, words);
    }
}

/// The address that the browser is sent back to is worth nothing a second time, to the same browser
/// or to another one: not to somebody who saw it, and not to make others sign in as oneself.
#[tokio::test]
async fn the_way_back_is_for_one_browser_once() {
    let provider = Running::start_for(PUBLIC_URL);
    let office = office(Engine::Sqlite, &provider.issuer, SystemClock.now()).await;
    let mut ada = office.browser();
    let there = set_out(&mut ada, "").await;
    let trip = ada.cookie_line();
    let back = provider.vouch(&there, "ada").await;

    let mut victim = office.browser();
    let page = victim.ask("GET", &back, None).await;
    assert_outside(&victim, &page, 410, "Begin again");
    set_out(&mut victim, "").await;
    let page = victim.ask("GET", &back, None).await;
    assert_outside(&victim, &page, 410, "began in another browser");

    assert_eq!(ada.ask("GET", &back, None).await.status, 303);
    let mut again = office.browser();
    for pair in trip.split("; ") {
        let (name, value) = pair.split_once('=').unwrap();
        again.take_cookie(name, value);
    }
    let page = again.ask("GET", &back, None).await;
    assert_outside(&again, &page, 401, "did not say who you are");
}
