//! Which components a record affected, and when.

use allclear_domain::times::Bound;
use allclear_domain::uptime::StatusInterval;
use allclear_domain::{ComponentStatus, Incident, Maintenance, StatusSetting};
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

    /// Statuses that people set: each holds until its end, or the next one of its component.
    fn settings(&self) -> Vec<(&StatusSetting, Option<Timestamp>)> {
        let mut settings: Vec<_> = self.snapshot.settings.iter().collect();
        settings.sort_by_key(|setting| (setting.component_id, setting.set_at));
        let next = |index: usize, setting: &StatusSetting| {
            let next = settings.get(index + 1).copied();
            next.filter(|next| next.component_id == setting.component_id)
        };
        let each = settings.iter().enumerate();
        each.map(|(index, setting)| (*setting, setting.until(next(index, setting)))).collect()
    }

    /// What people set.
    pub(crate) fn setting_intervals(&self) -> Vec<StatusInterval> {
        let bad =
            |(setting, _): &(&StatusSetting, _)| setting.status != ComponentStatus::Operational;
        self.settings().into_iter().filter(bad).map(interval).collect()
    }

    /// What people set in place of what checks measure, also of the parts of what they name.
    fn overruling_intervals(&self) -> Vec<StatusInterval> {
        let all = self.settings().into_iter();
        let overruling = all.filter(|(setting, _)| setting.overrules.is_some()).map(interval);
        let spread = overruling.flat_map(|one| {
            let parts = self.forest.parts(one.component_id);
            let all = std::iter::once(one.component_id).chain(parts);
            all.map(move |component_id| StatusInterval { component_id, ..one }).collect::<Vec<_>>()
        });
        spread.collect()
    }

    /// What checks measured, but for what stood still during announced work, and what was overruled.
    pub(crate) fn measured_intervals(&self) -> Vec<StatusInterval> {
        if self.snapshot.outages.is_empty() {
            return Vec::new();
        }
        let windows = self.snapshot.maintenance.iter();
        let work = windows.flat_map(|window| self.maintenance_impact(window));
        let work: Vec<StatusInterval> = work.chain(self.overruling_intervals()).collect();
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

fn interval((setting, until): (&StatusSetting, Option<Timestamp>)) -> StatusInterval {
    let StatusSetting { component_id, status, set_at: from, .. } = *setting;
    StatusInterval { component_id, status, from, until }
}

fn last_told(incident: &Incident) -> Option<Timestamp> {
    let told = incident.updates.iter().filter_map(|u| u.shown_at.instant());
    told.max()
}
