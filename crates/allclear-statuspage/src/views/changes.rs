//! What an incident or a window did to components: from which status to which.

use allclear_domain::ComponentStatus;
use allclear_domain::ids::ComponentId;
use allclear_domain::posted::{Posted, StatusChange};
use allclear_domain::record::{OutageRecord, Target};

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

struct Course<'a> {
    target: &'a Target,
    before: ComponentStatus,
    last: ComponentStatus,
}

impl Context<'_> {
    /// The latest change of everything that a record affected.
    pub(crate) fn changes<S>(
        &self,
        record: &OutageRecord,
        updates: &[Posted<S>],
    ) -> Vec<ChangeView> {
        let mut courses: Vec<Course<'_>> = record
            .affected
            .iter()
            .map(|affected| Course {
                target: &affected.target,
                before: ComponentStatus::Operational,
                last: affected.status,
            })
            .collect();
        let mut more: Vec<(ComponentId, ComponentStatus, ComponentStatus)> = Vec::new();
        for change in updates.iter().flat_map(|update| &update.changes) {
            let target = Target::Component(change.component_id);
            if let Some(course) = courses.iter_mut().find(|c| *c.target == target) {
                if course.last != change.status {
                    course.before = course.last;
                    course.last = change.status;
                }
            } else if let Some(known) = more.iter_mut().find(|m| m.0 == change.component_id) {
                if known.2 != change.status {
                    known.1 = known.2;
                    known.2 = change.status;
                }
            } else {
                let before = status_from_all(record, change);
                more.push((change.component_id, before, change.status));
            }
        }
        let mut views: Vec<ChangeView> = courses
            .iter()
            .map(|course| {
                let name = self.affected_name(course.target, record);
                self.change(name, course.before, course.last)
            })
            .collect();
        for (id, before, last) in more {
            views.push(self.change(self.target(&Target::Component(id)), before, last));
        }
        views.retain(|view| !view.name.as_str().is_empty());
        views
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

    /// An affected target; "all" names what it leaves out.
    pub(crate) fn affected_name(&self, target: &Target, record: &OutageRecord) -> Html {
        let name = self.target(target);
        let except = self.targets(&record.except);
        if *target != Target::All || except.as_str().is_empty() {
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
pub(crate) fn worst_of_all<S>(record: &OutageRecord, updates: &[Posted<S>]) -> Vec<Worst> {
    let mut worst: Vec<Worst> = record
        .affected
        .iter()
        .map(|affected| Worst::of(affected.target.clone(), affected.status))
        .collect();
    for change in updates.iter().flat_map(|update| &update.changes) {
        let target = Target::Component(change.component_id);
        if let Some(known) = worst.iter_mut().find(|known| known.target == target) {
            known.add(change.status);
        } else if change.status > status_from_all(record, change) {
            worst.push(Worst::of(target, change.status));
        }
    }
    worst
}

/// The status that "all" gave a component before it was named.
fn status_from_all(record: &OutageRecord, change: &StatusChange) -> ComponentStatus {
    let is_excepted = record.except.contains(&Target::Component(change.component_id));
    let all = record.affected.iter().find(|a| a.target == Target::All);
    all.filter(|_| !is_excepted).map_or(ComponentStatus::Operational, |all| all.status)
}
