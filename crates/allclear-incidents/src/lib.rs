//! Incidents, maintenance windows and announcements: how they are written, imported and exported.

pub mod duty;
pub mod history;
pub mod lint;
mod references;
pub mod writing;
