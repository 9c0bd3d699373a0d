//! The permalink of a component: its status, its days as a table, its records.

use std::collections::HashSet;

use allclear_domain::ComponentStatus;
use allclear_domain::ids::{ComponentId, PublicId, StatusPageId};
use allclear_domain::record::{OutageRecord, Target};
use allclear_domain::uptime::{self, DayTally, Segment};
use askama::Template;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::bars::BarsView;
use super::entries::EntryView;
use super::times::TimesView;
use super::{Context, NO_DAY, PageView, Tab, place_of};
use crate::format::{Html, StateMark};
use crate::model::{Dated, Line, RecordRef};

/// Records that stand open; more are folded.
const RECORDS_SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "component.html")]
pub(crate) struct ComponentPage {
    page: PageView,
    name: String,
    mark: StateMark,
    description: String,
    parent: Option<Html>,
    parts: Vec<PartView>,
    bars: BarsView,
    first_day: String,
    words: String,
    uptime: String,
    all_time_label: String,
    all_time: String,
    formula: String,
    mean_note: &'static str,
    no_data_note: String,
    /// Empty where it is in use.
    retired_note: String,
    days: Vec<DayRow>,
    times: Option<TimesView>,
    records: Vec<EntryView>,
    older_label: String,
    older: Vec<EntryView>,
}

/// A part of a group.
struct PartView {
    name: Html,
    mark: StateMark,
    uptime: String,
}

/// One day that was not operational throughout.
struct DayRow {
    day: Html,
    mark: StateMark,
    lengths: Vec<String>,
    records: Vec<Html>,
}

impl ComponentPage {
    pub(crate) fn new(context: &Context<'_>, id: PublicId) -> Option<Self> {
        let model = context.model;
        let place = place_of(&model.snapshot.components, id, |component| component.public_id)?;
        let component = model.snapshot.components.get(place)?;
        let (index, line) = model.line(component.id)?;
        let rolled = context.with_parts(index, line);
        let mark = context.mark(line.status);
        let mut records = context.records_of(index, line);
        let mut entries: Vec<EntryView> =
            records.iter().filter_map(|dated| context.entry(dated.record, NO_DAY)).collect();
        let older = entries.split_off(entries.len().min(RECORDS_SHOWN));
        records.retain(|dated| dated.day >= model.first_day.saturating_sub(400.days()));
        let title = format!("{} {}", mark.icon, component.name);
        let began = context.locale.day_of(line.begins_at);
        let parent = line.parent.and_then(|parent| model.lines.get(parent));
        Some(Self {
            page: context.page(&title, Tab::None, line.status),
            name: component.name.clone(),
            mark,
            description: component.description.clone().unwrap_or_default(),
            parent: parent.map(|parent| context.component_link(parent)),
            parts: context.parts(index, line),
            bars: context.bars(&rolled),
            first_day: model.first_day.to_string(),
            words: context.words(),
            uptime: context.share_text(context.share_of_window(index, line)),
            all_time_label: (context.m.component.all_time)(&context.locale.date(began)),
            all_time: context.share_text(context.share_of_all(index, line)),
            formula: (context.m.now.formula)(model.page().uptime),
            mean_note: if line.is_group { context.m.component.mean_of_parts } else { "" },
            no_data_note: if line.days_without_data > 0 {
                (context.m.component.no_data_before)(&context.locale.date(began))
            } else {
                String::new()
            },
            retired_note: line.retired_at.map_or_else(String::new, |at| {
                let day = context.locale.day_of(at);
                (context.m.component.retired_on)(&context.locale.date(day))
            }),
            days: context.day_rows(&rolled, &records),
            times: model.snapshot.times.get(&component.id).map(|times| context.times(times)),
            records: entries,
            older_label: (context.m.component.older_records)(older.len()),
            older,
        })
    }
}

impl Context<'_> {
    /// A line whose days are those of its parts as well.
    fn with_parts(&self, index: usize, line: &Line) -> Line {
        let parts = self.model.lines.get(index..line.end.max(index + 1));
        let segments: Vec<Segment> =
            parts.unwrap_or(&[]).iter().flat_map(|part| part.segments.iter().copied()).collect();
        let days = self.model.days_of(line.id, &segments);
        Line { segments: Vec::new(), days, ..*line }
    }

    fn parts(&self, index: usize, line: &Line) -> Vec<PartView> {
        let mut parts = Vec::new();
        let mut at = index + 1;
        while let Some(part) = self.model.lines.get(at).filter(|_| at < line.end) {
            if !part.is_retired() || line.is_retired() {
                parts.push(PartView {
                    name: self.component_link(part),
                    mark: self.mark(part.status),
                    uptime: self.uptime_text(self.share_of_window(at, part)),
                });
            }
            at = part.end.max(at + 1);
        }
        parts
    }

    fn leaves(&self, index: usize, line: &Line) -> impl Iterator<Item = (usize, &Line)> {
        let end = line.end.max(index + 1);
        let lines = self.model.lines.iter().enumerate();
        lines.skip(index).take(end - index).filter(|(_, line)| !line.is_group)
    }

    /// Uptime over the drawn days; that of a group is the mean of its parts.
    pub(crate) fn share_of_window(&self, index: usize, line: &Line) -> Option<f64> {
        mean(self.leaves(index, line).filter_map(|(_, leaf)| leaf.uptime.share()))
    }

    fn share_of_all(&self, index: usize, line: &Line) -> Option<f64> {
        let all = self.model.all_segments();
        let policy = self.model.page().uptime;
        let shares = self.leaves(index, line).filter_map(|(index, leaf)| {
            let segments = all.get(index)?;
            let until = leaf.counts_until(self.locale.now);
            uptime::uptime(segments, leaf.begins_at, until, policy).share()
        });
        mean(shares)
    }

    pub(crate) fn share_text(&self, share: Option<f64>) -> String {
        share.map_or_else(|| self.m.no_data.to_owned(), |share| self.locale.percent(share))
    }

    /// Records that name a component, its group or one of its parts, latest first.
    fn records_of(&self, index: usize, line: &Line) -> Vec<Dated> {
        let mut ids: HashSet<ComponentId> = HashSet::new();
        let parts = self.model.lines.get(index..line.end.max(index + 1));
        ids.extend(parts.unwrap_or(&[]).iter().map(|line| line.id));
        let mut above = line.parent.and_then(|parent| self.model.lines.get(parent));
        while let Some(group) = above {
            ids.insert(group.id);
            above = group.parent.and_then(|parent| self.model.lines.get(parent));
        }
        let history = self.model.history();
        let names = |dated: &&Dated| self.names_any(dated.record, &ids, line.id);
        history.dated.iter().filter(names).copied().collect()
    }

    fn names_any(&self, record: RecordRef, ids: &HashSet<ComponentId>, own: ComponentId) -> bool {
        let line = self.model.line(own);
        let component = line.and_then(|(_, l)| self.model.snapshot.components.get(l.component));
        let is_named = |record: &OutageRecord, page: StatusPageId| {
            let is_of_page = component.is_some_and(|component| component.page_id == page);
            let is_told = || self.model.forest.opening_of(record, own).is_some();
            record.affected.iter().any(|affected| match &affected.target {
                Target::All => is_of_page && is_told(),
                Target::Component(id) => ids.contains(id),
                Target::Words(_) => false,
            })
        };
        match record {
            RecordRef::Incident(place) => self.model.incident_at(place).is_some_and(|incident| {
                let mut changes = incident.updates.iter().flat_map(|update| &update.changes);
                is_named(&incident.record, incident.page_id)
                    || changes.any(|change| ids.contains(&change.component_id))
            }),
            RecordRef::Maintenance(place) => {
                let window = self.model.window_at(place);
                window.is_some_and(|window| is_named(&window.record, window.page_id))
            }
            RecordRef::Announcement(_) => false,
        }
    }

    fn day_rows(&self, line: &Line, records: &[Dated]) -> Vec<DayRow> {
        let mut rows = Vec::new();
        for (offset, tally) in line.days.iter().enumerate().rev() {
            let Some(worst) = tally.worst else { continue };
            let days = i64::try_from(offset).unwrap_or(0);
            let Ok(day) = self.model.first_day.checked_add(days.days()) else {
                continue;
            };
            rows.push(DayRow {
                day: self.locale.day(day),
                mark: self.mark(worst),
                lengths: self.lengths(tally),
                records: self.records_on(day, records),
            });
        }
        rows
    }

    /// How long each status lasted; the worst one is not named again where it is the only one.
    fn lengths(&self, tally: &DayTally) -> Vec<String> {
        let mut lengths = Vec::new();
        for status in ComponentStatus::ALL.into_iter().rev() {
            let seconds = tally.seconds.get(status.index()).copied().unwrap_or(0);
            if seconds > 0 {
                lengths.push((status, self.locale.length(i64::from(seconds))));
            }
        }
        match lengths.as_slice() {
            [] => vec![self.m.length_not_known.to_owned()],
            [(status, length)] if tally.worst == Some(*status) => vec![length.clone()],
            several => several
                .iter()
                .map(|(status, length)| format!("{} {length}", self.mark(*status).inline))
                .collect(),
        }
    }

    fn records_on(&self, day: Date, records: &[Dated]) -> Vec<Html> {
        records
            .iter()
            .filter(|dated| dated.day <= day && self.last_day(dated) >= day)
            .map(|dated| self.record_link(dated.record))
            .collect()
    }

    fn last_day(&self, dated: &Dated) -> Date {
        let ended = match dated.record {
            RecordRef::Incident(place) => {
                let incident = self.model.incident_at(place);
                incident.map_or(Some(dated.day), |i| match i.ended() {
                    None => Some(self.locale.today),
                    Some(ended) => ended.day(&self.model.zone),
                })
            }
            RecordRef::Maintenance(place) => {
                let window = self.model.window_at(place);
                window.map_or(Some(dated.day), |w| match w.ended() {
                    None if w.is_under_way() => Some(self.locale.today),
                    None => None,
                    Some(ended) => ended.day(&self.model.zone),
                })
            }
            RecordRef::Announcement(_) => None,
        };
        ended.unwrap_or(dated.day)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a page has a few thousand components")]
fn mean(shares: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = shares.fold((0.0, 0_usize), |(sum, count), share| (sum + share, count + 1));
    (count > 0).then(|| sum / count as f64)
}
