//! The facts beside the messages: what was spared, what customers should do, causes, losses.

use allclear_domain::error::InvalidValue;
use allclear_domain::record::{
    Cause, Certainty, Correction, Loss, LossCounts, LossKind, LossOutcome, Target,
};
use allclear_domain::{Component, Incident, OutageRecord};
use allclear_incidents::writing::{self, WriteError};
use askama::Template;
use axum::http::StatusCode;
use jiff::civil::Date;

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

const OUTCOMES: [(LossOutcome, &str, &str); 8] = [
    (LossOutcome::None, "none", "Nothing was lost"),
    (LossOutcome::Recovered, "recovered", "Lost at first, then recovered"),
    (LossOutcome::MostlyRecovered, "mostly_recovered", "Mostly recovered"),
    (LossOutcome::Delayed, "delayed", "Late, not lost"),
    (LossOutcome::Minimal, "minimal", "Very little was lost"),
    (LossOutcome::SomeLost, "some_lost", "Some was lost"),
    (LossOutcome::Lost, "lost", "Lost"),
    (LossOutcome::NotStated, "not_stated", "Not known yet"),
];

const KINDS: [(LossKind, &str, &str); 4] = [
    (LossKind::Transactions, "transactions", "Transactions"),
    (LossKind::Data, "data", "Data"),
    (LossKind::Configuration, "configuration", "Settings"),
    (LossKind::Mail, "mail", "Mail"),
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
    targets: Vec<Choice>,
    kinds: Vec<Choice>,
    outcomes: Vec<Choice>,
    loss_note: String,
}

/// One field of several lines.
struct FieldView {
    name: &'static str,
    label: &'static str,
    text: String,
    /// What it says now, where somebody else changed it meanwhile.
    meanwhile: Option<String>,
}

/// One loss on record.
struct LossView {
    place: usize,
    text: String,
    is_dropped: bool,
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
    Form::of([
        ("not_affected", &one_line_each(not_affected)),
        ("should", record.customers_should.as_deref().unwrap_or_default()),
        ("security", record.security_statement.as_deref().unwrap_or_default()),
        ("known", &causes(Certainty::Known)),
        ("suspected", &causes(Certainty::Suspected)),
        ("ruled_out", &causes(Certainty::RuledOut)),
        ("corrections", &one_line_each(corrections)),
    ])
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
    let losses = record.losses.iter().enumerate().map(|(place, loss)| LossView {
        place,
        text: loss_text(loss, components),
        is_dropped: form.is_ticked(&format!("drop_{place}")),
    });
    let chosen = form.text("loss_target");
    let mut targets = vec![Choice::of("", "–", chosen), Choice::of("all", "Everything", chosen)];
    let offered = components.iter();
    targets.extend(offered.map(|one| Choice::of(&one.id.to_string(), &one.name, chosen)));
    let mut kinds = vec![Choice::of("", "Of no kind", form.text("loss_kind"))];
    kinds.extend(KINDS.map(|(_, value, name)| Choice::of(value, name, form.text("loss_kind"))));
    let outcome = form.maybe("loss_outcome").unwrap_or("not_stated");
    let view = RecordView {
        chrome: Chrome::of(call, "Facts", ""),
        problems,
        path: format!("{}/record", room.path()),
        back: room.path(),
        version: room.stored.version,
        fields: fields.into(),
        losses: losses.collect(),
        targets,
        kinds,
        outcomes: OUTCOMES.map(|(_, value, name)| Choice::of(value, name, outcome)).into(),
        loss_note: form.text("loss_note").to_owned(),
    };
    answer::page(status, &view)
}

fn loss_text(loss: &Loss, components: &[Component]) -> String {
    let kind = KINDS.iter().find(|(kind, ..)| Some(*kind) == loss.kind);
    let kind = kind.map(|(_, _, name)| format!("{name}: ")).unwrap_or_default();
    let outcome = OUTCOMES.iter().find(|(outcome, ..)| *outcome == loss.outcome);
    let outcome = outcome.map_or("", |(_, _, name)| name);
    let note = loss.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
    format!("{}: {kind}{outcome}{note}", target_name(&loss.target, components))
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
    record.losses = losses(form, record.losses, components)?;
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

fn losses(
    form: &Form,
    known: Vec<Loss>,
    components: &[Component],
) -> Result<Vec<Loss>, InvalidValue> {
    let kept = known.into_iter().enumerate();
    let kept = kept.filter(|(place, _)| !form.is_ticked(&format!("drop_{place}")));
    let mut losses: Vec<Loss> = kept.map(|(_, loss)| loss).collect();
    let Some(chosen) = form.maybe("loss_target") else { return Ok(losses) };
    let named = components.iter().find(|component| component.id.to_string() == chosen);
    let target = match named {
        Some(component) => Target::Component(component.id),
        None if chosen == "all" => Target::All,
        None => return Err(InvalidValue::new("loss", "names no component: choose one")),
    };
    let (kind, outcome) = (form.text("loss_kind"), form.text("loss_outcome"));
    let outcome = OUTCOMES.iter().find(|(_, value, _)| *value == outcome);
    losses.push(Loss {
        target,
        kind: KINDS.iter().find(|(_, value, _)| *value == kind).map(|(kind, ..)| *kind),
        outcome: outcome.map_or(LossOutcome::NotStated, |(outcome, ..)| *outcome),
        fraction: None,
        counts: LossCounts::default(),
        note: form.maybe("loss_note").map(str::to_owned),
        settled: None,
    });
    Ok(losses)
}
