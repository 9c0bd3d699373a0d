//! What the checks of pages need: a browser and its driver, Java, and two checkers from npm.
//!
//! The checkers' versions and checksums are pinned in `xtask/pages/`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::machine::{self, Need};
use crate::npm::Pinned;
use crate::postgres::Cluster;
use crate::run;

/// The accessibility checker, below the folder that npm fills.
const AXE: &str = "node_modules/axe-core/axe.min.js";
/// The HTML checker.
const VNU: &str = "node_modules/vnu-jar/build/dist/vnu.jar";
/// Where both are pinned.
pub(crate) const PINNED: Pinned = Pinned {
    at: "xtask/pages",
    into: "pages",
    purpose: "axe-core and vnu-jar (check accessibility and HTML)",
    files: &[AXE, VNU],
};

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
    let folder = PINNED.prepare()?;
    Ok(Prepared(vec![
        ("ALLCLEAR_TEST_CHROMIUM", machine::program("chromium")?),
        ("ALLCLEAR_TEST_CHROMEDRIVER", machine::program("chromedriver")?),
        ("ALLCLEAR_TEST_AXE", folder.join(AXE)),
        ("ALLCLEAR_TEST_VNU", folder.join(VNU)),
    ]))
}

/// Only the tests of pages, on both engines: faster than everything for whoever works on them.
pub(crate) fn run() -> Result<bool> {
    let prepared = prepare()?;
    machine::prepare(Need::Test)?;
    let cluster = Cluster::start()?;
    let words =
        ["test", "--all-features", "--package", "allclear", "--test", "it", "--", "pages::"];
    let mut tests = run::cargo(&words)?;
    prepared.tell(&mut tests);
    tests.env("ALLCLEAR_TEST_POSTGRES", cluster.url());
    run::succeeds(&mut tests)
}
