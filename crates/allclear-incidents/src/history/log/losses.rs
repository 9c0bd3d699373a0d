//! What was lost: the value of `Lost transactions:` and labels like it.

use crate::history::facts::{FactsLoss, FactsLossKind, FactsLossOutcome};

use super::names::{ALL, Components, is_all};
use super::tokens::{Kind, Token, head, is_space, tokens};

/// How much of a value is read.
const VALUE_BYTES: usize = 1000;

/// How many components one value may name.
const NAMES_MAX: usize = 64;

/// How long a name may be that is no component yet.
const NAME_BYTES: usize = 48;

/// Reads all losses that a label's value tells of.
pub(super) fn read(
    value: &str,
    what: FactsLossKind,
    components: &mut Components,
) -> Vec<FactsLoss> {
    let value = value.trim_matches(is_space);
    if is_not_applicable(value) {
        return Vec::new();
    }
    let parts = by_component(head(value, VALUE_BYTES), components);
    let mut out = Vec::new();
    for (name, text) in parts {
        let component = match name {
            None => ALL.to_owned(),
            Some(name) if is_all(name) => ALL.to_owned(),
            Some(name) => components.note(name).unwrap_or_else(|| name.to_owned()),
        };
        if is_not_applicable(text) {
            continue;
        }
        out.push(one(component, text, what));
    }
    out
}

/// Whether a value says that the question does not arise.
fn is_not_applicable(value: &str) -> bool {
    let spoken = value.trim_matches(|ch: char| is_space(ch) || ch == '.').to_lowercase();
    matches!(spoken.as_str(), "" | "n/a" | "na" | "n.a" | "-" | "–" | "—" | "not applicable")
}

/// Cuts `CasperVend: None. CasperLet: 50%` into names and texts.
fn by_component<'a>(value: &'a str, components: &Components) -> Vec<(Option<&'a str>, &'a str)> {
    let mut marks: Vec<(usize, usize, usize)> = Vec::new();
    let mut depth = Depth::default();
    for (colon, mark) in
        value.char_indices().filter(|(_, ch)| matches!(ch, ':' | '=')).take(NAMES_MAX)
    {
        let before = value.get(..colon).unwrap_or("");
        if depth.at(value, colon) > 0 {
            // `Delayed (none lost: saved elsewhere)`
            continue;
        }
        let from =
            before.rfind(['.', ',', ';', '/', '|', '(', ')', '\t', '\n']).map_or(0, |at| at + 1);
        let from = from.max(marks.last().map_or(0, |(_, _, end)| *end));
        let from = before
            .get(from..)
            .and_then(|text| text.rfind(" and "))
            .map_or(from, |at| from + at + 5);
        let name = before.get(from..).unwrap_or("").trim_matches(is_space);
        let after = value.get(colon + mark.len_utf8()..).unwrap_or("");
        let is_name = !name.is_empty()
            && (components.key_of(name).is_some()
                || (name.len() <= NAME_BYTES
                    && name.split_whitespace().count() <= 3
                    && name.starts_with(char::is_alphabetic)
                    && (after.starts_with(is_space) || after.is_empty())));
        if is_name {
            marks.push((from, colon, colon + mark.len_utf8()));
        }
    }
    if marks.is_empty() {
        return vec![(None, value)];
    }
    let mut out = Vec::new();
    let lead = value.get(..marks.first().map_or(0, |mark| mark.0)).unwrap_or("");
    if !tidy(lead).is_empty() {
        out.push((None, lead));
    }
    let ends = marks.iter().skip(1).map(|mark| mark.0).chain([value.len()]);
    for ((from, colon, text), end) in marks.iter().zip(ends) {
        let name = value.get(*from..*colon).unwrap_or("").trim_matches(is_space);
        out.push((Some(name), value.get(*text..end).unwrap_or("")));
    }
    out
}

/// How many brackets are open at a place, counted as a value is read.
#[derive(Default)]
struct Depth {
    read: usize,
    open: usize,
}

impl Depth {
    /// The brackets that are open at a place, which is not before the last one asked for.
    fn at(&mut self, value: &str, place: usize) -> usize {
        for ch in value.get(self.read..place).unwrap_or("").chars() {
            match ch {
                '(' => self.open += 1,
                ')' => self.open = self.open.saturating_sub(1),
                _ => {}
            }
        }
        self.read = place;
        self.open
    }
}

/// A text without marks around it; brackets are kept unless they enclose all of it.
fn tidy(text: &str) -> &str {
    let edge =
        |ch: char| is_space(ch) || matches!(ch, '.' | ',' | ';' | '/' | '|' | '-' | '–' | '—');
    let text = text.trim_matches(edge);
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    match inner {
        Some(inner) if !inner.contains(['(', ')']) => inner.trim_matches(edge),
        _ => text,
    }
}

/// One component's loss.
fn one(component: String, text: &str, what: FactsLossKind) -> FactsLoss {
    let text = tidy(text);
    let (outcome, fraction, used) = outcome_of(text);
    let rest = tidy(text.get(used..).unwrap_or(""));
    let note = Some(rest).filter(|rest| !rest.is_empty() && !is_repeat(rest, outcome));
    FactsLoss { component, what: Some(what), outcome, fraction, note: note.map(str::to_owned) }
}

/// Whether the rest of a value only says what the outcome says.
fn is_repeat(rest: &str, outcome: FactsLossOutcome) -> bool {
    let rest = rest.to_lowercase();
    match outcome {
        FactsLossOutcome::Recovered | FactsLossOutcome::MostlyRecovered => {
            matches!(rest.as_str(), "recovered" | "transactions recovered")
        }
        FactsLossOutcome::Lost | FactsLossOutcome::SomeLost => {
            matches!(
                rest.as_str(),
                "lost" | "transactions" | "of transactions" | "transactions lost"
            )
        }
        FactsLossOutcome::Delayed => {
            matches!(rest.as_str(), "delayed" | "only delayed" | "just delayed")
        }
        _ => false,
    }
}

/// What became of it, which share was lost, and how much of the text says so.
type Outcome = (FactsLossOutcome, Option<f64>, usize);

/// The words of a value, counted from its first.
struct Words<'a> {
    all: Vec<Token<'a>>,
    first: usize,
}

impl Words<'_> {
    /// Whether one of these words stands at a place.
    fn is(&self, at: usize, words: &[&str]) -> bool {
        let token = self.all.get(self.first + at);
        token.is_some_and(|token| token.is_any(words))
    }

    /// Where so many words end.
    fn end(&self, count: usize) -> usize {
        let last = (self.first + count).checked_sub(1);
        let token = last.and_then(|last| self.all.get(last));
        token.map_or(0, |token| token.end)
    }

    /// The first of these words anywhere.
    fn find(&self, words: &[&str]) -> Option<&Token<'_>> {
        self.all.iter().find(|token| token.is_any(words))
    }
}

const SAVED: [&str; 4] = ["recovered", "restored", "replayed", "reprocessed"];
const LATE: [&str; 3] = ["delayed", "late", "queued"];
const MOSTLY: [&str; 7] = ["most", "mostly", "majority", "nearly", "almost", "partially", "some"];
const OPEN: [&str; 8] =
    ["unknown", "tbc", "tbd", "tba", "unclear", "investigating", "unsure", "pending"];

/// Reads one component's outcome.
fn outcome_of(text: &str) -> Outcome {
    let all = tokens(text);
    let first = all.iter().position(|token| token.kind == Kind::Word);
    let first = first.unwrap_or(0);
    let words = Words { all, first };
    none_or_minimal(&words)
        .or_else(|| share(text))
        .or_else(|| saved(&words))
        .unwrap_or_else(|| in_words(&words))
}

/// `None`, `None yet`, `No transactions were lost`, `Minimal`.
fn none_or_minimal(words: &Words<'_>) -> Option<Outcome> {
    if words.is(0, &["minimal", "negligible"]) {
        return Some((FactsLossOutcome::Minimal, None, words.end(1)));
    }
    if !words.is(0, &["none", "no", "nil", "zero", "nothing"]) {
        return None;
    }
    if words.is(1, &["yet"]) {
        return Some((FactsLossOutcome::NotStated, None, words.end(2)));
    }
    if words.find(&LATE).is_some() {
        return Some((FactsLossOutcome::Delayed, None, 0));
    }
    let is_phrase = words.is(1, &["reported", "known"]) || words.is(0, &["no"]);
    let used = if is_phrase { 0 } else { words.end(1) };
    Some((FactsLossOutcome::None, None, used))
}

/// `50%`, `Approximately 5%`, `95% recovered`.
fn share(text: &str) -> Option<Outcome> {
    let (fraction, end) = percent(text)?;
    let lower = text.to_lowercase();
    let is_lost = lower.contains("lost");
    if lower.contains("recovered") && !is_lost {
        let outcome = if fraction >= 1.0 {
            FactsLossOutcome::Recovered
        } else {
            FactsLossOutcome::MostlyRecovered
        };
        return Some((outcome, None, 0));
    }
    let went_well = ["succe", "processed", "went through", "delivered"];
    if !is_lost && went_well.iter().any(|word| lower.contains(word)) {
        return Some((FactsLossOutcome::SomeLost, None, 0));
    }
    if fraction > 0.0 {
        Some((FactsLossOutcome::Lost, Some(fraction), end))
    } else {
        Some((FactsLossOutcome::None, None, end))
    }
}

/// `Recovered`, `Most transactions recovered`.
fn saved(words: &Words<'_>) -> Option<Outcome> {
    let last = words.find(&SAVED)?;
    let outcome = if words.find(&MOSTLY).is_some() {
        FactsLossOutcome::MostlyRecovered
    } else {
        FactsLossOutcome::Recovered
    };
    Some((outcome, None, last.end))
}

/// Everything else that is said in words.
fn in_words(words: &Words<'_>) -> Outcome {
    for (known, outcome) in [
        (&["minor", "few"][..], FactsLossOutcome::Minimal),
        (&LATE[..], FactsLossOutcome::Delayed),
        (&OPEN[..], FactsLossOutcome::NotStated),
        (&["some", "several", "small", "limited"][..], FactsLossOutcome::SomeLost),
    ] {
        if (0..3).any(|at| words.is(at, known)) {
            let used = if words.is(0, known) { words.end(1) } else { 0 };
            return (outcome, None, used);
        }
    }
    if words.is(0, &["all", "everything", "total", "complete"]) {
        return (FactsLossOutcome::Lost, Some(1.0), words.end(1));
    }
    if words.is(0, &["lost", "yes"]) {
        return (FactsLossOutcome::Lost, None, words.end(1));
    }
    (FactsLossOutcome::NotStated, None, 0)
}

/// The first share in percent, as a fraction, and where it ends.
fn percent(text: &str) -> Option<(f64, usize)> {
    let at = text.find('%')?;
    let digits = text.get(..at)?.trim_end_matches(is_space);
    let from = digits.rfind(|ch: char| !ch.is_ascii_digit() && ch != '.').map_or(0, |found| {
        found + digits.get(found..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
    });
    let value: f64 = digits.get(from..)?.trim_matches('.').parse().ok()?;
    // Two decimals of a percent: keeps 0.05 what it is printed as.
    let fraction = (value * 100.0).round() / 10_000.0;
    (0.0..=1.0).contains(&fraction).then_some((fraction, at + 1))
}
