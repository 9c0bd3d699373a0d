//! A server that probes, and what it says of itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::part;
use crate::bench::process::Server;
use crate::{http, postgres};

/// A running installation full of checks.
pub(super) struct Installation {
    pub(super) server: Server,
    pub(super) data: PathBuf,
    token: String,
}

impl Installation {
    /// Starts one with so many checks for each port.
    pub(super) fn start(
        binary: &Path,
        folder: &Path,
        (name, interval, ports): (&str, u64, &[(usize, u16)]),
    ) -> Result<Self> {
        let data = folder.join(name);
        let place = data.to_str().context("the folder's name is not UTF-8")?;
        let mut words = vec![place.to_owned(), interval.to_string()];
        words.extend(ports.iter().map(|(count, port)| format!("{count}@{port}")));
        let filled = part("fill", &words.iter().map(String::as_str).collect::<Vec<_>>())?;
        let token = filled.get("token").and_then(Value::as_str).context("no token was printed")?;
        let port = postgres::free_port()?;
        let mut command = Command::new(binary);
        command.args(["serve", "--listen"]).arg(format!("127.0.0.1:{port}"));
        command.arg("--data").arg(&data);
        command.env("ALLCLEAR_PROBE_NETWORKS", "127.0.0.0/8");
        command.env("ALLCLEAR_PROBE_AUTHORITY_FILE", folder.join("authority.pem"));
        command.env("ALLCLEAR_CONNECTIONS_MAX", "1000");
        let log = folder.join(format!("{name}.log"));
        let server = Server::start_answering("/healthz", &mut command, port, &log)?;
        Ok(Self { server, data, token: token.to_owned() })
    }

    /// What it says of itself now.
    pub(super) fn figures(&self) -> Result<Figures> {
        let answer = http::send(self.server.port, ("GET", "/metrics"), &self.token, "")?;
        if answer.status != 200 {
            bail!("/metrics answered with status {}", answer.status);
        }
        Figures::read(std::str::from_utf8(&answer.body)?)
    }

    /// Ends it without a warning, as a power cut would.
    pub(super) fn kill(&mut self) -> Result<()> {
        self.server.kill()
    }
}

/// What an installation says of itself, as far as it is looked at.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Figures {
    pub(super) worked: f64,
    pub(super) failed: f64,
    pub(super) written: f64,
    pub(super) in_flight: f64,
    /// How many probes of the quick lane began no later than so many milliseconds.
    pub(super) lag: Vec<(f64, f64)>,
}

impl Figures {
    fn read(text: &str) -> Result<Self> {
        let mut figures = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').context("a line without a value")?;
            let value: f64 = value.parse().with_context(|| format!("read {line}"))?;
            match name {
                r#"allclear_probes_total{verdict="ok"}"# => figures.worked = value,
                r#"allclear_probes_total{verdict="fail"}"# => figures.failed = value,
                "allclear_probe_results_written_total" => figures.written = value,
                "allclear_probes_in_flight" => figures.in_flight = value,
                _ => {
                    let bucket = name.strip_prefix("allclear_probe_lag_seconds_bucket{le=\"");
                    let bound = bucket.and_then(|rest| rest.strip_suffix("\",lane=\"quick\"}"));
                    let Some(bound) = bound else { continue };
                    let bound = bound.trim_start_matches('+').parse::<f64>()?;
                    figures.lag.push((bound * 1e3, value));
                }
            }
        }
        Ok(figures)
    }

    /// The first bound that such a share does not exceed; `None` where there is nothing.
    pub(super) fn percentile(counts: &[(f64, f64)], share: f64) -> Option<f64> {
        let (_, all) = counts.last().filter(|(_, all)| *all > 0.0)?;
        counts.iter().find(|(_, count)| *count >= all * share).map(|(bound, _)| *bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_and_the_percentile_is_a_bound() {
        let figures = Figures::read(
            "# HELP allclear_checks Checks that are probed.\n\
             allclear_probes_total{verdict=\"ok\"} 97\n\
             allclear_probes_total{verdict=\"fail\"} 3\n\
             allclear_probe_results_written_total 99\n\
             allclear_probes_in_flight 1\n\
             allclear_probe_lag_seconds_bucket{le=\"0.001\",lane=\"quick\"} 10\n\
             allclear_probe_lag_seconds_bucket{le=\"0.25\",lane=\"quick\"} 99\n\
             allclear_probe_lag_seconds_bucket{le=\"+Inf\",lane=\"quick\"} 100\n\
             allclear_probe_lag_seconds_bucket{le=\"0.25\",lane=\"slow\"} 5\n\
             # EOF\n",
        );
        let figures = figures.unwrap();
        assert_eq!((figures.worked, figures.failed, figures.written), (97.0, 3.0, 99.0));
        assert_eq!(figures.lag, [(1.0, 10.0), (250.0, 99.0), (f64::INFINITY, 100.0)]);
        assert_eq!(Figures::percentile(&figures.lag, 0.99), Some(250.0));
        assert_eq!(Figures::percentile(&figures.lag, 0.1), Some(1.0));
        assert_eq!(Figures::percentile(&figures.lag, 1.0), Some(f64::INFINITY));
        assert_eq!(Figures::percentile(&[(1.0, 0.0)], 0.99), None);
    }
}
