//! What is on the map, drawn and in words: boxes, lines, and the same as sentences.

use std::collections::{BTreeSet, HashMap};

use super::super::path_of;
use super::super::pickers::Known;
use super::drawing::{self, Drawing, rem};
use super::graph::{Bond, Graph, Heat, Link, Shown, Thing};
use super::layers::{self, Picture};
use super::{BoxView, DrawingView, LayerView, LineView, Mark, TellView};
use crate::console::components;
use crate::limits::{MAP_LINES_MAX, MAP_NAMES_MAX};

/// What is needed to say how things are.
pub(super) struct Words<'a> {
    graph: &'a Graph<'a>,
    shown: &'a Shown,
    /// What is shown, by its place: two of one name have their keys beside it.
    names: HashMap<usize, String>,
}

/// The boxes, and the lines behind them: on a desk, and on a phone.
pub(super) struct Drawn {
    pub(super) layers: Vec<LayerView>,
    pub(super) drawings: Vec<DrawingView>,
    /// Lines of which there are too many.
    pub(super) lines_left_out: usize,
}

impl<'a> Words<'a> {
    pub(super) fn of(graph: &'a Graph<'a>, known: &Known, shown: &'a Shown) -> Self {
        let called = |at: &usize| match graph.things.get(*at) {
            Some(Thing::Check(check, _)) => (check.name.clone(), check.key.as_str()),
            Some(Thing::Component(id, _)) => (known.name_of(&id.to_string()), known.key_of(*id)),
            None => Default::default(),
        };
        let called: Vec<_> = shown.things.iter().map(|at| (*at, called(at))).collect();
        let mut times: HashMap<(bool, &str), usize> = HashMap::new();
        for (at, (name, _)) in &called {
            *times.entry((graph.is_check(*at), name)).or_default() += 1;
        }
        let name = |(at, (name, key)): &(usize, (String, &str))| {
            let is_one_of_several =
                times.get(&(graph.is_check(*at), name)).is_some_and(|it| *it > 1);
            (*at, if is_one_of_several { format!("{name} ({key})") } else { name.clone() })
        };
        Self { graph, shown, names: called.iter().map(name).collect() }
    }

    pub(super) fn name(&self, place: usize) -> String {
        self.names.get(&place).cloned().unwrap_or_default()
    }

    fn mark(&self, place: usize) -> Mark {
        match self.graph.things.get(place) {
            Some(Thing::Check(_, state)) => (state.style(), state.sign(), state.word()),
            Some(Thing::Component(_, Some(status))) => components::mark(*status),
            Some(Thing::Component(_, None)) => ("quiet", "○", "Not published"),
            None => ("quiet", "○", ""),
        }
    }

    fn path(&self, place: usize) -> String {
        match self.graph.things.get(place) {
            Some(Thing::Check(check, _)) => path_of(check.id),
            Some(Thing::Component(id, _)) => format!("/console/components/{id}"),
            None => String::new(),
        }
    }

    /// The lines between what is shown, and how many more there are than have room: what is wrong has some
    /// first, and then what lies between checks.
    fn links(&self) -> (Vec<Link>, usize) {
        let is_shown = |at: usize| self.shown.things.contains(&at);
        let links = self.graph.links.iter().enumerate();
        let mut links: Vec<(usize, &Link)> =
            links.filter(|(_, link)| is_shown(link.from) && is_shown(link.to)).collect();
        let found = links.len();
        links.sort_by_key(|(nth, link)| (link.heat.is_none(), link.bond == Bond::Affects, *nth));
        links.truncate(MAP_LINES_MAX);
        links.sort_by_key(|(nth, _)| *nth);
        let left_out = found - links.len();
        (links.into_iter().map(|(_, link)| *link).collect(), left_out)
    }

    /// How many checks and components there are.
    pub(super) fn counts(&self) -> String {
        let checks = self.shown.things.iter().filter(|at| self.graph.is_check(**at)).count();
        let components = self.shown.things.len() - checks;
        let count = |count: usize, one: &str| match count {
            1 => format!("1 {one}"),
            many => format!("{many} {one}s"),
        };
        format!("{} and {}.", count(checks, "check"), count(components, "component"))
    }

    /// All of it.
    pub(super) fn draw(&self) -> Drawn {
        let places: Vec<usize> = self.shown.things.iter().copied().collect();
        let nth: HashMap<usize, usize> =
            places.iter().enumerate().map(|(nth, place)| (*place, nth)).collect();
        let (links, lines_left_out) = self.links();
        let end = |place: usize| nth.get(&place).copied().unwrap_or(usize::MAX);
        let edges: Vec<(usize, usize)> =
            links.iter().map(|link| (end(link.from), end(link.to))).collect();
        let is_component = |nth: usize| places.get(nth).is_some_and(|at| self.is_component(*at));
        let picture = layers::arrange(places.len(), &edges, is_component);
        let desk = drawn("desk", &drawing::for_desk(&picture), &links);
        let phone = drawn("phone", &drawing::for_phone(&picture, &edges), &links);
        Drawn {
            layers: self.layers(&picture, &places),
            drawings: vec![desk, phone],
            lines_left_out,
        }
    }

    fn is_component(&self, place: usize) -> bool {
        matches!(self.graph.things.get(place), Some(Thing::Component(..)))
    }

    fn layers(&self, picture: &Picture, places: &[usize]) -> Vec<LayerView> {
        let parents = self.graph.links.iter().filter(|link| link.bond == Bond::Parent);
        let behind: BTreeSet<usize> = parents.map(|link| link.to).collect();
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
            let mut here = layer.iter().filter_map(|(one, _)| places.get(*one));
            let label = match (is_of_components, nth) {
                (true, _) => "Components".to_owned(),
                // Of parents that have no room on the map nothing is drawn.
                (false, 0) if !here.any(|place| behind.contains(place)) => {
                    "Checks that stand behind nothing".to_owned()
                }
                (false, nth) => format!("Checks, layer {}", nth + 1),
            };
            LayerView { label, is_of_components, boxes: boxes.collect() }
        };
        picture.layers.iter().enumerate().map(layer).collect()
    }

    /// The same as sentences, one line for each check and component. Also what is not drawn is told of.
    pub(super) fn tell(&self) -> Vec<TellView> {
        let (mut before, mut after): (HashMap<_, Vec<&Link>>, HashMap<_, Vec<&Link>>) =
            (HashMap::new(), HashMap::new());
        for link in &self.graph.links {
            before.entry(link.to).or_default().push(link);
            after.entry(link.from).or_default().push(link);
        }
        let told = |place: usize| {
            let of = |links: &HashMap<usize, Vec<&Link>>, bond: Bond| {
                let links = links.get(&place).into_iter().flatten();
                let links = links.filter(|link| link.bond == bond);
                let other = |link: &&Link| if link.from == place { link.to } else { link.from };
                self.listed(links.map(other))
            };
            let parts = [
                ("stands behind", of(&before, Bond::Parent)),
                ("is a group of", of(&before, Bond::Member)),
                ("is a member of", of(&after, Bond::Member)),
                ("affects", of(&after, Bond::Affects)),
                ("is affected by", of(&before, Bond::Affects)),
            ];
            let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
            let parts: Vec<_> = parts.map(|(verb, names)| format!("{verb} {names}")).collect();
            match parts.is_empty() {
                true if !before.contains_key(&place) => "stands behind nothing.".to_owned(),
                _ => format!("{}.", parts.join("; ")),
            }
        };
        let line = |at: &usize| TellView {
            path: self.path(*at),
            name: self.name(*at),
            mark: self.mark(*at),
            told: told(*at),
        };
        self.shown.things.iter().map(line).collect()
    }

    /// Names, as far as there is room for them, and how many there are beside; empty of nothing.
    fn listed(&self, places: impl Iterator<Item = usize>) -> String {
        let (mut names, mut more, mut elsewhere) = (Vec::new(), 0_usize, 0_usize);
        for place in places {
            match self.names.get(&place) {
                None => elsewhere += 1,
                Some(_) if names.len() >= MAP_NAMES_MAX => more += 1,
                Some(name) => names.push(name.clone()),
            }
        }
        let word = if names.is_empty() { "" } else { " more" };
        if more > 0 {
            names.push(format!("{more} more"));
        }
        let named = names.join(", ");
        let and = if names.is_empty() { "" } else { " and " };
        match elsewhere {
            0 => named,
            1 => format!("{named}{and}1{word} that is not on the map"),
            many => format!("{named}{and}{many}{word} that are not on the map"),
        }
    }
}

/// The lines of a drawing, with their colors.
fn drawn(style: &'static str, drawing: &Drawing, links: &[Link]) -> DrawingView {
    let (mut lines, mut pairs) = (Vec::new(), BTreeSet::new());
    for (link, (way, head)) in links.iter().zip(&drawing.lines) {
        let is_second = !pairs.insert((link.from, link.to));
        let bond = match link.bond {
            Bond::Parent => "parent",
            Bond::Member => "member",
            Bond::Affects => "affects",
        };
        let color = match link.heat {
            Some(Heat::Fails) => " hot mj",
            Some(Heat::Degraded) => " hot dg",
            None => "",
        };
        let line = |style: &str, way: &str| {
            let style = format!("{style}{color}");
            (link.heat.is_some(), LineView { style, way: way.to_owned(), is_second })
        };
        lines.extend([line(bond, way), line("head", head)]);
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
