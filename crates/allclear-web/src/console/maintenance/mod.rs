//! Maintenance: the list of windows, planning one, running it, and series of them.

mod conflict;
mod fields;
mod list;
mod plan;
mod reminders;
mod series;
mod show;
mod steps;

use allclear_domain::{MaintenanceStatus, Scope};

use super::call::Call;
use crate::access::Needs;
use crate::access::table::Table;

pub(super) use self::fields::{Meanwhile, PlanFields, Tick, maybe, statuses, ticks};

/// What answers.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (reads, writes) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::Maintenance));
    series::routes(table)
        .get("/console/maintenance", reads, list::show)
        .get("/console/maintenance/new", writes, plan::show)
        .post("/console/maintenance/new", writes, plan::plan)
        .get("/console/maintenance/{id}", reads, show::show)
        .get("/console/maintenance/{id}/edit", writes, plan::show_edit)
        .post("/console/maintenance/{id}/edit", writes, plan::save)
        .post("/console/maintenance/{id}/step", writes, steps::step)
        .post("/console/maintenance/{id}/extend", writes, steps::extend)
        .post("/console/maintenance/{id}/reschedule", writes, steps::reschedule)
        .post("/console/maintenance/{id}/convert", writes, steps::convert)
        .post("/console/maintenance/{id}/update", writes, steps::edit_update)
        .post("/console/maintenance/{id}/note", writes, steps::note)
}

/// What was just done, by its word in the query.
fn done(word: &str) -> &'static str {
    match word {
        "planned" => "Planned. Readers see it in a moment, unless it is a draft.",
        "saved" => "Saved.",
        "posted" => "Posted. Readers see it in a moment.",
        "moved" => "The window was moved. Readers see the former times struck through.",
        "extended" => "The window was extended. Readers see the former end struck through.",
        "edited" => "The update was changed. Readers see that it was edited.",
        "noted" => "Noted. The team alone sees it.",
        _ => "",
    }
}

/// A status, in words.
const fn word(status: MaintenanceStatus) -> &'static str {
    match status {
        MaintenanceStatus::Scheduled => "Scheduled",
        MaintenanceStatus::InProgress => "In progress",
        MaintenanceStatus::Verifying => "Verifying",
        MaintenanceStatus::Completed => "Completed",
        MaintenanceStatus::Cancelled => "Cancelled",
    }
}
