//! `wrk`: asks one server for one page as fast as it can.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::process::Server;
use crate::{machine, run};

const CONNECTIONS: usize = 64;

/// CPU time of the server for one gzip request of `path`, in microseconds.
pub(super) fn cpu_micros_per_request(server: &Server, path: &str, length: Duration) -> Result<f64> {
    let before = server.cpu_seconds()?;
    let mut command = Command::new(machine::program("wrk")?);
    command
        .arg("-t1")
        .arg(format!("-c{CONNECTIONS}"))
        .arg(format!("-d{}s", length.as_secs()))
        .args(["-H", "Accept-Encoding: gzip"])
        .arg(format!("http://127.0.0.1:{}{path}", server.port));
    let requests = requests(&run::output(&mut command)?)?;
    let used = server.cpu_seconds()? - before;
    Ok(used * 1e6 / requests)
}

/// How many requests were answered; every answer must have been a good one.
fn requests(printed: &str) -> Result<f64> {
    for trouble in ["Non-2xx", "Socket errors"] {
        if let Some(line) = printed.lines().find(|line| line.contains(trouble)) {
            bail!("wrk reports: {}", line.trim());
        }
    }
    let line = printed.lines().find(|line| line.contains(" requests in "));
    let number = line.and_then(|line| line.split_whitespace().next());
    let number: f64 = number
        .context("wrk printed no number of requests")?
        .parse()
        .context("read wrk's number")?;
    if number == 0.0 {
        bail!("the server answered no request");
    }
    Ok(number)
}

#[cfg(test)]
mod tests;
