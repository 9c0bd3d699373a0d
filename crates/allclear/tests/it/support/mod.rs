//! What stories share: fresh databases on both engines, the built binary, a running instance.

#[cfg(feature = "passkeys")]
pub(crate) mod authenticator;
pub(crate) mod browser;
pub(crate) mod nginx;
pub(crate) mod program;
pub(crate) mod reader;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use allclear::instance::{Conditions, Instance};
use allclear_checks::Prober;
use allclear_checks::kinds::NetProber;
use allclear_checks::prober::Probing;
use allclear_domain::check::VantagePoint;
use allclear_domain::{Check, Clock, Entropy, TurnedClock};
use allclear_net::{AddressRules, Net, Resolver, TlsClient, Trust};
use allclear_store::{FILE_NAME, Keyring, Location, Store};
use allclear_web::Entrance;
use allclear_web::server::ListenerLimits;
use jiff::Timestamp;
use tempfile::TempDir;

/// An engine that the store runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// The embedded one.
    Sqlite,
    /// The server that `cargo xtask test` starts.
    Postgres,
}

impl Engine {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

/// A fresh, empty database; gone with the value.
pub(crate) struct Fresh {
    /// Where it is.
    pub(crate) location: Location,
    /// A folder of its own, for the data of the embedded engine and for files.
    pub(crate) folder: TempDir,
}

/// The address of the test server for PostgreSQL.
#[expect(clippy::disallowed_methods, reason = "tests get their services from the environment")]
pub(crate) fn postgres_url() -> String {
    std::env::var("ALLCLEAR_TEST_POSTGRES").expect(
        "ALLCLEAR_TEST_POSTGRES is not set: run `cargo xtask test`, which starts PostgreSQL",
    )
}

impl Fresh {
    /// A fresh database on an engine.
    pub(crate) fn on(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = match engine {
            Engine::Sqlite => Location::Folder(folder.path().join("data")),
            Engine::Postgres => {
                let url = postgres_url();
                let (server, _) = url.rsplit_once('/').unwrap();
                let unique = folder.path().file_name().unwrap().to_string_lossy().to_lowercase();
                let name =
                    format!("it_{}", unique.replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
                let name = format!("{name}_{}", std::process::id());
                let sql = format!("create database {name}");
                let done = Command::new("psql").args([&url, "-qc", &sql]).output().unwrap();
                assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
                Location::Url(format!("{server}/{name}"))
            }
        };
        Self { location, folder }
    }

    /// The arguments that point a command at it.
    pub(crate) fn command(&self) -> Command {
        let mut command = allclear();
        match &self.location {
            Location::Folder(folder) => command.arg("--data").arg(folder),
            Location::Url(url) => {
                command.env("ALLCLEAR_DATABASE_URL", url).arg("--data").arg(self.folder.path())
            }
        };
        command
    }

    /// Opens it.
    pub(crate) async fn store(&self) -> Store {
        Store::open(&self.location).await.unwrap().with_keyring(keyring())
    }

    /// Changes it behind the store's back.
    pub(crate) fn change(&self, sql: &str) {
        match &self.location {
            Location::Folder(folder) => {
                std::fs::create_dir_all(folder).unwrap();
                let link = rusqlite::Connection::open(folder.join(FILE_NAME)).unwrap();
                link.execute_batch(sql).unwrap();
            }
            Location::Url(url) => {
                let mut psql = Command::new("psql");
                let output = psql.args([url, "-v", "ON_ERROR_STOP=1", "-qc", sql]).output();
                let output = output.unwrap();
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{said}");
            }
        }
    }

    /// Starts an instance on it, on a free port, with a clock that stands still.
    pub(crate) async fn instance(&self, clock: &TurnedClock) -> Instance {
        Instance::start(self.store().await, conditions(clock)).await.unwrap()
    }
}

/// The key that secrets of stories are sealed with.
pub(crate) fn keyring() -> Keyring {
    Keyring::read(&Keyring::new_key(&Entropy::from_seed(1))).unwrap()
}

/// Limits that no story reaches by accident.
pub(crate) const LIMITS: ListenerLimits =
    ListenerLimits { connections_max: 1_000, header_timeout: Duration::from_secs(10) };

/// What instances of stories run under: a free port, a clock that is turned, the same ids each time.
pub(crate) fn conditions(clock: &TurnedClock) -> Conditions {
    Conditions {
        listen: "127.0.0.1:0".parse().unwrap(),
        allowed: LIMITS,
        clock: Arc::new(clock.clone()),
        entropy: Arc::new(Entropy::from_seed(20_261_121)),
        entrance: Entrance::default(),
        prober: Arc::new(Still),
        probes_max: 100,
        samples_bytes_max: 1_000_000_000,
        sign_of_life: None,
        rdap_url: None,
    }
}

/// Tries checks for ever, and never finds anything: for stories that are about something else.
struct Still;

impl Prober for Still {
    fn probe(&self, _: Arc<Check>, _: Timestamp) -> Probing {
        Box::pin(std::future::pending())
    }
}

/// What really tries checks: it reaches this machine alone, and asks nobody for names.
pub(crate) fn prober(clock: &TurnedClock) -> Arc<NetProber> {
    prober_that_trusts(Arc::new(clock.clone()), "")
}

/// The same, with an authority that it trusts besides those of everybody.
pub(crate) fn prober_that_trusts(clock: Arc<dyn Clock>, authority: &str) -> Arc<NetProber> {
    let rules = AddressRules::allowing(vec!["127.0.0.0/8".parse().unwrap()]);
    let net = Net::new(rules, Resolver::asking(&[]).unwrap());
    let trust = Trust::public_and(authority.as_bytes()).unwrap();
    let tls = TlsClient::new(&trust, None, clock).unwrap();
    Arc::new(NetProber::new(net, tls, VantagePoint::core()))
}

/// The built binary, in an environment of its own.
pub(crate) fn allclear() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_allclear"));
    command.env_clear().env("HOME", "/nonexistent");
    command
}

/// Standard output of a command that must succeed.
pub(crate) fn stdout(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", output.status);
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A sample of real history, by publisher.
pub(crate) fn sample(slug: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("samples/history/{slug}.json"));
    std::fs::read_to_string(path).unwrap()
}
