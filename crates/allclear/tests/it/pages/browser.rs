//! One real browser: started with a fresh profile, driven, and gone with everything it started.
//!
//! Commands are those that every driver knows; what they do not cover (schemes of color, script
//! switched off, the time) goes over Chromium's own protocol, through the driver's endpoint for it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, LoggingPrefsLogLevel};
use tokio::sync::{Mutex, MutexGuard};

/// A condition that does not hold by then will not.
const DEADLINE: Duration = Duration::from_secs(10);
/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// One browser at a time: two of them on a small machine only slow each other down.
static TURN: Mutex<()> = Mutex::const_new(());

/// What `cargo xtask test` prepares, by the name of its environment variable.
#[expect(clippy::disallowed_methods, reason = "tests get their services from the environment")]
pub(super) fn prepared(name: &str) -> PathBuf {
    std::env::var_os(name)
        .map(PathBuf::from)
        .unwrap_or_else(|| panic!("{name} is not set: run `cargo xtask test`, which prepares it"))
}

/// Which colors a reader prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// How a reader looks at a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View {
    /// Width in CSS pixels.
    pub(super) width: u32,
    /// The reader's colors.
    pub(super) scheme: Scheme,
}

impl View {
    /// A phone.
    pub(super) const PHONE: u32 = 390;
    /// A desk.
    pub(super) const DESK: u32 = 1280;

    /// A view with a width, in light colors.
    pub(super) const fn wide(width: u32) -> Self {
        Self { width, scheme: Scheme::Light }
    }

    /// How high such a screen is.
    const fn height(self) -> u32 {
        if self.width < Self::DESK { 844 } else { 900 }
    }
}

/// Whether pages may run script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// They may.
    On,
    /// The reader has switched it off.
    Off,
}

/// What a browser keeps of the pages that it has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// What it may.
    Copies,
    /// Nothing.
    Nothing,
}

/// A running browser. Dropping it ends the driver, and with the driver the browser.
pub(super) struct Browser {
    driver: WebDriver,
    clock: Option<String>,
    _chromedriver: Chromedriver,
    _folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Browser {
    /// Starts one, when it is its turn.
    pub(super) async fn start() -> Self {
        let turn = TURN.lock().await;
        let folder = tempfile::tempdir().unwrap();
        let chromedriver = Chromedriver::start(&folder);
        let address = format!("http://127.0.0.1:{}", chromedriver.port);
        let driver = WebDriver::new(address, capabilities(&folder)).await.unwrap();
        let browser =
            Self { driver, clock: None, _chromedriver: chromedriver, _folder: folder, _turn: turn };
        let zone = json!({"timezoneId": "Europe/Berlin"});
        browser.cdp("Emulation.setTimezoneOverride", zone).await;
        // Phones lay scroll bars over the page, so all of the width is the page's.
        let hidden = json!({"hidden": true});
        browser.cdp("Emulation.setScrollbarsHidden", hidden).await;
        // Where the focus is shows in a window that has it, and there is nobody to give it to one.
        browser.cdp("Emulation.setFocusEmulationEnabled", json!({"enabled": true})).await;
        browser.look(View::wide(View::DESK)).await;
        browser
    }

    /// Ends it. A failed test does not come here: dropping ends it too.
    pub(super) async fn quit(self) {
        self.driver.clone().quit().await.unwrap();
    }

    /// A command of Chromium's own protocol.
    pub(super) async fn cdp(&self, method: &str, parameters: Value) -> Value {
        let answer = self.driver.cdp().send_raw(method, parameters).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Looks at pages in a certain way. Motion is always reduced: a color that is still changing
    /// would be measured halfway.
    pub(super) async fn look(&self, view: View) {
        let scheme = match view.scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let size = json!({
            "width": view.width, "height": view.height(), "deviceScaleFactor": 1, "mobile": false,
        });
        self.cdp("Emulation.setDeviceMetricsOverride", size).await;
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.cdp("Emulation.setEmulatedMedia", features).await;
    }

    /// Switches the script of pages on or off, for pages opened from now on.
    pub(super) async fn script(&self, script: Script) {
        let is_off = json!({"value": script == Script::Off});
        self.cdp("Emulation.setScriptExecutionDisabled", is_off).await;
    }

    /// Has it keep copies or not.
    pub(super) async fn keep(&self, kept: Kept) {
        self.cdp("Network.enable", json!({})).await;
        let is_off = json!({"cacheDisabled": kept == Kept::Nothing});
        self.cdp("Network.setCacheDisabled", is_off).await;
    }

    /// Makes the browser believe that it is `now`, in pages opened from now on. Time goes on from
    /// there.
    pub(super) async fn believe(&mut self, now: Timestamp) {
        if let Some(identifier) = self.clock.take() {
            let old = json!({"identifier": identifier});
            self.cdp("Page.removeScriptToEvaluateOnNewDocument", old).await;
        }
        let source = TURNED_DATE.replace("NOW", &now.as_millisecond().to_string());
        let source = json!({"source": source});
        let added = self.cdp("Page.addScriptToEvaluateOnNewDocument", source).await;
        self.clock = added["identifier"].as_str().map(str::to_owned);
    }

    /// Opens an address and waits until the page is loaded.
    pub(super) async fn open(&self, address: &str) {
        self.driver.goto(address).await.unwrap();
        // On a machine that has much to do the driver may be back while the page is still being read.
        self.until("the page is loaded", "document.readyState === 'complete' && !!document.body")
            .await;
    }

    /// The value of an expression, once it is settled. It runs beside the page's own script, also
    /// where that is switched off.
    pub(super) async fn value(&self, expression: &str) -> Value {
        // A page that is still on its way has nothing in it yet.
        let start = Instant::now();
        while self.evaluated("!!document.body").await != Value::Bool(true)
            && start.elapsed() < DEADLINE
        {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        self.evaluated(expression).await
    }

    async fn evaluated(&self, expression: &str) -> Value {
        let parameters = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true,
        });
        let answer = self.cdp("Runtime.evaluate", parameters).await;
        if let Some(problem) = answer.get("exceptionDetails") {
            panic!("{expression:.200}: {problem}");
        }
        answer["result"]["value"].clone()
    }

    /// The same as text.
    pub(super) async fn text(&self, expression: &str) -> String {
        let value = self.value(expression).await;
        value.as_str().map(str::to_owned).unwrap_or(value.to_string())
    }

    /// Waits until an expression is true; `what` is said where that does not happen.
    pub(super) async fn until(&self, what: &str, expression: &str) {
        let start = Instant::now();
        while self.value(expression).await != Value::Bool(true) {
            assert!(start.elapsed() < DEADLINE, "not within {DEADLINE:?}: {what}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Presses keys.
    pub(super) async fn press(&self, keys: impl Into<TypingData>) {
        let keys = keys.into();
        self.driver.action_chain().send_keys(keys).perform().await.unwrap();
    }

    /// What the browser complained of since the last call: errors of script, files that do not
    /// load, what the content security policy forbade, and warnings.
    pub(super) async fn complaints(&self) -> Vec<String> {
        let entries = self.driver.browser_log().await.unwrap();
        let bad = entries
            .into_iter()
            .filter(|entry| matches!(entry.level.as_str(), "WARNING" | "SEVERE"));
        bad.map(|entry| format!("console: {}: {}", entry.level, entry.message)).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Else the session would ask the driver, which no longer answers, and block until it gives
        // up. It fails only if the session has ended already.
        let _ended = self.driver.clone().leak();
    }
}

/// A `Date` that begins at `NOW` and can be turned by milliseconds; else it is as ever.
const TURNED_DATE: &str = "(() => {
    const real = Date;
    let ahead = NOW - real.now();
    globalThis.turnClock = by => { ahead += by; };
    const now = () => real.now() + ahead;
    globalThis.Date = new Proxy(real, {
        construct: (target, given, self) =>
            Reflect.construct(target, given.length ? given : [now()], self),
        apply: () => new real(now()).toString(),
        get: (target, name) => name === 'now' ? now : Reflect.get(target, name),
    });
})()";

fn capabilities(folder: &TempDir) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    let chromium = prepared("ALLCLEAR_TEST_CHROMIUM");
    capabilities.set_binary(&chromium.to_string_lossy()).unwrap();
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    for argument in [
        "--headless",
        // The sandbox needs rights that containers do not give; the pages are our own.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--lang=en-US",
        // When the driver is gone the pipe closes, and the browser ends itself.
        "--remote-debugging-pipe",
        &profile,
    ] {
        capabilities.add_arg(argument).unwrap();
    }
    capabilities
}

/// The driver. It ends when its standard input closes, so it does not outlive a test that is
/// killed.
struct Chromedriver {
    guard: Child,
    port: u16,
}

/// Starts the driver, waits for the end of standard input, ends the driver. It leaves what the driver
/// writes to the driver, so that who reads it sees when that has ended.
const GUARD: &str =
    r#""$0" --port=0 & driver=$!; exec >/dev/null 2>&1; read -r _; kill "$driver"; wait "$driver""#;

/// How often it is started: it takes a port of IPv4 that is free, and ends where the same port of
/// IPv6 is not.
const STARTS_MAX: usize = 5;

impl Chromedriver {
    fn start(folder: &TempDir) -> Self {
        let started = (0..STARTS_MAX).find_map(|_| Self::try_start(folder));
        started.expect("chromedriver ended without saying its port")
    }

    fn try_start(folder: &TempDir) -> Option<Self> {
        let mut guard = Command::new("sh")
            .args(["-c", GUARD])
            .arg(prepared("ALLCLEAR_TEST_CHROMEDRIVER"))
            .env("HOME", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(guard.stdout.take().unwrap()).lines();
        let Some(port) = lines.find_map(|line| port_in(&line.unwrap())) else {
            drop(guard.stdin.take());
            guard.wait().unwrap();
            return None;
        };
        // The driver goes on writing: somebody has to read.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { guard, port })
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // It fails only if it is gone already.
        let _gone = self.guard.wait();
    }
}

/// `ChromeDriver was started successfully on port 36229.`
fn port_in(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}
