//! What the team would want to be told: things that were said and forgotten, or never said.
//!
//! A pure function over what one page holds. It finds; whoever shows it says what to do.

use std::collections::{BTreeMap, BTreeSet};

use allclear_domain::ids::{ComponentId, IncidentId, MaintenanceId};
use allclear_domain::record::OutageRecord;
use allclear_domain::{
    Component, ComponentStatus, Forest, Incident, Maintenance, Outage, StatusSetting, tree,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// How long an open incident that announced no next update may stay silent.
pub const SILENT_AFTER: SignedDuration = SignedDuration::from_hours(4);

/// What one page holds, with its drafts.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// Its components.
    pub components: &'a [Component],
    /// Statuses that people set, in the order of time.
    pub settings: &'a [StatusSetting],
    /// Outages that checks measure and that go on, of whatever page.
    pub outages: &'a [Outage],
    /// Its incidents.
    pub incidents: &'a [Incident],
    /// Its maintenance windows.
    pub maintenance: &'a [Maintenance],
    /// Its zone: the one in which promises are due.
    pub zone: &'a TimeZone,
}

/// What a promise was made in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromisedIn {
    /// An incident.
    Incident(IncidentId),
    /// A maintenance window.
    Maintenance(MaintenanceId),
}

/// One thing that was forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The next update of an open incident was due.
    UpdateOverdue {
        /// The incident.
        incident: IncidentId,
        /// Since when.
        due_at: Timestamp,
    },
    /// An open incident was told nothing of for [`SILENT_AFTER`].
    Silent {
        /// The incident.
        incident: IncidentId,
        /// The last thing that was said.
        since: Timestamp,
    },
    /// A person set a component to be down, and no open incident tells why.
    DownWithoutIncident {
        /// The component.
        component: ComponentId,
        /// What it was set to.
        status: ComponentStatus,
        /// Since when.
        since: Timestamp,
    },
    /// A check measures that a component is down, and no open incident tells why.
    MeasuredWithoutIncident {
        /// The component.
        component: ComponentId,
        /// What the check says of it.
        status: ComponentStatus,
        /// Since when.
        since: Timestamp,
    },
    /// Work goes on past its announced end.
    Overrun {
        /// The window.
        maintenance: MaintenanceId,
        /// The announced end.
        ended_at: Timestamp,
    },
    /// Work goes on past the time at which it was to be taken back.
    PastAbort {
        /// The window.
        maintenance: MaintenanceId,
        /// The time at which it was to be taken back.
        abort_at: Timestamp,
    },
    /// A promise was not kept by its day.
    PromiseOverdue {
        /// Where it was made.
        promised_in: PromisedIn,
        /// Its place among the action items.
        place: usize,
    },
}

/// What was forgotten on one page, most urgent kind first.
#[must_use]
pub fn lint(held: &Held<'_>, now: Timestamp) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(held.incidents.iter().filter_map(|incident| unheard(incident, now)));
    findings.extend(down_without_incident(held, now));
    findings.extend(held.maintenance.iter().filter_map(|window| past_abort(window, now)));
    findings.extend(held.maintenance.iter().filter_map(|window| overrun(window, now)));
    findings.extend(overdue_promises(held, now));
    findings
}

/// An open, public incident of which readers should have heard by now.
fn unheard(incident: &Incident, now: Timestamp) -> Option<Finding> {
    if !incident.is_open() || !incident.publication.is_public() {
        return None;
    }
    let last = incident.updates.last();
    if let Some(due_at) = last.and_then(|update| update.next_update_due_at) {
        let finding = Finding::UpdateOverdue { incident: incident.id, due_at };
        return (due_at < now).then_some(finding);
    }
    let since = incident.updates.iter().map(|update| update.posted_at).max();
    let since = since.unwrap_or(incident.created_at);
    let is_silent = now.duration_since(since) >= SILENT_AFTER;
    is_silent.then_some(Finding::Silent { incident: incident.id, since })
}

fn down_without_incident(held: &Held<'_>, now: Timestamp) -> Vec<Finding> {
    let forest = Forest::grown_from(held.components);
    let told: BTreeSet<ComponentId> = held
        .incidents
        .iter()
        .filter(|incident| incident.is_open() && incident.publication.is_public())
        .flat_map(|incident| incident.impact_intervals(&forest, held.zone, now))
        .filter(|interval| interval.until.is_none())
        .flat_map(|interval| {
            std::iter::once(interval.component_id).chain(forest.above(interval.component_id))
        })
        .collect();
    let in_use = tree::in_use(held.components);
    let is_unsaid =
        |id: ComponentId| !told.contains(&id) && in_use.iter().any(|component| component.id == id);
    let mut last: BTreeMap<ComponentId, &StatusSetting> = BTreeMap::new();
    for setting in held.settings {
        last.insert(setting.component_id, setting);
    }
    last.retain(|_, setting| setting.holds_at(now));
    let overruled = |id: ComponentId| {
        let mut line = std::iter::once(id).chain(forest.above(id));
        line.any(|id| last.get(&id).is_some_and(|setting| setting.overrules.is_some()))
    };
    let measured: Vec<_> = measured(held.outages)
        .into_iter()
        .filter(|(id, _)| is_unsaid(*id) && !overruled(*id))
        .collect();
    last.retain(|id, setting| is_down(setting.status) && is_unsaid(*id));
    let measured = measured.into_iter().filter(|(id, _)| !last.contains_key(id));
    let measured = measured.map(|(component, (status, since))| Finding::MeasuredWithoutIncident {
        component,
        status,
        since,
    });
    let set = last.values().map(|setting| Finding::DownWithoutIncident {
        component: setting.component_id,
        status: setting.status,
        since: setting.set_at,
    });
    set.chain(measured).collect()
}

fn is_down(status: ComponentStatus) -> bool {
    status > ComponentStatus::UnderMaintenance
}

/// The worst that checks say of each component, and since when any of them says something.
fn measured(outages: &[Outage]) -> BTreeMap<ComponentId, (ComponentStatus, Timestamp)> {
    let mut measured = BTreeMap::new();
    for outage in outages {
        for change in outage.statuses.iter().filter(|change| is_down(change.status)) {
            let said = (change.status, outage.began_at);
            let (status, since) = measured.entry(change.component_id).or_insert(said);
            (*status, *since) = (change.status.max(*status), outage.began_at.min(*since));
        }
    }
    measured
}

fn overrun(window: &Maintenance, now: Timestamp) -> Option<Finding> {
    let ended_at = window.window.ends_at.filter(|_| window.is_overrun(now))?;
    Some(Finding::Overrun { maintenance: window.id, ended_at })
}

fn past_abort(window: &Maintenance, now: Timestamp) -> Option<Finding> {
    let abort_at = window.abort_at.filter(|_| window.is_past_abort(now))?;
    Some(Finding::PastAbort { maintenance: window.id, abort_at })
}

fn overdue_promises(held: &Held<'_>, now: Timestamp) -> Vec<Finding> {
    let today = now.to_zoned(held.zone.clone()).date();
    let of = |record: &OutageRecord, promised_in| {
        let actions = record.actions.iter().enumerate();
        let late = actions.filter(|(_, action)| action.is_overdue(today));
        late.map(|(place, _)| Finding::PromiseOverdue { promised_in, place }).collect::<Vec<_>>()
    };
    let incidents = held.incidents.iter().filter(|incident| incident.publication.is_public());
    let windows = held.maintenance.iter().filter(|window| window.publication.is_public());
    incidents
        .flat_map(|incident| of(&incident.record, PromisedIn::Incident(incident.id)))
        .chain(windows.flat_map(|window| of(&window.record, PromisedIn::Maintenance(window.id))))
        .collect()
}

#[cfg(test)]
mod tests;
