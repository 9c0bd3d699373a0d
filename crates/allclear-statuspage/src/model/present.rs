//! How things stand now: the sentence at the top, and what stands below it.

use allclear_domain::action::{ActionItem, Due};
use allclear_domain::incident::IncidentKind;
use allclear_domain::record::Target;
use allclear_domain::{ComponentStatus, Incident, Maintenance, MaintenanceStatus};
use jiff::Timestamp;

use super::bars::is_active;
use super::{Line, Model, RecordRef};

/// What the sentence at the top says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hero {
    /// Everything works.
    Good,
    /// The page has no components, and nothing is open.
    Quiet,
    /// One component, or one group as a whole, is affected.
    One(usize),
    /// Some components are affected.
    Some { affected: usize, total: usize },
    /// All components have the same bad status.
    All(ComponentStatus),
    /// Incidents are open, but no component is affected.
    Incidents(usize),
    /// Something was taken down on purpose.
    Shutdown,
    /// One component is under maintenance.
    MaintenanceOne(usize),
    /// Maintenance is under way.
    Maintenance,
}

/// A promise that is not kept yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promise {
    pub(crate) record: RecordRef,
    /// Its place among the record's actions.
    pub(crate) action: usize,
}

/// How things stand. The numbers are places in the snapshot.
#[derive(Debug)]
pub(crate) struct Present {
    pub(crate) status: ComponentStatus,
    pub(crate) hero: Hero,
    pub(crate) since: Option<Timestamp>,
    /// Worst first, then latest first.
    pub(crate) open_incidents: Vec<usize>,
    pub(crate) under_way: Vec<usize>,
    /// Earliest first, those without a date last.
    pub(crate) scheduled: Vec<usize>,
    pub(crate) announcements: Vec<usize>,
    /// Of records that are over: due first.
    pub(crate) promises: Vec<Promise>,
}

impl Default for Present {
    fn default() -> Self {
        Self {
            status: ComponentStatus::Operational,
            hero: Hero::Good,
            since: None,
            open_incidents: Vec::new(),
            under_way: Vec::new(),
            scheduled: Vec::new(),
            announcements: Vec::new(),
            promises: Vec::new(),
        }
    }
}

impl Model {
    pub(super) fn find_present(&self) -> Present {
        let open_incidents = self.open_incidents();
        let under_way = places(&self.snapshot.maintenance, Maintenance::is_under_way);
        let mut scheduled = places(&self.snapshot.maintenance, |w| {
            w.state.status() == MaintenanceStatus::Scheduled
        });
        scheduled.sort_by_key(|place| {
            let starts_at = self.window_at(*place).and_then(|w| w.window.starts_at);
            starts_at.unwrap_or(Timestamp::MAX)
        });
        let worst = self.worst_of(&open_incidents);
        let (hero, since) = self.hero(&open_incidents, &under_way);
        let mut announcements = places(&self.snapshot.announcements, |a| a.is_present(self.now));
        announcements.reverse();
        Present {
            status: worst,
            hero,
            since,
            open_incidents,
            under_way,
            scheduled,
            announcements,
            promises: self.promises(),
        }
    }

    pub(crate) fn incident_at(&self, place: usize) -> Option<&Incident> {
        self.snapshot.incidents.get(place).map(AsRef::as_ref)
    }

    pub(crate) fn window_at(&self, place: usize) -> Option<&Maintenance> {
        self.snapshot.maintenance.get(place).map(AsRef::as_ref)
    }

    fn open_incidents(&self) -> Vec<usize> {
        let mut open = places(&self.snapshot.incidents, Incident::is_open);
        open.sort_by_cached_key(|place| {
            let incident = self.incident_at(*place);
            let started = incident.and_then(|incident| incident.started.instant());
            let worst = incident.map(|incident| self.status_now(incident));
            std::cmp::Reverse((worst, started))
        });
        open
    }

    fn worst_of(&self, open_incidents: &[usize]) -> ComponentStatus {
        let components = self.lines.iter().map(|line| line.status);
        let incidents = open_incidents
            .iter()
            .filter_map(|place| self.incident_at(*place))
            .filter(|incident| !self.shows_component_of(incident))
            .map(|incident| self.status_now(incident));
        components.chain(incidents).max().unwrap_or(ComponentStatus::Operational)
    }

    /// Whether the components themselves say how bad an incident is.
    fn shows_component_of(&self, incident: &Incident) -> bool {
        self.incident_impact(incident)
            .iter()
            .any(|interval| self.forest.place(interval.component_id).is_some())
    }

    /// The worst status that an open incident gives anything now. Words, and "all" of a page without
    /// components, keep the status of the start: no update can change it.
    pub(crate) fn status_now(&self, incident: &Incident) -> ComponentStatus {
        let affected = &incident.record.affected;
        let changes = incident.updates.iter().flat_map(|update| &update.changes);
        if affected.is_empty() && changes.count() == 0 {
            return incident.worst_status();
        }
        let has_components = self.forest.of_page(incident.page_id).next().is_some();
        let unchanging = affected.iter().filter(|affected| match affected.target {
            Target::All => !has_components,
            Target::Words(_) => true,
            Target::Component(_) => false,
        });
        let impact = match incident.started.instant() {
            Some(_) => self.incident_impact(incident),
            None => self.unmeasured_impact(incident),
        };
        let present = impact.iter().filter(|interval| is_active(interval, self.now));
        let statuses = unchanging.map(|affected| affected.status);
        let worst = statuses.chain(present.map(|interval| interval.status)).max();
        worst.unwrap_or(ComponentStatus::Operational)
    }

    fn hero(&self, open: &[usize], under_way: &[usize]) -> (Hero, Option<Timestamp>) {
        let incidents: Vec<&Incident> = open.iter().filter_map(|i| self.incident_at(*i)).collect();
        let started = incidents.iter().filter_map(|i| i.started.instant()).min();
        let shutdown =
            incidents.iter().find(|incident| incident.kind == IncidentKind::DeliberateShutdown);
        if let (Some(shutdown), 1) = (shutdown, incidents.len()) {
            return (Hero::Shutdown, shutdown.started.instant());
        }
        let affected = |line: &Line| line.own > ComponentStatus::UnderMaintenance;
        let topmost = self.topmost(affected);
        if let [one] = topmost.as_slice() {
            let end = self.lines.get(*one).map_or(0, |line| line.end.max(one + 1));
            let told = self.lines.get(*one..end).unwrap_or(&[]);
            return (Hero::One(*one), since_of_worst(told));
        }
        let since = since_of_worst(&self.lines);
        let leaves = || self.lines.iter().filter(|line| !line.is_group && !line.is_retired());
        let total = leaves().count();
        let bad = leaves().filter(|line| line.is_affected()).count();
        if bad == 0 {
            return self.hero_without_components(incidents.len(), started, under_way);
        }
        let first = leaves().next().map(|line| line.status);
        match first.filter(|first| bad == total && leaves().all(|l| l.status == *first)) {
            Some(status) => (Hero::All(status), since),
            None => (Hero::Some { affected: bad, total }, since),
        }
    }

    fn hero_without_components(
        &self,
        incidents: usize,
        started: Option<Timestamp>,
        under_way: &[usize],
    ) -> (Hero, Option<Timestamp>) {
        if incidents > 0 {
            return (Hero::Incidents(incidents), started);
        }
        let maintained = self.topmost(|line| line.own == ComponentStatus::UnderMaintenance);
        if maintained.is_empty() && under_way.is_empty() {
            let is_empty = self.lines.iter().all(Line::is_retired);
            return (if is_empty { Hero::Quiet } else { Hero::Good }, None);
        }
        let windows = under_way.iter().filter_map(|place| self.window_at(*place));
        let since = windows.filter_map(|w| w.started().instant()).min();
        match maintained.as_slice() {
            [one] => {
                let line = self.lines.get(*one).and_then(|line| line.since);
                (Hero::MaintenanceOne(*one), line.or(since))
            }
            _ => (Hero::Maintenance, since),
        }
    }

    /// The lines for which something holds, without those whose group it holds for already.
    fn topmost(&self, holds: impl Fn(&Line) -> bool) -> Vec<usize> {
        let mut topmost = Vec::new();
        let mut index = 0;
        while let Some(line) = self.lines.get(index) {
            if holds(line) {
                topmost.push(index);
                index = line.end.max(index + 1);
            } else {
                index += 1;
            }
        }
        topmost
    }

    fn promises(&self) -> Vec<Promise> {
        let mut promises = Vec::new();
        let mut add = |record: RecordRef, actions: &[ActionItem]| {
            let open = actions.iter().enumerate().filter(|(_, a)| a.is_promise());
            promises.extend(open.map(|(action, _)| Promise { record, action }));
        };
        for (place, incident) in self.snapshot.incidents.iter().enumerate() {
            if !incident.is_open() {
                add(RecordRef::Incident(place), &incident.record.actions);
            }
        }
        for (place, window) in self.snapshot.maintenance.iter().enumerate() {
            if window.ended().is_some() {
                add(RecordRef::Maintenance(place), &window.record.actions);
            }
        }
        promises.sort_by_cached_key(|promise| {
            let due = self.action_of(*promise).and_then(|action| action.due);
            let last_day = due.map(Due::last_day);
            let day = self.day_of(promise.record);
            (last_day.is_none(), last_day, std::cmp::Reverse(day))
        });
        promises
    }

    pub(crate) fn action_of(&self, promise: Promise) -> Option<&ActionItem> {
        let record = match promise.record {
            RecordRef::Incident(place) => &self.incident_at(place)?.record,
            RecordRef::Maintenance(place) => &self.window_at(place)?.record,
            RecordRef::Announcement(_) => return None,
        };
        record.actions.get(promise.action)
    }
}

/// Since when the worst status among lines holds for one of them. Where nobody knows that of one
/// of them, it is not told: it may have been the first.
fn since_of_worst(lines: &[Line]) -> Option<Timestamp> {
    let worst = lines.iter().map(|line| line.own).max()?;
    let told = lines.iter().filter(|line| line.own == worst);
    told.map(|line| line.since).min().flatten()
}

fn places<T>(all: &[std::sync::Arc<T>], holds: impl Fn(&T) -> bool) -> Vec<usize> {
    all.iter().enumerate().filter(|(_, one)| holds(one)).map(|(place, _)| place).collect()
}
