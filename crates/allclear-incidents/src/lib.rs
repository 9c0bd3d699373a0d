//! Incidents, maintenance windows and announcements: how they are written, imported and exported.

pub mod duty;
pub mod history;
pub mod lint;
pub mod outages;
mod references;
mod rounds;
pub mod writing;
