//! What is public, in memory: a mirror of the store, moved on by what changed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use allclear_domain::ids::{AnnouncementId, ComponentId, IncidentId, MaintenanceId, StatusPageId};
use allclear_domain::record::{OutageRecord, Target};
use allclear_domain::status_page::ComponentSelection;
use allclear_domain::{Announcement, Component, Incident, Maintenance, StatusPage, StatusSetting};
use allclear_statuspage::Snapshot;
use allclear_store::Changes;

/// Everything public of an installation, at one revision.
#[derive(Debug, Default)]
pub struct Library {
    revision: i64,
    pages: BTreeMap<StatusPageId, StatusPage>,
    components: HashMap<ComponentId, Component>,
    settings: Vec<StatusSetting>,
    incidents: BTreeMap<IncidentId, Arc<Incident>>,
    maintenance: BTreeMap<MaintenanceId, Arc<Maintenance>>,
    announcements: BTreeMap<AnnouncementId, Arc<Announcement>>,
}

impl Library {
    /// The revision that it shows; 0 before the first change.
    #[must_use]
    pub const fn revision(&self) -> i64 {
        self.revision
    }

    /// All pages.
    #[must_use]
    pub fn pages(&self) -> Vec<&StatusPage> {
        self.pages.values().collect()
    }

    /// Takes in what changed, and says which pages tell something else now.
    pub fn take_in(&mut self, changes: Changes) -> HashSet<StatusPageId> {
        let mut touched = HashSet::new();
        self.revision = changes.revision;
        for page in changes.status_pages {
            touched.insert(page.id);
            self.pages.insert(page.id, page);
        }
        for component in changes.components {
            touched.insert(component.page_id);
            self.components.insert(component.id, component);
        }
        for setting in changes.status_settings {
            touched.extend(self.components.get(&setting.component_id).map(|c| c.page_id));
            self.settings.push(setting);
        }
        for incident in changes.incidents {
            touched.insert(incident.page_id);
            if incident.publication.is_public() {
                self.incidents.insert(incident.id, Arc::new(incident));
            } else {
                self.incidents.remove(&incident.id);
            }
        }
        for window in changes.maintenance {
            touched.insert(window.page_id);
            if window.publication.is_public() {
                self.maintenance.insert(window.id, Arc::new(window));
            } else {
                self.maintenance.remove(&window.id);
            }
        }
        for announcement in changes.announcements {
            touched.insert(announcement.page_id);
            if announcement.publication.is_public() {
                self.announcements.insert(announcement.id, Arc::new(announcement));
            } else {
                self.announcements.remove(&announcement.id);
            }
        }
        if !touched.is_empty() {
            // Pages that show other pages' components may tell of any change.
            let mixed = self.pages.values().filter(|page| !page.components.is_own());
            touched.extend(mixed.map(|page| page.id));
        }
        touched
    }

    /// What one page tells; `None` where there is no such page.
    #[must_use]
    pub fn snapshot(&self, page_id: StatusPageId) -> Option<Snapshot> {
        let page = self.pages.get(&page_id)?.clone();
        let shown = self.shown(&page);
        let is_told = |at: StatusPageId, record: &OutageRecord, changed: &[ComponentId]| {
            at == page_id
                || (!page.components.is_own() && self.touches(&shown, at, record, changed))
        };
        let incidents = self.incidents.values().filter(|incident| {
            is_told(incident.page_id, &incident.record, &changed(&incident.updates))
        });
        let maintenance = self
            .maintenance
            .values()
            .filter(|window| is_told(window.page_id, &window.record, &changed(&window.updates)));
        let announcements = self.announcements.values().filter(|a| a.page_id == page_id);
        let settings = self.settings.iter().filter(|s| shown.contains(&s.component_id));
        Some(Snapshot {
            incidents: incidents.cloned().collect(),
            maintenance: maintenance.cloned().collect(),
            announcements: announcements.cloned().collect(),
            settings: settings.cloned().collect(),
            components: shown.iter().filter_map(|id| self.components.get(id).cloned()).collect(),
            page,
            revision: self.revision,
        })
    }

    /// The components that a page shows.
    fn shown(&self, page: &StatusPage) -> HashSet<ComponentId> {
        let ComponentSelection::Chosen(chosen) = &page.components else {
            let own = self.components.values().filter(|component| component.page_id == page.id);
            return own.map(|component| component.id).collect();
        };
        let mut shown: HashSet<ComponentId> = chosen.iter().copied().collect();
        loop {
            let before = shown.len();
            let parts = self.components.values().filter(|component| {
                component.parent_id.is_some_and(|parent| shown.contains(&parent))
            });
            let parts: Vec<ComponentId> = parts.map(|component| component.id).collect();
            shown.extend(parts);
            if shown.len() == before {
                return shown;
            }
        }
    }

    /// Whether something told on the page `at` is about one of the components in `shown`.
    fn touches(
        &self,
        shown: &HashSet<ComponentId>,
        at: StatusPageId,
        record: &OutageRecord,
        changed: &[ComponentId],
    ) -> bool {
        let is_affected = record.affected.iter().any(|affected| match &affected.target {
            Target::Component(id) => shown.contains(id),
            Target::All => shown.iter().any(|id| {
                let is_excepted = record.except.contains(&Target::Component(*id));
                !is_excepted && self.components.get(id).is_some_and(|c| c.page_id == at)
            }),
            Target::Words(_) => false,
        });
        is_affected || changed.iter().any(|id| shown.contains(id))
    }
}

fn changed<S>(updates: &[allclear_domain::posted::Posted<S>]) -> Vec<ComponentId> {
    updates.iter().flat_map(|update| &update.changes).map(|change| change.component_id).collect()
}
