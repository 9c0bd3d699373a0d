//! What is under way now: an open incident, or maintenance in progress, as a card.

use allclear_domain::action::ActionItem;
use allclear_domain::incident::IncidentKind;
use allclear_domain::maintenance::AnnouncedWindow;
use allclear_domain::record::{Certainty, OutageRecord};
use allclear_domain::times::Bound;
use allclear_domain::{ComponentStatus, Incident, Maintenance};
use jiff::Timestamp;
use jiff::civil::Date;

use super::Context;
use super::changes::ChangeView;
use super::updates::{StatusWord as _, UpdateView};
use crate::format::{Html, StateMark, inline};
use crate::route::Route;

/// A label and what stands after it.
pub(crate) struct FactView {
    pub(crate) label: &'static str,
    pub(crate) value: Html,
}

/// A promise, and by when.
pub(crate) struct PromiseView {
    pub(crate) text: Html,
    pub(crate) due: String,
    pub(crate) is_overdue: bool,
    /// The record that holds it, where it does not stand beside it.
    pub(crate) record: Option<Html>,
}

/// When the next update was announced for.
pub(crate) struct NextView {
    pub(crate) label: &'static str,
    pub(crate) time: Html,
    pub(crate) is_late: bool,
}

/// An open incident.
pub(crate) struct IncidentCard {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) mark: StateMark,
    pub(crate) facts: Vec<Html>,
    pub(crate) is_deliberate: bool,
    pub(crate) changes: Vec<ChangeView>,
    pub(crate) not_affected: Option<Html>,
    pub(crate) latest: Option<UpdateView>,
    pub(crate) you_should: Option<Html>,
    pub(crate) next: Option<NextView>,
    pub(crate) causes: Vec<FactView>,
    pub(crate) promises: Vec<PromiseView>,
    pub(crate) earlier_label: String,
    pub(crate) earlier: Vec<UpdateView>,
}

/// Maintenance under way.
pub(crate) struct MaintenanceCard {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) mark: StateMark,
    pub(crate) facts: Vec<Html>,
    pub(crate) overrun: Option<String>,
    pub(crate) progress: Option<ProgressView>,
    pub(crate) plans: Vec<FactView>,
    pub(crate) latest: Option<UpdateView>,
}

/// How much of a window has passed, in minutes.
pub(crate) struct ProgressView {
    pub(crate) max: i64,
    pub(crate) value: i64,
    pub(crate) text: String,
}

impl Context<'_> {
    pub(crate) fn incident_card(&self, incident: &Incident) -> IncidentCard {
        let today = self.locale.today;
        let record = &incident.record;
        let mut updates = self.updates(&incident.updates, incident.publication, today).into_iter();
        let latest = updates.next();
        let earlier: Vec<UpdateView> = updates.collect();
        let mut facts = Vec::new();
        let told = incident.updates.last().and_then(|update| update.status);
        if told != Some(incident.state.status()) {
            facts.push(Html::text(incident.state.status().word(self.m)));
        }
        facts.extend(self.locale.elapsed(incident.started));
        let started = self.locale.bound(incident.started, today);
        facts.push(Html::labelled(self.m.incident.started, &started));
        if record.is_intermittent {
            facts.push(Html::text(self.m.incident.intermittent));
        }
        let not_affected = self.targets(&record.not_affected);
        IncidentCard {
            href: self.href(&Route::Incident(incident.public_id)),
            title: incident.title.clone(),
            mark: self.incident_mark(incident),
            facts,
            is_deliberate: incident.kind == IncidentKind::DeliberateShutdown,
            changes: self.changes(record, &incident.updates),
            not_affected: (!not_affected.as_str().is_empty()).then_some(not_affected),
            latest,
            you_should: record.customers_should.as_deref().map(inline),
            next: self.next_update(incident),
            causes: self.causes(record),
            promises: self.open_promises(&record.actions),
            earlier_label: (self.m.incident.earlier_updates)(earlier.len()),
            earlier,
        }
    }

    pub(crate) fn next_update(&self, incident: &Incident) -> Option<NextView> {
        let due_at = incident.updates.last()?.next_update_due_at?;
        if !incident.is_open() {
            return None;
        }
        let is_late = due_at < self.locale.now;
        Some(NextView {
            label: if is_late { self.m.incident.next_was_due } else { self.m.incident.next_due },
            time: self.locale.instant(due_at, self.locale.today),
            is_late,
        })
    }

    /// Causes by how sure the publisher is of them.
    pub(crate) fn causes(&self, record: &OutageRecord) -> Vec<FactView> {
        let [known, suspected, ruled_out] = self.m.record.causes;
        [
            (Certainty::Known, known),
            (Certainty::Suspected, suspected),
            (Certainty::RuledOut, ruled_out),
        ]
        .into_iter()
        .filter_map(|(certainty, label)| {
            let texts: Vec<Html> = record
                .causes
                .iter()
                .filter(|cause| cause.certainty == certainty)
                .map(|cause| inline(&cause.text))
                .collect();
            (!texts.is_empty()).then(|| FactView { label, value: Html::join(&texts, "; ") })
        })
        .collect()
    }

    pub(crate) fn open_promises(&self, actions: &[ActionItem]) -> Vec<PromiseView> {
        let open = actions.iter().filter(|action| action.is_promise());
        open.map(|action| self.promise(action, None)).collect()
    }

    pub(crate) fn promise(&self, action: &ActionItem, record: Option<Html>) -> PromiseView {
        let is_overdue = action.is_overdue(self.locale.today);
        let due = action.due.map(|due| self.due(due));
        PromiseView {
            text: inline(&action.text),
            due: match due {
                Some(day) if is_overdue => (self.m.now.overdue_since)(&day),
                Some(day) => (self.m.now.due_by)(&day),
                None => self.m.now.no_due_date.to_owned(),
            },
            is_overdue,
            record,
        }
    }

    pub(crate) fn due(&self, due: allclear_domain::action::Due) -> String {
        use allclear_domain::action::Due;
        match due {
            Due::Day(day) => self.locale.date(day),
            Due::Month(first) => self.locale.month_year(first.year(), first.month()),
        }
    }

    pub(crate) fn maintenance_card(&self, window: &Maintenance) -> MaintenanceCard {
        let today = self.locale.today;
        let mut facts = vec![Html::text(window.state.status().word(self.m))];
        if let Some(ends_at) = window.window.ends_at.filter(|_| !self.is_overrun(window)) {
            let left = ends_at.duration_since(self.locale.now).as_secs();
            let left = self.locale.length(left);
            facts.push(Html::text(&(self.m.maintenance.ends_in)(&left)));
        }
        if window.window.is_empty() {
            facts.push(self.locale.bound(window.started(), today));
        } else {
            facts.push(self.window(&window.window, today));
        }
        MaintenanceCard {
            href: self.href(&Route::Maintenance(window.public_id)),
            title: window.title.clone(),
            mark: self.mark(ComponentStatus::UnderMaintenance),
            facts,
            overrun: self.overrun(window),
            progress: self.progress(window),
            plans: self.plans(window),
            latest: window
                .updates
                .last()
                .map(|update| self.update(update, window.publication, today)),
        }
    }

    fn is_overrun(&self, window: &Maintenance) -> bool {
        window.is_overrun(self.locale.now)
    }

    /// By how much a window is over its end, and whether it was to be taken back by now.
    pub(crate) fn overrun(&self, window: &Maintenance) -> Option<String> {
        let over = |ends_at: Timestamp| {
            let over = self.locale.now.duration_since(ends_at).as_secs();
            (self.m.maintenance.overrun_by)(&self.locale.length(over))
        };
        let overrun = window.window.ends_at.filter(|_| self.is_overrun(window)).map(over);
        let is_past_abort = window.is_past_abort(self.locale.now);
        let past_abort = is_past_abort.then(|| self.m.maintenance.past_abort.to_owned());
        let told: Vec<String> = overrun.into_iter().chain(past_abort).collect();
        (!told.is_empty()).then(|| told.join(" · "))
    }

    pub(crate) fn progress(&self, window: &Maintenance) -> Option<ProgressView> {
        let begun = window.started().instant().filter(|_| window.is_under_way())?;
        let whole = window.window.ends_at?.duration_since(begun).as_secs();
        let done = self.locale.now.duration_since(begun).as_secs().clamp(0, whole.max(0));
        (whole >= 60).then(|| ProgressView {
            max: whole / 60,
            value: done / 60,
            text: (self.m.maintenance.progress)(
                &self.locale.length(done),
                &self.locale.length(whole),
            ),
        })
    }

    /// What readers will notice, and what happens where it fails.
    pub(crate) fn plans(&self, window: &Maintenance) -> Vec<FactView> {
        let m = &self.m.maintenance;
        let mut plans = Vec::new();
        let texts = [
            (m.expected_effect, &window.expected_effect),
            (m.recovery_plan, &window.recovery_plan),
        ];
        for (label, text) in texts {
            if let Some(text) = text {
                plans.push(FactView { label, value: inline(text) });
            }
        }
        if let Some(abort_at) = window.abort_at {
            plans.push(FactView {
                label: m.abort_at,
                value: self.locale.instant(abort_at, self.locale.today),
            });
        }
        plans
    }

    /// A window as it was announced.
    pub(crate) fn window(&self, window: &AnnouncedWindow, day: Date) -> Html {
        let length = window.length.as_deref().map(Html::text);
        let range = match (window.starts_at, window.ends_at) {
            (Some(starts_at), Some(ends_at)) => {
                let until = Some(Bound::exactly(ends_at));
                Some(self.locale.range(Bound::exactly(starts_at), until, day))
            }
            (Some(starts_at), None) => Some(self.locale.instant(starts_at, day)),
            (None, _) => None,
        };
        match (range, length) {
            (Some(range), Some(length)) => Html::join(&[range, length], ", "),
            (Some(range), None) => range,
            (None, Some(length)) => length,
            (None, None) => Html::text(self.m.maintenance.date_to_come),
        }
    }
}
