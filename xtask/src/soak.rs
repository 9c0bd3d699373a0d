//! `cargo xtask soak api`: a running server, and Schemathesis asking it everything that the document
//! of the API allows, and much that it does not.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::postgres::free_port;
use crate::say::say;
use crate::{run, workspace};

/// What asks; from the package index of Python.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// Where it is told what a status means here.
const CONFIG: &str = "xtask/api/schemathesis.toml";
const SCOPES: &str = "read,incidents,maintenance,components,status_pages";

/// Ends a server with the run.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which the run has told.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// True if nothing was found.
pub(crate) fn api() -> Result<bool> {
    let target = workspace::target_folder()?;
    run::output(&mut run::cargo(&["build", "--package", "allclear"])?)?;
    let binary = target.join("debug/allclear");
    let asker = install(&target)?;
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let ask = |words: &[&str]| -> Result<String> {
        run::output(Command::new(&binary).arg("--data").arg(&data).args(words))
    };
    ask(&["status-page", "add", "Example Shop"])?;
    ask(&["component", "add", "Checkout"])?;
    let token = ask(&["token", "create", "--name", "soak", "--scopes", SCOPES])?;
    let listen = format!("127.0.0.1:{}", free_port()?);
    let mut serve = Command::new(&binary);
    serve.arg("--data").arg(&data).args(["serve", "--listen", &listen]);
    let server = serve.stdin(Stdio::null()).stderr(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let _running = Running(server);
    wait_for(&listen)?;
    say(&format!("asking http://{listen}/api/v1"))?;
    run::succeeds(
        Command::new(asker)
            .current_dir(workspace::root()?)
            .args(["--config-file", CONFIG, "run"])
            .arg(format!("http://{listen}/api/v1/openapi.json"))
            .arg("--header")
            .arg(format!("Authorization: Bearer {}", token.trim())),
    )
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
