//! The components of a page in a form: the tree, with a status to choose on every line.

use std::collections::BTreeMap;

use allclear_domain::ids::ComponentId;
use allclear_domain::posted::StatusChange;
use allclear_domain::record::{Affected, Target};
use allclear_domain::status_page::ComponentSelection;
use allclear_domain::{Component, ComponentStatus, Forest, Selection, StatusPage, tree};
use allclear_store::{Store, StoreError};

use crate::console::form::Form;
use crate::console::words::{self, Choice};

/// The field of everything at once.
const ALL: &str = "c_all";
/// From how many components on a filter helps.
const FILTER_FROM: usize = 20;
/// Indentation stops growing there.
const DEPTH_SHOWN_MAX: usize = 6;

/// One line of the tree.
pub(crate) struct PickerRow {
    pub(crate) field: String,
    pub(crate) name: String,
    pub(crate) depth: usize,
    pub(crate) is_group: bool,
    pub(crate) choices: Vec<Choice>,
    /// What was chosen when the form was made; empty where that does not matter.
    pub(crate) was: String,
    pub(crate) was_field: String,
}

/// The tree in a form.
pub(crate) struct PickerView {
    pub(crate) rows: Vec<PickerRow>,
    pub(crate) has_filter: bool,
}

/// The components that a page shows, in the order of their tree.
pub(crate) async fn components_of(
    store: &Store,
    page: &StatusPage,
) -> Result<Vec<Component>, StoreError> {
    let ComponentSelection::Chosen(chosen) = &page.components else {
        return store.list_components_of(page.id).await;
    };
    let all = store.list_components().await?;
    let forest = Forest::grown_from(&all);
    let shown = Selection::new(&forest, page.id, chosen).into_shown();
    Ok(all.into_iter().filter(|component| shown.contains(&component.id)).collect())
}

/// The tree for what is affected from the start on, with what the form already says.
pub(crate) fn for_start(components: &[Component], form: &Form) -> PickerView {
    let mut rows = all_row(components, form);
    rows.extend(lines(components, |id| {
        let field = format!("c_{id}");
        (start_choices(form.text(&field)), String::new())
    }));
    PickerView { rows, has_filter: components.len() >= FILTER_FROM }
}

/// The line for everything at once.
fn all_row(components: &[Component], form: &Form) -> Vec<PickerRow> {
    if components.len() < 2 {
        return Vec::new();
    }
    vec![PickerRow {
        field: ALL.to_owned(),
        name: "All components".to_owned(),
        depth: 0,
        is_group: true,
        choices: start_choices(form.text(ALL)),
        was: String::new(),
        was_field: String::new(),
    }]
}

/// The tree for what an update changes: each line shows how the component stands now.
pub(crate) fn for_update(
    components: &[Component],
    standing: &BTreeMap<ComponentId, ComponentStatus>,
    form: &Form,
) -> PickerView {
    let mut rows = all_row(components, form);
    rows.extend(lines(components, |id| {
        let stands = standing.get(&id).copied().unwrap_or(ComponentStatus::Operational);
        let was = form.maybe(&format!("was_{id}")).unwrap_or(stands.as_str()).to_owned();
        let chosen = form.maybe(&format!("c_{id}")).unwrap_or(&was).to_owned();
        let choices = ComponentStatus::ALL
            .map(|one| Choice::of(one.as_str(), words::component_status(one), &chosen));
        (choices.into(), was)
    }));
    PickerView { rows, has_filter: components.len() >= FILTER_FROM }
}

fn lines(
    components: &[Component],
    choices_of: impl Fn(ComponentId) -> (Vec<Choice>, String),
) -> Vec<PickerRow> {
    let components = tree::in_use(components);
    let lines = tree::in_order(&components).unwrap_or_default();
    let row = |line: tree::TreeLine<'_>| {
        let (choices, was) = choices_of(line.component.id);
        PickerRow {
            field: format!("c_{}", line.component.id),
            was_field: format!("was_{}", line.component.id),
            name: line.component.name.clone(),
            depth: line.depth.min(DEPTH_SHOWN_MAX),
            is_group: line.is_group,
            choices,
            was,
        }
    };
    lines.into_iter().map(row).collect()
}

fn start_choices(chosen: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::of("", "–", chosen)];
    let offered = [
        ComponentStatus::DegradedPerformance,
        ComponentStatus::PartialOutage,
        ComponentStatus::MajorOutage,
        ComponentStatus::Operational,
    ];
    choices
        .extend(offered.map(|one| Choice::of(one.as_str(), words::component_status(one), chosen)));
    choices
}

/// What the form says is affected from the start on.
pub(crate) fn read_affected(form: &Form) -> Vec<Affected> {
    let mut affected = Vec::new();
    for (key, value) in form.with_prefix("c_") {
        let target = match (key, key.parse()) {
            ("all", _) => Target::All,
            (_, Ok(id)) => Target::Component(id),
            (_, Err(_)) => continue,
        };
        if let Some(status) = words::read_component_status(value) {
            affected.push(Affected { target, status });
        }
    }
    affected
}

/// What the form changes: the lines on which another status was chosen than the one that was shown,
/// or all of them at once. What a colleague changed meanwhile is left alone.
pub(crate) fn read_changes(form: &Form, components: &[Component]) -> Vec<StatusChange> {
    let all = words::read_component_status(form.text(ALL));
    let changed = components.iter().filter_map(|component| {
        let component_id = component.id;
        let chosen = form.text(&format!("c_{component_id}"));
        let is_touched = !chosen.is_empty() && form.text(&format!("was_{component_id}")) != chosen;
        let chosen = words::read_component_status(chosen).filter(|_| is_touched);
        Some(StatusChange { component_id, status: chosen.or(all)? })
    });
    changed.collect()
}
