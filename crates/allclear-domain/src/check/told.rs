//! Incidents, maintenance windows, announcements and notes, by themselves.

use std::collections::HashSet;

use super::{Check, Checking};
use crate::announcement::Announcement;
use crate::incident::{Incident, IncidentState, Reopening};
use crate::limits;
use crate::maintenance::{AnnouncedWindow, FormerWindow, Maintenance, MaintenanceState};
use crate::note::InternalNote;
use crate::posted::{Edit, Posted};
use crate::times::{Bound, Moment};

impl Check for Incident {
    fn check(&self, checking: &mut Checking) {
        checking.title("title", &self.title);
        match self.state {
            IncidentState::Investigating | IncidentState::Identified => {}
            IncidentState::Monitoring { since } => checking.past("state.since", since),
            IncidentState::Resolved { ended } => {
                checking.past_bound("state.ended", ended);
                checking.in_order("state.ended", self.started, ended);
            }
        }
        checking.part("publication", &self.publication);
        checking.past_bound("started", self.started);
        checking.part("record", &self.record);
        check_updates(checking, &self.updates);
        if self.same_cause_as == Some(self.id) {
            checking.within("same_cause_as", |checking| {
                checking.refuse("names the incident itself: name an earlier one, or leave it out");
            });
        }
        if let Some(postmortem) = &self.postmortem {
            checking.part("postmortem", postmortem);
        }
        checking.parts("reopened", &self.reopened);
        if let Some(source) = &self.source {
            checking.part("source", source);
        }
        checking.past("created_at", self.created_at);
    }
}

impl Check for Reopening {
    fn check(&self, checking: &mut Checking) {
        checking.past("reopened_at", self.reopened_at);
        checking.past_bound("ended_before", self.ended_before);
        checking.in_order("reopened_at", self.ended_before, Bound::exactly(self.reopened_at));
    }
}

impl Check for Maintenance {
    fn check(&self, checking: &mut Checking) {
        checking.title("title", &self.title);
        check_state(checking, self.state);
        checking.part("publication", &self.publication);
        checking.part("window", &self.window);
        checking.parts("former_windows", &self.former_windows);
        checking.maybe_text("expected_effect", self.expected_effect.as_ref());
        checking.maybe_text("recovery_plan", self.recovery_plan.as_ref());
        checking.part("record", &self.record);
        check_updates(checking, &self.updates);
        if let Some(source) = &self.source {
            checking.part("source", source);
        }
        checking.past("created_at", self.created_at);
    }
}

fn check_state(checking: &mut Checking, state: MaintenanceState) {
    match state {
        MaintenanceState::Scheduled => {}
        MaintenanceState::InProgress { started_at } => {
            checking.past("state.started_at", started_at);
        }
        MaintenanceState::Verifying { started_at, since } => {
            checking.past("state.started_at", started_at);
            checking.past("state.since", since);
            checking.in_order("state.since", Bound::exactly(started_at), Bound::exactly(since));
        }
        MaintenanceState::Completed { started, ended } => {
            checking.past_bound("state.started", started);
            checking.past_bound("state.ended", ended);
            checking.in_order("state.ended", started, ended);
        }
        MaintenanceState::Cancelled { at } => checking.past("state.at", at),
    }
}

impl Check for AnnouncedWindow {
    fn check(&self, checking: &mut Checking) {
        if self.window().is_some_and(|window| window.ends_at <= window.starts_at) {
            checking.within("ends_at", |checking| {
                checking.refuse("does not lie after starts_at: correct one of them");
            });
        }
        checking.maybe_text("length", self.length.as_ref());
    }
}

impl Check for FormerWindow {
    fn check(&self, checking: &mut Checking) {
        checking.part("window", &self.window);
        checking.past("changed_at", self.changed_at);
        checking.maybe_text("why", self.why.as_ref());
    }
}

impl Check for Announcement {
    /// An announcement may be of something ahead.
    fn check(&self, checking: &mut Checking) {
        checking.title("title", &self.title);
        checking.part("body", &self.body);
        checking.part("publication", &self.publication);
        if let Some(until) = self.until {
            let shown = match self.shown_at {
                Moment::At { at } => Bound::exactly(at),
                Moment::On { on, .. } => Bound::On { on },
                Moment::Local { .. } | Moment::Unknown => Bound::Unknown,
            };
            checking.in_order("until", shown, Bound::exactly(until));
        }
        if let Some(source) = &self.source {
            checking.part("source", source);
        }
        checking.past("created_at", self.created_at);
    }
}

impl Check for InternalNote {
    fn check(&self, checking: &mut Checking) {
        checking.past("written_at", self.written_at);
        checking.title("author", &self.author);
        checking.part("body", &self.body);
    }
}

/// The messages, whose ids are anchors on one page.
fn check_updates<S>(checking: &mut Checking, updates: &[Posted<S>]) {
    checking.each("updates", updates, limits::UPDATES_MAX, |checking, update| {
        update.check(checking);
    });
    let mut seen = HashSet::new();
    for (place, update) in updates.iter().enumerate() {
        if !seen.insert(update.id) {
            checking.within(format_args!("updates[{place}].id"), |checking| {
                checking.refuse("another update has it too: give each its own");
            });
        }
    }
}

impl<S> Check for Posted<S> {
    fn check(&self, checking: &mut Checking) {
        checking.past_moment("shown_at", self.shown_at);
        checking.past("posted_at", self.posted_at);
        checking.part("body", &self.body);
        checking.each("changes", &self.changes, limits::LIST_ENTRIES_MAX, |_, _| {});
        checking.parts("edits", &self.edits);
    }
}

impl Check for Edit {
    fn check(&self, checking: &mut Checking) {
        checking.past("edited_at", self.edited_at);
        checking.title("editor", &self.editor);
        if let Some(before) = &self.before {
            checking.part("before", before);
        }
        if let Some(shown_before) = self.shown_before {
            checking.past_moment("shown_before", shown_before);
        }
        let changes = self.changes_before.as_deref().unwrap_or_default();
        checking.each("changes_before", changes, limits::LIST_ENTRIES_MAX, |_, _| {});
    }
}
