//! What is public, in memory: a mirror of the store, moved on by what changed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use allclear_domain::audit::Subject;
use allclear_domain::check::{Checked, ShownTimes};
use allclear_domain::ids::{
    AnnouncementId, ComponentId, IncidentId, MaintenanceId, OutageId, StatusPageId, StatusSettingId,
};
use allclear_domain::status_page::ComponentSelection;
use allclear_domain::uptime::StatusInterval;
use allclear_domain::{
    Announcement, Component, Forest, Incident, Maintenance, Outage, Selection, StatusPage,
    StatusSetting,
};
use allclear_statuspage::Snapshot;
use allclear_store::Changes;
use jiff::Timestamp;

/// Everything public of an installation, at one revision.
#[derive(Debug, Default)]
pub struct Library {
    revision: i64,
    pages: BTreeMap<StatusPageId, StatusPage>,
    components: HashMap<ComponentId, Component>,
    /// The components of all pages.
    forest: Forest,
    /// In the order of time; a setting that is read again takes its own place.
    settings: BTreeMap<(Timestamp, StatusSettingId), StatusSetting>,
    /// What checks measured.
    outages: BTreeMap<OutageId, Vec<StatusInterval>>,
    /// Since when those were checked that checks watch.
    checked: HashMap<ComponentId, Checked>,
    /// How long probes of those take whose checks show it.
    times: HashMap<ComponentId, Arc<ShownTimes>>,
    incidents: BTreeMap<IncidentId, Arc<Incident>>,
    maintenance: BTreeMap<MaintenanceId, Arc<Maintenance>>,
    announcements: BTreeMap<AnnouncementId, Arc<Announcement>>,
    /// What readers' cookies are signed with, of protected pages.
    cookie_keys: HashMap<StatusPageId, String>,
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
        let mut has_components = !changes.components.is_empty();
        // First, as what was removed may have come back.
        for subject in changes.removed {
            match subject {
                Subject::StatusPage(id) => {
                    self.pages.remove(&id);
                }
                Subject::Component(id) => {
                    let gone = self.components.remove(&id);
                    has_components |= gone.is_some();
                    touched.extend(gone.map(|component| component.page_id));
                }
                _ => {}
            }
        }
        for page in changes.status_pages {
            touched.insert(page.id);
            self.pages.insert(page.id, page);
        }
        let keys = changes.reader_passwords.into_iter();
        let keys: HashMap<_, _> = keys.map(|one| (one.page_id, one.cookie_key)).collect();
        let either = self.cookie_keys.keys().chain(keys.keys());
        touched.extend(either.filter(|id| self.cookie_keys.get(id) != keys.get(id)));
        self.cookie_keys = keys;
        for component in changes.components {
            touched.insert(component.page_id);
            self.components.insert(component.id, component);
        }
        if has_components {
            self.forest = Forest::grown_from(self.components.values());
        }
        for setting in changes.status_settings {
            touched.extend(self.components.get(&setting.component_id).map(|c| c.page_id));
            self.settings.insert((setting.set_at, setting.id), setting);
        }
        self.measure(changes.outages, &mut touched);
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

    /// Takes in since when components were checked. Pages that say so are rendered with the next minute.
    pub fn note_checked(&mut self, checked: HashMap<ComponentId, Checked>) {
        self.checked = checked;
    }

    /// Takes in how long probes of components take. Pages that say so are rendered with the next minute.
    pub fn note_times(&mut self, times: HashMap<ComponentId, Arc<ShownTimes>>) {
        self.times = times;
    }

    /// Takes in what checks measured.
    fn measure(&mut self, outages: Vec<Outage>, touched: &mut HashSet<StatusPageId>) {
        for outage in outages {
            let intervals = outage.intervals();
            let of = |interval: &StatusInterval| self.components.get(&interval.component_id);
            touched.extend(intervals.iter().filter_map(of).map(|component| component.page_id));
            self.outages.insert(outage.id, intervals);
        }
    }

    /// What one page tells; `None` where there is no such page.
    #[must_use]
    pub fn snapshot(&self, page_id: StatusPageId) -> Option<Snapshot> {
        let page = self.pages.get(&page_id)?.clone();
        let (shown, incidents, maintenance) = self.told_on(&page);
        let announcements = self.announcements.values().filter(|a| a.page_id == page_id);
        let settings = self.settings.values().filter(|s| shown.contains(&s.component_id));
        Some(Snapshot {
            incidents,
            maintenance,
            announcements: announcements.cloned().collect(),
            settings: settings.cloned().collect(),
            outages: self.measured(&shown),
            checked: shown
                .iter()
                .filter_map(|id| self.checked.get(id).copied())
                .reduce(Checked::and),
            times: shown.iter().filter_map(|id| Some((*id, self.times.get(id)?.clone()))).collect(),
            components: shown.iter().filter_map(|id| self.components.get(id).cloned()).collect(),
            page,
            revision: self.revision,
        })
    }

    /// What checks measured of components, and of the groups that they are parts of.
    fn measured(&self, shown: &HashSet<ComponentId>) -> Vec<StatusInterval> {
        let all = self.outages.values().flatten();
        let spread = all.flat_map(|interval| {
            let below = self.forest.parts(interval.component_id);
            let parts = std::iter::once(interval.component_id).chain(below);
            parts.map(|component_id| StatusInterval { component_id, ..*interval })
        });
        spread.filter(|interval| shown.contains(&interval.component_id)).collect()
    }

    /// What cookies of a protected page's readers are signed with; `None` where it has no password.
    #[must_use]
    pub fn cookie_key(&self, page_id: StatusPageId) -> Option<&String> {
        self.cookie_keys.get(&page_id)
    }

    /// The components that a page shows, and the incidents and windows that it tells.
    fn told_on(&self, page: &StatusPage) -> Told {
        let (incidents, maintenance) = (self.incidents.values(), self.maintenance.values());
        let ComponentSelection::Chosen(chosen) = &page.components else {
            let own = self.components.values().filter(|component| component.page_id == page.id);
            return (
                own.map(|component| component.id).collect(),
                incidents.filter(|incident| incident.page_id == page.id).cloned().collect(),
                maintenance.filter(|window| window.page_id == page.id).cloned().collect(),
            );
        };
        let selection = Selection::new(&self.forest, page.id, chosen);
        let incidents = incidents.filter_map(|incident| selection.incident(incident)).collect();
        let maintenance = maintenance.filter_map(|window| selection.maintenance(window)).collect();
        (selection.into_shown(), incidents, maintenance)
    }
}

type Told = (HashSet<ComponentId>, Vec<Arc<Incident>>, Vec<Arc<Maintenance>>);

#[cfg(test)]
mod tests;
