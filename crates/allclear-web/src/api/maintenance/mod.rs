//! `/api/v1/maintenance`.

mod json;

use allclear_domain::ids::{MaintenanceId, StatusPageId, UpdateId};
use allclear_domain::times::Window;
use allclear_domain::{InvalidTransition, Maintenance, MaintenanceStatus, Scope};
use allclear_incidents::writing::{self, NewMaintenance, WriteError};
use allclear_store::Stored;
use axum::http::StatusCode;
use jiff::Timestamp;

use self::json::{
    ConversionJson, ConvertedJson, ExtensionJson, MaintenanceJson, MaintenancePatchJson,
    NewMaintenanceJson, NewMaintenanceUpdate, ReschedulingJson,
};
use super::call::Call;
use super::incidents::IncidentJson;
use super::json::{Answer, created};
use super::noun::{self, Noun};
use super::openapi::Operation;
use super::problem::Problem;
use super::wire::{ListJson, UpdateEditJson, affected};
use crate::access::Needs;
use crate::access::table::Table;

const ALL: &str = "/api/v1/maintenance";
const ONE: &str = "/api/v1/maintenance/{id}";
const UPDATES: &str = "/api/v1/maintenance/{id}/updates";
const UPDATE: &str = "/api/v1/maintenance/{id}/updates/{update_id}";
const PUBLISH: &str = "/api/v1/maintenance/{id}/publish";
const BEGIN: &str = "/api/v1/maintenance/{id}/begin";
const VERIFY: &str = "/api/v1/maintenance/{id}/verify";
const COMPLETE: &str = "/api/v1/maintenance/{id}/complete";
const CANCEL: &str = "/api/v1/maintenance/{id}/cancel";
const RESCHEDULE: &str = "/api/v1/maintenance/{id}/reschedule";
const EXTEND: &str = "/api/v1/maintenance/{id}/extend";
const CONVERT: &str = "/api/v1/maintenance/{id}/convert";

/// Adds the addresses of maintenance windows.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (read, write) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::Maintenance));
    table
        .get(ALL, read, list)
        .post(ALL, write, plan)
        .get(ONE, read, show)
        .patch(ONE, write, patch)
        .post(UPDATES, write, post_update)
        .patch(UPDATE, write, edit_update)
        .post(PUBLISH, write, async |call| step(call, Maintenance::publish).await)
        .post(BEGIN, write, async |call| step(call, Maintenance::begin).await)
        .post(VERIFY, write, async |call| step(call, Maintenance::verify).await)
        .post(COMPLETE, write, async |call| step(call, Maintenance::complete).await)
        .post(CANCEL, write, async |call| step(call, Maintenance::cancel).await)
        .post(RESCHEDULE, write, reschedule)
        .post(EXTEND, write, extend)
        .post(CONVERT, write, convert)
}

/// What they take and give.
pub(super) fn operations() -> Vec<Operation> {
    let step = |path, summary| Operation::post(path, summary).gives::<MaintenanceJson>(200);
    vec![
        Operation::get(ALL, "List maintenance windows, newest first")
            .lists(&["open", "scheduled", "in_progress", "verifying", "completed", "cancelled"])
            .gives::<ListJson<MaintenanceJson>>(200),
        Operation::post(ALL, "Plan a maintenance window")
            .takes::<NewMaintenanceJson>()
            .gives::<MaintenanceJson>(201),
        Operation::get(ONE, "Show a maintenance window").gives::<MaintenanceJson>(200),
        Operation::patch(ONE, "Change a maintenance window")
            .takes::<MaintenancePatchJson>()
            .gives::<MaintenanceJson>(200),
        Operation::post(UPDATES, "Post a message")
            .takes::<NewMaintenanceUpdate>()
            .gives::<MaintenanceJson>(201),
        Operation::patch(UPDATE, "Edit a message")
            .takes::<UpdateEditJson>()
            .gives::<MaintenanceJson>(200),
        step(PUBLISH, "Show a draft to everybody"),
        step(BEGIN, "Say that work began"),
        step(VERIFY, "Say that work is done and is being checked"),
        step(COMPLETE, "Say that it is over"),
        step(CANCEL, "Call it off"),
        step(RESCHEDULE, "Announce another window").takes::<ReschedulingJson>(),
        step(EXTEND, "Announce another end, while work is under way").takes::<ExtensionJson>(),
        Operation::post(CONVERT, "Turn work that failed into an incident")
            .takes::<ConversionJson>()
            .gives::<ConvertedJson>(201),
    ]
}

const STATUSES: [MaintenanceStatus; 5] = [
    MaintenanceStatus::Scheduled,
    MaintenanceStatus::InProgress,
    MaintenanceStatus::Verifying,
    MaintenanceStatus::Completed,
    MaintenanceStatus::Cancelled,
];

async fn list(call: Call) -> Answer {
    let over = ["completed", "cancelled"];
    let statuses = call.statuses(&STATUSES.map(MaintenanceStatus::as_str), &over)?;
    let (slice, limit) = call.slice(statuses).await?;
    let found = call.app.store.slice_maintenance(&slice).await?;
    noun::list(&call, found, limit)
}

async fn find(call: &Call) -> Result<Stored<Maintenance>, Problem> {
    let store = &call.app.store;
    call.named(
        |id: MaintenanceId| store.find_maintenance(id),
        |public_id| store.find_maintenance_by_public_id(public_id),
    )
    .await
}

impl Noun for Maintenance {
    type Json = MaintenanceJson;
    type Id = MaintenanceId;
    const ALL: &'static str = ALL;

    fn id(&self) -> MaintenanceId {
        self.id
    }

    fn json(&self, version: i64, _: &Call) -> MaintenanceJson {
        MaintenanceJson::of(self, version)
    }
}

async fn show(call: Call) -> Answer {
    let stored = find(&call).await?;
    noun::show(&call, &stored)
}

async fn plan(call: Call) -> Answer {
    let new: NewMaintenanceJson = call.json()?;
    let page_id = call.status_page(new.status_page.as_deref()).await?;
    let new = read_new(&call, page_id, new).await?;
    let written = writing::plan_maintenance(&call.app.store, new, call.change()).await?;
    noun::made(&call, &written)
}

async fn read_new(
    call: &Call,
    page_id: StatusPageId,
    new: NewMaintenanceJson,
) -> Result<NewMaintenance, Problem> {
    Ok(NewMaintenance {
        page_id,
        title: new.title,
        window: Window { starts_at: new.starts_at, ends_at: new.ends_at },
        affected: affected(call, page_id, new.affected).await?,
        expected_effect: new.expected_effect,
        recovery_plan: new.recovery_plan,
        abort_at: new.abort_at,
        is_automatic: new.is_automatic.unwrap_or(true),
        update: match new.update {
            Some(update) => Some(update.read(call, page_id).await?),
            None => None,
        },
        is_draft: new.is_draft,
    })
}

/// Changes the window of the path: `decide` is a transition.
async fn change(
    call: &Call,
    window: &Stored<Maintenance>,
    expected: Option<i64>,
    status: StatusCode,
    decide: impl FnOnce(Maintenance) -> Result<Maintenance, WriteError> + Send,
) -> Answer {
    let change = call.change();
    let written = writing::change(&call.app.store, window.id, expected, change, decide).await?;
    noun::changed(call, status, &written)
}

/// A transition that takes nothing but the time.
async fn step(
    call: Call,
    transition: fn(Maintenance, Timestamp) -> Result<Maintenance, InvalidTransition>,
) -> Answer {
    let expected = call.version_if_any()?;
    let found = find(&call).await?;
    change(&call, &found, expected, StatusCode::OK, |window| Ok(transition(window, call.now)?))
        .await
}

async fn patch(call: Call) -> Answer {
    let expected = call.version()?;
    let patch: MaintenancePatchJson = call.json()?;
    let found = find(&call).await?;
    let record = match patch.record {
        Some(record) => Some(record.read(&call, found.page_id).await?),
        None => None,
    };
    change(&call, &found, Some(expected), StatusCode::OK, |mut window| {
        if let Some(title) = patch.title {
            window = window.retitle(title);
        }
        if let Some(record) = record {
            let facts = record.apply(window.record.clone());
            window = window.set_record(facts);
        }
        window.expected_effect = patch.expected_effect.unwrap_or(window.expected_effect);
        window.recovery_plan = patch.recovery_plan.unwrap_or(window.recovery_plan);
        window.abort_at = patch.abort_at.unwrap_or(window.abort_at);
        window.is_automatic = patch.is_automatic.unwrap_or(window.is_automatic);
        Ok(window)
    })
    .await
}

async fn post_update(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let update: NewMaintenanceUpdate = call.json()?;
    let found = find(&call).await?;
    let posted = update.read(&call, found.page_id).await?.posted(call.change());
    change(
        &call,
        &found,
        expected,
        StatusCode::CREATED,
        |window| Ok(window.post(posted, call.now)?),
    )
    .await
}

async fn edit_update(call: Call) -> Answer {
    let expected = call.version()?;
    let edit: UpdateEditJson = call.json()?;
    let found = find(&call).await?;
    let id: UpdateId = call.param("update_id")?;
    let edit = edit.read(&call, found.page_id).await?;
    change(&call, &found, Some(expected), StatusCode::OK, |window| {
        Ok(window.edit_update(id, edit, &call.access.name, call.now)?)
    })
    .await
}

async fn reschedule(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let next: ReschedulingJson = call.json()?;
    let found = find(&call).await?;
    change(&call, &found, expected, StatusCode::OK, |window| {
        let times = next.window();
        Ok(window.reschedule(times, next.why, call.now)?)
    })
    .await
}

async fn extend(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let next: ExtensionJson = call.json()?;
    let found = find(&call).await?;
    change(&call, &found, expected, StatusCode::OK, |window| {
        Ok(window.extend(next.ends_at, next.why, call.now)?)
    })
    .await
}

async fn convert(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let conversion: ConversionJson = call.json()?;
    let found = find(&call).await?;
    let update = match conversion.update {
        Some(update) => Some(update.read(&call, found.page_id).await?),
        None => None,
    };
    let becomes = (conversion.title, conversion.status);
    let store = &call.app.store;
    let done =
        writing::convert_maintenance(store, found.id, expected, becomes, update, call.change());
    let (window, incident) = done.await?;
    call.written();
    let converted = ConvertedJson {
        maintenance: MaintenanceJson::of(&window.value, window.version),
        incident: IncidentJson::of(&incident.value, incident.version),
    };
    created(&format!("/api/v1/incidents/{}", incident.value.id), &converted)
}
