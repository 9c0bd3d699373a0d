//! Maintenance series: planning one, changing it, ending it.

mod fields;
mod plan;
mod rule;
mod show;

use allclear_domain::Scope;
use allclear_domain::maintenance::{MaintenanceSeries, SeriesState};

use crate::access::Needs;
use crate::access::table::Table;
use crate::console::call::Call;

/// What answers.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (reads, writes) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::Maintenance));
    table
        .get("/console/maintenance-series/new", writes, plan::show)
        .post("/console/maintenance-series/new", writes, plan::plan)
        .get("/console/maintenance-series/{id}", reads, show::show)
        .get("/console/maintenance-series/{id}/edit", writes, plan::show_edit)
        .post("/console/maintenance-series/{id}/edit", writes, plan::save)
        .post("/console/maintenance-series/{id}/end", writes, show::end)
}

/// A series in the list of maintenance.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) repeats: String,
}

impl Line {
    /// Those that have not ended.
    pub(super) fn of(all: &[MaintenanceSeries]) -> Vec<Self> {
        let running = all.iter().filter(|series| series.state == SeriesState::Running);
        let line = |series: &MaintenanceSeries| Self {
            id: series.id.to_string(),
            title: series.title.clone(),
            repeats: repeats(series),
        };
        running.map(line).collect()
    }
}

/// When a series repeats, in words.
fn repeats(series: &MaintenanceSeries) -> String {
    let time = series.first.strftime("%H:%M");
    format!("{}, at {time} in {}", rule::words(&series.rule), series.timezone)
}
