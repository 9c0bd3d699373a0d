//! The shapes of checks.

use allclear_checks::Unprobed;
use allclear_checks::writing::NewCheck;
use allclear_domain::check::{Affects, Check, CheckKind, OnOutage, Patience, Verdict};
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{CheckId, TemplateId};
use allclear_domain::text::Key;
use allclear_domain::{ComponentStatus, limits};
use allclear_store::{Judged, Stored};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::heard::HeardJson;
use super::kind::KindJson;
use super::measured::{VantageJson, since};
use crate::api::wire::{BeliefWord, ComponentStatusWord, OnOutageWord, given};

/// What is tried, how often, what counts as working, and what is believed of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Check")]
pub(super) struct CheckJson {
    id: String,
    /// Short name, unique in the installation.
    key: String,
    /// Name as the team sees it.
    name: String,
    kind: KindJson,
    /// Time from the start of one probe to the start of the next.
    interval_seconds: u32,
    /// Time for one probe, all in all; a longer one fails.
    deadline_ms: u32,
    /// A probe that works and takes longer than this is degraded.
    slow_after_ms: Option<u32>,
    patience: PatienceJson,
    affects: Vec<AffectsJson>,
    /// What becomes of an outage in which it fails.
    #[schemars(with = "OnOutageWord")]
    on_outage: &'static str,
    /// Id of the template whose words are published.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_outage_template: Option<String>,
    tags: Vec<String>,
    /// Whether readers are shown how long its probes take, on the pages of its components.
    shows_times: bool,
    /// Ids of the checks that it stands behind: where one of them is down, its own failures say nothing.
    parents: Vec<String>,
    /// Whether it goes up and down so often that it counts as one outage until it is steady.
    is_flapping: bool,
    /// Whether nobody probed it for three intervals, as the server sees it.
    is_unprobed: bool,
    /// Id of the check that is down, where that is why nothing is known of this one.
    behind: Option<String>,
    /// Since when it is not probed, because somebody said so.
    paused_at: Option<Timestamp>,
    /// The worst of what is believed at any vantage point; `null` where nothing is: it was not probed yet,
    /// or has only failed so far, and too seldom.
    #[schemars(with = "Option<BeliefWord>")]
    believed: Option<Verdict>,
    /// Since when it is degraded or fails; `null` where it does not.
    since: Option<Timestamp>,
    vantage_points: Vec<VantageJson>,
    /// What came of a heartbeat. Only where one check is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    heartbeat: Option<HeardJson>,
    created_at: Timestamp,
    /// Counts its changes. The `ETag` says the same.
    version: i64,
}

/// How much it takes to believe samples.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Patience")]
struct PatienceJson {
    /// Samples in a row until a failure is believed.
    fail_after: u16,
    /// Samples in a row until a recovery is believed.
    recover_after: u16,
    /// Time that a recovery has to last until it is believed.
    stable_for_seconds: u32,
}

/// What is to be different about how much it takes; what is left out stays, or is as it is by default.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PatiencePatch")]
#[serde(deny_unknown_fields, default)]
struct PatiencePatchJson {
    /// Samples in a row until a failure is believed; 3 by default, 1 for heartbeats.
    #[schemars(range(min = 1, max = limits::CHECK_SAMPLES_MAX))]
    fail_after: Option<u16>,
    /// Samples in a row until a recovery is believed; 2 by default, 1 for heartbeats.
    #[schemars(range(min = 1, max = limits::CHECK_SAMPLES_MAX))]
    recover_after: Option<u16>,
    /// Time that a recovery has to last until it is believed; 120 by default, 0 for heartbeats.
    #[schemars(range(max = limits::CHECK_STABLE_SECONDS_MAX))]
    stable_for_seconds: Option<u32>,
}

impl PatiencePatchJson {
    fn over(self, before: Patience) -> Patience {
        Patience {
            fail_after: self.fail_after.unwrap_or(before.fail_after),
            recover_after: self.recover_after.unwrap_or(before.recover_after),
            stable_for_seconds: self.stable_for_seconds.unwrap_or(before.stable_for_seconds),
        }
    }
}

/// A component that stands or falls with a check.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Affects")]
#[serde(deny_unknown_fields)]
pub(super) struct AffectsJson {
    /// Id of a component. Taken as well: slug of its status page and its key, as in `shop/checkout`,
    /// or the key alone where it is on the default status page.
    pub(super) component: String,
    /// Its status while the check fails; `major_outage` where this is left out.
    #[serde(default = "when_failing")]
    #[schemars(with = "ComponentStatusWord")]
    pub(super) when_failing: ComponentStatus,
    /// Its status while the check is degraded, `degraded_performance` where this is left out;
    /// `operational` where readers are not told.
    #[serde(default = "when_degraded")]
    #[schemars(with = "ComponentStatusWord")]
    pub(super) when_degraded: ComponentStatus,
}

const fn when_failing() -> ComponentStatus {
    ComponentStatus::MajorOutage
}

const fn when_degraded() -> ComponentStatus {
    ComponentStatus::DegradedPerformance
}

/// A check to add.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "NewCheck")]
#[serde(deny_unknown_fields)]
pub(super) struct NewCheckJson {
    /// Short name; made from the name where this is left out.
    #[schemars(with = "Option<String>")]
    key: Option<Key>,
    /// Name as the team sees it.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    name: String,
    pub(super) kind: KindJson,
    /// Time from the start of one probe to the start of the next; 30 where this is left out, 60 for
    /// heartbeats and groups, which are looked at when something comes or turns, too, and for commands.
    #[schemars(range(min = 1, max = limits::CHECK_INTERVAL_SECONDS_MAX))]
    interval_seconds: Option<u32>,
    /// Time for one probe, all in all; 10000 where this is left out.
    #[serde(default = "deadline_ms")]
    #[schemars(range(min = limits::CHECK_DEADLINE_MS_MIN, max = limits::CHECK_DEADLINE_MS_MAX))]
    deadline_ms: u32,
    /// A probe that works and takes longer than this is degraded.
    #[schemars(range(min = 1, max = limits::CHECK_DEADLINE_MS_MAX))]
    slow_after_ms: Option<u32>,
    #[serde(default)]
    patience: PatiencePatchJson,
    /// The components that stand or fall with it.
    #[serde(default)]
    #[schemars(length(max = limits::CHECK_COMPONENTS_MAX))]
    pub(super) affects: Vec<AffectsJson>,
    /// What becomes of an outage in which it fails; `nothing` where this is left out.
    #[schemars(with = "Option<OnOutageWord>")]
    on_outage: Option<String>,
    /// Id of the template whose words are published; it goes with `publish`.
    #[schemars(with = "Option<String>")]
    on_outage_template: Option<TemplateId>,
    /// Words to find it by.
    #[serde(default)]
    #[schemars(with = "Vec<String>", length(max = limits::CHECK_TAGS_MAX))]
    tags: Vec<Key>,
    /// Whether readers are shown how long its probes take, on the pages of its components.
    #[serde(default)]
    shows_times: bool,
    /// Ids or keys of the checks that it stands behind.
    #[serde(default)]
    #[schemars(length(max = limits::CHECK_PARENTS_MAX))]
    pub(super) parents: Vec<String>,
}

const fn deadline_ms() -> u32 {
    Check::USUAL_DEADLINE_MS
}

impl NewCheckJson {
    /// What is to become of an outage, where that is said.
    pub(super) fn on_outage(&self) -> Option<&str> {
        self.on_outage.as_deref()
    }

    /// The check, with the components and parents that were found.
    ///
    /// # Errors
    /// Where what becomes of an outage is said in words that do not go together.
    pub(super) fn with(
        self,
        affects: Vec<Affects>,
        parents: Vec<CheckId>,
    ) -> Result<NewCheck, InvalidValue> {
        let word = self.on_outage.as_deref();
        let on_outage = OnOutage::default().changed(word, self.on_outage_template)?;
        let kind = CheckKind::from(self.kind);
        let usual = kind.usual_interval_seconds();
        Ok(NewCheck {
            key: self.key,
            name: self.name,
            interval_seconds: self.interval_seconds.unwrap_or(usual),
            deadline_ms: self.deadline_ms,
            slow_after_ms: self.slow_after_ms,
            patience: self.patience.over(kind.usual_patience()),
            kind,
            affects,
            on_outage,
            tags: self.tags,
            shows_times: self.shows_times,
            parents,
        })
    }
}

impl From<NewCheck> for NewCheckJson {
    fn from(new: NewCheck) -> Self {
        let patience = new.patience;
        Self {
            key: new.key,
            name: new.name,
            kind: KindJson::from(&new.kind),
            interval_seconds: Some(new.interval_seconds),
            deadline_ms: new.deadline_ms,
            slow_after_ms: new.slow_after_ms,
            patience: PatiencePatchJson {
                fail_after: Some(patience.fail_after),
                recover_after: Some(patience.recover_after),
                stable_for_seconds: Some(patience.stable_for_seconds),
            },
            affects: new.affects.iter().map(Into::into).collect(),
            on_outage: Some(new.on_outage.as_str().to_owned()),
            on_outage_template: match new.on_outage {
                OnOutage::Publish { template_id } => Some(template_id),
                OnOutage::Nothing | OnOutage::Draft => None,
            },
            tags: new.tags,
            shows_times: new.shows_times,
            parents: new.parents.iter().map(ToString::to_string).collect(),
        }
    }
}

/// What changes of a check: what is left out stays, `null` removes it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "CheckPatch")]
#[serde(deny_unknown_fields, default)]
pub(super) struct CheckPatchJson {
    #[schemars(with = "Option<String>")]
    key: Option<Key>,
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    name: Option<String>,
    /// Takes the place of the former one as a whole. The check is judged anew.
    pub(super) kind: Option<KindJson>,
    #[schemars(range(min = 1, max = limits::CHECK_INTERVAL_SECONDS_MAX))]
    interval_seconds: Option<u32>,
    #[schemars(range(min = limits::CHECK_DEADLINE_MS_MIN, max = limits::CHECK_DEADLINE_MS_MAX))]
    deadline_ms: Option<u32>,
    #[serde(deserialize_with = "given")]
    #[schemars(with = "Option<u32>", range(min = 1, max = limits::CHECK_DEADLINE_MS_MAX))]
    slow_after_ms: Option<Option<u32>>,
    patience: Option<PatiencePatchJson>,
    #[schemars(length(max = limits::CHECK_COMPONENTS_MAX))]
    pub(super) affects: Option<Vec<AffectsJson>>,
    #[schemars(with = "Option<OnOutageWord>")]
    on_outage: Option<String>,
    /// Id of the template whose words are published; it goes with `publish`.
    #[schemars(with = "Option<String>")]
    on_outage_template: Option<TemplateId>,
    #[schemars(with = "Option<Vec<String>>", length(max = limits::CHECK_TAGS_MAX))]
    tags: Option<Vec<Key>>,
    /// Whether readers are shown how long its probes take, on the pages of its components.
    shows_times: Option<bool>,
    /// Ids or keys of the checks that it stands behind.
    #[schemars(length(max = limits::CHECK_PARENTS_MAX))]
    pub(super) parents: Option<Vec<String>>,
}

impl CheckPatchJson {
    /// What is to become of an outage, where that is said; a template is for publishing.
    pub(super) fn on_outage(&self) -> Option<&str> {
        let published = self.on_outage_template.map(|_| "publish");
        self.on_outage.as_deref().or(published)
    }

    /// The check as it is to be, with the components and parents that were found.
    ///
    /// # Errors
    /// As [`NewCheckJson::with`].
    pub(super) fn over(
        self,
        check: Check,
        affects: Option<Vec<Affects>>,
        parents: Option<Vec<CheckId>>,
    ) -> Result<Check, InvalidValue> {
        let word = self.on_outage.as_deref();
        Ok(Check {
            on_outage: check.on_outage.changed(word, self.on_outage_template)?,
            key: self.key.unwrap_or(check.key),
            name: self.name.unwrap_or(check.name),
            kind: self.kind.map_or(check.kind, Into::into),
            interval_seconds: self.interval_seconds.unwrap_or(check.interval_seconds),
            deadline_ms: self.deadline_ms.unwrap_or(check.deadline_ms),
            slow_after_ms: self.slow_after_ms.unwrap_or(check.slow_after_ms),
            patience: self.patience.unwrap_or_default().over(check.patience),
            affects: affects.unwrap_or(check.affects),
            tags: self.tags.unwrap_or(check.tags),
            shows_times: self.shows_times.unwrap_or(check.shows_times),
            parents: parents.unwrap_or(check.parents),
            ..check
        })
    }
}

impl CheckJson {
    /// A check, with what is believed of it.
    pub(super) fn of(stored: &Stored<Check>, judged: &[&Judged]) -> Self {
        let check = &stored.value;
        let worst = judged.iter().max_by_key(|judged| judged.judgment.verdict());
        Self {
            id: check.id.to_string(),
            key: check.key.to_string(),
            name: check.name.clone(),
            kind: KindJson::from(&check.kind),
            interval_seconds: check.interval_seconds,
            deadline_ms: check.deadline_ms,
            slow_after_ms: check.slow_after_ms,
            patience: PatienceJson {
                fail_after: check.patience.fail_after,
                recover_after: check.patience.recover_after,
                stable_for_seconds: check.patience.stable_for_seconds,
            },
            affects: check.affects.iter().map(Into::into).collect(),
            on_outage: check.on_outage.as_str(),
            on_outage_template: match check.on_outage {
                OnOutage::Publish { template_id } => Some(template_id.to_string()),
                OnOutage::Nothing | OnOutage::Draft => None,
            },
            tags: check.tags.iter().map(ToString::to_string).collect(),
            shows_times: check.shows_times,
            parents: check.parents.iter().map(ToString::to_string).collect(),
            is_unprobed: false,
            is_flapping: judged.iter().any(|one| one.judgment.is_flapping()),
            behind: judged.iter().find_map(|one| one.judgment.behind()).map(|id| id.to_string()),
            paused_at: check.paused_at,
            believed: worst.and_then(|judged| judged.judgment.verdict()),
            since: worst.and_then(|judged| since(judged)),
            vantage_points: judged.iter().map(|judged| VantageJson::of(judged)).collect(),
            heartbeat: None,
            created_at: check.created_at,
            version: stored.version,
        }
    }

    /// The same for somebody else.
    pub(super) fn for_those_who(self, may_write: bool) -> Self {
        let kind = if may_write { self.kind } else { self.kind.without_tokens() };
        Self { kind, ..self }
    }

    /// The same, by those that nobody probes.
    pub(super) fn among(self, unprobed: &[Unprobed]) -> Self {
        let is_unprobed = unprobed.iter().any(|one| one.id.to_string() == self.id);
        Self { is_unprobed, ..self }
    }

    /// The same, with what came of it.
    pub(super) fn with_heard(self, heard: Option<HeardJson>) -> Self {
        Self { heartbeat: heard, ..self }
    }

    /// The same, with the last exchange that did not simply work at each vantage point.
    pub(super) fn with_exchanges(mut self, judged: &[&Judged]) -> Self {
        let pairs = self.vantage_points.into_iter().zip(judged);
        self.vantage_points =
            pairs.map(|(vantage, judged)| vantage.with_exchange(judged)).collect();
        self
    }
}

impl From<&Affects> for AffectsJson {
    fn from(affects: &Affects) -> Self {
        Self {
            component: affects.component_id.to_string(),
            when_failing: affects.when_failing,
            when_degraded: affects.when_degraded,
        }
    }
}
