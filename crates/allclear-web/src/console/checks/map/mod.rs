//! The map: which checks stand behind which, which groups have which members, and which components each
//! affects. Drawn, and told as a list beneath.

mod drawing;
mod graph;
mod layers;

use std::collections::{BTreeSet, HashMap};

use allclear_domain::ids::ComponentId;
use allclear_domain::{Check, ComponentStatus};
use askama::Template;
use axum::http::StatusCode;

use self::drawing::{Drawing, rem};
use self::graph::{Bond, Graph, Link, Shown, Thing};
use self::layers::Picture;
use super::path_of;
use super::pickers::Known;
use super::state::{self, State};
use crate::console::answer::{self, Answer};
use crate::console::{Call, Chrome, components};
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
}

/// The lines behind the boxes.
struct DrawingView {
    style: &'static str,
    width: String,
    height: String,
    view_box: String,
    lines: Vec<LineView>,
}

/// What is told of one check.
struct TellView {
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
    /// What is on it, in a sentence.
    counts: String,
    left_out: usize,
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
    let readable = store.list_readable_checks().await?.checks;
    let mut checks: Vec<(State, Check)> = readable.into_iter().map(with_state).collect();
    checks.sort_by_cached_key(|(_, check)| (check.name.to_lowercase(), check.id));
    let known = Known::load(store).await?;
    let graph = Graph::of(&checks, &known.in_use());
    let statuses: HashMap<ComponentId, ComponentStatus> = {
        let pages = call.app.published.status_pages();
        pages.iter().flat_map(|page| page.component_statuses().collect::<Vec<_>>()).collect()
    };
    let of = call.query.text("of");
    let (choice, seeds) = choose(&graph, &known, of);
    let shown = graph.around(&seeds);
    let words = Words { graph: &graph, known: &known, statuses: &statuses };
    let (layers, drawings) = words.draw(&shown);
    // What one comes to by its id is told by its name.
    let of = match seeds.as_slice() {
        [only] if choice == Choice::Of => words.name(*only),
        _ => of.to_owned(),
    };
    let view = MapView {
        chrome: Chrome::of(&call, "Map of checks", ""),
        choice,
        of,
        counts: words.counts(&shown),
        left_out: shown.left_out,
        unrelated: graph.count_unrelated(),
        most: MAP_CHECKS_MAX,
        layers,
        drawings,
        told: words.tell(&shown),
    };
    answer::page(StatusCode::OK, &view)
}

/// What the map is to be of, and the things that this begins with.
fn choose(graph: &Graph<'_>, known: &Known, of: &str) -> (Choice, Vec<usize>) {
    if of.is_empty() {
        return match graph.is_large() {
            true => (Choice::NotWell, graph.not_well()),
            false => (Choice::All, graph.related().into_iter().collect()),
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
        Thing::Component(id) => id.to_string() == wanted || known.is_called(*id, &wanted),
    };
    let things = graph.things.iter().enumerate();
    let seeds: Vec<usize> = things.filter(|(_, one)| is_meant(one)).map(|(at, _)| at).collect();
    (if seeds.is_empty() { Choice::Nothing } else { Choice::Of }, seeds)
}

/// What is needed to say how things are.
struct Words<'a> {
    graph: &'a Graph<'a>,
    known: &'a Known,
    statuses: &'a HashMap<ComponentId, ComponentStatus>,
}

impl Words<'_> {
    fn name(&self, place: usize) -> String {
        match self.graph.things.get(place) {
            Some(Thing::Check(check, _)) => check.name.clone(),
            Some(Thing::Component(id)) => self.known.name_of(&id.to_string()),
            None => String::new(),
        }
    }

    fn mark(&self, place: usize) -> Mark {
        match self.graph.things.get(place) {
            Some(Thing::Check(_, state)) => (state.style(), state.sign(), state.word()),
            Some(Thing::Component(id)) => match self.statuses.get(id) {
                Some(status) => components::mark(*status),
                None => ("quiet", "○", "Not published"),
            },
            None => ("quiet", "○", ""),
        }
    }

    fn path(&self, place: usize) -> String {
        match self.graph.things.get(place) {
            Some(Thing::Check(check, _)) => path_of(check.id),
            Some(Thing::Component(id)) => format!("/console/components/{id}"),
            None => String::new(),
        }
    }

    /// The color of a line: that of what is wrong with where it comes from, where it leads to something that
    /// is not well, too.
    fn line_style(&self, link: &Link) -> Option<&'static str> {
        let from = match self.graph.things.get(link.from)? {
            Thing::Check(_, State::Down | State::Flapping | State::Behind) => "mj",
            Thing::Check(_, State::Degraded) => "dg",
            _ => return None,
        };
        let is_hurt = match self.graph.things.get(link.to)? {
            Thing::Check(_, state) => *state < State::Works && *state != State::Unknown,
            Thing::Component(id) => {
                self.statuses.get(id).is_some_and(|status| *status != ComponentStatus::Operational)
            }
        };
        is_hurt.then_some(from)
    }

    fn links(&self, shown: &Shown) -> Vec<Link> {
        let is_shown =
            |link: &&Link| shown.things.contains(&link.from) && shown.things.contains(&link.to);
        self.graph.links.iter().filter(is_shown).copied().collect()
    }

    /// How many checks and components there are.
    fn counts(&self, shown: &Shown) -> String {
        let is_check = |at: &&usize| matches!(self.graph.things.get(**at), Some(Thing::Check(..)));
        let checks = shown.things.iter().filter(is_check).count();
        let components = shown.things.len() - checks;
        let count = |count: usize, one: &str| match count {
            1 => format!("1 {one}"),
            many => format!("{many} {one}s"),
        };
        format!("{} and {}.", count(checks, "check"), count(components, "component"))
    }

    /// The boxes, and the lines behind them: on a desk, and on a phone.
    fn draw(&self, shown: &Shown) -> (Vec<LayerView>, Vec<DrawingView>) {
        let places: Vec<usize> = shown.things.iter().copied().collect();
        let nth: HashMap<usize, usize> =
            places.iter().enumerate().map(|(nth, place)| (*place, nth)).collect();
        // Between two things one line is drawn.
        let mut pairs = BTreeSet::new();
        let mut links = self.links(shown);
        links.retain(|link| pairs.insert((link.from, link.to)));
        let end = |place: usize| nth.get(&place).copied().unwrap_or(usize::MAX);
        let edges: Vec<(usize, usize)> =
            links.iter().map(|link| (end(link.from), end(link.to))).collect();
        let is_component = |nth: usize| places.get(nth).is_some_and(|at| self.is_component(*at));
        let picture = layers::arrange(places.len(), &edges, is_component);
        let desk = self.drawn("desk", &drawing::for_desk(&picture), &links);
        let phone = self.drawn("phone", &drawing::for_phone(&picture, &edges), &links);
        (self.layers(&picture, &places), vec![desk, phone])
    }

    fn is_component(&self, place: usize) -> bool {
        matches!(self.graph.things.get(place), Some(Thing::Component(_)))
    }

    fn layers(&self, picture: &Picture, places: &[usize]) -> Vec<LayerView> {
        let layer = |(nth, layer): (usize, &Vec<(usize, i64)>)| {
            let gaps = drawing::gaps(layer);
            let boxes = layer.iter().zip(gaps).filter_map(|((one, _), gap)| {
                let place = *places.get(*one)?;
                Some(BoxView {
                    path: self.path(place),
                    name: self.name(place),
                    mark: self.mark(place),
                    gap: if gap > 0 { rem(gap) } else { String::new() },
                })
            });
            let first = layer.first().and_then(|(one, _)| places.get(*one));
            let is_of_components = first.is_some_and(|place| self.is_component(*place));
            let label = match (is_of_components, nth) {
                (true, _) => "Components".to_owned(),
                (false, 0) => "Checks that stand behind nothing".to_owned(),
                (false, nth) => format!("Checks, layer {}", nth + 1),
            };
            LayerView { label, is_of_components, boxes: boxes.collect() }
        };
        picture.layers.iter().enumerate().map(layer).collect()
    }

    fn drawn(&self, style: &'static str, drawing: &Drawing, links: &[Link]) -> DrawingView {
        let mut lines = Vec::new();
        for (link, (way, head)) in links.iter().zip(&drawing.lines) {
            let color = self.line_style(link);
            let bond = match link.bond {
                Bond::Parent => "parent",
                Bond::Member => "member",
                Bond::Affects => "affects",
            };
            let color = color.map(|color| format!(" hot {color}")).unwrap_or_default();
            let is_hot = !color.is_empty();
            lines.push((is_hot, LineView { style: format!("{bond}{color}"), way: way.clone() }));
            lines.push((is_hot, LineView { style: format!("head{color}"), way: head.clone() }));
        }
        lines.retain(|(_, line)| !line.way.is_empty());
        // What is wrong lies above what is not.
        lines.sort_by_key(|(is_hot, _)| *is_hot);
        DrawingView {
            style,
            width: rem(drawing.width),
            height: rem(drawing.height),
            view_box: format!("0 0 {} {}", drawing.width, drawing.height),
            lines: lines.into_iter().map(|(_, line)| line).collect(),
        }
    }

    /// The same as sentences, one line for each check.
    fn tell(&self, shown: &Shown) -> Vec<TellView> {
        let links = self.links(shown);
        let names = |found: Vec<usize>| {
            let names: Vec<String> = found.into_iter().map(|at| self.name(at)).collect();
            names.join(", ")
        };
        let told = |place: usize| {
            let before = |bond: Bond| {
                let links = links.iter().filter(move |link| link.to == place && link.bond == bond);
                names(links.map(|link| link.from).collect())
            };
            let after = |bond: Bond| {
                let links =
                    links.iter().filter(move |link| link.from == place && link.bond == bond);
                names(links.map(|link| link.to).collect())
            };
            let parts = [
                ("stands behind", before(Bond::Parent)),
                ("is a group of", before(Bond::Member)),
                ("is a member of", after(Bond::Member)),
                ("affects", after(Bond::Affects)),
            ];
            let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
            let parts: Vec<_> = parts.map(|(verb, names)| format!("{verb} {names}")).collect();
            match parts.is_empty() {
                true => "stands behind nothing.".to_owned(),
                false => format!("{}.", parts.join("; ")),
            }
        };
        let checks = shown.things.iter().copied().filter(|at| !self.is_component(*at));
        checks
            .map(|at| TellView { name: self.name(at), mark: self.mark(at), told: told(at) })
            .collect()
    }
}
