//! The peer: nginx with one worker, serving the very same compressed bytes with the same headers.
//!
//! It is set up as somebody would who wants it fast: headers and file leave in one packet, which
//! saves a seventh of its CPU time on a page of this size.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::process::Server;
use crate::http::{self, Encoding, Response};
use crate::{machine, postgres, run};

/// Headers that nginx writes itself.
const ITS_OWN: [&str; 8] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "keep-alive",
    "server",
    "transfer-encoding",
];

/// A running nginx; dropping it stops its worker too.
pub(super) struct Nginx {
    pub(super) server: Server,
    program: PathBuf,
    config: PathBuf,
}

impl Nginx {
    /// Starts nginx below `folder` and proves that it sends what `page` is.
    pub(super) fn start(folder: &Path, page: &Response) -> Result<Self> {
        let program = machine::program("nginx")?;
        let site = folder.join("site");
        fs::create_dir_all(&site)?;
        fs::write(site.join("index.html.gz"), &page.body)?;
        // What a reader without gzip would get; nobody asks for it here.
        fs::write(site.join("index.html"), "compressed only")?;
        let port = postgres::free_port()?;
        let config = folder.join("nginx.conf");
        fs::write(&config, configuration(folder, port, machine::is_root()?, page)?)?;
        let mut command = Command::new(&program);
        command.arg("-p").arg(folder).arg("-c").arg(&config);
        let server = Server::start(&mut command, port, &folder.join("nginx.log"))?;
        let nginx = Self { server, program, config };
        same(page, &http::get(port, "/", Encoding::Gzip)?)?;
        Ok(nginx)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Killing the master would leave its worker behind. If this fails, the server's own
        // destructor still kills the master.
        let mut stop = Command::new(&self.program);
        let stopped = run::output(stop.arg("-c").arg(&self.config).args(["-s", "stop"]));
        if stopped.is_ok() {
            let _ended = self.server.wait();
        }
    }
}

fn configuration(folder: &Path, port: u16, is_root: bool, page: &Response) -> Result<String> {
    let folder = folder.to_str().context("the temporary folder's name is not UTF-8")?;
    // The worker must be able to read our temporary folder.
    let user = if is_root { "user root;\n" } else { "" };
    let kind = page.header("content-type").context("the page has no content-type")?;
    let mut headers = String::new();
    for (name, value) in &page.headers {
        if !ITS_OWN.contains(&name.to_ascii_lowercase().as_str()) {
            headers.push_str(&format!("    add_header {name} {};\n", quoted(value)?));
        }
    }
    if page.header("last-modified").is_none() {
        headers.push_str("    add_header Last-Modified \"\";\n");
    }
    let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("  {name}_temp_path {folder}/{name};\n"))
        .concat();
    Ok(format!(
        "{user}daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log warn;
events {{ worker_connections 1024; }}
http {{
{places}  access_log off;
  server_tokens off;
  sendfile on;
  tcp_nopush on;
  etag off;
  keepalive_requests 1000000000;
  open_file_cache max=100 inactive=1h;
  open_file_cache_valid 1h;
  types {{ }}
  default_type {kind};
  server {{
    listen 127.0.0.1:{port};
    root {folder}/site;
    gzip_static on;
    location = / {{ try_files /index.html =404; }}
{headers}  }}
}}
",
        kind = quoted(kind)?,
    ))
}

/// A value as nginx reads it; `$` would start a variable and cannot be escaped.
fn quoted(value: &str) -> Result<String> {
    if value.contains('$') {
        bail!("nginx cannot send the header value {value:?}: it holds a dollar sign");
    }
    Ok(format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// Both send the same bytes and the same headers; otherwise the comparison would be worth nothing.
fn same(ours: &Response, theirs: &Response) -> Result<()> {
    if ours.status != theirs.status || ours.body != theirs.body {
        bail!("nginx does not send the same bytes");
    }
    let compared = |name: &str| {
        !["connection", "date", "keep-alive", "server"]
            .contains(&name.to_ascii_lowercase().as_str())
    };
    for (name, value) in ours.headers.iter().filter(|(name, _)| compared(name)) {
        if theirs.header(name) != Some(value) {
            bail!("nginx sends {name}: {:?}, not {value:?}", theirs.header(name));
        }
    }
    for (name, value) in theirs.headers.iter().filter(|(name, _)| compared(name)) {
        if ours.header(name).is_none() {
            bail!("only nginx sends {name}: {value}");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
