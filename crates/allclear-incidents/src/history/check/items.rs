//! What is about to be written, noun by noun, and how a problem of it is named.

use allclear_domain::ids::{PublicId, StatusPageId};
use allclear_domain::record::Source;
use allclear_domain::{
    Announcement, Component, Incident, InternalNote, Maintenance, MaintenanceSeries, StatusPage,
    StatusSetting, Template, Validate,
};
use uuid::Uuid;

use crate::history::batch::{Batch, Spelling};

/// One noun of a batch.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    /// The batch.
    pub(super) batch: &'a Batch,
    /// The noun.
    pub(super) noun: Noun<'a>,
}

/// A noun of any kind.
#[derive(Clone, Copy)]
pub(super) enum Noun<'a> {
    Page(&'a StatusPage),
    Component(&'a Component),
    Setting(&'a StatusSetting),
    Incident(&'a Incident),
    Series(&'a MaintenanceSeries),
    Maintenance(&'a Maintenance),
    Announcement(&'a Announcement),
    Template(&'a Template),
    Note(&'a InternalNote),
}

/// Everything new in some batches.
pub(super) fn of(batches: &[Batch]) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    for batch in batches {
        let page = Some(&batch.page).filter(|_| batch.is_new_page);
        let nouns = (page.into_iter().map(Noun::Page))
            .chain(batch.components.iter().map(Noun::Component))
            .chain(batch.settings.iter().map(Noun::Setting))
            .chain(batch.incidents.iter().map(Noun::Incident))
            .chain(batch.series.iter().map(Noun::Series))
            .chain(batch.maintenance.iter().map(Noun::Maintenance))
            .chain(batch.announcements.iter().map(Noun::Announcement))
            .chain(batch.templates.iter().map(Noun::Template))
            .chain(batch.notes.iter().map(Noun::Note));
        items.extend(nouns.map(|noun| Item { batch, noun }));
    }
    items
}

impl<'a> Noun<'a> {
    /// The noun as something that can be checked by itself.
    pub(super) fn as_validate(self) -> &'a dyn Validate {
        match self {
            Self::Page(page) => page,
            Self::Component(component) => component,
            Self::Setting(setting) => setting,
            Self::Incident(incident) => incident,
            Self::Series(series) => series,
            Self::Maintenance(window) => window,
            Self::Announcement(announcement) => announcement,
            Self::Template(template) => template,
            Self::Note(note) => note,
        }
    }

    /// What it is, as [`allclear_store::Taken`] names it.
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Page(_) => "page",
            Self::Component(_) => "component",
            Self::Setting(_) => "setting",
            Self::Incident(_) => "incident",
            Self::Series(_) => "series",
            Self::Maintenance(_) => "maintenance",
            Self::Announcement(_) => "announcement",
            Self::Template(_) => "template",
            Self::Note(_) => "note",
        }
    }

    /// Its id.
    pub(super) const fn id(self) -> Uuid {
        match self {
            Self::Page(page) => page.id.uuid(),
            Self::Component(component) => component.id.uuid(),
            Self::Setting(setting) => setting.id.uuid(),
            Self::Incident(incident) => incident.id.uuid(),
            Self::Series(series) => series.id.uuid(),
            Self::Maintenance(window) => window.id.uuid(),
            Self::Announcement(announcement) => announcement.id.uuid(),
            Self::Template(template) => template.id.uuid(),
            Self::Note(note) => note.id.uuid(),
        }
    }

    /// Its id in addresses, and the page that it says it belongs to.
    pub(super) const fn place(self) -> Option<(PublicId, StatusPageId)> {
        match self {
            Self::Page(_)
            | Self::Setting(_)
            | Self::Series(_)
            | Self::Template(_)
            | Self::Note(_) => None,
            Self::Component(component) => Some((component.public_id, component.page_id)),
            Self::Incident(incident) => Some((incident.public_id, incident.page_id)),
            Self::Maintenance(window) => Some((window.public_id, window.page_id)),
            Self::Announcement(told) => Some((told.public_id, told.page_id)),
        }
    }

    /// Its id at the source.
    pub(super) fn key(self) -> Option<&'a str> {
        let source: &Option<Source> = match self {
            Self::Incident(incident) => &incident.source,
            Self::Maintenance(window) => &window.source,
            Self::Announcement(announcement) => &announcement.source,
            Self::Page(_)
            | Self::Component(_)
            | Self::Setting(_)
            | Self::Series(_)
            | Self::Template(_)
            | Self::Note(_) => return None,
        };
        source.as_ref().map(|source| source.key.as_str())
    }

    /// Its id, as files write it.
    pub(super) fn shown_id(self) -> String {
        match self {
            Self::Page(page) => page.id.to_string(),
            Self::Component(component) => component.id.to_string(),
            Self::Setting(setting) => setting.id.to_string(),
            Self::Incident(incident) => incident.id.to_string(),
            Self::Series(series) => series.id.to_string(),
            Self::Maintenance(window) => window.id.to_string(),
            Self::Announcement(announcement) => announcement.id.to_string(),
            Self::Template(template) => template.id.to_string(),
            Self::Note(note) => note.id.to_string(),
        }
    }

    /// Its name or title.
    fn name(self) -> &'a str {
        match self {
            Self::Page(page) => &page.title,
            Self::Component(component) => &component.name,
            Self::Incident(incident) => &incident.title,
            Self::Series(series) => &series.title,
            Self::Maintenance(window) => &window.title,
            Self::Announcement(announcement) => &announcement.title,
            Self::Template(template) => &template.name,
            Self::Setting(_) | Self::Note(_) => "",
        }
    }
}

impl Item<'_> {
    /// A field of it, as the source spells it.
    pub(super) fn field(&self, field: &str) -> String {
        let name = self.noun.name();
        let id = match self.noun {
            Noun::Component(component) => component.key.to_string(),
            noun => noun.shown_id(),
        };
        let field = self.batch.spelling.field(self.noun.kind(), field);
        match (self.batch.spelling, self.noun.key(), self.noun) {
            (Spelling::Facts, Some(""), _) => format!("record {}: {field}", quoted(name)),
            (Spelling::Facts, Some(key), _) => format!("record {}: {field}", printable(key)),
            (Spelling::Facts, None, Noun::Page(_)) => field,
            _ if name.is_empty() => format!("{} {id}: {field}", self.noun.kind()),
            _ => format!("{} {id} {}: {field}", self.noun.kind(), quoted(name)),
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\u{201c}{}\u{201d}", printable(name))
}

/// The beginning of a text, in which no character moves the cursor of whoever reads the problem.
fn printable(text: &str) -> String {
    text.chars().take(80).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
