//! When an entry began and ended, from the line of its date, its labels, its prose or its timeline.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};

use super::dateline::DateLine;
use super::dates::PrintedDate;
use super::durations::length_of;
use super::labels::Label;
use super::moments::{self, Day, Moment, Role};
use super::points::{Conflict, Context, Point, Timing, chosen};
use super::told::{Anchor, Placed, after, place};
use super::zones::{OwnZone, ZoneName};

/// Reads when an entry was.
pub(super) fn read(context: &Context<'_>) -> Timing {
    let told = moments_of(context);
    let mut own = own_zone(context, &told);
    own.stated = context.parts.zone.as_deref().and_then(crate::history::find_zone);
    let mut timing = Timing::default();
    let mut reader = Reader { context, own: &own, told: &told, conflicts: Vec::new() };
    if context.line.is_some_and(DateLine::is_range) {
        reader.by_range(&mut timing);
        let anchor = reader.anchor(timing.start.as_ref().map(|point| point.at), true);
        timing.placed = place(&context.parts.updates, &anchor);
        reader.other_zones(timing.start.as_ref(), true);
    } else {
        reader.by_prose(&mut timing);
        reader.other_zones(timing.start.as_ref(), false);
    }
    reader.other_offsets(&timing);
    timing.is_day_told = reader.is_day_told();
    timing.on = reader.day_alone(&timing);
    timing.conflicts = reader.conflicts;
    if let (Some(start), Some(end)) = (&timing.start, &timing.end)
        && end.at < start.at
    {
        timing.end = None;
    }
    timing
}

/// The times that the prose tells of.
fn moments_of(context: &Context<'_>) -> Vec<Moment> {
    let mut out = Vec::new();
    let title = context.parts.title.unwrap_or("");
    for sentence in [title].into_iter().chain(context.parts.sentences()) {
        out.extend(moments::in_sentence(super::tokens::head(sentence, 8000)));
        if out.len() > 200 {
            break;
        }
    }
    out
}

/// The zone that an entry prints for itself.
fn own_zone(context: &Context<'_>, told: &[Moment]) -> OwnZone {
    if let Some(line) = context.line
        && (line.own.offset.is_some() || line.own.label.is_some())
    {
        // Beside an offset the label is the page's own word for it; alone it must be the page's zone.
        let is_own = |label: &String| {
            line.own.offset.is_some_and(|offset| offset != jiff::tz::Offset::UTC)
                || !context.zones.has_page()
                || context.date.is_some_and(|date| context.zones.is_own_label(label, date))
        };
        return OwnZone {
            offset: line.own.offset,
            label: line.own.label.clone().filter(is_own),
            stated: None,
        };
    }
    if context.zones.has_page() {
        return OwnZone::default();
    }
    let prose = told.iter().filter_map(|moment| moment.zone.as_ref());
    let updates = context.parts.updates.iter().filter_map(|told| told.head.zone.as_ref());
    match prose.chain(updates).next() {
        Some(ZoneName::Label(label)) => {
            OwnZone { label: Some(label.clone()), ..OwnZone::default() }
        }
        Some(ZoneName::Offset(offset)) => OwnZone { offset: Some(*offset), ..OwnZone::default() },
        None => OwnZone::default(),
    }
}

/// Reads one entry's times.
pub(super) struct Reader<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) own: &'a OwnZone,
    pub(super) told: &'a [Moment],
    pub(super) conflicts: Vec<Conflict>,
}

impl Reader<'_> {
    /// A local time as a point.
    pub(super) fn point(
        &self,
        local: DateTime,
        zone: Option<&ZoneName>,
        is_approximate: bool,
    ) -> Option<Point> {
        let at = self.context.zones.instant(local, zone, self.own)?;
        Some(self.point_at(at, zone, is_approximate))
    }

    /// An instant as a point.
    fn point_at(&self, at: Timestamp, zone: Option<&ZoneName>, is_approximate: bool) -> Point {
        Point { at, text: self.context.zones.text(at, zone, self.own), is_approximate }
    }

    /// What updates are counted from.
    fn anchor(&self, start: Option<Timestamp>, is_after_start: bool) -> Anchor<'_> {
        Anchor {
            zones: self.context.zones,
            own: self.own,
            date: self.context.date,
            start,
            is_after_start,
            is_maintenance: self.context.is_maintenance,
        }
    }

    /// Start and end as the line of the date prints them.
    fn by_range(&mut self, timing: &mut Timing) {
        let (Some(line), Some(date)) = (self.context.line, self.context.date) else {
            return;
        };
        let (Some(start), Some(end)) = (line.own.start, line.own.end) else {
            return;
        };
        let Some(from) = start.on(date) else { return };
        let zone = line.own.zone();
        timing.start = self.point(from, zone.as_ref(), start.is_approximate);
        let last = line.own.last_day(date);
        let mut to = end.on(last.unwrap_or(date));
        if last.is_none() && to.is_some_and(|to| to < from) {
            to = moments::shifted(date, 1).and_then(|next| end.on(next));
        }
        let end_zone = line.own.end_zone.clone().or(zone);
        timing.end = to.and_then(|to| self.point(to, end_zone.as_ref(), end.is_approximate));
        if let Some(point) = &timing.start {
            let conflict = self.offset_conflict(line, point);
            self.conflicts.extend(conflict);
        }
        if self.context.is_maintenance {
            let window = self.window(true);
            timing.planned = window.filter(|(start, end)| {
                timing.start.as_ref().is_some_and(|real| real.at != start.at)
                    || timing.end.as_ref().is_some_and(|real| real.at != end.at)
            });
        }
    }

    /// Start and end from labels, prose and timeline.
    fn by_prose(&mut self, timing: &mut Timing) {
        let (first, last) = self.labelled(Label::Date);
        let mut start = self.labelled(Label::Start).0.or(first);
        let mut end = self.labelled_end(start.as_ref()).or(last);
        let is_labelled = start.is_some() || end.is_some();
        if start.is_none()
            && let Some((from, to)) = self.window(false).or_else(|| self.announced())
        {
            end = end.or_else(|| self.later(&from, &to)).or(Some(to));
            start = Some(from);
        }
        let start = start.or_else(|| self.prose_start(&[Role::Start, Role::RangeStart]));
        let mut start = start.or_else(|| self.heading_start());
        if let (Some(line), Some(point)) = (self.context.line, &start)
            && line.own.start.is_some()
            && self.heading_start().as_ref() == Some(point)
        {
            let conflict = self.offset_conflict(line, point);
            self.conflicts.extend(conflict);
        }
        let anchor = self.anchor(start.as_ref().map(|point| point.at), false);
        timing.placed = place(&self.context.parts.updates, &anchor);
        start = start.or_else(|| self.timeline_start(&timing.placed));
        start = start.or_else(|| self.prose_start(&[Role::Unknown]));
        let length = self.context.reported.and_then(length_of);
        if let Some(from) = &start {
            let ends = self.ends(from, &timing.placed);
            end = end.or_else(|| chosen(ends, from, length));
            end = end.or_else(|| self.computed(from, length));
        }
        if let (Some(from), Some(to)) = (&mut start, &end) {
            // "At 8pm … until 4am on Sunday": the end's day is printed, so the start was before it.
            if to.at < from.at
                && let Ok(earlier) = from.at.checked_sub(SignedDuration::from_hours(24))
                && earlier < to.at
            {
                *from = self.point_at(earlier, None, from.is_approximate);
            }
        }
        if self.context.is_maintenance && !is_labelled {
            timing.planned = self.announced().filter(|(from, to)| {
                start.as_ref().is_some_and(|real| real.at != from.at)
                    || end.as_ref().is_some_and(|real| real.at != to.at)
            });
        }
        timing.start = start;
        timing.end = end;
    }

    /// The time in the line of the date.
    fn heading_start(&self) -> Option<Point> {
        let line = self.context.line.filter(|line| !line.is_posted)?;
        let clock = line.own.start?;
        self.point(clock.on(self.context.date?)?, line.own.zone().as_ref(), clock.is_approximate)
    }

    /// Whether labels, prose or updates print a day beside a time.
    fn is_day_told(&self) -> bool {
        let parts = self.context.parts;
        let is_dated = |value: &str| super::dateline::read(value).is_some();
        self.told.iter().any(|moment| moment.day.is_some() && self.date_of(moment).is_some())
            || parts.updates.iter().any(|told| told.head.date.is_some())
            || [Label::Date, Label::Start].iter().any(|label| parts.values(*label).any(is_dated))
    }

    /// The day of the first time in prose that prints one, where no instant is known.
    fn day_alone(&self, timing: &Timing) -> Option<Date> {
        if timing.start.is_some() || timing.end.is_some() {
            return None;
        }
        let is_start = |moment: &&Moment| {
            let is_told = self.context.is_maintenance || !moment.is_future;
            is_told && matches!(moment.role, Role::Start | Role::RangeStart)
        };
        let first = self.told.iter().find(is_start).filter(|moment| moment.day.is_some());
        self.date_of(first?)
    }

    /// The date of a time in prose; `None` where it is another event's.
    pub(super) fn date_of(&self, moment: &Moment) -> Option<Date> {
        let own = self.context.date;
        let Some(day) = moment.day else { return own };
        let Some(own) = own else {
            return if let Day::Date(PrintedDate::Full(date)) = day { Some(date) } else { None };
        };
        // "Yesterday" is seen from the day on which it was told.
        let seen_from = match day {
            Day::Date(_) => own,
            Day::Weekday(_) | Day::Shift(_) => self.context.told_on.unwrap_or(own),
        };
        let date = moments::date_of(day, seen_from)?;
        let is_slip =
            date.year() != own.year() && (date.month(), date.day()) == (own.month(), own.day());
        let date = if is_slip { own } else { date };
        // Work is announced weeks before; other dates so far away are those of other events.
        let is_announced = self.context.is_maintenance && moment.is_future;
        let days = super::years::days_between(own, date);
        let latest = if is_announced { 92 } else { 3 };
        (-3..=latest).contains(&days).then_some(date)
    }

    /// A printed start and end in prose: a future one, or one that has been.
    fn window(&mut self, is_future: bool) -> Option<(Point, Point)> {
        let pairs: Vec<(Moment, Moment)> = self
            .told
            .windows(2)
            .filter_map(|pair| match pair {
                [start, end] if start.role == Role::RangeStart && end.role == Role::RangeEnd => {
                    Some((start.clone(), end.clone()))
                }
                _ => None,
            })
            .collect();
        pairs.iter().filter(|(start, _)| start.is_future == is_future).find_map(|(start, end)| {
            let date = self.date_of(start)?;
            let from =
                self.point(start.clock.on(date)?, start.zone.as_ref(), start.clock.is_approximate)?;
            let to = self.end_of(end, &from)?;
            self.slips(start, &from);
            Some((from, to))
        })
    }

    /// The last end that prose tells of after a window, where no length is printed that counts the
    /// window alone.
    fn later(&self, from: &Point, to: &Point) -> Option<Point> {
        if self.context.reported.is_some() || self.context.is_maintenance {
            return None;
        }
        let ends = self.told.iter().filter(|moment| moment.role == Role::End && !moment.is_future);
        let ends = ends.filter_map(|moment| self.end_of(moment, from));
        ends.filter(|end| end.at > to.at).max_by_key(|end| end.at)
    }

    /// The announced window of planned work.
    fn announced(&mut self) -> Option<(Point, Point)> {
        if self.context.is_maintenance { self.window(true) } else { None }
    }

    /// The instant of an end, seen from its start.
    pub(super) fn end_of(&self, end: &Moment, from: &Point) -> Option<Point> {
        let zone = end.zone.as_ref();
        let is_approximate = end.clock.is_approximate;
        if end.day.is_some() {
            let date = self.date_of(end)?;
            let point = self.point(end.clock.on(date)?, zone, is_approximate)?;
            return Some(point);
        }
        let anchor = self.anchor(Some(from.at), true);
        after(end.clock, zone, &anchor, from.at).map(|at| self.point_at(at, zone, is_approximate))
    }

    /// The first time in prose with one of these roles.
    fn prose_start(&mut self, roles: &[Role]) -> Option<Point> {
        let is_maintenance = self.context.is_maintenance;
        let is_alone =
            self.context.line.is_none_or(|line| line.is_posted || line.own.start.is_none());
        let found = self.told.iter().enumerate().find_map(|(index, moment)| {
            // The first time of a text is that of the start, unless its words say otherwise.
            let is_first = index == 0 && is_alone && moment.role == Role::Unknown;
            let is_told = roles.contains(&moment.role) || is_first;
            if !is_told || (moment.is_future && !is_maintenance) {
                return None;
            }
            let date = self.date_of(moment)?;
            let local = moment.clock.on(date)?;
            let point = self.point(local, moment.zone.as_ref(), moment.clock.is_approximate)?;
            Some((moment, point))
        });
        let (moment, point) = found?;
        self.slips(moment, &point);
        Some(point)
    }

    /// The start that a timeline tells of: the line that says so, or else its first.
    fn timeline_start(&self, placed: &[Placed]) -> Option<Point> {
        let lines: Vec<&Placed> =
            placed.iter().filter(|placed| placed.is_timeline && placed.at.is_some()).collect();
        if lines.len() < 2 {
            return None;
        }
        let told = lines.iter().filter(|placed| placed.role == Role::Start);
        let told = told.min_by_key(|placed| placed.at);
        // A page that first speaks up when all is well again does not say when it began.
        let first =
            lines.iter().min_by_key(|placed| placed.at).filter(|placed| placed.role != Role::End);
        let line = told.or(first)?;
        Some(Point {
            at: line.at?,
            text: line.update.at.clone()?,
            is_approximate: line.is_approximate,
        })
    }

    /// All ends after a start that prose and timeline tell of; the flag says that the text counts
    /// the downtime up to there.
    fn ends(&self, from: &Point, placed: &[Placed]) -> Vec<(Point, bool)> {
        let is_maintenance = self.context.is_maintenance;
        let prose = self.told.iter().filter(|moment| {
            matches!(moment.role, Role::End | Role::RangeEnd)
                && (is_maintenance || !moment.is_future)
        });
        let mut out: Vec<(Point, bool)> =
            prose.filter_map(|moment| Some((self.end_of(moment, from)?, false))).collect();
        for line in placed.iter().filter(|placed| placed.is_timeline) {
            if let (Some(at), Some(text)) = (line.at, &line.update.at)
                && line.role == Role::End
            {
                let counts = line.update.text.to_lowercase().contains("total downtime");
                let is_approximate = line.is_approximate;
                out.push((Point { at, text: text.clone(), is_approximate }, counts));
            }
        }
        out.retain(|(point, _)| {
            point.at > from.at || point.at < from.at && self.is_told_earlier(point)
        });
        out
    }

    /// Whether an end before the start has its day printed, so that the start's day must be wrong.
    fn is_told_earlier(&self, point: &Point) -> bool {
        self.told.iter().any(|moment| {
            moment.day.is_some()
                && moment.role != Role::Start
                && self.date_of(moment).and_then(|date| moment.clock.on(date)).and_then(|local| {
                    self.context.zones.instant(local, moment.zone.as_ref(), self.own)
                }) == Some(point.at)
        }) && !self.told.iter().any(|moment| {
            matches!(moment.role, Role::Start | Role::RangeStart) && moment.day.is_some()
        })
    }

    /// An end computed from the start and a plain printed length.
    fn computed(&self, from: &Point, length: Option<super::durations::Length>) -> Option<Point> {
        let length = length?;
        let is_loose = length.is_bound || length.least != length.most;
        if is_loose || (length.is_approximate && length.most > 3600) || length.most > 30 * 86_400 {
            return None;
        }
        let at = from.at.checked_add(SignedDuration::from_secs(length.most)).ok()?;
        Some(self.point_at(at, None, true))
    }
}
