//! The permalink of a maintenance window.

use allclear_domain::ids::PublicId;
use allclear_domain::maintenance::MaintenanceState;
use allclear_domain::{ComponentStatus, Maintenance, MaintenanceStatus};
use askama::Template;

use super::cards::{FactView, ProgressView};
use super::gantt::GanttView;
use super::incident::RelatedView;
use super::record::RecordView;
use super::updates::{StatusWord as _, UpdateView};
use super::{Context, PageView, Tab, place_of};
use crate::format::{Html, StateMark, inline};
use crate::model::RecordRef;

#[derive(Template)]
#[template(path = "maintenance.html")]
pub(crate) struct MaintenancePage {
    page: PageView,
    title: String,
    mark: StateMark,
    facts: Vec<Html>,
    steps: Vec<StepperView>,
    overrun: Option<String>,
    progress: Option<ProgressView>,
    window: Html,
    former: Vec<FormerView>,
    plans: Vec<FactView>,
    links: Vec<RelatedView>,
    gantt: Option<GanttView>,
    updates: Vec<UpdateView>,
    record: RecordView,
    source: Option<String>,
    earlier: Option<Html>,
    later: Option<Html>,
}

/// One step of the stepper.
struct StepperView {
    word: &'static str,
    is_done: bool,
    is_now: bool,
}

/// A window that was announced before.
struct FormerView {
    window: Html,
    changed: Html,
    why: Option<Html>,
}

impl MaintenancePage {
    pub(crate) fn new(context: &Context<'_>, id: PublicId) -> Option<Self> {
        let windows = &context.model.snapshot.maintenance;
        let place = place_of(windows, id, |window| window.public_id)?;
        let window = context.model.window_at(place)?;
        let mark = context.maintenance_mark();
        let present = context.model.present().status;
        let (title, icon) = if window.is_under_way() {
            let title = format!("{} {}", mark.icon, window.title);
            (title, present.max(ComponentStatus::UnderMaintenance))
        } else {
            (window.title.clone(), present)
        };
        let tab = match window.state.status() {
            MaintenanceStatus::Scheduled => Tab::Upcoming,
            _ => Tab::History,
        };
        let started = window.started();
        let has_begun = window.is_under_way() || window.ended().is_some();
        let times = has_begun.then(|| (started, window.ended()));
        let (earlier, later) = context.neighbours(RecordRef::Maintenance(place));
        Some(Self {
            page: context.page(&title, tab, icon),
            title: window.title.clone(),
            mark,
            facts: context.maintenance_facts(window),
            steps: context.steps(window),
            overrun: context.overrun(window),
            progress: context.progress(window),
            window: context.window(&window.window, super::NO_DAY),
            former: context.former_windows(window),
            plans: context.plans(window),
            links: context.became(window),
            gantt: context.gantt(&context.model.maintenance_impact(window)),
            updates: context.updates(
                &window.updates,
                window.publication,
                context.reference_day(started),
            ),
            record: context.record(&window.record, &window.updates, times),
            source: context.source_text(RecordRef::Maintenance(place)),
            earlier,
            later,
        })
    }
}

impl Context<'_> {
    fn maintenance_facts(&self, window: &Maintenance) -> Vec<Html> {
        let mut facts = vec![Html::text(window.state.status().word(self.m))];
        match window.state {
            MaintenanceState::Scheduled => {}
            MaintenanceState::Cancelled { at } => {
                facts.push(Html::labelled(self.m.maintenance.cancelled_at, &self.dated(at)));
            }
            MaintenanceState::InProgress { started_at }
            | MaintenanceState::Verifying { started_at, .. } => {
                let began = self.dated(started_at);
                facts.push(Html::labelled(self.m.maintenance.work_began, &began));
            }
            MaintenanceState::Completed { started, ended } => {
                let length = self.locale.length_between(started, ended);
                facts.extend(length.as_deref().map(Html::text));
                facts.push(self.locale.range(started, Some(ended), super::NO_DAY));
            }
        }
        if let Some(reported) = &window.record.reported_length {
            facts.push(Html::text(&(self.m.incident.reported_length)(reported)));
        }
        facts
    }

    fn steps(&self, window: &Maintenance) -> Vec<StepperView> {
        let present = window.state.status();
        let order: &[MaintenanceStatus] = if present == MaintenanceStatus::Cancelled {
            &[MaintenanceStatus::Scheduled, MaintenanceStatus::Cancelled]
        } else {
            &[
                MaintenanceStatus::Scheduled,
                MaintenanceStatus::InProgress,
                MaintenanceStatus::Verifying,
                MaintenanceStatus::Completed,
            ]
        };
        let at = order.iter().position(|status| *status == present);
        order
            .iter()
            .enumerate()
            .map(|(place, status)| StepperView {
                word: status.word(self.m),
                is_done: at.is_some_and(|at| place < at),
                is_now: at == Some(place),
            })
            .collect()
    }

    fn former_windows(&self, window: &Maintenance) -> Vec<FormerView> {
        window
            .former_windows
            .iter()
            .map(|former| FormerView {
                window: self.window(&former.window, super::NO_DAY),
                changed: self.dated(former.changed_at),
                why: former.why.as_deref().map(inline),
            })
            .collect()
    }

    fn became(&self, window: &Maintenance) -> Vec<RelatedView> {
        let incidents = &self.model.snapshot.incidents;
        let place = window
            .converted_to
            .and_then(|id| incidents.iter().position(|incident| incident.id == id));
        place
            .map(|place| RelatedView {
                label: self.m.maintenance.became,
                links: vec![self.record_link(RecordRef::Incident(place))],
            })
            .into_iter()
            .collect()
    }
}
