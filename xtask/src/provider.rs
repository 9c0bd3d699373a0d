//! The OpenID Connect provider that people sign in through in the tests: a certified one from npm,
//! run by node.

use std::path::PathBuf;

use anyhow::Result;

use crate::machine::{self, Need};
use crate::npm::Pinned;

/// Where it is pinned.
pub(crate) const PINNED: Pinned = Pinned {
    at: "xtask/provider",
    into: "provider",
    purpose: "oidc-provider (people sign in through it)",
    files: &["node_modules/oidc-provider/lib/index.js"],
};

/// Makes sure that it is there; gives the variable that tells the tests, and where it is.
pub(crate) fn prepare() -> Result<(&'static str, PathBuf)> {
    machine::prepare(Need::Pages)?;
    Ok(("ALLCLEAR_TEST_PROVIDER", PINNED.prepare()?.join("node_modules")))
}
