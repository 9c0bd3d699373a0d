//! Everything that one status page holds: what an export reads and the `allclear` format carries.

use allclear_domain::{
    Announcement, Component, Incident, InternalNote, Maintenance, MaintenanceSeries, StatusPage,
    StatusSetting, Template,
};
use serde::{Deserialize, Serialize};

/// Everything that one status page holds, drafts and internal notes included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    /// The page.
    pub page: StatusPage,
    /// Its components, by position.
    #[serde(default)]
    pub components: Vec<Component>,
    /// Statuses set by hand, oldest first.
    #[serde(default)]
    pub settings: Vec<StatusSetting>,
    /// Its incidents, by id.
    #[serde(default)]
    pub incidents: Vec<Incident>,
    /// Its maintenance series, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<MaintenanceSeries>,
    /// Its maintenance windows, by id.
    #[serde(default)]
    pub maintenance: Vec<Maintenance>,
    /// Its announcements, by id.
    #[serde(default)]
    pub announcements: Vec<Announcement>,
    /// Its templates, by key.
    #[serde(default)]
    pub templates: Vec<Template>,
    /// Its internal notes, by id.
    #[serde(default)]
    pub notes: Vec<InternalNote>,
}

impl Contents {
    /// Puts every list into its documented order, so that equal contents are equal texts.
    pub fn sort(&mut self) {
        self.components.sort_by_key(|component| (component.position, component.id));
        self.settings.sort_by_key(|setting| (setting.set_at, setting.id));
        self.incidents.sort_by_key(|incident| incident.id);
        self.series.sort_by_key(|series| series.id);
        self.maintenance.sort_by_key(|window| window.id);
        self.announcements.sort_by_key(|announcement| announcement.id);
        self.templates.sort_by(|a, b| a.key.cmp(&b.key));
        self.notes.sort_by_key(|note| note.id);
    }
}
