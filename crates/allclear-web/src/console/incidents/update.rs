//! Posting an update, and the steps that take no text: publishing a draft, reopening, noting.

use allclear_domain::audit::Subject;
use allclear_domain::error::{InvalidTransition, InvalidValue};
use allclear_domain::note::NoteKind;
use allclear_domain::text::Prose;
use allclear_domain::times::Bound;
use allclear_domain::{Incident, IncidentStatus, IncidentUpdate};
use allclear_incidents::writing::{self, NewUpdate, WriteError};
use jiff::Timestamp;

use super::fields::{ENDED, SHOWN_AT, read_next};
use super::picker;
use super::preview;
use super::room::{self, Room, Shown};
use crate::console::answer::{self, Answer};
use crate::console::clock::TimeField;
use crate::console::{Call, words};

/// An update as the form says it, with the end where it names one.
struct Said {
    update: NewUpdate<IncidentStatus>,
    ended: Option<Timestamp>,
}

fn read(call: &Call, room: &Room) -> Result<Said, InvalidValue> {
    let (form, clock) = (&call.form, &room.setting.clock);
    let status = words::read_incident_status(form.text("status"));
    let is_over = status == Some(IncidentStatus::Resolved) || !room.stored.value.is_open();
    let changes = picker::read_changes(form, &room.setting.components);
    let body = Prose::markdown(form.lines("text"));
    let is_news = status.is_some_and(|status| status != room.stored.value.state.status());
    if body.text.is_empty() && changes.is_empty() && !is_news {
        return Err(InvalidValue::new("update", "says nothing new: write a text"));
    }
    let ended = TimeField::read(ENDED, form, clock)?;
    if ended.is_some() && status != Some(IncidentStatus::Resolved) {
        let problem = "is given, but the status is not “Resolved”: choose that, or leave it empty";
        return Err(InvalidValue::new("ended", problem));
    }
    let update = NewUpdate {
        status,
        body,
        shown_at: TimeField::read(SHOWN_AT, form, clock)?,
        changes,
        next_update_due_at: if is_over { None } else { read_next(form, clock, call.now)? },
    };
    Ok(Said { update: update.checked(call.now)?, ended })
}

/// The transition that an update is.
fn told(
    incident: Incident,
    update: IncidentUpdate,
    ended: Option<Timestamp>,
    now: Timestamp,
) -> Result<Incident, InvalidTransition> {
    match ended {
        Some(ended) => incident.resolve(update, Bound::exactly(ended), now),
        None => incident.post(update, now),
    }
}

/// Posts an update, or shows what it would look like.
pub(super) async fn post(call: Call) -> Answer {
    let room = Room::enter(&call).await?;
    let said = match read(&call, &room) {
        Ok(said) => said,
        Err(problem) => return refuse(&call, &room, problem.into()).await,
    };
    let actor = call.actor()?;
    let change = call.change(&actor);
    let update = said.update.posted(change);
    if call.form.text("do") == "preview" {
        return match told(room.stored.value.clone(), update, said.ended, call.now) {
            Ok(incident) => {
                let (page, components) = (&room.setting.page, &room.setting.components);
                let preview = preview::preview(page, components, incident, call.now);
                let shown = Shown { preview, ..Shown::default() };
                room::show_with(&call, &room, &call.form, shown).await
            }
            Err(error) => refuse(&call, &room, error.into()).await,
        };
    }
    let id = room.stored.value.id;
    let written = writing::change(&call.app.store, id, None, change, |incident: Incident| {
        Ok(told(incident, update, said.ended, call.now)?)
    });
    match written.await {
        Ok(_) => done(&call, &room, "posted"),
        Err(error) => refuse(&call, &room, error).await,
    }
}

async fn refuse(call: &Call, room: &Room, error: WriteError) -> Answer {
    let (status, problems) = super::told_of(error)?;
    let shown = Shown { status, problems, ..Shown::default() };
    room::show_with(call, room, &call.form, shown).await
}

/// Back to the incident, after something was done.
pub(super) fn done(call: &Call, room: &Room, what: &str) -> Answer {
    call.app.nudge.notify_one();
    answer::see(&format!("{}?done={what}", room.path()))
}

/// Shows a draft to everybody.
pub(super) async fn publish(call: Call) -> Answer {
    step(&call, "published", Incident::publish).await
}

/// Opens a resolved incident again.
pub(super) async fn reopen(call: Call) -> Answer {
    step(&call, "reopened", Incident::reopen).await
}

async fn step(
    call: &Call,
    what: &str,
    transition: fn(Incident, Timestamp) -> Result<Incident, InvalidTransition>,
) -> Answer {
    let room = Room::enter(call).await?;
    let expected = call.form.text("version").parse().ok();
    let actor = call.actor()?;
    let (store, id) = (&call.app.store, room.stored.value.id);
    let written =
        writing::change(store, id, expected, call.change(&actor), |incident: Incident| {
            Ok(transition(incident, call.now)?)
        });
    match written.await {
        Ok(_) => done(call, &room, what),
        Err(error) => refuse(call, &room, error).await,
    }
}

/// Notes something for the team.
pub(super) async fn note(call: Call) -> Answer {
    let room = Room::enter(&call).await?;
    let actor = call.actor()?;
    let name = call.access()?.name;
    let text = call.form.lines("note");
    let subject = Subject::Incident(room.stored.value.id);
    let change = call.change(&actor);
    let noted =
        writing::note(&call.app.store, subject, NoteKind::Remark, (&name, &text), change).await;
    match noted {
        Ok(_) => done(&call, &room, "noted"),
        Err(error) => refuse(&call, &room, error).await,
    }
}
