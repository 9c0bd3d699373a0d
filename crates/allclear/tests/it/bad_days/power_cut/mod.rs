//! Power cuts: what was acknowledged is there when the power is back.
//!
//! `kill -9` alone cannot show a missing sync, since the system keeps what a dead process wrote. So
//! a rig (`tests/rigs/powercut/trace.c`) writes down every call that a process makes on its data
//! folder, in order, and what it prints. [`disk`] replays such a record up to any call and works out
//! what a disk would hold if the power went there; the story opens that and compares it with what had
//! been printed by then. One run gives as many power cuts as it has calls.
//!
//! What is assumed of the disk, and why that is fair:
//! - Safe is what was written to a file before a sync of that file that came back, and the names in
//!   a folder before a sync of that folder. Nothing else is: not after a while, and not because
//!   another file was synced. A new file's name is not safe because the file is; ext4 is kinder,
//!   POSIX promises no more.
//! - Of the rest, either nothing arrives, or any subset: each 512-byte sector of each write, each
//!   length and each name arrives or not, whatever came before it. So writes are torn and out of
//!   order, between files too. Real disks do less. Two things are granted, as SQLite grants them (see
//!   "powersafe overwrite" in its documentation): a write leaves its neighbours in the same sector
//!   alone, and a rename happens in full or not at all.
//! - Calls are made one at a time, and a sync covers the calls before it. The record is made after a
//!   call came back and before a text is printed: where it errs, it errs towards less being safe.
//! - The `-shm` file is memory in a file's clothes. It is left out, or filled with noise: SQLite makes
//!   it anew from the log.
//! - A disk that lies about a sync is beyond any program; see the run without syncs for what it does.
//!
//! Three things keep the rig honest. After a run that ends by itself, the replayed files have to equal
//! the real ones, byte by byte: a call that went past the rig would show. Without syncs the story has
//! to see loss, and with a disk that forgets the names of new files too. PostgreSQL's own promise is
//! its own to keep; `doctor` warns where its syncs are switched off.

mod disk;
mod imports;
mod trace;

use std::path::Path;

use allclear_store::{FILE_NAME, InstanceLock, Location, Store};
use tempfile::TempDir;

use super::chance::{Chance, rounds, seed};
use super::writer::{self, Writer};
use disk::{Disk, Luck, Obeys};
use trace::Call;

/// Incidents of a run that ends by itself: enough for a few checkpoints of the log.
const COUNT: usize = 300;

/// A recorded run of a writer.
struct Run {
    folder: TempDir,
    calls: Vec<Call>,
    /// What the story read from the pipe.
    acknowledged: usize,
}

impl Run {
    /// Runs a writer below `folder/disk/{below}`; `kill_after` so many acknowledged, or never.
    fn of(below: &str, kill_after: Option<usize>, is_synced: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let disk = folder.path().join("disk");
        std::fs::create_dir(&disk).unwrap();
        let mut command = writer::command(&Location::Folder(disk.join(below)));
        trace::record(&mut command, &disk, &folder.path().join("trace"));
        if kill_after.is_none() {
            writer::limit(&mut command, COUNT);
        }
        if !is_synced {
            writer::without_sync(&mut command);
        }
        let mut writer = Writer::start(&mut command);
        let acknowledged = match kill_after {
            Some(count) => {
                writer.read(count);
                let (acknowledged, was_alive) = writer.kill();
                assert!(was_alive && acknowledged >= count);
                acknowledged
            }
            None => writer.wait(),
        };
        let calls = trace::read(&folder.path().join("trace"));
        Self { folder, calls, acknowledged }
    }

    fn root(&self) -> std::path::PathBuf {
        self.folder.path().join("disk")
    }
}

/// The newest number that a call acknowledges.
fn acknowledged(call: &Call) -> Option<usize> {
    match call {
        Call::Say { text } => text.lines().filter_map(writer::number).next_back(),
        _ => None,
    }
}

/// Moments of a power cut, as numbers of calls that were made before it, in order: half of them right
/// after something was acknowledged, where the promise is freshest.
fn moments(calls: &[Call], count: usize, chance: &mut Chance) -> Vec<usize> {
    let (acks, all): (Vec<usize>, Vec<usize>) = {
        let ends = |is: &dyn Fn(&Call) -> bool| {
            let numbered = (1..).zip(calls);
            numbered.filter(|(_, c)| is(c)).map(|(at, _)| at).collect()
        };
        (ends(&|call| acknowledged(call).is_some()), ends(&|_| true))
    };
    let mut moments: Vec<usize> = (0..count)
        .map(|number| {
            let from = if number % 2 == 0 { &acks } else { &all };
            from[chance.below(from.len())]
        })
        .collect();
    moments.sort_unstable();
    moments
}

/// A power cut, by name: how many acknowledged incidents were missing, or what else was wrong.
type Cut = (String, Result<usize, String>);

/// Power cuts at random moments of a run.
async fn cuts(run: &Run, below: &str, obeys: Obeys, count: usize, chance: &mut Chance) -> Vec<Cut> {
    let moments = moments(&run.calls, count, chance);
    cuts_at(run, below, obeys, &moments, chance).await
}

/// Power cuts after so many calls of a run, in order; each time nothing unsafe arrives, then some.
async fn cuts_at(
    run: &Run,
    below: &str,
    obeys: Obeys,
    moments: &[usize],
    chance: &mut Chance,
) -> Vec<Cut> {
    let mut disk = Disk::new(&run.root(), obeys);
    let (mut done, mut ledger) = (0, 0);
    let mut results = Vec::new();
    for &moment in moments {
        for call in &run.calls[done..moment] {
            disk.carry_out(call);
            ledger = acknowledged(call).unwrap_or(ledger);
        }
        done = moment;
        let percent = [5, 25, 50, 75, 95][chance.below(5)];
        for luck in [Luck::None, Luck::Percent(percent)] {
            let name = format!("after call {moment}, {ledger} acknowledged, {luck:?}");
            let result = judge(&disk, below, luck, ledger, chance).await;
            results.push((name, result));
        }
    }
    results
}

async fn judge(
    disk: &Disk,
    below: &str,
    luck: Luck,
    ledger: usize,
    chance: &mut Chance,
) -> Result<usize, String> {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join(below);
    disk::lay_out(&disk.after_power_cut(luck, chance), folder.path());
    make_noise(&data, chance);
    let _lock = InstanceLock::acquire(&data).map_err(|error| error.to_string())?;
    let opened = Store::open(&Location::Folder(data)).await;
    let store = opened.map_err(|error| error.to_string())?;
    let missing = writer::missing(&store, ledger).await;
    store.close().await;
    missing
}

/// Every other time the shared memory file is there, full of noise.
fn make_noise(data: &Path, chance: &mut Chance) {
    if chance.percent(50) && data.join(FILE_NAME).exists() {
        let noise: Vec<u8> = (0..32 * 1024).map(|_| chance.byte()).collect();
        std::fs::write(data.join(format!("{FILE_NAME}-shm")), noise).unwrap();
    }
}

/// Asserts that nothing is missing, and names every cut where something is.
fn assert_nothing_lost(results: &[Cut]) {
    let bad: Vec<String> = results
        .iter()
        .filter(|(_, result)| *result != Ok(0))
        .map(|(name, result)| format!("{name}: {result:?}"))
        .collect();
    assert!(
        bad.is_empty(),
        "seed {}: {} of {} power cuts went wrong:\n{}",
        seed(),
        bad.len(),
        results.len(),
        bad.join("\n")
    );
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_in_a_power_cut() {
    let run = Run::of("data", None, true);
    assert_eq!(run.acknowledged, COUNT);
    let tally = trace::tally(&run.calls);
    assert!(tally["say"] >= COUNT && tally["sync"] > COUNT && tally["remove"] > 0, "{tally:?}");
    let mut disk = Disk::new(&run.root(), Obeys::All);
    for call in &run.calls {
        disk.carry_out(call);
    }
    assert!(disk.cached() == disk::found(&run.root()), "calls went past the rig");
    let mut chance = Chance::from_seed(seed());
    let results = cuts(&run, "data", Obeys::All, rounds(60), &mut chance).await;
    assert_nothing_lost(&results);
}

/// The first few hundred calls make the database. There is nothing to lose yet, and still it has to
/// open after a power cut at any one of them, without anybody's help.
#[tokio::test]
async fn a_power_cut_while_the_database_is_made_leaves_one_that_opens() {
    let run = Run::of("data", Some(2), true);
    let second = run.calls.iter().position(|call| acknowledged(call) == Some(2));
    let every: Vec<usize> = (1..=second.unwrap() + 1).collect();
    let mut chance = Chance::from_seed(seed() + 1);
    let results = cuts_at(&run, "data", Obeys::All, &every, &mut chance).await;
    assert_nothing_lost(&results);
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_power_goes_with_the_process() {
    let mut chance = Chance::from_seed(seed() + 2);
    for round in 0..rounds(6) {
        let run = Run::of("data", Some(1 + chance.below(120)), true);
        let mut disk = Disk::new(&run.root(), Obeys::All);
        for call in &run.calls {
            disk.carry_out(call);
        }
        for luck in [Luck::None, Luck::Percent(50)] {
            let result = judge(&disk, "data", luck, run.acknowledged, &mut chance).await;
            assert_eq!(result, Ok(0), "seed {}, round {round}, {luck:?}", seed());
        }
    }
}

#[tokio::test]
async fn a_new_data_folder_several_levels_deep_outlives_a_power_cut() {
    let run = Run::of("var/lib/allclear", Some(3), true);
    let mut chance = Chance::from_seed(seed() + 3);
    let results = cuts(&run, "var/lib/allclear", Obeys::All, 6, &mut chance).await;
    assert_nothing_lost(&results);
}

/// The proof that the stories above prove something.
#[tokio::test]
async fn without_syncs_the_loss_shows() {
    let run = Run::of("data", None, false);
    assert_eq!(run.acknowledged, COUNT);
    let mut chance = Chance::from_seed(seed() + 4);
    let results = cuts(&run, "data", Obeys::All, rounds(20), &mut chance).await;
    let with_ledger = results.iter().filter(|(name, _)| !name.contains(" 0 ack"));
    let (mut total, mut lossy) = (0, 0);
    for (name, result) in with_ledger {
        total += 1;
        lossy += usize::from(*result != Ok(0));
        assert!(
            *result != Ok(0) || !name.ends_with("None"),
            "{name}: nothing was synced, and nothing was lost"
        );
    }
    assert!(lossy * 2 >= total && total > 0, "{lossy} of {total}");
}

/// A disk that forgets the names of new files loses the database or its log: folder syncs count.
#[tokio::test]
async fn without_syncs_of_folders_the_loss_shows() {
    let run = Run::of("data", Some(20), true);
    let mut chance = Chance::from_seed(seed() + 5);
    let results = cuts(&run, "data", Obeys::FilesAlone, 10, &mut chance).await;
    let lossy = results.iter().filter(|(_, result)| *result != Ok(0));
    assert!(lossy.count() > 0, "{results:?}");
}
