//! What the facts of a page leave out. The `allclear` format keeps it.

use allclear_domain::action::ActionState;
use allclear_domain::audit::Subject;
use allclear_domain::incident::IncidentKind;
use allclear_domain::posted::Posted;
use allclear_domain::record::{Affected, Level, OutageRecord};
use allclear_domain::status_page::{ColorTokens, Language, StatusPage, UptimePolicy};
use allclear_domain::text::ProseFormat;
use allclear_domain::{Component, ComponentStatus, Incident, Maintenance};

use super::contents::Contents;
use super::from_facts::AUTHOR;

/// What is left out, in words, and how often; nothing that is not there.
#[must_use]
pub fn left_out(contents: &Contents) -> Vec<(&'static str, usize)> {
    let mut left = Left::default();
    left.page(&contents.page);
    contents.components.iter().for_each(|component| left.component(component));
    left.add("statuses set by hand", contents.settings.len());
    contents.incidents.iter().for_each(|incident| left.incident(incident));
    left.add("maintenance series", contents.series.len());
    contents.maintenance.iter().for_each(|window| left.window(window));
    left.add("templates", contents.templates.len());
    let marked = contents.announcements.iter();
    let marked = marked.filter(|told| told.body.format == ProseFormat::Markdown);
    left.add("texts in Markdown, written as plain ones", marked.count());
    let about =
        |note: &&allclear_domain::InternalNote| matches!(note.subject, Subject::Component(_));
    left.add("notes on components", contents.notes.iter().filter(about).count());
    let written_here = contents.notes.iter().filter(|note| note.author != AUTHOR);
    left.add("authors and dates of internal notes", written_here.count());
    left.0
}

#[derive(Default)]
struct Left(Vec<(&'static str, usize)>);

impl Left {
    fn add(&mut self, what: &'static str, count: usize) {
        if count == 0 {
            return;
        }
        match self.0.iter_mut().find(|(known, _)| *known == what) {
            Some((_, sum)) => *sum += count,
            None => self.0.push((what, count)),
        }
    }

    fn page(&mut self, page: &StatusPage) {
        let settings = [
            !page.host_names.is_empty(),
            page.language != Language::default(),
            page.logo.is_some(),
            page.colors != ColorTokens::default(),
            !page.components.is_own(),
            page.uptime != UptimePolicy::default(),
            page.is_protected(),
        ];
        self.add("settings of the page", settings.into_iter().filter(|is_set| *is_set).count());
    }

    fn component(&mut self, component: &Component) {
        self.add("descriptions of components", component.description.iter().count());
        self.add("parents of components", component.parent_id.iter().count());
        self.add("days from which uptime counts", component.start_date.iter().count());
        self.add("ends of components", component.retired_at.iter().count());
    }

    fn incident(&mut self, incident: &Incident) {
        let is_deliberate = incident.kind == IncidentKind::DeliberateShutdown;
        self.add("marks of deliberate shutdowns", usize::from(is_deliberate));
        self.add("impacts that a person set", incident.impact_override.iter().count());
        self.add("postmortems", incident.postmortem.iter().count());
        self.add("reopenings", incident.reopened.len());
        self.add("links to what became of a window", incident.converted_from.iter().count());
        self.record(&incident.record, ComponentStatus::PartialOutage);
        self.updates(&incident.updates);
    }

    fn window(&mut self, window: &Maintenance) {
        self.add("marks of windows that people begin", usize::from(!window.is_automatic));
        self.add("former windows", window.former_windows.len());
        let plans = [&window.expected_effect, &window.recovery_plan];
        let plans = plans.into_iter().flatten().count() + window.abort_at.iter().count();
        self.add("expected effects and plans of windows", plans);
        self.add("links to what became of a window", window.converted_to.iter().count());
        self.record(&window.record, ComponentStatus::UnderMaintenance);
        self.updates(&window.updates);
    }

    /// `without_level` is the status that facts without a level stand for.
    fn record(&mut self, record: &OutageRecord, without_level: ComponentStatus) {
        let read_back = record.level.map_or(without_level, Level::status);
        let own = |affected: &&Affected| affected.status != read_back;
        self.add("statuses of affected components", record.affected.iter().filter(own).count());
        self.add("times of detection", record.detected_at.iter().count());
        let losses = record.losses.iter();
        let counted = losses.clone().filter(|loss| !loss.counts.is_empty());
        self.add("counts of losses", counted.count());
        self.add("settlements of losses", losses.filter(|loss| loss.settled.is_some()).count());
        let corrected = record.causes.iter().map(|cause| cause.corrections.len());
        self.add("corrections of causes", corrected.sum());
        let ends = record.actions.iter().filter(|action| {
            matches!(
                action.state,
                ActionState::Done { on: Some(_) } | ActionState::Dropped { why: Some(_) }
            )
        });
        self.add("days and reasons of steps", ends.count());
    }

    fn updates<S>(&mut self, updates: &[Posted<S>]) {
        for update in updates {
            self.add("statuses of updates", update.status.iter().count());
            self.add("changes of components by updates", update.changes.len());
            self.add("announced times of next updates", update.next_update_due_at.iter().count());
            self.add("earlier wordings of updates", update.edits.len());
            let is_marked = update.body.format == ProseFormat::Markdown;
            self.add("texts in Markdown, written as plain ones", usize::from(is_marked));
        }
    }
}
