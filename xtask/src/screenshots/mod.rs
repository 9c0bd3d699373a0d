//! `cargo xtask screenshots`: pictures of the demo for the README, taken by a real browser.
//!
//! The demo lives by the clock, so two runs never give the same bytes. No test compares them: look
//! at each before it is checked in.

mod base64;
mod driver;

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::bench::process::Server;
use crate::machine::{self, Need};
use crate::say::{say, tell};
use crate::screenshots::driver::Browser;
use crate::{postgres, run, workspace};

/// Where the pictures are checked in.
const FOLDER: &str = "docs/screenshots";
/// A picture above this makes the README slow.
const BYTES_MAX: usize = 300_000;

/// One picture.
struct Shot {
    name: &'static str,
    /// The page to begin at.
    start: &'static str,
    /// The link to follow from there, as a selector; empty to stay.
    link: &'static str,
    screen: Screen,
    scheme: &'static str,
    /// Where to cut the picture off, in CSS pixels.
    height_max: u32,
}

/// What the page is looked at on.
#[derive(Clone, Copy)]
enum Screen {
    Phone,
    Desktop,
}

impl Screen {
    /// Width of the window, of the part that is shown, and pixels for each pixel of CSS.
    const fn size(self) -> (u32, u32, u32) {
        match self {
            Self::Phone => (390, 390, 2),
            Self::Desktop => (1280, 960, 1),
        }
    }
}

const SHOTS: [Shot; 7] = [
    shot("now-phone-light", "/", "", Screen::Phone, "light", 1200),
    shot("now-phone-dark", "/", "", Screen::Phone, "dark", 1200),
    shot("now-desktop-light", "/", "", Screen::Desktop, "light", 1500),
    shot("now-desktop-dark", "/", "", Screen::Desktop, "dark", 1500),
    shot("incident-desktop-light", "/", ".incident h2 a", Screen::Desktop, "light", 1600),
    shot("history-desktop-light", "/p/foxycart/history", "", Screen::Desktop, "light", 1100),
    shot("component-phone-dark", "/", ".component .line a", Screen::Phone, "dark", 1100),
];

const fn shot(
    name: &'static str,
    start: &'static str,
    link: &'static str,
    screen: Screen,
    scheme: &'static str,
    height_max: u32,
) -> Shot {
    Shot { name, start, link, screen, scheme, height_max }
}

/// Takes all pictures anew; false if one is too large.
pub(crate) fn run() -> Result<bool> {
    machine::prepare(Need::Pages)?;
    tell("building the binary")?;
    if !run::succeeds(&mut run::cargo(&["build", "--package", "allclear"])?)? {
        bail!("the build failed, see above");
    }
    let binary = workspace::target_folder()?.join("debug/allclear");
    let folder = tempfile::Builder::new().prefix("allclear-screenshots-").tempdir()?;
    let port = postgres::free_port()?;
    let mut demo = Command::new(binary);
    demo.args(["demo", "--listen", &format!("127.0.0.1:{port}")]);
    let demo = Server::start(&mut demo, port, &folder.path().join("demo.log"))?;
    let browser = Browser::start(folder.path())?;
    let mut all_small = true;
    for shot in &SHOTS {
        all_small &= take(&browser, &demo, shot)?;
    }
    Ok(all_small)
}

fn take(browser: &Browser, demo: &Server, shot: &Shot) -> Result<bool> {
    let (window, shown, scale) = shot.screen.size();
    let size = json!({
        "width": window, "height": 900, "deviceScaleFactor": scale, "mobile": false,
    });
    browser.cdp("Emulation.setDeviceMetricsOverride", &size)?;
    browser.cdp("Emulation.setScrollbarsHidden", &json!({"hidden": true}))?;
    let scheme = json!({"features": [{"name": "prefers-color-scheme", "value": shot.scheme}]});
    browser.cdp("Emulation.setEmulatedMedia", &scheme)?;
    browser.open(&format!("http://127.0.0.1:{}{}", demo.port, shot.start))?;
    if !shot.link.is_empty() {
        let target = browser.value(&format!("document.querySelector('{}')?.href", shot.link))?;
        let target = target.as_str();
        browser.open(target.with_context(|| format!("no {} on {}", shot.link, shot.start))?)?;
    }
    let height = browser.value("document.documentElement.scrollHeight")?;
    let height = height.as_u64().unwrap_or(0).min(u64::from(shot.height_max));
    let picture = json!({
        "format": "png", "captureBeyondViewport": true,
        "clip": {"x": (window - shown) / 2, "y": 0, "width": shown, "height": height, "scale": 1},
    });
    let picture: Value = browser.cdp("Page.captureScreenshot", &picture)?;
    let picture = picture["data"].as_str().context("the browser gave no picture")?;
    let bytes = base64::decode(picture).context("the picture is not base64")?;
    let path = format!("{FOLDER}/{}.png", shot.name);
    let file = workspace::root()?.join(&path);
    fs::create_dir_all(file.parent().context("no folder")?)?;
    fs::write(&file, &bytes)?;
    say(&format!("{path}: {} kB", bytes.len() / 1000))?;
    if bytes.len() > BYTES_MAX {
        tell(&format!("{path}: more than {} kB: show less of the page", BYTES_MAX / 1000))?;
    }
    Ok(bytes.len() <= BYTES_MAX)
}
