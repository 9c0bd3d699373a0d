//! Incidents, maintenance windows and announcements: how they are written, imported and exported.

pub mod history;
mod references;
pub mod writing;
