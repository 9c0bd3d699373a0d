//! A template: what an incident or a maintenance window begins with, written while there is time.
//!
//! It fills a form and decides nothing: whoever uses it sees every value and may change it before
//! anything is published.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{StatusPageId, TemplateId};
use crate::incident::{Impact, IncidentStatus};
use crate::record::Affected;
use crate::text::Key;

/// What an incident or a maintenance window begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Id inside.
    pub id: TemplateId,
    /// The page that it is for.
    pub page_id: StatusPageId,
    /// Short name, unique on its page.
    pub key: Key,
    /// Name as the team sees it.
    pub name: String,
    /// What begins with it, and what that alone has.
    pub begins: TemplateKind,
    /// The title that readers see.
    pub title: String,
    /// The first message to readers; empty where the title says everything.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What is affected, and how.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affected: Vec<Affected>,
    /// When it was entered.
    pub created_at: Timestamp,
}

/// What begins with a template, and what that alone has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TemplateKind {
    /// An incident.
    Incident {
        /// The status that the first message publishes.
        status: IncidentStatus,
        /// How bad it is, where that does not follow from what is affected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        impact: Option<Impact>,
    },
    /// A maintenance window.
    Maintenance {
        /// What readers will notice.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected_effect: Option<String>,
        /// How it is taken back where it fails.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recovery_plan: Option<String>,
    },
}

impl TemplateKind {
    /// The word in files, addresses and the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Incident { .. } => "incident",
            Self::Maintenance { .. } => "maintenance",
        }
    }

    /// Whether an incident begins with it.
    #[must_use]
    pub const fn is_incident(&self) -> bool {
        matches!(self, Self::Incident { .. })
    }
}
