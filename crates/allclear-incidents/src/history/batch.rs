//! A batch: everything that one import, or the demo, is about to write, before anything is written.

use std::collections::HashMap;

use allclear_domain::audit::Subject;
use allclear_domain::{
    Announcement, Component, Incident, InternalNote, Maintenance, MaintenanceSeries, StatusPage,
    StatusSetting, Template,
};
use jiff::Timestamp;

use super::report::ImportReport;
pub use super::spelling::Spelling;

/// What a page holds already, as far as an import must know.
#[derive(Clone, Debug, Default)]
pub struct Present {
    /// The page, where it is there.
    pub page: Option<StatusPage>,
    /// Its components.
    pub components: Vec<Component>,
    /// What was imported before, by its id in the source.
    pub sources: HashMap<String, Known>,
    /// The page's own internal remarks, oldest first.
    pub remarks: Vec<String>,
    /// Whether any page is the default one: where none is, the next new one becomes it.
    pub has_default: bool,
}

/// Something that was imported before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What it became.
    pub subject: Subject,
    /// SHA-256 of what was read then.
    pub digest: String,
    /// Its title now.
    pub title: String,
    /// When it began, where the instant is known.
    pub started_at: Option<Timestamp>,
}

/// Everything that is about to be written, in one transaction.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The page that it all belongs to.
    pub page: StatusPage,
    /// Whether the page is new.
    pub is_new_page: bool,
    /// New components, parents before their parts.
    pub components: Vec<Component>,
    /// New statuses set by hand.
    pub settings: Vec<StatusSetting>,
    /// New incidents.
    pub incidents: Vec<Incident>,
    /// New maintenance series.
    pub series: Vec<MaintenanceSeries>,
    /// New maintenance windows.
    pub maintenance: Vec<Maintenance>,
    /// New announcements.
    pub announcements: Vec<Announcement>,
    /// New templates.
    pub templates: Vec<Template>,
    /// New internal notes.
    pub notes: Vec<InternalNote>,
    /// What is told of it.
    pub report: ImportReport,
    /// How its source spells the fields, for whoever has to correct one.
    pub spelling: Spelling,
}

impl Batch {
    /// An empty batch for a page.
    #[must_use]
    pub fn of(page: StatusPage, is_new_page: bool) -> Self {
        Self {
            page,
            is_new_page,
            components: Vec::new(),
            settings: Vec::new(),
            incidents: Vec::new(),
            series: Vec::new(),
            maintenance: Vec::new(),
            announcements: Vec::new(),
            templates: Vec::new(),
            notes: Vec::new(),
            report: ImportReport::default(),
            spelling: Spelling::default(),
        }
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.is_new_page
            && self.components.is_empty()
            && self.settings.is_empty()
            && self.incidents.is_empty()
            && self.series.is_empty()
            && self.maintenance.is_empty()
            && self.announcements.is_empty()
            && self.templates.is_empty()
            && self.notes.is_empty()
    }

    /// How many records it holds: incidents, windows and announcements.
    #[must_use]
    pub fn records(&self) -> usize {
        self.incidents.len() + self.maintenance.len() + self.announcements.len()
    }
}
