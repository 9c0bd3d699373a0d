//! The postmortem: what was learned, written afterwards, without blame.

use serde::{Deserialize, Serialize};

use crate::record::Publication;
use crate::text::Prose;
use crate::times::Moment;

/// One line of a postmortem's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimelineEntry {
    /// When.
    pub when: Moment,
    /// What happened.
    pub text: String,
}

/// A written account of an incident. Its further steps are the incident's action items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Postmortem {
    /// Who may read it.
    pub publication: Publication,
    /// What happened, in short.
    pub summary: Prose,
    /// What happened, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<TimelineEntry>,
    /// What contributed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contributing_factors: Vec<String>,
    /// Address of a public discussion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discussion_url: Option<String>,
}
