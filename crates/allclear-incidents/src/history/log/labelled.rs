//! Times that labels print: `Started:`, `Ended:`, `When:`.

use super::dateline;
use super::dates::PrintedDate;
use super::labels::Label;
use super::moments::{self, Role};
use super::points::Point;
use super::timing::Reader;

impl Reader<'_> {
    /// The first time that the values of a label print, and the end of its window.
    pub(super) fn labelled(&self, label: Label) -> (Option<Point>, Option<Point>) {
        let found = self.context.parts.values(label).find_map(|value| self.of_value(value));
        found.map_or((None, None), |(start, end)| (Some(start), end))
    }

    /// The end that a label prints; without a day it is the first such time after the start.
    pub(super) fn labelled_end(&self, start: Option<&Point>) -> Option<Point> {
        let value = self.context.parts.values(Label::End).next()?;
        let is_dayless = dateline::read(value).is_none();
        let told = moments::in_sentence(super::tokens::head(value, 1000));
        match (start, told.first()) {
            (Some(start), Some(moment)) if is_dayless && moment.day.is_none() => {
                self.end_of(moment, start)
            }
            _ => self.labelled(Label::End).0,
        }
    }

    /// The time that a value prints, and the end of its window.
    fn of_value(&self, value: &str) -> Option<(Point, Option<Point>)> {
        if let Some(found) = dateline::read(value) {
            let clock = found.own.start?;
            let date = match found.own.date {
                PrintedDate::Full(date) => date,
                PrintedDate::Yearless(day) => super::years::nearest(day, self.context.date?)?,
                _ => return None,
            };
            let zone = found.own.zone();
            let start = self.point(clock.on(date)?, zone.as_ref(), clock.is_approximate)?;
            let end = found.own.end.and_then(|end| {
                let last = found.own.last_day(date);
                let is_next = last.is_none() && end.minute < clock.minute;
                let date = last.unwrap_or(date);
                let date = if is_next { moments::shifted(date, 1)? } else { date };
                let zone = found.own.end_zone.clone().or(zone);
                self.point(end.on(date)?, zone.as_ref(), end.is_approximate)
            });
            return Some((start, end));
        }
        let told = moments::in_sentence(super::tokens::head(value, 1000));
        let moment = told.first()?;
        let local = moment.clock.on(self.date_of(moment)?)?;
        let start = self.point(local, moment.zone.as_ref(), moment.clock.is_approximate)?;
        let end = told.get(1).filter(|end| end.role == Role::RangeEnd);
        let end = end.and_then(|end| self.end_of(end, &start));
        Some((start, end))
    }
}
