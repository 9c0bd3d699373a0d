//! Where everything on the map stands: in which layer, in which order there, and how high. Pure: the same
//! input gives the same picture.
//!
//! An edge leads from a layer to a later one. Where it skips layers, it passes them as a point that takes
//! up some room, so that no line runs behind a box; edges from the same start pass as one.

use std::collections::{BTreeMap, BTreeSet};

/// Half of the height that a box takes up with the gap around it, in steps.
pub(super) const BOX: i64 = 2;
/// The same of a line that passes.
const PASSING: i64 = 1;
/// Sweeps through all layers that look for an order with few crossings.
const ORDER_SWEEPS: usize = 12;
/// Sweeps that straighten lines.
const HEIGHT_SWEEPS: usize = 8;
/// Parts of a step in which heights are reckoned before they are rounded.
const PARTS: i64 = 64;

/// Where everything stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Picture {
    /// The boxes of each layer from the top: which one, and the height of its middle in steps.
    pub(super) layers: Vec<Vec<(usize, i64)>>,
    /// The way of each edge, as they were given; `None` where one leads to its own start.
    pub(super) ways: Vec<Option<Way>>,
    /// The height of all of it, in steps.
    pub(super) height: i64,
}

/// The way of an edge.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// The layer in which it begins.
    pub(super) layer: usize,
    /// The heights at which it meets that layer and each one after it.
    pub(super) heights: Vec<i64>,
    /// Whether it is drawn from its end to its start, because it closes a circle.
    pub(super) is_turned: bool,
}

/// Arranges `count` boxes. Those that `is_last` knows of lead nowhere, and stand in a layer of their own after
/// all others. Edges that name a box beyond `count` have no way.
pub(super) fn arrange(
    count: usize,
    edges: &[(usize, usize)],
    is_last: impl Fn(usize) -> bool,
) -> Picture {
    let net = Net::of(count, edges, is_last);
    let layers = net.without_most_crossings();
    let heights = net.heights(&layers);
    let height_of = |point: &usize| heights.get(*point).copied().unwrap_or_default();
    let boxes = |layer: &Vec<usize>| {
        let boxes = layer.iter().filter(|point| **point < count);
        boxes.map(|point| (*point, height_of(point))).collect()
    };
    let way = |chain: &Option<Chain>| {
        let Chain { points, is_turned } = chain.as_ref()?;
        let layer = net.points.get(*points.first()?)?.layer;
        let heights = points.iter().map(height_of).collect();
        Some(Way { layer, heights, is_turned: *is_turned })
    };
    Picture {
        layers: layers.iter().map(boxes).collect(),
        ways: net.chains.iter().map(way).collect(),
        height: heights.iter().max().map_or(0, |lowest| lowest + BOX),
    }
}

/// Something that takes up room in a layer: a box, by its own number, or beyond those a line that passes.
#[derive(Debug)]
struct Point {
    layer: usize,
    half: i64,
    before: Vec<usize>,
    after: Vec<usize>,
}

/// The points that an edge goes through.
struct Chain {
    points: Vec<usize>,
    is_turned: bool,
}

/// All points, and how they hang together.
struct Net {
    points: Vec<Point>,
    chains: Vec<Option<Chain>>,
    depth: usize,
}

/// All boxes in an order in which each stands behind what leads to it. Of a circle, some box comes before one
/// that leads to it; what is in no circle always has its place.
fn ranks(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut open = vec![0_usize; count];
    for (_, to) in edges {
        open.iter_mut().skip(*to).take(1).for_each(|open| *open += 1);
    }
    let (mut ranks, mut left): (_, BTreeSet<usize>) = (vec![0; count], (0..count).collect());
    for rank in 0..count {
        let free = left.iter().find(|node| open.get(**node) == Some(&0)).copied();
        let Some(next) = free.or_else(|| in_circle(&left, edges)) else { break };
        left.remove(&next);
        ranks.iter_mut().skip(next).take(1).for_each(|one| *one = rank);
        for (_, to) in edges.iter().filter(|(from, _)| *from == next) {
            open.iter_mut().skip(*to).take(1).for_each(|open| *open = open.saturating_sub(1));
        }
    }
    ranks
}

/// A box of a circle, where something leads to each of those that are left: whoever goes back long enough
/// comes to one again.
fn in_circle(left: &BTreeSet<usize>, edges: &[(usize, usize)]) -> Option<usize> {
    let mut at = *left.first()?;
    let mut seen = BTreeSet::new();
    while seen.insert(at) {
        let before = edges.iter().filter(|(from, to)| *to == at && left.contains(from));
        at = before.map(|(from, _)| *from).min()?;
    }
    Some(at)
}

/// The layer of each box: one further than the furthest that leads to it.
fn layers(
    ranks: &[usize],
    edges: &[(usize, usize)],
    is_last: impl Fn(usize) -> bool,
) -> Vec<usize> {
    let mut layers = vec![0_usize; ranks.len()];
    let mut sorted = edges.to_vec();
    sorted.sort_by_key(|(from, _)| ranks.get(*from));
    for (from, to) in sorted {
        let least = layers.get(from).map_or(0, |layer| layer + 1);
        layers.iter_mut().skip(to).take(1).for_each(|layer| *layer = least.max(*layer));
    }
    let others = layers.iter().enumerate().filter(|(node, _)| !is_last(*node));
    let last = others.map(|(_, layer)| layer + 1).max().unwrap_or(0);
    for (node, layer) in layers.iter_mut().enumerate() {
        if is_last(node) {
            *layer = last;
        }
    }
    layers
}

impl Net {
    fn of(count: usize, edges: &[(usize, usize)], is_last: impl Fn(usize) -> bool) -> Self {
        let is_there = |(from, to): &(usize, usize)| from != to && *from < count && *to < count;
        let known: Vec<(usize, usize)> = edges.iter().copied().filter(is_there).collect();
        let ranks = ranks(count, &known);
        let turned = |(from, to): (usize, usize)| match ranks.get(from) > ranks.get(to) {
            true => ((to, from), true),
            false => ((from, to), false),
        };
        let forward: Vec<(usize, usize)> = known.iter().map(|edge| turned(*edge).0).collect();
        let layers = layers(&ranks, &forward, is_last);
        let point = |layer: &usize| Point::new(*layer, BOX);
        let mut net = Self {
            points: layers.iter().map(point).collect(),
            chains: Vec::new(),
            depth: layers.iter().max().map_or(0, |layer| layer + 1),
        };
        let mut passing = BTreeMap::new();
        for edge in edges {
            let chain = is_there(edge).then(|| {
                let (edge, is_turned) = turned(*edge);
                Chain { points: net.chain(edge, &mut passing), is_turned }
            });
            net.chains.push(chain);
        }
        net
    }

    fn layer_of(&self, point: usize) -> usize {
        self.points.get(point).map_or(0, |point| point.layer)
    }

    /// The points of an edge. What passes a layer from the same start is one point.
    fn chain(
        &mut self,
        (from, to): (usize, usize),
        passing: &mut BTreeMap<(usize, usize), usize>,
    ) -> Vec<usize> {
        let mut points = vec![from];
        for layer in self.layer_of(from) + 1..self.layer_of(to) {
            let new = self.points.len();
            let point = *passing.entry((from, layer)).or_insert(new);
            if point == new {
                self.points.push(Point::new(layer, PASSING));
            }
            points.push(point);
        }
        points.push(to);
        for (one, next) in points.iter().zip(points.iter().skip(1)) {
            self.link(*one, *next);
        }
        points
    }

    fn link(&mut self, from: usize, to: usize) {
        let Some(before) = self.points.get_mut(from).filter(|one| !one.after.contains(&to)) else {
            return;
        };
        before.after.push(to);
        if let Some(after) = self.points.get_mut(to) {
            after.before.push(from);
        }
    }

    /// Every layer in an order in which what hangs together stands together.
    fn first_order(&self) -> Vec<Vec<usize>> {
        let mut layers = vec![Vec::new(); self.depth];
        let (mut seen, mut next): (BTreeSet<usize>, Vec<usize>) =
            (BTreeSet::new(), (0..self.points.len()).rev().collect());
        next.sort_by_key(|point| std::cmp::Reverse(self.layer_of(*point)));
        while let Some(point) = next.pop() {
            if !seen.insert(point) {
                continue;
            }
            layers.iter_mut().skip(self.layer_of(point)).take(1).for_each(|one| one.push(point));
            if let Some(point) = self.points.get(point) {
                next.extend(point.after.iter().rev());
            }
        }
        layers
    }

    /// The order with the fewest crossings that a few sweeps find: each point goes to the middle of those
    /// that it hangs on.
    fn without_most_crossings(&self) -> Vec<Vec<usize>> {
        let mut layers = self.first_order();
        let mut best = (self.crossings(&layers), layers.clone());
        for sweep in 0..ORDER_SWEEPS {
            if best.0 == 0 {
                break;
            }
            let is_down = sweep % 2 == 0;
            let mut places = self.places(&layers);
            for nth in 0..layers.len() {
                let nth = if is_down { nth } else { layers.len() - 1 - nth };
                let Some(layer) = layers.get_mut(nth) else { break };
                layer.sort_by_cached_key(|point| {
                    let point_there = self.points.get(*point);
                    let near =
                        point_there.map(|one| if is_down { &one.before } else { &one.after });
                    let near = near.into_iter().flatten().map(|near| at(&places, *near) * PARTS);
                    middle(near.map(|place| (place, 1))).unwrap_or(at(&places, *point) * PARTS)
                });
                for (place, point) in (0_i64..).zip(layer.iter()) {
                    places.iter_mut().skip(*point).take(1).for_each(|one| *one = place);
                }
            }
            let crossings = self.crossings(&layers);
            if crossings < best.0 {
                best = (crossings, layers.clone());
            }
        }
        best.1
    }

    /// The place of each point within its layer.
    fn places(&self, layers: &[Vec<usize>]) -> Vec<i64> {
        let mut places = vec![0; self.points.len()];
        for (place, point) in layers.iter().flat_map(|layer| (0_i64..).zip(layer)) {
            places.iter_mut().skip(*point).take(1).for_each(|one| *one = place);
        }
        places
    }

    /// How often lines cross.
    fn crossings(&self, layers: &[Vec<usize>]) -> u64 {
        let places = self.places(layers);
        let mut crossings = 0;
        for layer in layers {
            let mut ends = Vec::new();
            for point in layer.iter().filter_map(|point| self.points.get(*point)) {
                let mut places: Vec<i64> = point.after.iter().map(|to| at(&places, *to)).collect();
                places.sort_unstable();
                ends.extend(places);
            }
            crossings += inversions(&ends);
        }
        crossings
    }

    /// The height of each point, in steps.
    fn heights(&self, layers: &[Vec<usize>]) -> Vec<i64> {
        let mut heights = vec![0; self.points.len()];
        for layer in layers {
            self.settle(layer, &vec![0; layer.len()], 1, &mut heights);
        }
        for sweep in 0..=HEIGHT_SWEEPS {
            let sides = match sweep {
                HEIGHT_SWEEPS => (true, true),
                sweep => (sweep % 2 == 0, sweep % 2 == 1),
            };
            for nth in 0..layers.len() {
                let nth = if sides.0 { nth } else { layers.len() - 1 - nth };
                let Some(layer) = layers.get(nth) else { break };
                let wanted: Vec<i64> =
                    layer.iter().map(|point| self.wanted(*point, sides, &heights)).collect();
                self.settle(layer, &wanted, 1, &mut heights);
            }
        }
        for layer in layers {
            let wanted: Vec<i64> = layer.iter().map(|point| at(&heights, *point)).collect();
            self.settle(layer, &wanted, PARTS, &mut heights);
        }
        let tops = self.points.iter().zip(&heights).map(|(point, at)| at / PARTS - point.half);
        let top = tops.min().unwrap_or_default();
        heights.iter().map(|height| height / PARTS - top).collect()
    }

    /// Where a point would best be for the lines on the chosen sides of it.
    fn wanted(&self, nth: usize, (before, after): (bool, bool), heights: &[i64]) -> i64 {
        let Some(point) = self.points.get(nth) else { return 0 };
        let before = point.before.iter().filter(|_| before);
        let near = before.chain(point.after.iter().filter(|_| after));
        let weighed = near.map(|near| {
            let half = self.points.get(*near).map_or(BOX, |near| near.half);
            // What passes is to be straight.
            let weight = if half == PASSING && point.half == PASSING { 8 } else { 1 };
            (at(heights, *near), weight)
        });
        middle(weighed).unwrap_or(at(heights, nth))
    }

    /// Sets the heights of a layer: as near as can be to what is wanted, in its order and with room for
    /// all. Rounded to so many parts of a step.
    fn settle(&self, layer: &[usize], wanted: &[i64], rounded_to: i64, heights: &mut [i64]) {
        let (mut below, mut offsets) = (0, Vec::new());
        for (nth, point) in layer.iter().enumerate() {
            let half = self.points.get(*point).map_or(BOX, |point| point.half) * PARTS;
            below += if nth == 0 { 0 } else { half };
            offsets.push(below);
            below += half;
        }
        // Runs of points that touch: the sum of what they want, and how many they are.
        let mut runs: Vec<(i64, i64)> = Vec::new();
        for (wanted, offset) in wanted.iter().zip(&offsets) {
            let mut run = (wanted - offset, 1);
            while let Some(last) = runs.pop_if(|last| last.0 * run.1 > run.0 * last.1) {
                run = (run.0 + last.0, run.1 + last.1);
            }
            runs.push(run);
        }
        let starts = runs.iter().flat_map(|(sum, count)| {
            let start = sum.div_euclid(*count) + rounded_to / 2;
            (0..*count).map(move |_| start - start.rem_euclid(rounded_to))
        });
        for ((point, start), offset) in layer.iter().zip(starts).zip(&offsets) {
            heights.iter_mut().skip(*point).take(1).for_each(|height| *height = start + offset);
        }
    }
}

impl Point {
    const fn new(layer: usize, half: i64) -> Self {
        Self { layer, half, before: Vec::new(), after: Vec::new() }
    }
}

fn at(places: &[i64], point: usize) -> i64 {
    places.get(point).copied().unwrap_or_default()
}

/// The middle of values with weights; `None` of none.
fn middle(values: impl Iterator<Item = (i64, i64)>) -> Option<i64> {
    let (sum, weights) = values
        .fold((0, 0), |(sum, weights), (value, weight)| (sum + value * weight, weights + weight));
    (weights > 0).then(|| sum.div_euclid(weights))
}

/// Pairs of values of which the later one is smaller.
fn inversions(values: &[i64]) -> u64 {
    let mut sorted: Vec<i64> = Vec::with_capacity(values.len());
    let mut count = 0;
    for value in values {
        let place = sorted.partition_point(|one| one <= value);
        count += (sorted.len() - place) as u64;
        sorted.insert(place, *value);
    }
    count
}

#[cfg(test)]
mod tests;
