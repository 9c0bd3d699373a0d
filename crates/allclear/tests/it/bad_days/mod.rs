//! What must hold on bad days: nothing acknowledged is lost, what cannot be done is refused in words
//! that say what to do, and readers go on reading.
//!
//! | Module | The day |
//! |---|---|
//! | `kill_imports`, `kills` | `kill -9` of an import, of a writer in the middle of its commits |
//! | `kill_serving` | `kill -9` of a server while people and programs write |
//! | `kill_watching` | `kill -9` of a server before, in and at the end of an outage |
//! | `no_writing` | a backup holds the database, or the disk is full, while what is watched dies |
//! | `power_cut` | the power goes; what was never synced is gone, or torn |
//! | `full_disk`, `forbidden` | no room, no names, no rights |
//! | `damage`, `other_databases` | damaged, newer, foreign, and no database at all |
//! | `lost_server` | PostgreSQL cannot be reached, from the start or later |
//! | `requests` | requests that nobody should send; starts and ends of `serve` |
//! | `open_files` | few open files |
//! | `stood_still` | the process is stopped for a while, and goes on |
//! | `two_nodes` | `kill -9` of the one of several processes that probes |
//! | `crowds` | floods of searches; clients that are slow, silent or deaf |
//!
//! Moments and bytes are chosen by seeded chance, verdicts never depend on time, and every failure
//! names its seed and round. `ALLCLEAR_TEST_ROUNDS=100` multiplies the rounds, for a soak;
//! `ALLCLEAR_TEST_SEED=7` takes other ones.

#![cfg(test)]

pub(crate) mod chance;
mod crowds;
mod damage;
mod facts;
mod forbidden;
mod full_disk;
mod kill_imports;
mod kill_serving;
mod kill_watching;
mod kills;
mod lost_server;
mod no_writing;
mod open_files;
mod other_databases;
mod own_mounts;
mod power_cut;
mod requests;
pub(crate) mod server;
mod stood_still;
mod target;
mod two_nodes;
mod words;
mod writer;
