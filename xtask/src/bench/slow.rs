//! Slow clients: what others notice of 5,000 connections that send their heads byte by byte and of
//! 5,000 that say nothing.
//!
//! The first are played by slowhttptest, the second here. Rounds alternate between a server that is
//! left alone and the same server under both at once.

use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::process::Server;
use super::{Report, Row, least, make_room};
use crate::http::{self, Encoding};
use crate::say::tell;
use crate::{machine, postgres};

/// Connections of each kind.
const CONNECTIONS: u32 = 5_000;
/// Share of them that must be open while others are served: some end and are opened anew.
const OPEN_MIN: u32 = CONNECTIONS * 2 * 9 / 10;
/// Rounds, each with and without.
const ROUNDS: usize = 3;
/// Requests of somebody else in a half of a round, each on a connection of its own.
const REQUESTS: usize = 500;
/// A crowd that has not come together by then will not.
const GATHERED_AFTER_MAX: Duration = Duration::from_secs(60);
/// How often it is counted meanwhile.
const COUNT_EVERY: Duration = Duration::from_millis(50);

/// Measures what slow clients do to others.
pub(super) fn measure(binary: &Path, report: &mut Report) -> Result<()> {
    report.add("slow clients", rows(binary))
}

fn rows(binary: &Path) -> Result<Vec<Row>> {
    make_room(u64::from(CONNECTIONS))?;
    let folder = tempfile::Builder::new().prefix("allclear-bench-").tempdir()?;
    let port = postgres::free_port()?;
    let mut command = Command::new(binary);
    command.args(["demo", "--listen"]).arg(format!("127.0.0.1:{port}"));
    // Longer than anybody should set it, so that the crowd stays together while it is measured.
    command.env("ALLCLEAR_HEADER_TIMEOUT_SECONDS", "120");
    let server = Server::start(&mut command, port, &folder.path().join("demo.log"))?;
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.push(serve_others(port)?);
        let crowd = Crowd::gather(&server, folder.path())?;
        beside.push(serve_others(port)?);
        let open = server.open_files()?;
        if open < usize::try_from(OPEN_MIN)? {
            bail!("only {open} connections were still open at the end of a round");
        }
        drop(crowd);
        wait_until("the crowd to leave", || Ok(server.open_files()? < 1_000))?;
    }
    let resident = server.resident_bytes()?;
    let shown = |rounds: &[Times]| {
        let told = |it: &Times| format!("{:.2} / {:.2}", it.median, it.slowest_of_100);
        rounds.iter().map(told).collect::<Vec<_>>().join(", ")
    };
    tell(&format!(
        "ms until the first view is there, median / p99: alone {}; beside the crowd {}",
        shown(&alone),
        shown(&beside)
    ))?;
    let median = |rounds: &[Times]| least(rounds.iter().map(|it| it.median));
    let p99 = |rounds: &[Times]| least(rounds.iter().map(|it| it.slowest_of_100));
    let against =
        |figure, ours, theirs| Row::against_peer(figure, "ms", ours, ("without", theirs), 2.0);
    Ok(vec![
        against("first view beside 10,000 slow and idle, median", median(&beside), median(&alone)),
        Row::below_limit("the same, p99", "ms", p99(&beside), 50.0)?,
        Row::below_limit("memory after them", "MB", resident / 1e6, 300.0)?,
    ])
}

/// How long requests took, in milliseconds.
struct Times {
    median: f64,
    slowest_of_100: f64,
}

/// Somebody else asks for the first view, again and again; each must be answered.
fn serve_others(port: u16) -> Result<Times> {
    let mut times = Vec::new();
    for _ in 0..REQUESTS {
        let start = Instant::now();
        let response = http::get(port, "/", Encoding::Gzip)?;
        if response.status != 200 {
            bail!("somebody else was answered with status {}", response.status);
        }
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(Times { median: times[REQUESTS / 2], slowest_of_100: times[REQUESTS * 99 / 100] })
}

/// Slow and idle connections; they end when it is dropped.
struct Crowd {
    slow: Child,
    _idle: Vec<TcpStream>,
}

impl Crowd {
    fn gather(server: &Server, folder: &Path) -> Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], server.port));
        let idle: Result<Vec<TcpStream>, _> =
            (0..CONNECTIONS).map(|_| TcpStream::connect(address)).collect();
        let log = File::create(folder.join("slowhttptest.log"))?;
        let slow = Command::new(machine::program("slowhttptest")?)
            .args(["-H", "-i", "1", "-l", "120", "-p", "30", "-x", "8"])
            .args(["-c", &CONNECTIONS.to_string(), "-r", &CONNECTIONS.to_string()])
            .args(["-u", &format!("http://{address}/")])
            .stdin(Stdio::null())
            .stderr(log.try_clone()?)
            .stdout(log)
            .spawn()
            .context("start slowhttptest")?;
        let crowd = Self { slow, _idle: idle.context("open an idle connection")? };
        let least = usize::try_from(OPEN_MIN)?;
        wait_until("the crowd to gather", || Ok(server.open_files()? >= least))?;
        Ok(crowd)
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        // Both fail only if it is gone already.
        let _gone = self.slow.kill();
        let _gone = self.slow.wait();
    }
}

fn wait_until(what: &str, holds: impl Fn() -> Result<bool>) -> Result<()> {
    let start = Instant::now();
    while !holds()? {
        if start.elapsed() > GATHERED_AFTER_MAX {
            bail!("waited {} s for {what} in vain", GATHERED_AFTER_MAX.as_secs());
        }
        std::thread::sleep(COUNT_EVERY);
    }
    Ok(())
}
