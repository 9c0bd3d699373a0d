//! The list of incidents: open ones, drafts, resolved ones.

use std::collections::BTreeMap;

use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{IncidentId, StatusPageId};
use allclear_domain::{Incident, Scope, StatusPage};
use allclear_store::{Begun, BegunSlice, Stage, Store, StoreError};
use askama::Template;
use axum::http::StatusCode;

use super::room::path_of;
use crate::console::answer::{self, Answer};
use crate::console::clock::WallClock;
use crate::console::form::Form;
use crate::console::words::{self, Choice};
use crate::console::{Call, Chrome};

/// Incidents on one page of the list.
const SLICE: usize = 50;
/// Incidents that are looked through for words at once, at most; the next page goes on from there.
const LOOKED_THROUGH_MAX: usize = 1_000;
/// How many of them are read at a time.
const LOOKED_THROUGH_AT_ONCE: usize = 200;

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
    is_first: bool,
    newest: String,
    older: String,
    /// Incidents that are damaged in the database.
    unreadable: usize,
    /// How far it was looked for words, where that was not to the end.
    looked_through: usize,
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

/// What was found.
#[derive(Default)]
struct Found {
    incidents: Vec<Incident>,
    /// What the next page goes on behind; `None` where there is nothing more.
    goes_on_after: Option<IncidentId>,
    looked_through: usize,
    /// Rows that cannot be read.
    unreadable: usize,
}

impl Found {
    /// How far it was looked, where a page was not filled by that and there is more; else 0.
    const fn looked_in_vain(&self) -> usize {
        let is_cut = self.goes_on_after.is_some() && self.incidents.len() < SLICE;
        if is_cut { self.looked_through } else { 0 }
    }
}

/// The list.
pub(super) async fn show(call: Call) -> Answer {
    let (store, query) = (&call.app.store, &call.query);
    let (slug, wanted, words) = (query.text("page"), query.text("is"), query.text("q"));
    let after = query.maybe("after").map(str::parse::<IncidentId>).transpose();
    let from = after.map_err(|error| InvalidValue::new("after", error.to_string()))?;
    let pages = store.list_status_pages().await?;
    let here = pages.iter().find(|page| page.slug.as_str() == slug);
    let page_id = here.map(|page| page.id);
    let found = if here.is_none() && !slug.is_empty() {
        Found::default()
    } else {
        find(store, BegunSlice { from, page_id, stage: stage(wanted), limit: 0 }, words).await?
    };
    let one = BegunSlice { limit: 1, ..BegunSlice::default() };
    let view = ListView {
        chrome: Chrome::of(&call, "Incidents", ""),
        may_write: call.access()?.may(Scope::Incidents),
        words: words.to_owned(),
        states: states(wanted),
        pages: page_choices(&pages, slug),
        lines: lines(&found.incidents, &pages)?,
        has_any: store.slice_incidents_begun(&one).await? != Begun::default(),
        is_first: from.is_none(),
        newest: address(query, None),
        older: found.goes_on_after.map(|id| address(query, Some(id))).unwrap_or_default(),
        looked_through: if words.is_empty() { 0 } else { found.looked_in_vain() },
        unreadable: found.unreadable,
    };
    answer::page(StatusCode::OK, &view)
}

/// The address of what a query asks for, behind an incident.
fn address(query: &Form, after: Option<IncidentId>) -> String {
    let mut address = form_urlencoded::Serializer::new(String::new());
    for name in ["page", "is", "q"] {
        address.append_pair(name, query.text(name));
    }
    if let Some(after) = after {
        address.append_pair("after", &after.to_string());
    }
    format!("/console/incidents?{}", address.finish())
}

/// Reads slice by slice until a page is full, or enough was looked through.
async fn find(store: &Store, mut slice: BegunSlice, words: &str) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let words = words.to_lowercase();
    // One more than is shown tells whether there are earlier ones.
    slice.limit = if words.is_empty() { SLICE + 1 } else { LOOKED_THROUGH_AT_ONCE };
    while found.looked_through < LOOKED_THROUGH_MAX {
        let read = store.slice_incidents_begun(&slice).await?;
        found.unreadable += read.bad_rows.len();
        found.looked_through += read.bad_rows.len();
        for incident in read.incidents {
            if found.incidents.len() == SLICE {
                return Ok(found);
            }
            found.goes_on_after = Some(incident.id);
            found.looked_through += 1;
            if has_words(&incident, &words) {
                found.incidents.push(incident);
            }
        }
        // The last row may be a damaged one, so what comes behind is not for an incident to say.
        found.goes_on_after = read.goes_on_after;
        if found.goes_on_after.is_none() {
            return Ok(found);
        }
        slice.from = found.goes_on_after;
    }
    Ok(found)
}

fn stage(wanted: &str) -> Option<Stage> {
    match wanted {
        "open" => Some(Stage::Open),
        "draft" => Some(Stage::Draft),
        "resolved" => Some(Stage::Over),
        _ => None,
    }
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

/// Whether every word, in lower case, stands in its title or its messages.
fn has_words(incident: &Incident, words: &str) -> bool {
    if words.is_empty() {
        return true;
    }
    let texts = incident.updates.iter().map(|update| update.body.text.as_str());
    let text = texts
        .fold(incident.title.to_lowercase(), |all, text| format!("{all}\n{}", text.to_lowercase()));
    words.split_whitespace().all(|word| text.contains(word))
}

fn lines(incidents: &[Incident], pages: &[StatusPage]) -> Result<Vec<LineView>, InvalidValue> {
    let mut clocks = BTreeMap::<StatusPageId, (&StatusPage, WallClock)>::new();
    for page in pages {
        clocks.insert(page.id, (page, WallClock::of(page)));
    }
    let line_of = |incident: &Incident| {
        clocks.get(&incident.page_id).map(|(page, clock)| line(incident, page, clock))
    };
    Ok(incidents.iter().filter_map(line_of).collect())
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
