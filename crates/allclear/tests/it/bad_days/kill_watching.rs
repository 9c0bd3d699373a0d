//! `kill -9` of a server before, in and at the end of an outage that it measures: no second outage, no
//! second incident, no lost end and no false start.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use allclear_domain::{Clock, SystemClock};
use jiff::SignedDuration;

use super::chance::{Chance, rounds, seed};
use super::server::Server;
use super::target::{Target, measured, set_up, shows};
use crate::support::{Engine, Fresh};

fn command(fresh: &Fresh) -> Command {
    let mut command = fresh.command();
    command.env("ALLCLEAR_SENTINELS", "none").env("ALLCLEAR_PROBE_NETWORKS", "127.77.9.0/24");
    command
}

fn start(fresh: &Fresh) -> Server {
    Server::start(&mut command(fresh)).map_err(|(_, said)| said).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_goes_on_with_an_outage_on_the_embedded_database() {
    goes_on_with_an_outage(Engine::Sqlite, Target::nowhere(1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_goes_on_with_an_outage_on_a_database_server() {
    goes_on_with_an_outage(Engine::Postgres, Target::nowhere(2)).await;
}

async fn goes_on_with_an_outage(engine: Engine, address: SocketAddr) {
    let fresh = Fresh::on(engine);
    set_up(&fresh.location, address).await;
    let mut chance = Chance::from_seed(seed());
    let mut moment =
        |most: usize| Duration::from_millis(u64::try_from(chance.below(most)).unwrap());
    let look = async || {
        let store = fresh.store().await;
        // A database server may still be finishing what the dead process had sent: wait for it.
        store.begin().await.unwrap().rollback().await.unwrap();
        let found = measured(&store).await;
        store.close().await;
        found
    };
    for round in 1..=rounds(1) {
        let name = format!("{engine:?}, seed {}, round {round}", seed());
        let (target, server) = (Target::listen(address), start(&fresh));
        target.is_probed();
        // A probe that began before may find out, and has a second for it.
        let died_at = SystemClock.now() - SignedDuration::from_secs(1);
        target.die();
        std::thread::sleep(moment(3_000));
        drop(server);
        let (killed, _) = look().await;
        let server = start(&fresh);
        shows(&server, true);
        drop(server);
        let (outages, incidents) = look().await;
        assert_eq!(outages.len(), round, "{name}: {outages:?}");
        let outage = &outages[0];
        assert!(outage.began_at >= died_at && outage.ended_at.is_none(), "{name}: {outage:?}");
        if let Some(written) = killed.first().filter(|written| written.ended_at.is_none()) {
            assert_eq!((written.id, written.began_at), (outage.id, outage.began_at), "{name}");
        }
        assert!(incidents.iter().filter(|one| one.is_open()).count() <= 1, "{name}: {incidents:?}");

        let (target, server) = (Target::listen(address), start(&fresh));
        let back_at = SystemClock.now();
        std::thread::sleep(moment(4_000));
        drop(server);
        let server = start(&fresh);
        shows(&server, false);
        drop(server);
        let (over, _) = look().await;
        assert_eq!((over.len(), over[0].id), (round, outage.id), "{name}: {over:?}");
        assert!(over[0].ended_at.is_some_and(|ended| ended >= back_at), "{name}: {over:?}");

        // It works, and a restart does not say otherwise.
        let server = start(&fresh);
        target.is_probed();
        drop(server);
        let (still, incidents) = look().await;
        assert_eq!(still, over, "{name}");
        assert_eq!(incidents.iter().filter(|one| one.is_open()).count().max(1), 1, "{name}");
        assert!(!incidents.is_empty() && incidents.len() <= round, "{name}: {incidents:?}");
        target.die();
    }
}
