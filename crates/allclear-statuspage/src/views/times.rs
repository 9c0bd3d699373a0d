//! How long a component's probes take: two curves, and the table behind them.

use allclear_domain::check::{ShownTimes, Took};
use jiff::ToSpan as _;

use super::Context;
use crate::curve;
use crate::format::Html;

/// The curves of a component.
pub(super) struct TimesView {
    /// The time at the top of the drawing.
    pub(super) top: String,
    pub(super) curves: [CurveView; 2],
    pub(super) first_day: Html,
    /// Newest first, without days on which nothing worked.
    pub(super) days: Vec<DayView>,
}

pub(super) struct CurveView {
    pub(super) style: &'static str,
    pub(super) way: String,
    /// What it says over all days, as a part of a sentence.
    pub(super) told: String,
    /// The head of its column.
    pub(super) name: &'static str,
}

pub(super) struct DayView {
    pub(super) day: Html,
    pub(super) times: [String; 2],
}

/// Which of the two times a curve draws.
type Drawn = fn(&Took) -> u64;

/// What is drawn, the calmer first.
const CURVES: [(&str, Drawn); 2] = [("t50", |took| took.half_us), ("t95", |took| took.most_us)];

impl Context<'_> {
    pub(super) fn times(&self, times: &ShownTimes) -> TimesView {
        let slowest = times.days.iter().flatten().map(|took| took.most_us).max();
        let top = curve::top_above(slowest.unwrap_or(1));
        let texts = &self.m.component;
        let time = |us: u64| self.locale.response_time(us);
        let curve = |(style, of): (&'static str, Drawn), name: &'static str| {
            let values: Vec<_> = times.days.iter().map(|day| day.as_ref().map(of)).collect();
            let told = (texts.at_most)(name, &time(of(&times.all)));
            CurveView { style, way: curve::way(&values, top), told, name }
        };
        let ([half, most], [half_name, most_name]) = (CURVES, texts.took);
        let mut days = Vec::new();
        for (took, nth) in times.days.iter().zip(0_i64..) {
            let day = times.first_day.checked_add(nth.days());
            if let (Some(took), Ok(day)) = (took, day) {
                let times = CURVES.map(|(_, of)| time(of(took)));
                days.push(DayView { day: self.locale.day(day), times });
            }
        }
        days.reverse();
        TimesView {
            top: time(top),
            curves: [curve(half, half_name), curve(most, most_name)],
            first_day: self.locale.day(times.first_day),
            days,
        }
    }
}
