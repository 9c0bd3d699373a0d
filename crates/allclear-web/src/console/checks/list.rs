//! The list of checks, the worst first.

use allclear_domain::check::Judgment;
use allclear_domain::{Check, Scope};
use allclear_store::{Store, StoreError};
use askama::Template;
use axum::http::StatusCode;
use jiff::Timestamp;

use super::sight::SightView;
use super::state::{self, State, plain, tell_reason, tell_us};
use super::{done, path_of};
use crate::console::answer::{self, Answer};
use crate::console::when::{When, tell_length};
use crate::console::{Call, Chrome};

/// Checks on one page of the list.
const SLICE: usize = 50;
/// Characters of a reason that the list shows.
const REASON_CHARS_MAX: usize = 160;

/// How many are so, and where they are.
struct Count {
    told: String,
    path: String,
}

/// One check in the list.
struct Line {
    path: String,
    name: String,
    target: String,
    tags: Vec<String>,
    state: State,
    since: String,
    last: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "console/checks/list.html")]
struct ListView {
    chrome: Chrome,
    may_write: bool,
    words: String,
    counts: Vec<Count>,
    lines: Vec<Line>,
    /// Whether there is any check at all.
    has_any: bool,
    unreadable: usize,
    sight: SightView,
    found: usize,
    /// The place of the first one that is shown, counted from 1.
    first: usize,
    newer: String,
    older: String,
}

/// The list.
pub(super) async fn show(call: Call) -> Answer {
    let store = &call.app.store;
    let words = call.query.text("q");
    let from: usize = call.query.text("from").parse().unwrap_or(0);
    let readable = store.list_readable_checks().await?;
    let believed = state::believed(store).await?;
    let with_state = |check: Check| (State::of(&check, believed.get(&check.id)), check);
    let mut all: Vec<(State, Check)> = readable.checks.into_iter().map(with_state).collect();
    let (has_any, counts) = (!all.is_empty(), counts(&all));
    let wanted = words.to_lowercase();
    all.retain(|(state, check)| has_words(*state, check, &wanted));
    all.sort_by_cached_key(|(state, check)| (*state, check.name.to_lowercase(), check.id));
    let mut lines = Vec::new();
    for (_, check) in all.iter().skip(from).take(SLICE) {
        lines.push(line(store, check, call.now).await?);
    }
    let view = ListView {
        chrome: Chrome::of(&call, "Checks", done(call.query.text("done"))),
        may_write: call.access()?.may(Scope::Checks),
        words: words.to_owned(),
        counts,
        has_any,
        unreadable: readable.bad_rows.len(),
        sight: if has_any { SightView::load(store, call.now).await? } else { SightView::default() },
        found: all.len(),
        first: from.saturating_add(1),
        newer: if from > 0 { address(words, from.saturating_sub(SLICE)) } else { String::new() },
        older: match from.saturating_add(SLICE) {
            next if next < all.len() => address(words, next),
            _ => String::new(),
        },
        lines,
    };
    answer::page(StatusCode::OK, &view)
}

/// Where those checks are listed in which these words stand.
pub(super) fn address_of(words: &str) -> String {
    address(words, 0)
}

fn address(words: &str, from: usize) -> String {
    let mut address = form_urlencoded::Serializer::new(String::new());
    address.append_pair("q", words);
    if from > 0 {
        address.append_pair("from", &from.to_string());
    }
    format!("/console/checks?{}", address.finish())
}

fn counts(all: &[(State, Check)]) -> Vec<Count> {
    let count = |state: State| {
        let count = all.iter().filter(|(one, _)| *one == state).count();
        let path = address(&state.word().to_lowercase(), 0);
        (count > 0).then(|| Count { told: state.tell_count(count), path })
    };
    State::ALL.into_iter().filter_map(count).collect()
}

/// Whether every word is the state of a check of which this is believed, or stands in its names, its target
/// or its tags.
pub(crate) fn is_found(check: &Check, believed: Option<&Judgment>, words: &str) -> bool {
    has_words(State::of(check, believed), check, &words.to_lowercase())
}

/// Whether every word, in lower case, is its state, or stands in its names, its target or its tags.
fn has_words(state: State, check: &Check, words: &str) -> bool {
    let texts = [check.name.to_lowercase(), check.kind.target().to_lowercase()];
    words.split_whitespace().all(|word| {
        state.word().to_lowercase() == word
            || check.key.as_str().contains(word)
            || texts.iter().any(|text| text.contains(word))
            || check.tags.iter().any(|tag| tag.as_str().contains(word))
    })
}

async fn line(store: &Store, check: &Check, now: Timestamp) -> Result<Line, StoreError> {
    let judged = state::judged(store, check.id).await?;
    let state = State::of(check, judged.as_ref().map(|one| &one.judgment));
    let since = state::since(store, check, judged.as_ref()).await?;
    let last = judged.map(|one| one.last);
    let reason = tell_reason(last.as_ref().and_then(|last| last.reason.as_ref()));
    let reason = reason.chars().take(REASON_CHARS_MAX).collect();
    Ok(Line {
        path: path_of(check.id),
        name: check.name.clone(),
        target: plain(&check.kind.target()),
        tags: check.tags.iter().map(ToString::to_string).collect(),
        state,
        since: since.map(|at| tell_length(now.duration_since(at))).unwrap_or_default(),
        last: last.map_or_else(String::new, |last| {
            format!("{}, {}", When::ago(last.probed_at, now).text, tell_us(last.took_us))
        }),
        reason,
    })
}
