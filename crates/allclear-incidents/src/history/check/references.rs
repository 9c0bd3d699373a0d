//! What is named is there: in the installation, or in what is written along.

use std::collections::HashMap;
use std::fmt::Display;

use allclear_domain::audit::Subject;
use allclear_domain::ids::StatusPageId;
use allclear_domain::posted::Posted;
use allclear_domain::record::{Affected, OutageRecord};
use allclear_domain::status_page::{ComponentSelection, StatusPage};
use uuid::Uuid;

use super::items::{Item, Noun};
use super::{Findings, Installation};
use crate::references::named_components;

/// What is there, or about to be: its kind and its page.
struct Known<'a>(HashMap<Uuid, (&'a str, StatusPageId)>);

/// Refuses names of what is not there.
pub(super) fn check(items: &[Item<'_>], there: &Installation, findings: &mut Findings) {
    let known = Known::of(items, there);
    for item in items {
        match item.noun {
            Noun::Page(page) => known.page(item, page, findings),
            Noun::Component(component) => {
                if let Some(id) = component.parent_id {
                    known.on_page(item, "parent_id", ("component", id.uuid()), id, findings);
                }
            }
            Noun::Setting(setting) => {
                let id = setting.component_id;
                known.on_page(item, "component_id", ("component", id.uuid()), id, findings);
            }
            Noun::Incident(incident) => {
                known.components(item, &incident.record, &incident.updates, findings);
                if let Some(id) = incident.same_cause_as {
                    known.anywhere(item, "same_cause_as", ("incident", id.uuid()), id, findings);
                }
                if let Some(id) = incident.converted_from {
                    known.anywhere(
                        item,
                        "converted_from",
                        ("maintenance", id.uuid()),
                        id,
                        findings,
                    );
                }
            }
            Noun::Series(series) => {
                known.affected(item, &series.affected, findings);
            }
            Noun::Maintenance(window) => {
                known.components(item, &window.record, &window.updates, findings);
                if let Some(series) = window.series {
                    let id = series.id;
                    known.on_page(item, "series.id", ("series", id.uuid()), id, findings);
                }
                if let Some(id) = window.converted_to {
                    known.anywhere(item, "converted_to", ("incident", id.uuid()), id, findings);
                }
            }
            Noun::Note(note) => {
                let noun = match note.subject {
                    Subject::StatusPage(_) => "page",
                    subject => subject.noun(),
                };
                let id = note.subject.uuid();
                let shown = format!("{noun} {}", id.simple());
                known.on_page(item, "subject", (noun, id), shown, findings);
            }
            Noun::Template(template) => {
                if template.page_id != item.batch.page.id {
                    findings.add_to(
                        item,
                        "page_id",
                        "names another page than the one it stands in",
                    );
                }
                known.affected(item, &template.affected, findings);
            }
            Noun::Announcement(_) => {}
        }
    }
}

impl<'a> Known<'a> {
    fn of(items: &[Item<'a>], there: &'a Installation) -> Self {
        let mut known = HashMap::new();
        for page in &there.pages {
            known.insert(page.id.uuid(), ("page", page.id));
        }
        for component in &there.components {
            known.insert(component.id.uuid(), ("component", component.page_id));
        }
        for taken in &there.taken {
            if let Some(page_id) = taken.page_id {
                known.insert(taken.id, (taken.noun.as_str(), page_id));
            }
        }
        for item in items {
            known.insert(item.noun.id(), (item.noun.kind(), item.batch.page.id));
        }
        Self(known)
    }

    fn page(&self, item: &Item<'_>, page: &StatusPage, findings: &mut Findings) {
        let ComponentSelection::Chosen(chosen) = &page.components else { return };
        for (place, id) in chosen.iter().enumerate() {
            let field = format_args!("components.chosen[{place}]");
            self.anywhere(item, field, ("component", id.uuid()), id, findings);
        }
    }

    fn components<S>(
        &self,
        item: &Item<'_>,
        record: &OutageRecord,
        updates: &[Posted<S>],
        findings: &mut Findings,
    ) {
        for (spot, id) in named_components(record, updates) {
            self.anywhere(item, spot, ("component", id.uuid()), id, findings);
        }
    }

    fn affected(&self, item: &Item<'_>, affected: &[Affected], findings: &mut Findings) {
        for (place, affected) in affected.iter().enumerate() {
            if let Some(id) = affected.target.component() {
                let field = format_args!("affected[{place}].target");
                self.anywhere(item, field, ("component", id.uuid()), id, findings);
            }
        }
    }

    /// Something on any page.
    fn anywhere(
        &self,
        item: &Item<'_>,
        field: impl Display,
        (noun, id): (&str, Uuid),
        shown: impl Display,
        findings: &mut Findings,
    ) {
        if self.0.get(&id).is_none_or(|(known, _)| *known != noun) {
            let problem = format!("{shown} is not there: bring it along, or leave the name out");
            findings.add_to(item, &field.to_string(), problem);
        }
    }

    /// Something on the item's own page.
    fn on_page(
        &self,
        item: &Item<'_>,
        field: impl Display,
        (noun, id): (&str, Uuid),
        shown: impl Display,
        findings: &mut Findings,
    ) {
        if self.0.get(&id) != Some(&(noun, item.batch.page.id)) {
            let problem = format!("{shown} is not on this page: name something that is");
            findings.add_to(item, &field.to_string(), problem);
        }
    }
}
