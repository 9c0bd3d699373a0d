//! `cargo xtask soak api`: a running server, and Schemathesis asking it everything that the document
//! of the API allows, and much that it does not.

mod answers;
mod seeds;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::postgres::free_port;
use crate::say::say;
use crate::{http, run, workspace};

/// What asks; from the package index of Python.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// Where it is told what a status means here.
const CONFIG: &str = "xtask/api/schemathesis.toml";
const SCOPES: &str = "read,incidents,maintenance,components,status_pages,checks,people,audit";

/// Ends a server with the run.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which the run has told.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// True if nothing was found, and nearly every operation was seen to do what it is for.
pub(crate) fn api() -> Result<bool> {
    let target = workspace::target_folder()?;
    run::output(&mut run::cargo(&["build", "--package", "allclear"])?)?;
    let binary = target.join("debug/allclear");
    let asker = install(&target)?;
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let create = ["token", "create", "--name", "soak", "--scopes", SCOPES];
    let token = run::output(Command::new(&binary).arg("--data").arg(&data).args(create))?;
    let token = token.trim();
    let port = free_port()?;
    let listen = format!("127.0.0.1:{port}");
    let mut serve = Command::new(&binary);
    serve.arg("--data").arg(&data).args(["serve", "--listen", &listen]);
    let server = serve.stdin(Stdio::null()).stderr(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let _running = Running(server);
    wait_for(&listen)?;
    let seeds = seeds::sow(port, token)?;
    let config = folder.path().join("schemathesis.toml");
    let known = std::fs::read_to_string(workspace::root()?.join(CONFIG))?;
    std::fs::write(&config, known + &seeds.config())?;
    let archive = folder.path().join("archive");
    say(&format!("asking http://{listen}/api/v1"))?;
    let has_found_nothing = run::succeeds(
        // It keeps notes of its own where it stands.
        Command::new(asker)
            .current_dir(folder.path())
            .arg("--config-file")
            .arg(config)
            .arg("run")
            .arg(format!("http://{listen}/api/v1/openapi.json"))
            .arg("--header")
            .arg(format!("Authorization: Bearer {token}"))
            .args(["--report", "har", "--report-dir"])
            .arg(&archive),
    )?;
    let document = http::get(port, "/api/v1/openapi.json", http::Encoding::Identity)?;
    let document: Value = serde_json::from_slice(&document.body)?;
    let answers = answers::read(&archive, &document)?;
    let never_done = answers::never_done(&answers, &document);
    for (operation, statuses) in &answers {
        say(&format!("{operation}: {statuses:?}"))?;
    }
    for operation in &never_done {
        say(&format!("never done: {operation}"))?;
    }
    let requests: usize = answers.values().flat_map(|of| of.values()).sum();
    say(&format!("{requests} requests of {} operations", answers.len()))?;
    Ok(has_found_nothing && never_done.len() <= answers::NEVER_DONE_MAX)
}

fn install(target: &Path) -> Result<std::path::PathBuf> {
    let folder = target.join("schemathesis");
    let asker = folder.join("bin/schemathesis");
    if !asker.is_file() {
        say(&format!("installing {SCHEMATHESIS} into {}", folder.display()))?;
        run::output(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        run::output(Command::new(folder.join("bin/pip")).args(["install", "-q", SCHEMATHESIS]))?;
    }
    Ok(asker)
}

fn wait_for(listen: &str) -> Result<()> {
    let address = listen.parse().context("an address")?;
    for _ in 0..300 {
        if std::net::TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bail!("the server does not listen on {listen} after 30 seconds")
}
