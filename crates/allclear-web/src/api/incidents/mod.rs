//! `/api/v1/incidents`.

mod json;
mod postmortem;

use allclear_domain::ids::{IncidentId, StatusPageId, UpdateId};
use allclear_domain::times::Bound;
use allclear_domain::{Incident, IncidentStatus, Scope};
use allclear_incidents::writing::{self, NewIncident, WriteError};
use allclear_store::Stored;
use axum::http::StatusCode;

use self::json::{IncidentPatchJson, NewIncidentJson, NewIncidentUpdate, ResolutionJson};
use super::call::Call;
use super::json::Answer;
use super::noun::{self, Noun};
use super::openapi::Operation;
use super::problem::Problem;
use super::wire::{ListJson, UpdateEditJson, affected};
use crate::access::Needs;
use crate::access::table::Table;

pub(super) use self::json::{IncidentJson, published_at};

const ALL: &str = "/api/v1/incidents";
const ONE: &str = "/api/v1/incidents/{id}";
const UPDATES: &str = "/api/v1/incidents/{id}/updates";
const UPDATE: &str = "/api/v1/incidents/{id}/updates/{update_id}";
const PUBLISH: &str = "/api/v1/incidents/{id}/publish";
const RESOLVE: &str = "/api/v1/incidents/{id}/resolve";
const REOPEN: &str = "/api/v1/incidents/{id}/reopen";

/// Adds the addresses of incidents.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (read, write) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::Incidents));
    table
        .get(ALL, read, list)
        .post(ALL, write, report)
        .get(ONE, read, show)
        .patch(ONE, write, patch)
        .post(UPDATES, write, post_update)
        .patch(UPDATE, write, edit_update)
        .post(PUBLISH, write, publish)
        .post(RESOLVE, write, resolve)
        .post(REOPEN, write, reopen)
        .patch(postmortem::ONE, write, postmortem::patch)
        .post(postmortem::PUBLISH, write, postmortem::publish)
}

/// What they take and give.
pub(super) fn operations() -> Vec<Operation> {
    let mut all = vec![
        Operation::get(ALL, "List incidents, newest first")
            .lists(&["open", "investigating", "identified", "monitoring", "resolved"])
            .gives::<ListJson<IncidentJson>>(200),
        Operation::post(ALL, "Report an incident")
            .takes::<NewIncidentJson>()
            .gives::<IncidentJson>(201),
        Operation::get(ONE, "Show an incident").gives::<IncidentJson>(200),
        Operation::patch(ONE, "Change an incident")
            .takes::<IncidentPatchJson>()
            .gives::<IncidentJson>(200),
        Operation::post(UPDATES, "Post a message")
            .takes::<NewIncidentUpdate>()
            .gives::<IncidentJson>(201),
        Operation::patch(UPDATE, "Edit a message")
            .takes::<UpdateEditJson>()
            .gives::<IncidentJson>(200),
        Operation::post(PUBLISH, "Show a draft to everybody").gives::<IncidentJson>(200),
        Operation::post(RESOLVE, "Say that it is over")
            .takes::<ResolutionJson>()
            .gives::<IncidentJson>(200),
        Operation::post(REOPEN, "Say that it was not over").gives::<IncidentJson>(200),
    ];
    all.extend(postmortem::operations());
    all
}

const STATUSES: [IncidentStatus; 4] = [
    IncidentStatus::Investigating,
    IncidentStatus::Identified,
    IncidentStatus::Monitoring,
    IncidentStatus::Resolved,
];

async fn list(call: Call) -> Answer {
    let statuses = call.statuses(&STATUSES.map(IncidentStatus::as_str), &["resolved"])?;
    let (slice, limit) = call.slice(statuses).await?;
    let found = call.app.store.slice_incidents(&slice).await?;
    noun::list(&call, found, limit)
}

async fn find(call: &Call) -> Result<Stored<Incident>, Problem> {
    let store = &call.app.store;
    call.named(
        |id: IncidentId| store.find_incident(id),
        |public_id| store.find_incident_by_public_id(public_id),
    )
    .await
}

impl Noun for Incident {
    type Json = IncidentJson;
    type Id = IncidentId;
    const ALL: &'static str = ALL;

    fn id(&self) -> IncidentId {
        self.id
    }

    fn json(&self, version: i64, _: &Call) -> IncidentJson {
        IncidentJson::of(self, version)
    }
}

async fn show(call: Call) -> Answer {
    let stored = find(&call).await?;
    noun::show(&call, &stored)
}

async fn report(call: Call) -> Answer {
    let new: NewIncidentJson = call.json()?;
    let page_id = call.status_page(new.status_page.as_deref()).await?;
    let new = read_new(&call, page_id, new).await?;
    let written = writing::report_incident(&call.app.store, new, call.change()).await?;
    noun::made(&call, &written)
}

async fn read_new(
    call: &Call,
    page_id: StatusPageId,
    new: NewIncidentJson,
) -> Result<NewIncident, Problem> {
    let started = new.started.map(|started| started.bound("started")).transpose()?;
    Ok(NewIncident {
        page_id,
        title: new.title,
        kind: new.kind.unwrap_or_default(),
        impact_override: new.impact,
        affected: affected(call, page_id, new.affected).await?,
        started: started.unwrap_or(Bound::exactly(call.now)),
        ended: new.ended.map(|ended| ended.bound("ended")).transpose()?,
        update: match new.update {
            Some(update) => Some(update.read(call, page_id).await?),
            None => None,
        },
        is_draft: new.is_draft,
    })
}

/// Changes the incident of the path: `decide` is a transition.
async fn change(
    call: &Call,
    incident: &Stored<Incident>,
    expected: Option<i64>,
    status: StatusCode,
    decide: impl FnOnce(Incident) -> Result<Incident, WriteError> + Send,
) -> Answer {
    let change = call.change();
    let written = writing::change(&call.app.store, incident.id, expected, change, decide).await?;
    noun::changed(call, status, &written)
}

async fn patch(call: Call) -> Answer {
    let expected = call.version()?;
    let patch: IncidentPatchJson = call.json()?;
    let found = find(&call).await?;
    let record = match patch.record {
        Some(record) => Some(record.read(&call, found.page_id).await?),
        None => None,
    };
    let started = patch.started.map(|started| started.bound("started")).transpose()?;
    let ended = patch.ended.map(|ended| ended.bound("ended")).transpose()?;
    let cause = patch.same_cause_as.map(|cause| cause.map(|id| call.id("same_cause_as", &id)));
    let cause: Option<Option<IncidentId>> = cause.map(Option::transpose).transpose()?;
    change(&call, &found, Some(expected), StatusCode::OK, |mut incident| {
        if let Some(title) = patch.title {
            incident = incident.retitle(title);
        }
        if let Some(impact) = patch.impact {
            incident = incident.override_impact(impact);
        }
        if let Some(started) = started {
            incident = incident.correct_start(started, call.now)?;
        }
        if let Some(ended) = ended {
            incident = incident.correct_end(ended, call.now)?;
        }
        if let Some(cause) = cause {
            incident = incident.set_same_cause(cause)?;
        }
        if let Some(record) = record {
            let facts = record.apply(incident.record.clone());
            incident = incident.set_record(facts);
        }
        Ok(incident)
    })
    .await
}

async fn post_update(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let update: NewIncidentUpdate = call.json()?;
    let found = find(&call).await?;
    let posted = update.read(&call, found.page_id).await?.posted(call.change());
    change(&call, &found, expected, StatusCode::CREATED, |incident| {
        Ok(incident.post(posted, call.now)?)
    })
    .await
}

async fn edit_update(call: Call) -> Answer {
    let expected = call.version()?;
    let edit: UpdateEditJson = call.json()?;
    let found = find(&call).await?;
    let id: UpdateId = call.param("update_id")?;
    let edit = edit.read(&call, found.page_id).await?;
    change(&call, &found, Some(expected), StatusCode::OK, |incident| {
        Ok(incident.edit_update(id, edit, &call.access.name, call.now)?)
    })
    .await
}

async fn publish(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let found = find(&call).await?;
    change(&call, &found, expected, StatusCode::OK, |incident| Ok(incident.publish(call.now)?))
        .await
}

async fn resolve(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let resolution: ResolutionJson = call.json()?;
    let found = find(&call).await?;
    let ended = resolution.ended.map(|ended| ended.bound("ended")).transpose()?;
    let ended = ended.unwrap_or(Bound::exactly(call.now));
    let posted = resolution.update.read(&call, found.page_id).await?.posted(call.change());
    change(&call, &found, expected, StatusCode::OK, |incident| {
        Ok(incident.resolve(posted, ended, call.now)?)
    })
    .await
}

async fn reopen(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let found = find(&call).await?;
    change(&call, &found, expected, StatusCode::OK, |incident| Ok(incident.reopen(call.now)?)).await
}
