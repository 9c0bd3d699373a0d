//! What a status page is rendered from. Rendering needs this and the time, and nothing else.

use std::collections::HashMap;
use std::sync::Arc;

use allclear_domain::check::{Checked, ShownTimes};
use allclear_domain::ids::ComponentId;
use allclear_domain::uptime::StatusInterval;
use allclear_domain::{Announcement, Component, Incident, Maintenance, StatusPage, StatusSetting};

/// Everything that one status page tells, as it stood at one revision of the store.
///
/// Only what is public goes in: drafts and internal notes have no place here. Incidents, windows
/// and announcements are shared, so that a new snapshot costs no more than what changed.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The page.
    pub page: StatusPage,
    /// The components it shows, in any order.
    pub components: Vec<Component>,
    /// Statuses that people set, for the components shown, oldest first.
    pub settings: Vec<StatusSetting>,
    /// What checks measured of the components shown, in any order. Why is not told to readers.
    pub outages: Vec<StatusInterval>,
    /// Since when all of the components shown that checks watch were checked; `None` where none is watched.
    pub checked: Option<Checked>,
    /// How long probes of components take, where their owners show it.
    pub times: HashMap<ComponentId, Arc<ShownTimes>>,
    /// Published incidents, in any order.
    pub incidents: Vec<Arc<Incident>>,
    /// Published maintenance windows, in any order.
    pub maintenance: Vec<Arc<Maintenance>>,
    /// Published announcements, in any order.
    pub announcements: Vec<Arc<Announcement>>,
    /// Revision of the store that this shows.
    pub revision: i64,
}
