//! PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::server::{as_postgres, installed};
use super::*;

/// Everybody comes in as they are, but for one who has a password.
const WHO: &str = "host all keeper 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n";

/// A server with these settings; with a certificate of this authority.
fn postgres(authority: &Authority, settings: &[&str]) -> Server {
    let server = Server::start(
        |folder| prepare(folder, authority),
        |folder, address| {
            if settings.contains(&"hot_standby=off") {
                fs::write(folder.join("data/standby.signal"), "").unwrap();
            }
            let mut command = Command::new(program("postgres"));
            as_postgres(&mut command, folder);
            command.arg("-D").arg(folder.join("data")).arg("-k").arg(folder);
            command.args(["-h", "127.0.0.1", "-p", &address.port().to_string()]);
            for setting in ["fsync=off", "shared_buffers=8MB"].iter().chain(settings) {
                command.args(["-c", setting]);
            }
            command
        },
    );
    // It listens before it takes sessions, and one that only follows another never does.
    let takes = ["ready to accept connections", "entering standby mode"];
    while takes.iter().all(|words| !server.told().contains(words)) {
        std::thread::sleep(Duration::from_millis(10));
    }
    server
}

/// A program that lies beside `initdb`.
fn program(name: &str) -> PathBuf {
    Path::new(&installed("ALLCLEAR_TEST_INITDB")).with_file_name(name)
}

fn prepare(folder: &Path, authority: &Authority) {
    authority.certify(folder);
    let mut command = Command::new(program("initdb"));
    as_postgres(&mut command, folder);
    command.args(["-D", "data", "-U", "monitor", "-A", "trust", "-E", "UTF8", "--no-sync"]);
    command.args(["--locale", "C.UTF-8"]).current_dir(folder).stdout(Stdio::null());
    assert!(command.status().unwrap().success());
    fs::write(folder.join("data/pg_hba.conf"), WHO).unwrap();
    for name in ["chain.pem", "key.pem"] {
        fs::rename(folder.join(name), folder.join("data").join(name)).unwrap();
    }
}

fn as_who(server: &Server, user: &str, database: &str) -> ServiceCheck {
    let (user, database) = (Some(user.to_owned()), Some(database.to_owned()));
    ServiceCheck { user, database, ..of(server, Protocol::Postgres) }
}

#[tokio::test]
async fn who_may_come_in_asks_and_is_answered() {
    let server = postgres(&Authority::new("Example Root"), &[]);
    let expect = contains("server_version = ");
    let check = ServiceCheck { expect, ..as_who(&server, "monitor", "postgres") };
    let said = works(check).await;
    assert!(said.contains("SELECT 1\none row"), "{said}");
    let nobody = works(of(&server, Protocol::Postgres)).await;
    assert!(nobody.contains("FATAL 28000: role \"allclear\" does not exist"), "{nobody}");
    let keeper = works(as_who(&server, "keeper", "postgres")).await;
    assert!(keeper.contains("asks for a password"), "{keeper}");
}

#[tokio::test]
async fn what_is_named_has_to_be_there() {
    let server = postgres(&Authority::new("Example Root"), &[]);
    let check = as_who(&server, "monitor", "shop");
    fails(check, ReasonCode::Status, "FATAL 3D000: database \\\"shop\\\" does not exist").await;
    let check = as_who(&server, "stranger", "postgres");
    fails(check, ReasonCode::Status, "FATAL 28000: role").await;
}

#[tokio::test]
async fn one_that_takes_no_sessions_fails_with_its_words() {
    let server = postgres(&Authority::new("Example Root"), &["hot_standby=off"]);
    fails(of(&server, Protocol::Postgres), ReasonCode::Status, "FATAL 57P03: the database").await;
}

#[tokio::test]
async fn tls_begins_where_it_is_asked_for() {
    let authority = Authority::new("Example Root");
    let settings = ["ssl=on", "ssl_cert_file=chain.pem", "ssl_key_file=key.pem"];
    let server = postgres(&authority, &settings);
    let security = Security::Starttls;
    let check = ServiceCheck { security, ..as_who(&server, "monitor", "postgres") };
    let result = probe_by(&authority, check.clone(), 20_000, None).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    assert!(said(&result).contains("TLS 1.3") && said(&result).contains("one row"));
    fails(check, ReasonCode::Tls, "no authority that is trusted").await;
    let open = postgres(&authority, &[]);
    let check = ServiceCheck { security, ..of(&open, Protocol::Postgres) };
    fails(check, ReasonCode::Tls, "the server does not offer TLS").await;
}

#[tokio::test]
async fn one_that_stands_still_is_missed() {
    is_missed(postgres(&Authority::new("Example Root"), &[]), Protocol::Postgres).await;
}
