//! `/api/v1/check-imports`: checks that come from another monitor, many in one go.

use allclear_checks::limits::CHECKS_AT_ONCE_MAX;
use allclear_checks::writing::{self, Carried, CarriedOver};
use allclear_domain::error::InvalidValue;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json::NewCheckJson;
use super::{affects, may_run, may_tell, parents_of, written};
use crate::api::call::Call;
use crate::api::json::{Answer, json};

/// Checks to bring over, all of them or none.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewCheckImport")]
#[serde(deny_unknown_fields)]
pub(super) struct NewCheckImportJson {
    /// The checks, each with its key, by which it is known the next time.
    #[schemars(length(max = CHECKS_AT_ONCE_MAX))]
    checks: Vec<CarriedCheckJson>,
}

/// A check to bring over.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "CarriedCheck")]
#[serde(deny_unknown_fields)]
struct CarriedCheckJson {
    /// The check. Its `key` has to be there.
    check: NewCheckJson,
    /// Whether it is not to be probed until somebody says so.
    #[serde(default)]
    is_paused: bool,
}

/// What became of the checks that were brought over.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CheckImport")]
pub(super) struct CheckImportJson {
    /// What became of each, in the order in which they came.
    checks: Vec<CarriedOverJson>,
}

/// What became of one check that was brought over.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CarriedOver")]
struct CarriedOverJson {
    /// `added`; `there` where a check with that key is there already and just so; `differs` where it is
    /// there and differs. What is there is never changed.
    outcome: &'static str,
    /// Id of the check that was added.
    id: Option<String>,
    /// The fields in which the check that is there differs.
    differing: Vec<&'static str>,
}

pub(super) async fn import(call: Call) -> Answer {
    let new: NewCheckImportJson = call.json()?;
    if new.checks.len() > CHECKS_AT_ONCE_MAX {
        let problem = format!("has {} checks: send {CHECKS_AT_ONCE_MAX} at once", new.checks.len());
        return Err(InvalidValue::new("checks", problem).into());
    }
    let mut carried = Vec::with_capacity(new.checks.len());
    for CarriedCheckJson { mut check, is_paused } in new.checks {
        let found = affects(&call, std::mem::take(&mut check.affects)).await?;
        let above = parents_of(&call, std::mem::take(&mut check.parents)).await?;
        let members = check.kind.take_members()?;
        may_tell(&call, check.on_outage())?;
        let check = check.with(found, above)?;
        may_run(&call, None, &check.kind)?;
        carried.push(Carried { check, is_paused, members });
    }
    let done = writing::carry_over(&call.app.store, carried, call.change()).await?;
    written(&call);
    json(StatusCode::OK, &CheckImportJson { checks: done.into_iter().map(Into::into).collect() })
}

impl From<CarriedOver> for CarriedOverJson {
    fn from(done: CarriedOver) -> Self {
        let (outcome, id, differing) = match done {
            CarriedOver::Added(id) => ("added", Some(id.to_string()), Vec::new()),
            CarriedOver::There => ("there", None, Vec::new()),
            CarriedOver::Differs(fields) => ("differs", None, fields),
        };
        Self { outcome, id, differing }
    }
}
