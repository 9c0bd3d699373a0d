//! Somebody at a real browser: finds things by what they are called, clicks where they are, types.

use allclear::instance::Conditions;
use data_encoding::BASE64;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::console::{Office, PASSWORD};
use crate::pages::assert_none;
use crate::pages::browser::{Browser, Kept, Scheme, Script, View};
use crate::pages::layout;
use crate::support::Engine;

/// What is called what, on the open page. Hints, and what a field holds, are no part of its name.
pub(super) const NAMES: &str = "
const nameOf = el => {
    const copy = el.cloneNode(true);
    copy.querySelectorAll('select, textarea, .hint, [aria-hidden=true]').forEach(it => it.remove());
    return copy.textContent.replace(/\\s+/g, ' ').trim();
};
const isThere = el => el.checkVisibility() && !el.closest('[aria-hidden=true]');
const things = name => [...document.querySelectorAll('a[href], button, summary')]
    .filter(el => isThere(el) && nameOf(el) === name);
const fields = name => [...document.querySelectorAll('label')]
    .filter(el => el.control && isThere(el.control) && nameOf(el) === name)
    .map(el => el.control);
const only = (all, name) => {
    const link = all.length > 1 && all.every(el => el.href && el.href === all[0].href);
    if (all.length !== 1 && !link) throw new Error(`${all.length} are called ${name}, on:\\n${
        document.body.innerText}`);
    return all[0];
};
const place = el => {
    el.scrollIntoView({ block: 'center' });
    const box = el.getClientRects()[0];
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const at = document.elementFromPoint(x, y);
    if (!el.contains(at) && !at?.contains(el))
        throw new Error(`${el.outerHTML.slice(0, 120)} is covered by ${at?.outerHTML.slice(0, 120)}`);
    return [x, y];
};";

/// Sets what somebody would choose from a list, or from the browser's own calendar.
const SET: &str = "(el, value) => {
    el.focus();
    el.value = value;
    if (el.value !== value) throw new Error(`${value} cannot be chosen`);
    el.dispatchEvent(new Event('input', { bubbles: true }));
    el.dispatchEvent(new Event('change', { bubbles: true }));
}";

/// True once another page stands where the marked one was.
pub(super) const IS_NEW: &str = "globalThis.isOld !== true && document.readyState === 'complete'";

/// How somebody gets at the product.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) engine: Engine,
    pub(super) width: u32,
    pub(super) script: Script,
}

impl Way {
    /// Each engine and each width once.
    pub(super) const BOTH: [Self; 2] =
        [Self::on(Engine::Sqlite, View::PHONE), Self::on(Engine::Postgres, View::DESK)];

    pub(super) const fn on(engine: Engine, width: u32) -> Self {
        Self { engine, width, script: Script::On }
    }

    pub(super) const fn without_script(self) -> Self {
        Self { script: Script::Off, ..self }
    }
}

/// Somebody with a browser, before a server.
pub(super) struct Walker {
    pub(super) browser: Browser,
    width: u32,
    base: String,
    place: String,
    findings: Vec<String>,
}

impl Walker {
    /// Somebody who looks at a server in a certain way.
    pub(super) async fn before(base: String, way: Way) -> Self {
        let browser = Browser::start().await;
        browser.look(View::wide(way.width)).await;
        browser.script(way.script).await;
        // Customers have caches of their own: what is kept here is not what they have.
        browser.keep(Kept::Nothing).await;
        let place = format!("{way:?}");
        Self { browser, width: way.width, base, place, findings: Vec::new() }
    }

    /// Opens an address.
    pub(super) async fn open(&mut self, path: &str) {
        self.browser.open(&format!("{}{path}", self.base)).await;
        self.look_around(None).await;
    }

    /// Opens an address without looking around.
    pub(super) async fn visit(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.base)).await;
    }

    /// Looks whether the page is in order: it does not scroll sideways, and the browser does not
    /// complain but of a status that is meant.
    async fn look_around(&mut self, refused: Option<u16>) {
        let path = self.browser.text("location.pathname").await;
        let place = format!("{} {path}", self.place);
        self.findings.extend(layout::sideways(&self.browser, &place).await);
        let meant = refused.map(|status| format!("a status of {status}"));
        let complaints = self.browser.complaints().await.into_iter();
        let complaints =
            complaints.filter(|line| !meant.as_ref().is_some_and(|meant| line.contains(meant)));
        self.findings.extend(complaints.map(|line| format!("{place}: {line}")));
    }

    async fn ask(&self, expression: &str) -> Value {
        self.browser.value(&format!("(() => {{ {NAMES} return {expression}; }})()")).await
    }

    async fn click_at(&self, element: &str) {
        let place = self.ask(&format!("place({element})")).await;
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({
                "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1,
            });
            self.browser.cdp("Input.dispatchMouseEvent", event).await;
        }
    }

    /// Clicks on a link, a button or a summary that stays on the page.
    pub(super) async fn click(&self, name: &str) {
        self.click_at(&format!("only(things({0}), {0})", json!(name))).await;
    }

    /// Clicks on a link or a button that leads to another page.
    pub(super) async fn go(&mut self, name: &str) {
        self.leave_by(name, None).await;
    }

    /// The same, where the answer is a refusal.
    pub(super) async fn go_refused(&mut self, name: &str, status: u16) {
        self.leave_by(name, Some(status)).await;
    }

    async fn leave_by(&mut self, name: &str, refused: Option<u16>) {
        self.browser.value("globalThis.isOld = true").await;
        self.click(name).await;
        self.browser.until(&format!("{name} leads somewhere"), IS_NEW).await;
        self.look_around(refused).await;
    }

    /// Types into a field, in place of what it holds.
    pub(super) async fn type_into(&self, field: &str, text: &str) {
        let found = format!("only(fields({0}), {0})", json!(field));
        self.click_at(&found).await;
        self.ask(&format!("({found}.select(), 0)")).await;
        self.browser.cdp("Input.insertText", json!({"text": text})).await;
        assert_eq!(self.field(field).await, text, "{field}");
    }

    /// Chooses from a list by the word that stands there, or a time.
    pub(super) async fn choose(&self, field: &str, wanted: &str) {
        let (name, wanted) = (json!(field), json!(wanted));
        let value = format!(
            "[...el.options ?? []].find(one => one.textContent === {wanted})?.value ?? {wanted}"
        );
        let set = format!("(el => ({SET})(el, {value}))(only(fields({name}), {name}))");
        self.ask(&set).await;
    }

    /// Ticks a box, or takes one of several choices.
    pub(super) async fn tick(&self, name: &str) {
        self.click_at(&format!("only(fields({0}), {0})", json!(name))).await;
    }

    /// What a field holds.
    pub(super) async fn field(&self, name: &str) -> String {
        let value = self.ask(&format!("only(fields({0}), {0}).value", json!(name))).await;
        value.as_str().unwrap().to_owned()
    }

    /// The words on the page, as they are seen.
    pub(super) async fn words(&self) -> String {
        self.browser.text("document.body.innerText.replaceAll('\\u00a0', ' ')").await
    }

    /// Fails where a text is not to be seen.
    pub(super) async fn sees(&self, texts: &[&str]) {
        let words = self.words().await;
        for text in texts {
            assert!(words.contains(text), "no “{text}” on:\n{words}");
        }
    }

    /// Fails where a text is to be seen.
    pub(super) async fn does_not_see(&self, texts: &[&str]) {
        let words = self.words().await;
        for text in texts {
            assert!(!words.contains(text), "“{text}” stands on:\n{words}");
        }
    }

    /// Reads a page as customers do, until it tells what was just written.
    pub(super) async fn reads(&mut self, path: &str, texts: &[&str]) {
        let mut tries = 0;
        loop {
            self.browser.open(&format!("{}{path}", self.base)).await;
            let words = self.words().await;
            if texts.iter().all(|text| words.contains(text)) {
                break;
            }
            tries += 1;
            assert!(tries < 100, "{path} does not tell {texts:?}, but:\n{words}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        self.look_around(None).await;
    }

    /// Keeps pictures of the open page, in every look, where somebody asked for them by naming a folder in
    /// `ALLCLEAR_TEST_PICTURES`.
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests says so")]
    pub(super) async fn picture(&self, stage: &str) {
        let Some(folder) = std::env::var_os("ALLCLEAR_TEST_PICTURES") else { return };
        for width in [View::PHONE, View::DESK] {
            for scheme in [Scheme::Light, Scheme::Dark] {
                self.browser.look(View { width, scheme }).await;
                let whole = json!({"captureBeyondViewport": true, "format": "png"});
                let shot = self.browser.cdp("Page.captureScreenshot", whole).await;
                let bytes = BASE64.decode(shot["data"].as_str().unwrap().as_bytes()).unwrap();
                let name = format!("{stage}-{width}-{scheme:?}.png").to_lowercase();
                std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
            }
        }
        self.browser.look(View::wide(self.width)).await;
    }

    /// The path of the page that is open.
    pub(super) async fn path(&self) -> String {
        self.browser.text("location.pathname").await
    }

    /// Ends, and fails with what was found on the way.
    pub(super) async fn rest(self) {
        self.browser.quit().await;
        assert_none(&self.findings);
    }
}

/// A server whose clock is turned, and somebody before it.
pub(super) struct Walk {
    pub(super) office: Office,
    pub(super) walker: Walker,
}

impl Walk {
    /// Before a server that nobody set up; gives the path of the link.
    pub(super) async fn begin(way: Way) -> (Self, String) {
        Self::begin_under(way, |_| ()).await
    }

    /// The same, under conditions that differ from those of other stories.
    pub(super) async fn begin_under(
        way: Way,
        differ: impl FnOnce(&mut Conditions),
    ) -> (Self, String) {
        let (office, path) = Office::empty_under(way.engine, differ).await;
        let base = format!("http://{}", office.instance.address());
        let mut walker = Walker::before(base, way).await;
        walker.browser.believe(allclear_domain::Clock::now(&office.clock)).await;
        (Self { office, walker }, path)
    }

    /// Before one that is set up, with a page and three components.
    pub(super) async fn with_a_page(way: Way) -> Self {
        let (mut walk, path) = Self::begin(way).await;
        set_up(&mut walk.walker, &path, way).await;
        walk
    }

    /// Time goes by, and what is due by itself happens.
    pub(super) async fn wait(&mut self, minutes: i64) {
        self.office.clock.turn(SignedDuration::from_mins(minutes));
        let now = allclear_domain::Clock::now(&self.office.clock);
        self.office.instance.maintenance().run_once(now).await.unwrap();
        self.office.publish().await;
        self.walker.browser.believe(now).await;
    }

    /// Ends everything.
    pub(super) async fn end(self) {
        self.walker.rest().await;
        self.office.instance.stop().await;
    }
}

/// From the link that `serve` prints to a page with components.
pub(super) async fn set_up(walker: &mut Walker, path: &str, way: Way) {
    walker.open(path).await;
    walker.type_into("Your name", "Ada Owner").await;
    walker.type_into("Address for mail", "owner@example.com").await;
    walker.type_into("Password", PASSWORD).await;
    walker.go("Set up").await;
    walker.sees(&["New status page", "Step 1 of 2"]).await;
    walker.type_into("Title", "Example Shop").await;
    if way.script == Script::On {
        assert_eq!(walker.field("Time zone").await, "Europe/Berlin", "that of the browser");
    } else {
        walker.type_into("Time zone", "Europe/Berlin").await;
    }
    walker.go("Make the page").await;
    walker.sees(&["Components", "Public page of Example Shop"]).await;
    walker.type_into("One per line", "Web shop\nPayments\n  Cards\n  Invoices").await;
    walker.go("Add").await;
    walker.sees(&["Added.", "Web shop", "Payments", "Cards", "Invoices"]).await;
    walker.reads("/", &["Example Shop", "Web shop", "All systems operational"]).await;
}
