//! `allclear`: the outage system in one binary. This crate wires the others together.

pub mod apply_duty;
pub mod cli;
pub mod commands;
pub mod demo;
pub mod duties;
pub mod instance;
pub mod open_files;
pub mod output;
pub mod probing;
pub mod secret_keys;
pub mod settings;
