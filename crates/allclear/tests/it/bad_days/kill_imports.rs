//! `kill -9` of `allclear import`: acknowledged is what it reported with exit code 0; the story keeps
//! that ledger. All of it stays, equal; what was not acknowledged is there in full or not at all.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::chance::{Chance, rounds, seed};
use super::facts::{self, Ledger};
use crate::support::{Engine, Fresh, stdout};

#[test]
fn a_killed_import_loses_nothing_that_was_acknowledged() {
    for engine in Engine::ALL {
        let fresh = Fresh::on(engine);
        let mut chance = Chance::from_seed(seed());
        let mut ledger = Ledger::default();
        let began = Instant::now();
        assert!(import(&fresh, &mut ledger, 0, None), "{engine:?}");
        // Moments up to a little more than an import takes here; which they are decides nothing.
        let mut usual = began.elapsed();
        let mut killed = 0;
        for round in 1..=rounds(40) {
            let name = format!("{engine:?}, seed {}, round {round}", seed());
            let pause = match round % 4 {
                0 => None,
                1 if chance.percent(20) => Some(Duration::ZERO),
                _ => Some(usual.mul_f64(f64::from(chance.byte()) / 200.0)),
            };
            let began = Instant::now();
            let is_done = import(&fresh, &mut ledger, round, pause);
            if is_done {
                usual = began.elapsed();
            }
            assert!(is_done || pause.is_some(), "{name}: it failed by itself");
            killed += usize::from(!is_done);
            assert_eq!(ledger.check_by_export(&fresh), Ok(()), "{name}");
            if round % 5 == 0 {
                is_well(&fresh);
            }
        }
        is_well(&fresh);
        assert!(killed > 0 && ledger.count() > rounds(40) / 5);
    }
}

/// Imports file number *n*; gives whether that was acknowledged. With a pause it is killed after it.
fn import(fresh: &Fresh, ledger: &mut Ledger, number: usize, pause: Option<Duration>) -> bool {
    let file = facts::write(fresh.folder.path(), number, 0);
    ledger.tried(number, 0);
    let mut import = fresh.command();
    import.args(["import", "facts", "--page", facts::PAGE]).arg(file);
    let mut child: Child = import.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    if let Some(pause) = pause {
        std::thread::sleep(pause);
        child.kill().unwrap();
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() || output.status.code().is_none(),
        "import {number} was refused: {said}"
    );
    // What was printed was promised, also where the process died before its exit code.
    let is_promised = String::from_utf8_lossy(&output.stdout).contains("5 created");
    assert!(is_promised || !output.status.success());
    if is_promised {
        ledger.acknowledged(number);
    }
    is_promised
}

/// The test server does not sync, on purpose, and `doctor` warns of it; nothing may be wrong.
fn is_well(fresh: &Fresh) {
    let said = stdout(&fresh.command().arg("doctor").output().unwrap());
    assert!(!said.contains("FAILED"), "{said}");
    assert!(said.contains(", schema"), "{said}");
}
