//! Impact over time: one line per component, or per set of components that fared alike.

use std::collections::BTreeMap;

use allclear_domain::ComponentStatus;
use allclear_domain::uptime::{self, Segment, StatusInterval};
use jiff::Timestamp;

use super::Context;
use crate::format::{Html, StateMark};

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
    pub(crate) spans: Vec<GanttSpan>,
    /// What it shows, in words.
    pub(crate) stretches: Vec<StretchView>,
}

/// A stretch of one status in words: icon, word, times.
pub(crate) struct StretchView {
    pub(crate) mark: StateMark,
    pub(crate) word: String,
    pub(crate) time: Html,
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
        let is_measured = |i: &StatusInterval| i.until != Some(i.from);
        if until <= from || !intervals.iter().any(is_measured) {
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
        let whole = until.duration_since(from).as_secs().max(1);
        let place = |at: Timestamp| at.duration_since(from).as_secs() * WIDTH / whole;
        GanttRow {
            names: self.line_names(lines),
            spans: segments
                .iter()
                .map(|segment| GanttSpan {
                    x: place(segment.from),
                    width: (place(segment.until) - place(segment.from)).max(4),
                    class: crate::format::class(segment.status),
                })
                .collect(),
            stretches: self.stretches(segments, from, until),
        }
    }

    /// The stretches of a line in words, and what it was in the rest of the drawing.
    fn stretches(
        &self,
        segments: &[Segment],
        from: Timestamp,
        until: Timestamp,
    ) -> Vec<StretchView> {
        let day = self.locale.day_of(from);
        let mut stretches: Vec<StretchView> = segments
            .iter()
            .map(|segment| {
                let mark = self.mark(segment.status);
                let time = if segment.until < self.locale.now {
                    self.locale.stretch(segment.from, segment.until, day)
                } else {
                    let began = self.locale.instant_local(segment.from, day);
                    Html::labelled(self.m.since, &began)
                };
                StretchView { mark, word: mark.inline.to_owned(), time }
            })
            .collect();
        if !covers(segments, from, until) {
            let mark = self.mark(ComponentStatus::Operational);
            stretches.push(StretchView {
                mark,
                word: (self.m.incident.otherwise)(mark.inline),
                time: Html::default(),
            });
        }
        stretches
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

/// Whether stretches in order leave no gap between two instants.
fn covers(segments: &[Segment], from: Timestamp, until: Timestamp) -> bool {
    let mut reached = from;
    for segment in segments {
        if segment.from > reached {
            return false;
        }
        reached = reached.max(segment.until);
    }
    reached >= until
}
