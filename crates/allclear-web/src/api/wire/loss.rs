//! Lines of the loss ledger, and corrections of what was first published.

use allclear_domain::error::InvalidValue;
use allclear_domain::ids::StatusPageId;
use allclear_domain::record::{
    Correction, Loss, LossCounts, LossKind, LossOutcome, Settlement, Target,
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::{LossKindWord, LossOutcomeWord};
use crate::api::call::Call;
use crate::api::problem::Problem;

/// Something that was first published wrongly, put right.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Correction")]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectionJson {
    /// The day of the correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<Date>,
    /// What was wrong, and what is right.
    text: String,
}

impl From<&Correction> for CorrectionJson {
    fn from(correction: &Correction) -> Self {
        Self { on: correction.on, text: correction.text.clone() }
    }
}

impl From<CorrectionJson> for Correction {
    fn from(json: CorrectionJson) -> Self {
        Self { on: json.on, text: json.text }
    }
}

/// How a loss was made good afterwards.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Settlement")]
#[serde(deny_unknown_fields)]
pub(crate) struct SettlementJson {
    /// The day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<Date>,
    /// What was done.
    text: String,
}

/// Something that was lost, and what became of it: a line of the loss ledger. It is a component's,
/// everything's, or that of something in words.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Loss")]
#[serde(deny_unknown_fields)]
pub(crate) struct LossJson {
    /// Id of a component; its key is taken as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    component: Option<String>,
    /// Every component of the status page.
    #[serde(default)]
    all: bool,
    /// Words of the publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    words: Option<String>,
    /// What was lost.
    #[schemars(with = "Option<LossKindWord>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<LossKind>,
    /// What became of it.
    #[schemars(with = "LossOutcomeWord")]
    outcome: LossOutcome,
    /// Share that was lost, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fraction: Option<f64>,
    /// How many were taken in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accepted: Option<u64>,
    /// How many of these were handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delivered: Option<u64>,
    /// How many of these came late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    late: Option<u64>,
    /// How many are gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lost: Option<u64>,
    /// A remark for readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// How it was settled afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settled: Option<SettlementJson>,
}

impl From<&Loss> for LossJson {
    fn from(loss: &Loss) -> Self {
        let (component, all, words) = match &loss.target {
            Target::All => (None, true, None),
            Target::Component(id) => (Some(id.to_string()), false, None),
            Target::Words(words) => (None, false, Some(words.clone())),
        };
        let LossCounts { accepted, delivered, late, lost } = loss.counts;
        let settled = loss.settled.as_ref();
        Self {
            component,
            all,
            words,
            kind: loss.kind,
            outcome: loss.outcome,
            fraction: loss.fraction,
            accepted,
            delivered,
            late,
            lost,
            note: loss.note.clone(),
            settled: settled.map(|it| SettlementJson { on: it.on, text: it.text.clone() }),
        }
    }
}

/// Losses, with the components looked up on a status page.
pub(super) async fn losses(
    call: &Call,
    page_id: StatusPageId,
    list: Vec<LossJson>,
) -> Result<Vec<Loss>, Problem> {
    let mut losses = Vec::with_capacity(list.len());
    for json in list {
        let target = match (json.component, json.all, json.words) {
            (Some(named), false, None) => Target::Component(call.component(page_id, &named).await?),
            (None, true, None) => Target::All,
            (None, false, Some(words)) => Target::Words(words),
            _ => {
                let problem = "names several things, or none: send one of component, all and words";
                return Err(InvalidValue::new("losses", problem).into());
            }
        };
        losses.push(Loss {
            target,
            kind: json.kind,
            outcome: json.outcome,
            fraction: json.fraction,
            counts: LossCounts {
                accepted: json.accepted,
                delivered: json.delivered,
                late: json.late,
                lost: json.lost,
            },
            note: json.note,
            settled: json.settled.map(|it| Settlement { on: it.on, text: it.text }),
        });
    }
    Ok(losses)
}
