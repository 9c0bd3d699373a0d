//! `/api/v1/apply`: what files declare, all of it or nothing.

use allclear_apply::{ApplyError, FieldChange, Plan, SourceFile, Sources, Step, Wish, apply};
use allclear_domain::Scope;
use allclear_domain::error::InvalidValue;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::json::{Answer, json};
use super::openapi::Operation;
use super::problem::Problem;
use crate::access::Needs;
use crate::access::table::Table;

const ALL: &str = "/api/v1/apply";

/// A file with declarations, in TOML.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "AppliedFile")]
#[serde(deny_unknown_fields)]
struct FileJson {
    /// Its name, without its folder.
    name: String,
    /// What stands in it.
    text: String,
}

/// Files to apply.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewApply")]
#[serde(deny_unknown_fields)]
struct ApplyJson {
    files: Vec<FileJson>,
    /// They are all that there is. Otherwise only what came from files of these names is removed.
    #[serde(default)]
    is_folder: bool,
    /// Only tell what would change.
    #[serde(default)]
    is_plan: bool,
    /// Also remove what came from the files and stands in them no more.
    #[serde(default)]
    prune: bool,
    /// Remove even more than 30 % of what comes from files.
    #[serde(default)]
    force: bool,
}

/// What changes, or has changed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Plan")]
struct PlanJson {
    steps: Vec<StepJson>,
    /// How many things are as the files say.
    unchanged: usize,
    /// What is left alone, and why.
    notes: Vec<String>,
    /// Why it is not applied, where a guard refuses.
    refused: Option<String>,
    /// It was written.
    is_applied: bool,
}

/// One thing that changes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanStep")]
struct StepJson {
    /// `create`, `change` or `remove`.
    action: &'static str,
    /// `status_page`, `component`, `template` or `person`.
    #[schemars(with = "String")]
    kind: allclear_apply::Kind,
    /// Its key; of a person, the address.
    key: String,
    /// The key of its status page, where it belongs to one.
    status_page: Option<String>,
    /// The file that says so; of what is removed, the one that it came from.
    file: String,
    fields: Vec<FieldJson>,
}

/// A field that differs; `null` where it has no value.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanField")]
struct FieldJson {
    name: String,
    before: Option<String>,
    after: Option<String>,
}

impl From<Plan> for PlanJson {
    fn from(plan: Plan) -> Self {
        let field =
            |one: FieldChange| FieldJson { name: one.name, before: one.before, after: one.after };
        let step = |one: Step| StepJson {
            action: one.action.as_str(),
            kind: one.kind,
            key: one.key,
            status_page: one.status_page,
            file: one.file,
            fields: one.fields.into_iter().map(field).collect(),
        };
        Self {
            steps: plan.steps.into_iter().map(step).collect(),
            unchanged: plan.unchanged,
            notes: plan.notes,
            refused: plan.refused,
            is_applied: plan.is_applied,
        }
    }
}

/// Adds the address. What the files declare decides which scopes are needed.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    table.post(ALL, Needs::SignedIn, run)
}

/// What it takes and gives.
pub(super) fn operations() -> Vec<Operation> {
    let about = "Apply files; needs `read` and the scopes of what they declare";
    vec![Operation::post(ALL, about).takes::<ApplyJson>().gives::<PlanJson>(200).without_version()]
}

async fn run(call: Call) -> Answer {
    let asked: ApplyJson = call.json()?;
    // The plan tells what is there.
    if !call.access.may(Scope::Read) {
        return Err(Problem::ScopeMissing(Scope::Read));
    }
    let files = asked.files.into_iter();
    let files = files.map(|file| SourceFile { name: file.name, text: file.text }).collect();
    let wish = Wish { is_plan: asked.is_plan, prune: asked.prune, force: asked.force };
    let sources = Sources::of(files, asked.is_folder)?;
    let time = (call.app.entropy.as_ref(), call.now);
    let plan = apply(&call.app.store, &sources, wish, &call.access, time).await?;
    if plan.is_applied {
        call.written();
    }
    json(StatusCode::OK, &PlanJson::from(plan))
}

impl From<ApplyError> for Problem {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Files(problems) => Self::InvalidAll(
                problems
                    .into_iter()
                    .map(|problem| match problem.line {
                        Some(line) => {
                            InvalidValue::new(format!("{}:{line}", problem.file), problem.text)
                        }
                        None if problem.file.is_empty() => InvalidValue::new("files", problem.text),
                        None => InvalidValue::new(problem.file, problem.text),
                    })
                    .collect(),
            ),
            ApplyError::Guard(text) => Self::Guard(text),
            ApplyError::Scope { scope, .. } => Self::ScopeMissing(scope),
            ApplyError::Store(error) => Self::Store(error),
        }
    }
}
