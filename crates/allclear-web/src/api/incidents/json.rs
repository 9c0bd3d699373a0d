//! Incidents as the API takes and gives them.

use allclear_domain::incident::{Impact, IncidentKind};
use allclear_domain::record::Publication;
use allclear_domain::{Incident, IncidentStatus, limits};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::postmortem::PostmortemJson;
use crate::api::wire::{
    AffectedJson, ImpactWord, IncidentKindWord, IncidentStatusWord, NewUpdateJson, RecordJson,
    RecordPatchJson, UpdateJson, WhenJson, given, updates,
};

/// An incident, with its messages, oldest first.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Incident")]
pub(crate) struct IncidentJson {
    id: String,
    /// The id in addresses of the status page.
    public_id: String,
    /// Id of the status page that tells it.
    status_page: String,
    title: String,
    #[schemars(with = "IncidentKindWord")]
    kind: IncidentKind,
    #[schemars(with = "IncidentStatusWord")]
    status: IncidentStatus,
    /// How bad it is: what a person set, else what follows from its components.
    #[schemars(with = "ImpactWord")]
    impact: Impact,
    /// How bad it is, where a person set that.
    #[schemars(with = "Option<ImpactWord>")]
    impact_override: Option<Impact>,
    /// When everybody could read it; `null` while it is a draft.
    published_at: Option<Timestamp>,
    /// When it began for users.
    started: WhenJson,
    /// When it ended for users; `null` while it is open.
    ended: Option<WhenJson>,
    record: RecordJson,
    updates: Vec<UpdateJson>,
    /// Id of an earlier incident with the same cause.
    same_cause_as: Option<String>,
    /// Id of the maintenance window that became this incident.
    converted_from: Option<String>,
    /// What was learned; `null` where nothing was written.
    postmortem: Option<PostmortemJson>,
    /// It was entered after it was over.
    is_backfilled: bool,
    created_at: Timestamp,
    /// Counts its changes. The `ETag` says the same.
    version: i64,
}

impl IncidentJson {
    /// An incident at a version.
    pub(crate) fn of(incident: &Incident, version: i64) -> Self {
        Self {
            id: incident.id.to_string(),
            public_id: incident.public_id.to_string(),
            status_page: incident.page_id.to_string(),
            title: incident.title.clone(),
            kind: incident.kind,
            status: incident.state.status(),
            impact: incident.impact(),
            impact_override: incident.impact_override,
            published_at: published_at(incident.publication),
            started: incident.started.into(),
            ended: incident.ended().map(Into::into),
            record: (&incident.record).into(),
            updates: updates(&incident.updates, IncidentStatus::as_str),
            same_cause_as: incident.same_cause_as.map(|id| id.to_string()),
            converted_from: incident.converted_from.map(|id| id.to_string()),
            postmortem: incident.postmortem.as_ref().map(Into::into),
            is_backfilled: incident.is_backfilled,
            created_at: incident.created_at,
            version,
        }
    }
}

/// When everybody could read it.
pub(crate) const fn published_at(publication: Publication) -> Option<Timestamp> {
    match publication {
        Publication::Draft => None,
        Publication::Published { at } => Some(at),
    }
}

/// A message of an incident, to post.
pub(super) type NewIncidentUpdate = NewUpdateJson<IncidentStatus, IncidentStatusWord>;

/// An incident to report.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewIncident")]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIncidentJson {
    /// Id or slug of the status page that tells it; the default one where this is left out.
    pub(super) status_page: Option<String>,
    /// One line that says what happened.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    pub(super) title: String,
    /// `disruption` where this is left out.
    #[schemars(with = "Option<IncidentKindWord>")]
    pub(super) kind: Option<IncidentKind>,
    /// How bad it is, where that does not follow from what is affected.
    #[schemars(with = "Option<ImpactWord>")]
    pub(super) impact: Option<Impact>,
    /// What is affected, from the start on.
    #[serde(default)]
    pub(super) affected: Vec<AffectedJson>,
    /// When it began for users; now, where this is left out.
    pub(super) started: Option<WhenJson>,
    /// When it ended, where it is over already.
    pub(super) ended: Option<WhenJson>,
    /// The first message; none where the title says everything.
    pub(super) update: Option<NewIncidentUpdate>,
    /// The team alone may read it for now.
    #[serde(default)]
    pub(super) is_draft: bool,
}

/// What changes of an incident: what is left out stays, `null` removes it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "IncidentPatch")]
#[serde(deny_unknown_fields, default)]
pub(crate) struct IncidentPatchJson {
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    pub(super) title: Option<String>,
    /// How bad it is; `null` lets it follow from what is affected.
    #[schemars(with = "Option<ImpactWord>")]
    #[serde(deserialize_with = "given")]
    pub(super) impact: Option<Option<Impact>>,
    pub(super) started: Option<WhenJson>,
    /// Corrects the end of one that is resolved.
    pub(super) ended: Option<WhenJson>,
    /// Id of an earlier incident with the same cause.
    #[serde(deserialize_with = "given")]
    pub(super) same_cause_as: Option<Option<String>>,
    pub(super) record: Option<RecordPatchJson>,
}

/// How an incident ended.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Resolution")]
#[serde(deny_unknown_fields)]
pub(crate) struct ResolutionJson {
    /// When it ended for users; now, where this is left out.
    pub(super) ended: Option<WhenJson>,
    /// The last message. Its status is `resolved` in any case.
    pub(super) update: NewIncidentUpdate,
}
