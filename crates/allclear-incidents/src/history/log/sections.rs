//! Facts that labels and headings announce: causes, steps, advice, statements, corrections.

use jiff::civil::Date;

use crate::history::facts::{FactsAction, FactsActionState, FactsCorrection};

use super::dates::{PrintedDate, date_at, month_of, year_of};
use super::labels::{Label, is_nothing};
use super::parts::Parts;
use super::prose;
use super::tokens::{Token, head, is_space, tokens};
use super::told::Placed;

/// How long a fact may be, in characters; the text has the rest.
const FACT_CHARS: usize = 500;

/// How many values of one label are taken.
const VALUES_MAX: usize = 200;

/// The values of a label as facts.
pub(super) fn facts(parts: &Parts<'_>, label: Label) -> Vec<String> {
    let values = parts.values(label).filter(|value| !is_nothing(value)).take(VALUES_MAX);
    values.filter_map(fact).collect()
}

/// The values of a label as one text.
pub(super) fn fact_of(parts: &Parts<'_>, label: Label) -> Option<String> {
    let all = facts(parts, label);
    if all.is_empty() { None } else { Some(shortened(&all.join(" "))) }
}

/// A value as a fact: its first sentences.
fn fact(value: &str) -> Option<String> {
    let value = value.trim_matches(is_space);
    (!value.is_empty()).then(|| shortened(value))
}

/// The first sentences of a text, as many as a fact may have.
fn shortened(text: &str) -> String {
    if text.chars().count() <= FACT_CHARS {
        return text.to_owned();
    }
    let mut out = String::new();
    for sentence in prose::sentences(text) {
        if out.chars().count() + sentence.chars().count() >= FACT_CHARS {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(sentence);
    }
    if out.is_empty() {
        out = text.chars().take(FACT_CHARS - 1).chain(['…']).collect();
    }
    out
}

/// Steps, in the order of the page.
pub(super) fn actions(parts: &Parts<'_>) -> Vec<FactsAction> {
    let steps = parts.labels.iter().filter_map(|(label, value)| {
        let state = match label {
            Label::Done => FactsActionState::Done,
            Label::Promised => FactsActionState::Promised,
            _ => return None,
        };
        (!is_nothing(value)).then(|| action(value, state)).flatten()
    });
    steps.take(VALUES_MAX).collect()
}

/// One step; a box or a word says whether it is done.
fn action(value: &str, state: FactsActionState) -> Option<FactsAction> {
    let mut state = state;
    let mut text = value.trim_matches(is_space);
    for (mark, is_done) in [("[x]", true), ("[X]", true), ("[ ]", false), ("☑", true), ("☐", false)]
    {
        if let Some(rest) = text.strip_prefix(mark) {
            state = if is_done { FactsActionState::Done } else { FactsActionState::Promised };
            text = rest.trim_matches(is_space);
        }
    }
    let lower = text.to_lowercase();
    let is_done = ["(done)", "[done]", "(completed)", "✓", "✔", "✅", "- done", "– done", "— done"]
        .iter()
        .any(|mark| lower.trim_end_matches('.').ends_with(mark))
        || ["done: ", "[done]", "✓", "✔", "✅"].iter().any(|mark| lower.starts_with(mark));
    if is_done {
        state = FactsActionState::Done;
    }
    Some(FactsAction { text: fact(text)?, state, due: due(text) })
}

/// The day or month by which a step is promised: `by 2017-05-01`, `due May 2017`.
fn due(text: &str) -> Option<String> {
    let all = tokens(head(text, 1000));
    let is_lead = |token: &Token<'_>| token.is_any(&["by", "due", "until", "before", "eta"]);
    all.iter().enumerate().filter(|(_, token)| is_lead(token)).find_map(|(at, _)| {
        (at + 1..at + 5).find_map(|from| {
            if let Some((PrintedDate::Full(date), _)) = date_at(&all, from) {
                return Some(date.to_string());
            }
            let month = month_of(all.get(from)?)?;
            let year = year_of(all.get(from + 1)?)?;
            Some(format!("{year:04}-{month:02}"))
        })
    })
}

/// What updates say was first published wrongly.
pub(super) fn corrections(parts: &Parts<'_>, placed: &[Placed]) -> Vec<FactsCorrection> {
    let told = parts.updates.iter().zip(placed).filter(|(told, _)| told.head.is_correction);
    told.map(|(_, placed)| FactsCorrection {
        on: placed.update.on.or_else(|| day_of(placed.update.at.as_deref()?)),
        text: placed.update.text.clone(),
    })
    .collect()
}

/// The local day of an instant as printed.
fn day_of(at: &str) -> Option<Date> {
    at.get(..10)?.parse().ok()
}
