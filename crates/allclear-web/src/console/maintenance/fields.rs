//! What a window is planned with, as a form has it.

use std::collections::HashSet;

use allclear_domain::record::{Affected, OutageRecord, Target};
use allclear_domain::{Component, ComponentStatus, Maintenance, tree};
use jiff::Timestamp;

use crate::console::clock::{TimeField, WallClock};
use crate::console::components::in_order;
use crate::console::form::Form;

pub(super) const STARTS_AT: (&str, &str) = ("starts_at", "Start");
pub(super) const ENDS_AT: (&str, &str) = ("ends_at", "End");
const ABORT_AT: (&str, &str) = ("abort_at", "Abort time");

/// Statuses that planned work gives, with how a form calls them.
const MEANWHILE: [(ComponentStatus, &str); 5] = [
    (ComponentStatus::UnderMaintenance, "Under maintenance"),
    (ComponentStatus::Operational, "Operational: nobody should notice"),
    (ComponentStatus::DegradedPerformance, "Degraded performance"),
    (ComponentStatus::PartialOutage, "Partial outage"),
    (ComponentStatus::MajorOutage, "Major outage"),
];

/// The fields, as they stand in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PlanFields {
    pub(crate) title: String,
    pub(crate) starts_at: TimeField,
    pub(crate) ends_at: TimeField,
    pub(crate) abort_at: TimeField,
    pub(crate) expected_effect: String,
    pub(crate) recovery_plan: String,
    pub(crate) is_automatic: bool,
    pub(crate) all: bool,
    pub(crate) components: HashSet<String>,
    pub(crate) meanwhile: String,
}

/// The instants of the fields that were sent.
pub(super) struct Times {
    pub(super) starts_at: Option<Timestamp>,
    pub(super) ends_at: Option<Timestamp>,
    pub(super) abort_at: Option<Timestamp>,
}

impl PlanFields {
    /// An empty form.
    pub(super) fn empty(clock: &WallClock) -> Self {
        Self {
            starts_at: TimeField::of(STARTS_AT, None, clock).required(),
            ends_at: TimeField::of(ENDS_AT, None, clock).required(),
            abort_at: TimeField::of(ABORT_AT, None, clock),
            is_automatic: true,
            meanwhile: ComponentStatus::UnderMaintenance.as_str().to_owned(),
            ..Self::default()
        }
    }

    /// Those that were sent, without times: of a template.
    pub(crate) fn untimed(form: &Form) -> Self {
        Self {
            title: form.text("title").to_owned(),
            expected_effect: form.lines("expected_effect"),
            recovery_plan: form.lines("recovery_plan"),
            is_automatic: form.is_ticked("is_automatic"),
            all: form.is_ticked("all"),
            components: form.all("component").map(str::to_owned).collect(),
            meanwhile: form.text("meanwhile").to_owned(),
            ..Self::default()
        }
    }

    /// Those of a window.
    pub(super) fn of(window: &Maintenance, clock: &WallClock) -> Self {
        Self {
            title: window.title.clone(),
            abort_at: TimeField::of(ABORT_AT, window.abort_at, clock),
            expected_effect: window.expected_effect.clone().unwrap_or_default(),
            recovery_plan: window.recovery_plan.clone().unwrap_or_default(),
            is_automatic: window.is_automatic,
            ..Self::affecting(&window.record.affected, clock)
        }
    }

    /// A form that names what is affected, and nothing else yet.
    pub(super) fn affecting(affected: &[Affected], clock: &WallClock) -> Self {
        let ids = affected.iter().filter_map(|affected| affected.target.component());
        let first = affected.first().map(|affected| affected.status);
        let is_one = affected.iter().all(|affected| Some(affected.status) == first);
        let meanwhile = first.filter(|_| is_one).map_or("", ComponentStatus::as_str);
        let meanwhile = if affected.is_empty() { "under_maintenance" } else { meanwhile };
        Self {
            all: affected.iter().any(|affected| affected.target == Target::All),
            components: ids.map(|id| id.to_string()).collect(),
            meanwhile: meanwhile.to_owned(),
            ..Self::empty(clock)
        }
    }

    /// Those that were sent, with what cannot be read of their times.
    pub(super) fn sent(form: &Form, clock: &WallClock) -> (Self, Times, Vec<String>) {
        let mut problems = Vec::new();
        let mut time = |name| {
            let (field, at) = TimeField::sent(name, form, clock);
            let at = at.unwrap_or_else(|problem| {
                problems.push(problem.to_string());
                None
            });
            (field, at)
        };
        let (starts_at, start) = time(STARTS_AT);
        let (ends_at, end) = time(ENDS_AT);
        let (abort_at, abort) = time(ABORT_AT);
        let fields = Self {
            starts_at: starts_at.required(),
            ends_at: ends_at.required(),
            abort_at,
            ..Self::untimed(form)
        };
        let times = Times { starts_at: start, ends_at: end, abort_at: abort };
        (fields, times, problems)
    }

    /// Each with its label, to be compared.
    pub(super) fn rows(&self, components: &[Component]) -> Vec<(&'static str, String)> {
        let chosen = components.iter().filter(|c| self.components.contains(&c.id.to_string()));
        let names: Vec<&str> = chosen.map(|component| component.name.as_str()).collect();
        let all = if self.all { "All components\n" } else { "" };
        let automatic = if self.is_automatic { "yes" } else { "no" };
        vec![
            ("Title", self.title.clone()),
            ("Abort time", self.abort_at.value.clone()),
            ("Expected effect", self.expected_effect.clone()),
            ("Recovery plan", self.recovery_plan.clone()),
            ("Begins and ends by itself", automatic.to_owned()),
            ("Components", format!("{all}{}", names.join("\n"))),
            ("Meanwhile", self.meanwhile.clone()),
        ]
    }

    /// A record with what the form says is affected; words stay, as no form has them. Where it says
    /// nothing of the status, each keeps its own.
    pub(crate) fn record(
        &self,
        record: OutageRecord,
        components: &[Component],
    ) -> Result<OutageRecord, String> {
        let chosen = MEANWHILE.iter().find(|(status, _)| status.as_str() == self.meanwhile);
        let status_of = |target: &Target| {
            let known = record.affected.iter().find(|affected| affected.target == *target);
            let known = known.map(|affected| affected.status);
            chosen.map(|(status, _)| *status).or(known).unwrap_or(ComponentStatus::UnderMaintenance)
        };
        let mut targets = Vec::new();
        if self.all {
            targets.push(Target::All);
        }
        // Those of other pages stay where they are named already.
        let known = record.affected.iter().filter_map(|affected| affected.target.component());
        let ids = components.iter().map(|component| component.id);
        for id in ids.chain(known) {
            let target = Target::Component(id);
            if self.components.contains(&id.to_string()) && !targets.contains(&target) {
                targets.push(target);
            }
        }
        if targets.iter().filter(|target| **target != Target::All).count() < self.components.len() {
            return Err("a component that was chosen is not there: choose again".to_owned());
        }
        let words = record.affected.iter().filter(|a| matches!(a.target, Target::Words(_)));
        let named = targets.into_iter().map(|target| {
            let status = status_of(&target);
            Affected { target, status }
        });
        let affected = named.chain(words.cloned()).collect();
        Ok(OutageRecord { affected, ..record })
    }
}

/// One component of the list.
pub(crate) struct Tick {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) depth: usize,
    pub(crate) is_ticked: bool,
}

/// The components to choose from.
pub(crate) fn ticks(components: &[Component], fields: &PlanFields) -> Vec<Tick> {
    let tick = |(component, depth): (&Component, usize)| {
        let id = component.id.to_string();
        let is_ticked = fields.components.contains(&id);
        Tick { name: component.name.clone(), depth, is_ticked, id }
    };
    in_order(&tree::in_use(components)).into_iter().map(tick).collect()
}

/// One status of the list.
pub(crate) struct Meanwhile {
    pub(crate) value: &'static str,
    pub(crate) label: &'static str,
    pub(crate) is_chosen: bool,
}

/// The statuses to choose from.
pub(crate) fn statuses(chosen: &str) -> Vec<Meanwhile> {
    let one = |(status, label): (ComponentStatus, &'static str)| Meanwhile {
        value: status.as_str(),
        label,
        is_chosen: status.as_str() == chosen,
    };
    MEANWHILE.into_iter().map(one).collect()
}

/// A text that may be left out.
pub(crate) fn maybe(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}
