//! `kill -9` of a writer: whatever another process was told is committed is there, on both engines.
//! The system outlives the process here; power cuts are next door.

use allclear_store::{InstanceLock, Location};

use super::chance::{Chance, rounds, seed};
use super::writer::{self, Writer};
use crate::support::{Engine, Fresh};

#[tokio::test]
async fn a_killed_writer_loses_nothing_that_it_acknowledged() {
    for engine in Engine::ALL {
        let fresh = Fresh::on(engine);
        let mut chance = Chance::from_seed(seed());
        let mut acknowledged = 0;
        for round in 0..rounds(20) {
            let mut command = writer::command(&fresh.location);
            let mut writer = Writer::start(&mut command);
            writer.acknowledged = acknowledged;
            // Now and then it dies while it opens the database, before it says anything.
            let more = if chance.percent(20) { 0 } else { 1 + chance.below(20) };
            writer.read(more);
            let pause = std::time::Duration::from_micros(chance.next() % 20_000);
            std::thread::sleep(pause);
            let (newest, was_alive) = writer.kill();
            acknowledged = newest;
            let name = format!("{engine:?}, seed {}, round {round}", seed());
            assert!(was_alive, "{name}: the writer ended by itself");
            if let Location::Folder(folder) = &fresh.location {
                drop(InstanceLock::acquire(folder).expect("a dead process holds no lock"));
            }
            let store = fresh.store().await;
            // A server may still be finishing what the dead process had sent: wait for it.
            store.begin().await.unwrap().rollback().await.unwrap();
            let missing = writer::missing(&store, acknowledged).await;
            assert_eq!(missing, Ok(0), "{name}");
            store.close().await;
        }
        assert!(acknowledged > 0);
    }
}
