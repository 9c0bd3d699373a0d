//! Uptime and downtime of each component by month.

use allclear_domain::uptime;
use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Context, PageView, Tab};
use crate::format::Html;
use crate::model::Line;

#[derive(Template)]
#[template(path = "uptime.html")]
pub(crate) struct UptimePage {
    page: PageView,
    formula: String,
    months: Vec<MonthHead>,
    rows: Vec<ComponentRow>,
}

/// The head of a column.
struct MonthHead {
    short: String,
    year: i16,
}

/// The months of one component.
struct ComponentRow {
    name: Html,
    cells: Vec<CellView>,
}

/// One component in one month.
struct CellView {
    uptime: String,
    /// Empty where nothing was down.
    downtime: String,
}

impl UptimePage {
    pub(crate) fn new(context: &Context<'_>) -> Self {
        let months = context.months_with_data();
        let lines = context.model.lines.iter().enumerate();
        Self {
            page: context.page(context.m.chrome.uptime, Tab::None, context.model.present().status),
            formula: (context.m.now.formula)(context.model.page().uptime),
            rows: lines
                .filter(|(_, line)| !line.is_group)
                .map(|(index, line)| ComponentRow {
                    name: context.component_link(line),
                    cells: months.iter().map(|month| context.cell(index, line, *month)).collect(),
                })
                .collect(),
            months: months
                .iter()
                .map(|month| MonthHead {
                    short: context.locale.month_short(month.month()).to_owned(),
                    year: month.year(),
                })
                .collect(),
        }
    }
}

impl Context<'_> {
    /// The last twelve months, without those before any component began.
    fn months_with_data(&self) -> Vec<Date> {
        let begins = self.model.lines.iter().map(|line| line.begins_at).min();
        let mut months = self.last_months();
        months.retain(|month| {
            let bounds = self.model.month_bounds(month.year(), month.month());
            bounds.is_some_and(|(_, until)| begins.is_some_and(|begins| begins < until))
        });
        months
    }

    fn cell(&self, index: usize, line: &Line, month: Date) -> CellView {
        let bounds = self.model.month_bounds(month.year(), month.month());
        let share = bounds.and_then(|(from, until)| self.share_within(index, line, from, until));
        let down = bounds.map_or(0, |(from, until)| {
            self.model.down_seconds(index, from.max(line.begins_at), until)
        });
        CellView {
            uptime: share.map_or_else(|| "–".to_owned(), |share| self.locale.percent(share)),
            downtime: if down > 0 { self.locale.length(down) } else { String::new() },
        }
    }

    fn share_within(
        &self,
        index: usize,
        line: &Line,
        from: Timestamp,
        until: Timestamp,
    ) -> Option<f64> {
        let from = from.max(line.begins_at);
        let until = until.min(line.counts_until(self.locale.now));
        let segments = self.model.all_segments().get(index)?;
        uptime::uptime(segments, from, until, self.model.page().uptime).share()
    }
}
