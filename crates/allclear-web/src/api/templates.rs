//! `/api/v1/templates`.

use allclear_domain::error::InvalidValue;
use allclear_domain::ids::TemplateId;
use allclear_domain::incident::Impact;
use allclear_domain::record::Affected;
use allclear_domain::text::Key;
use allclear_domain::{IncidentStatus, Scope, Template, TemplateKind, limits};
use allclear_incidents::writing::{self, NewTemplate};
use allclear_store::Stored;
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::json::{Answer, nothing};
use super::noun::{self, Noun};
use super::openapi::Operation;
use super::problem::Problem;
use super::wire::{
    AffectedJson, ImpactWord, IncidentStatusWord, ListJson, TemplateKindWord, affected, given,
};
use crate::access::Needs;
use crate::access::table::Table;

const ALL: &str = "/api/v1/templates";
const ONE: &str = "/api/v1/templates/{id}";

/// What an incident or a maintenance window begins with.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Template")]
pub(super) struct TemplateJson {
    id: String,
    /// Id of the status page that it is for.
    status_page: String,
    /// Short name, unique on its status page.
    key: String,
    /// Name as the team sees it.
    name: String,
    /// What begins with it.
    #[schemars(with = "TemplateKindWord")]
    begins: &'static str,
    /// The title that readers see.
    title: String,
    /// The first message to readers; empty where there is none.
    text: String,
    /// Of an incident: the status that the first message publishes.
    #[schemars(with = "Option<IncidentStatusWord>")]
    status: Option<IncidentStatus>,
    /// Of an incident: how bad it is, where that does not follow from what is affected.
    #[schemars(with = "Option<ImpactWord>")]
    impact: Option<Impact>,
    /// Of maintenance: what readers will notice.
    expected_effect: Option<String>,
    /// Of maintenance: how it is taken back where it fails.
    recovery_plan: Option<String>,
    affected: Vec<AffectedJson>,
    created_at: Timestamp,
    /// Counts its changes. The `ETag` says the same.
    version: i64,
}

impl TemplateJson {
    fn of(template: &Template, version: i64) -> Self {
        let (mut status, mut impact, mut expected_effect, mut recovery_plan) =
            (None, None, None, None);
        match template.begins.clone() {
            TemplateKind::Incident { status: is, impact: how } => {
                (status, impact) = (Some(is), how);
            }
            TemplateKind::Maintenance { expected_effect: effect, recovery_plan: plan } => {
                (expected_effect, recovery_plan) = (effect, plan);
            }
        }
        Self {
            id: template.id.to_string(),
            status_page: template.page_id.to_string(),
            key: template.key.to_string(),
            name: template.name.clone(),
            begins: template.begins.as_str(),
            title: template.title.clone(),
            text: template.text.clone(),
            status,
            impact,
            expected_effect,
            recovery_plan,
            affected: template.affected.iter().map(Into::into).collect(),
            created_at: template.created_at,
            version,
        }
    }
}

/// What begins with a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Begins {
    Incident,
    Maintenance,
}

/// A template to add.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewTemplate")]
#[serde(deny_unknown_fields)]
struct NewTemplateJson {
    /// Id or slug of the status page that it is for; the default one where this is left out.
    status_page: Option<String>,
    /// Short name; made from the name where this is left out.
    #[schemars(with = "Option<String>")]
    key: Option<Key>,
    /// Name as the team sees it.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    name: String,
    /// What begins with it.
    #[schemars(with = "TemplateKindWord")]
    begins: Begins,
    /// The title that readers see.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    title: String,
    /// The first message to readers.
    #[serde(default)]
    text: String,
    /// Of an incident: the status that the first message publishes; `investigating` where this is
    /// left out.
    #[schemars(with = "Option<IncidentStatusWord>")]
    status: Option<IncidentStatus>,
    /// Of an incident: how bad it is, where that does not follow from what is affected.
    #[schemars(with = "Option<ImpactWord>")]
    impact: Option<Impact>,
    /// Of maintenance: what readers will notice.
    expected_effect: Option<String>,
    /// Of maintenance: how it is taken back where it fails.
    recovery_plan: Option<String>,
    /// What is affected, and how.
    #[serde(default)]
    affected: Vec<AffectedJson>,
}

/// What changes of a template: what is left out stays, `null` removes it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "TemplatePatch")]
#[serde(deny_unknown_fields, default)]
struct TemplatePatchJson {
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    name: Option<String>,
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    title: Option<String>,
    text: Option<String>,
    /// Of an incident alone.
    #[schemars(with = "Option<IncidentStatusWord>")]
    status: Option<IncidentStatus>,
    /// Of an incident alone.
    #[serde(deserialize_with = "given")]
    #[schemars(with = "Option<ImpactWord>")]
    impact: Option<Option<Impact>>,
    /// Of maintenance alone.
    #[serde(deserialize_with = "given")]
    expected_effect: Option<Option<String>>,
    /// Of maintenance alone.
    #[serde(deserialize_with = "given")]
    recovery_plan: Option<Option<String>>,
    affected: Option<Vec<AffectedJson>>,
}

/// Adds the addresses of templates.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (read, write) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::StatusPages));
    table
        .get(ALL, read, list)
        .post(ALL, write, add)
        .get(ONE, read, show)
        .patch(ONE, write, patch)
        .delete(ONE, write, remove)
}

/// What they take and give.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(ALL, "List templates, oldest first")
            .lists(&[])
            .gives::<ListJson<TemplateJson>>(200),
        Operation::post(ALL, "Add a template")
            .takes::<NewTemplateJson>()
            .gives::<TemplateJson>(201),
        Operation::get(ONE, "Show a template").gives::<TemplateJson>(200),
        Operation::patch(ONE, "Change a template")
            .takes::<TemplatePatchJson>()
            .gives::<TemplateJson>(200),
        Operation::delete(ONE, "Remove a template; what began with it stays"),
    ]
}

async fn list(call: Call) -> Answer {
    let (slice, limit) = call.slice(Vec::new()).await?;
    let found = call.app.store.slice_templates(&slice).await?;
    noun::list(&call, found, limit)
}

async fn find(call: &Call) -> Result<Stored<Template>, Problem> {
    let id: TemplateId = call.param("id")?;
    call.app.store.find_template(id).await?.ok_or(Problem::NotFound)
}

impl Noun for Template {
    type Json = TemplateJson;
    type Id = TemplateId;
    const ALL: &'static str = ALL;

    fn id(&self) -> TemplateId {
        self.id
    }

    fn json(&self, version: i64, _: &Call) -> TemplateJson {
        TemplateJson::of(self, version)
    }
}

async fn show(call: Call) -> Answer {
    let stored = find(&call).await?;
    noun::show(&call, &stored)
}

/// Refuses what only templates of another kind have.
fn only_of(kind: &str, fields: [(&'static str, bool); 2]) -> Result<(), Problem> {
    match fields.into_iter().find(|(_, is_given)| *is_given) {
        Some((field, _)) => {
            let problem = format!("is only of a template with which {kind} begins: leave it out");
            Err(InvalidValue::new(field, problem).into())
        }
        None => Ok(()),
    }
}

async fn add(call: Call) -> Answer {
    let new: NewTemplateJson = call.json()?;
    let of_incidents = [("status", new.status.is_some()), ("impact", new.impact.is_some())];
    let of_maintenance = [
        ("expected_effect", new.expected_effect.is_some()),
        ("recovery_plan", new.recovery_plan.is_some()),
    ];
    let begins = match new.begins {
        Begins::Incident => {
            only_of("maintenance", of_maintenance)?;
            let status = new.status.unwrap_or(IncidentStatus::Investigating);
            TemplateKind::Incident { status, impact: new.impact }
        }
        Begins::Maintenance => {
            only_of("an incident", of_incidents)?;
            let (expected_effect, recovery_plan) = (new.expected_effect, new.recovery_plan);
            TemplateKind::Maintenance { expected_effect, recovery_plan }
        }
    };
    let page_id = call.status_page(new.status_page.as_deref()).await?;
    let new = NewTemplate {
        page_id,
        key: new.key,
        name: new.name,
        begins,
        title: new.title,
        text: new.text,
        affected: affected(&call, page_id, new.affected).await?,
    };
    let written = writing::add_template(&call.app.store, new, call.change()).await?;
    noun::made(&call, &written)
}

async fn patch(call: Call) -> Answer {
    let expected = call.version()?;
    let mut patch: TemplatePatchJson = call.json()?;
    let stored = find(&call).await?;
    let of_incidents = [("status", patch.status.is_some()), ("impact", patch.impact.is_some())];
    let of_maintenance = [
        ("expected_effect", patch.expected_effect.is_some()),
        ("recovery_plan", patch.recovery_plan.is_some()),
    ];
    match stored.begins {
        TemplateKind::Incident { .. } => only_of("maintenance", of_maintenance)?,
        TemplateKind::Maintenance { .. } => only_of("an incident", of_incidents)?,
    }
    let list = match patch.affected.take() {
        Some(list) => Some(affected(&call, stored.page_id, list).await?),
        None => None,
    };
    let decide = |template| Ok(patched(template, patch, list));
    let (store, change) = (&call.app.store, call.change());
    let written = writing::change(store, stored.id, Some(expected), change, decide).await?;
    noun::changed(&call, StatusCode::OK, &written)
}

fn patched(
    template: Template,
    patch: TemplatePatchJson,
    affected: Option<Vec<Affected>>,
) -> Template {
    let begins = match template.begins {
        TemplateKind::Incident { status, impact } => TemplateKind::Incident {
            status: patch.status.unwrap_or(status),
            impact: patch.impact.unwrap_or(impact),
        },
        TemplateKind::Maintenance { expected_effect, recovery_plan } => TemplateKind::Maintenance {
            expected_effect: patch.expected_effect.unwrap_or(expected_effect),
            recovery_plan: patch.recovery_plan.unwrap_or(recovery_plan),
        },
    };
    Template {
        name: patch.name.unwrap_or(template.name),
        title: patch.title.unwrap_or(template.title),
        text: patch.text.unwrap_or(template.text),
        affected: affected.unwrap_or(template.affected),
        begins,
        ..template
    }
}

async fn remove(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let id = find(&call).await?.id;
    writing::remove_template(&call.app.store, id, expected, call.change()).await?;
    Ok(nothing())
}
