//! User stories on the whole product: one module each, one binary for all (linking is what costs).
//!
//! `cargo xtask test` starts the services that they need. Nothing is skipped: a story whose
//! service is missing fails and says so.

#![cfg(test)]

mod absence;
mod api;
mod apply;
mod bad_days;
mod bad_rows;
mod bad_values;
mod clock_back;
mod commands;
mod console;
mod feeds;
mod history;
mod live;
#[cfg(feature = "oidc")]
mod oidc;
mod pages;
mod protected;
mod secrets;
mod serving;
mod set_back;
mod sight;
mod steps;
mod support;
mod tls;
mod watch;
