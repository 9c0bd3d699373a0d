//! What the checks of pages need: a browser and its driver, Java, and two checkers from npm.
//!
//! The checkers' versions and checksums are pinned in `xtask/pages/`. They are fetched into the
//! target folder, and only when what is pinned has changed. Their install scripts do not run: one
//! of them would fetch a Java of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::machine::{self, Need};
use crate::postgres::Cluster;
use crate::say::tell;
use crate::{run, workspace};

/// Where the versions are pinned.
const PINNED: &str = "xtask/pages";
/// What is copied from there; the last one is written last, so it tells that all is there.
const FILES: [&str; 3] = [".npmrc", "package.json", "package-lock.json"];
/// The accessibility checker, below the folder that npm fills.
const AXE: &str = "node_modules/axe-core/axe.min.js";
/// The HTML checker.
const VNU: &str = "node_modules/vnu-jar/build/dist/vnu.jar";

/// What is on the machine and in the target folder, by the variable that tells the tests.
pub(crate) struct Prepared(Vec<(&'static str, PathBuf)>);

impl Prepared {
    /// Tells a command where everything is.
    pub(crate) fn tell(&self, command: &mut Command) {
        command.envs(self.0.iter().map(|(name, path)| (name, path)));
    }
}

/// Makes sure that everything is there, after saying what is fetched.
pub(crate) fn prepare() -> Result<Prepared> {
    machine::prepare(Need::Pages)?;
    let folder = workspace::target_folder()?.join("pages");
    let pinned = workspace::root()?.join(PINNED);
    if !is_fetched(&pinned, &folder) {
        fetch(&pinned, &folder)?;
    }
    let mut prepared = vec![
        ("ALLCLEAR_TEST_CHROMIUM", machine::program("chromium")?),
        ("ALLCLEAR_TEST_CHROMEDRIVER", machine::program("chromedriver")?),
    ];
    for (name, file) in [("ALLCLEAR_TEST_AXE", AXE), ("ALLCLEAR_TEST_VNU", VNU)] {
        let path = folder.join(file);
        if !path.is_file() {
            bail!("npm did not bring {file}: remove {} and try again", folder.display());
        }
        prepared.push((name, path));
    }
    Ok(Prepared(prepared))
}

/// Only the tests of pages, on both engines: faster than everything for whoever works on them.
pub(crate) fn run() -> Result<bool> {
    let prepared = prepare()?;
    machine::prepare(Need::Test)?;
    let cluster = Cluster::start()?;
    let words = ["test", "--package", "allclear", "--test", "it", "--", "pages::"];
    let mut tests = run::cargo(&words)?;
    prepared.tell(&mut tests);
    tests.env("ALLCLEAR_TEST_POSTGRES", cluster.url());
    run::succeeds(&mut tests)
}

/// True if the folder was filled from what is pinned now.
fn is_fetched(pinned: &Path, folder: &Path) -> bool {
    let same = |name: &str| {
        let now = fs::read(pinned.join(name));
        let then = fs::read(folder.join(format!("fetched-{name}")));
        now.is_ok_and(|now| then.is_ok_and(|then| now == then))
    };
    FILES.iter().all(|name| same(name)) && folder.join(AXE).is_file()
}

fn fetch(pinned: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for name in FILES {
        let copy = fs::copy(pinned.join(name), folder.join(name));
        copy.with_context(|| format!("copy {PINNED}/{name}"))?;
    }
    let mut npm = Command::new(machine::program("npm")?);
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder);
    tell("missing: axe-core and vnu-jar (check accessibility and HTML)")?;
    tell(&format!("running: {} in {}", run::shown(&npm), folder.display()))?;
    if !run::succeeds(&mut npm)? {
        bail!(
            "npm failed, see above: the registry must be in reach, once for each change of {PINNED}"
        );
    }
    for name in FILES {
        fs::copy(folder.join(name), folder.join(format!("fetched-{name}")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
