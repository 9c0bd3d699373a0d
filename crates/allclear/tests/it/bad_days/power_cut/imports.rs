//! Imports, one process after the other, under power cuts: opening, upgrading, closing and the log
//! that goes with the last connection are part of it, which a long-lived writer never shows.

use allclear_incidents::history::{import, to_facts};
use allclear_store::{Location, Store};

use super::disk::{self, Disk, Luck, Obeys};
use super::trace::{self, Call};
use super::{Run, make_noise};
use crate::bad_days::chance::{Chance, rounds, seed};
use crate::bad_days::facts::{self, Ledger};
use crate::support::{allclear, stdout};

/// Imports that are recorded.
const IMPORTS: usize = 6;

fn recorded() -> Run {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("disk");
    std::fs::create_dir(&root).unwrap();
    for number in 0..IMPORTS {
        let file = facts::write(folder.path(), number, number * 20_000);
        let mut command = allclear();
        command.arg("--data").arg(root.join("data"));
        command.args(["import", "facts", "--page", facts::PAGE]).arg(file);
        trace::record(&mut command, &root, &folder.path().join("trace"));
        assert!(stdout(&command.output().unwrap()).contains("5 created"));
    }
    let calls = trace::read(&folder.path().join("trace"));
    Run { folder, calls, acknowledged: IMPORTS }
}

#[tokio::test]
async fn no_acknowledged_import_is_lost_in_a_power_cut() {
    let run = recorded();
    let (mut disk, mut ledger) = (Disk::new(&run.root(), Obeys::All), Ledger::default());
    let mut chance = Chance::from_seed(seed() + 6);
    let mut begun = 0;
    let stride = (run.calls.len() / rounds(70)).max(1);
    for (number, call) in run.calls.iter().enumerate() {
        disk.carry_out(call);
        let is_promise = matches!(call, Call::Say { text } if text.contains("5 created"));
        if matches!(call, Call::Process) {
            ledger.tried(begun, begun * 20_000);
            begun += 1;
        } else if is_promise {
            ledger.acknowledged(begun - 1);
        }
        let is_chosen = is_promise || chance.below(stride) == 0;
        if ledger.count() == 0 || !is_chosen {
            continue;
        }
        for luck in [Luck::None, Luck::Percent([5, 50, 95][chance.below(3)])] {
            let result = judge_imports(&disk, luck, &ledger, &mut chance).await;
            let seed = seed();
            assert_eq!(result, Ok(()), "seed {seed}, after call {number}, {luck:?}");
        }
    }
    assert_eq!(begun, IMPORTS);
    assert!(disk.cached() == disk::found(&run.root()), "calls went past the rig");
}

async fn judge_imports(
    disk: &Disk,
    luck: Luck,
    ledger: &Ledger,
    chance: &mut Chance,
) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    disk::lay_out(&disk.after_power_cut(luck, chance), folder.path());
    make_noise(&data, chance);
    let store = Store::open(&Location::Folder(data)).await;
    let store = store.map_err(|error| error.to_string())?;
    let health = store.check().await.map_err(|error| error.to_string())?;
    if !health.problems.is_empty() {
        return Err(health.problems.join("; "));
    }
    let page = store.find_status_page(facts::PAGE).await.unwrap();
    let Some(page) = page else {
        store.close().await;
        return match ledger.count() {
            0 => Ok(()),
            _ => Err("the page is missing".to_owned()),
        };
    };
    let contents = import::contents(&store, page.value).await.unwrap();
    store.close().await;
    let facts = to_facts::facts_of(&contents).unwrap();
    ledger.check(&serde_json::to_value(facts).unwrap())
}
