//! Probing: what a fresh HTTPS check costs, how late checks begin, and what ninety days of them take.
//!
//! The server that is probed is nginx with a chain of three; the peers are a bare loop of tokio and
//! rustls, and Debian's exporter of blackbox probes. `crates/allclear/benches/watch` makes certificates and
//! installations, and is the bare loop.

mod blackbox;
mod installation;
mod silent;
mod target;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use self::blackbox::Blackbox;
use self::installation::{Figures, Installation};
use self::silent::Silent;
use self::target::Target;
use super::{Report, Row, least, make_room};
use crate::run;
use crate::say::tell;

/// Rounds against the peers, each with all of them.
const ROUNDS: usize = 3;
/// How long each of them is measured in a round.
const ROUND_LENGTH: Duration = Duration::from_secs(8);
/// How long an installation probes before it is measured.
const WARM_UP: Duration = Duration::from_secs(4);
/// Checks of a large installation.
const CHECKS: usize = 10_000;
/// Seconds between two probes of each.
const INTERVAL: u64 = 10;
/// How long lag is looked at.
const LAG_LENGTH: Duration = Duration::from_secs(30);
/// Connections that the silent target holds.
const SILENT_MAX: u64 = 16_000;

/// Measures everything about probing.
pub(super) fn measure(binary: &Path, report: &mut Report) -> Result<()> {
    make_room(SILENT_MAX)?;
    let folder = tempfile::Builder::new().prefix("allclear-bench-").tempdir()?;
    let bench = Bench { binary, folder: folder.path() };
    part("certificates", &[folder.path().to_str().context("the folder's name is not UTF-8")?])?;
    let target = Target::start(folder.path())?;
    tell("fresh HTTPS checks: the bare loop, ours, blackbox_exporter, in turn")?;
    report.add("fresh checks", bench.fresh(&target))?;
    tell("10,000 checks every 10 s")?;
    report.add("many checks", bench.many(&target))?;
    tell("20,000 checks every 10 s, half of which time out")?;
    report.add("half of them time out", bench.half_silent(&target))?;
    tell("90 days of 1,000 checks at 30 s")?;
    report.add("90 days", bench.days())
}

/// Runs a part of the bench `watch`, and gives what it printed.
fn part(what: &str, words: &[&str]) -> Result<Value> {
    let mut all = vec!["bench", "--quiet", "--package", "allclear", "--bench", "watch", "--", what];
    all.extend(words);
    let text = run::output(&mut run::cargo(&all)?)?;
    let line = text.lines().find(|line| line.starts_with('{'));
    Ok(serde_json::from_str(line.with_context(|| format!("watch {what} printed no figure"))?)?)
}

fn number(found: &Value, name: &str) -> Result<f64> {
    found.get(name).and_then(Value::as_f64).with_context(|| format!("no {name} was printed"))
}

struct Bench<'a> {
    binary: &'a Path,
    folder: &'a Path,
}

impl Bench<'_> {
    fn installation(
        &self,
        name: &str,
        interval: u64,
        ports: &[(usize, u16)],
    ) -> Result<Installation> {
        Installation::start(self.binary, self.folder, (name, interval, ports))
    }

    fn fresh(&self, target: &Target) -> Result<Vec<Row>> {
        let (mut bare, mut ours, mut cpu, mut theirs) = (vec![], vec![], vec![], vec![]);
        let seconds = ROUND_LENGTH.as_secs().to_string();
        let authority = self.folder.join("authority.pem");
        let authority = authority.to_str().context("the folder's name is not UTF-8")?;
        let blackbox = Blackbox::start(self.folder)?;
        for round in 0..ROUNDS {
            let found = part("bare", &[&target.port.to_string(), authority, &seconds])?;
            bare.push(number(&found, "seconds")? * 1e6 / number(&found, "checks")?);
            let (each, of_cpu) = self.saturated(target, round)?;
            ours.push(each);
            cpu.push(of_cpu);
            theirs.push(blackbox.cpu_micros_per_probe(target.port, ROUND_LENGTH)?);
        }
        tell(&format!(
            "µs for a check: bare loop {bare:.0?}, ours {ours:.0?}; CPU of ours {cpu:.0?}, of \
             blackbox_exporter {theirs:.0?}"
        ))?;
        let bare = ("bare loop", least(bare));
        let theirs = ("blackbox_exporter", least(theirs));
        let time = "time for a fresh HTTPS check, stored";
        let used = "CPU for a fresh HTTPS check, stored";
        Ok(vec![
            Row::against_peer(time, "µs", least(ours), bare, 2.0),
            Row::against_peer(used, "µs", least(cpu), theirs, 0.6),
        ])
    }

    /// More checks are due than can be made: wall time and CPU time for each, in microseconds. What it
    /// says that it stored has to be there afterwards.
    fn saturated(&self, target: &Target, round: usize) -> Result<(f64, f64)> {
        let name = format!("saturated-{round}");
        let mut installation = self.installation(&name, 1, &[(CHECKS, target.port)])?;
        std::thread::sleep(WARM_UP);
        let (before, cpu, start) =
            (installation.figures()?, installation.server.cpu_seconds()?, Instant::now());
        std::thread::sleep(ROUND_LENGTH);
        let (after, used, length) =
            (installation.figures()?, installation.server.cpu_seconds()? - cpu, start.elapsed());
        let checks = after.written - before.written;
        if after.failed > 0.0 || checks < 1.0 {
            bail!("{checks} checks were stored, {} failed", after.failed);
        }
        installation.kill()?;
        let data = installation.data.to_str().context("the folder's name is not UTF-8")?;
        let kept = number(&part("count", &[data])?, "samples")?;
        if kept < after.written {
            bail!("{} results were said to be stored, {kept} are there", after.written);
        }
        Ok((length.as_secs_f64() * 1e6 / checks, used * 1e6 / checks))
    }

    fn many(&self, target: &Target) -> Result<Vec<Row>> {
        let empty = self.installation("empty", INTERVAL, &[])?;
        std::thread::sleep(WARM_UP);
        let alone = empty.server.resident_bytes()?;
        drop(empty);
        let start = Instant::now();
        let installation = self.installation("many", INTERVAL, &[(CHECKS, target.port)])?;
        let started = start.elapsed();
        while installation.figures()?.written < CHECKS as f64 {
            if start.elapsed() > Duration::from_secs(60) {
                bail!("the first round did not end within a minute");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let first_round = (start.elapsed() - started).as_secs_f64();
        std::thread::sleep(Duration::from_secs(INTERVAL));
        let lag = lag(&installation)?;
        let each = (installation.server.resident_bytes()? - alone) / CHECKS as f64;
        let seconds = INTERVAL as f64;
        Ok(vec![
            Row::below_limit("lag of 10,000 checks at 10 s, p99 at most", "ms", lag, 250.001)?,
            Row::below_limit("their first round after the start", "s", first_round, seconds)?,
            Row::below_limit("memory of a check", "KB", each / 1e3, 20.0)?,
        ])
    }

    fn half_silent(&self, target: &Target) -> Result<Vec<Row>> {
        let silent = Silent::listen()?;
        let ports = [(CHECKS, target.port), (CHECKS, silent.port)];
        let installation = self.installation("half", INTERVAL, &ports)?;
        // Until every silent one has timed out once, and is known to.
        std::thread::sleep(Duration::from_secs(3 * INTERVAL));
        let lag = lag(&installation)?;
        let figures = installation.figures()?;
        tell(&format!(
            "{} probes failed, {} did not; {} run now",
            figures.failed, figures.worked, figures.in_flight
        ))?;
        if figures.in_flight < CHECKS as f64 / 2.0 {
            bail!(
                "only {} probes run: those that time out are not kept up with",
                figures.in_flight
            );
        }
        let figure = "lag of the healthy, half of 2,000/s time out, p99 at most";
        Ok(vec![Row::below_limit(figure, "ms", lag, 500.001)?])
    }

    fn days(&self) -> Result<Vec<Row>> {
        let data = self.folder.join("days");
        let found = part("days", &[data.to_str().context("the folder's name is not UTF-8")?])?;
        tell(&format!("days: {found}"))?;
        let bytes = number(&found, "bytes")?;
        Ok(vec![Row::below_limit("90 days of 1,000 checks at 30 s", "MB", bytes / 1e6, 1_000.0)?])
    }
}

/// The lag in milliseconds that 99 of 100 probes of the quick lane do not exceed for a while: the upper
/// bound of its bucket.
fn lag(installation: &Installation) -> Result<f64> {
    let before = installation.figures()?;
    std::thread::sleep(LAG_LENGTH);
    let after = installation.figures()?;
    let counts = after
        .lag
        .iter()
        .zip(&before.lag)
        .map(|((bound, after), (_, before))| (*bound, after - before));
    Figures::percentile(&counts.collect::<Vec<_>>(), 0.99).context("no probe was made meanwhile")
}
