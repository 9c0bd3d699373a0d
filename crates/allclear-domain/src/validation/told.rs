//! Incidents, maintenance windows, announcements and notes, by themselves.

use std::collections::HashSet;

use super::{Validate, Validation};
use crate::announcement::Announcement;
use crate::incident::{Incident, IncidentState, Reopening};
use crate::limits;
use crate::maintenance::{
    AnnouncedWindow, FormerWindow, Maintenance, MaintenanceSeries, MaintenanceState, SeriesState,
};
use crate::note::InternalNote;
use crate::posted::{Edit, Posted};
use crate::times::{Bound, Moment};

impl Validate for Incident {
    fn validate(&self, validation: &mut Validation) {
        validation.title("title", &self.title);
        match self.state {
            IncidentState::Investigating | IncidentState::Identified => {}
            IncidentState::Monitoring { since } => validation.past("state.since", since),
            IncidentState::Resolved { ended } => {
                validation.past_bound("state.ended", ended);
                validation.in_order("state.ended", self.started, ended);
            }
        }
        validation.part("publication", &self.publication);
        validation.past_bound("started", self.started);
        validation.part("record", &self.record);
        check_updates(validation, &self.updates);
        if self.same_cause_as == Some(self.id) {
            validation.within("same_cause_as", |validation| {
                validation
                    .refuse("names the incident itself: name an earlier one, or leave it out");
            });
        }
        if let Some(postmortem) = &self.postmortem {
            validation.part("postmortem", postmortem);
        }
        validation.parts("reopened", &self.reopened);
        if let Some(source) = &self.source {
            validation.part("source", source);
        }
        validation.past("created_at", self.created_at);
    }
}

impl Validate for Reopening {
    fn validate(&self, validation: &mut Validation) {
        validation.past("reopened_at", self.reopened_at);
        validation.past_bound("ended_before", self.ended_before);
        validation.in_order("reopened_at", self.ended_before, Bound::exactly(self.reopened_at));
    }
}

impl Validate for Maintenance {
    fn validate(&self, validation: &mut Validation) {
        validation.title("title", &self.title);
        check_state(validation, self.state);
        validation.part("publication", &self.publication);
        validation.part("window", &self.window);
        validation.parts("former_windows", &self.former_windows);
        validation.maybe_text("expected_effect", self.expected_effect.as_ref());
        validation.maybe_text("recovery_plan", self.recovery_plan.as_ref());
        validation.part("record", &self.record);
        check_updates(validation, &self.updates);
        if let Some(source) = &self.source {
            validation.part("source", source);
        }
        validation.past("created_at", self.created_at);
    }
}

impl Validate for MaintenanceSeries {
    fn validate(&self, validation: &mut Validation) {
        validation.title("title", &self.title);
        if let SeriesState::Ended { at } = self.state {
            validation.past("state.at", at);
        }
        if let Err(problem) = self.recurrence() {
            validation.within(problem.field, |validation| validation.refuse(problem.problem));
        }
        validation.each("except", &self.except, limits::SERIES_EXCEPT_MAX, |_, _| {});
        let abort_after = self.abort_after_minutes.map(|minutes| ("abort_after_minutes", minutes));
        let lengths = abort_after.into_iter().chain([("lasts_minutes", self.lasts_minutes)]);
        for (name, minutes) in lengths {
            let max = limits::SERIES_MINUTES_MAX;
            if !(1..=max).contains(&minutes) {
                validation.within(name, |validation| {
                    validation.refuse(format!("is {minutes}: give 1 to {max} minutes"));
                });
            }
        }
        validation.parts("affected", &self.affected);
        validation.maybe_text("expected_effect", self.expected_effect.as_ref());
        validation.maybe_text("recovery_plan", self.recovery_plan.as_ref());
        validation.past("created_at", self.created_at);
    }
}

fn check_state(validation: &mut Validation, state: MaintenanceState) {
    match state {
        MaintenanceState::Scheduled => {}
        MaintenanceState::InProgress { started_at } => {
            validation.past("state.started_at", started_at);
        }
        MaintenanceState::Verifying { started_at, since } => {
            validation.past("state.started_at", started_at);
            validation.past("state.since", since);
            validation.in_order("state.since", Bound::exactly(started_at), Bound::exactly(since));
        }
        MaintenanceState::Completed { started, ended } => {
            validation.past_bound("state.started", started);
            validation.past_bound("state.ended", ended);
            validation.in_order("state.ended", started, ended);
        }
        MaintenanceState::Cancelled { at } => validation.past("state.at", at),
    }
}

impl Validate for AnnouncedWindow {
    fn validate(&self, validation: &mut Validation) {
        if self.window().is_some_and(|window| window.ends_at <= window.starts_at) {
            validation.within("ends_at", |validation| {
                validation.refuse("does not lie after starts_at: correct one of them");
            });
        }
        validation.maybe_text("length", self.length.as_ref());
    }
}

impl Validate for FormerWindow {
    fn validate(&self, validation: &mut Validation) {
        validation.part("window", &self.window);
        validation.past("changed_at", self.changed_at);
        validation.maybe_text("why", self.why.as_ref());
    }
}

impl Validate for Announcement {
    /// An announcement may be of something ahead.
    fn validate(&self, validation: &mut Validation) {
        validation.title("title", &self.title);
        validation.part("body", &self.body);
        validation.part("publication", &self.publication);
        if let Some(until) = self.until {
            let shown = match self.shown_at {
                Moment::At { at } => Bound::exactly(at),
                Moment::On { on, .. } => Bound::On { on },
                Moment::Local { .. } | Moment::Unknown => Bound::Unknown,
            };
            validation.in_order("until", shown, Bound::exactly(until));
        }
        if let Some(source) = &self.source {
            validation.part("source", source);
        }
        validation.past("created_at", self.created_at);
    }
}

impl Validate for InternalNote {
    fn validate(&self, validation: &mut Validation) {
        validation.past("written_at", self.written_at);
        validation.title("author", &self.author);
        validation.part("body", &self.body);
    }
}

/// The messages, whose ids are anchors on one page.
fn check_updates<S>(validation: &mut Validation, updates: &[Posted<S>]) {
    validation.each("updates", updates, limits::UPDATES_MAX, |validation, update| {
        update.validate(validation);
    });
    let mut seen = HashSet::new();
    for (place, update) in updates.iter().enumerate() {
        if !seen.insert(update.id) {
            validation.within(format_args!("updates[{place}].id"), |validation| {
                validation.refuse("another update has it too: give each its own");
            });
        }
    }
}

impl<S> Validate for Posted<S> {
    fn validate(&self, validation: &mut Validation) {
        validation.past_moment("shown_at", self.shown_at);
        validation.past("posted_at", self.posted_at);
        validation.part("body", &self.body);
        validation.each("changes", &self.changes, limits::LIST_ENTRIES_MAX, |_, _| {});
        validation.parts("edits", &self.edits);
    }
}

impl Validate for Edit {
    fn validate(&self, validation: &mut Validation) {
        validation.past("edited_at", self.edited_at);
        validation.title("editor", &self.editor);
        if let Some(before) = &self.before {
            validation.part("before", before);
        }
        if let Some(shown_before) = self.shown_before {
            validation.past_moment("shown_before", shown_before);
        }
        let changes = self.changes_before.as_deref().unwrap_or_default();
        validation.each("changes_before", changes, limits::LIST_ENTRIES_MAX, |_, _| {});
    }
}
