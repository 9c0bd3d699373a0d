//! The peer: Debian's `blackbox_exporter`, asked by wrk to probe the same server.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::bench::process::Server;
use crate::bench::wrk;
use crate::{http, machine, postgres};

/// A running `blackbox_exporter`.
pub(super) struct Blackbox(Server);

impl Blackbox {
    /// Starts it; it trusts the authority in a folder.
    pub(super) fn start(folder: &Path) -> Result<Self> {
        let (config, port) = (folder.join("blackbox.yml"), postgres::free_port()?);
        let authority = folder.join("authority.pem");
        let authority = authority.to_str().context("the temporary folder's name is not UTF-8")?;
        let module = format!(
            "modules:\n  https:\n    prober: http\n    timeout: 10s\n    http:\n      \
             preferred_ip_protocol: ip4\n      tls_config:\n        ca_file: {authority}\n"
        );
        std::fs::write(&config, module)?;
        let mut command = Command::new(machine::program("prometheus-blackbox-exporter")?);
        command.arg(format!("--config.file={}", config.display()));
        command.arg(format!("--web.listen-address=127.0.0.1:{port}")).arg("--log.level=error");
        Server::start(&mut command, port, &folder.join("blackbox.log")).map(Self)
    }

    /// CPU time for a probe, in microseconds.
    pub(super) fn cpu_micros_per_probe(&self, target: u16, length: Duration) -> Result<f64> {
        let path = format!("/probe?module=https&target=https://127.0.0.1:{target}/");
        let answer = http::get(self.0.port, &path, http::Encoding::Identity)?;
        let told = String::from_utf8_lossy(&answer.body);
        if !told.lines().any(|line| line == "probe_success 1") {
            bail!("blackbox_exporter could not probe:\n{told}");
        }
        wrk::cpu_micros_per_request(&self.0, &path, length)
    }
}
