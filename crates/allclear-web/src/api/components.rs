//! `/api/v1/components`.

use std::collections::HashMap;

use allclear_domain::ids::ComponentId;
use allclear_domain::text::Key;
use allclear_domain::{Component, ComponentStatus, Scope, limits};
use allclear_incidents::writing::{self, NewComponent, NewSetting, WriteError};
use allclear_store::Stored;
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::json::{Answer, at_version, created, json, nothing};
use super::openapi::Operation;
use super::problem::Problem;
use super::wire::{ComponentStatusWord, ListJson, cursor_of, given};
use crate::access::Needs;
use crate::access::table::Table;

const ALL: &str = "/api/v1/components";
const ONE: &str = "/api/v1/components/{id}";
const BRING_BACK: &str = "/api/v1/components/{id}/bring-back";
const STATUS: &str = "/api/v1/components/{id}/status";

/// Seconds that a status may hold that is set by hand.
const SETTING_SECONDS_MAX: u32 = 10 * 366 * 86_400;

/// A piece of the product that users depend on.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Component")]
struct ComponentJson {
    id: String,
    /// The id in addresses of the status page.
    public_id: String,
    /// Id of the status page that it belongs to.
    status_page: String,
    /// Short name, unique on its status page.
    key: String,
    name: String,
    description: Option<String>,
    /// Id of the component that it is a part of.
    parent: Option<String>,
    /// Place among its siblings, ascending.
    position: u32,
    /// The day uptime counts from.
    start_date: Option<Date>,
    /// Its status as readers see it now, parts included. It is not part of the version. `null`
    /// where no status page shows it.
    #[schemars(with = "Option<ComponentStatusWord>")]
    status: Option<ComponentStatus>,
    created_at: Timestamp,
    /// From when on it belongs to the history alone; `null` while it is in use.
    retired_at: Option<Timestamp>,
    /// Counts its changes. The `ETag` says the same.
    version: i64,
}

/// Statuses of components, as readers see them now.
type Shown = HashMap<ComponentId, ComponentStatus>;

impl ComponentJson {
    fn of(component: &Component, version: i64, shown: &Shown) -> Self {
        Self {
            id: component.id.to_string(),
            public_id: component.public_id.to_string(),
            status_page: component.page_id.to_string(),
            key: component.key.to_string(),
            name: component.name.clone(),
            description: component.description.clone(),
            parent: component.parent_id.map(|id| id.to_string()),
            position: component.position,
            start_date: component.start_date,
            status: shown.get(&component.id).copied(),
            created_at: component.created_at,
            retired_at: component.retired_at,
            version,
        }
    }
}

/// A component to add.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewComponent")]
#[serde(deny_unknown_fields)]
struct NewComponentJson {
    /// Id or slug of the status page it belongs to; the default one where this is left out.
    status_page: Option<String>,
    /// Name as readers see it.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    name: String,
    /// Short name; made from the name where this is left out.
    #[schemars(with = "Option<String>")]
    key: Option<Key>,
    /// A sentence on what it does for readers.
    description: Option<String>,
    /// Id or key of the component that it is a part of.
    parent: Option<String>,
    /// The day uptime counts from.
    start_date: Option<Date>,
}

/// What changes of a component: what is left out stays, `null` removes it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ComponentPatch")]
#[serde(deny_unknown_fields, default)]
struct ComponentPatchJson {
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    name: Option<String>,
    #[serde(deserialize_with = "given")]
    description: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    start_date: Option<Option<Date>>,
    /// Id or key of the component that it becomes a part of; `null` makes it a part of none.
    /// Moving is a change of its own: send it without names and dates.
    #[serde(deserialize_with = "given")]
    parent: Option<Option<String>>,
    /// Place among its siblings.
    position: Option<u32>,
}

/// A status set by hand.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewComponentStatus")]
#[serde(deny_unknown_fields)]
struct NewStatusJson {
    /// The status from now on.
    #[schemars(with = "ComponentStatusWord")]
    status: ComponentStatus,
    /// How long it holds; until the next one where this is left out.
    #[schemars(range(min = 1, max = SETTING_SECONDS_MAX))]
    for_seconds: Option<u32>,
    /// Why it holds in place of what checks measure, of the component and its parts, in a few words for the
    /// team. It needs `for_seconds`. Incidents and maintenance count beside it.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    overrules: Option<String>,
}

/// A status that was set by hand.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ComponentStatusSetting")]
struct SettingJson {
    /// Id of the component.
    component: String,
    #[schemars(with = "ComponentStatusWord")]
    status: ComponentStatus,
    set_at: Timestamp,
    /// When it ends by itself.
    ends_at: Option<Timestamp>,
    /// Why it holds in place of what checks measure.
    overrules: Option<String>,
}

/// Adds the addresses of components.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (read, write) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::Components));
    table
        .get(ALL, read, list)
        .post(ALL, write, add)
        .get(ONE, read, show)
        .patch(ONE, write, patch)
        .delete(ONE, write, remove)
        .post(BRING_BACK, write, bring_back)
        .post(STATUS, write, set_status)
}

/// What they take and give.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(ALL, "List components, oldest first")
            .lists(&[])
            .gives::<ListJson<ComponentJson>>(200),
        Operation::post(ALL, "Add a component")
            .takes::<NewComponentJson>()
            .gives::<ComponentJson>(201),
        Operation::get(ONE, "Show a component").gives::<ComponentJson>(200),
        Operation::patch(ONE, "Change or move a component")
            .takes::<ComponentPatchJson>()
            .gives::<ComponentJson>(200),
        Operation::delete(ONE, "Remove a component, or retire it where anything names it"),
        Operation::post(BRING_BACK, "Have a retired component in use again")
            .gives::<ComponentJson>(200),
        Operation::post(STATUS, "Set the status of a component by hand, from now on")
            .takes::<NewStatusJson>()
            .gives::<SettingJson>(201)
            .without_version(),
    ]
}

fn shown(call: &Call) -> Shown {
    let pages = call.app.published.status_pages();
    let mut shown = Shown::new();
    for page in &pages {
        shown.extend(page.component_statuses());
    }
    shown
}

async fn list(call: Call) -> Answer {
    let (slice, limit) = call.slice(Vec::new()).await?;
    let found = call.app.store.slice_components(&slice).await?;
    let shown = shown(&call);
    let list = ListJson::of(
        found,
        limit,
        |stored| cursor_of(stored.id),
        |stored| ComponentJson::of(stored, stored.version, &shown),
    );
    json(StatusCode::OK, &list)
}

async fn find(call: &Call) -> Result<Stored<Component>, Problem> {
    let store = &call.app.store;
    call.named(
        |id: ComponentId| store.find_component_by_id(id),
        |public_id| store.find_component_by_public_id(public_id),
    )
    .await
}

fn told(call: &Call, component: &Component, version: i64) -> Answer {
    let component = ComponentJson::of(component, version, &shown(call));
    Ok(at_version(json(StatusCode::OK, &component)?, version))
}

async fn show(call: Call) -> Answer {
    let stored = find(&call).await?;
    told(&call, &stored, stored.version)
}

async fn add(call: Call) -> Answer {
    let new: NewComponentJson = call.json()?;
    let page_id = call.status_page(new.status_page.as_deref()).await?;
    let parent_id = match new.parent {
        Some(parent) => Some(call.component(page_id, &parent).await?),
        None => None,
    };
    let new = NewComponent {
        page_id,
        name: new.name,
        key: new.key,
        description: new.description,
        parent_id,
        start_date: new.start_date,
    };
    let written = writing::add_component(&call.app.store, new, call.change()).await?;
    call.written();
    let path = format!("{ALL}/{}", written.value.id);
    let component = ComponentJson::of(&written.value, written.version, &shown(&call));
    Ok(at_version(created(&path, &component)?, written.version))
}

async fn patch(call: Call) -> Answer {
    let expected = call.version()?;
    let patch: ComponentPatchJson = call.json()?;
    if patch.parent.is_some() || patch.position.is_some() {
        return move_to(&call, expected, patch).await;
    }
    let id = find(&call).await?.id;
    let change = |component: Component| {
        Ok::<_, WriteError>(Component {
            name: patch.name.unwrap_or(component.name),
            description: patch.description.unwrap_or(component.description),
            start_date: patch.start_date.unwrap_or(component.start_date),
            ..component
        })
    };
    let store = &call.app.store;
    let written = writing::change(store, id, Some(expected), call.change(), change).await?;
    call.written();
    told(&call, &written.value, written.version)
}

async fn move_to(call: &Call, expected: i64, patch: ComponentPatchJson) -> Answer {
    if patch.name.is_some() || patch.description.is_some() || patch.start_date.is_some() {
        let text = "moving is a change of its own: send parent and position alone";
        return Err(Problem::BadRequest(text.to_owned()));
    }
    let found = find(call).await?;
    let parent_id = match patch.parent {
        Some(Some(parent)) => Some(call.component(found.page_id, &parent).await?),
        Some(None) => None,
        None => found.parent_id,
    };
    let to = (parent_id, patch.position.unwrap_or(found.position));
    let store = &call.app.store;
    let moved = writing::move_component(store, found.id, Some(expected), to, call.change()).await?;
    call.written();
    told(call, &moved.value, moved.version)
}

async fn set_status(call: Call) -> Answer {
    let new: NewStatusJson = call.json()?;
    let id = find(&call).await?.id;
    let NewStatusJson { status, for_seconds, overrules } = new;
    let new = NewSetting { status, for_seconds, overrules };
    let set = writing::set_component_status(&call.app.store, id, new, call.change());
    let (setting, _) = set.await?;
    call.written();
    let setting = SettingJson {
        component: setting.component_id.to_string(),
        status: setting.status,
        set_at: setting.set_at,
        ends_at: setting.ends_at,
        overrules: setting.overrules.map(|why| why.reveal_to_team().to_owned()),
    };
    json(StatusCode::CREATED, &setting)
}

async fn remove(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let id = find(&call).await?.id;
    writing::remove_component(&call.app.store, id, expected, call.change()).await?;
    call.written();
    Ok(nothing())
}

async fn bring_back(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let id = find(&call).await?.id;
    let back = writing::bring_back_component(&call.app.store, id, expected, call.change()).await?;
    call.written();
    told(&call, &back.value, back.version)
}
