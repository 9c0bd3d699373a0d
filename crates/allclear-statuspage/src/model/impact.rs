//! Which components a record affected, and when.

use allclear_domain::times::Bound;
use allclear_domain::uptime::StatusInterval;
use allclear_domain::{Incident, Maintenance};
use jiff::Timestamp;

use super::Model;

impl Model {
    /// How an incident affected each component that this page shows.
    pub(crate) fn incident_impact(&self, incident: &Incident) -> Vec<StatusInterval> {
        incident.impact_intervals(&self.forest, &self.zone, self.now)
    }

    /// How an open incident whose start is not known affects components now.
    pub(crate) fn unmeasured_impact(&self, incident: &Incident) -> Vec<StatusInterval> {
        let mut known = incident.clone();
        known.started = Bound::exactly(incident.created_at.min(self.now));
        self.incident_impact(&known)
    }

    /// How a maintenance window affected each component that this page shows.
    pub(crate) fn maintenance_impact(&self, window: &Maintenance) -> Vec<StatusInterval> {
        window.impact_intervals(&self.forest, &self.zone)
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

    /// What checks measured, but for what stood still during announced work.
    pub(crate) fn measured_intervals(&self) -> Vec<StatusInterval> {
        if self.snapshot.outages.is_empty() {
            return Vec::new();
        }
        let windows = self.snapshot.maintenance.iter();
        let work: Vec<StatusInterval> =
            windows.flat_map(|window| self.maintenance_impact(window)).collect();
        allclear_domain::uptime::unannounced(&self.snapshot.outages, &work)
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
