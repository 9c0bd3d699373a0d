//! The drawn days: what each was like, from when there is data, and the uptime over them.

use std::collections::{BTreeMap, HashMap};

use allclear_domain::ComponentStatus;
use allclear_domain::ids::{ComponentId, StatusPageId};
use allclear_domain::record::Target;
use allclear_domain::tree;
use allclear_domain::uptime::{self, DayTally, Segment, StatusInterval};
use jiff::Timestamp;

use super::{Line, Model};

/// What a record says the beginning of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Begun {
    Component(ComponentId),
    /// Every component that belongs to a page.
    AllOf(StatusPageId),
}

/// What a drawn day is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Day {
    NoData,
    Worst(ComponentStatus),
}

/// A run of equal days: the first, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: usize,
    pub(crate) len: usize,
    pub(crate) day: Day,
}

impl Line {
    /// What a drawn day is like.
    pub(crate) fn day(&self, index: usize) -> Day {
        if index < self.days_without_data {
            return Day::NoData;
        }
        let worst = self.days.get(index).and_then(|day| day.worst);
        Day::Worst(worst.unwrap_or(ComponentStatus::Operational))
    }
}

/// The runs of days that are not operational, in order.
pub(crate) fn spans_of(line: &Line, days: usize) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    if line.days_without_data > 0 {
        spans.push(Span { first: 0, len: line.days_without_data.min(days), day: Day::NoData });
    }
    if line.days.is_empty() {
        return spans;
    }
    for index in line.days_without_data..days {
        let day = line.day(index);
        if day == Day::Worst(ComponentStatus::Operational) {
            continue;
        }
        match spans.last_mut() {
            Some(last) if last.day == day && last.first + last.len == index => last.len += 1,
            _ => spans.push(Span { first: index, len: 1, day }),
        }
    }
    spans
}

impl Model {
    /// Fills in the lines: intervals, statuses, tallies, uptime.
    pub(super) fn count_days(&mut self) {
        let intervals = self.window_intervals();
        let begins = self.begins();
        let policy = self.page().uptime;
        let (start, now) = (self.window_start(), self.now);
        for (index, line) in self.lines.iter_mut().enumerate() {
            line.begins_at = begins.get(index).copied().unwrap_or(now).min(now);
            let ends = self.bounds.iter().skip(1);
            line.days_without_data = ends.take_while(|end| **end <= line.begins_at).count();
            let from = start.max(line.begins_at);
            if let Some(intervals) = intervals.get(&line.id) {
                let intervals = &line.while_in_use(intervals);
                line.segments = uptime::merge(intervals, now);
                line.days = uptime::tally_days(&line.segments, &self.bounds);
                let active = intervals.iter().filter(|i| is_active(i, now));
                line.own = active.map(|i| i.status).max().unwrap_or(ComponentStatus::Operational);
                line.since = present_run(line, intervals, now);
            }
            line.uptime = uptime::uptime(&line.segments, from, line.counts_until(now), policy);
        }
        self.add_unmeasured();
        self.roll_up();
    }

    /// Open incidents without a known start count in no day, but they hold now.
    fn add_unmeasured(&mut self) {
        let unmeasured: Vec<StatusInterval> = self
            .snapshot
            .incidents
            .iter()
            .filter(|incident| incident.is_open() && incident.started.instant().is_none())
            .flat_map(|incident| self.unmeasured_impact(incident))
            .filter(|interval| is_active(interval, self.now))
            .collect();
        for interval in unmeasured {
            let index = self.forest.place(interval.component_id);
            let line = index.and_then(|index| self.lines.get_mut(index));
            if let Some(line) =
                line.filter(|line| interval.status >= line.own && !line.is_retired())
            {
                line.own = interval.status;
                line.since = None;
            }
        }
    }

    fn roll_up(&mut self) {
        let own: BTreeMap<ComponentId, ComponentStatus> =
            self.lines.iter().map(|line| (line.id, line.own)).collect();
        let tree: Vec<tree::TreeLine<'_>> = self
            .lines
            .iter()
            .filter_map(|line| {
                Some(tree::TreeLine {
                    component: self.snapshot.components.get(line.component)?,
                    depth: line.depth,
                    is_group: line.is_group,
                })
            })
            .collect();
        let statuses = tree::roll_up(&tree, &own);
        for (line, status) in self.lines.iter_mut().zip(statuses) {
            line.status = status;
        }
        for index in 0..self.lines.len() {
            let Some(line) = self.lines.get(index) else {
                break;
            };
            if line.is_group || line.is_retired() {
                continue;
            }
            let affected = usize::from(line.is_affected());
            let mut above = line.parent;
            while let Some(group) = above.and_then(|above| self.lines.get_mut(above)) {
                group.leaves += 1;
                group.leaves_affected += affected;
                above = group.parent;
            }
        }
    }

    /// The intervals that reach into the drawn days, by component.
    fn window_intervals(&self) -> HashMap<ComponentId, Vec<StatusInterval>> {
        let start = self.window_start();
        let mut by_component: HashMap<ComponentId, Vec<StatusInterval>> = HashMap::new();
        let mut add = |intervals: Vec<StatusInterval>| {
            for interval in intervals {
                if interval.until.is_none_or(|until| until >= start) {
                    by_component.entry(interval.component_id).or_default().push(interval);
                }
            }
        };
        for incident in &self.snapshot.incidents {
            if self.reaches_window(incident) {
                add(self.incident_impact(incident));
            }
        }
        for window in &self.snapshot.maintenance {
            if self.window_reaches(window) {
                add(self.maintenance_impact(window));
            }
        }
        add(self.setting_intervals());
        add(self.measured_intervals());
        by_component
    }

    /// When each component begins: at its start date, else at the earliest record that affects it,
    /// else when it was made known.
    fn begins(&self) -> Vec<Timestamp> {
        let mut earliest: HashMap<Begun, Timestamp> = HashMap::new();
        for incident in &self.snapshot.incidents {
            if let Some(at) = incident.started.earliest(&self.zone) {
                let changes = incident.updates.iter().flat_map(|update| &update.changes);
                let changed = changes.map(|change| change.component_id);
                let affected = &incident.record.affected;
                self.note_begin(&mut earliest, incident.page_id, affected, changed, at);
            }
        }
        for window in &self.snapshot.maintenance {
            let is_told = window.is_under_way() || window.ended().is_some();
            if let Some(at) = window.started().earliest(&self.zone).filter(|_| is_told) {
                let none = std::iter::empty();
                let affected = &window.record.affected;
                self.note_begin(&mut earliest, window.page_id, affected, none, at);
            }
        }
        let known = |key: Begun| earliest.get(&key).copied();
        let mut begins: Vec<Timestamp> = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            let component = self.snapshot.components.get(line.component);
            let start_date = component.and_then(|component| component.start_date);
            let stated = start_date.and_then(|day| self.start_of(day));
            let mut own = known(Begun::Component(line.id)).unwrap_or(self.now);
            let mut above = line.parent;
            while let Some(group) = above.and_then(|above| self.lines.get(above)) {
                own = own.min(known(Begun::Component(group.id)).unwrap_or(own));
                above = group.parent;
            }
            let all = component.and_then(|component| known(Begun::AllOf(component.page_id)));
            let recorded = own.min(all.unwrap_or(own));
            begins.push(stated.unwrap_or(line.begins_at.min(recorded)));
        }
        self.begin_groups(&mut begins);
        begins
    }

    fn note_begin(
        &self,
        earliest: &mut HashMap<Begun, Timestamp>,
        page: StatusPageId,
        affected: &[allclear_domain::record::Affected],
        changed: impl Iterator<Item = ComponentId>,
        at: Timestamp,
    ) {
        let mut note = |id: Begun| {
            let known = earliest.entry(id).or_insert(at);
            *known = (*known).min(at);
        };
        for entry in affected {
            match &entry.target {
                Target::All => note(Begun::AllOf(page)),
                Target::Component(id) if self.forest.place(*id).is_some() => {
                    note(Begun::Component(*id));
                }
                Target::Component(_) | Target::Words(_) => {}
            }
        }
        changed.for_each(|id| note(Begun::Component(id)));
    }

    /// A group begins with the first of its parts.
    fn begin_groups(&self, begins: &mut [Timestamp]) {
        for index in (0..self.lines.len()).rev() {
            let parent = self.lines.get(index).and_then(|line| line.parent);
            let own = begins.get(index).copied();
            if let (Some(own), Some(above)) = (own, parent.and_then(|p| begins.get_mut(p))) {
                *above = (*above).min(own);
            }
        }
    }

    /// The tallies of a line over the drawn days from segments of itself and its parts: at each
    /// instant the worst of them counts.
    pub(crate) fn days_of(&self, id: ComponentId, segments: &[Segment]) -> Vec<DayTally> {
        let intervals: Vec<StatusInterval> = segments
            .iter()
            .map(|segment| StatusInterval {
                component_id: id,
                status: segment.status,
                from: segment.from,
                until: Some(segment.until),
            })
            .collect();
        let merged = uptime::merge(&intervals, self.now);
        if merged.is_empty() {
            return Vec::new();
        }
        uptime::tally_days(&merged, &self.bounds)
    }
}

pub(super) fn is_active(interval: &StatusInterval, now: Timestamp) -> bool {
    interval.from <= now && interval.until.is_none_or(|until| until > now)
}

/// Since when a line has the status that it has now: the start of the stretch that reaches `now`.
fn present_run(line: &Line, intervals: &[StatusInterval], now: Timestamp) -> Option<Timestamp> {
    if line.own == ComponentStatus::Operational {
        return None;
    }
    let mut runs = line.segments.iter().filter(|s| s.from < s.until && s.until == now);
    if let Some(run) = runs.find(|run| run.status == line.own) {
        return Some(run.from);
    }
    // It began at this instant, so that no stretch has any length yet.
    let active = intervals.iter().filter(|i| i.status == line.own && is_active(i, now));
    active.map(|i| i.from).max()
}
