//! The page of one incident: everything about it, and what can be done to it.

use std::collections::BTreeMap;

use allclear_domain::audit::Subject;
use allclear_domain::ids::{ComponentId, IncidentId, PublicId};
use allclear_domain::incident::IncidentKind;
use allclear_domain::record::Target;
use allclear_domain::{
    Component, ComponentStatus, Forest, Incident, IncidentUpdate, Scope, StatusPage,
};
use allclear_store::Stored;
use askama::Template;
use axum::http::StatusCode;
use jiff::Timestamp;

use super::composer::Setting;
use super::fields::{ENDED, NextView, SHOWN_AT};
use super::picker::{self, PickerView};
use super::preview::{PreviewView, public_base};
use super::promises::PromiseView;
use super::who::{self, Changed, Names};
use crate::console::answer::{self, Answer, Refusal};
use crate::console::clock::{TimeField, WallClock};
use crate::console::form::Form;
use crate::console::when::tell_length;
use crate::console::words::{self, Choice};
use crate::console::{Call, Chrome};

#[derive(Template)]
#[template(path = "console/incidents/room.html")]
struct RoomView {
    chrome: Chrome,
    problems: Vec<String>,
    path: String,
    public: String,
    head: HeadView,
    may_write: bool,
    version: i64,
    text: String,
    statuses: Vec<Choice>,
    picker: PickerView,
    next: NextView,
    shown_at: TimeField,
    ended: TimeField,
    has_more: bool,
    is_fresh: bool,
    preview: Option<PreviewView>,
    updates: Vec<UpdateView>,
    notes: Vec<NoteView>,
    note: String,
    promises: Vec<PromiseView>,
    promise: String,
    promise_due: String,
    postmortem: &'static str,
}

/// How an incident stands.
struct HeadView {
    status: &'static str,
    impact: (&'static str, &'static str, &'static str),
    started: String,
    length: String,
    ended: String,
    page: String,
    affected: Vec<String>,
    due: String,
    is_late: bool,
    is_draft: bool,
    is_open: bool,
    is_shutdown: bool,
    reopened: Vec<String>,
}

/// One message, for the team.
struct UpdateView {
    id: String,
    status: &'static str,
    shown_at: String,
    posted: String,
    text: String,
    changes: Vec<String>,
    next: String,
    former: Vec<FormerView>,
}

/// How a message was before.
struct FormerView {
    edited: String,
    text: String,
    shown_at: String,
}

/// An internal note.
struct NoteView {
    written: String,
    text: String,
}

/// An incident with what its forms need.
pub(super) struct Room {
    pub(super) stored: Stored<Incident>,
    pub(super) setting: Setting,
}

impl Room {
    /// The incident of the address.
    pub(super) async fn enter(call: &Call) -> Result<Self, Refusal> {
        let store = &call.app.store;
        let found = match call.param::<PublicId>("id") {
            Ok(id) => store.find_incident_by_public_id(id).await?,
            Err(_) => store.find_incident(call.param::<IncidentId>("id")?).await?,
        };
        let stored = found.ok_or(Refusal::NotFound)?;
        let pages = store.list_status_pages().await?;
        let page = pages.iter().find(|page| page.id == stored.value.page_id).cloned();
        let page = page.ok_or(Refusal::NotFound)?;
        let components = picker::components_of(store, &page).await?;
        let clock = WallClock::of(&page);
        Ok(Self { stored, setting: Setting { pages, page, components, clock } })
    }

    /// Where its forms are sent.
    pub(super) fn path(&self) -> String {
        path_of(&self.stored.value)
    }

    /// How each component stands because of it.
    fn standing(&self, now: Timestamp) -> BTreeMap<ComponentId, ComponentStatus> {
        let forest = Forest::grown_from(&self.setting.components);
        let zone = self.setting.clock.zone();
        let intervals = self.stored.value.impact_intervals(&forest, zone, now);
        let open = intervals.into_iter().filter(|interval| interval.until.is_none());
        open.map(|interval| (interval.component_id, interval.status)).collect()
    }
}

/// The page of an incident in the console.
pub(crate) fn path_of(incident: &Incident) -> String {
    format!("/console/incidents/{}", incident.public_id)
}

/// The page.
pub(super) async fn show(call: Call) -> Answer {
    let room = Room::enter(&call).await?;
    let shown = Shown { is_fresh: true, ..Shown::default() };
    show_with(&call, &room, &Form::default(), shown).await
}

/// What stands around the form for an update.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) status: StatusCode,
    pub(super) problems: Vec<String>,
    pub(super) preview: Option<PreviewView>,
    pub(super) is_fresh: bool,
}

/// The page, with what somebody typed.
pub(super) async fn show_with(call: &Call, room: &Room, form: &Form, shown: Shown) -> Answer {
    let (incident, clock) = (&room.stored.value, &room.setting.clock);
    let names = Names::load(&call.app.store).await?;
    let acted = who::changed(&call.app.store, &names, incident.id).await?;
    // Where another form was sent, the one for an update is as it is at first.
    let is_update = form.is_ticked("status");
    let status = match (is_update, incident.is_open()) {
        (true, _) => form.text("status"),
        (false, true) => incident.state.status().as_str(),
        (false, false) => "",
    };
    let mut statuses = words::incident_status_choices(status);
    statuses.push(Choice::of("", "No change", status));
    let updates = incident.updates.iter().rev();
    let has_more = ["shown_at", "ended"].iter().any(|name| form.maybe(name).is_some());
    let view = RoomView {
        chrome: Chrome::of(call, &incident.title, super::done(call.query.text("done"))),
        problems: shown.problems,
        path: room.path(),
        public: public_path(incident, &room.setting.page),
        head: head(room, call.now),
        may_write: call.access()?.may(Scope::Incidents),
        version: room.stored.version,
        text: form.lines("text"),
        statuses,
        picker: picker::for_update(&room.setting.components, &room.standing(call.now), form),
        next: NextView::of(if is_update { form.text("next") } else { "30" }, form, clock),
        shown_at: TimeField::sent(SHOWN_AT, form, clock).0.hinting("Empty: now."),
        ended: TimeField::sent(ENDED, form, clock)
            .0
            .hinting("With “Resolved”. Empty: when it is said."),
        has_more,
        is_fresh: shown.is_fresh,
        preview: shown.preview,
        updates: updates.map(|u| update_view(u, &room.setting, &acted)).collect(),
        notes: notes(call, room).await?,
        note: form.lines("note"),
        promises: super::promises::views(&incident.record, clock, call),
        promise: form.text("promise").to_owned(),
        promise_due: form.text("due").to_owned(),
        postmortem: super::postmortem::state_of(incident),
    };
    answer::page(shown.status, &view)
}

/// Where readers find it; empty while it is a draft.
fn public_path(incident: &Incident, page: &StatusPage) -> String {
    let is_public = incident.publication.is_public();
    let path = || format!("{}incidents/{}", public_base(page), incident.public_id);
    if is_public { path() } else { String::new() }
}

fn head(room: &Room, now: Timestamp) -> HeadView {
    let (incident, clock) = (&room.stored.value, &room.setting.clock);
    let due_at = incident.updates.last().and_then(|update| update.next_update_due_at);
    let due_at = due_at.filter(|_| incident.is_open() && incident.publication.is_public());
    let length = match (incident.started.instant(), incident.ended()) {
        (Some(from), None) => tell_length(now.duration_since(from)),
        (Some(from), Some(ended)) => {
            let until = ended.instant();
            until.map(|until| tell_length(until.duration_since(from))).unwrap_or_default()
        }
        (None, _) => String::new(),
    };
    let affected = incident.record.affected.iter();
    let affected = affected.map(|affected| {
        let name = target_name(&affected.target, &room.setting.components);
        format!("{name}: {}", words::component_status(affected.status))
    });
    let reopened = incident.reopened.iter();
    let reopened = reopened.map(|end| {
        let at = clock.tell(end.reopened_at);
        format!("Reopened {at}; it had ended {}", clock.tell_bound(end.ended_before))
    });
    HeadView {
        status: words::incident_status(incident.state.status()),
        impact: words::impact(incident.impact()),
        started: clock.tell_bound(incident.started),
        length,
        ended: incident.ended().map(|ended| clock.tell_bound(ended)).unwrap_or_default(),
        page: room.setting.page.title.clone(),
        affected: affected.collect(),
        due: due_at.map(|at| clock.tell(at)).unwrap_or_default(),
        is_late: due_at.is_some_and(|at| at < now),
        is_draft: !incident.publication.is_public(),
        is_open: incident.is_open(),
        is_shutdown: incident.kind == IncidentKind::DeliberateShutdown,
        reopened: reopened.collect(),
    }
}

/// What a statement is about, for people.
pub(super) fn target_name(target: &Target, components: &[Component]) -> String {
    match target {
        Target::All => "All components".to_owned(),
        Target::Words(words) => words.clone(),
        Target::Component(id) => {
            let found = components.iter().find(|component| component.id == *id);
            found.map_or_else(|| id.to_string(), |component| component.name.clone())
        }
    }
}

fn update_view(update: &IncidentUpdate, setting: &Setting, acted: &Changed) -> UpdateView {
    let clock = &setting.clock;
    let author = acted.by(update.posted_at);
    let author = author.map(|name| format!(" by {name}")).unwrap_or_default();
    let changes = update.changes.iter().map(|change| {
        let name = target_name(&Target::Component(change.component_id), &setting.components);
        format!("{name}: {}", words::component_status(change.status))
    });
    let former = update.edits.iter().rev().map(|edit| FormerView {
        edited: format!("Until {}, when {} edited it", clock.tell(edit.edited_at), edit.editor),
        text: edit.before.as_ref().map(|prose| prose.text.clone()).unwrap_or_default(),
        shown_at: edit.shown_before.map(|at| clock.tell_moment(at)).unwrap_or_default(),
    });
    let next = update.next_update_due_at;
    UpdateView {
        id: update.id.to_string(),
        status: update.status.map(words::incident_status).unwrap_or_default(),
        shown_at: clock.tell_moment(update.shown_at),
        posted: format!("Entered {}{author}", clock.tell(update.posted_at)),
        text: update.body.text.clone(),
        changes: changes.collect(),
        next: next.map(|at| clock.tell(at)).unwrap_or_default(),
        former: former.collect(),
    }
}

async fn notes(call: &Call, room: &Room) -> Result<Vec<NoteView>, Refusal> {
    let subject = Subject::Incident(room.stored.value.id);
    let notes = call.app.store.list_internal_notes(subject).await?;
    let view = |note: &allclear_domain::InternalNote| NoteView {
        written: format!("{}, {}", note.author, room.setting.clock.tell(note.written_at)),
        text: note.body.reveal_to_team().to_owned(),
    };
    Ok(notes.iter().rev().map(view).collect())
}
