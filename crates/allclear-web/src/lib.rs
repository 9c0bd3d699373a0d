//! HTTP: serves the ready bytes of status pages, within limits.
//!
//! Nothing is rendered because somebody looks, but for history, search and permalinks, which come
//! from a bounded cache of each published page. See [`publisher`] for how a change gets here.

pub mod access;
mod activity;
pub mod api;
mod app;
mod body;
mod calendar;
pub mod console;
mod deadline;
mod front;
mod handover;
mod kept;
pub mod library;
pub mod limits;
mod live;
mod logo;
#[cfg(feature = "oidc")]
pub mod oidc;
pub mod prepared;
pub mod published;
pub mod publisher;
mod readers;
mod respond;
mod routes;
pub mod server;
mod shown_times;
mod signals;
pub mod tls;

pub use app::{App, Entrance};
pub use front::Front;
pub use published::Published;
pub use publisher::{Publisher, Report};
