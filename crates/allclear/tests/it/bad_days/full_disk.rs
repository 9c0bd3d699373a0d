//! A full disk refuses writes clearly, reading goes on, and writing does as soon as there is room.

use std::path::Path;
use std::process::{Command, Output};

use allclear_domain::{Clock, TurnedClock};
use allclear_store::StoreError;
use allclear_store::testing::{Weakness, open_weakened};

use super::facts::{self, Ledger};
use super::own_mounts::{self, SmallDisk};
use super::server::Server;
use super::writer;
use crate::support::{Engine, Fresh, allclear, stdout};

fn command(disk: &SmallDisk) -> Command {
    let mut command = allclear();
    command.arg("--data").arg(disk.path().join("data"));
    command
}

fn import(disk: &SmallDisk, file: &Path) -> Output {
    let mut import = command(disk);
    import.args(["import", "facts", "--page", facts::PAGE]).arg(file);
    import.output().unwrap()
}

fn export(disk: &SmallDisk) -> Output {
    let mut export = command(disk);
    export.args(["export", "--format", "facts", "--page", facts::PAGE]);
    export.output().unwrap()
}

/// Asserts that a refusal says what is the matter, what became of the data and what to do.
fn assert_refused_for_want_of_room(output: &Output, name: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{name}: {said}");
    assert!(!said.contains("panicked"), "{name}: {said}");
    for wanted in ["full", "nothing was written", "Free some space"] {
        assert!(said.contains(wanted), "{name}: {said}");
    }
}

#[test]
fn an_import_onto_a_full_disk_is_refused_in_full_and_succeeds_once_there_is_room() {
    if !own_mounts::enter(
        "bad_days::full_disk::an_import_onto_a_full_disk_is_refused_in_full_and_succeeds_once_there_is_room",
    ) {
        return;
    }
    let disk = SmallDisk::mount("size=4m");
    let files = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::default();
    let (mut refused, mut number) = (0, 0);
    // From nothing at all to nearly enough, so that the room ends at every step of a commit.
    for pages in [1000, 0, 1, 2, 4, 8, 9, 10, 12, 16, 20, 24, 28, 32, 40, 48, 64] {
        let name = format!("{pages} pages free");
        disk.fill(pages * 4096);
        let file = facts::write(files.path(), number, 6_000);
        ledger.tried(number, 6_000);
        let output = import(&disk, &file);
        if output.status.success() {
            ledger.acknowledged(number);
            number += 1;
        } else {
            assert_refused_for_want_of_room(&output, &name);
            refused += 1;
        }
        disk.free();
        assert_eq!(ledger.check_output(&export(&disk)), Ok(()), "{name}");
        let doctor = stdout(&command(&disk).arg("doctor").output().unwrap());
        assert!(!doctor.contains("FAILED"), "{name}: {doctor}");
        if !output.status.success() {
            let again = stdout(&import(&disk, &file));
            assert!(again.contains("5 created"), "{name}: {again}");
            ledger.acknowledged(number);
            number += 1;
        }
    }
    assert!(refused > 5 && ledger.count() > 5, "{refused} refused");
}

#[test]
fn reading_commands_work_on_a_full_disk() {
    if !own_mounts::enter("bad_days::full_disk::reading_commands_work_on_a_full_disk") {
        return;
    }
    let disk = SmallDisk::mount("size=4m");
    let files = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::default();
    ledger.tried(0, 0);
    stdout(&import(&disk, &facts::write(files.path(), 0, 0)));
    ledger.acknowledged(0);
    disk.fill(0);
    assert_eq!(ledger.check_output(&export(&disk)), Ok(()));
    let backup = files.path().join("backup.db");
    stdout(&command(&disk).arg("backup").arg(backup).output().unwrap());
}

#[test]
fn a_server_goes_on_answering_on_a_full_disk() {
    if !own_mounts::enter("bad_days::full_disk::a_server_goes_on_answering_on_a_full_disk") {
        return;
    }
    for names in [false, true] {
        let disk = SmallDisk::mount("size=4m,nr_inodes=40");
        let files = tempfile::tempdir().unwrap();
        stdout(&import(&disk, &facts::write(files.path(), 0, 0)));
        let server = Server::start(&mut command(&disk)).map_err(|(_, said)| said).unwrap();
        if names {
            disk.take_names(0);
        } else {
            disk.fill(0);
        }
        let history = server.get("/history/2009-08").body;
        let (_, permalink) = history.split_once("/incidents/").expect("a permalink");
        // Rendered on demand: nobody asked for them before.
        for path in [
            "/".to_owned(),
            format!("/incidents/{}", &permalink[..12]),
            "/history".to_owned(),
            "/uptime".to_owned(),
            "/history/search?q=server".to_owned(),
            "/?lang=de".to_owned(),
            "/readyz".to_owned(),
        ] {
            assert_eq!(server.get(&path).status, 200, "{path}");
        }
        let (status, said) = server.stop();
        assert!(status.success() && !said.contains("panicked"), "{said}");
        disk.free();
        let mut ledger = Ledger::default();
        ledger.tried(0, 0);
        ledger.acknowledged(0);
        assert_eq!(ledger.check_output(&export(&disk)), Ok(()));
    }
}

/// The same process, before, while and after the disk is full.
#[tokio::test]
async fn a_running_instance_writes_again_without_a_restart() {
    if !own_mounts::enter("bad_days::full_disk::a_running_instance_writes_again_without_a_restart")
    {
        return;
    }
    let disk = SmallDisk::mount("size=4m");
    let location = allclear_store::Location::Folder(disk.path().join("data"));
    let store = allclear_store::Store::open(&location).await.unwrap();
    writer::make_page(&store).await;
    writer::commit(&store, 1).await.unwrap();
    let clock = TurnedClock::at("2026-11-20T12:00:00Z".parse().unwrap());
    let conditions = crate::support::conditions(&clock);
    let instance = allclear::instance::Instance::start(store, conditions);
    let instance = instance.await.unwrap();
    let (mut number, mut refused) = (2, 0);
    for pages in (0..40).step_by(2) {
        disk.fill(pages * 4096);
        while refused <= pages {
            match writer::commit(instance.store(), number).await {
                Ok(()) => number += 1,
                Err(error) => {
                    assert!(matches!(error, StoreError::Full { .. }), "{error}");
                    assert!(error.retry());
                    refused += 1;
                }
            }
            // Reading goes on, through the same connections.
            assert_eq!(writer::missing(instance.store(), number - 1).await, Ok(0));
            instance.publisher().run_once(clock.now()).await.unwrap();
        }
        disk.free();
        writer::commit(instance.store(), number).await.unwrap();
        number += 1;
    }
    assert_eq!(writer::missing(instance.store(), number - 1).await, Ok(0));
    instance.stop().await;
}

#[test]
fn without_names_left_an_import_says_so() {
    if !own_mounts::enter("bad_days::full_disk::without_names_left_an_import_says_so") {
        return;
    }
    let disk = SmallDisk::mount("size=4m,nr_inodes=40");
    let files = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::default();
    for number in 0..4 {
        let file = facts::write(files.path(), number, 0);
        ledger.tried(number, 0);
        // First without a database, then with one that lacks the names of its log.
        disk.take_names(number);
        let output = import(&disk, &file);
        if !output.status.success() {
            assert_refused_for_want_of_room(&output, &format!("{number} names left"));
        }
        disk.free();
        stdout(&import(&disk, &file));
        ledger.acknowledged(number);
        assert_eq!(ledger.check_output(&export(&disk)), Ok(()));
    }
}

/// The same, without a real disk: needs no rights at all, and shows less.
#[tokio::test]
async fn a_database_that_may_not_grow_refuses_writes_and_goes_on_reading() {
    let fresh = Fresh::on(Engine::Sqlite);
    let full = open_weakened(&fresh.location, Weakness::PagesMax(200)).await;
    let full = full.unwrap();
    writer::make_page(&full).await;
    let mut number = 1;
    while writer::commit(&full, number).await.is_ok() {
        number += 1;
    }
    let refused = writer::commit(&full, number).await.unwrap_err();
    assert!(matches!(refused, StoreError::Full { .. }), "{refused}");
    assert_eq!(writer::missing(&full, number - 1).await, Ok(0));
    full.close().await;
    let store = fresh.store().await;
    writer::commit(&store, number).await.unwrap();
    assert_eq!(writer::missing(&store, number).await, Ok(0));
    store.close().await;
}
