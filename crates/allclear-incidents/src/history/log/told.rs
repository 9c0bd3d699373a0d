//! The instants of updates.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::history::facts::FactsUpdate;

use super::dates::PrintedDate;
use super::moments::{self, Role};
use super::parts::Told;
use super::years;
use super::zones::{OwnZone, ZoneName, Zones};

/// A timeline that steps back by less than this is out of order, not a day further.
const OUT_OF_ORDER: SignedDuration = SignedDuration::from_hours(6);

/// What the times of an entry's updates are counted from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Anchor<'a> {
    /// The page's zone.
    pub(super) zones: &'a Zones,
    /// The entry's own zone.
    pub(super) own: &'a OwnZone,
    /// The entry's date.
    pub(super) date: Option<Date>,
    /// Its start, where printed.
    pub(super) start: Option<Timestamp>,
    /// The start is printed in the line of the date: times are the first such after it.
    pub(super) is_after_start: bool,
    /// The work was announced before it began.
    pub(super) is_maintenance: bool,
}

/// An update with its instant.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// When it was told, where date and zone are known.
    pub(super) at: Option<Timestamp>,
    /// Printed with "about".
    pub(super) is_approximate: bool,
    /// It is a line of a timeline.
    pub(super) is_timeline: bool,
    /// What it is the time of.
    pub(super) role: Role,
    /// As it goes into the record.
    pub(super) update: FactsUpdate,
}

/// Gives each update its instant.
pub(super) fn place(told: &[Told<'_>], anchor: &Anchor<'_>) -> Vec<Placed> {
    let is_reversed = !anchor.is_after_start && is_newest_first(told);
    let mut placed: Vec<(usize, Placed)> = Vec::with_capacity(told.len());
    let order: Vec<usize> =
        if is_reversed { (0..told.len()).rev().collect() } else { (0..told.len()).collect() };
    let mut bound = first_bound(anchor);
    for index in order {
        if let Some(update) = told.get(index) {
            placed.push((index, one(update, anchor, &mut bound)));
        }
    }
    placed.sort_by_key(|(index, _)| *index);
    let mut placed: Vec<Placed> = placed.into_iter().map(|(_, placed)| placed).collect();
    if anchor.is_maintenance {
        announced_before(told, anchor, &mut placed);
    }
    placed
}

/// Where the search for the first instant begins.
fn first_bound(anchor: &Anchor<'_>) -> Option<Timestamp> {
    let midnight = anchor.date.and_then(|date| {
        anchor.zones.instant(date.to_datetime(jiff::civil::Time::midnight()), None, anchor.own)
    });
    match (anchor.start, midnight) {
        (Some(start), _) if anchor.is_after_start => Some(start),
        (Some(start), Some(midnight)) => Some(start.min(midnight)),
        (start, midnight) => start.or(midnight),
    }
}

/// Whether the times of a timeline run backwards.
fn is_newest_first(told: &[Told<'_>]) -> bool {
    let minutes: Vec<u16> =
        told.iter().filter_map(|told| told.head.clock.map(|clock| clock.minute)).collect();
    let count = |is_step: fn(i32) -> bool| {
        minutes
            .windows(2)
            .filter(|pair| matches!(pair, [a, b] if is_step(i32::from(*b) - i32::from(*a))))
            .count()
    };
    // Steps back of most of a day are midnights.
    let back = count(|step| (-720..0).contains(&step));
    let forth = count(|step| (0..720).contains(&step));
    back > forth && back > 1
}

/// One update's instant.
fn one(told: &Told<'_>, anchor: &Anchor<'_>, bound: &mut Option<Timestamp>) -> Placed {
    let head = &told.head;
    let mut update = FactsUpdate { at: None, local: None, on: None, text: told.text() };
    let date = printed_date(told, anchor, *bound);
    let mut at = None;
    match (head.clock, date) {
        (Some(clock), Some(date)) => {
            at = clock
                .on(date)
                .and_then(|local| anchor.zones.instant(local, head.zone.as_ref(), anchor.own));
            if at.is_none() {
                update.on = Some(date);
                update.local = Some(clock.text());
            }
            *bound = at.or(*bound);
        }
        (Some(clock), None) => {
            at = bound.and_then(|bound| after(clock, head.zone.as_ref(), anchor, bound));
            if at.is_none() {
                update.local = Some(clock.text());
                update.on = anchor.date;
            }
            if head.is_timeline() && !anchor.is_after_start {
                *bound = at.max(*bound);
            }
        }
        (None, date) => update.on = date,
    }
    update.at = at.map(|at| anchor.zones.text(at, head.zone.as_ref(), anchor.own));
    let is_approximate = head.clock.is_some_and(|clock| clock.is_approximate);
    let role = head.state.map_or_else(|| moments::role_of_line(&update.text), |state| state.role);
    Placed { at, is_approximate, is_timeline: head.is_timeline(), role, update }
}

/// The date that an update prints.
fn printed_date(told: &Told<'_>, anchor: &Anchor<'_>, bound: Option<Timestamp>) -> Option<Date> {
    let near =
        bound.map(|bound| anchor.zones.local(bound, None, anchor.own).date()).or(anchor.date);
    match told.head.date {
        Some(PrintedDate::Full(date)) => Some(date),
        Some(PrintedDate::Yearless(day)) => years::nearest(day, near?),
        _ => {
            let weekday = told.head.weekday?;
            let near = near?;
            (0..7)
                .filter_map(|days| moments::shifted(near, days))
                .find(|date| date.weekday() == weekday)
        }
    }
}

/// The first instant with a time of day, not before a bound.
pub(super) fn after(
    clock: super::clocks::Clock,
    zone: Option<&ZoneName>,
    anchor: &Anchor<'_>,
    bound: Timestamp,
) -> Option<Timestamp> {
    let local = anchor.zones.local_as_printed(bound, zone, anchor.own)?;
    let on = |days: i64| {
        let date = moments::shifted(local.date(), days)?;
        anchor.zones.instant(clock.on(date)?, zone, anchor.own)
    };
    let same = on(0)?;
    // A bound with seconds, or a clock printed to the minute, must not cost a day.
    if same.as_second() + 59 >= bound.as_second() {
        return Some(same);
    }
    let is_slip = !anchor.is_after_start
        && anchor.start != Some(bound)
        && bound.duration_since(same) < OUT_OF_ORDER;
    if is_slip { Some(same) } else { on(1) }
}

/// For planned work: a time before the start belongs before it where the next update shows so.
fn announced_before(told: &[Told<'_>], anchor: &Anchor<'_>, placed: &mut [Placed]) {
    let Some(start) = anchor.start else { return };
    for index in 0..placed.len() {
        let next = placed.get(index + 1).and_then(|next| next.at);
        let (Some(update), Some(told)) = (placed.get_mut(index), told.get(index)) else {
            return;
        };
        let (Some(at), Some(next)) = (update.at, next) else {
            continue;
        };
        if told.head.date.is_some() || told.head.weekday.is_some() || at <= next {
            continue;
        }
        let zone = told.head.zone.as_ref();
        let earlier = anchor.zones.local_as_printed(at, zone, anchor.own).and_then(|local| {
            let date = moments::shifted(local.date(), -1)?;
            anchor.zones.instant(date.to_datetime(local.time()), zone, anchor.own)
        });
        let Some(earlier) = earlier else { continue };
        if earlier < start {
            update.at = Some(earlier);
            update.update.at =
                Some(anchor.zones.text(earlier, told.head.zone.as_ref(), anchor.own));
        }
    }
}
