//! Which components a record affected, and when: with the parts of groups, and on pages that show
//! components of another page.

use std::collections::HashSet;

use allclear_domain::ids::{ComponentId, StatusPageId};
use allclear_domain::posted::{Posted, StatusChange};
use allclear_domain::record::{Affected, OutageRecord, Target};
use allclear_domain::times::Bound;
use allclear_domain::uptime::StatusInterval;
use allclear_domain::{Incident, Maintenance};
use jiff::Timestamp;

use super::Model;

impl Model {
    /// The components that "all" stands for in a record of a page: those that belong to it.
    pub(crate) fn all_of(&self, page: StatusPageId) -> Vec<ComponentId> {
        self.snapshot
            .components
            .iter()
            .filter(|component| component.page_id == page)
            .map(|component| component.id)
            .collect()
    }

    /// How an incident affected each component that this page shows.
    pub(crate) fn incident_impact(&self, incident: &Incident) -> Vec<StatusInterval> {
        let all = self.scope(&incident.record, incident.page_id);
        if !self.names_a_group(&incident.record, &incident.updates) {
            return incident.impact_intervals(&all, &self.zone, self.now);
        }
        let mut spread = incident.clone();
        self.spread(&mut spread.record, &mut spread.updates);
        spread.impact_intervals(&all, &self.zone, self.now)
    }

    /// How an open incident whose start is not known affects components now.
    pub(crate) fn unmeasured_impact(&self, incident: &Incident) -> Vec<StatusInterval> {
        let mut known = incident.clone();
        known.started = Bound::exactly(incident.created_at.min(self.now));
        self.incident_impact(&known)
    }

    /// How a maintenance window affected each component that this page shows.
    pub(crate) fn maintenance_impact(&self, window: &Maintenance) -> Vec<StatusInterval> {
        let all = self.scope(&window.record, window.page_id);
        if !self.names_a_group(&window.record, &window.updates) {
            return window.impact_intervals(&all, &self.zone);
        }
        let mut spread = window.clone();
        self.spread(&mut spread.record, &mut spread.updates);
        spread.impact_intervals(&all, &self.zone)
    }

    /// Statuses that people set: each holds until the next one of its component.
    pub(crate) fn setting_intervals(&self) -> Vec<StatusInterval> {
        let mut settings: Vec<_> = self.snapshot.settings.iter().collect();
        settings.sort_by_key(|setting| (setting.component_id, setting.set_at));
        let mut intervals = Vec::with_capacity(settings.len());
        for (index, setting) in settings.iter().enumerate() {
            let next =
                settings.get(index + 1).filter(|next| next.component_id == setting.component_id);
            intervals.push(StatusInterval {
                component_id: setting.component_id,
                status: setting.status,
                from: setting.set_at,
                until: next.map(|next| next.set_at),
            });
        }
        intervals.retain(|i| i.status != allclear_domain::ComponentStatus::Operational);
        intervals
    }

    fn scope(&self, record: &OutageRecord, page: StatusPageId) -> Vec<ComponentId> {
        let has_all = record.affected.iter().any(|a| a.target == Target::All);
        if has_all { self.all_of(page) } else { Vec::new() }
    }

    fn is_group(&self, id: ComponentId) -> bool {
        self.line(id).is_some_and(|(_, line)| line.is_group)
    }

    fn names_a_group<S>(&self, record: &OutageRecord, updates: &[Posted<S>]) -> bool {
        let is_group = |target: &Target| match target {
            Target::Component(id) => self.is_group(*id),
            Target::All | Target::Words(_) => false,
        };
        record.affected.iter().any(|a| is_group(&a.target))
            || record.except.iter().any(is_group)
            || updates
                .iter()
                .flat_map(|update| &update.changes)
                .any(|change| self.is_group(change.component_id))
    }

    /// Says of the parts of a group what is said of the group, where nothing is said of the part.
    fn spread<S>(&self, record: &mut OutageRecord, updates: &mut [Posted<S>]) {
        let named: HashSet<ComponentId> =
            record.affected.iter().filter_map(|affected| component_of(&affected.target)).collect();
        let mut affected = Vec::new();
        for entry in &record.affected {
            if let Some(id) = component_of(&entry.target) {
                let parts = self.parts_without(id, &named).into_iter();
                affected.extend(parts.map(|part| Affected {
                    target: Target::Component(part),
                    status: entry.status,
                }));
            }
        }
        affected.append(&mut record.affected);
        record.affected = affected;
        let excepted: Vec<_> = record.except.iter().filter_map(component_of).collect();
        for id in excepted {
            let parts = self.parts_without(id, &named).into_iter();
            record.except.extend(parts.map(Target::Component));
        }
        for update in updates {
            self.spread_changes(&mut update.changes);
        }
    }

    fn spread_changes(&self, changes: &mut Vec<StatusChange>) {
        let named: HashSet<ComponentId> = changes.iter().map(|c| c.component_id).collect();
        let mut more = Vec::new();
        for change in changes.iter() {
            let parts = self.parts_without(change.component_id, &named).into_iter();
            more.extend(
                parts.map(|component_id| StatusChange { component_id, status: change.status }),
            );
        }
        changes.append(&mut more);
    }

    /// The parts of a component, without those that are named themselves, and theirs.
    fn parts_without(&self, id: ComponentId, named: &HashSet<ComponentId>) -> Vec<ComponentId> {
        let Some((index, line)) = self.line(id) else {
            return Vec::new();
        };
        let mut parts = Vec::new();
        let mut at = index + 1;
        while at < line.end {
            let Some(part) = self.lines.get(at) else {
                break;
            };
            if named.contains(&part.id) {
                at = part.end.max(at + 1);
            } else {
                parts.push(part.id);
                at += 1;
            }
        }
        parts
    }

    /// Whether an incident reaches into the days that are drawn.
    pub(crate) fn reaches_window(&self, incident: &Incident) -> bool {
        let start = self.window_start();
        match incident.ended() {
            None => true,
            Some(Bound::At { at, .. }) => at >= start,
            Some(ended) => {
                let started = incident.started.earliest(&self.zone);
                last_told(incident).max(ended.latest(&self.zone)).max(started) >= Some(start)
            }
        }
    }

    /// Whether a window reaches into the days that are drawn.
    pub(crate) fn window_reaches(&self, window: &Maintenance) -> bool {
        let start = self.window_start();
        match window.ended() {
            None => window.is_under_way(),
            Some(ended) => {
                ended.latest(&self.zone).max(window.started().earliest(&self.zone)) >= Some(start)
            }
        }
    }
}

fn last_told(incident: &Incident) -> Option<Timestamp> {
    let told = incident.updates.iter().filter_map(|u| u.shown_at.instant());
    told.max()
}

fn component_of(target: &Target) -> Option<ComponentId> {
    match target {
        Target::Component(id) => Some(*id),
        Target::All | Target::Words(_) => None,
    }
}
