//! History: every record by the day on which it began, and downtime by month.

use std::cmp::Reverse;

use allclear_domain::record::Source;
use allclear_domain::times::Bound;
use allclear_domain::uptime::{self, Segment, StatusInterval};
use allclear_domain::{Announcement, ComponentStatus, MaintenanceStatus};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::Model;

/// A record, by its place in the snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RecordRef {
    Incident(usize),
    Maintenance(usize),
    Announcement(usize),
}

/// A record and the day on which it began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dated {
    pub(crate) day: Date,
    pub(crate) at: Option<Timestamp>,
    pub(crate) record: RecordRef,
}

/// Every record, latest first, and those without a date.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) dated: Vec<Dated>,
    pub(crate) undated: Vec<RecordRef>,
}

/// What one month holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MonthSum {
    pub(crate) year: i16,
    pub(crate) month: i8,
    pub(crate) incidents: usize,
    pub(crate) maintenance: usize,
    pub(crate) announcements: usize,
    /// Seconds with a partial or major outage of at least one component.
    pub(crate) down_seconds: i64,
}

impl History {
    /// The records that began on days from `first` to `last`, latest first.
    pub(crate) fn between(&self, first: Date, last: Date) -> &[Dated] {
        let from = self.dated.partition_point(|dated| dated.day > last);
        let until = self.dated.partition_point(|dated| dated.day >= first);
        self.dated.get(from..until).unwrap_or(&[])
    }
}

impl Model {
    pub(crate) fn history(&self) -> &History {
        self.history.get_or_init(|| {
            let mut history = History::default();
            for record in self.past_records() {
                match self.day_of(record) {
                    Some(day) => {
                        history.dated.push(Dated { day, at: self.begun(record).instant(), record });
                    }
                    None => history.undated.push(record),
                }
            }
            let key = |dated: &Dated| Reverse((dated.day, dated.at, dated.record));
            history.dated.sort_by_key(key);
            history
        })
    }

    /// The latest records, without deriving all of history.
    pub(crate) fn latest(&self, count: usize) -> Vec<Dated> {
        let mut dated: Vec<(Reverse<i64>, RecordRef)> = self
            .past_records()
            .filter_map(|record| Some((Reverse(self.rough_second(record)?), record)))
            .collect();
        let spare = count * 4;
        if dated.len() > spare {
            dated.select_nth_unstable(spare);
            dated.truncate(spare);
        }
        let mut latest: Vec<Dated> = dated
            .into_iter()
            .filter_map(|(_, record)| {
                Some(Dated { day: self.day_of(record)?, at: self.begun(record).instant(), record })
            })
            .collect();
        latest.sort_by_key(|dated| Reverse((dated.day, dated.at, dated.record)));
        latest.truncate(count);
        latest
    }

    /// The records of some days, latest first, without deriving all of history.
    pub(crate) fn recent(&self, first: Date, last: Date) -> Vec<Dated> {
        let from = self.start_of(first).unwrap_or(self.now).as_second() - 2 * 86_400;
        let mut recent: Vec<Dated> = self
            .past_records()
            .filter(|record| self.rough_second(*record).is_some_and(|at| at >= from))
            .filter_map(|record| {
                Some(Dated { day: self.day_of(record)?, at: self.begun(record).instant(), record })
            })
            .filter(|dated| (first..=last).contains(&dated.day))
            .collect();
        recent.sort_by_key(|dated| Reverse((dated.day, dated.at, dated.record)));
        recent
    }

    /// Everything that has begun, or was called off.
    fn past_records(&self) -> impl Iterator<Item = RecordRef> {
        let incidents = (0..self.snapshot.incidents.len()).map(RecordRef::Incident);
        let windows = self.snapshot.maintenance.iter().enumerate();
        let windows = windows
            .filter(|(_, window)| window.state.status() != MaintenanceStatus::Scheduled)
            .map(|(place, _)| RecordRef::Maintenance(place));
        let notices = self.snapshot.announcements.iter().enumerate();
        let notices = notices
            .filter(|(_, notice)| self.is_told(notice))
            .map(|(place, _)| RecordRef::Announcement(place));
        incidents.chain(windows).chain(notices)
    }

    /// Whether an announcement's time has come.
    pub(crate) fn is_told(&self, notice: &Announcement) -> bool {
        notice.shown_at.instant().is_none_or(|at| at <= self.now)
    }

    /// When a record began.
    pub(crate) fn begun(&self, record: RecordRef) -> Bound {
        match record {
            RecordRef::Incident(place) => self.incident_at(place).map_or(Bound::Unknown, |i| {
                known(i.started).or(i.ended().and_then(known)).unwrap_or(Bound::Unknown)
            }),
            RecordRef::Maintenance(place) => {
                self.window_at(place).map_or(Bound::Unknown, |window| {
                    let ended = || window.ended().and_then(known);
                    known(window.started()).or_else(ended).unwrap_or(Bound::Unknown)
                })
            }
            RecordRef::Announcement(place) => {
                let notice = self.snapshot.announcements.get(place);
                notice.map_or(Bound::Unknown, |notice| notice.shown_at.bound())
            }
        }
    }

    /// The day on which a record began, in the page's zone; `None` where nobody knows.
    pub(crate) fn day_of(&self, record: RecordRef) -> Option<Date> {
        self.begun(record).day(&self.zone)
    }

    /// When a record began, to within a day: cheap, for choosing.
    fn rough_second(&self, record: RecordRef) -> Option<i64> {
        match self.begun(record) {
            Bound::At { at, .. } => Some(at.as_second()),
            Bound::On { on } => {
                let epoch = jiff::civil::date(1970, 1, 1);
                let days = on.since(epoch).ok()?.get_days();
                Some(i64::from(days) * 86_400 + 43_200)
            }
            Bound::Unknown => None,
        }
    }

    /// Every stretch on record that was not operational, for each line without its parts.
    pub(crate) fn all_segments(&self) -> &[Vec<Segment>] {
        self.all_segments.get_or_init(|| {
            let mut intervals: Vec<Vec<StatusInterval>> = vec![Vec::new(); self.lines.len()];
            let mut add = |some: Vec<StatusInterval>| {
                for interval in some {
                    let index = self.forest.place(interval.component_id);
                    if let Some(line) = index.and_then(|index| intervals.get_mut(index)) {
                        line.push(interval);
                    }
                }
            };
            for incident in &self.snapshot.incidents {
                add(self.incident_impact(incident));
            }
            for window in &self.snapshot.maintenance {
                add(self.maintenance_impact(window));
            }
            add(self.setting_intervals());
            add(self.measured_intervals());
            let lines = self.lines.iter().zip(&intervals);
            lines.map(|(line, all)| uptime::merge(&line.while_in_use(all), self.now)).collect()
        })
    }

    /// Months with records, latest first.
    pub(crate) fn months(&self) -> Vec<MonthSum> {
        let mut months: Vec<MonthSum> = Vec::new();
        for dated in &self.history().dated {
            let (year, month) = (dated.day.year(), dated.day.month());
            if months.last().is_none_or(|m| (m.year, m.month) != (year, month)) {
                months.push(MonthSum {
                    year,
                    month,
                    incidents: 0,
                    maintenance: 0,
                    announcements: 0,
                    down_seconds: 0,
                });
            }
            if let Some(sum) = months.last_mut() {
                match dated.record {
                    RecordRef::Incident(_) => sum.incidents += 1,
                    RecordRef::Maintenance(_) => sum.maintenance += 1,
                    RecordRef::Announcement(_) => sum.announcements += 1,
                }
            }
        }
        let down = self.down_of_any();
        for sum in &mut months {
            if let Some((from, until)) = self.month_bounds(sum.year, sum.month) {
                sum.down_seconds = seconds_within(&down, from, until);
            }
        }
        months
    }

    /// Stretches in which at least one component was down.
    fn down_of_any(&self) -> Vec<Segment> {
        let intervals: Vec<StatusInterval> = self
            .lines
            .iter()
            .zip(self.all_segments())
            .flat_map(|(line, segments)| {
                segments.iter().filter(|s| is_down(s.status)).map(|s| StatusInterval {
                    component_id: line.id,
                    status: ComponentStatus::MajorOutage,
                    from: s.from,
                    until: Some(s.until),
                })
            })
            .collect();
        uptime::merge(&intervals, self.now)
    }

    /// First instant of a month in the page's zone, and first instant after it.
    pub(crate) fn month_bounds(&self, year: i16, month: i8) -> Option<(Timestamp, Timestamp)> {
        let first = Date::new(year, month, 1).ok()?;
        let next = first.checked_add(1.month()).ok()?;
        Some((self.start_of(first)?, self.start_of(next)?))
    }

    /// Seconds in which a line was down within a stretch.
    pub(crate) fn down_seconds(&self, index: usize, from: Timestamp, until: Timestamp) -> i64 {
        let segments = self.all_segments().get(index);
        segments.map_or(0, |segments| {
            let down = segments.iter().filter(|s| is_down(s.status));
            down.map(|s| overlap(s, from, until)).sum()
        })
    }

    /// The source of a record.
    pub(crate) fn source_of(&self, record: RecordRef) -> Option<&Source> {
        match record {
            RecordRef::Incident(place) => self.incident_at(place)?.source.as_ref(),
            RecordRef::Maintenance(place) => self.window_at(place)?.source.as_ref(),
            RecordRef::Announcement(place) => {
                self.snapshot.announcements.get(place)?.source.as_ref()
            }
        }
    }
}

/// Whether a status counts as downtime in history.
pub(crate) fn is_down(status: ComponentStatus) -> bool {
    status >= ComponentStatus::PartialOutage
}

fn known(bound: Bound) -> Option<Bound> {
    (bound != Bound::Unknown).then_some(bound)
}

fn overlap(segment: &Segment, from: Timestamp, until: Timestamp) -> i64 {
    let begins = segment.from.max(from);
    segment.until.min(until).duration_since(begins).as_secs().max(0)
}

fn seconds_within(segments: &[Segment], from: Timestamp, until: Timestamp) -> i64 {
    let first = segments.partition_point(|segment| segment.until <= from);
    segments
        .iter()
        .skip(first)
        .take_while(|segment| segment.from < until)
        .map(|segment| overlap(segment, from, until))
        .sum()
}
