//! The map: which checks stand for which components, and the groups these are parts of. Drawn here, with
//! the same as a table.

use std::collections::HashMap;

use allclear_domain::check::Judgment;
use allclear_domain::ids::{CheckId, ComponentId};
use allclear_domain::{Check, Component, StatusPage};
use askama::Template;
use axum::http::StatusCode;

use super::path_of;
use super::state::{self, State};
use crate::console::answer::{self, Answer};
use crate::console::components::{in_order, in_use};
use crate::console::{Call, Chrome};

/// Components and checks that the map of one page draws; the rest is counted.
const DRAWN_MAX: usize = 200;
/// Characters of a name that a box has room for.
const NAME_CHARS_MAX: usize = 34;
/// From the top of a box to the top of the next one.
const PITCH: usize = 34;
/// The height of a box.
const HEIGHT: usize = 26;
/// What a part is further to the right than its group.
const STEP: usize = 14;
/// The right edge of components.
const LEFT: usize = 300;
/// The left edge of checks.
const RIGHT: usize = 480;
/// The width of it all.
const WIDTH: usize = 780;

/// One box.
struct BoxView {
    x: usize,
    y: usize,
    width: usize,
    text: String,
    /// The class of its color.
    style: &'static str,
}

/// A line of the table.
struct RowView {
    component: String,
    /// The group that it is a part of; empty where it is of none.
    part_of: String,
    /// Its checks: page, name and state.
    checks: Vec<(String, String, State)>,
}

/// What is drawn of one status page.
struct PageMap {
    title: String,
    slug: String,
    height: usize,
    boxes: Vec<BoxView>,
    /// From components to their checks.
    lines: Vec<String>,
    rows: Vec<RowView>,
    /// How many components and checks are left out.
    left_out: usize,
}

#[derive(Template)]
#[template(path = "console/checks/map.html")]
struct MapView {
    chrome: Chrome,
    pages: Vec<PageMap>,
    /// Checks that stand for nothing: page, name and state.
    alone: Vec<(String, String, State)>,
    alone_left_out: usize,
    width: usize,
    box_height: usize,
}

/// The map of every status page.
pub(super) async fn show(call: Call) -> Answer {
    let store = &call.app.store;
    let believed = state::believed(store).await?;
    let mut checks = store.list_readable_checks().await?.checks;
    checks.sort_by_cached_key(|check| (check.name.to_lowercase(), check.id));
    let mut pages = Vec::new();
    for page in store.list_status_pages().await? {
        let components = store.list_components_of(page.id).await?;
        pages.push(PageMap::of(&page, &in_use(&components), &checks, &believed));
    }
    let alone: Vec<_> = checks.iter().filter(|check| check.affects.is_empty()).collect();
    let view = MapView {
        chrome: Chrome::of(&call, "What depends on what", ""),
        pages,
        alone_left_out: alone.len().saturating_sub(DRAWN_MAX),
        alone: alone.into_iter().take(DRAWN_MAX).map(|check| told(check, &believed)).collect(),
        width: WIDTH,
        box_height: HEIGHT,
    };
    answer::page(StatusCode::OK, &view)
}

fn told(check: &Check, believed: &HashMap<CheckId, Judgment>) -> (String, String, State) {
    let state = State::of(check, believed.get(&check.id));
    (path_of(check.id), check.name.clone(), state)
}

fn stands_for(check: &Check, id: ComponentId) -> bool {
    check.affects.iter().any(|one| one.component_id == id)
}

impl PageMap {
    fn of(
        page: &StatusPage,
        components: &[Component],
        checks: &[Check],
        believed: &HashMap<CheckId, Judgment>,
    ) -> Self {
        let all = in_order(components);
        let shown: Vec<_> = all.iter().take(DRAWN_MAX).collect();
        let here =
            |check: &&Check| shown.iter().any(|(component, _)| stands_for(check, component.id));
        let watching: Vec<&Check> = checks.iter().filter(here).collect();
        let drawn = watching.get(..DRAWN_MAX).unwrap_or(&watching);
        let mut boxes = Vec::new();
        for (place, (component, depth)) in shown.iter().enumerate() {
            let x = depth * STEP;
            let style = "part";
            boxes.push(boxed((x, place), LEFT.saturating_sub(x), &component.name, style));
        }
        for (place, check) in drawn.iter().enumerate() {
            let (_, name, state) = told(check, believed);
            let text = format!("{} {name}", state.sign());
            boxes.push(boxed((RIGHT, place), WIDTH.saturating_sub(RIGHT), &text, state.style()));
        }
        let mut lines = Vec::new();
        for (place, (component, _)) in shown.iter().enumerate() {
            let checks = drawn.iter().enumerate();
            let of_it = checks.filter(|(_, check)| stands_for(check, component.id));
            lines.extend(of_it.map(|(other, _)| line(place, other)));
        }
        let name_of = |id: Option<ComponentId>| {
            let group = components.iter().find(|component| Some(component.id) == id);
            group.map_or_else(String::new, |group| group.name.clone())
        };
        let row = |(component, _): &&(&Component, usize)| RowView {
            component: component.name.clone(),
            part_of: name_of(component.parent_id),
            checks: drawn
                .iter()
                .filter(|check| stands_for(check, component.id))
                .map(|check| told(check, believed))
                .collect(),
        };
        Self {
            title: page.title.clone(),
            slug: page.slug.to_string(),
            height: shown.len().max(drawn.len()) * PITCH,
            boxes,
            lines,
            rows: shown.iter().map(row).collect(),
            left_out: (all.len() - shown.len()) + (watching.len() - drawn.len()),
        }
    }
}

/// A box in a row, as far as its text has room.
fn boxed((x, row): (usize, usize), width: usize, text: &str, style: &'static str) -> BoxView {
    let mut shown: String = text.chars().take(NAME_CHARS_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    BoxView { x, y: row * PITCH + (PITCH - HEIGHT) / 2, width, text: shown, style }
}

/// The way from a component to a check, by their rows.
fn line(component: usize, check: usize) -> String {
    let (from, to) = (component * PITCH + PITCH / 2, check * PITCH + PITCH / 2);
    let middle = LEFT.midpoint(RIGHT);
    format!("M{LEFT} {from}C{middle} {from} {middle} {to} {RIGHT} {to}")
}
