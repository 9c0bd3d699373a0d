//! Which crate may depend on which: the arrows of `ARCHITECTURE.md`, checked.
//!
//! Development dependencies count like any other: a test that needs a forbidden crate is in the
//! wrong crate. A crate that is not in the table is refused until somebody decides where it stands.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::run;
use crate::say::{say, tell};

/// Each crate and the crates of ours that it may depend on.
const PERMITTED: &[(&str, &[&str])] = &[
    ("allclear-domain", &[]),
    ("allclear-statuspage", &["allclear-domain"]),
    ("allclear-store", &["allclear-domain"]),
    ("allclear-net", &["allclear-domain"]),
    ("allclear-delivery", &["allclear-domain", "allclear-store", "allclear-net"]),
    ("allclear-checks", &["allclear-domain", "allclear-store", "allclear-net"]),
    ("allclear-relay", &["allclear-domain", "allclear-store", "allclear-net"]),
    ("allclear-failover", &["allclear-domain", "allclear-store", "allclear-net"]),
    ("allclear-oncall", &["allclear-domain", "allclear-store", "allclear-delivery"]),
    ("allclear-incidents", &["allclear-domain", "allclear-store", "allclear-delivery"]),
    ("allclear-people", &["allclear-domain", "allclear-store", "allclear-delivery"]),
    // Above the areas, as the web is: files declare what belongs to several of them.
    (
        "allclear-apply",
        &["allclear-domain", "allclear-store", "allclear-incidents", "allclear-people"],
    ),
    (
        "allclear-web",
        &[
            "allclear-domain",
            "allclear-store",
            "allclear-statuspage",
            "allclear-checks",
            "allclear-oncall",
            "allclear-incidents",
            "allclear-people",
            "allclear-relay",
            "allclear-failover",
            "allclear-apply",
        ],
    ),
    (
        "allclear",
        &[
            "allclear-domain",
            "allclear-statuspage",
            "allclear-store",
            "allclear-net",
            "allclear-delivery",
            "allclear-checks",
            "allclear-relay",
            "allclear-failover",
            "allclear-oncall",
            "allclear-incidents",
            "allclear-people",
            "allclear-apply",
            "allclear-web",
        ],
    ),
    ("xtask", &[]),
];

/// Crates that decide or render and do nothing else: they run anywhere, also while all else is down.
const PURE: [&str; 2] = ["allclear-domain", "allclear-statuspage"];

/// What a pure crate must not reach, not even through another crate.
const IMPURE: [&str; 4] = ["tokio", "sqlx", "axum", "reqwest"];

/// What must not come in beside rustls with ring: two backends and TLS cannot choose, two stacks and
/// one of them is forgotten.
const SECOND_STACKS: [&str; 3] = ["aws-lc-sys", "openssl-sys", "native-tls"];

/// True if every dependency is a permitted one.
pub(crate) fn run() -> Result<bool> {
    let metadata = ["metadata", "--no-deps", "--format-version", "1"];
    let mut problems = problems(&run::output(&mut run::cargo(&metadata)?)?)?;
    for name in PURE {
        let words = ["tree", "--package", name, "--edges", "normal,build", "--target", "all"];
        let mut command = run::cargo(&words)?;
        problems.extend(impure(name, &run::output(command.args(["--prefix", "none"]))?));
    }
    for second in SECOND_STACKS {
        problems.extend(second_stack(second)?);
    }
    for problem in &problems {
        tell(problem)?;
    }
    if problems.is_empty() {
        say("every arrow between crates is a permitted one")?;
    }
    Ok(problems.is_empty())
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
}

/// What `cargo metadata --no-deps` shows that must not be.
fn problems(metadata: &str) -> Result<Vec<String>> {
    let metadata: Metadata = serde_json::from_str(metadata).context("read cargo metadata")?;
    let ours: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let mut problems = Vec::new();
    for package in &metadata.packages {
        let name = &package.name;
        let Some((_, permitted)) = PERMITTED.iter().find(|(known, _)| known == name) else {
            problems.push(format!(
                "{name}: not in the table of permitted arrows: decide where it stands, then add it \
                 to ARCHITECTURE.md and to xtask/src/arrows.rs"
            ));
            continue;
        };
        for dependency in &package.dependencies {
            let to = dependency.name.as_str();
            if ours.contains(&to) && !permitted.contains(&to) {
                problems.push(format!(
                    "{name} -> {to}: not a permitted arrow: move the code, see ARCHITECTURE.md"
                ));
            }
            if PURE.contains(&name.as_str()) && IMPURE.contains(&to) {
                problems.push(format!("{name} -> {to}: {name} is pure: do this in another crate"));
            }
        }
    }
    Ok(problems)
}

/// What a pure crate reaches through other crates; `tree` has one `name version` a line.
fn impure(name: &str, tree: &str) -> Vec<String> {
    IMPURE
        .iter()
        .filter(|banned| tree.lines().any(|line| line.split(' ').next() == Some(**banned)))
        .map(|banned| {
            format!(
                "{name} reaches {banned}: {name} is pure: `cargo tree -p {name} -i {banned}` shows how"
            )
        })
        .collect()
}

/// Whether a second TLS stack is anywhere in the graph, with all features and targets.
fn second_stack(name: &str) -> Result<Option<String>> {
    let words = ["tree", "--workspace", "--all-features", "--target", "all", "-i", name];
    let mut command: Command = run::cargo(&words)?;
    let output = command.output().context("start cargo tree")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    let found = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() && complaint.contains("did not match any packages") {
        return Ok(None);
    }
    if !output.status.success() {
        bail!("cargo tree failed:\n{complaint}");
    }
    Ok((!found.trim().is_empty()).then(|| {
        format!("{name} is in the graph; choose features that use ring instead:\n{found}")
    }))
}

#[cfg(test)]
mod tests;
