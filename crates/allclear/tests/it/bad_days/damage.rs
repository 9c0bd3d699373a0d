//! Damaged database files: every command works on what is intact or refuses, naming the file and what
//! to do. Never a panic, and never wrong data where the file's own check would have told.
//!
//! What nobody can tell: SQLite keeps no checksums of its pages, so a letter changed inside a text
//! reads as another letter. A damaged write-ahead log ends, for SQLite, before the damage, as after a
//! power cut: what was only in there is gone. Both are what backups are for.

use std::path::Path;
use std::process::Output;

use allclear_store::{FILE_NAME, Location, Store};

use super::chance::{Chance, rounds, seed};
use super::facts;
use super::server::Server;
use super::words::Complaints;
use super::writer;
use crate::support::{Engine, Fresh, stdout};

/// A refusal names the file, and what to do about it.
const WANTED: [&[&str]; 2] = [&["allclear.db"], &["allclear restore", "Name another folder"]];

fn run(fresh: &Fresh, words: &[&str]) -> Output {
    fresh.command().args(words).output().unwrap()
}

/// Two databases to damage: one at rest, and one whose newest part is in the log.
async fn originals(folder: &Path) -> [Vec<(String, Vec<u8>)>; 2] {
    let fresh = Fresh::on(Engine::Sqlite);
    for number in 0..6 {
        let file = facts::write(folder, number, number * 4_000);
        stdout(&run(&fresh, &["import", "facts", file.to_str().unwrap()]));
    }
    let Location::Folder(data) = &fresh.location else { unreachable!() };
    let at_rest = vec![(FILE_NAME.to_owned(), std::fs::read(data.join(FILE_NAME)).unwrap())];
    let store = Store::open(&fresh.location).await.unwrap();
    writer::make_other_page(&store).await;
    for number in 1..30 {
        writer::commit(&store, number).await.unwrap();
    }
    let log = format!("{FILE_NAME}-wal");
    let in_use = vec![
        (FILE_NAME.to_owned(), std::fs::read(data.join(FILE_NAME)).unwrap()),
        (log.clone(), std::fs::read(data.join(log)).unwrap()),
    ];
    store.close().await;
    [at_rest, in_use]
}

/// Damages bytes in one of many ways; gives which.
fn damage(bytes: &mut Vec<u8>, chance: &mut Chance) -> String {
    let length = bytes.len();
    let page = chance.below(length / 4096) * 4096;
    let (what, range) = match chance.below(7) {
        0 => ("a byte of the header", 0..100),
        1 => ("a byte of the first page", 100..4096),
        2 => ("a byte", 0..length),
        3 => ("a page", page..page + 4096),
        4 => ("zeros in a page", page..page + 4096),
        5 => ("a sector", page + 512..page + 1024),
        _ => {
            bytes.truncate(chance.below(length));
            return format!("cut to {} of {length}", bytes.len());
        }
    };
    if what.starts_with("a byte") {
        let at = range.start + chance.below(range.len());
        let before = bytes[at];
        bytes[at] = chance.byte();
        return format!("{what}, {at}: {before} is {}", bytes[at]);
    }
    let is_zero = what.starts_with("zeros");
    for byte in &mut bytes[range.clone()] {
        *byte = if is_zero { 0 } else { chance.byte() };
    }
    format!("{what}, {range:?}")
}

#[tokio::test]
async fn damaged_files_are_refused_or_read_right() {
    let folder = tempfile::tempdir().unwrap();
    let originals = originals(folder.path()).await;
    let another = facts::write(folder.path(), 77, 0);
    let mut complaints = Complaints::default();
    let mut chance = Chance::from_seed(seed());
    let (mut refusals, mut intact) = (0, None);
    for round in 0..rounds(60) {
        let fresh = Fresh::on(Engine::Sqlite);
        let data = fresh.folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let mut files = originals[round % 2].clone();
        let which = chance.below(files.len());
        let how = match round {
            0 | 1 => "not at all".to_owned(),
            _ => damage(&mut files[which].1, &mut chance),
        };
        for (name, bytes) in &files {
            std::fs::write(data.join(name), bytes).unwrap();
        }
        let name = |command: &str| {
            let seed = seed();
            format!("{command}, seed {seed}, round {round}, {}: {how}", files[which].0)
        };
        let export = ["export", "--format", "facts", "--page", facts::PAGE];
        let (doctor, export) = (run(&fresh, &["doctor"]), run(&fresh, &export));
        let import = run(&fresh, &["import", "facts", another.to_str().unwrap()]);
        for (command, output) in [("doctor", &doctor), ("export", &export), ("import", &import)] {
            complaints.judge(output, &name(command), &WANTED);
            refusals += usize::from(!output.status.success());
        }
        if round == 0 {
            intact = Some(stdout(&export));
        }
        // A changed letter is beyond the file's own check; anything that it sees has to be told.
        let is_wrong = export.status.success()
            && intact.as_deref() != std::str::from_utf8(&export.stdout).ok();
        if is_wrong && doctor.status.success() && which == 0 && !how.starts_with("a byte") {
            complaints.add("silently wrong", || name("export"));
        }
        if round % 4 == 0 {
            serve(&fresh, &name("serve"), &mut complaints);
        }
    }
    assert!(refusals > rounds(60) / 4, "{refusals} refusals: too little was damaged");
    complaints.assert_none();
}

/// A server starts and answers without a fault, or says why it does not start.
fn serve(fresh: &Fresh, name: &str, complaints: &mut Complaints) {
    match Server::start(&mut fresh.command()) {
        Ok(server) => {
            for path in ["/", "/history", "/uptime", "/history/search?q=server"] {
                let status = server.get(path).status;
                if status >= 500 {
                    complaints.add("serve: 500", || format!("{name}, {path}: {status}"));
                }
            }
            let (status, said) = server.stop();
            complaints.judge_words(status.code(), status.success(), &said, name, &WANTED);
        }
        Err((code, said)) => complaints.judge_words(code, false, &said, name, &WANTED),
    }
}
