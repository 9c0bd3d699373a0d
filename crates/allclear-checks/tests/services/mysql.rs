//! MariaDB.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use super::server::{installed, is_root};
use super::*;

/// Who is known: one who comes in as they are, and one who has a password.
const WHO: &str = "CREATE USER monitor@'127.0.0.1';\n\
                   CREATE USER keeper@'127.0.0.1' IDENTIFIED BY 'hunter2hunter2';\n\
                   CREATE DATABASE shop;\n\
                   GRANT SELECT ON shop.* TO monitor@'127.0.0.1';\n";

fn mariadb() -> Server {
    Server::start(prepare, command)
}

fn prepare(folder: &Path) {
    fs::write(folder.join("who.sql"), WHO).unwrap();
    let mut command = Command::new("mariadb-install-db");
    command.args(["--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal"]);
    command.arg(format!("--datadir={}/data", folder.display())).args(as_root());
    // Two that share a place for what is passing get in each other's way.
    command.env("TMPDIR", folder).stdout(Stdio::null());
    assert!(command.status().unwrap().success());
}

fn command(folder: &Path, address: SocketAddr) -> Command {
    let mut command = Command::new(installed("ALLCLEAR_TEST_MARIADB"));
    command.env("TMPDIR", folder);
    let folder = folder.display();
    command.arg("--no-defaults").args(as_root());
    for (name, value) in [("datadir", "data"), ("socket", "socket"), ("pid-file", "pid")] {
        command.arg(format!("--{name}={folder}/{value}"));
    }
    command.arg(format!("--init-file={folder}/who.sql"));
    command.arg(format!("--bind-address={}", address.ip()));
    command.arg(format!("--port={}", address.port()));
    command.args(["--skip-name-resolve", "--innodb-buffer-pool-size=8M", "--log-warnings=9"]);
    command
}

/// It runs as root where it is told so.
fn as_root() -> Option<&'static str> {
    is_root().then_some("--user=root")
}

#[tokio::test]
async fn whoever_asks_is_answered() {
    let server = mariadb();
    let nobody = of(&server, Protocol::Mysql);
    let expect = contains("MariaDB");
    let said = works(ServiceCheck { expect, ..nobody.clone() }).await;
    assert!(said.contains("1045 Access denied for user 'allclear'"), "{said}");
    let monitor = ServiceCheck { user: Some("monitor".to_owned()), ..nobody.clone() };
    let said = works(monitor.clone()).await;
    assert!(said.contains("COM_PING\nOK"), "{said}");
    let shop = ServiceCheck { database: Some("shop".to_owned()), ..monitor.clone() };
    works(shop).await;
    let none = ServiceCheck { database: Some("none".to_owned()), ..monitor };
    fails(none, ReasonCode::Status, "none").await;
    let keeper = ServiceCheck { user: Some("keeper".to_owned()), ..nobody };
    fails(keeper, ReasonCode::Status, "1045 Access denied for user 'keeper'").await;
    // Sessions that are left before their end count against us, until the server blocks us. The one that
    // is left here was made to wait until it listens.
    let told = server.told();
    assert_eq!(told.matches("without authentication").count(), 1, "{told}");
    fails(of(&server, Protocol::Redis), ReasonCode::Broken, "").await;
}

#[tokio::test]
async fn one_that_stands_still_is_missed() {
    is_missed(mariadb(), Protocol::Mysql).await;
}
