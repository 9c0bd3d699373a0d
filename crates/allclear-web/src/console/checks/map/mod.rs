//! The map: which checks stand behind which, which groups have which members, and which components each
//! affects. Drawn, and told as a list beneath.

mod drawing;
mod graph;
mod layers;
mod words;

use std::collections::HashMap;

use allclear_domain::ids::ComponentId;
use allclear_domain::{Check, ComponentStatus};
use askama::Template;
use axum::http::StatusCode;

use self::graph::{Graph, Thing};
use self::words::{Drawn, Words};
use super::pickers::Known;
use super::sight::SightView;
use super::state::{self, State};
use crate::console::answer::{self, Answer};
use crate::console::{Call, Chrome};
use crate::limits::MAP_CHECKS_MAX;

/// Where it is.
pub(super) const PATH: &str = "/console/checks/map";

/// What of everything is on the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    All,
    /// What is not well, because there are too many.
    NotWell,
    /// What was asked for.
    Of,
    /// Nothing is called so.
    Nothing,
}

/// How something is: the class of its color, its shape and its word.
type Mark = (&'static str, &'static str, &'static str);

/// One box.
struct BoxView {
    path: String,
    name: String,
    mark: Mark,
    /// What is left free above it on a desk; empty for nothing.
    gap: String,
}

/// The boxes of one layer.
struct LayerView {
    label: String,
    is_of_components: bool,
    boxes: Vec<BoxView>,
}

/// One line, or the head of one.
struct LineView {
    style: String,
    way: String,
    /// Whether there is another line between the same two already.
    is_second: bool,
}

/// The lines behind the boxes.
struct DrawingView {
    style: &'static str,
    width: String,
    height: String,
    view_box: String,
    lines: Vec<LineView>,
}

/// What is told of one check or component.
struct TellView {
    path: String,
    name: String,
    mark: Mark,
    told: String,
}

#[derive(Template)]
#[template(path = "console/checks/map.html")]
struct MapView {
    chrome: Chrome,
    choice: Choice,
    /// What was asked for.
    of: String,
    /// What that is called.
    name: String,
    /// What is on it, in a sentence.
    counts: String,
    left_out: usize,
    lines_left_out: usize,
    /// Paused checks that would be on the whole map.
    paused: usize,
    unreadable: usize,
    sight: SightView,
    unrelated: usize,
    most: usize,
    layers: Vec<LayerView>,
    drawings: Vec<DrawingView>,
    told: Vec<TellView>,
}

/// Where the map of one thing is.
pub(super) fn address_of(of: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("of", of).finish();
    format!("{PATH}?{query}")
}

/// The map.
pub(super) async fn show(call: Call) -> Answer {
    let store = &call.app.store;
    let believed = state::believed(store).await?;
    let with_state = |check: Check| (State::of(&check, believed.get(&check.id)), check);
    let readable = store.list_readable_checks().await?;
    let mut checks: Vec<(State, Check)> = readable.checks.into_iter().map(with_state).collect();
    checks.sort_by_cached_key(|(_, check)| (check.name.to_lowercase(), check.id));
    let known = Known::load(store).await?;
    let statuses: HashMap<ComponentId, ComponentStatus> = {
        let pages = call.app.published.status_pages();
        pages.iter().flat_map(|page| page.component_statuses().collect::<Vec<_>>()).collect()
    };
    let graph = Graph::of(&checks, &known.in_use(), &statuses);
    let of = call.query.text("of").trim();
    let (choice, seeds) = choose(&graph, &known, of);
    let shown = graph.around(&seeds);
    let words = Words::of(&graph, &known, &shown);
    let Drawn { layers, drawings, lines_left_out } = words.draw();
    // What one comes to by its id is told by its name.
    let name = match seeds.as_slice() {
        [only] if choice == Choice::Of => words.name(*only),
        _ => of.to_owned(),
    };
    let view = MapView {
        chrome: Chrome::of(&call, "Map of checks", ""),
        choice,
        of: of.to_owned(),
        name,
        counts: words.counts(),
        left_out: shown.left_out,
        lines_left_out,
        paused: graph.count_paused(),
        unreadable: readable.bad_rows.len(),
        sight: SightView::load(store, call.now).await?,
        unrelated: graph.count_unrelated(),
        most: MAP_CHECKS_MAX,
        layers,
        drawings,
        told: words.tell(),
    };
    answer::page(StatusCode::OK, &view)
}

/// What the map is to be of, and the things that this begins with.
fn choose(graph: &Graph<'_>, known: &Known, of: &str) -> (Choice, Vec<usize>) {
    if of.is_empty() {
        return match graph.is_large() {
            true => (Choice::NotWell, graph.not_well()),
            false => (Choice::All, graph.related().iter().copied().collect()),
        };
    }
    let wanted = of.to_lowercase();
    let is_meant = |thing: &Thing<'_>| match thing {
        Thing::Check(check, _) => {
            check.id.to_string() == wanted
                || check.key.as_str() == wanted
                || check.name.to_lowercase() == wanted
                || check.tags.iter().any(|tag| tag.as_str() == wanted)
        }
        Thing::Component(id, _) => id.to_string() == wanted || known.is_called(*id, &wanted),
    };
    let things = graph.things.iter().enumerate();
    let seeds: Vec<usize> = things.filter(|(_, one)| is_meant(one)).map(|(at, _)| at).collect();
    (if seeds.is_empty() { Choice::Nothing } else { Choice::Of }, seeds)
}
