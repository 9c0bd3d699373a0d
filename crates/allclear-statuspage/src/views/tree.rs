//! The tree of components on the first view: what is affected stands first at each level.

use std::cmp::Reverse;

use allclear_domain::ComponentStatus;

use super::Context;
use super::bars::BarsView;
use crate::format::StateMark;
use crate::model::Line;
use crate::route::Route;

/// The tree as a template prints it: in order, with the ends of groups between.
pub(crate) enum NodeView {
    GroupStart(GroupView),
    Component(ComponentView),
    GroupEnd,
}

/// A component with parts.
pub(crate) struct GroupView {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) about: String,
    pub(crate) mark: StateMark,
    pub(crate) count: String,
    pub(crate) is_open: bool,
}

/// A component without parts.
pub(crate) struct ComponentView {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) mark: StateMark,
    pub(crate) bars: BarsView,
    pub(crate) uptime: String,
}

impl Context<'_> {
    pub(crate) fn tree(&self) -> Vec<NodeView> {
        let mut nodes = Vec::with_capacity(self.model.lines.len() * 2);
        self.add_level(0, self.model.lines.len(), &mut nodes);
        nodes
    }

    /// The lines from `start` to `end` that are not parts of each other, with their parts.
    fn add_level(&self, start: usize, end: usize, nodes: &mut Vec<NodeView>) {
        let mut siblings: Vec<(usize, &Line)> = Vec::new();
        let mut at = start;
        while let Some(line) = self.model.lines.get(at).filter(|_| at < end) {
            if !line.is_retired() {
                siblings.push((at, line));
            }
            at = line.end.max(at + 1);
        }
        siblings.sort_by_key(|(_, line)| Reverse(weight(line)));
        for (index, line) in siblings {
            let Some(component) = self.component(line) else {
                continue;
            };
            let href = self.href(&Route::Component(component.public_id));
            let mark = self.mark(line.status);
            // One whose parts are all retired stands by itself.
            if line.is_group && line.leaves > 0 {
                nodes.push(NodeView::GroupStart(GroupView {
                    name: component.name.clone(),
                    href,
                    about: (self.m.now.about_group)(&component.name),
                    mark,
                    count: self.group_count(line),
                    is_open: line.status != ComponentStatus::Operational,
                }));
                self.add_level(index + 1, line.end, nodes);
                nodes.push(NodeView::GroupEnd);
            } else {
                nodes.push(NodeView::Component(ComponentView {
                    name: component.name.clone(),
                    href,
                    mark,
                    bars: self.bars(line),
                    uptime: self.uptime_text(line.uptime.share()),
                }));
            }
        }
    }

    fn group_count(&self, line: &Line) -> String {
        if line.leaves_affected == 0 {
            return (self.m.now.parts)(line.leaves);
        }
        let count = |number: usize| self.locale.count(u64::try_from(number).unwrap_or(u64::MAX));
        (self.m.now.affected_of)(&count(line.leaves_affected), &count(line.leaves))
    }

    /// An uptime with its word; without data, that word.
    pub(crate) fn uptime_text(&self, share: Option<f64>) -> String {
        share.map_or_else(
            || self.m.no_data.to_owned(),
            |share| (self.m.now.uptime_of)(&self.locale.percent(share)),
        )
    }
}

/// What is affected stands first, the worst at the top; maintenance does not move anything.
fn weight(line: &Line) -> ComponentStatus {
    if line.is_affected() { line.status } else { ComponentStatus::Operational }
}
