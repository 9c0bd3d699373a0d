//! What is public, in memory: a mirror of the store, moved on by what changed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use allclear_domain::ids::{
    AnnouncementId, ComponentId, IncidentId, MaintenanceId, StatusPageId, StatusSettingId,
};
use allclear_domain::limits;
use allclear_domain::posted::{Posted, StatusChange};
use allclear_domain::record::{Affected, OutageRecord, Target};
use allclear_domain::status_page::ComponentSelection;
use allclear_domain::{Announcement, Component, Incident, Maintenance, StatusPage, StatusSetting};
use allclear_statuspage::Snapshot;
use allclear_store::Changes;
use jiff::Timestamp;

/// Everything public of an installation, at one revision.
#[derive(Debug, Default)]
pub struct Library {
    revision: i64,
    pages: BTreeMap<StatusPageId, StatusPage>,
    components: HashMap<ComponentId, Component>,
    /// In the order of time; a setting that is read again takes its own place.
    settings: BTreeMap<(Timestamp, StatusSettingId), StatusSetting>,
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

    /// The page that `/` shows: the one that is marked, else the first by slug.
    #[must_use]
    pub fn default_page(&self) -> Option<&StatusPage> {
        self.pages.values().min_by_key(|page| (!page.is_default, &page.slug))
    }

    /// Whether it knows a page, be it as it was once.
    #[must_use]
    pub fn has_page(&self, id: StatusPageId) -> bool {
        self.pages.contains_key(&id)
    }

    /// Takes in what changed, and says which pages tell something else now. Of a row that cannot be
    /// read, the last that was read stays.
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
            self.settings.insert((setting.set_at, setting.id), setting);
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
        let (incidents, maintenance) = if page.components.is_own() {
            let incidents = self.incidents.values().filter(|i| i.page_id == page_id);
            let maintenance = self.maintenance.values().filter(|m| m.page_id == page_id);
            (incidents.cloned().collect(), maintenance.cloned().collect())
        } else {
            self.told_elsewhere(page_id, &shown)
        };
        let announcements = self.announcements.values().filter(|a| a.page_id == page_id);
        let settings = self.settings.values().filter(|s| shown.contains(&s.component_id));
        Some(Snapshot {
            incidents,
            maintenance,
            announcements: announcements.cloned().collect(),
            settings: settings.cloned().collect(),
            components: shown.iter().filter_map(|id| self.components.get(id).cloned()).collect(),
            page,
            revision: self.revision,
        })
    }

    /// What a page of chosen components tells: its own, and what touches a component that it shows.
    fn told_elsewhere(
        &self,
        page_id: StatusPageId,
        shown: &HashSet<ComponentId>,
    ) -> (Vec<Arc<Incident>>, Vec<Arc<Maintenance>>) {
        let incidents = self.incidents.values().filter_map(|told| {
            let mut incident = Incident::clone(told);
            let touches =
                self.spread(shown, told.page_id, &mut incident.record, &mut incident.updates);
            (touches || told.page_id == page_id).then(|| Arc::new(incident))
        });
        let maintenance = self.maintenance.values().filter_map(|told| {
            let mut window = Maintenance::clone(told);
            let touches = self.spread(shown, told.page_id, &mut window.record, &mut window.updates);
            (touches || told.page_id == page_id).then(|| Arc::new(window))
        });
        (incidents.collect(), maintenance.collect())
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

    /// Says of parts that are shown what is said of groups that are not, because a component stands
    /// for its parts. Gives whether any of it is about a component in `shown`; `at` is the page
    /// that tells it.
    fn spread<S>(
        &self,
        shown: &HashSet<ComponentId>,
        at: StatusPageId,
        record: &mut OutageRecord,
        updates: &mut [Posted<S>],
    ) -> bool {
        let mut touches = false;
        for affected in record.affected.clone() {
            match affected.target {
                Target::Component(id) if shown.contains(&id) => touches = true,
                Target::Component(id) => {
                    for part in self.parts_shown(shown, id) {
                        touches = true;
                        let (target, status) = (Target::Component(part), affected.status);
                        record.affected.push(Affected { target, status });
                    }
                }
                Target::All => {
                    let at_all = |id: &ComponentId| self.is_of(*id, at);
                    touches |= shown.iter().any(at_all);
                }
                Target::Words(_) => {}
            }
        }
        for except in record.except.clone() {
            if let Target::Component(id) = except
                && !shown.contains(&id)
            {
                record.except.extend(self.parts_shown(shown, id).map(Target::Component));
            }
        }
        for update in updates {
            for change in update.changes.clone() {
                if shown.contains(&change.component_id) {
                    touches = true;
                    continue;
                }
                for component_id in self.parts_shown(shown, change.component_id) {
                    touches = true;
                    update.changes.push(StatusChange { component_id, status: change.status });
                }
            }
        }
        touches
    }

    /// The components in `shown` that lie below another.
    fn parts_shown(
        &self,
        shown: &HashSet<ComponentId>,
        group: ComponentId,
    ) -> impl Iterator<Item = ComponentId> {
        shown.iter().copied().filter(move |id| {
            let above = |id: &ComponentId| self.components.get(id).and_then(|c| c.parent_id);
            std::iter::successors(above(id), above)
                .take(limits::COMPONENT_DEPTH_MAX)
                .any(|ancestor| ancestor == group)
        })
    }

    fn is_of(&self, id: ComponentId, page_id: StatusPageId) -> bool {
        self.components.get(&id).is_some_and(|component| component.page_id == page_id)
    }
}

#[cfg(test)]
mod tests;
