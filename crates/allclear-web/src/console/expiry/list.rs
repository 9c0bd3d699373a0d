//! All that ends, what ends first.

use allclear_domain::Scope;
use allclear_domain::expiry::{Ending, Expiry, ExpiryState};
use askama::Template;
use axum::http::StatusCode;
use jiff::Timestamp;

use super::{StateView, done, kind, path_of, when};
use crate::console::answer::{self, Answer};
use crate::console::{Call, Chrome};

/// Entries on one page of the list.
const SLICE: usize = 50;

/// How many are so, and where they are.
struct Count {
    told: String,
    path: String,
}

/// One entry.
struct Line {
    path: String,
    name: String,
    state: StateView,
    kind: &'static str,
    when: String,
    owner: String,
    /// What else is known, in a few words.
    about: String,
    problem: String,
}

#[derive(Template)]
#[template(path = "console/expiry/list.html")]
struct ListView {
    chrome: Chrome,
    may_write: bool,
    words: String,
    counts: Vec<Count>,
    lines: Vec<Line>,
    has_any: bool,
    unreadable: usize,
    found: usize,
    /// The place of the first one that is shown, counted from 1.
    first: usize,
    before: String,
    after: String,
}

/// The list.
pub(super) async fn show(call: Call) -> Answer {
    let all = call.app.store.list_readable_expiries().await?;
    let words = call.query.text("q").to_owned();
    let count = |state: ExpiryState| {
        let count = all.expiries.iter().filter(|row| row.expiry.state(call.now) == state).count();
        let word = StateView::of(state).word.to_lowercase();
        let path = format!("/console/expiry?q={word}");
        (count > 0).then(|| Count { told: format!("{count} {word}"), path })
    };
    let found: Vec<Line> = all
        .expiries
        .iter()
        .map(|row| line(&row.expiry, call.now))
        .filter(|line| matches(line, &words))
        .collect();
    let from = call.query.text("from").parse::<usize>().unwrap_or(0).min(found.len());
    let link = |from: usize| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &words)
            .append_pair("from", &from.to_string())
            .finish();
        format!("/console/expiry?{query}")
    };
    let count_found = found.len();
    let view = ListView {
        chrome: Chrome::of(&call, "What ends", done(call.query.text("done"))),
        may_write: call.access()?.may(Scope::Checks),
        counts: ExpiryState::ALL.into_iter().filter_map(count).collect(),
        has_any: !all.expiries.is_empty() || !all.bad_rows.is_empty(),
        unreadable: all.bad_rows.len(),
        lines: found.into_iter().skip(from).take(SLICE).collect(),
        found: count_found,
        first: from + 1,
        before: if from > 0 { link(from.saturating_sub(SLICE)) } else { String::new() },
        after: if count_found > from + SLICE { link(from + SLICE) } else { String::new() },
        words,
    };
    answer::page(StatusCode::OK, &view)
}

fn line(one: &Expiry, now: Timestamp) -> Line {
    let (about, problem) = match &one.what {
        Ending::Certificate(seen) => {
            (format!("{} · by {}", seen.leaf.name, seen.leaf.issuer), String::new())
        }
        Ending::Domain(domain) => {
            let by = domain.registrar.as_ref().map(|name| format!(" · by {name}"));
            let about = format!("{}{}", domain.domain, by.unwrap_or_default());
            (about, domain.problem.clone().unwrap_or_default())
        }
        Ending::Dated { .. } => (String::new(), String::new()),
    };
    Line {
        path: path_of(one.id),
        name: one.name.clone(),
        state: StateView::of(one.state(now)),
        kind: kind(&one.what),
        when: when(one, now),
        owner: one.owner.clone().unwrap_or_default(),
        about,
        problem,
    }
}

/// Whether each word is found in what the list shows.
fn matches(line: &Line, words: &str) -> bool {
    let parts = [line.name.as_str(), line.state.word, line.kind, &line.owner, &line.about];
    let shown = parts.join(" ").to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| shown.contains(word))
}
