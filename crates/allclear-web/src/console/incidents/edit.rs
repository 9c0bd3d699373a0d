//! Editing: a message, and what is said of the incident beside its messages.

use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{IncidentId, UpdateId};
use allclear_domain::posted::UpdateEdit;
use allclear_domain::text::Prose;
use allclear_domain::times::{Bound, Moment};
use allclear_domain::{Incident, IncidentUpdate};
use allclear_incidents::writing::{self, WriteError};
use allclear_store::{BegunSlice, Store, StoreError};
use askama::Template;
use axum::http::StatusCode;

use super::fields::{ENDED, SHOWN_AT, STARTED};
use super::room::Room;
use super::update;
use crate::console::answer::{self, Answer, Refusal};
use crate::console::clock::{TimeField, WallClock};
use crate::console::form::Form;
use crate::console::words::{self, Choice};
use crate::console::{Call, Chrome};

/// Earlier incidents that are offered as having the same cause.
const EARLIER_MAX: usize = 100;

#[derive(Template)]
#[template(path = "console/incidents/edit_update.html")]
struct EditUpdateView {
    chrome: Chrome,
    problems: Vec<String>,
    path: String,
    back: String,
    version: i64,
    text: String,
    shown_at: TimeField,
    /// What it says now, where somebody else changed it meanwhile.
    meanwhile: Option<String>,
    is_fresh: bool,
    draft: String,
}

#[derive(Template)]
#[template(path = "console/incidents/details.html")]
struct DetailsView {
    chrome: Chrome,
    problems: Vec<String>,
    path: String,
    back: String,
    version: i64,
    title: String,
    started: TimeField,
    ended: TimeField,
    is_open: bool,
    impacts: Vec<Choice>,
    earlier: Vec<Choice>,
    meanwhile: Vec<String>,
}

fn update_of<'a>(call: &Call, room: &'a Room) -> Result<&'a IncidentUpdate, Refusal> {
    let id: UpdateId = call.param("update")?;
    room.stored.value.updates.iter().find(|update| update.id == id).ok_or(Refusal::NotFound)
}

/// The fields as the message says them.
fn fields_of(update: &IncidentUpdate, clock: &WallClock) -> Form {
    let shown_at = TimeField::of(SHOWN_AT, update.shown_at.instant(), clock);
    shown_at.put(Form::of([("text", &update.body.text)]))
}

/// The form for a message.
pub(super) async fn show_update(call: Call) -> Answer {
    let room = Room::enter(&call).await?;
    let update = update_of(&call, &room)?;
    let form = fields_of(update, &room.setting.clock);
    update_form(&call, &room, &form, StatusCode::OK, Vec::new())
}

fn update_form(
    call: &Call,
    room: &Room,
    form: &Form,
    status: StatusCode,
    problems: Vec<String>,
) -> Answer {
    let update = update_of(call, room)?;
    let is_stale =
        form.maybe("version").is_some_and(|version| version != room.stored.version.to_string());
    let is_other = update.body.text != form.lines("text");
    let view = EditUpdateView {
        chrome: Chrome::of(call, "Edit an update", ""),
        problems,
        path: format!("{}/updates/{}", room.path(), update.id),
        back: room.path(),
        version: room.stored.version,
        text: form.lines("text"),
        shown_at: TimeField::sent(SHOWN_AT, form, &room.setting.clock).0,
        meanwhile: (is_stale && is_other).then(|| update.body.text.clone()),
        is_fresh: status == StatusCode::OK,
        draft: update.id.to_string(),
    };
    answer::page(status, &view)
}

/// Edits a message.
pub(super) async fn edit_update(call: Call) -> Answer {
    let room = Room::enter(&call).await?;
    let update = update_of(&call, &room)?;
    let clock = &room.setting.clock;
    let is_same = TimeField::is_same(SHOWN_AT, &call.form, &fields_of(update, clock));
    let shown_at = match TimeField::read(SHOWN_AT, &call.form, clock) {
        Ok(at) => at.filter(|_| !is_same).map(|at| Moment::At { at }),
        Err(problem) => return refuse_update(&call, problem.into()).await,
    };
    let body = Prose { format: update.body.format, text: call.form.lines("text") };
    let edit = UpdateEdit { body: Some(body), shown_at, changes: None };
    let (store, id, update_id) = (&call.app.store, room.stored.value.id, update.id);
    let (actor, editor) = (call.actor()?, call.access()?.name);
    let expected = call.form.text("version").parse().ok();
    let written =
        writing::change(store, id, expected, call.change(&actor), |incident: Incident| {
            Ok(incident.edit_update(update_id, edit, &editor, call.now)?)
        });
    match written.await {
        Ok(_) => update::done(&call, &room, "edited"),
        Err(error) => refuse_update(&call, error).await,
    }
}

async fn refuse_update(call: &Call, error: WriteError) -> Answer {
    let (status, problems) = super::told_of(error)?;
    // Read again: somebody else may have changed it.
    let room = Room::enter(call).await?;
    update_form(call, &room, &call.form, status, problems)
}

/// The fields as the incident says them.
fn details_of(incident: &Incident, clock: &WallClock) -> Form {
    let same = incident.same_cause_as.map(|id| id.to_string()).unwrap_or_default();
    let form = Form::of([
        ("title", &incident.title),
        ("impact", incident.impact_override.map(words::impact_value).unwrap_or_default()),
        ("same_cause", &same),
    ]);
    let form = TimeField::of(STARTED, incident.started.instant(), clock).put(form);
    TimeField::of(ENDED, incident.ended().and_then(Bound::instant), clock).put(form)
}

/// The form for title, times, impact and cause.
pub(super) async fn show_details(call: Call) -> Answer {
    let room = Room::enter(&call).await?;
    let form = details_of(&room.stored.value, &room.setting.clock);
    details_form(&call, &room, &form, StatusCode::OK, Vec::new()).await
}

async fn details_form(
    call: &Call,
    room: &Room,
    form: &Form,
    status: StatusCode,
    problems: Vec<String>,
) -> Answer {
    let (incident, clock) = (&room.stored.value, &room.setting.clock);
    let chosen = form.text("same_cause");
    let mut earlier = vec![Choice::of("", "None", chosen)];
    let others = others(&call.app.store, incident, chosen).await?;
    earlier.extend(others.iter().map(|other| {
        let name = format!("{} ({})", other.title, clock.tell_bound(other.started));
        Choice::of(&other.id.to_string(), &name, chosen)
    }));
    let is_stale =
        form.maybe("version").is_some_and(|version| version != room.stored.version.to_string());
    let now = details_of(incident, clock);
    let labels =
        [("title", "Title"), ("started", "Began"), ("ended", "Ended"), ("impact", "Impact")];
    let differing = labels.into_iter();
    let differing = differing.filter(|named| is_stale && !TimeField::is_same(*named, &now, form));
    let meanwhile = differing.map(|named| {
        let utc = TimeField::sent(named, &now, clock).0.utc;
        let utc = if utc.is_empty() { utc } else { format!(" ({utc})") };
        format!("{}: {}{utc}", named.1, now.text(named.0))
    });
    let view = DetailsView {
        chrome: Chrome::of(call, "Title, times, impact, cause", ""),
        problems,
        path: format!("{}/details", room.path()),
        back: room.path(),
        version: room.stored.version,
        title: form.text("title").to_owned(),
        started: TimeField::sent(STARTED, form, clock).0,
        ended: TimeField::sent(ENDED, form, clock).0,
        is_open: incident.is_open(),
        impacts: words::impact_choices(form.text("impact")),
        earlier,
        meanwhile: meanwhile.collect(),
    };
    answer::page(status, &view)
}

/// Other incidents of the page that may have the same cause: the latest ones, and the chosen one.
async fn others(
    store: &Store,
    incident: &Incident,
    chosen: &str,
) -> Result<Vec<Incident>, StoreError> {
    let page_id = Some(incident.page_id);
    let slice = BegunSlice { page_id, limit: EARLIER_MAX + 1, ..BegunSlice::default() };
    let mut others = store.slice_incidents_begun(&slice).await?.incidents;
    others.retain(|other| other.id != incident.id);
    others.truncate(EARLIER_MAX);
    let missing = chosen.parse().ok().filter(|id| !others.iter().any(|other| other.id == *id));
    if let Some(id) = missing
        && let Some(chosen) = store.find_incident(id).await?
        && chosen.page_id == incident.page_id
    {
        others.push(chosen.value);
    }
    Ok(others)
}

/// Changes title, times, impact and cause.
pub(super) async fn change_details(call: Call) -> Answer {
    let room = Room::enter(&call).await?;
    let actor = call.actor()?;
    let (store, id) = (&call.app.store, room.stored.value.id);
    let expected = call.form.text("version").parse().ok();
    let clock = &room.setting.clock;
    let written =
        writing::change(store, id, expected, call.change(&actor), |incident: Incident| {
            decide_details(incident, &call, clock)
        });
    match written.await {
        Ok(_) => update::done(&call, &room, "changed"),
        Err(error) => {
            let (status, problems) = super::told_of(error)?;
            let room = Room::enter(&call).await?;
            details_form(&call, &room, &call.form, status, problems).await
        }
    }
}

fn decide_details(
    incident: Incident,
    call: &Call,
    clock: &WallClock,
) -> Result<Incident, WriteError> {
    let (form, was) = (&call.form, details_of(&incident, clock));
    let same_cause = form.maybe("same_cause").map(str::parse::<IncidentId>).transpose();
    let same_cause = same_cause
        .map_err(|_| InvalidValue::new("same cause", "is no incident: choose one of the list"))?;
    let mut incident = incident
        .retitle(form.text("title").to_owned())
        .override_impact(words::read_impact(form.text("impact")))
        .set_same_cause(same_cause)?;
    // A time that was not touched keeps what the field cannot show: "about", or a day alone.
    let touched = |named| !TimeField::is_same(named, form, &was);
    if touched(STARTED) {
        let started = TimeField::read(STARTED, form, clock)?;
        let started = started.ok_or_else(|| InvalidValue::new("began", "is empty: say when"))?;
        incident = incident.correct_start(Bound::exactly(started), call.now)?;
    }
    if touched(ENDED) && !incident.is_open() {
        let ended = TimeField::read(ENDED, form, clock)?;
        let ended =
            ended.ok_or_else(|| InvalidValue::new("ended", "is empty: reopen the incident"))?;
        incident = incident.correct_end(Bound::exactly(ended), call.now)?;
    }
    Ok(incident)
}
