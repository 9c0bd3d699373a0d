//! What an incident or a maintenance window is about, and the facts of it.

use allclear_domain::ComponentStatus;
use allclear_domain::action::{ActionItem, ActionState, Due};
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::StatusPageId;
use allclear_domain::posted::StatusChange;
use allclear_domain::record::{Affected, Cause, Certainty, Loss, OutageRecord, Target};
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::loss::{CorrectionJson, LossJson, losses};
use super::words::{ActionStateWord, CertaintyWord, ComponentStatusWord};
use crate::api::call::Call;
use crate::api::problem::Problem;

/// Something that suffers, and how badly: a component, all of them, or words where there is none.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Affected")]
#[serde(deny_unknown_fields)]
pub(crate) struct AffectedJson {
    /// Id of a component; its key is taken as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    component: Option<String>,
    /// Every component of the status page.
    #[serde(default)]
    all: bool,
    /// Words of the publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    words: Option<String>,
    /// The status from the start on.
    #[schemars(with = "ComponentStatusWord")]
    status: ComponentStatus,
}

impl From<&Affected> for AffectedJson {
    fn from(affected: &Affected) -> Self {
        let status = affected.status;
        let (component, all, words) = match &affected.target {
            Target::All => (None, true, None),
            Target::Component(id) => (Some(id.to_string()), false, None),
            Target::Words(words) => (None, false, Some(words.clone())),
        };
        Self { component, all, words, status }
    }
}

/// What is affected, with the components looked up on a status page.
pub(crate) async fn affected(
    call: &Call,
    page_id: StatusPageId,
    list: Vec<AffectedJson>,
) -> Result<Vec<Affected>, Problem> {
    let mut found = Vec::with_capacity(list.len());
    for AffectedJson { component, all, words, status } in list {
        let target = match (component, all, words) {
            (Some(named), false, None) => Target::Component(call.component(page_id, &named).await?),
            (None, true, None) => Target::All,
            (None, false, Some(words)) => Target::Words(words),
            _ => {
                let problem = "names several things, or none: send one of component, all and words";
                return Err(InvalidValue::new("affected", problem).into());
            }
        };
        found.push(Affected { target, status });
    }
    Ok(found)
}

/// A component and its status from a message on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "StatusChange")]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeJson {
    /// Id of a component; its key is taken as well.
    component: String,
    /// Its status from then on.
    #[schemars(with = "ComponentStatusWord")]
    status: ComponentStatus,
}

impl ChangeJson {
    pub(crate) fn of(changes: &[StatusChange]) -> Vec<Self> {
        let json = |change: &StatusChange| Self {
            component: change.component_id.to_string(),
            status: change.status,
        };
        changes.iter().map(json).collect()
    }

    /// The changes, with the components looked up on a status page.
    pub(crate) async fn read(
        call: &Call,
        page_id: StatusPageId,
        list: Vec<Self>,
    ) -> Result<Vec<StatusChange>, Problem> {
        let mut found = Vec::with_capacity(list.len());
        for Self { component, status } in list {
            let component_id = call.component(page_id, &component).await?;
            found.push(StatusChange { component_id, status });
        }
        Ok(found)
    }
}

/// Why it happened.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Cause")]
#[serde(deny_unknown_fields)]
pub(crate) struct CauseJson {
    /// What.
    text: String,
    /// How sure.
    #[schemars(with = "CertaintyWord")]
    certainty: Certainty,
    /// What was first said of it wrongly. Left out, those of a cause with this text stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    corrections: Option<Vec<CorrectionJson>>,
}

impl From<&Cause> for CauseJson {
    fn from(cause: &Cause) -> Self {
        let corrections: Vec<_> = cause.corrections.iter().map(Into::into).collect();
        Self {
            text: cause.text.clone(),
            certainty: cause.certainty,
            corrections: Some(corrections).filter(|corrections| !corrections.is_empty()),
        }
    }
}

/// Word of the state of an action item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ActionWord {
    Promised,
    Done,
    Dropped,
}

/// A step that was taken or promised.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ActionItem")]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionJson {
    /// What is done.
    text: String,
    /// By when it was promised: `2026-09-30`, or `2026-09`.
    #[schemars(with = "Option<String>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<Due>,
    /// How it stands.
    #[schemars(with = "ActionStateWord")]
    state: ActionWord,
    /// The day on which it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    done_on: Option<Date>,
    /// Why it was dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dropped_because: Option<String>,
}

impl From<&ActionItem> for ActionJson {
    fn from(action: &ActionItem) -> Self {
        let (state, done_on, dropped_because) = match &action.state {
            ActionState::Promised => (ActionWord::Promised, None, None),
            ActionState::Done { on } => (ActionWord::Done, *on, None),
            ActionState::Dropped { why } => (ActionWord::Dropped, None, why.clone()),
        };
        Self { text: action.text.clone(), due: action.due, state, done_on, dropped_because }
    }
}

impl From<ActionJson> for ActionItem {
    fn from(json: ActionJson) -> Self {
        let state = match json.state {
            ActionWord::Promised => ActionState::Promised,
            ActionWord::Done => ActionState::Done { on: json.done_on },
            ActionWord::Dropped => ActionState::Dropped { why: json.dropped_because },
        };
        Self { text: json.text, due: json.due, state }
    }
}

/// The facts, beside what was told. What is not here, such as contradictions of a source, is in
/// `allclear export`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Record")]
pub(crate) struct RecordJson {
    /// What suffered, from the start on.
    affected: Vec<AffectedJson>,
    /// It came and went between its start and its end.
    is_intermittent: bool,
    /// What was lost: the loss ledger.
    losses: Vec<LossJson>,
    /// What was first published wrongly.
    corrections: Vec<CorrectionJson>,
    /// Why it happened.
    causes: Vec<CauseJson>,
    /// How it was noticed.
    detected_by: Option<String>,
    /// When it was noticed.
    detected_at: Option<Timestamp>,
    /// What is said of data and attack.
    security_statement: Option<String>,
    /// What readers are asked to do.
    customers_should: Option<String>,
    /// Steps taken and promised.
    actions: Vec<ActionJson>,
}

impl From<&OutageRecord> for RecordJson {
    fn from(record: &OutageRecord) -> Self {
        Self {
            affected: record.affected.iter().map(Into::into).collect(),
            is_intermittent: record.is_intermittent,
            losses: record.losses.iter().map(Into::into).collect(),
            corrections: record.corrections.iter().map(Into::into).collect(),
            causes: record.causes.iter().map(Into::into).collect(),
            detected_by: record.detected_by.clone(),
            detected_at: record.detected_at,
            security_statement: record.security_statement.clone(),
            customers_should: record.customers_should.clone(),
            actions: record.actions.iter().map(Into::into).collect(),
        }
    }
}

/// Facts that change: what is left out stays, `null` removes it, and a list replaces the list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "RecordPatch")]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RecordPatchJson {
    affected: Option<Vec<AffectedJson>>,
    is_intermittent: Option<bool>,
    losses: Option<Vec<LossJson>>,
    corrections: Option<Vec<CorrectionJson>>,
    causes: Option<Vec<CauseJson>>,
    #[serde(deserialize_with = "super::given")]
    detected_by: Option<Option<String>>,
    #[serde(deserialize_with = "super::given")]
    detected_at: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "super::given")]
    security_statement: Option<Option<String>>,
    #[serde(deserialize_with = "super::given")]
    customers_should: Option<Option<String>>,
    actions: Option<Vec<ActionJson>>,
}

/// Changed facts, with the components looked up.
#[derive(Debug)]
pub(crate) struct RecordPatch {
    affected: Option<Vec<Affected>>,
    losses: Option<Vec<Loss>>,
    json: RecordPatchJson,
}

impl RecordPatchJson {
    /// Looks up the components on a status page.
    pub(crate) async fn read(
        mut self,
        call: &Call,
        page_id: StatusPageId,
    ) -> Result<RecordPatch, Problem> {
        let affected = match self.affected.take() {
            Some(list) => Some(affected(call, page_id, list).await?),
            None => None,
        };
        let losses = match self.losses.take() {
            Some(list) => Some(losses(call, page_id, list).await?),
            None => None,
        };
        Ok(RecordPatch { affected, losses, json: self })
    }
}

impl RecordPatch {
    /// The facts as they are afterwards. A cause whose text stays keeps its corrections.
    pub(crate) fn apply(self, mut record: OutageRecord) -> OutageRecord {
        let Self { affected, losses, json } = self;
        replace(&mut record.affected, affected);
        replace(&mut record.losses, losses);
        let corrections = json.corrections.map(|list| list.into_iter().map(Into::into).collect());
        replace(&mut record.corrections, corrections);
        replace(&mut record.is_intermittent, json.is_intermittent);
        let causes = json.causes.map(|causes| {
            let known = record.causes.clone();
            let read = |cause: CauseJson| {
                let same = known.iter().find(|known| known.text == cause.text);
                let known = || same.map(|same| same.corrections.clone()).unwrap_or_default();
                let given = cause.corrections;
                let given = given.map(|list| list.into_iter().map(Into::into).collect());
                let corrections = given.unwrap_or_else(known);
                Cause { text: cause.text, certainty: cause.certainty, corrections }
            };
            causes.into_iter().map(read).collect()
        });
        replace(&mut record.causes, causes);
        replace(&mut record.detected_by, json.detected_by);
        replace(&mut record.detected_at, json.detected_at);
        replace(&mut record.security_statement, json.security_statement);
        replace(&mut record.customers_should, json.customers_should);
        let actions = json.actions.map(|list| list.into_iter().map(Into::into).collect());
        replace(&mut record.actions, actions);
        record
    }
}

fn replace<T>(old: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *old = new;
    }
}
