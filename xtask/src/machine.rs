//! What the machine must have: one table of programs, the Debian package of each and who needs it.
//!
//! A program that is already there is used and nothing is installed. What is missing is installed
//! with apt, as root or through sudo, after saying so. Where that cannot be done the run fails and
//! says what to do.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::say::tell;
use crate::{ambient, run};

/// Which commands need a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// `cargo xtask test`.
    Test,
    /// `cargo xtask bench`.
    Bench,
    /// Pages in a real browser: `cargo xtask test` and `cargo xtask screenshots`.
    Pages,
}

/// A program that is not Rust's and the Debian package that brings it.
pub(crate) struct Tool {
    /// Name of the program.
    pub(crate) program: &'static str,
    /// Debian package.
    pub(crate) package: &'static str,
    /// Which command needs it.
    pub(crate) need: Need,
    /// What it is for, as said before it is installed.
    pub(crate) purpose: &'static str,
}

/// Everything outside Rust that the checks use.
pub(crate) const TOOLS: [Tool; 28] = [
    tool("initdb", "postgresql", Need::Test, "the store story runs on PostgreSQL too"),
    tool("pg_ctl", "postgresql", Need::Test, "starts and stops the throw-away PostgreSQL"),
    tool("cc", "gcc", Need::Test, "compiles the embedded database"),
    tool("nginx", "nginx", Need::Test, "the server that checks are tried on"),
    tool(
        "ngx_mail_module.so",
        "libnginx-mod-mail",
        Need::Test,
        "has that server speak as mail servers do, so that STARTTLS is tried on it",
    ),
    tool("nsd", "nsd", Need::Test, "the name server that checks are tried on"),
    tool("sshd", "openssh-server", Need::Test, "the SSH server that checks are tried on"),
    tool("redis-server", "redis-server", Need::Test, "the Redis that checks are tried on"),
    tool("mariadbd", "mariadb-server-core", Need::Test, "the MySQL that checks are tried on"),
    tool("mariadb-install-db", "mariadb-server-core", Need::Test, "makes its first tables"),
    tool("my_print_defaults", "mariadb-client-core", Need::Test, "is asked by what makes them"),
    // Debian's own: another one that is first on PATH does not see Debian's modules.
    tool("/usr/bin/python3", "python3", Need::Test, "runs the WebSocket that checks are tried on"),
    tool(
        "/usr/lib/python3/dist-packages/websockets/__init__.py",
        "python3-websockets",
        Need::Test,
        "is that WebSocket",
    ),
    tool(
        "/usr/lib/python3/dist-packages/grpc/__init__.py",
        "python3-grpcio",
        Need::Test,
        "is a gRPC that says that it does not serve",
    ),
    tool("etcd", "etcd-server", Need::Test, "the gRPC that checks are tried on"),
    tool("chronyd", "chrony", Need::Test, "the NTP that checks are tried on"),
    tool("prometheus", "prometheus", Need::Test, "the Prometheus that checks are tried on"),
    tool(
        "/usr/lib/nagios/plugins/check_tcp",
        "monitoring-plugins-basic",
        Need::Test,
        "the programs that checks are tried with",
    ),
    tool("ip", "iproute2", Need::Test, "makes networks whose line can be cut, as root"),
    tool("nginx", "nginx", Need::Bench, "the peer that serves the same page"),
    tool("wrk", "wrk", Need::Bench, "asks for pages as fast as it can"),
    tool(
        "prometheus-blackbox-exporter",
        "prometheus-blackbox-exporter",
        Need::Bench,
        "the peer that probes the same server",
    ),
    tool("slowhttptest", "slowhttptest", Need::Bench, "sends heads of requests slowly"),
    tool("chromium", "chromium", Need::Pages, "pages are looked at in a real browser"),
    tool("chromedriver", "chromium-driver", Need::Pages, "drives the browser"),
    tool(
        "node",
        "nodejs",
        Need::Pages,
        "npm is written for it, and the provider that people sign in through",
    ),
    tool(
        "npm",
        "npm",
        Need::Pages,
        "fetches that provider, the accessibility and the HTML checker",
    ),
    tool("java", "default-jre-headless", Need::Pages, "runs the HTML checker"),
];

const fn tool(
    program: &'static str,
    package: &'static str,
    need: Need,
    purpose: &'static str,
) -> Tool {
    Tool { program, package, need, purpose }
}

/// Makes sure that every program for `need` is there, installing what is missing.
pub(crate) fn prepare(need: Need) -> Result<()> {
    let missing: Vec<&Tool> =
        TOOLS.iter().filter(|tool| tool.need == need && locate(tool.program).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    install(&missing)?;
    for tool in missing {
        program(tool.program)?;
    }
    Ok(())
}

/// The path of a program, or an error that says how to get it.
pub(crate) fn program(name: &str) -> Result<PathBuf> {
    locate(name).with_context(|| {
        let package = TOOLS.iter().find(|tool| tool.program == name).map(|tool| tool.package);
        format!(
            "`{name}` is not on PATH: install the Debian package `{}` or put `{name}` on PATH",
            package.unwrap_or(name)
        )
    })
}

/// True if we may do what only root may do.
pub(crate) fn is_root() -> Result<bool> {
    Ok(std::fs::metadata("/proc/self").context("read /proc/self")?.uid() == 0)
}

/// Where Debian has modules of nginx, which are no programs.
const NGINX_MODULES: &str = "/usr/lib/nginx/modules";

fn locate(name: &str) -> Option<PathBuf> {
    if name.starts_with('/') {
        return Some(PathBuf::from(name)).filter(|file| file.is_file());
    }
    if name.ends_with(".so") {
        return Some(Path::new(NGINX_MODULES).join(name)).filter(|module| module.is_file());
    }
    let mut folders = ambient::path_folders();
    // Debian keeps PostgreSQL's own programs off the PATH, and an ordinary user's PATH has no sbin.
    folders.extend(postgresql_folders(Path::new("/usr/lib/postgresql")));
    folders.extend(["/usr/sbin".into(), "/sbin".into()]);
    folders.into_iter().map(|folder| folder.join(name)).find(|path| is_executable(path))
}

fn is_executable(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

/// The `bin` folders below `parent`, newest version first.
fn postgresql_folders(parent: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, folder)| folder).collect()
}

fn install(missing: &[&Tool]) -> Result<()> {
    for tool in missing {
        tell(&format!("missing: {} ({})", tool.program, tool.purpose))?;
    }
    if locate("apt-get").is_none() {
        bail!("{}", by_hand("this machine has no apt-get", missing));
    }
    let through_sudo = !is_root()?;
    if through_sudo && locate("sudo").is_none() {
        bail!("{}", by_hand("not root, and there is no sudo", missing));
    }
    for words in apt_commands(missing, through_sudo) {
        tell(&format!("running: {}", words.join(" ")))?;
        let Some((program, rest)) = words.split_first() else {
            continue;
        };
        if !run::succeeds(Command::new(program).args(rest))? {
            bail!("{}", by_hand("apt-get failed, see above", missing));
        }
    }
    Ok(())
}

fn by_hand(why: &str, missing: &[&Tool]) -> String {
    format!("{why}: install these packages yourself: {}", packages(missing).join(" "))
}

fn packages(missing: &[&Tool]) -> Vec<&'static str> {
    let mut packages: Vec<&'static str> = missing.iter().map(|tool| tool.package).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

fn apt_commands(missing: &[&Tool], through_sudo: bool) -> Vec<Vec<&'static str>> {
    let mut start = if through_sudo { vec!["sudo"] } else { Vec::new() };
    start.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    let mut update = start.clone();
    update.push("update");
    let mut install = start;
    install.extend(["install", "--yes", "--no-install-recommends"]);
    install.extend(packages(missing));
    vec![update, install]
}

#[cfg(test)]
mod tests;
