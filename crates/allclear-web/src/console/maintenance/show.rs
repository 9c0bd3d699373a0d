//! One window: how it stands, what can be done with it, what was told of it.

use allclear_domain::audit::Subject;
use allclear_domain::maintenance::{InSeries, MaintenanceState};
use allclear_domain::record::{Affected, Target};
use allclear_domain::{Maintenance, MaintenanceUpdate, Scope};
use allclear_store::Stored;
use askama::Template;
use jiff::{SignedDuration, Timestamp};

use super::fields::{ENDS_AT, STARTS_AT};
use super::plan::{Place, find};
use super::reminders::{self, ReminderLine};
use super::{done, list, word};
use crate::console::answer::{self, Answer, Refusal};
use crate::console::call::Call;
use crate::console::chrome::Chrome;
use crate::console::clock::TimeField;
use crate::console::trouble::Trouble;

struct UpdateLine {
    id: String,
    status: &'static str,
    at: String,
    text: String,
    is_edited: bool,
    is_being_edited: bool,
    typed: String,
}

struct NoteLine {
    author: String,
    at: String,
    text: String,
}

struct FormerLine {
    when: String,
    changed_at: String,
    why: String,
}

/// What can be done with it now.
#[derive(Default)]
struct Steps {
    begin: bool,
    verify: bool,
    complete: bool,
    cancel: bool,
    publish: bool,
    extend: bool,
    reschedule: bool,
    convert: bool,
}

#[derive(Template)]
#[template(path = "console/maintenance/show.html")]
struct ShowView {
    chrome: Chrome,
    trouble: Trouble,
    id: String,
    slug: String,
    status: &'static str,
    zone_name: String,
    marks: Vec<(&'static str, &'static str)>,
    facts: Vec<(&'static str, String)>,
    former: Vec<FormerLine>,
    updates: Vec<UpdateLine>,
    notes: Vec<NoteLine>,
    reminders: Vec<ReminderLine>,
    series: Option<InSeries>,
    steps: Steps,
    version: i64,
    new_start: TimeField,
    new_end: TimeField,
    message: String,
    why: String,
    note: String,
    incident_title: String,
    incident_message: String,
    becomes: &'static str,
    became: bool,
    may_write: bool,
}

/// The page.
pub(super) async fn show(call: Call) -> Answer {
    let (window, place) = find(&call).await?;
    page(&call, &window, &place, Trouble::default()).await
}

/// The page, with what was wrong with a form on it; what was typed stays.
pub(super) async fn page(
    call: &Call,
    window: &Stored<Maintenance>,
    place: &Place,
    trouble: Trouble,
) -> Answer {
    let clock = &place.clock;
    let (new_start, new_end) = times(call, window, place);
    let typed = |name| call.form.lines(name);
    let view = ShowView {
        chrome: Chrome::of(call, &window.title, done(call.query.text("done"))),
        id: window.public_id.to_string(),
        slug: place.page.slug.to_string(),
        status: word(window.state.status()),
        zone_name: clock.name.clone(),
        marks: list::marks(window, call.now),
        facts: facts(window, place),
        former: former(window, place),
        updates: window.updates.iter().rev().map(|update| line(call, update, place)).collect(),
        notes: notes(call, window, place).await?,
        reminders: reminders::of(call, window, place).await?,
        series: window.series,
        steps: steps(window),
        version: window.version,
        new_start,
        new_end,
        message: typed("message"),
        why: typed("why"),
        note: typed("note"),
        incident_title: call.form.text("incident_title").to_owned(),
        incident_message: typed("incident_message"),
        becomes: super::steps::BECOMES,
        became: window.converted_to.is_some(),
        may_write: call.access()?.may(Scope::Maintenance),
        trouble,
    };
    answer::page(view.trouble.status(), &view)
}

fn steps(window: &Maintenance) -> Steps {
    let is_draft = !window.publication.is_public();
    match window.state {
        MaintenanceState::Scheduled => Steps {
            begin: true,
            cancel: true,
            reschedule: true,
            publish: is_draft,
            ..Steps::default()
        },
        MaintenanceState::InProgress { .. } => Steps {
            verify: true,
            complete: true,
            extend: true,
            convert: true,
            publish: is_draft,
            ..Steps::default()
        },
        MaintenanceState::Verifying { .. } => Steps {
            complete: true,
            extend: true,
            convert: true,
            publish: is_draft,
            ..Steps::default()
        },
        MaintenanceState::Completed { .. } | MaintenanceState::Cancelled { .. } => {
            Steps { publish: is_draft, ..Steps::default() }
        }
    }
}

/// The fields for other times: as they were sent, else as they are announced.
fn times(call: &Call, window: &Maintenance, place: &Place) -> (TimeField, TimeField) {
    let field =
        |name: (&'static str, &'static str), at: Option<Timestamp>| match call.form.maybe(name.0) {
            Some(_) => TimeField::sent(name, &call.form, &place.clock).0.required(),
            None => TimeField::of(name, at, &place.clock).required(),
        };
    let end = match window.window.ends_at {
        Some(end) if window.is_under_way() => Some(end + SignedDuration::from_hours(1)),
        end => end,
    };
    (field(STARTS_AT, window.window.starts_at), field(ENDS_AT, end))
}

fn facts(window: &Maintenance, place: &Place) -> Vec<(&'static str, String)> {
    let told = |at: Timestamp| place.clock.both(at);
    let mut facts = vec![("Announced", list::when(window, &place.clock))];
    if let Some(started) = window.started().instant().filter(|_| !window_is_ahead(window)) {
        facts.push(("Began", told(started)));
    }
    if let Some(ended) = window.ended().and_then(allclear_domain::times::Bound::instant) {
        facts.push(("Ended", told(ended)));
    }
    if let Some(abort_at) = window.abort_at {
        facts.push(("Taken back if not done by", told(abort_at)));
    }
    let automatic = match window.is_automatic {
        true => "At its announced start and end, without a person",
        false => "When a person says so",
    };
    facts.push(("Begins and ends", automatic.to_owned()));
    facts.push(("Components", components(&window.record.affected, place)));
    let texts =
        [("Expected effect", &window.expected_effect), ("Recovery plan", &window.recovery_plan)];
    facts.extend(texts.into_iter().filter_map(|(name, text)| Some((name, text.clone()?))));
    facts
}

fn window_is_ahead(window: &Maintenance) -> bool {
    matches!(window.state, MaintenanceState::Scheduled | MaintenanceState::Cancelled { .. })
}

/// What is affected, in words.
pub(super) fn components(affected: &[Affected], place: &Place) -> String {
    let name = |target: &Target| match target {
        Target::All => "All components".to_owned(),
        Target::Words(words) => words.clone(),
        Target::Component(id) => {
            let known = place.components.iter().find(|component| component.id == *id);
            known.map_or_else(|| "a component of another page".to_owned(), |c| c.name.clone())
        }
    };
    let named = affected.iter().map(|affected| {
        let status = crate::console::components::word(affected.status);
        format!("{}: {status}", name(&affected.target))
    });
    let named: Vec<String> = named.collect();
    if named.is_empty() { "None".to_owned() } else { named.join("\n") }
}

fn former(window: &Maintenance, place: &Place) -> Vec<FormerLine> {
    let line = |former: &allclear_domain::maintenance::FormerWindow| {
        let then = Maintenance { window: former.window.clone(), ..window.clone() };
        FormerLine {
            when: list::when(&then, &place.clock),
            changed_at: place.clock.both(former.changed_at),
            why: former.why.clone().unwrap_or_default(),
        }
    };
    window.former_windows.iter().rev().map(line).collect()
}

fn line(call: &Call, update: &MaintenanceUpdate, place: &Place) -> UpdateLine {
    let id = update.id.to_string();
    let is_being_edited = call.form.maybe("update") == Some(id.as_str());
    UpdateLine {
        status: update.status.map_or("", word),
        at: update.shown_at.instant().map_or_else(String::new, |at| place.clock.both(at)),
        text: update.body.text.clone(),
        is_edited: !update.edits.is_empty(),
        typed: if is_being_edited { call.form.lines("text") } else { update.body.text.clone() },
        is_being_edited,
        id,
    }
}

async fn notes(call: &Call, window: &Maintenance, place: &Place) -> Result<Vec<NoteLine>, Refusal> {
    let notes = call.app.store.list_internal_notes(Subject::Maintenance(window.id)).await?;
    let line = |note: allclear_domain::InternalNote| NoteLine {
        at: place.clock.both(note.written_at),
        text: note.body.reveal_to_team().to_owned(),
        author: note.author,
    };
    Ok(notes.into_iter().rev().map(line).collect())
}
