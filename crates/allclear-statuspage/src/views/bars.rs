//! Ninety days of a component as bars: one shared shape, and what differs from it on top.

use allclear_domain::{ComponentStatus, limits};

use super::Context;
use crate::format::class;
use crate::model::{Day, Line, spans_of};

/// Width of a bar with its gap.
pub(super) const STEP: usize = 4;

/// The bars of one component.
pub(crate) struct BarsView {
    /// What they show, as a sentence.
    pub(crate) label: String,
    /// Where the days with data begin.
    pub(crate) data_x: usize,
    pub(crate) spans: Vec<SpanView>,
    /// Days that were not operational, for the script: `12:2 8;13:4 62,2 5`: place, and for each
    /// status its place in the list of words and its minutes.
    pub(crate) days: String,
}

/// A run of equal bars.
pub(crate) struct SpanView {
    pub(crate) x: usize,
    pub(crate) width: usize,
    pub(crate) class: &'static str,
    pub(crate) is_no_data: bool,
    pub(crate) is_single: bool,
}

impl Context<'_> {
    pub(crate) fn bars(&self, line: &Line) -> BarsView {
        let spans = spans_of(line, limits::BAR_DAYS);
        let name = self.name(line);
        let mut problems = 0;
        for span in &spans {
            match span.day {
                Day::NoData | Day::Worst(ComponentStatus::UnderMaintenance) => {}
                Day::Worst(_) => problems += span.len,
            }
        }
        let mut label = if problems == 0 {
            (self.m.now.bars_all_good)(name)
        } else {
            (self.m.now.bars_problems)(name, problems)
        };
        if line.days_without_data > 0 {
            label.push_str(", ");
            label.push_str(&(self.m.now.bars_no_data)(line.days_without_data));
        }
        BarsView {
            label,
            data_x: line.days_without_data * STEP,
            spans: spans
                .iter()
                .map(|span| SpanView {
                    x: span.first * STEP,
                    width: span.len * STEP - 1,
                    class: match span.day {
                        Day::NoData => "nd",
                        Day::Worst(status) => class(status),
                    },
                    is_no_data: span.day == Day::NoData,
                    is_single: span.len == 1 && span.day != Day::NoData,
                })
                .collect(),
            days: day_facts(line),
        }
    }
}

fn day_facts(line: &Line) -> String {
    let mut out = String::new();
    for (index, day) in line.days.iter().enumerate().skip(line.days_without_data) {
        let Some(worst) = day.worst else { continue };
        if !out.is_empty() {
            out.push(';');
        }
        out.push_str(&index.to_string());
        let mut before = ':';
        for (status, seconds) in day.seconds.iter().enumerate().rev() {
            if *seconds > 0 || status == worst.index() {
                out.push(before);
                out.push_str(&format!("{status} {}", seconds.div_ceil(60)));
                before = ',';
            }
        }
    }
    out
}
