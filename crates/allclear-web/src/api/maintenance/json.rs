//! Maintenance windows as the API takes and gives them.

use allclear_domain::maintenance::{AnnouncedWindow, FormerWindow, InSeries};
use allclear_domain::times::Window;
use allclear_domain::{ComponentStatus, IncidentStatus, Maintenance, MaintenanceStatus, limits};
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::incidents::{IncidentJson, published_at};
use crate::api::wire::{
    AffectedJson, ComponentStatusWord, IncidentStatusWord, MaintenanceStatusWord, NewUpdateJson,
    RecordJson, RecordPatchJson, UpdateJson, WhenJson, given, updates,
};

/// A window as it was announced.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AnnouncedWindow")]
pub(crate) struct WindowJson {
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
}

impl From<&AnnouncedWindow> for WindowJson {
    fn from(window: &AnnouncedWindow) -> Self {
        Self { starts_at: window.starts_at, ends_at: window.ends_at }
    }
}

/// What had been announced before.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FormerWindow")]
pub(crate) struct FormerWindowJson {
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    changed_at: Timestamp,
    /// Why, as readers are told.
    why: Option<String>,
}

impl From<&FormerWindow> for FormerWindowJson {
    fn from(former: &FormerWindow) -> Self {
        Self {
            starts_at: former.window.starts_at,
            ends_at: former.window.ends_at,
            changed_at: former.changed_at,
            why: former.why.clone(),
        }
    }
}

/// A window's place in a maintenance series.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "InSeries")]
pub(crate) struct InSeriesJson {
    /// Id of the series.
    id: String,
    /// The day that its rule gave.
    on: Date,
    /// Somebody changed the window or called it off: the series leaves it as it is.
    is_by_hand: bool,
}

impl From<InSeries> for InSeriesJson {
    fn from(series: InSeries) -> Self {
        let InSeries { id, on, is_by_hand } = series;
        Self { id: id.to_string(), on, is_by_hand }
    }
}

/// A maintenance window, with its messages, oldest first.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Maintenance")]
pub(crate) struct MaintenanceJson {
    id: String,
    /// The id in addresses of the status page.
    public_id: String,
    /// Id of the status page that tells it.
    status_page: String,
    title: String,
    #[schemars(with = "MaintenanceStatusWord")]
    status: MaintenanceStatus,
    /// When everybody could read it; `null` while it is a draft.
    published_at: Option<Timestamp>,
    /// What was announced.
    window: WindowJson,
    /// What was announced before, oldest first.
    former_windows: Vec<FormerWindowJson>,
    /// When work began, or is to begin.
    started: WhenJson,
    /// When it ended; `null` where it is not over.
    ended: Option<WhenJson>,
    /// What readers will notice.
    expected_effect: Option<String>,
    /// How it is taken back where it fails.
    recovery_plan: Option<String>,
    /// When it is taken back if it is not done by then.
    abort_at: Option<Timestamp>,
    /// It begins and ends as announced, without a person.
    is_automatic: bool,
    record: RecordJson,
    updates: Vec<UpdateJson>,
    /// Id of the incident that it became.
    converted_to: Option<String>,
    /// The series that it came out of.
    series: Option<InSeriesJson>,
    created_at: Timestamp,
    /// Counts its changes. The `ETag` says the same.
    version: i64,
}

impl MaintenanceJson {
    /// A window at a version.
    pub(crate) fn of(window: &Maintenance, version: i64) -> Self {
        Self {
            id: window.id.to_string(),
            public_id: window.public_id.to_string(),
            status_page: window.page_id.to_string(),
            title: window.title.clone(),
            status: window.state.status(),
            published_at: published_at(window.publication),
            window: (&window.window).into(),
            former_windows: window.former_windows.iter().map(Into::into).collect(),
            started: window.started().into(),
            ended: window.ended().map(Into::into),
            expected_effect: window.expected_effect.clone(),
            recovery_plan: window.recovery_plan.clone(),
            abort_at: window.abort_at,
            is_automatic: window.is_automatic,
            record: (&window.record).into(),
            updates: updates(&window.updates, MaintenanceStatus::as_str),
            converted_to: window.converted_to.map(|id| id.to_string()),
            series: window.series.map(Into::into),
            created_at: window.created_at,
            version,
        }
    }
}

/// A message of a window, to post.
pub(super) type NewMaintenanceUpdate = NewUpdateJson<MaintenanceStatus, MaintenanceStatusWord>;

/// A window to plan.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewMaintenance")]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMaintenanceJson {
    /// Id or slug of the status page that tells it; the default one where this is left out.
    pub(super) status_page: Option<String>,
    /// One line that says what is done.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    pub(super) title: String,
    pub(super) starts_at: Timestamp,
    pub(super) ends_at: Timestamp,
    /// What is affected, from the start of work on.
    #[serde(default)]
    pub(super) affected: Vec<AffectedJson>,
    /// What readers will notice.
    pub(super) expected_effect: Option<String>,
    /// How it is taken back where it fails.
    pub(super) recovery_plan: Option<String>,
    /// When it is taken back if it is not done by then.
    pub(super) abort_at: Option<Timestamp>,
    /// It begins and ends as announced, without a person; it does where this is left out.
    pub(super) is_automatic: Option<bool>,
    /// The first message; none where the title says everything.
    pub(super) update: Option<NewMaintenanceUpdate>,
    /// The team alone may read it for now.
    #[serde(default)]
    pub(super) is_draft: bool,
}

/// What changes of a window: what is left out stays, `null` removes it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "MaintenancePatch")]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MaintenancePatchJson {
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    pub(super) title: Option<String>,
    #[serde(deserialize_with = "given")]
    pub(super) expected_effect: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    pub(super) recovery_plan: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    pub(super) abort_at: Option<Option<Timestamp>>,
    pub(super) is_automatic: Option<bool>,
    pub(super) record: Option<RecordPatchJson>,
}

/// Another window than was announced.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Rescheduling")]
#[serde(deny_unknown_fields)]
pub(crate) struct ReschedulingJson {
    starts_at: Timestamp,
    ends_at: Timestamp,
    /// Why, as readers are told.
    pub(super) why: Option<String>,
}

impl ReschedulingJson {
    pub(super) const fn window(&self) -> Window {
        Window { starts_at: self.starts_at, ends_at: self.ends_at }
    }
}

/// Another end than was announced, while work is under way.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Extension")]
#[serde(deny_unknown_fields)]
pub(crate) struct ExtensionJson {
    pub(super) ends_at: Timestamp,
    /// Why, as readers are told.
    pub(super) why: Option<String>,
}

/// What becomes of work that failed.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Conversion")]
#[serde(deny_unknown_fields)]
pub(crate) struct ConversionJson {
    /// Title of the incident.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    pub(super) title: String,
    /// The status that what was under maintenance has now.
    #[schemars(with = "ComponentStatusWord")]
    pub(super) status: ComponentStatus,
    /// The first message of the incident.
    pub(super) update: Option<NewUpdateJson<IncidentStatus, IncidentStatusWord>>,
}

/// A window that ended, and the incident that goes on from it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Converted")]
pub(crate) struct ConvertedJson {
    pub(super) maintenance: MaintenanceJson,
    pub(super) incident: IncidentJson,
}
