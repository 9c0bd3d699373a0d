//! Components: the tree of a page, several added at once, and each one by itself.

mod edit;
mod outline;

use std::collections::HashMap;

use allclear_domain::{Component, ComponentStatus, Scope, tree};
use allclear_incidents::writing;
use askama::Template;

use super::answer::{self, Answer, Refusal};
use super::call::Call;
use super::chrome::Chrome;
use super::trouble::{self, NotWritten, Trouble};
use super::which_page::{WhichPage, which_page};
use crate::access::Needs;
use crate::access::table::Table;

/// Depths that the style sheet knows.
const DEPTH_SHOWN_MAX: usize = 8;

/// What answers.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (reads, writes) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::Components));
    table
        .get("/console/components", reads, show)
        .post("/console/components", writes, add)
        .get("/console/components/{id}", reads, edit::show)
        .post("/console/components/{id}", writes, edit::save)
        .post("/console/components/{id}/remove", writes, edit::remove)
        .post("/console/components/{id}/bring-back", writes, edit::bring_back)
        .post("/console/components/{id}/shift", writes, edit::shift)
        .post("/console/components/{id}/status", writes, edit::set_status)
}

/// What was just done, by its word in the query.
fn done(word: &str) -> &'static str {
    match word {
        "page" => "The page is there. Add what it tells of.",
        "added" => "Added. Readers see them in a moment.",
        "nothing" => "All of these are there already.",
        "saved" => "Saved. Readers see it in a moment.",
        "moved" => "Moved.",
        "removed" => "Removed. Nothing named it.",
        "retired" => "Retired. It stays where the history tells of it.",
        "back" => "In use again. Readers see it in a moment.",
        "status" => "Set. Readers see it in a moment.",
        _ => "",
    }
}

/// A status, in words.
pub(super) const fn word(status: ComponentStatus) -> &'static str {
    match status {
        ComponentStatus::Operational => "Operational",
        ComponentStatus::UnderMaintenance => "Under maintenance",
        ComponentStatus::DegradedPerformance => "Degraded performance",
        ComponentStatus::PartialOutage => "Partial outage",
        ComponentStatus::MajorOutage => "Major outage",
    }
}

/// The style of a status.
pub(super) const fn style(status: ComponentStatus) -> &'static str {
    match status {
        ComponentStatus::Operational => "op",
        ComponentStatus::UnderMaintenance => "mt",
        ComponentStatus::DegradedPerformance => "dg",
        ComponentStatus::PartialOutage => "pt",
        ComponentStatus::MajorOutage => "mj",
    }
}

/// The style of a status, its shape and its word.
pub(super) const fn mark(status: ComponentStatus) -> (&'static str, &'static str, &'static str) {
    let sign = match status {
        ComponentStatus::Operational => "●",
        ComponentStatus::UnderMaintenance => "⬒",
        ComponentStatus::DegradedPerformance => "▲",
        ComponentStatus::PartialOutage => "◆",
        ComponentStatus::MajorOutage => "■",
    };
    (style(status), sign, word(status))
}

/// The components of a page in its order, with their depth for the style sheet. A tree that is
/// broken is shown flat, so that it can be mended.
pub(super) fn in_order(components: &[Component]) -> Vec<(&Component, usize)> {
    match tree::in_order(components) {
        Ok(lines) => lines
            .into_iter()
            .map(|line| (line.component, line.depth.min(DEPTH_SHOWN_MAX)))
            .collect(),
        Err(_) => components.iter().map(|component| (component, 0)).collect(),
    }
}

/// The components that are in use; all of them where the tree is broken, so that it can be mended.
pub(super) fn in_use(components: &[Component]) -> Vec<Component> {
    match tree::in_order(components) {
        Ok(_) => tree::in_use(components),
        Err(_) => components.to_vec(),
    }
}

/// One line of the tree.
struct Line {
    id: String,
    name: String,
    depth: usize,
    /// What somebody set by hand, where that is not operational.
    by_hand: Option<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "console/components/tree.html")]
struct TreeView {
    chrome: Chrome,
    trouble: Trouble,
    which: WhichPage,
    slug: String,
    title: String,
    lines: Vec<Line>,
    /// Those that are history alone: id and name.
    retired: Vec<(String, String)>,
    outline: String,
    may_write: bool,
    has_pages_to_write: bool,
    may_report: bool,
}

async fn show(call: Call) -> Answer {
    match which_page(&call).await? {
        Some(which) => tree_page(&call, which, Trouble::default()).await,
        None => answer::see("/console/status-pages"),
    }
}

async fn tree_page(call: &Call, which: WhichPage, trouble: Trouble) -> Answer {
    let components = call.app.store.list_components_of(which.here.id).await?;
    let settings = call.app.store.list_status_settings_of(which.here.id).await?;
    // Later ones replace earlier ones.
    let by_hand: HashMap<_, _> =
        settings.into_iter().map(|setting| (setting.component_id, setting)).collect();
    let line = |(component, depth): (&Component, usize)| Line {
        id: component.id.to_string(),
        name: component.name.clone(),
        depth,
        by_hand: by_hand
            .get(&component.id)
            .filter(|one| one.status != ComponentStatus::Operational || one.overrules.is_some())
            .filter(|one| one.holds_at(call.now))
            .map(|one| (style(one.status), word(one.status))),
    };
    let in_use = in_use(&components);
    let retired = components.iter().filter(|one| !in_use.iter().any(|other| other.id == one.id));
    let access = call.access()?;
    let view = TreeView {
        chrome: Chrome::of(call, "Components", done(call.query.text("done"))),
        slug: which.here.slug.to_string(),
        title: which.here.title.clone(),
        lines: in_order(&in_use).into_iter().map(line).collect(),
        retired: retired.map(|one| (one.id.to_string(), one.name.clone())).collect(),
        outline: call.form.exact("outline").to_owned(),
        may_write: access.may(Scope::Components),
        has_pages_to_write: access.may(Scope::StatusPages),
        may_report: access.may(Scope::Incidents),
        which,
        trouble,
    };
    answer::page(view.trouble.status(), &view)
}

/// Adds the components of an outline.
async fn add(call: Call) -> Answer {
    let which = which_page(&call).await?.ok_or(Refusal::NotFound)?;
    let outline = match outline::read(call.form.exact("outline")) {
        Ok(outline) => outline,
        Err(problem) => return tree_page(&call, which, Trouble::of(vec![problem])).await,
    };
    let actor = call.actor()?;
    let place = (which.here.id, None);
    let added = writing::add_outline(&call.app.store, place, &outline, call.change(&actor)).await;
    match added {
        Ok(added) => {
            call.app.nudge.notify_one();
            let done = if added.is_empty() { "nothing" } else { "added" };
            answer::see(&format!("/console/components?page={}&done={done}", which.here.slug))
        }
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => tree_page(&call, which, Trouble::of(problems)).await,
            NotWritten::Conflict => Err(Refusal::NotFound),
        },
    }
}
