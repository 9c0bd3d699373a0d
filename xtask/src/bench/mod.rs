//! Measurements that decide: each figure against a peer or a limit, in one run.
//!
//! The machine is shared and noisy. So a figure against a peer is measured in rounds that alternate
//! between the two, in CPU time per unit of work, and the least of the rounds counts: noise only
//! ever adds. An absolute figure has the machine's load beside it.

mod history;
mod nginx;
mod page;
pub(crate) mod process;
mod slow;
mod tell;
mod watch;
mod wrk;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::Serialize;

use crate::machine::{self, Need};
use crate::say::{say, tell};
use crate::{run, workspace};

/// What can be measured.
const NAMES: [&str; 4] = ["page", "tell", "slow", "watch"];

/// Files of this process beside connections that it opens.
const OTHER_FILES: u64 = 64;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    name: &'static str,
    is_json: bool,
    /// Measured in place of a fresh release build.
    binary: Option<PathBuf>,
}

impl Options {
    /// Reads `NAME [--json] [--binary FILE]`; an error is for the person who typed it.
    pub(crate) fn read(words: &[&str]) -> Result<Self, String> {
        let [name, rest @ ..] = words else {
            return Err(format!("bench needs a NAME: one of {}", NAMES.join(", ")));
        };
        let Some(name) = NAMES.into_iter().find(|known| known == name) else {
            return Err(format!("no benchmark `{name}`: there is {}", NAMES.join(", ")));
        };
        let mut options = Self { name, is_json: false, binary: None };
        let mut rest = rest.iter();
        while let Some(word) = rest.next() {
            match *word {
                "--json" => options.is_json = true,
                "--binary" => match rest.next() {
                    Some(file) => options.binary = Some(file.into()),
                    None => return Err("--binary needs a FILE".to_owned()),
                },
                other => return Err(format!("bench does not know `{other}`")),
            }
        }
        Ok(options)
    }
}

/// Measures and prints; true if every figure holds.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let find =
        |file: &PathBuf| file.canonicalize().with_context(|| format!("find {}", file.display()));
    let binary = options.binary.as_ref().map(find).transpose()?;
    let mut report = Report::default();
    if options.name == "tell" {
        tell::measure(binary.as_deref(), &mut report)?;
    } else {
        machine::prepare(Need::Bench)?;
        let binary = binary.map_or_else(release_binary, Ok)?;
        match options.name {
            "slow" => slow::measure(&binary, &mut report)?,
            "watch" => watch::measure(&binary, &mut report)?,
            _ => page::measure(&binary, &mut report)?,
        }
    }
    let lines = if options.is_json { report.json()? } else { report.table() };
    for line in lines {
        say(&line)?;
    }
    say(&report.verdict())?;
    Ok(report.holds())
}

/// One figure. `ratio` is `ours / theirs` and must not be above `goal`.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Row {
    figure: String,
    ours: f64,
    unit: &'static str,
    /// The peer's name, or `limit`.
    against: &'static str,
    theirs: f64,
    ratio: f64,
    goal: f64,
    holds: bool,
    /// Load of the machine over the last minute, beside absolute figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    load: Option<f64>,
}

impl Row {
    /// Ours against a peer's, measured in alternating rounds of this run.
    fn against_peer(
        figure: &str,
        unit: &'static str,
        ours: f64,
        peer: (&'static str, f64),
        goal: f64,
    ) -> Self {
        let (against, theirs) = peer;
        let ratio = ours / theirs;
        let holds = ratio <= goal;
        Self {
            figure: figure.to_owned(),
            ours,
            unit,
            against,
            theirs,
            ratio,
            goal,
            holds,
            load: None,
        }
    }

    /// An absolute figure that must stay below a limit.
    fn below_limit(figure: &str, unit: &'static str, ours: f64, limit: f64) -> Result<Self> {
        Ok(Self {
            holds: ours < limit,
            load: Some(process::load_average()?),
            ..Self::against_peer(figure, unit, ours, ("limit", limit), 1.0)
        })
    }

    fn cells(&self) -> [String; 9] {
        [
            self.figure.clone(),
            number(self.ours),
            self.unit.to_owned(),
            self.against.to_owned(),
            number(self.theirs),
            format!("{:.2}", self.ratio),
            format!("{:.2}", self.goal),
            if self.holds { "yes" } else { "NO" }.to_owned(),
            self.load.map(number).unwrap_or_default(),
        ]
    }
}

const HEADINGS: [&str; 9] =
    ["figure", "ours", "unit", "against", "theirs", "ratio", "goal", "holds", "load"];

fn number(value: f64) -> String {
    if value < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

/// All figures of a run.
#[derive(Default)]
struct Report {
    rows: Vec<Row>,
    /// Figures that could not be measured; they do not hold.
    unmeasured: usize,
}

impl Report {
    /// Takes the rows of one measurement; what could not be measured is told and counted.
    fn add(&mut self, name: &str, rows: Result<Vec<Row>>) -> Result<()> {
        match rows {
            Ok(rows) => self.rows.extend(rows),
            Err(error) => {
                self.unmeasured += 1;
                tell(&format!("{name}: could not be measured: {error:#}"))?;
            }
        }
        Ok(())
    }

    fn holds(&self) -> bool {
        self.unmeasured == 0 && !self.rows.is_empty() && self.rows.iter().all(|row| row.holds)
    }

    fn verdict(&self) -> String {
        let holding = self.rows.iter().filter(|row| row.holds).count();
        format!("{holding} of {} hold", self.rows.len() + self.unmeasured)
    }

    /// One object a line.
    fn json(&self) -> Result<Vec<String>> {
        self.rows.iter().map(|row| Ok(serde_json::to_string(row)?)).collect()
    }

    fn table(&self) -> Vec<String> {
        let mut lines = vec![HEADINGS.map(str::to_owned)];
        lines.extend(self.rows.iter().map(Row::cells));
        let widths: Vec<usize> = (0..HEADINGS.len())
            .map(|column| {
                lines.iter().map(|cells| cells[column].chars().count()).max().unwrap_or_default()
            })
            .collect();
        lines
            .iter()
            .map(|cells| {
                let padded: Vec<String> = cells
                    .iter()
                    .zip(&widths)
                    .map(|(cell, width)| format!("{cell:<width$}"))
                    .collect();
                padded.join("  ").trim_end().to_owned()
            })
            .collect()
    }
}

/// The least of the rounds.
fn least(rounds: impl IntoIterator<Item = f64>) -> f64 {
    rounds.into_iter().fold(f64::INFINITY, f64::min)
}

/// Raises the limit of open files as far as so many connections of ours need.
fn make_room(connections: u64) -> Result<()> {
    let wanted = connections + OTHER_FILES;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    if maximum.is_some_and(|maximum| maximum < wanted) {
        bail!("{wanted} files must be open at once: raise the hard limit (`ulimit -Hn`)");
    }
    setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum })
        .context("raise the limit of open files")
}

fn release_binary() -> Result<PathBuf> {
    tell("building the release binary")?;
    if !run::succeeds(&mut run::cargo(&["build", "--release", "--package", "allclear"])?)? {
        bail!("the release build failed, see above");
    }
    Ok(workspace::target_folder()?.join("release/allclear"))
}

#[cfg(test)]
mod tests;
