//! Databases of somebody else, of a newer Allclear, and things that are no database at all: refused,
//! with what to do, and left as they were.

use std::os::unix::fs::symlink;
use std::path::Path;

use allclear_store::{FILE_NAME, Location};

use super::facts;
use super::server::Server;
use super::words::Complaints;
use crate::support::{Engine, Fresh, stdout};

const NEWER: &str = include_str!("../../rigs/databases/newer.sql");
const FOREIGN: &str = include_str!("../../rigs/databases/foreign.sql");
/// Fails where anything is missing of what the one above made.
const FOREIGN_GROWS: &str = include_str!("../../rigs/databases/foreign_grows.sql");

/// Runs every command on a place that each of them has to refuse.
fn assert_all_refuse(fresh: &Fresh, name: &str, wanted: &[&[&str]], complaints: &mut Complaints) {
    let file = facts::write(fresh.folder.path(), 0, 0);
    let file = file.to_str().unwrap();
    let words: [&[&str]; 3] = [&["doctor"], &["export"], &["import", "facts", file]];
    for words in words {
        let name = format!("{}, {name}", words[0]);
        let output = fresh.command().args(words).output().unwrap();
        if output.status.success() {
            complaints.add(&format!("{name}: not refused"), || stdout(&output));
        }
        complaints.judge(&output, &name, wanted);
    }
    let name = format!("serve, {name}");
    match Server::start(&mut fresh.command()) {
        Ok(server) => complaints.add(&format!("{name}: not refused"), || server.stop().1),
        Err((code, said)) => complaints.judge_words(code, false, &said, &name, wanted),
    }
}

fn contents(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

#[test]
fn a_newer_database_is_refused_on_both_engines() {
    let mut complaints = Complaints::default();
    for engine in Engine::ALL {
        let fresh = Fresh::on(engine);
        let file = facts::write(fresh.folder.path(), 0, 0);
        stdout(&fresh.command().args(["import", "facts"]).arg(file).output().unwrap());
        fresh.change(NEWER);
        let wanted: [&[&str]; 3] = [&["9999"], &["newer Allclear"], &["Start that version"]];
        assert_all_refuse(&fresh, &format!("{engine:?}"), &wanted, &mut complaints);
    }
    complaints.assert_none();
}

#[test]
fn a_foreign_database_is_refused_on_both_engines_and_left_as_it_was() {
    let mut complaints = Complaints::default();
    for engine in Engine::ALL {
        let fresh = Fresh::on(engine);
        fresh.change(FOREIGN);
        let before = match &fresh.location {
            Location::Folder(folder) => contents(&folder.join(FILE_NAME)),
            Location::Url(_) => None,
        };
        let wanted: [&[&str]; 2] = [&["not an Allclear database"], &["Name another"]];
        assert_all_refuse(&fresh, &format!("{engine:?}"), &wanted, &mut complaints);
        if let Location::Folder(folder) = &fresh.location {
            assert!(before.is_some() && contents(&folder.join(FILE_NAME)) == before);
        }
        fresh.change(FOREIGN_GROWS);
    }
    complaints.assert_none();
}

#[test]
fn what_is_no_database_is_refused_and_left_as_it_was() {
    let mut complaints = Complaints::default();
    let named: &[&str] = &["allclear.db"];
    for (kind, what_to_do) in [
        ("text", &["restore", "Name another"][..]),
        ("long text", &["restore", "Name another"]),
        ("folder", &["folder", "directory"]),
        ("dangling link", &["link", "No such file", "there is no", "cannot"]),
        ("file for the data folder", &["folder", "directory"]),
    ] {
        let fresh = Fresh::on(Engine::Sqlite);
        let data = fresh.folder.path().join("data");
        let database = data.join(FILE_NAME);
        if kind != "file for the data folder" {
            std::fs::create_dir(&data).unwrap();
        }
        match kind {
            "text" => std::fs::write(&database, "Dear diary,\n").unwrap(),
            "long text" => std::fs::write(&database, "Dear diary,\n".repeat(2_000)).unwrap(),
            "folder" => std::fs::create_dir(&database).unwrap(),
            "dangling link" => symlink(data.join("nowhere/at-all"), &database).unwrap(),
            _ => std::fs::write(&data, "a file").unwrap(),
        }
        let before = contents(&database);
        let named = if kind.starts_with("file") { &["/data"] } else { named };
        if kind.starts_with("file") {
            // There is nothing to export, and doctor finds nothing: only those that write refuse.
            let output = fresh.command().arg("import").args(["facts", "-"]).output().unwrap();
            complaints.judge(&output, &format!("import, {kind}"), &[]);
            let (code, said) = Server::start(&mut fresh.command()).map(|_| ()).unwrap_err();
            let name = format!("serve, {kind}");
            complaints.judge_words(code, false, &said, &name, &[named, what_to_do]);
        } else {
            assert_all_refuse(&fresh, kind, &[named, what_to_do], &mut complaints);
        }
        assert_eq!(contents(&database), before, "{kind} was changed");
    }
    complaints.assert_none();
}

/// An empty file is what a first start that was cut off leaves behind: it becomes a database.
#[test]
fn an_empty_file_becomes_a_database() {
    let fresh = Fresh::on(Engine::Sqlite);
    let data = fresh.folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join(FILE_NAME), "").unwrap();
    let mut complaints = Complaints::default();
    for words in ["export", "doctor"] {
        let output = fresh.command().arg(words).output().unwrap();
        complaints.judge(&output, words, &[&["no Allclear database"]]);
    }
    assert_eq!(contents(&data.join(FILE_NAME)).unwrap(), b"");
    let file = facts::write(fresh.folder.path(), 0, 0);
    stdout(&fresh.command().args(["import", "facts"]).arg(file).output().unwrap());
    stdout(&fresh.command().arg("doctor").output().unwrap());
    complaints.assert_none();
}
