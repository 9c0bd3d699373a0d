//! A template as a form has it: the fields are those of the form that it fills.

use allclear_domain::record::{Affected, OutageRecord, Target};
use allclear_domain::{Component, IncidentStatus, Template, TemplateKind};

use crate::console::form::Form;
use crate::console::incidents::picker;
use crate::console::maintenance::{self, PlanFields};
use crate::console::words;

/// What a form holds that a template fills: the composer of incidents, or the plan of a window.
pub(crate) fn form_of(template: &Template) -> Form {
    let form = Form::of([("name", template.name.as_str()), ("title", template.title.as_str())]);
    match &template.begins {
        TemplateKind::Incident { status, impact } => {
            let impact = impact.map_or("", words::impact_value);
            let form = form.with("text", &template.text).with("status", status.as_str());
            let form = form.with("next", "30").with("impact", impact);
            template.affected.iter().fold(form, with_status)
        }
        TemplateKind::Maintenance { expected_effect, recovery_plan } => {
            let form = form.with("message", &template.text).with("is_automatic", "on");
            let form = form.with("expected_effect", expected_effect.as_deref().unwrap_or(""));
            let form = form.with("recovery_plan", recovery_plan.as_deref().unwrap_or(""));
            let status = template.affected.first().map(|affected| affected.status);
            let meanwhile = status.map_or("under_maintenance", |status| status.as_str());
            template.affected.iter().fold(form.with("meanwhile", meanwhile), with_tick)
        }
    }
}

fn with_status(form: Form, affected: &Affected) -> Form {
    match &affected.target {
        Target::All => form.with("c_all", affected.status.as_str()),
        Target::Component(id) => form.with(&format!("c_{id}"), affected.status.as_str()),
        Target::Words(_) => form,
    }
}

fn with_tick(form: Form, affected: &Affected) -> Form {
    match &affected.target {
        Target::All => form.with("all", "on"),
        Target::Component(id) => form.with("component", &id.to_string()),
        Target::Words(_) => form,
    }
}

/// What a form says, beside the name.
pub(super) struct Said {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) begins: TemplateKind,
    pub(super) affected: Vec<Affected>,
}

impl Said {
    /// Reads a form with which an incident begins.
    pub(super) fn of_incident(form: &Form) -> Self {
        let status = words::read_incident_status(form.text("status"));
        Self {
            title: form.text("title").to_owned(),
            text: form.lines("text"),
            begins: TemplateKind::Incident {
                status: status.unwrap_or(IncidentStatus::Investigating),
                impact: words::read_impact(form.text("impact")),
            },
            affected: picker::read_affected(form),
        }
    }

    /// Reads a form with which maintenance begins.
    pub(super) fn of_maintenance(form: &Form, components: &[Component]) -> Result<Self, String> {
        let fields = PlanFields::untimed(form);
        let affected = fields.record(OutageRecord::default(), components)?.affected;
        Ok(Self {
            begins: TemplateKind::Maintenance {
                expected_effect: maintenance::maybe(&fields.expected_effect),
                recovery_plan: maintenance::maybe(&fields.recovery_plan),
            },
            title: fields.title,
            text: form.lines("message"),
            affected,
        })
    }
}
