//! Uptime: from intervals to days and shares.
//!
//! Intervals of one component may overlap; at each instant the worst counts. Maintenance ranks
//! below every unplanned status, so it never hides an outage.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::component::ComponentStatus;
use crate::ids::ComponentId;
use crate::limits::DAY_MARKS_MAX;
use crate::posted::StatusChange;
use crate::status_page::{MaintenancePolicy, UptimePolicy};
use crate::times::first_instant;

/// A stretch of time in which something gave a component a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusInterval {
    /// The component.
    pub component_id: ComponentId,
    /// Its status.
    pub status: ComponentStatus,
    /// First instant.
    pub from: Timestamp,
    /// First instant after it; `None` while it goes on. Equal to `from` where the length is not known.
    pub until: Option<Timestamp>,
}

/// Follows the changes of updates from the opening statuses to the end.
#[must_use]
pub(crate) fn follow(
    started_at: Timestamp,
    until: Option<Timestamp>,
    opening: Vec<(ComponentId, ComponentStatus)>,
    mut changes: Vec<(Timestamp, Cow<'_, [StatusChange]>)>,
) -> Vec<StatusInterval> {
    let mut open: BTreeMap<ComponentId, (ComponentStatus, Timestamp)> =
        opening.into_iter().map(|(id, status)| (id, (status, started_at))).collect();
    changes.sort_by_key(|(at, _)| *at);
    let mut intervals = Vec::new();
    let mut close = |component_id, (status, from): (ComponentStatus, Timestamp), until| {
        if status != ComponentStatus::Operational {
            intervals.push(StatusInterval { component_id, status, from, until });
        }
    };
    for (at, changes) in changes {
        let at = at.max(started_at);
        if until.is_some_and(|until| at > until) {
            break;
        }
        for change in changes.iter() {
            let before = open.insert(change.component_id, (change.status, at));
            // What is replaced at once never held: without length it would mean one not known.
            if let Some(before) = before.filter(|(_, from)| *from < at) {
                close(change.component_id, before, Some(at));
            }
        }
    }
    for (component_id, last) in open {
        close(component_id, last, until);
    }
    intervals
}

/// Marks the days that intervals touch instead of counting their seconds: one interval of unknown
/// length for each day of `zone`. One that is open goes up to `now`.
#[must_use]
pub(crate) fn mark_days(
    intervals: &[StatusInterval],
    zone: &TimeZone,
    now: Timestamp,
) -> Vec<StatusInterval> {
    let mut marks = Vec::new();
    for interval in intervals {
        let until = interval.until.unwrap_or(now).max(interval.from);
        let last = until.to_zoned(zone.clone()).date();
        let first = interval.from.to_zoned(zone.clone()).date();
        let first = first.max(last.saturating_sub(DAY_MARKS_MAX.days()));
        for day in first.series(1.day()).take_while(|day| *day <= last) {
            let Some(begins) = first_instant(day, zone) else {
                continue;
            };
            let from = begins.max(interval.from);
            if from < until || until == interval.from {
                marks.push(StatusInterval { from, until: Some(from), ..*interval });
            }
        }
    }
    marks
}

/// Measured intervals without what lies inside of announced work on the same component: what stands
/// still then was told before.
#[must_use]
pub fn unannounced(measured: &[StatusInterval], work: &[StatusInterval]) -> Vec<StatusInterval> {
    let outside = |interval: &StatusInterval| {
        let here = work.iter().filter(|one| one.component_id == interval.component_id);
        let gaps = here.map(|one| (one.from, one.until.unwrap_or(Timestamp::MAX)));
        without(vec![*interval], gaps)
    };
    measured.iter().flat_map(outside).collect()
}

/// Takes stretches out of intervals; those without length stay.
#[must_use]
pub(crate) fn without(
    mut intervals: Vec<StatusInterval>,
    gaps: impl Iterator<Item = (Timestamp, Timestamp)>,
) -> Vec<StatusInterval> {
    for (begins, ends) in gaps.filter(|(begins, ends)| begins < ends) {
        let mut kept = Vec::with_capacity(intervals.len());
        for interval in intervals {
            let goes_past = |at: Timestamp| interval.until.is_none_or(|until| until > at);
            if interval.until == Some(interval.from) || !goes_past(begins) || interval.from >= ends
            {
                kept.push(interval);
                continue;
            }
            if interval.from < begins {
                kept.push(StatusInterval { until: Some(begins), ..interval });
            }
            if goes_past(ends) {
                kept.push(StatusInterval { from: ends, ..interval });
            }
        }
        intervals = kept;
    }
    intervals
}

/// A stretch of time with one status; stretches of one component do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The worst status that held.
    pub status: ComponentStatus,
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
}

/// Merges the intervals of one component up to `now`: at each instant the worst status counts.
/// Stretches without any interval are left out; intervals without length stay, as points.
#[must_use]
pub fn merge(intervals: &[StatusInterval], now: Timestamp) -> Vec<Segment> {
    let mut edges: Vec<(Timestamp, bool, usize)> = Vec::with_capacity(intervals.len() * 2);
    let mut points = Vec::new();
    for interval in intervals {
        let until = interval.until.unwrap_or(now).min(now);
        if interval.from < until {
            edges.push((interval.from, true, interval.status.index()));
            edges.push((until, false, interval.status.index()));
        } else if interval.until == Some(interval.from) && interval.from <= now {
            let (status, from) = (interval.status, interval.from);
            points.push(Segment { status, from, until: from });
        }
    }
    edges.sort_unstable();
    let mut active = [0_usize; ComponentStatus::ALL.len()];
    let mut segments: Vec<Segment> = Vec::new();
    let mut since: Option<Timestamp> = None;
    for (at, begins, index) in edges {
        if let Some(from) = since.filter(|from| *from < at) {
            let worst = (0..active.len()).rev().find(|i| active.get(*i).is_some_and(|n| *n > 0));
            if let Some(status) = worst.and_then(|i| ComponentStatus::ALL.get(i).copied()) {
                push_segment(&mut segments, Segment { status, from, until: at });
            }
        }
        if let Some(count) = active.get_mut(index) {
            *count = if begins { *count + 1 } else { count.saturating_sub(1) };
        }
        since = Some(at);
    }
    segments.extend(points);
    segments.sort_by_key(|segment| (segment.from, segment.until));
    segments
}

fn push_segment(segments: &mut Vec<Segment>, next: Segment) {
    match segments.last_mut() {
        Some(last) if last.status == next.status && last.until == next.from => {
            last.until = next.until;
        }
        _ => segments.push(next),
    }
}

/// What one day was like for one component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayTally {
    /// Seconds in each status, by [`ComponentStatus::index`]. Operational time is not counted here.
    pub seconds: [u32; ComponentStatus::ALL.len()],
    /// The worst status of the day, with those whose length is not known.
    pub worst: Option<ComponentStatus>,
}

/// Tallies segments into days. `bounds` are the instants at which the days begin, ascending, and
/// one more at which the last one ends; there is one tally for each day.
#[must_use]
pub fn tally_days(segments: &[Segment], bounds: &[Timestamp]) -> Vec<DayTally> {
    let mut days = vec![DayTally::default(); bounds.len().saturating_sub(1)];
    for segment in segments {
        let first = bounds.partition_point(|bound| *bound <= segment.from).saturating_sub(1);
        for (day, bounds) in days.iter_mut().zip(bounds.windows(2)).skip(first) {
            let [begins, ends] = bounds else { break };
            let is_point = segment.from == segment.until;
            let is_over = segment.until < *begins || (segment.until == *begins && !is_point);
            if is_over || segment.from >= *ends {
                break;
            }
            let seconds = segment.until.min(*ends).duration_since(segment.from.max(*begins));
            if let Some(sum) = day.seconds.get_mut(segment.status.index()) {
                *sum = sum.saturating_add(u32::try_from(seconds.as_secs()).unwrap_or(0));
            }
            day.worst = day.worst.max(Some(segment.status));
        }
    }
    days
}

/// Uptime of one component over a window, as a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uptime {
    /// Seconds that count.
    pub counted_seconds: i64,
    /// Seconds of weighted downtime, in thousandths.
    pub down_millis: i64,
}

impl Uptime {
    /// The share of counted time that was up, 0 to 1; `None` where nothing counts.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share is shown with four digits")]
    pub fn share(self) -> Option<f64> {
        (self.counted_seconds > 0).then(|| {
            let down = self.down_millis as f64 / 1000.0;
            (1.0 - down / self.counted_seconds as f64).clamp(0.0, 1.0)
        })
    }
}

/// Uptime over `[from, until)` by a page's policy.
#[must_use]
pub fn uptime(
    segments: &[Segment],
    from: Timestamp,
    until: Timestamp,
    policy: UptimePolicy,
) -> Uptime {
    let mut counted_seconds = until.duration_since(from).as_secs().max(0);
    let mut down_millis = 0;
    for segment in segments {
        let begins = segment.from.max(from);
        let seconds = segment.until.min(until).duration_since(begins).as_secs();
        if seconds <= 0 {
            continue;
        }
        let permille = match (segment.status, policy.maintenance) {
            (ComponentStatus::Operational, _)
            | (ComponentStatus::UnderMaintenance, MaintenancePolicy::CountsAsUp) => 0,
            (ComponentStatus::UnderMaintenance, MaintenancePolicy::LeftOut) => {
                counted_seconds -= seconds;
                0
            }
            (ComponentStatus::DegradedPerformance, _) => i64::from(policy.degraded_permille),
            (ComponentStatus::PartialOutage, _) => i64::from(policy.partial_permille),
            (ComponentStatus::UnderMaintenance, MaintenancePolicy::CountsAsDown)
            | (ComponentStatus::MajorOutage, _) => 1000,
        };
        down_millis += seconds * permille.min(1000);
    }
    Uptime { counted_seconds, down_millis }
}

#[cfg(test)]
mod tests;
