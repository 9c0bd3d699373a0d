//! The facts beside the messages: what was spared, what customers should do, causes, losses.

use allclear_domain::error::InvalidValue;
use allclear_domain::record::{Cause, Certainty, Correction, Target};
use allclear_domain::{Component, Incident, OutageRecord};
use allclear_incidents::writing::{self, WriteError};
use askama::Template;
use axum::http::StatusCode;
use jiff::civil::Date;

use super::losses::{self, LossView};
use super::room::{Room, target_name};
use super::update;
use crate::console::answer::{self, Answer};
use crate::console::form::Form;
use crate::console::words::Choice;
use crate::console::{Call, Chrome};

/// Fields of several lines, with what stands above them.
const FIELDS: [(&str, &str); 7] = [
    ("not_affected", "Not affected (one component or thing a line)"),
    ("should", "What customers should do"),
    ("security", "Statement on data and attack"),
    ("known", "Known causes (one a line)"),
    ("suspected", "Suspected causes (one a line)"),
    ("ruled_out", "Ruled out (one a line)"),
    ("corrections", "Corrections of what was first published (one a line: 2026-11-21 text)"),
];

#[derive(Template)]
#[template(path = "console/incidents/record.html")]
struct RecordView {
    chrome: Chrome,
    problems: Vec<String>,
    path: String,
    back: String,
    version: i64,
    fields: Vec<FieldView>,
    losses: Vec<LossView>,
    /// Whether somebody else changed something meanwhile: losses stand as they are now.
    is_stale: bool,
    /// The one that may be added.
    added: LossView,
    targets: Vec<Choice>,
}

/// One field of several lines.
struct FieldView {
    name: &'static str,
    label: &'static str,
    text: String,
    /// What it says now, where somebody else changed it meanwhile.
    meanwhile: Option<String>,
}

/// The fields as the record says them.
fn form_of(record: &OutageRecord, components: &[Component]) -> Form {
    let not_affected = record.not_affected.iter().map(|target| target_name(target, components));
    let causes = |certainty: Certainty| {
        let causes = record.causes.iter().filter(|cause| cause.certainty == certainty);
        one_line_each(causes.map(|cause| cause.text.clone()))
    };
    let corrections = record.corrections.iter().map(|correction| {
        let on = correction.on.map(|on| format!("{on} ")).unwrap_or_default();
        format!("{on}{}", correction.text)
    });
    let form = Form::of([
        ("not_affected", &one_line_each(not_affected)),
        ("should", record.customers_should.as_deref().unwrap_or_default()),
        ("security", record.security_statement.as_deref().unwrap_or_default()),
        ("known", &causes(Certainty::Known)),
        ("suspected", &causes(Certainty::Suspected)),
        ("ruled_out", &causes(Certainty::RuledOut)),
        ("corrections", &one_line_each(corrections)),
    ]);
    losses::filled(form, &record.losses)
}

fn one_line_each(texts: impl Iterator<Item = String>) -> String {
    texts.map(|text| text.replace('\n', " ")).collect::<Vec<_>>().join("\n")
}

/// The form.
pub(super) async fn show(call: Call) -> Answer {
    let room = Room::enter(&call).await?;
    let form = form_of(&room.stored.value.record, &room.setting.components);
    page(&call, &room, &form, StatusCode::OK, Vec::new())
}

fn page(
    call: &Call,
    room: &Room,
    form: &Form,
    status: StatusCode,
    problems: Vec<String>,
) -> Answer {
    let (record, components) = (&room.stored.value.record, &room.setting.components);
    let is_stale =
        form.maybe("version").is_some_and(|version| version != room.stored.version.to_string());
    let now = form_of(record, components);
    let fields = FIELDS.map(|(name, label)| FieldView {
        name,
        label,
        text: form.lines(name),
        meanwhile: (is_stale && now.text(name) != form.lines(name))
            .then(|| now.text(name).to_owned()),
    });
    let chosen = form.text("loss_target");
    let mut targets = vec![Choice::of("", "–", chosen), Choice::of("all", "Everything", chosen)];
    let offered = components.iter();
    targets.extend(offered.map(|one| Choice::of(&one.id.to_string(), &one.name, chosen)));
    let view = RecordView {
        chrome: Chrome::of(call, "Facts", ""),
        problems,
        path: format!("{}/record", room.path()),
        back: room.path(),
        version: room.stored.version,
        fields: fields.into(),
        losses: losses::views(if is_stale { &now } else { form }, &record.losses, components),
        is_stale,
        added: losses::added(form),
        targets,
    };
    answer::page(status, &view)
}

/// Changes the facts.
pub(super) async fn change(call: Call) -> Answer {
    let room = Room::enter(&call).await?;
    let expected = call.form.text("version").parse().ok();
    let actor = call.actor()?;
    let (store, id) = (&call.app.store, room.stored.value.id);
    let components = &room.setting.components;
    let written =
        writing::change(store, id, expected, call.change(&actor), |incident: Incident| {
            let record = read(&call.form, incident.record.clone(), components)?;
            Ok(incident.set_record(record))
        });
    match written.await {
        Ok(_) => update::done(&call, &room, "changed"),
        Err(error) => refuse(&call, error).await,
    }
}

async fn refuse(call: &Call, error: WriteError) -> Answer {
    let (status, problems) = super::told_of(error)?;
    let room = Room::enter(call).await?;
    page(call, &room, &call.form, status, problems)
}

/// The record with what the form says. What the form does not show stays as it is.
fn read(
    form: &Form,
    record: OutageRecord,
    components: &[Component],
) -> Result<OutageRecord, InvalidValue> {
    let was = form_of(&record, components);
    let is_touched = |name: &str| was.text(name) != form.lines(name);
    let mut record = record;
    if is_touched("not_affected") {
        let lines = form.lines("not_affected");
        record.not_affected = lines_of(&lines).map(|line| target(line, components)).collect();
    }
    record.customers_should = form.maybe("should").map(|_| form.lines("should"));
    record.security_statement = form.maybe("security").map(|_| form.lines("security"));
    let mut causes = Vec::new();
    for (name, certainty) in [
        ("known", Certainty::Known),
        ("suspected", Certainty::Suspected),
        ("ruled_out", Certainty::RuledOut),
    ] {
        let known: Vec<Cause> =
            record.causes.iter().filter(|cause| cause.certainty == certainty).cloned().collect();
        if !is_touched(name) {
            causes.extend(known);
            continue;
        }
        for text in lines_of(&form.lines(name)) {
            let same = known.iter().find(|cause| cause.text == text).cloned();
            let new = || Cause { text: text.to_owned(), certainty, corrections: Vec::new() };
            causes.push(same.unwrap_or_else(new));
        }
    }
    record.causes = causes;
    if is_touched("corrections") {
        record.corrections = lines_of(&form.lines("corrections")).map(correction).collect();
    }
    record.losses = losses::read(form, record.losses, components)?;
    Ok(record)
}

fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// A component, where one is called that, else the words.
fn target(line: &str, components: &[Component]) -> Target {
    let found = components.iter().find(|component| component.name == line);
    found.map_or_else(|| Target::Words(line.to_owned()), |found| Target::Component(found.id))
}

fn correction(line: &str) -> Correction {
    let dated = line.split_once(' ').and_then(|(day, text)| {
        let on: Date = day.trim_end_matches(':').parse().ok()?;
        Some(Correction { on: Some(on), text: text.trim().to_owned() })
    });
    dated.unwrap_or_else(|| Correction { on: None, text: line.to_owned() })
}
