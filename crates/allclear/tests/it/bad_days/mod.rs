//! What must hold on bad days.

mod chance;
mod facts;
mod full_disk;
mod kill_imports;
mod kills;
mod own_mounts;
mod power_cut;
mod server;
mod writer;
