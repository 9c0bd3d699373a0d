//! Impact over time: one line per component, or per set of components that fared alike.

use std::collections::BTreeMap;

use allclear_domain::uptime::{self, Segment, StatusInterval};
use jiff::Timestamp;

use super::Context;
use crate::format::Html;

/// Width of the drawing.
const WIDTH: i64 = 1000;
/// Names that stand beside one line; more are counted.
const NAMES_SHOWN: usize = 6;

/// The drawing, and the times at its ends.
pub(crate) struct GanttView {
    pub(crate) rows: Vec<GanttRow>,
    pub(crate) from: Html,
    pub(crate) until: Html,
}

/// One line of it.
pub(crate) struct GanttRow {
    pub(crate) names: Html,
    /// What it shows, in words.
    pub(crate) label: String,
    pub(crate) spans: Vec<GanttSpan>,
}

/// A stretch of one status.
pub(crate) struct GanttSpan {
    pub(crate) x: i64,
    pub(crate) width: i64,
    pub(crate) class: &'static str,
}

impl Context<'_> {
    pub(crate) fn gantt(&self, intervals: &[StatusInterval]) -> Option<GanttView> {
        let now = self.locale.now;
        let from = intervals.iter().map(|i| i.from).min()?;
        let until = intervals.iter().map(|i| i.until.unwrap_or(now)).max()?;
        if until <= from {
            return None;
        }
        let mut by_line: BTreeMap<usize, Vec<StatusInterval>> = BTreeMap::new();
        for interval in intervals {
            if let Some((index, _)) = self.model.line(interval.component_id) {
                by_line.entry(index).or_default().push(*interval);
            }
        }
        let mut alike: Vec<(Vec<Segment>, Vec<usize>)> = Vec::new();
        for (index, intervals) in by_line {
            let segments = uptime::merge(&intervals, now);
            match alike.iter_mut().find(|(known, _)| *known == segments) {
                Some((_, lines)) => lines.push(index),
                None => alike.push((segments, vec![index])),
            }
        }
        let rows: Vec<GanttRow> = alike
            .iter()
            .map(|(segments, lines)| self.gantt_row(segments, lines, from, until))
            .collect();
        let day = self.locale.day_of(from);
        (!rows.is_empty()).then(|| GanttView {
            rows,
            from: self.dated(from),
            until: self.locale.instant(until, day),
        })
    }

    fn gantt_row(
        &self,
        segments: &[Segment],
        lines: &[usize],
        from: Timestamp,
        until: Timestamp,
    ) -> GanttRow {
        let day = self.locale.day_of(from);
        let whole = until.duration_since(from).as_secs().max(1);
        let place = |at: Timestamp| at.duration_since(from).as_secs() * WIDTH / whole;
        let words: Vec<String> = segments
            .iter()
            .map(|segment| {
                format!(
                    "{} {}–{}",
                    self.mark(segment.status).inline,
                    self.locale.instant_text(segment.from, day),
                    self.locale.instant_text(segment.until, day)
                )
            })
            .collect();
        GanttRow {
            names: self.line_names(lines),
            label: words.join(", "),
            spans: segments
                .iter()
                .map(|segment| GanttSpan {
                    x: place(segment.from),
                    width: (place(segment.until) - place(segment.from)).max(4),
                    class: crate::format::class(segment.status),
                })
                .collect(),
        }
    }

    /// The names of lines, parts left out where their group stands there.
    fn line_names(&self, lines: &[usize]) -> Html {
        if lines.len() == self.model.lines.len() && lines.len() > 1 {
            return Html::text(self.m.incident.all_components);
        }
        let known = |parent: Option<usize>| parent.is_some_and(|p| lines.contains(&p));
        let mut names: Vec<Html> = lines
            .iter()
            .filter_map(|index| self.model.lines.get(*index))
            .filter(|line| !known(line.parent))
            .map(|line| self.component_link(line))
            .collect();
        let hidden = names.len().saturating_sub(NAMES_SHOWN);
        if hidden > 1 {
            names.truncate(NAMES_SHOWN);
            names.push(Html::text(&(self.m.now.more)(hidden)));
        }
        Html::join(&names, ", ")
    }
}
