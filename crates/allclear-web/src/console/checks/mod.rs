//! Checks: all of them the worst first, one with what it measured, and the form for both.

mod chart;
mod edit;
mod fields;
mod groups;
mod heard;
mod heartbeats;
mod list;
mod map;
mod names;
mod parents;
mod pickers;
mod probe;
mod show;
mod sight;
mod state;
mod telling;
mod wizard;

use allclear_domain::Scope;
use allclear_domain::ids::CheckId;
use allclear_store::WriteError;

use super::answer::Refusal;
use super::call::Call;
use super::trouble::{self, NotWritten};
use crate::access::Needs;
use crate::access::table::Table;

pub(crate) use self::list::is_found;
pub(super) use self::show::{OutageLink, open_outages};
pub(super) use self::sight::SightView;
pub(crate) use self::state::believed;

/// What answers.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (reads, writes) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::Checks));
    table
        .get("/console/checks", reads, list::show)
        .get(map::PATH, reads, map::show)
        .get(wizard::PATH, writes, wizard::show)
        .post(wizard::PATH, writes, wizard::add)
        .get("/console/checks/new", writes, edit::show_new)
        .post("/console/checks/new", writes, edit::add)
        .get("/console/checks/{id}", reads, show::show)
        .get("/console/checks/{id}/edit", writes, edit::show)
        .post("/console/checks/{id}/edit", writes, edit::save)
        .get("/console/checks/{id}/names", reads, names::text)
        .post("/console/checks/{id}/names", writes, names::set)
        .post("/console/checks/{id}/pause", writes, show::pause)
        .post("/console/checks/{id}/resume", writes, show::resume)
        .post("/console/checks/{id}/remove", writes, show::remove)
}

/// What was just done, by its word in the query.
fn done(word: &str) -> &'static str {
    match word {
        "added" => "It is watched from now on. Load the page again in a moment to see the result.",
        "several" => {
            "They are watched from now on. Load the page again in a moment to see the results."
        }
        "saved" => "Saved.",
        "names" => "The list is set. New names are asked first.",
        "paused" => "Paused. Nothing is probed until somebody resumes it.",
        "resumed" => "It is watched again, and judged anew.",
        "removed" => "Removed. The outages that it measured stay.",
        _ => "",
    }
}

fn path_of(id: CheckId) -> String {
    format!("/console/checks/{id}")
}

/// Wakes those who have to know of a change.
fn tell(call: &Call) {
    call.app.nudge.notify_one();
    call.app.watch.notify_one();
}

/// Sorts out what a form can say from what it cannot, by the labels of this form.
fn at_form(error: WriteError) -> Result<NotWritten, Refusal> {
    match error {
        WriteError::Invalid(problems) => Ok(NotWritten::Problems(fields::told(&problems))),
        error => trouble::at_form(error),
    }
}
