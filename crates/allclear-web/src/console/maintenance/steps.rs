//! What people do with a window: begin, verify, complete, cancel, tell, move, extend, convert, note.

use allclear_domain::audit::Subject;
use allclear_domain::error::{InvalidTransition, InvalidValue};
use allclear_domain::maintenance::AnnouncedWindow;
use allclear_domain::note::NoteKind;
use allclear_domain::posted::UpdateEdit;
use allclear_domain::text::Prose;
use allclear_domain::times::Window;
use allclear_domain::{Change, ComponentStatus, IncidentStatus, Maintenance, MaintenanceStatus};
use allclear_incidents::writing::{self, NewUpdate, WriteError};
use allclear_store::Stored;
use jiff::Timestamp;

use super::conflict::{self, Rows};
use super::fields::{ENDS_AT, STARTS_AT, maybe};
use super::plan::{Place, find};
use super::show;
use crate::console::answer::{self, Answer, Refusal};
use crate::console::call::Call;
use crate::console::clock::{Named, TimeField};
use crate::console::trouble::{self, NotWritten, Trouble};

/// What becomes of a window that is converted.
pub(super) const BECOMES: &str = "The window ends now and an incident begins now, with the same \
     components. Both keep their history and name each other. This cannot be taken back.";

/// Takes a step, or posts a message without one.
pub(super) async fn step(call: Call) -> Answer {
    let status = match call.form.text("step") {
        "begin" => Some(MaintenanceStatus::InProgress),
        "verify" => Some(MaintenanceStatus::Verifying),
        "complete" => Some(MaintenanceStatus::Completed),
        "cancel" => Some(MaintenanceStatus::Cancelled),
        "post" => None,
        "publish" => return publish(call).await,
        _ => return Err(Refusal::BadForm("there is no such step".to_owned())),
    };
    let text = call.form.lines("message");
    let (window, place) = find(&call).await?;
    if status.is_none() && text.is_empty() {
        let trouble =
            Trouble::of(vec!["the message is empty: write what readers should know".to_owned()]);
        return show::page(&call, &window, &place, trouble).await;
    }
    let actor = call.actor()?;
    let change = call.change(&actor);
    let written = writing::change(&call.app.store, window.id, None, change, |window| {
        // A step needs no words; the message takes it itself, as none with a status may come after
        // the end.
        match maybe(&text) {
            None => Ok(take(window, status, call.now)?),
            Some(text) => post(window, told(text, status), change),
        }
    });
    let written = written.await.map(|_| ());
    finish(&call, &window, &place, (written, Rows::new()), "posted").await
}

/// The step itself, at the present time.
fn take(
    window: Maintenance,
    status: Option<MaintenanceStatus>,
    now: Timestamp,
) -> Result<Maintenance, InvalidTransition> {
    match status {
        Some(MaintenanceStatus::InProgress) => window.begin(now),
        Some(MaintenanceStatus::Verifying) => window.verify(now),
        Some(MaintenanceStatus::Completed) => window.complete(now),
        Some(MaintenanceStatus::Cancelled) => window.cancel(now),
        Some(MaintenanceStatus::Scheduled) | None => Ok(window),
    }
}

/// Posts a message and takes its step, also where a later message spoke of how things stand.
fn post(
    window: Maintenance,
    update: NewUpdate<MaintenanceStatus>,
    change: Change<'_>,
) -> Result<Maintenance, WriteError> {
    let status = update.status;
    // Whoever presses a button twice is told so.
    take(window.clone(), status, change.now)?;
    let window = window.post(update.posted(change), change.now)?;
    match status.filter(|status| window.state.status() != *status) {
        Some(_) => Ok(take(window, status, change.now)?),
        None => Ok(window),
    }
}

fn told(text: String, status: Option<MaintenanceStatus>) -> NewUpdate<MaintenanceStatus> {
    NewUpdate {
        status,
        body: Prose::plain(text),
        shown_at: None,
        changes: Vec::new(),
        next_update_due_at: None,
    }
}

async fn publish(call: Call) -> Answer {
    let (window, place) = find(&call).await?;
    let actor = call.actor()?;
    let publish = |window: Maintenance| Ok(window.publish(call.now)?);
    let change = call.change(&actor);
    let written = writing::change(&call.app.store, window.id, None, change, publish).await;
    finish(&call, &window, &place, (written.map(|_| ()), Rows::new()), "posted").await
}

/// Goes on, or says at the window what was wrong. `wanted` is what the form asked for, for whoever
/// has to choose between it and what somebody else did meanwhile.
async fn finish(
    call: &Call,
    window: &Stored<Maintenance>,
    place: &Place,
    (written, wanted): (Result<(), WriteError>, Rows),
    done: &str,
) -> Answer {
    let error = match written {
        Ok(()) => {
            call.app.nudge.notify_one();
            let id = window.public_id;
            return answer::see(&format!("/console/maintenance/{id}?done={done}"));
        }
        Err(error) => error,
    };
    match trouble::at_form(error)? {
        NotWritten::Problems(problems) => {
            show::page(call, window, place, Trouble::of(problems)).await
        }
        NotWritten::Conflict => {
            let (window, place) = find(call).await?;
            let trouble = conflict::trouble(call, &window, &place, &wanted).await?;
            show::page(call, &window, &place, trouble).await
        }
    }
}

/// The announced times that a form wants.
fn announced(
    window: &Maintenance,
    place: &Place,
    start: Option<Timestamp>,
    end: Timestamp,
) -> Rows {
    let starts_at = start.or(window.window.starts_at);
    let times = AnnouncedWindow { starts_at, ends_at: Some(end), length: None };
    let wanted = Maintenance { window: times, ..window.clone() };
    vec![("Announced", super::list::when(&wanted, &place.clock))]
}

/// The version that a form was made to.
fn version(call: &Call) -> Result<i64, Refusal> {
    let version = call.form.text("version").parse();
    version.map_err(|_| Refusal::BadForm("load the page again and repeat it".to_owned()))
}

/// A time of a form, or what is wrong with it.
fn time(call: &Call, place: &Place, named: Named) -> Result<Timestamp, String> {
    let at = TimeField::read(named, &call.form, &place.clock);
    let at =
        at.and_then(|at| at.ok_or_else(|| InvalidValue::new(named.1, "is empty: give a time")));
    at.map_err(|problem| problem.to_string())
}

/// Announces another end while work is under way.
pub(super) async fn extend(call: Call) -> Answer {
    let (window, place) = find(&call).await?;
    let expected = version(&call)?;
    let ends_at = match time(&call, &place, ENDS_AT) {
        Ok(ends_at) => ends_at,
        Err(problem) => {
            return show::page(&call, &window, &place, Trouble::of(vec![problem])).await;
        }
    };
    let why = maybe(&call.form.lines("why"));
    let actor = call.actor()?;
    let change = call.change(&actor);
    let extend = |window: Maintenance| Ok(window.extend(ends_at, why, call.now)?);
    let written = writing::change(&call.app.store, window.id, Some(expected), change, extend).await;
    let wanted = announced(&window, &place, None, ends_at);
    finish(&call, &window, &place, (written.map(|_| ()), wanted), "extended").await
}

/// Announces another window.
pub(super) async fn reschedule(call: Call) -> Answer {
    let (window, place) = find(&call).await?;
    let expected = version(&call)?;
    let times = (time(&call, &place, STARTS_AT), time(&call, &place, ENDS_AT));
    let next = match times {
        (Ok(starts_at), Ok(ends_at)) => Window { starts_at, ends_at },
        (start, end) => {
            let problems = start.err().into_iter().chain(end.err()).collect();
            return show::page(&call, &window, &place, Trouble::of(problems)).await;
        }
    };
    let why = maybe(&call.form.lines("why"));
    let actor = call.actor()?;
    let change = call.change(&actor);
    let reschedule = |window: Maintenance| Ok(window.reschedule(next, why, call.now)?);
    let written =
        writing::change(&call.app.store, window.id, Some(expected), change, reschedule).await;
    let wanted = announced(&window, &place, Some(next.starts_at), next.ends_at);
    finish(&call, &window, &place, (written.map(|_| ()), wanted), "moved").await
}

/// Turns work that failed into an incident.
pub(super) async fn convert(call: Call) -> Answer {
    let (window, place) = find(&call).await?;
    let wanted = call.form.text("now_is");
    let now_is = ComponentStatus::ALL.into_iter().find(|status| status.as_str() == wanted);
    let now_is = now_is.unwrap_or(ComponentStatus::MajorOutage);
    let title = call.form.text("incident_title").to_owned();
    let update = maybe(&call.form.lines("incident_message")).map(|text| NewUpdate {
        status: Some(IncidentStatus::Investigating),
        body: Prose::plain(text),
        shown_at: None,
        changes: Vec::new(),
        next_update_due_at: None,
    });
    let expected = version(&call)?;
    let wanted = vec![("Status", format!("Turned into the incident \u{201c}{title}\u{201d}"))];
    let actor = call.actor()?;
    let converted = writing::convert_maintenance(
        &call.app.store,
        window.id,
        Some(expected),
        (title, now_is),
        update,
        call.change(&actor),
    );
    let converted = converted.await.map(|_| ());
    finish(&call, &window, &place, (converted, wanted), "saved").await
}

/// Changes the words of a message.
pub(super) async fn edit_update(call: Call) -> Answer {
    let (window, place) = find(&call).await?;
    let id = call.form.text("update").parse().map_err(|_| Refusal::NotFound)?;
    let format = window.updates.iter().find(|update| update.id == id).map(|u| u.body.format);
    let body = Prose { format: format.unwrap_or_default(), text: call.form.lines("text") };
    let mut updates = window.updates.clone();
    if let Some(update) = updates.iter_mut().find(|update| update.id == id) {
        update.body = body.clone();
    }
    let wanted = vec![("Messages", conflict::messages(&updates))];
    let edit = UpdateEdit { body: Some(body), ..UpdateEdit::default() };
    let editor = call.access()?.name;
    let actor = call.actor()?;
    let expected = version(&call)?;
    let change = call.change(&actor);
    let apply = |window: Maintenance| Ok(window.edit_update(id, edit, &editor, call.now)?);
    let written = writing::change(&call.app.store, window.id, Some(expected), change, apply).await;
    finish(&call, &window, &place, (written.map(|_| ()), wanted), "edited").await
}

/// Notes something for the team.
pub(super) async fn note(call: Call) -> Answer {
    let (window, place) = find(&call).await?;
    let (author, text) = (call.access()?.name, call.form.lines("note"));
    let actor = call.actor()?;
    let subject = Subject::Maintenance(window.id);
    let change = call.change(&actor);
    let said = (author.as_str(), text.as_str());
    let noted = writing::note(&call.app.store, subject, NoteKind::Remark, said, change).await;
    finish(&call, &window, &place, (noted.map(|_| ()), Rows::new()), "noted").await
}
