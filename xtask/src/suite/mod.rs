//! `cargo xtask test`: every check there is, in order, each with its duration.
//!
//! A failed step does not hide the ones after it: all of them run, and the failed ones are named at
//! the end. The last line is `N passed, N failed`, summed over all test programs; a failed check
//! that is not a test counts as one failed.

mod counts;
mod ledger;
mod snapshots;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::machine::{self, Need};
use crate::pages::{self, Prepared};
use crate::postgres::Cluster;
use crate::say::{say, tell};
use crate::suite::counts::Counts;
use crate::{arrows, docs, provider, run, tidy};

/// Runs everything; true if all of it holds.
pub(crate) fn run() -> Result<bool> {
    let mut report = Report::default();
    report.step("fmt", || cargo_succeeds(&["fmt", "--all", "--check"]))?;
    report.step("tidy", tidy::run)?;
    report.step("arrows", arrows::run)?;
    report.step("clippy", || {
        let words = ["clippy", "--workspace", "--all-features", "--all-targets", "--"];
        cargo_succeeds(&[&words[..], &["-D", "warnings"]].concat())
    })?;
    // Everything else here is built with every feature. Most people build none, and some one of them.
    report.step("some features", || {
        for features in ["", "oidc", "passkeys"] {
            let words = ["clippy", "--package", "allclear", "--features", features, "--"];
            if !cargo_succeeds(&[&words[..], &["-D", "warnings"]].concat())? {
                return Ok(false);
            }
        }
        Ok(true)
    })?;
    report.step("docs", documentation)?;
    report.step("machine", || machine::prepare(Need::Test).map(|()| true))?;
    let mut prepared = None;
    report.step("pages", || {
        prepared = Some(pages::prepare()?);
        Ok(true)
    })?;
    let mut provider = None;
    report.step("provider", || {
        provider = Some(provider::prepare()?);
        Ok(true)
    })?;
    let records = tempfile::tempdir()?;
    report.tests(records.path(), prepared.as_ref(), provider)?;
    if report.counts == Counts::default() {
        tell("no test ran, so neither the store's ledger nor the snapshots were checked")?;
    } else {
        report.step("both engines", || ledger::check(&records.path().join(LEDGER)))?;
        report.step("snapshots", || snapshots::check(&records.path().join(REFERENCES)))?;
    }
    report.close()
}

/// Name of the file that store tests write what they ran on.
const LEDGER: &str = "ledger";
/// Name of the file that insta writes the snapshots it compared.
const REFERENCES: &str = "snapshots";

/// What happened so far.
#[derive(Default)]
struct Report {
    failed: Vec<&'static str>,
    counts: Counts,
}

impl Report {
    /// Runs one step and prints how it went; an error is a failed step, not the end of the run.
    fn step(&mut self, name: &'static str, step: impl FnOnce() -> Result<bool>) -> Result<bool> {
        tell(&format!("==> {name}"))?;
        let start = Instant::now();
        let holds = match step() {
            Ok(holds) => holds,
            Err(error) => {
                tell(&format!("{error:#}"))?;
                false
            }
        };
        let word = if holds { "ok" } else { "FAILED" };
        say(&format!("{name}: {word} in {:.1} s", start.elapsed().as_secs_f64()))?;
        if !holds {
            self.failed.push(name);
        }
        Ok(holds)
    }

    /// All tests of the workspace, with PostgreSQL beside them and a browser at hand. Without the
    /// browser the tests of pages fail, without the provider those of signing in through one; the
    /// others run all the same.
    fn tests(
        &mut self,
        records: &Path,
        pages: Option<&Prepared>,
        provider: Option<(&'static str, PathBuf)>,
    ) -> Result<()> {
        let mut cluster = None;
        self.step("postgres", || {
            cluster = Some(Cluster::start()?);
            Ok(true)
        })?;
        let mut counts = Counts::default();
        self.step("test", || {
            let cluster = cluster.as_ref().context("not run: PostgreSQL did not start")?;
            let (succeeded, counted) = cargo_test(&cluster.url(), pages, provider, records)?;
            counts = counted;
            for line in counts.problems() {
                tell(&line)?;
            }
            Ok(succeeded && counts.problems().is_empty())
        })?;
        self.counts = counts;
        Ok(())
    }

    fn close(self) -> Result<bool> {
        if !self.failed.is_empty() {
            say(&format!("failed: {}", self.failed.join(", ")))?;
        }
        // Failed tests are counted one by one, and the step they are in is not counted again.
        let checks =
            self.failed.iter().filter(|name| **name != "test" || self.counts.failed == 0).count();
        say(&format!("{} passed, {} failed", self.counts.passed, self.counts.failed + checks))?;
        Ok(self.failed.is_empty())
    }
}

fn cargo_succeeds(words: &[&str]) -> Result<bool> {
    run::succeeds(&mut run::cargo(words)?)
}

fn documentation() -> Result<bool> {
    let generated = docs::check()?;
    let mut rustdoc =
        run::cargo(&["doc", "--no-deps", "--workspace", "--all-features", "--quiet"])?;
    rustdoc.env("RUSTDOCFLAGS", "-D warnings");
    Ok(run::succeeds(&mut rustdoc)? && generated)
}

/// Runs the tests with their output shown, counting as it goes by.
fn cargo_test(
    postgres: &str,
    pages: Option<&Prepared>,
    provider: Option<(&'static str, PathBuf)>,
    records: &Path,
) -> Result<(bool, Counts)> {
    let mut command = run::cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"])?;
    command
        .envs(provider)
        .env("ALLCLEAR_TEST_POSTGRES", postgres)
        .env("ALLCLEAR_TEST_NGINX", machine::program("nginx")?)
        .env("ALLCLEAR_TEST_NGINX_MAIL", machine::program("ngx_mail_module.so")?)
        .env("ALLCLEAR_TEST_NSD", machine::program("nsd")?)
        .env("ALLCLEAR_TEST_SSHD", machine::program("sshd")?)
        .env("ALLCLEAR_TEST_REDIS", machine::program("redis-server")?)
        .env("ALLCLEAR_TEST_MARIADB", machine::program("mariadbd")?)
        .env("ALLCLEAR_TEST_PYTHON", machine::program("/usr/bin/python3")?)
        .env("ALLCLEAR_TEST_ETCD", machine::program("etcd")?)
        .env("ALLCLEAR_TEST_CHRONY", machine::program("chronyd")?)
        .env("ALLCLEAR_TEST_PROMETHEUS", machine::program("prometheus")?)
        .env("ALLCLEAR_TEST_PLUGINS", machine::program("/usr/lib/nagios/plugins/check_tcp")?)
        .env("ALLCLEAR_TEST_INITDB", machine::program("initdb")?)
        .env("ALLCLEAR_TEST_IP", machine::program("ip")?)
        .env("ALLCLEAR_TEST_LEDGER", records.join(LEDGER))
        .env("INSTA_UPDATE", "no")
        .env("INSTA_SNAPSHOT_REFERENCES_FILE", records.join(REFERENCES))
        .stdout(Stdio::piped());
    if let Some(pages) = pages {
        pages.tell(&mut command);
    }
    let mut child = command.spawn().context("start cargo test")?;
    let stdout = child.stdout.take().context("cargo test has no standard output")?;
    let mut counts = Counts::default();
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        say(&line)?;
        counts.read(&line);
    }
    Ok((child.wait()?.success(), counts))
}
