//! The list of incidents: open ones, drafts, resolved ones.

use allclear_domain::{Incident, Scope, StatusPage};
use askama::Template;
use axum::http::StatusCode;

use super::room::path_of;
use crate::console::answer::{self, Answer};
use crate::console::clock::WallClock;
use crate::console::words::{self, Choice};
use crate::console::{Call, Chrome};

/// Incidents on one page of the list.
const SLICE: usize = 50;

#[derive(Template)]
#[template(path = "console/incidents/list.html")]
struct ListView {
    chrome: Chrome,
    may_write: bool,
    words: String,
    states: Vec<Choice>,
    pages: Vec<Choice>,
    lines: Vec<LineView>,
    /// Whether there is any incident at all.
    has_any: bool,
    found: usize,
    newer: String,
    older: String,
}

/// One incident in a list.
struct LineView {
    path: String,
    title: String,
    impact: (&'static str, &'static str, &'static str),
    status: &'static str,
    is_draft: bool,
    started: String,
    page: String,
}

/// The list.
pub(super) async fn show(call: Call) -> Answer {
    let query = &call.query;
    let (slug, wanted, words) = (query.text("page"), query.text("is"), query.text("q"));
    let pages = call.app.store.list_status_pages().await?;
    let (mut found, mut has_any) = (Vec::new(), false);
    for page in &pages {
        let clock = WallClock::of(page);
        for incident in call.app.store.list_incidents(page.id).await? {
            has_any = true;
            let is_here = slug.is_empty() || page.slug.as_str() == slug;
            if is_here && is_in(&incident, wanted) && has_words(&incident, words) {
                let key = incident.started.earliest(clock.zone());
                found.push((key, line(&incident, page, &clock)));
            }
        }
    }
    found.sort_by_key(|(started_at, _)| std::cmp::Reverse(*started_at));
    let first: usize = query.text("from").parse().unwrap_or(0);
    let total = found.len();
    let lines = found.into_iter().skip(first).take(SLICE).map(|(_, line)| line).collect();
    let at = |from: usize| {
        let mut address = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("page", slug), ("is", wanted), ("q", words)] {
            address.append_pair(name, value);
        }
        address.append_pair("from", &from.to_string());
        format!("/console/incidents?{}", address.finish())
    };
    let view = ListView {
        chrome: Chrome::of(&call, "Incidents", ""),
        may_write: call.access()?.may(Scope::Incidents),
        words: words.to_owned(),
        states: states(wanted),
        pages: page_choices(&pages, slug),
        lines,
        has_any,
        found: total,
        newer: if first > 0 { at(first.saturating_sub(SLICE)) } else { String::new() },
        older: if total > first.saturating_add(SLICE) { at(first + SLICE) } else { String::new() },
    };
    answer::page(StatusCode::OK, &view)
}

fn states(chosen: &str) -> Vec<Choice> {
    let all = [("", "All"), ("open", "Open"), ("draft", "Drafts"), ("resolved", "Resolved")];
    all.map(|(value, name)| Choice::of(value, name, chosen)).into()
}

fn page_choices(pages: &[StatusPage], chosen: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::of("", "All pages", chosen)];
    choices.extend(pages.iter().map(|page| Choice::of(page.slug.as_str(), &page.title, chosen)));
    choices
}

fn is_in(incident: &Incident, wanted: &str) -> bool {
    let is_public = incident.publication.is_public();
    match wanted {
        "open" => incident.is_open() && is_public,
        "draft" => !is_public,
        "resolved" => !incident.is_open() && is_public,
        _ => true,
    }
}

/// Whether every word stands in its title or its messages.
fn has_words(incident: &Incident, words: &str) -> bool {
    let words = words.to_lowercase();
    let texts = incident.updates.iter().map(|update| update.body.text.as_str());
    let text = texts
        .fold(incident.title.to_lowercase(), |all, text| format!("{all}\n{}", text.to_lowercase()));
    words.is_empty() || words.split_whitespace().all(|word| text.contains(word))
}

fn line(incident: &Incident, page: &StatusPage, clock: &WallClock) -> LineView {
    LineView {
        path: path_of(incident),
        title: incident.title.clone(),
        impact: words::impact(incident.impact()),
        status: words::incident_status(incident.state.status()),
        is_draft: !incident.publication.is_public(),
        started: clock.tell_bound(incident.started),
        page: page.title.clone(),
    }
}
