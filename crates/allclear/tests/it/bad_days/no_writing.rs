//! Nothing can be written while something dies that is watched: somebody's backup holds the database, or
//! the disk is full. Pages are served meanwhile, and afterwards nothing is missing: the outage began when
//! it did, and every result is there.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use allclear_domain::check::Span;
use allclear_domain::{Clock, SystemClock};
use allclear_store::{FILE_NAME, Location, Store};
use jiff::SignedDuration;

use super::own_mounts::{self, SmallDisk};
use super::server::{Answer, Server};
use super::target::{JOB, Target, measured, set_up, shows, wait};
use crate::support::{Engine, Fresh, allclear};

/// Set in the process that holds the database.
const HOLDS: &str = "ALLCLEAR_TEST_HOLDS";
/// What the log says where nothing can be written.
const TROUBLE: &str = "results cannot be written; they are kept";

fn signal(server: &Server) -> u16 {
    let asked = format!("GET /ping/{JOB} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n");
    Answer::read(&server.client().send(asked.as_bytes())).unwrap().status
}

/// The day itself: `begin` keeps everybody from writing, and `end` of what it gave lets them again.
async fn nothing_is_lost<T>(
    mut command: Command,
    location: &Location,
    story: u8,
    begin: impl FnOnce() -> T,
    end: impl FnOnce(T),
) {
    let address = Target::nowhere(story);
    set_up(location, address).await;
    command.env("ALLCLEAR_SENTINELS", "none").env("ALLCLEAR_PROBE_NETWORKS", "127.77.9.0/24");
    let target = Target::listen(address);
    let mut server = Server::start(&mut command).map_err(|(_, said)| said).unwrap();
    target.is_probed();
    let trouble = begin();
    target.is_probed();
    // A probe that began before may find out, and has a second for it.
    let broke_at = SystemClock.now() - SignedDuration::from_secs(1);
    target.is(false);
    wait("trouble", || server.said().contains(TROUBLE));
    target.is_probed();
    for path in ["/", "/history", "/uptime", "/?lang=de", "/healthz"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    // Whoever says something is told that it was not heard.
    assert_eq!(signal(&server), 503);
    let over_at = SystemClock.now();
    end(trouble);
    shows(&server, true);
    assert_eq!(signal(&server), 200);
    target.is(true);
    shows(&server, false);
    target.is_probed();
    let (status, said) = server.stop();
    assert!(status.success() && !said.contains("panicked"), "{said}");

    let store = Store::open(location).await.unwrap();
    let (outages, incidents) = measured(&store).await;
    assert_eq!((outages.len(), incidents.len()), (1, 1), "{outages:?}");
    let outage = &outages[0];
    assert!(outage.began_at >= broke_at && outage.began_at < over_at, "{outage:?}, {over_at}");
    assert!(outage.ended_at.is_some(), "{outage:?}");
    let check = store.find_check_by_key("shop").await.unwrap().unwrap();
    let (since, until) = (broke_at - SignedDuration::from_mins(9), SystemClock.now());
    let minutes = store.list_samples_of(check.id, Span::Minute, since, until);
    let (ok, failed) = minutes.await.unwrap().iter().fold((0, 0), |(ok, failed), minute| {
        (ok + minute.samples.ok, failed + minute.samples.failed)
    });
    // Three before, three while nothing could be written, three after; two failures make an outage.
    assert!(ok >= 9 && failed >= 2, "{ok} worked, {failed} failed");
    store.close().await;
}

/// A process that holds the database until its standard input ends, as a backup does.
fn hold(database: &Path) -> Child {
    let held = database.with_extension("held");
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["bad_days::no_writing::a_backup_that_holds_the_database_loses_nothing", "--exact"])
        .env(HOLDS, database)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait("the backup", || held.exists());
    child
}

#[expect(clippy::disallowed_methods, reason = "the process that holds it is told so")]
fn held_database() -> Option<std::path::PathBuf> {
    std::env::var_os(HOLDS).map(Into::into)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_holds_the_database_loses_nothing() {
    if let Some(database) = held_database() {
        let link = rusqlite::Connection::open(&database).unwrap();
        link.execute_batch("pragma busy_timeout = 20000; begin immediate").unwrap();
        std::fs::write(database.with_extension("held"), "").unwrap();
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        return;
    }
    let fresh = Fresh::on(Engine::Sqlite);
    let database = fresh.folder.path().join("data").join(FILE_NAME);
    let end = |mut backup: Child| {
        drop(backup.stdin.take());
        assert!(backup.wait().unwrap().success());
    };
    let begin = || hold(&database);
    nothing_is_lost(fresh.command(), &fresh.location, 3, begin, end).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing() {
    if !own_mounts::enter("bad_days::no_writing::a_full_disk_loses_nothing") {
        return;
    }
    let disk = SmallDisk::mount("size=4m");
    let location = Location::Folder(disk.path().join("data"));
    let mut command = allclear();
    command.arg("--data").arg(disk.path().join("data"));
    nothing_is_lost(command, &location, 4, || disk.fill(0), |()| disk.free()).await;
}
