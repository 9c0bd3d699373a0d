//! The generated reference: the binary writes it, this compares it with what is checked in.
//!
//! `allclear reference DIR` writes every page of `docs/reference/` into `DIR`. The folder holds
//! nothing else: a file there that the binary does not write is stale.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::say::{say, tell};
use crate::{run, workspace};

/// Where the generated pages are checked in.
const REFERENCE: &str = "docs/reference";

/// Writes the reference anew; files that are no longer written are removed.
pub(crate) fn write() -> Result<bool> {
    let folder = workspace::root()?.join(REFERENCE);
    let fresh = tempfile::tempdir()?;
    generate(fresh.path())?;
    let wanted = pages(fresh.path())?;
    for difference in compare(&wanted, &pages(&folder)?) {
        let path = folder.join(&difference.path);
        match wanted.get(&difference.path) {
            Some(bytes) => {
                fs::create_dir_all(path.parent().unwrap_or(&folder))?;
                fs::write(&path, bytes)?;
            }
            None => fs::remove_file(&path)?,
        }
        say(&format!("{REFERENCE}/{}: {}", difference.path.display(), difference.what))?;
    }
    Ok(true)
}

/// True if the checked-in reference is what the binary writes today.
pub(crate) fn check() -> Result<bool> {
    let fresh = tempfile::tempdir()?;
    generate(fresh.path())?;
    let wanted = pages(fresh.path())?;
    if wanted.is_empty() {
        bail!("`allclear reference` wrote nothing: it must write at least one page");
    }
    let differences = compare(&wanted, &pages(&workspace::root()?.join(REFERENCE))?);
    for difference in &differences {
        tell(&format!(
            "{REFERENCE}/{}: {}: run `cargo xtask docs`",
            difference.path.display(),
            difference.what
        ))?;
    }
    Ok(differences.is_empty())
}

fn generate(folder: &Path) -> Result<()> {
    let folder = folder.to_str().context("the temporary folder's name is not UTF-8")?;
    // As the tests are built, so that it is built once.
    let words =
        ["run", "--quiet", "--all-features", "--package", "allclear", "--", "reference", folder];
    run::output(&mut run::cargo(&words)?).map(drop)
}

type Pages = BTreeMap<PathBuf, Vec<u8>>;

fn pages(folder: &Path) -> Result<Pages> {
    if !folder.is_dir() {
        return Ok(Pages::new());
    }
    let mut pages = Pages::new();
    for path in workspace::files(folder)? {
        let bytes = fs::read(folder.join(&path))?;
        pages.insert(path, bytes);
    }
    Ok(pages)
}

#[derive(Debug, PartialEq, Eq)]
struct Difference {
    path: PathBuf,
    what: &'static str,
}

fn compare(wanted: &Pages, present: &Pages) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (path, bytes) in wanted {
        let what = match present.get(path) {
            None => "missing",
            Some(old) if old != bytes => "out of date",
            Some(_) => continue,
        };
        differences.push(Difference { path: path.clone(), what });
    }
    for path in present.keys().filter(|path| !wanted.contains_key(*path)) {
        differences.push(Difference { path: path.clone(), what: "no longer generated" });
    }
    differences
}

#[cfg(test)]
mod tests;
