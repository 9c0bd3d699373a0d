//! The console's words for states, and choices in its forms.

use allclear_domain::incident::Impact;
use allclear_domain::{ComponentStatus, IncidentStatus};

/// One choice of a field.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) name: String,
    pub(crate) is_chosen: bool,
}

impl Choice {
    /// One that is chosen where its value is `chosen`.
    pub(crate) fn of(value: &str, name: &str, chosen: &str) -> Self {
        let is_chosen = value == chosen;
        Self { value: value.to_owned(), name: name.to_owned(), is_chosen }
    }
}

pub(crate) const INCIDENT_STATUSES: [IncidentStatus; 4] = [
    IncidentStatus::Investigating,
    IncidentStatus::Identified,
    IncidentStatus::Monitoring,
    IncidentStatus::Resolved,
];

/// The status of an incident.
pub(crate) const fn incident_status(status: IncidentStatus) -> &'static str {
    match status {
        IncidentStatus::Investigating => "Investigating",
        IncidentStatus::Identified => "Identified",
        IncidentStatus::Monitoring => "Monitoring",
        IncidentStatus::Resolved => "Resolved",
    }
}

/// The status of a component.
pub(crate) const fn component_status(status: ComponentStatus) -> &'static str {
    match status {
        ComponentStatus::Operational => "Operational",
        ComponentStatus::UnderMaintenance => "Under maintenance",
        ComponentStatus::DegradedPerformance => "Degraded performance",
        ComponentStatus::PartialOutage => "Partial outage",
        ComponentStatus::MajorOutage => "Major outage",
    }
}

pub(crate) const IMPACTS: [Impact; 4] =
    [Impact::None, Impact::Minor, Impact::Major, Impact::Critical];

/// The word of an impact in forms.
pub(crate) const fn impact_value(impact: Impact) -> &'static str {
    match impact {
        Impact::None => "none",
        Impact::Minor => "minor",
        Impact::Major => "major",
        Impact::Critical => "critical",
    }
}

/// The word of an impact for people, with the class of its color and its sign.
pub(crate) const fn impact(impact: Impact) -> (&'static str, &'static str, &'static str) {
    match impact {
        Impact::None => ("No impact", "op", "●"),
        Impact::Minor => ("Minor impact", "dg", "▲"),
        Impact::Major => ("Major impact", "pt", "◆"),
        Impact::Critical => ("Critical impact", "mj", "■"),
    }
}

/// Reads a word of [`IMPACTS`].
pub(crate) fn read_impact(text: &str) -> Option<Impact> {
    IMPACTS.into_iter().find(|impact| impact_value(*impact) == text)
}

/// Reads the status of an incident.
pub(crate) fn read_incident_status(text: &str) -> Option<IncidentStatus> {
    INCIDENT_STATUSES.into_iter().find(|status| status.as_str() == text)
}

/// Reads the status of a component.
pub(crate) fn read_component_status(text: &str) -> Option<ComponentStatus> {
    ComponentStatus::ALL.into_iter().find(|status| status.as_str() == text)
}

/// The choices of an impact that a person sets.
pub(crate) fn impact_choices(chosen: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::of("", "As the components say", chosen)];
    let set = IMPACTS.map(|one| Choice::of(impact_value(one), impact(one).0, chosen));
    choices.extend(set);
    choices
}

/// The choices of an incident's status.
pub(crate) fn incident_status_choices(chosen: &str) -> Vec<Choice> {
    INCIDENT_STATUSES.map(|one| Choice::of(one.as_str(), incident_status(one), chosen)).into()
}
