//! A throw-away PostgreSQL: a fresh cluster in a temporary folder, gone at the end of the run.
//!
//! It must not outlive us, however we end: on success, on failure, on Ctrl-C and on `kill -9`. So a
//! second process, the guard, holds the reading end of a pipe whose writing end is ours alone. When
//! the pipe closes – because we closed it or because we are gone – the guard stops the server and
//! removes the folder. It is in its own process group, so that Ctrl-C does not reach it.
//!
//! PostgreSQL refuses to run as root; then everything runs as the user `postgres`, which the Debian
//! package brings. The server listens on loopback only, trusts whoever connects, and does not sync:
//! there is nothing in it to lose.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use crate::say::tell;
use crate::{machine, run};

/// The hidden command that runs the guard.
pub(crate) const GUARD_COMMAND: &str = "postgres-guard";

/// Starts are tried again when another program took the port in between.
const STARTS_MAX: usize = 5;

/// A running server; dropping it stops the server and removes its folder.
pub(crate) struct Cluster {
    guard: Child,
    port: u16,
}

impl Cluster {
    /// Creates a cluster and starts it.
    pub(crate) fn start() -> Result<Self> {
        let initdb = machine::program("initdb")?;
        let control = machine::program("pg_ctl")?;
        let owner = Owner::choose()?;
        let folder = tempfile::Builder::new().prefix("allclear-postgres-").tempdir()?.keep();
        let guard = match spawn_guard(&folder, &control) {
            Ok(guard) => guard,
            Err(error) => {
                fs::remove_dir_all(&folder)?;
                return Err(error);
            }
        };
        // From here on dropping `cluster` cleans up, also when a step below fails.
        let mut cluster = Self { guard, port: 0 };
        owner.take(&folder)?;
        let words = "-D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync";
        run::output(owner.command(&initdb, &folder).args(words.split(' ')))?;
        cluster.port = start_server(&owner, &control, &folder)?;
        Ok(cluster)
    }

    /// What the store tests connect to.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.guard.wait() {
            // A destructor has no other way to say it.
            let _unheard = tell(&format!("xtask: waiting for the guard of PostgreSQL: {error}"));
        }
    }
}

/// The guard: waits until standard input closes, then stops the server and removes its folder.
pub(crate) fn guard(words: &[&str]) -> Result<bool> {
    let [folder, control] = words else {
        bail!("{GUARD_COMMAND} is started by xtask itself, not by people");
    };
    let folder = Path::new(folder);
    std::io::stdin().read_to_end(&mut Vec::new())?;
    let stopped = if folder.join("data/postmaster.pid").exists() {
        let words = ["-D", "data", "-m", "immediate", "-w", "stop"];
        run::output(Owner::choose()?.command(Path::new(control), folder).args(words)).map(drop)
    } else {
        Ok(())
    };
    fs::remove_dir_all(folder).with_context(|| format!("remove {}", folder.display()))?;
    stopped.map(|()| true)
}

fn spawn_guard(folder: &Path, control: &Path) -> Result<Child> {
    Command::new(std::env::current_exe()?)
        .arg(GUARD_COMMAND)
        .args([folder, control])
        .stdin(Stdio::piped())
        .process_group(0)
        .spawn()
        .context("start the guard of PostgreSQL")
}

fn start_server(owner: &Owner, control: &Path, folder: &Path) -> Result<u16> {
    let mut last = anyhow!("PostgreSQL was not tried");
    for _ in 0..STARTS_MAX {
        let port = free_port()?;
        let options = format!(
            "-c listen_addresses=127.0.0.1 -p {port} -k {} -c fsync=off -c synchronous_commit=off \
             -c full_page_writes=off -c shared_buffers=32MB -c max_connections=200",
            folder.display()
        );
        // Standard streams must not be pipes: the server would hold them open for ever.
        let mut start = owner.command(control, folder);
        start.args(["-D", "data", "-w", "-l", "log", "-o", options.as_str(), "start"]);
        start.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if run::succeeds(&mut start)? {
            return Ok(port);
        }
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        last = anyhow!("PostgreSQL did not start on port {port}; its log:\n{log}");
    }
    Err(last)
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Who runs PostgreSQL.
enum Owner {
    Ourselves,
    PostgresUser { runuser: PathBuf },
}

impl Owner {
    fn choose() -> Result<Self> {
        if machine::is_root()? {
            Ok(Self::PostgresUser { runuser: machine::program("runuser")? })
        } else {
            Ok(Self::Ourselves)
        }
    }

    fn take(&self, folder: &Path) -> Result<()> {
        match self {
            Self::Ourselves => Ok(()),
            Self::PostgresUser { .. } => run::output(Command::new("chown").arg("postgres:").arg(folder))
                .map(drop)
                .context("as root, PostgreSQL runs as the user `postgres`: create that user, or do not run as root"),
        }
    }

    /// A program of PostgreSQL, run in the cluster's folder.
    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = match self {
            Self::Ourselves => Command::new(program),
            Self::PostgresUser { runuser } => {
                let mut command = Command::new(runuser);
                command.args(["-u", "postgres", "--"]).arg(program);
                command
            }
        };
        command.current_dir(folder);
        command
    }
}

#[cfg(test)]
mod tests;
