//! Passkeys in a real browser, with the authenticator that Chromium itself pretends to have.

use serde_json::{Value, json};

use super::assert_none;
use super::axe::Axe;
use super::browser::{Browser, Scheme, Script, View};
use super::layout;
use crate::console::{Office, PASSWORD};
use crate::support::Engine;

/// A device that keeps passkeys and checks who uses it.
const DEVICE: &str = r#"{"options": {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
    "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true
}}"#;

/// Somebody at a browser with a device.
struct Walk {
    office: Office,
    browser: Browser,
    base: String,
    device: Value,
}

impl Walk {
    async fn begin() -> Self {
        // Passkeys belong to an address, so the port has to be known first.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = free.local_addr().unwrap();
        drop(free);
        let base = format!("http://localhost:{}", listen.port());
        let office = Office::open_under(Engine::Sqlite, |conditions| {
            conditions.listen = listen;
            conditions.entrance.public_url = Some(base.clone());
        });
        let office = office.await;
        let browser = Browser::start().await;
        browser.cdp("WebAuthn.enable", json!({})).await;
        let device = serde_json::from_str(DEVICE).unwrap();
        let device = browser.cdp("WebAuthn.addVirtualAuthenticator", device).await;
        Self { office, browser, base, device: device["authenticatorId"].clone() }
    }

    async fn open(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.base)).await;
    }

    /// Fills in the form that is sent to an address, and presses its button.
    async fn press(&self, action: &str, fields: &[(&str, &str)]) {
        let fields = json!(fields);
        let script = format!(
            "{{ const form = document.querySelector('form[action=\"{action}\"]');
            for (const [name, value] of {fields}) form.elements[name].value = value;
            globalThis.isOld = true;
            form.querySelector('button').click(); }}"
        );
        self.browser.value(&script).await;
    }

    /// The same, where another page answers.
    async fn send(&self, action: &str, fields: &[(&str, &str)]) {
        self.press(action, fields).await;
        let is_new = "globalThis.isOld !== true && document.readyState === 'complete'";
        self.browser.until(&format!("{action} answers"), is_new).await;
    }

    async fn sees(&self, text: &str) {
        let words = self.browser.text("document.querySelector('main').textContent").await;
        assert!(words.contains(text), "no “{text}” on:\n{words}");
    }

    async fn sign_out(&self) {
        self.open("/console/account").await;
        self.send("/console/sign-out", &[]).await;
        self.sees("Sign in with a passkey").await;
    }

    async fn sign_in_by_password(&self) {
        let fields = [("email", "owner@example.com"), ("password", PASSWORD)];
        self.open("/console/sign-in").await;
        self.send("/console/sign-in", &fields).await;
    }

    /// What the script says at a form.
    async fn told(&self, action: &str, text: &str) {
        let problem = format!("document.querySelector('form[action=\"{action}\"] [role=alert]')");
        let told = format!(
            "{problem}.checkVisibility() && {problem}.textContent.includes({})",
            json!(text)
        );
        self.browser.until(text, &told).await;
    }
}

#[tokio::test]
async fn a_passkey_is_added_signs_in_and_is_removed() {
    let walk = Walk::begin().await;
    walk.sign_in_by_password().await;
    walk.open("/console/account").await;
    let add = "/console/account/passkeys";
    let wrong = [("name", "This laptop"), ("present_password", "a wrong password")];
    walk.press(add, &wrong).await;
    walk.browser
        .value("document.querySelector('[data-passkey]').closest('details').open = true")
        .await;
    walk.told(add, "The present password is wrong.").await;
    let refused = walk.browser.complaints().await;
    assert!(refused.iter().all(|line| line.contains("a status of 422")), "{refused:?}");
    walk.send(add, &[("name", "This laptop"), ("present_password", PASSWORD)]).await;
    walk.sees("Your passkey is added.").await;
    walk.sees("This laptop").await;
    let again = [("name", "Again"), ("present_password", PASSWORD)];
    walk.browser
        .value("document.querySelector('[data-passkey]').closest('details').open = true")
        .await;
    walk.press(add, &again).await;
    walk.told(add, "This device keeps a passkey for you already.").await;

    walk.sign_out().await;
    let sign_in = "/console/sign-in/passkey";
    walk.send(sign_in, &[]).await;
    assert_eq!(walk.browser.text("location.pathname").await, "/console");
    walk.open("/console/account").await;
    walk.sees("last used").await;
    assert_none(&walk.browser.complaints().await);

    // A device that does not check who uses it gives nothing.
    walk.sign_out().await;
    let parameters = json!({"authenticatorId": walk.device, "isUserVerified": false});
    walk.browser.cdp("WebAuthn.setUserVerified", parameters).await;
    walk.press(sign_in, &[]).await;
    walk.told(sign_in, "No passkey was given").await;
    let parameters = json!({"authenticatorId": walk.device, "isUserVerified": true});
    walk.browser.cdp("WebAuthn.setUserVerified", parameters).await;
    walk.send(sign_in, &[]).await;

    walk.open("/console/account").await;
    let remove =
        "document.querySelector('form[action$=\"/remove\"][action*=pky_]').getAttribute('action')";
    let remove = walk.browser.text(remove).await;
    walk.send(&remove, &[("present_password", PASSWORD)]).await;
    walk.sees("Your passkey is removed.").await;
    walk.sign_out().await;
    walk.send(sign_in, &[]).await;
    walk.sees("This passkey opens nothing here: sign in with your password.").await;
    walk.browser.quit().await;
    walk.office.instance.stop().await;
}

#[tokio::test]
async fn the_pages_are_in_order() {
    let walk = Walk::begin().await;
    let mut findings = Vec::new();
    let axe = Axe::load();
    walk.sign_in_by_password().await;
    walk.open("/console/account").await;
    let fields =
        [("name", "A laptop with quite a long name, kept at home"), ("present_password", PASSWORD)];
    walk.send("/console/account/passkeys", &fields).await;
    for path in ["/console/account", "/console/sign-in"] {
        walk.open(path).await;
        walk.browser
            .value("document.querySelectorAll('details').forEach(it => { it.open = true; })")
            .await;
        findings.extend(layout::of_open_page(&walk.browser, path).await);
        for width in [View::DESK, View::PHONE] {
            for scheme in [Scheme::Light, Scheme::Dark] {
                let verdict = axe.look_at(&walk.browser, View { width, scheme }).await;
                let place = format!("{path} at {width} {scheme:?}");
                findings.extend(verdict.findings.iter().map(|line| format!("{place}: {line}")));
            }
        }
        if path == "/console/account" {
            walk.sign_out().await;
        }
    }
    assert_none(&findings);
    walk.browser.quit().await;
    walk.office.instance.stop().await;
}

#[tokio::test]
async fn without_script_or_elsewhere_the_forms_stay_hidden() {
    let walk = Walk::begin().await;
    let is_shown = "document.querySelector('[data-passkey]').checkVisibility()";
    walk.open("/console/sign-in").await;
    assert_eq!(walk.browser.value(is_shown).await, true);
    let elsewhere = walk.base.replace("localhost", "127.0.0.1");
    walk.browser.open(&format!("{elsewhere}/console/sign-in")).await;
    assert_eq!(walk.browser.value(is_shown).await, false);
    walk.browser.script(Script::Off).await;
    walk.open("/console/sign-in").await;
    assert_eq!(walk.browser.value(is_shown).await, false);
    walk.sees("Address for mail").await;
    walk.sign_in_by_password().await;
    walk.open("/console/account").await;
    walk.sees("This takes script").await;
    walk.browser.quit().await;
    walk.office.instance.stop().await;
}
