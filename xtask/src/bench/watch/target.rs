//! What is probed: nginx, which speaks TLS anew with everybody.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{machine, postgres, run};

/// A server that does not listen by then will not.
const LISTENS_AFTER_MAX: Duration = Duration::from_secs(10);

/// A running nginx.
pub(super) struct Target {
    pub(super) port: u16,
    program: PathBuf,
    config: PathBuf,
    child: Child,
}

impl Target {
    /// Starts it with the certificates in a folder.
    pub(super) fn start(folder: &Path) -> Result<Self> {
        let (program, port) = (machine::program("nginx")?, postgres::free_port()?);
        let config = folder.join("target.conf");
        std::fs::write(&config, configuration(folder, port, machine::is_root()?)?)?;
        let mut command = Command::new(&program);
        command.arg("-p").arg(folder).arg("-c").arg(&config).stdin(Stdio::null());
        let child = command.spawn().context("start nginx")?;
        let target = Self { port, program, config, child };
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if start.elapsed() > LISTENS_AFTER_MAX {
                bail!("nginx does not listen; it may have said why");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(target)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // Killing the master would leave its worker behind.
        let mut stop = Command::new(&self.program);
        let _stopped = run::output(stop.arg("-c").arg(&self.config).args(["-s", "stop"]));
        let _gone = self.child.wait();
    }
}

fn configuration(folder: &Path, port: u16, is_root: bool) -> Result<String> {
    let folder = folder.to_str().context("the temporary folder's name is not UTF-8")?;
    let user = if is_root { "user root;\n" } else { "" };
    let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("  {name}_temp_path {folder}/{name};\n"))
        .concat();
    Ok(format!(
        "{user}daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid {folder}/target.pid;
error_log {folder}/target-error.log crit;
events {{ worker_connections 12288; multi_accept on; }}
http {{
{places}  access_log off;
  server {{
    listen {port} ssl backlog=8192;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.key;
    ssl_session_cache off;
    ssl_session_tickets off;
    keepalive_timeout 0;
    location / {{ return 200 \"well\\n\"; }}
  }}
}}
"
    ))
}
