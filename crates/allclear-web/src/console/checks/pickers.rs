//! The components that stand or fall with a check, in its form: a line for each, and an empty one.

use std::collections::HashMap;

use allclear_domain::check::Affects;
use allclear_domain::ids::ComponentId;
use allclear_domain::{CheckKind, Component, ComponentStatus, StatusPage, limits};
use allclear_store::{Store, StoreError};

use crate::console::components::{in_order, in_use};
use crate::console::form::Form;
use crate::console::words::{self, Choice};

/// What precedes the short name of the page that a new component is to be on.
pub(super) const NEW: &str = "new:";

/// No component.
const NONE: &str = "None: readers are not told";

/// Statuses that a form offers, the worst first.
const OFFERED: [ComponentStatus; 4] = [
    ComponentStatus::MajorOutage,
    ComponentStatus::PartialOutage,
    ComponentStatus::DegradedPerformance,
    ComponentStatus::Operational,
];

/// What is proposed to tell readers while a check fails, and while it is degraded. That a certificate
/// ends in two weeks is for the team.
fn usual(form: &Form) -> (ComponentStatus, ComponentStatus) {
    let when_degraded = match form.text("target").parse() {
        Ok(CheckKind::Tls(_)) => ComponentStatus::Operational,
        _ => ComponentStatus::DegradedPerformance,
    };
    (ComponentStatus::MajorOutage, when_degraded)
}

/// A component that is to be added, by the name of the check.
pub(super) struct NewOn {
    /// The page that it is to be on.
    pub(super) slug: String,
    pub(super) when_failing: ComponentStatus,
    pub(super) when_degraded: ComponentStatus,
}

/// What was chosen.
#[derive(Default)]
pub(super) struct Picked {
    pub(super) there: Vec<Affects>,
    pub(super) new: Option<NewOn>,
}

/// What readers are told, in words.
pub(super) const fn status_name(status: ComponentStatus) -> &'static str {
    match status {
        ComponentStatus::Operational => "Readers are not told",
        status => words::component_status(status),
    }
}

/// The lines of a form that name a component: it, and what readers are told.
pub(super) fn lines(form: &Form) -> impl Iterator<Item = (&str, &str, &str)> {
    let statuses = form.all("failing").zip(form.all("degraded"));
    let lines = form.all("component").zip(statuses);
    lines
        .map(|(id, (failing, degraded))| (id, failing, degraded))
        .filter(|(id, _, _)| !id.is_empty())
}

/// Reads them.
pub(super) fn read(form: &Form) -> Result<Picked, String> {
    let mut picked = Picked::default();
    for (component, failing, degraded) in lines(form) {
        let status = |word| {
            let status = words::read_component_status(word);
            status.ok_or("components: choose what readers are told")
        };
        let (when_failing, when_degraded) = (status(failing)?, status(degraded)?);
        if let Some(slug) = component.strip_prefix(NEW) {
            picked.new = Some(NewOn { slug: slug.to_owned(), when_failing, when_degraded });
            continue;
        }
        let component_id = component.parse().map_err(|_| "components: choose one of the list")?;
        picked.there.push(Affects { component_id, when_failing, when_degraded });
    }
    Ok(picked)
}

/// The components of one status page.
pub(super) struct Group {
    pub(super) title: String,
    pub(super) choices: Vec<Choice>,
}

/// One line of the form.
pub(super) struct Row {
    pub(super) legend: String,
    /// What stands above the groups.
    pub(super) choices: Vec<Choice>,
    pub(super) groups: Vec<Group>,
    pub(super) failing: Vec<Choice>,
    pub(super) degraded: Vec<Choice>,
}

/// Every component, by its page.
pub(super) struct Known {
    pages: Vec<(StatusPage, Vec<Component>)>,
    /// Where each stands: its page, and its place among those of that.
    places: HashMap<ComponentId, (usize, usize)>,
}

impl Known {
    /// Reads them.
    pub(super) async fn load(store: &Store) -> Result<Self, StoreError> {
        let (mut pages, mut places) = (Vec::new(), HashMap::new());
        for (nth, page) in store.list_status_pages().await?.into_iter().enumerate() {
            let components = store.list_components_of(page.id).await?;
            let placed = |(place, one): (usize, &Component)| (one.id, (nth, place));
            places.extend(components.iter().enumerate().map(placed));
            pages.push((page, components));
        }
        Ok(Self { pages, places })
    }

    fn find(&self, id: ComponentId) -> Option<(&StatusPage, &Component)> {
        let (page, place) = *self.places.get(&id)?;
        let (page, components) = self.pages.get(page)?;
        Some((page, components.get(place)?))
    }

    /// The key of a component; empty where it is not there any more.
    pub(super) fn key_of(&self, id: ComponentId) -> &str {
        self.find(id).map_or("", |(_, component)| component.key.as_str())
    }

    /// A form as it is shown first. Where there is no component yet, a new one is proposed.
    pub(super) fn with_proposal(&self, form: Form) -> Form {
        let has_any = self.pages.iter().any(|(_, components)| !components.is_empty());
        let (failing, degraded) = usual(&form);
        match self.pages.first() {
            Some((page, _)) if !has_any => form
                .with("component", &format!("{NEW}{}", page.slug))
                .with("failing", failing.as_str())
                .with("degraded", degraded.as_str()),
            _ => form,
        }
    }

    /// Those that are in use, in their order.
    pub(super) fn in_use(&self) -> Vec<ComponentId> {
        let ids = |(_, components): &(StatusPage, Vec<Component>)| {
            let in_use = in_use(components);
            in_order(&in_use).into_iter().map(|(one, _)| one.id).collect::<Vec<_>>()
        };
        self.pages.iter().flat_map(ids).collect()
    }

    /// Whether a component has this name or key, in lower case.
    pub(super) fn is_called(&self, id: ComponentId, name: &str) -> bool {
        let found = self.find(id).map(|(_, component)| component);
        found.is_some_and(|one| one.key.as_str() == name || one.name.to_lowercase() == name)
    }

    /// What a component is called; the page beside it where there are several.
    pub(super) fn name_of(&self, wanted: &str) -> String {
        if let Some(slug) = wanted.strip_prefix(NEW) {
            let page = self.pages.iter().find(|(page, _)| page.slug.as_str() == slug);
            let title = page.map_or(slug, |(page, _)| page.title.as_str());
            return format!("A new one, on {title}");
        }
        let Ok(id) = wanted.parse::<ComponentId>() else { return "none".to_owned() };
        match self.find(id) {
            Some((_, component)) if self.pages.len() == 1 => component.name.clone(),
            Some((page, component)) => format!("{} on {}", component.name, page.title),
            None => format!("{id}, which is not there any more"),
        }
    }

    /// The lines of a form: those that it names, and an empty one.
    pub(super) fn rows(&self, form: &Form, may_add: bool) -> Vec<Row> {
        let (named, new): (Vec<_>, Vec<_>) =
            lines(form).partition(|(component, _, _)| !component.starts_with(NEW));
        let mut rows: Vec<Row> = named.into_iter().map(|line| self.row(line)).collect();
        if rows.len() < limits::CHECK_COMPONENTS_MAX {
            let (failing, degraded) = usual(form);
            let empty = ("", failing.as_str(), degraded.as_str());
            let chosen = new.first().copied().unwrap_or(empty);
            rows.extend(self.empty_row(chosen, rows.is_empty(), may_add));
        }
        rows
    }

    /// What one component can be chosen from: what stands above the pages, and what is on them.
    pub(super) fn choices(&self, chosen: &str, may_add: bool) -> (Vec<Choice>, Vec<Group>) {
        self.to_choose(NONE, chosen, may_add)
    }

    fn to_choose(&self, none: &str, chosen: &str, may_add: bool) -> (Vec<Choice>, Vec<Group>) {
        let mut choices = vec![Choice::of("", none, chosen)];
        for (page, _) in self.pages.iter().filter(|_| may_add) {
            let value = format!("{NEW}{}", page.slug);
            choices.push(Choice::of(&value, &self.name_of(&value), chosen));
        }
        (choices, self.pages.iter().filter_map(|one| group(one, chosen)).collect())
    }

    /// The status page that was made first.
    pub(super) fn first_page(&self) -> Option<&StatusPage> {
        self.pages.first().map(|(page, _)| page)
    }

    /// Whether there is any status page.
    pub(super) const fn has_pages(&self) -> bool {
        !self.pages.is_empty()
    }

    fn row(&self, (component, failing, degraded): (&str, &str, &str)) -> Row {
        let name = self.name_of(component);
        Row {
            choices: vec![
                Choice::of(component, &name, component),
                Choice::of("", "Not this one any more", component),
            ],
            legend: name,
            groups: Vec::new(),
            failing: status_choices(failing),
            degraded: status_choices(degraded),
        }
    }

    /// The line to choose a component with; `None` where there is none to choose.
    fn empty_row(
        &self,
        (chosen, failing, degraded): (&str, &str, &str),
        is_first: bool,
        may_add: bool,
    ) -> Option<Row> {
        let (legend, none) = match is_first {
            true => ("A component", NONE),
            false => ("Another component", "None"),
        };
        let (choices, groups) = self.to_choose(none, chosen, may_add);
        if groups.is_empty() && choices.len() < 2 {
            return None;
        }
        Some(Row {
            legend: legend.to_owned(),
            choices,
            groups,
            failing: status_choices(failing),
            degraded: status_choices(degraded),
        })
    }
}

fn group((page, components): &(StatusPage, Vec<Component>), chosen: &str) -> Option<Group> {
    let in_use = in_use(components);
    let choice = |(component, depth): (&Component, usize)| {
        let name = format!("{}{}", "\u{2003}".repeat(depth), component.name);
        Choice::of(&component.id.to_string(), &name, chosen)
    };
    let choices: Vec<Choice> = in_order(&in_use).into_iter().map(choice).collect();
    (!choices.is_empty()).then(|| Group { title: page.title.clone(), choices })
}

fn status_choices(chosen: &str) -> Vec<Choice> {
    let choice = |status: ComponentStatus| Choice::of(status.as_str(), status_name(status), chosen);
    let mut choices: Vec<Choice> = OFFERED.map(choice).into();
    if chosen == ComponentStatus::UnderMaintenance.as_str() {
        choices.push(choice(ComponentStatus::UnderMaintenance));
    }
    choices
}
