//! What must hold on bad days.

mod chance;
mod power_cut;
mod writer;
