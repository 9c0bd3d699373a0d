//! A server under measurement: started, waited for, weighed, and gone when dropped.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::http;
use crate::run;

/// Linux counts the CPU time of processes in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;
/// A server that has not answered by then will not.
const FIRST_ANSWER_AFTER_MAX: Duration = Duration::from_secs(30);
/// How long to wait between two tries; small against what is measured.
const TRY_EVERY: Duration = Duration::from_millis(1);

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// Where it listens on loopback.
    pub(crate) port: u16,
    /// From the start of the process to its first answer with 200.
    pub(super) first_answer_after: Duration,
}

impl Server {
    /// Starts a server and waits until it answers `/` with 200; what it prints goes to `log`.
    pub(crate) fn start(command: &mut Command, port: u16, log: &Path) -> Result<Self> {
        Self::start_answering("/", command, port, log)
    }

    /// The same for a server that answers another path: one without a status page has nothing at `/`.
    pub(crate) fn start_answering(
        path: &str,
        command: &mut Command,
        port: u16,
        log: &Path,
    ) -> Result<Self> {
        let out = File::create(log)?;
        let start = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .stderr(out.try_clone()?)
            .stdout(out)
            .spawn()
            .with_context(|| format!("start {}", run::shown(command)))?;
        let mut server = Self { child, port, first_answer_after: Duration::ZERO };
        loop {
            let answer = http::get(port, path, http::Encoding::Gzip);
            if answer.as_ref().is_ok_and(|response| response.status == 200) {
                server.first_answer_after = start.elapsed();
                return Ok(server);
            }
            let ended = server.child.try_wait()?;
            if ended.is_some() || start.elapsed() > FIRST_ANSWER_AFTER_MAX {
                let state = ended.map_or("still running".to_owned(), |status| status.to_string());
                let last = match answer {
                    Ok(response) => format!("status {}", response.status),
                    Err(error) => format!("{error:#}"),
                };
                let said = fs::read_to_string(log).unwrap_or_default();
                bail!(
                    "{} ({state}) did not answer {path} with 200: {last}; it printed:\n{said}",
                    run::shown(command)
                );
            }
            std::thread::sleep(TRY_EVERY);
        }
    }

    /// CPU time used so far by the server and the processes it started, in seconds.
    pub(super) fn cpu_seconds(&self) -> Result<f64> {
        cpu_seconds(self.child.id())
    }

    /// Memory that is resident now, in bytes.
    pub(super) fn resident_bytes(&self) -> Result<f64> {
        resident_bytes_of(self.child.id())
    }

    /// Files that are open now; a connection is one.
    pub(super) fn open_files(&self) -> Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// Ends it at once.
    pub(super) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.wait()
    }

    /// Waits for a server that was told to stop.
    pub(super) fn wait(&mut self) -> Result<()> {
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if it is gone already.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// Memory of a process that is resident now, in bytes.
pub(super) fn resident_bytes_of(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    resident_bytes(&status).context("no VmRSS in /proc/PID/status")
}

/// Load of the machine over the last minute.
pub(super) fn load_average() -> Result<f64> {
    let text = fs::read_to_string("/proc/loadavg")?;
    let first = text.split(' ').next().context("/proc/loadavg is empty")?;
    first.parse().context("read /proc/loadavg")
}

fn cpu_seconds(root: u32) -> Result<f64> {
    let mut processes = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // A process may end between the two reads; then it is none of ours.
        if let Ok(stat) = fs::read_to_string(format!("/proc/{id}/stat")) {
            processes.extend(Stat::read(id, &stat));
        }
    }
    let ticks = ticks_of_family(root, &processes);
    ticks.map(|ticks| ticks / TICKS_PER_SECOND).context("the server has ended")
}

/// One line of `/proc/PID/stat`, as far as needed.
#[derive(Debug, PartialEq)]
struct Stat {
    id: u32,
    parent: u32,
    ticks: f64,
}

impl Stat {
    /// The name in parentheses may hold anything, so reading starts behind the last one.
    fn read(id: u32, text: &str) -> Option<Self> {
        let (_, rest) = text.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let user: f64 = fields.get(11)?.parse().ok()?;
        let system: f64 = fields.get(12)?.parse().ok()?;
        Some(Self { id, parent: fields.get(1)?.parse().ok()?, ticks: user + system })
    }
}

/// Ticks of a process and of all that descend from it.
fn ticks_of_family(root: u32, processes: &[Stat]) -> Option<f64> {
    let mut family = BTreeSet::from([root]);
    loop {
        let size = family.len();
        let children = processes.iter().filter(|process| family.contains(&process.parent));
        let children: Vec<u32> = children.map(|process| process.id).collect();
        family.extend(children);
        if family.len() == size {
            break;
        }
    }
    processes.iter().any(|process| process.id == root).then(|| {
        processes
            .iter()
            .filter(|process| family.contains(&process.id))
            .map(|process| process.ticks)
            .sum()
    })
}

fn resident_bytes(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0)
}

#[cfg(test)]
mod tests;
