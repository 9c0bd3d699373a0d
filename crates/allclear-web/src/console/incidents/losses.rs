//! The loss ledger of an incident as a form: what was lost, with counts, and how it was settled later.

use allclear_domain::Component;
use allclear_domain::error::InvalidValue;
use allclear_domain::record::{Loss, LossCounts, LossKind, LossOutcome, Settlement, Target};
use jiff::civil::Date;

use super::room::target_name;
use crate::console::form::Form;
use crate::console::words::Choice;

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

/// Fields of one line, with what stands beside them.
const LINES: [(&str, &str); 8] = [
    ("accepted", "Taken in"),
    ("delivered", "Handed over"),
    ("late", "Of these late"),
    ("lost", "Gone"),
    ("percent", "Share that was lost, in percent"),
    ("note", "Remark for readers"),
    ("settled", "How it was settled later"),
    ("settled_on", "Settled on (2026-11-21)"),
];

/// One field of one line.
pub(super) struct LineView {
    pub(super) name: String,
    pub(super) label: &'static str,
    pub(super) value: String,
}

/// The fields of one loss.
pub(super) struct LossView {
    /// What stands before the names of its fields.
    pub(super) prefix: String,
    pub(super) text: String,
    pub(super) is_dropped: bool,
    pub(super) kinds: Vec<Choice>,
    pub(super) outcomes: Vec<Choice>,
    pub(super) lines: Vec<LineView>,
}

/// The name of a loss's fields: `loss` is the one that is added.
fn prefix(place: Option<usize>) -> String {
    place.map_or_else(|| "loss".to_owned(), |place| format!("loss{place}"))
}

/// A form with the values of all losses.
pub(super) fn filled(mut form: Form, losses: &[Loss]) -> Form {
    for (place, loss) in losses.iter().enumerate() {
        let prefix = prefix(Some(place));
        let kind = KINDS.iter().find(|(kind, ..)| Some(*kind) == loss.kind);
        let outcome = OUTCOMES.iter().find(|(outcome, ..)| *outcome == loss.outcome);
        let chosen = [
            ("kind", kind.map_or("", |(_, value, _)| *value)),
            ("outcome", outcome.map_or("", |(_, value, _)| *value)),
        ];
        for (name, value) in chosen {
            form = form.with(&format!("{prefix}_{name}"), value);
        }
        for (name, _) in LINES {
            form = form.with(&format!("{prefix}_{name}"), &line_of(loss, name));
        }
    }
    form
}

fn line_of(loss: &Loss, name: &str) -> String {
    let count = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
    let settled = loss.settled.as_ref();
    match name {
        "accepted" => count(loss.counts.accepted),
        "delivered" => count(loss.counts.delivered),
        "late" => count(loss.counts.late),
        "lost" => count(loss.counts.lost),
        "percent" => loss.fraction.map_or_else(String::new, percent),
        "note" => one_line(loss.note.as_deref()),
        "settled" => one_line(settled.map(|settled| settled.text.as_str())),
        _ => settled.and_then(|settled| settled.on).map_or_else(String::new, |on| on.to_string()),
    }
}

/// A share in percent, without the last digits that a hundredfold brings.
fn percent(share: f64) -> String {
    ((share * 1e11).round() / 1e9).to_string()
}

fn one_line(text: Option<&str>) -> String {
    text.unwrap_or_default().replace('\n', " ").trim().to_owned()
}

/// The fields of every loss, as a form has them.
pub(super) fn views(form: &Form, losses: &[Loss], components: &[Component]) -> Vec<LossView> {
    let view = |(place, loss): (usize, &Loss)| LossView {
        text: loss_text(loss, components),
        is_dropped: form.is_ticked(&format!("drop_{place}")),
        ..blank(form, &prefix(Some(place)))
    };
    losses.iter().enumerate().map(view).collect()
}

/// The fields of a loss that is added.
pub(super) fn added(form: &Form) -> LossView {
    let mut view = blank(form, &prefix(None));
    view.lines.retain(|line| !line.name.contains("_settled"));
    view
}

fn blank(form: &Form, prefix: &str) -> LossView {
    let text = |name: &str| form.text(&format!("{prefix}_{name}")).to_owned();
    let kind = text("kind");
    let mut kinds = vec![Choice::of("", "Of no kind", &kind)];
    kinds.extend(KINDS.map(|(_, value, name)| Choice::of(value, name, &kind)));
    let outcome = Some(text("outcome")).filter(|outcome| !outcome.is_empty());
    let outcome = outcome.unwrap_or_else(|| "not_stated".to_owned());
    let line = |(name, label): (&'static str, &'static str)| LineView {
        name: format!("{prefix}_{name}"),
        label,
        value: text(name),
    };
    LossView {
        prefix: prefix.to_owned(),
        text: String::new(),
        is_dropped: false,
        kinds,
        outcomes: OUTCOMES.map(|(_, value, name)| Choice::of(value, name, &outcome)).into(),
        lines: LINES.map(line).into(),
    }
}

fn loss_text(loss: &Loss, components: &[Component]) -> String {
    let kind = KINDS.iter().find(|(kind, ..)| Some(*kind) == loss.kind);
    let kind = kind.map(|(_, _, name)| format!("{name}: ")).unwrap_or_default();
    let outcome = OUTCOMES.iter().find(|(outcome, ..)| *outcome == loss.outcome);
    let outcome = outcome.map_or("", |(_, _, name)| name);
    let note = loss.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
    format!("{}: {kind}{outcome}{note}", target_name(&loss.target, components))
}

/// The losses as a form says. One that it does not speak of stays as it is.
pub(super) fn read(
    form: &Form,
    known: Vec<Loss>,
    components: &[Component],
) -> Result<Vec<Loss>, InvalidValue> {
    let mut losses = Vec::with_capacity(known.len());
    for (place, loss) in known.into_iter().enumerate() {
        if !form.is_ticked(&format!("drop_{place}")) {
            losses.push(changed(form, &prefix(Some(place)), loss)?);
        }
    }
    let Some(chosen) = form.maybe("loss_target") else { return Ok(losses) };
    let named = components.iter().find(|component| component.id.to_string() == chosen);
    let target = match named {
        Some(component) => Target::Component(component.id),
        None if chosen == "all" => Target::All,
        None => return Err(InvalidValue::new("loss", "names no component: choose one")),
    };
    let blank = Loss {
        target,
        kind: None,
        outcome: LossOutcome::NotStated,
        fraction: None,
        counts: LossCounts::default(),
        note: None,
        settled: None,
    };
    losses.push(changed(form, &prefix(None), blank)?);
    Ok(losses)
}

/// A loss with those of its fields that were sent and say something else.
fn changed(form: &Form, prefix: &str, mut loss: Loss) -> Result<Loss, InvalidValue> {
    let sent = |name: &str| form.is_ticked(&format!("{prefix}_{name}"));
    let text = |name: &str| form.text(&format!("{prefix}_{name}"));
    if sent("kind") {
        let kind = KINDS.iter().find(|(_, value, _)| *value == text("kind"));
        loss.kind = kind.map(|(kind, ..)| *kind);
    }
    let outcome = OUTCOMES.iter().find(|(_, value, _)| *value == text("outcome"));
    loss.outcome = outcome.map_or(loss.outcome, |(outcome, ..)| *outcome);
    let touched: Vec<&str> = LINES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| sent(name) && text(name) != line_of(&loss, name))
        .collect();
    let settled = (text("settled"), text("settled_on"));
    for name in touched {
        match name {
            "accepted" => loss.counts.accepted = count(name, text(name))?,
            "delivered" => loss.counts.delivered = count(name, text(name))?,
            "late" => loss.counts.late = count(name, text(name))?,
            "lost" => loss.counts.lost = count(name, text(name))?,
            "percent" => loss.fraction = share(text(name))?,
            "note" => loss.note = Some(text(name).to_owned()).filter(|note| !note.is_empty()),
            _ => loss.settled = settlement(settled, loss.settled.take())?,
        }
    }
    Ok(loss)
}

fn count(name: &str, text: &str) -> Result<Option<u64>, InvalidValue> {
    if text.is_empty() {
        return Ok(None);
    }
    let label = LINES.iter().find(|(known, _)| *known == name).map_or("", |(_, label)| *label);
    let problem = || InvalidValue::new(label, "is no number: write digits alone, as in 1204");
    text.parse().map(Some).map_err(|_| problem())
}

fn share(text: &str) -> Result<Option<f64>, InvalidValue> {
    if text.is_empty() {
        return Ok(None);
    }
    let percent: Option<f64> = text.trim_end_matches(['%', ' ']).parse().ok();
    let problem = || InvalidValue::new("share", "is no number: write it as 2.5");
    percent.map(|percent| Some(percent / 100.0)).ok_or_else(problem)
}

/// What is said of a settlement; its words stay as they were written where the line is the same.
fn settlement(
    (text, on): (&str, &str),
    known: Option<Settlement>,
) -> Result<Option<Settlement>, InvalidValue> {
    if text.is_empty() && on.is_empty() {
        return Ok(None);
    }
    let on: Option<Date> =
        match on {
            "" => None,
            on => Some(on.parse().map_err(|_| {
                InvalidValue::new("settled on", "is no day: write it as 2026-11-21")
            })?),
        };
    let same = known.filter(|known| one_line(Some(&known.text)) == text);
    Ok(Some(Settlement { on, text: same.map_or_else(|| text.to_owned(), |same| same.text) }))
}
