//! What must hold on bad days.

mod chance;
mod damage;
mod facts;
mod forbidden;
mod full_disk;
mod kill_imports;
mod kills;
mod lost_server;
mod other_databases;
mod own_mounts;
mod power_cut;
mod requests;
mod server;
mod words;
mod writer;
