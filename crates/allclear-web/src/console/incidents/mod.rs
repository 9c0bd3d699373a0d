//! Incidents: listed, reported, told of, and everything that a person does to one.

mod composer;
mod edit;
mod fields;
mod list;
mod losses;
mod paste;
pub(super) mod picker;
mod postmortem;
pub(super) mod preview;
mod promises;
mod record;
pub(super) mod room;
mod shutdown;
mod timeline;
mod update;
pub(super) mod who;

use allclear_domain::Scope;
use allclear_incidents::writing::WriteError;
use axum::http::StatusCode;

use super::answer::{Refusal, sentence};
use super::call::Call;
use super::trouble::{self, NotWritten};
use crate::access::Needs;
use crate::access::table::Table;

const READS: Needs = Needs::Scope(Scope::Read);
const WRITES: Needs = Needs::Scope(Scope::Incidents);

/// The addresses of incidents.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    table
        .get("/console/incidents", READS, list::show)
        .get("/console/incidents/new", WRITES, composer::show)
        .post("/console/incidents/new", WRITES, composer::submit)
        .get("/console/incidents/paste", WRITES, paste::show)
        .post("/console/incidents/paste", WRITES, paste::read)
        .get("/console/shutdown", WRITES, shutdown::show)
        .post("/console/shutdown", WRITES, shutdown::submit)
        .get("/console/incidents/{id}", READS, room::show)
        .post("/console/incidents/{id}/updates", WRITES, update::post)
        .get("/console/incidents/{id}/updates/{update}", WRITES, edit::show_update)
        .post("/console/incidents/{id}/updates/{update}", WRITES, edit::edit_update)
        .get("/console/incidents/{id}/details", WRITES, edit::show_details)
        .post("/console/incidents/{id}/details", WRITES, edit::change_details)
        .get("/console/incidents/{id}/record", WRITES, record::show)
        .post("/console/incidents/{id}/record", WRITES, record::change)
        .get("/console/incidents/{id}/postmortem", WRITES, postmortem::show)
        .post("/console/incidents/{id}/postmortem", WRITES, postmortem::write)
        .post("/console/incidents/{id}/publish", WRITES, update::publish)
        .post("/console/incidents/{id}/reopen", WRITES, update::reopen)
        .post("/console/incidents/{id}/notes", WRITES, update::note)
        .post("/console/incidents/{id}/promises", WRITES, promises::add)
        .post("/console/incidents/{id}/promises/{place}", WRITES, promises::settle)
}

/// Why something was not written, as sentences for the form; what is not the form's fault is a
/// refusal of its own, except that what was typed stays where the store fails.
fn told_of(error: WriteError) -> Result<(StatusCode, Vec<String>), Refusal> {
    match trouble::at_form(error) {
        Ok(NotWritten::Problems(problems)) => {
            let told = problems.iter().map(|problem| sentence(problem)).collect();
            Ok((StatusCode::UNPROCESSABLE_ENTITY, told))
        }
        Ok(NotWritten::Conflict) => {
            let text = "Somebody else changed it while you wrote. What it says now is shown; \
                        send yours again to put it in its place.";
            Ok((StatusCode::CONFLICT, vec![text.to_owned()]))
        }
        Err(Refusal::Store(error)) => {
            tracing::error!(%error, "an incident could not be written");
            let (status, text) = Refusal::Store(error).told();
            Ok((status, vec![text]))
        }
        Err(refusal) => Err(refusal),
    }
}

/// What was just done, as a sentence.
fn done(what: &str) -> &'static str {
    match what {
        "published" => "Published. Readers see it now.",
        "draft" => "Kept as a draft. Only the team sees it.",
        "posted" => "Posted. Readers see it now.",
        "edited" => "Edited. How it was before is kept.",
        "changed" => "Changed.",
        "reopened" => "Reopened. Post an update that says why.",
        "noted" => "Noted. Only the team sees it.",
        "promised" => "Promised. It stays on the page until it is kept or dropped.",
        "kept" => "Marked as kept.",
        "dropped" => "Dropped. Readers see why.",
        "renewed" => "It is a promise again.",
        "postmortem" => "The postmortem is written. Only the team sees it until it is published.",
        "postmortem-published" => "The postmortem is published. Readers see it now.",
        _ => "",
    }
}
