//! A batch: everything that one import, or the demo, is about to write, before anything is written.

use std::collections::{HashMap, HashSet};

use allclear_domain::audit::Subject;
use allclear_domain::error::InvalidValue;
use allclear_domain::limits;
use allclear_domain::record::OutageRecord;
use allclear_domain::{
    Announcement, Component, Incident, InternalNote, Maintenance, StatusPage, StatusSetting, tree,
};
use jiff::Timestamp;

use super::report::ImportReport;

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
    /// Whether any page is there: the first one becomes the default.
    pub has_pages: bool,
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
    /// New maintenance windows.
    pub maintenance: Vec<Maintenance>,
    /// New announcements.
    pub announcements: Vec<Announcement>,
    /// New internal notes.
    pub notes: Vec<InternalNote>,
    /// What is told of it.
    pub report: ImportReport,
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
            maintenance: Vec::new(),
            announcements: Vec::new(),
            notes: Vec::new(),
            report: ImportReport::default(),
        }
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.is_new_page
            && self.components.is_empty()
            && self.settings.is_empty()
            && self.incidents.is_empty()
            && self.maintenance.is_empty()
            && self.announcements.is_empty()
            && self.notes.is_empty()
    }

    /// Checks every limit, so that nothing is written that could not be read again.
    ///
    /// # Errors
    /// All problems, at most [`PROBLEMS_MAX`].
    pub fn check(&self, present: &Present) -> Result<(), Vec<InvalidValue>> {
        let mut problems = Problems::default();
        problems.text("title", &self.page.title, limits::TITLE_CHARS_MAX);
        let records = self.incidents.len() + self.maintenance.len() + self.announcements.len();
        problems.count("records", records, limits::IMPORT_RECORDS_MAX);
        let mut components = present.components.clone();
        components.extend(self.components.iter().cloned());
        problems.count("components", components.len(), limits::COMPONENTS_PER_PAGE_MAX);
        for component in &self.components {
            let field = format!("component {}: name", component.key);
            problems.text(&field, &component.name, limits::TITLE_CHARS_MAX);
        }
        let keys: HashSet<_> = components.iter().map(|component| &component.key).collect();
        if keys.len() != components.len() {
            problems.push("components", "a key stands twice: give each component its own".into());
        }
        if let Err(problem) = tree::in_order(&components) {
            problems.0.push(problem);
        }
        for incident in &self.incidents {
            problems.record(&incident.title, &incident.record, incident.updates.len());
            for update in &incident.updates {
                problems.prose(&incident.title, update.body.text.len());
            }
        }
        for window in &self.maintenance {
            problems.record(&window.title, &window.record, window.updates.len());
            for update in &window.updates {
                problems.prose(&window.title, update.body.text.len());
            }
        }
        for announcement in &self.announcements {
            problems.text("announcement: title", &announcement.title, limits::TITLE_CHARS_MAX);
            problems.prose(&announcement.title, announcement.body.text.len());
        }
        problems.finish()
    }
}

/// Problems that are told at once; more are counted but not listed.
pub const PROBLEMS_MAX: usize = 20;

#[derive(Default)]
struct Problems(Vec<InvalidValue>);

impl Problems {
    fn push(&mut self, field: &str, problem: String) {
        self.0.push(InvalidValue::new(field, problem));
    }

    fn text(&mut self, field: &str, text: &str, chars_max: usize) {
        let chars = text.chars().count();
        if chars == 0 {
            self.push(field, "is empty: write at least one character".into());
        } else if chars > chars_max {
            self.push(field, format!("has {chars} characters: shorten it to {chars_max}"));
        }
    }

    fn count(&mut self, field: &str, count: usize, count_max: usize) {
        if count > count_max {
            self.push(field, format!("{count} are too many: split them, {count_max} at most"));
        }
    }

    fn prose(&mut self, title: &str, bytes: usize) {
        if bytes > limits::PROSE_BYTES_MAX {
            let max = limits::PROSE_BYTES_MAX;
            let field = format!("\u{201c}{title}\u{201d}: text");
            self.push(&field, format!("has {bytes} bytes: shorten it to {max}"));
        }
    }

    fn record(&mut self, title: &str, record: &OutageRecord, updates: usize) {
        let of = |field: &str| format!("\u{201c}{title}\u{201d}: {field}");
        self.text(&of("title"), title, limits::TITLE_CHARS_MAX);
        self.count(&of("updates"), updates, limits::UPDATES_MAX);
        let lists = [
            ("affected", record.affected.len()),
            ("except", record.except.len()),
            ("not_affected", record.not_affected.len()),
            ("fault_pages", record.fault_pages.len()),
            ("losses", record.losses.len()),
            ("corrections", record.corrections.len()),
            ("causes", record.causes.len()),
            ("contradictions", record.contradictions.len()),
            ("actions", record.actions.len()),
        ];
        for (field, count) in lists {
            self.count(&of(field), count, limits::LIST_ENTRIES_MAX);
        }
        for loss in &record.losses {
            if loss.fraction.is_some_and(|fraction| !(0.0..=1.0).contains(&fraction)) {
                self.push(&of("losses"), "a fraction lies outside 0 to 1: 0.05 is 5 %".into());
            }
        }
    }

    fn finish(mut self) -> Result<(), Vec<InvalidValue>> {
        if self.0.is_empty() {
            return Ok(());
        }
        let more = self.0.len().saturating_sub(PROBLEMS_MAX);
        self.0.truncate(PROBLEMS_MAX);
        if more > 0 {
            self.push("and more", format!("{more} further problems are not listed"));
        }
        Err(self.0)
    }
}
