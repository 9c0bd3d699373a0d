//! Postmortems of incidents.

use allclear_domain::error::InvalidValue;
use allclear_domain::postmortem::TimelineEntry;
use allclear_domain::record::Publication;
use allclear_domain::text::{Prose, ProseFormat};
use allclear_domain::{Incident, Postmortem};
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json::{IncidentJson, published_at};
use super::{change, find};
use crate::api::call::Call;
use crate::api::json::Answer;
use crate::api::openapi::Operation;
use crate::api::wire::{MomentJson, ProseFormatWord, given};

pub(super) const ONE: &str = "/api/v1/incidents/{id}/postmortem";
pub(super) const PUBLISH: &str = "/api/v1/incidents/{id}/postmortem/publish";

/// What they take and give.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::patch(ONE, "Write the postmortem, or change it")
            .takes::<PostmortemPatchJson>()
            .gives::<IncidentJson>(200),
        Operation::post(PUBLISH, "Show the postmortem to everybody").gives::<IncidentJson>(200),
    ]
}

/// One line of a postmortem's timeline.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TimelineEntry")]
#[serde(deny_unknown_fields)]
pub(super) struct TimelineEntryJson {
    /// When; left out where nobody knows.
    #[serde(default)]
    when: MomentJson,
    /// What happened.
    text: String,
}

/// What was learned, written afterwards, without blame.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Postmortem")]
pub(super) struct PostmortemJson {
    /// When everybody could read it; `null` while it is a draft.
    published_at: Option<Timestamp>,
    /// What happened, in short.
    summary: String,
    #[schemars(with = "ProseFormatWord")]
    summary_format: ProseFormat,
    /// What happened, in order.
    timeline: Vec<TimelineEntryJson>,
    /// What contributed.
    contributing_factors: Vec<String>,
    /// Address of a public discussion.
    discussion_url: Option<String>,
}

impl From<&Postmortem> for PostmortemJson {
    fn from(postmortem: &Postmortem) -> Self {
        let entry = |entry: &TimelineEntry| TimelineEntryJson {
            when: entry.when.into(),
            text: entry.text.clone(),
        };
        Self {
            published_at: published_at(postmortem.publication),
            summary: postmortem.summary.text.clone(),
            summary_format: postmortem.summary.format,
            timeline: postmortem.timeline.iter().map(entry).collect(),
            contributing_factors: postmortem.contributing_factors.clone(),
            discussion_url: postmortem.discussion_url.clone(),
        }
    }
}

/// What is written of a postmortem: what is left out stays, `null` removes it, and a list replaces the
/// list. Where there is none yet, a draft begins.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "PostmortemPatch")]
#[serde(deny_unknown_fields, default)]
pub(super) struct PostmortemPatchJson {
    summary: Option<String>,
    /// How the summary is written; Markdown in a new one.
    #[schemars(with = "Option<ProseFormatWord>")]
    summary_format: Option<ProseFormat>,
    timeline: Option<Vec<TimelineEntryJson>>,
    contributing_factors: Option<Vec<String>>,
    #[serde(deserialize_with = "given")]
    discussion_url: Option<Option<String>>,
}

impl PostmortemPatchJson {
    fn apply(self, incident: Incident) -> Result<Incident, InvalidValue> {
        let known = incident.postmortem.clone().unwrap_or_else(|| Postmortem {
            publication: Publication::Draft,
            summary: Prose::markdown(""),
            timeline: Vec::new(),
            contributing_factors: Vec::new(),
            discussion_url: None,
        });
        let entry = |entry: TimelineEntryJson| {
            Ok(TimelineEntry { when: entry.when.moment("timeline")?, text: entry.text })
        };
        let timeline: Option<Result<_, InvalidValue>> =
            self.timeline.map(|list| list.into_iter().map(entry).collect());
        let postmortem = Postmortem {
            publication: known.publication,
            summary: Prose {
                format: self.summary_format.unwrap_or(known.summary.format),
                text: self.summary.unwrap_or(known.summary.text),
            },
            timeline: timeline.transpose()?.unwrap_or(known.timeline),
            contributing_factors: self.contributing_factors.unwrap_or(known.contributing_factors),
            discussion_url: self.discussion_url.unwrap_or(known.discussion_url),
        };
        Ok(incident.write_postmortem(postmortem))
    }
}

/// Writes it.
pub(super) async fn patch(call: Call) -> Answer {
    let expected = call.version()?;
    let patch: PostmortemPatchJson = call.json()?;
    let found = find(&call).await?;
    let apply = |incident| Ok(patch.apply(incident)?);
    change(&call, &found, Some(expected), StatusCode::OK, apply).await
}

/// Shows it to everybody.
pub(super) async fn publish(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let found = find(&call).await?;
    let publish = |incident: Incident| Ok(incident.publish_postmortem(call.now)?);
    change(&call, &found, expected, StatusCode::OK, publish).await
}
