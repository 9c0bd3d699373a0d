//! What an incident or a window did to components: from which status to which.

use std::collections::HashSet;

use allclear_domain::ids::ComponentId;
use allclear_domain::posted::{Posted, StatusChange};
use allclear_domain::record::{OutageRecord, Target};
use allclear_domain::{ComponentStatus, Forest};

use super::Context;
use crate::format::Html;

/// One change: what, from which status, to which.
pub(crate) struct ChangeView {
    pub(crate) name: Html,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) class: &'static str,
    pub(crate) icon: &'static str,
}

impl Context<'_> {
    /// The latest change of everything that a record affected: what it names, then what updates name.
    pub(crate) fn changes<S>(
        &self,
        record: &OutageRecord,
        updates: &[Posted<S>],
    ) -> Vec<ChangeView> {
        let forest = &self.model.forest;
        let mut views = Vec::new();
        let mut told: HashSet<ComponentId> = HashSet::new();
        for affected in &record.affected {
            told.extend(affected.target.component());
            let mut course = (ComponentStatus::Operational, affected.status);
            if let Some(id) = affected.target.component() {
                course = self.course(id, course, updates);
            }
            let name = self.affected_name(&affected.target, record);
            views.push(self.change(name, course.0, course.1));
        }
        for change in updates.iter().flat_map(|update| &update.changes) {
            let id = change.component_id;
            if told.insert(id) {
                let opening = forest.opening_of(record, id);
                let opening = opening.unwrap_or(ComponentStatus::Operational);
                let (before, last) = self.course(id, (opening, opening), updates);
                views.push(self.change(self.target(&Target::Component(id)), before, last));
            }
        }
        views.retain(|view| !view.name.as_str().is_empty());
        views
    }

    /// The last two statuses of a component, after those of the start.
    fn course<S>(
        &self,
        id: ComponentId,
        opening: (ComponentStatus, ComponentStatus),
        updates: &[Posted<S>],
    ) -> (ComponentStatus, ComponentStatus) {
        let forest = &self.model.forest;
        let changes = updates.iter().filter_map(|update| forest.changed_to(&update.changes, id));
        changes.fold(
            opening,
            |(before, last), next| {
                if next == last { (before, last) } else { (last, next) }
            },
        )
    }

    /// What one update changed.
    pub(crate) fn changes_of(&self, changes: &[StatusChange]) -> Vec<ChangeView> {
        changes
            .iter()
            .filter(|change| self.model.line(change.component_id).is_some())
            .map(|change| {
                let mut view = self.change(
                    self.target(&Target::Component(change.component_id)),
                    ComponentStatus::Operational,
                    change.status,
                );
                view.from = "";
                view
            })
            .collect()
    }

    fn change(&self, name: Html, from: ComponentStatus, to: ComponentStatus) -> ChangeView {
        let mark = self.mark(to);
        ChangeView {
            name,
            from: self.mark(from).inline,
            to: mark.inline,
            class: mark.class,
            icon: mark.icon,
        }
    }

    /// What a statement is about, linked where it is a component of this page.
    pub(crate) fn target(&self, target: &Target) -> Html {
        match target {
            Target::Component(id) => self
                .model
                .line(*id)
                .map_or_else(Html::default, |(_, line)| self.component_link(line)),
            Target::All => Html::text(self.m.incident.all_components),
            Target::Words(words) => Html::text(words),
        }
    }

    /// Several targets, those that this page does not show left out.
    pub(crate) fn targets(&self, targets: &[Target]) -> Html {
        let names: Vec<Html> = targets
            .iter()
            .map(|target| self.target(target))
            .filter(|name| !name.as_str().is_empty())
            .collect();
        Html::join(&names, ", ")
    }

    /// An affected target; "all" and groups name what is left out of them.
    pub(crate) fn affected_name(&self, target: &Target, record: &OutageRecord) -> Html {
        let name = self.target(target);
        let is_left_out = |except: &&Target| match (target, except) {
            (Target::All, _) => true,
            (Target::Component(group), Target::Component(id)) => {
                self.model.forest.is_within(*id, *group)
            }
            _ => false,
        };
        let except: Vec<Target> = record.except.iter().filter(is_left_out).cloned().collect();
        let except = self.targets(&except);
        if except.as_str().is_empty() {
            return name;
        }
        let except = Html::labelled(self.m.record.except, &except);
        Html::join(&[name, except], " ")
    }
}

/// Something that was affected, and the worst status that it had.
pub(crate) struct Worst {
    pub(crate) target: Target,
    pub(crate) status: ComponentStatus,
    /// It had other statuses that were not operational as well.
    pub(crate) is_worst_of_several: bool,
}

impl Worst {
    fn of(target: Target, status: ComponentStatus) -> Self {
        Self { target, status, is_worst_of_several: false }
    }

    fn add(&mut self, status: ComponentStatus) {
        if status == ComponentStatus::Operational || status == self.status {
            return;
        }
        self.is_worst_of_several |= self.status != ComponentStatus::Operational;
        self.status = self.status.max(status);
    }
}

/// Everything that a record affected: what it names, and what its updates changed.
pub(crate) fn worst_of_all<S>(
    record: &OutageRecord,
    updates: &[Posted<S>],
    forest: &Forest,
) -> Vec<Worst> {
    let mut worst: Vec<Worst> = record
        .affected
        .iter()
        .map(|affected| Worst::of(affected.target.clone(), affected.status))
        .collect();
    for change in updates.iter().flat_map(|update| &update.changes) {
        let target = Target::Component(change.component_id);
        if let Some(known) = worst.iter_mut().find(|known| known.target == target) {
            known.add(change.status);
        } else {
            let opening = forest.opening_of(record, change.component_id);
            if change.status > opening.unwrap_or(ComponentStatus::Operational) {
                worst.push(Worst::of(target, change.status));
            }
        }
    }
    worst
}
