//! Where the times of an entry disagree with each other.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::classes::dated;
use super::clocks::Clock;
use super::dateline::DateLine;
use super::dates::PrintedDate;
use super::entries::Entry;
use super::lines::Line;
use super::moments::{Day, Moment, Role};
use super::points::{Conflict, Point, Timing};
use super::timing::Reader;
use super::zones::{ZoneName, offset_text};
use crate::history::facts::FactsRecord;

/// A day in the heading of an entry that is not the one of its window.
pub(super) fn of_days(
    lines: &[Line<'_>],
    entry: &Entry,
    date: Option<Date>,
    record: &FactsRecord,
) -> Option<Conflict> {
    let line = lines.get(entry.date_line.filter(|at| Some(*at) != entry.range_line)?)?;
    entry.range_line?;
    let date = date?;
    let differs = match dated(line)?.own.date {
        PrintedDate::Full(heading) => heading != date,
        PrintedDate::Yearless(heading) => heading.in_year(date.year()) != Some(date),
        _ => false,
    };
    differs.then(|| Conflict {
        field: "started_at",
        printed: line.body.to_owned(),
        against: format!("{date} in the window"),
        kept: record.started_at.clone().unwrap_or_else(|| date.to_string()),
    })
}

impl Reader<'_> {
    /// A printed offset or UTC time that disagrees with the kept local time.
    pub(super) fn offset_conflict(&self, line: &DateLine<'_>, start: &Point) -> Option<Conflict> {
        if let Some(printed) = line.own.offset
            && let Some(against) = self.context.zones.against(start.at, printed)
        {
            let printed = offset_text(printed);
            return Some(Conflict {
                field: "started_at",
                printed,
                against,
                kept: start.text.clone(),
            });
        }
        let utc = line.utc_start()?;
        let real = start.at.to_zoned(TimeZone::UTC).datetime();
        (real != utc).then(|| Conflict {
            field: "started_at",
            printed: format!("{} UTC", utc.strftime("%Y-%m-%d %H:%M")),
            against: format!("the local time is {} UTC", real.strftime("%Y-%m-%d %H:%M")),
            kept: start.text.clone(),
        })
    }

    /// Notes what the sentence of the start says against it.
    pub(super) fn slips(&mut self, moment: &Moment, point: &Point) {
        let conflict = |printed: String, against: String| Conflict {
            field: "started_at",
            printed,
            against,
            kept: point.text.clone(),
        };
        if let (Some(Day::Date(PrintedDate::Full(date))), Some(own)) =
            (moment.day, self.context.date)
            && date.year() != own.year()
        {
            let against = format!("{} in the heading", own.year());
            self.conflicts.push(conflict(format!("{} in the prose", date.year()), against));
        } else if moment.is_this_morning && moment.clock.minute >= 17 * 60 {
            self.conflicts.push(conflict("this morning".to_owned(), moment.clock.text()));
        }
    }

    /// Notes times that prose prints in two zones which do not fit, and a start in UTC that is not
    /// that of the heading.
    pub(super) fn other_zones(&mut self, start: Option<&Point>, is_window: bool) {
        // A heading with a wrong offset has its slip in the prose as well.
        let Some(start) = start.filter(|_| self.conflicts.is_empty()) else {
            return;
        };
        let found = self.told.iter().find_map(|moment| {
            let (clock, zone, at) = match &moment.alias {
                Some((clock, zone)) => (*clock, zone, self.instant_of(moment)?),
                None if is_window && is_start(moment) => {
                    let zone = moment.zone.as_ref().filter(|zone| zone.is_utc())?;
                    (moment.clock, zone, start.at)
                }
                None => return None,
            };
            let real = self.context.zones.local_as_printed(at, Some(zone), self.own)?;
            let real = i32::from(real.hour()) * 60 + i32::from(real.minute());
            let apart = (i32::from(clock.minute % 1440) - real).rem_euclid(1440);
            // Hours are a slip of the zone; minutes are another moment.
            let is_slip = apart != 0 && apart % 60 == 0 && (moment.alias.is_some() || is_window);
            is_slip.then(|| self.zone_slip(start, clock, zone, at, is_window))
        });
        self.conflicts.extend(found);
    }

    /// Notes the first time of prose and updates whose printed offset is not the page's.
    pub(super) fn other_offsets(&mut self, timing: &Timing) {
        if !self.conflicts.is_empty() {
            return;
        }
        let prose = self.told.iter().filter_map(|moment| {
            Some((moment.clock, moment.zone.as_ref()?, self.instant_of(moment)?))
        });
        let updates = self.context.parts.updates.iter().zip(&timing.placed);
        let updates = updates.filter_map(|(told, placed)| {
            Some((told.head.clock?, told.head.zone.as_ref()?, placed.at?))
        });
        let found = prose.chain(updates).find_map(|(clock, zone, at)| {
            let ZoneName::Offset(offset) = zone else { return None };
            let against = self.context.zones.against(at, *offset).filter(|_| !zone.is_utc())?;
            let printed = format!("{} {}", clock.text(), zone.text());
            let kept = self.context.zones.text(at, Some(zone), self.own);
            Some(Conflict { field: "started_at", printed, against, kept })
        });
        self.conflicts.extend(found);
    }

    /// A time that is printed in another zone and does not fit there.
    fn zone_slip(
        &self,
        start: &Point,
        clock: Clock,
        zone: &ZoneName,
        at: Timestamp,
        is_window: bool,
    ) -> Conflict {
        let real = at.to_zoned(TimeZone::UTC).strftime("%H:%M UTC");
        let place =
            if is_window && at == start.at { "in the heading" } else { "by the local time" };
        Conflict {
            field: "started_at",
            printed: format!("{} {} in the prose", clock.text(), zone.text()),
            against: format!("{real} {place}"),
            kept: start.text.clone(),
        }
    }

    /// The instant of a time in prose.
    fn instant_of(&self, moment: &Moment) -> Option<Timestamp> {
        let local = moment.clock.on(self.date_of(moment)?)?;
        self.context.zones.instant(local, moment.zone.as_ref(), self.own)
    }
}

/// Whether a time in prose is that of the start.
fn is_start(moment: &Moment) -> bool {
    matches!(moment.role, Role::Start | Role::RangeStart) && !moment.is_future
}
