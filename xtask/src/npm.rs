//! Packages from npm. What is pinned in a folder of `xtask/`, with versions and checksums, is fetched
//! into the target folder, and only when what is pinned has changed. Install scripts do not run: one
//! would fetch a Java of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::machine;
use crate::say::tell;
use crate::{run, workspace};

/// What is copied from where it is pinned; the last one is written last, so it tells that all is
/// there.
const FILES: [&str; 3] = [".npmrc", "package.json", "package-lock.json"];

/// Packages that are pinned together.
pub(crate) struct Pinned {
    /// Where, in the workspace.
    pub(crate) at: &'static str,
    /// The folder below the target folder that npm fills.
    pub(crate) into: &'static str,
    /// What they are and do, as said before they are fetched.
    pub(crate) purpose: &'static str,
    /// Files that must be there afterwards, below that folder.
    pub(crate) files: &'static [&'static str],
}

impl Pinned {
    /// Makes sure that everything is there, after saying what is fetched; gives the folder.
    pub(crate) fn prepare(&self) -> Result<PathBuf> {
        let folder = workspace::target_folder()?.join(self.into);
        let pinned = workspace::root()?.join(self.at);
        if !self.is_fetched(&pinned, &folder) {
            self.fetch(&pinned, &folder)?;
        }
        for file in self.files {
            if !folder.join(file).is_file() {
                bail!("npm did not bring {file}: remove {} and try again", folder.display());
            }
        }
        Ok(folder)
    }

    /// True if the folder was filled from what is pinned now.
    fn is_fetched(&self, pinned: &Path, folder: &Path) -> bool {
        let same = |name: &&str| {
            let now = fs::read(pinned.join(name));
            let then = fs::read(folder.join(format!("fetched-{name}")));
            now.is_ok_and(|now| then.is_ok_and(|then| now == then))
        };
        FILES.iter().all(same) && self.files.iter().all(|file| folder.join(file).is_file())
    }

    fn fetch(&self, pinned: &Path, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        for name in FILES {
            let copy = fs::copy(pinned.join(name), folder.join(name));
            copy.with_context(|| format!("copy {}/{name}", self.at))?;
        }
        let mut npm = Command::new(machine::program("npm")?);
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder);
        tell(&format!("missing: {}", self.purpose))?;
        tell(&format!("running: {} in {}", run::shown(&npm), folder.display()))?;
        if !run::succeeds(&mut npm)? {
            bail!(
                "npm failed, see above: the registry must be in reach, once for each change of {}",
                self.at
            );
        }
        for name in FILES {
            fs::copy(folder.join(name), folder.join(format!("fetched-{name}")))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
