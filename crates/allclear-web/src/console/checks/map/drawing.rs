//! The lines of the map, as SVG draws them behind the boxes. The style sheet knows the same measures: boxes
//! stand where the lines end, without any script.
//!
//! On a desk layers stand side by side. On a phone they stand below each other, with two boxes in a row;
//! what skips a row goes through the gap in the middle.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::layers::{BOX, Picture, Way};

/// Tenths of a rem in a step of heights.
const STEP: i64 = 13;
/// Tenths of a rem that a box is high.
const BOX_HEIGHT: i64 = 42;
/// The same that a box is wide on a desk, and what lies between two layers there.
const DESK: (i64, i64) = (100, 32);
/// The same that a box is wide on a phone, and what lies between two of them there.
const PHONE: (i64, i64) = (90, 24);
/// What lies between two rows of a layer on a phone, and between two layers.
const ROW_GAPS: (i64, i64) = (14, 32);
/// Boxes in a row on a phone.
const ROW: usize = 2;
/// Ways through the gap in the middle, and what lies between two of them.
const LANES: (i64, i64) = (5, 4);

/// A drawing.
pub(super) struct Drawing {
    /// In tenths of a rem.
    pub(super) width: i64,
    /// In tenths of a rem.
    pub(super) height: i64,
    /// One line for each edge, in their order, and its head; empty where there is none.
    pub(super) lines: Vec<(String, String)>,
}

/// A length in tenths of a rem, as SVG reads it.
pub(super) fn rem(tenths: i64) -> String {
    format!("{}.{}rem", tenths / 10, tenths % 10)
}

/// What is left free above each box of a layer on a desk, in tenths of a rem.
pub(super) fn gaps(layer: &[(usize, i64)]) -> Vec<i64> {
    let mut free_from = 0;
    let gap = |(_, middle): &(usize, i64)| {
        let top = middle * STEP - BOX_HEIGHT / 2;
        let gap = top - free_from;
        free_from = top + BOX_HEIGHT;
        gap
    };
    layer.iter().map(gap).collect()
}

/// The lines on a desk.
pub(super) fn for_desk(picture: &Picture) -> Drawing {
    let (wide, gap) = DESK;
    let line = |way: &Option<Way>| {
        let Some(way) = way else { return Default::default() };
        let mut line = String::new();
        let mut x = way.layer as i64 * (wide + gap) + wide;
        let start = (x, way.heights.first().map_or(0, |step| step * STEP));
        let mut y = start.1;
        // Writing to a text cannot fail.
        let _ = write!(line, "M{x} {y}");
        for (nth, step) in way.heights.iter().enumerate().skip(1) {
            let (to_x, to_y) = (x + gap, step * STEP);
            let middle = x + gap / 2;
            let _ = match y == to_y {
                true => write!(line, "H{to_x}"),
                false => write!(line, "C{middle} {y} {middle} {to_y} {to_x} {to_y}"),
            };
            (x, y) = (to_x, to_y);
            if nth + 1 < way.heights.len() {
                x += wide;
                let _ = write!(line, "H{x}");
            }
        }
        let head = match way.is_turned {
            true => format!("M{} {}l-4 3l4 3", start.0 + 4, start.1 - 3),
            false => format!("M{} {}l4 3l-4 3", x - 4, y - 3),
        };
        (line, head)
    };
    let layers = picture.layers.len() as i64;
    Drawing {
        width: (layers * (wide + gap) - gap).max(0),
        height: (picture.height * STEP - (BOX * STEP - BOX_HEIGHT / 2)).max(0),
        lines: picture.ways.iter().map(line).collect(),
    }
}

/// Where a box stands on a phone: its row among all, its top, and the middle of its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spot {
    row: usize,
    top: i64,
    x: i64,
}

/// The lines on a phone. `ends` are the boxes that each edge leads from and to.
pub(super) fn for_phone(picture: &Picture, ends: &[(usize, usize)]) -> Drawing {
    let (wide, gap) = PHONE;
    let mut spots = BTreeMap::new();
    // The top of each row.
    let mut rows: Vec<i64> = Vec::new();
    let mut top = 0;
    for layer in &picture.layers {
        for row in layer.chunks(ROW) {
            for (column, (node, _)) in (0_i64..).zip(row) {
                let x = column * (wide + gap) + wide / 2;
                spots.insert(*node, Spot { row: rows.len(), top, x });
            }
            rows.push(top);
            top += BOX_HEIGHT + ROW_GAPS.0;
        }
        top += ROW_GAPS.1 - ROW_GAPS.0;
    }
    let mut lanes: BTreeMap<usize, i64> = BTreeMap::new();
    let line = |(way, (from, to)): (&Option<Way>, &(usize, usize))| {
        let Some(way) = way else { return Default::default() };
        let (from, to) = if way.is_turned { (to, from) } else { (from, to) };
        let (Some(start), Some(end)) = (spots.get(from), spots.get(to)) else {
            return Default::default();
        };
        let (begins, lane) = (start.top + BOX_HEIGHT, lanes.len() as i64);
        let mut line = format!("M{} {begins}", start.x);
        let next = rows.get(start.row + 1).copied().unwrap_or(end.top);
        if end.row == start.row + 1 {
            line.push_str(&curve((start.x, begins), (end.x, end.top)));
        } else {
            let lane = *lanes.entry(*from).or_insert(lane) % LANES.0;
            let x = wide + gap / 2 + (lane - LANES.0 / 2) * LANES.1;
            let before = rows.get(end.row.saturating_sub(1)).map_or(next, |top| top + BOX_HEIGHT);
            line.push_str(&curve((start.x, begins), (x, next)));
            line.push_str(&format!("V{before}"));
            line.push_str(&curve((x, before), (end.x, end.top)));
        }
        let head = match way.is_turned {
            true => format!("M{} {}l3 -4l3 4", start.x - 3, begins + 4),
            false => format!("M{} {}l3 4l3 -4", end.x - 3, end.top - 4),
        };
        (line, head)
    };
    Drawing {
        width: wide * 2 + gap,
        height: rows.last().map_or(0, |top| top + BOX_HEIGHT),
        lines: picture.ways.iter().zip(ends).map(line).collect(),
    }
}

/// On from one point to another further down, upright at both.
fn curve((x, y): (i64, i64), (to_x, to_y): (i64, i64)) -> String {
    match x == to_x {
        true => format!("V{to_y}"),
        false => {
            let middle = i64::midpoint(y, to_y);
            format!("C{x} {middle} {to_x} {middle} {to_x} {to_y}")
        }
    }
}

#[cfg(test)]
mod tests;
