//! What stands in files: the shapes, which are strict, and where each thing stands.

use allclear_domain::incident::Impact;
use allclear_domain::status_page::{Language, MaintenancePolicy, UptimePolicy};
use allclear_domain::text::Key;
use allclear_domain::{Access, ComponentStatus, EmailAddress, IncidentStatus, Role, Scope};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::error::{ApplyError, Problem};

/// One file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FileToml {
    pub(crate) status_page: Vec<Spanned<StatusPageToml>>,
    pub(crate) component: Vec<Spanned<ComponentToml>>,
    pub(crate) incident_template: Vec<Spanned<IncidentTemplateToml>>,
    pub(crate) maintenance_template: Vec<Spanned<MaintenanceTemplateToml>>,
    pub(crate) person: Vec<Spanned<PersonToml>>,
}

/// A status page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusPageToml {
    pub(crate) key: Key,
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) default: bool,
    #[serde(default)]
    pub(crate) host_names: Vec<String>,
    pub(crate) timezone: Option<String>,
    pub(crate) timezone_label: Option<String>,
    #[serde(default)]
    pub(crate) language: Language,
    pub(crate) accent_light: Option<String>,
    pub(crate) accent_dark: Option<String>,
    /// Keys of its own components, or `page/key`.
    pub(crate) components: Option<Vec<String>>,
    pub(crate) uptime: Option<UptimeToml>,
}

/// How uptime is counted; what is left out is as everywhere else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UptimeToml {
    partial_permille: Option<u16>,
    degraded_permille: Option<u16>,
    maintenance: Option<MaintenancePolicy>,
}

impl From<&UptimeToml> for UptimePolicy {
    fn from(uptime: &UptimeToml) -> Self {
        let usual = Self::default();
        Self {
            partial_permille: uptime.partial_permille.unwrap_or(usual.partial_permille),
            degraded_permille: uptime.degraded_permille.unwrap_or(usual.degraded_permille),
            maintenance: uptime.maintenance.unwrap_or(usual.maintenance),
        }
    }
}

/// A component.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComponentToml {
    pub(crate) status_page: Option<Key>,
    pub(crate) key: Key,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) parent: Option<Key>,
    pub(crate) start_date: Option<Datetime>,
}

/// What an incident begins with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncidentTemplateToml {
    pub(crate) status_page: Option<Key>,
    pub(crate) key: Key,
    pub(crate) name: Option<String>,
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) text: String,
    pub(crate) status: Option<IncidentStatus>,
    pub(crate) impact: Option<Impact>,
    #[serde(default)]
    pub(crate) affected: Vec<AffectedToml>,
}

/// What a maintenance window begins with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaintenanceTemplateToml {
    pub(crate) status_page: Option<Key>,
    pub(crate) key: Key,
    pub(crate) name: Option<String>,
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) text: String,
    pub(crate) expected_effect: Option<String>,
    pub(crate) recovery_plan: Option<String>,
    #[serde(default)]
    pub(crate) affected: Vec<AffectedToml>,
}

/// What a template affects: a component, or all of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AffectedToml {
    pub(crate) component: Option<Key>,
    #[serde(default)]
    pub(crate) all: bool,
    pub(crate) status: Option<ComponentStatus>,
}

/// The role of somebody who was invited.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonToml {
    pub(crate) email: EmailAddress,
    pub(crate) role: Role,
}

/// Something, and where it stands.
#[derive(Debug)]
pub(crate) struct Declared<T> {
    pub(crate) file: String,
    /// The line on which it begins, from 1.
    pub(crate) line: usize,
    /// The lines of its fields, by their names.
    pub(crate) lines: Vec<(String, usize)>,
    pub(crate) value: T,
}

impl<T> Declared<T> {
    /// A problem of it.
    pub(crate) fn problem(&self, text: impl Into<String>) -> Problem {
        Problem { file: self.file.clone(), line: Some(self.line), text: text.into() }
    }

    /// A problem of one of its fields, at the line where that stands.
    pub(crate) fn problem_of(&self, field: &str, text: impl Into<String>) -> Problem {
        let line = self.lines.iter().find(|(name, _)| name == field).map(|(_, line)| *line);
        Problem { line: line.or(Some(self.line)), ..self.problem(text) }
    }
}

/// A template of either kind.
#[derive(Debug)]
pub(crate) enum TemplateToml {
    Incident(IncidentTemplateToml),
    Maintenance(MaintenanceTemplateToml),
}

impl TemplateToml {
    pub(crate) const fn key(&self) -> &Key {
        match self {
            Self::Incident(one) => &one.key,
            Self::Maintenance(one) => &one.key,
        }
    }

    pub(crate) const fn status_page(&self) -> Option<&Key> {
        match self {
            Self::Incident(one) => one.status_page.as_ref(),
            Self::Maintenance(one) => one.status_page.as_ref(),
        }
    }
}

/// Everything that the files declare.
#[derive(Debug, Default)]
pub(crate) struct Declarations {
    pub(crate) pages: Vec<Declared<StatusPageToml>>,
    pub(crate) components: Vec<Declared<ComponentToml>>,
    pub(crate) templates: Vec<Declared<TemplateToml>>,
    pub(crate) people: Vec<Declared<PersonToml>>,
}

impl Declarations {
    /// Whether somebody may declare all that stands here.
    pub(crate) fn check_scopes(&self, by: &Access) -> Result<(), ApplyError> {
        let needed = [
            ("a status page", Scope::StatusPages, !self.pages.is_empty()),
            ("a component", Scope::Components, !self.components.is_empty()),
            ("a template", Scope::StatusPages, !self.templates.is_empty()),
            ("the role of a person", Scope::People, !self.people.is_empty()),
        ];
        match needed.into_iter().find(|(_, scope, is_there)| *is_there && !by.may(*scope)) {
            Some((what, scope, _)) => Err(ApplyError::Scope { what, scope }),
            None => Ok(()),
        }
    }
}
