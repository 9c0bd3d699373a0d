//! `/api/v1/maintenance-series`.

mod json;

use allclear_domain::Scope;
use allclear_domain::ids::SeriesId;
use allclear_domain::maintenance::MaintenanceSeries;
use allclear_incidents::writing::{self, NewSeries, WriteError};
use allclear_store::Stored;
use axum::http::StatusCode;

use self::json::{NewSeriesJson, SeriesJson, SeriesPatchJson};
use super::call::Call;
use super::json::Answer;
use super::noun::{self, Noun};
use super::openapi::Operation;
use super::problem::Problem;
use super::wire::{ListJson, affected};
use crate::access::Needs;
use crate::access::table::Table;

const ALL: &str = "/api/v1/maintenance-series";
const ONE: &str = "/api/v1/maintenance-series/{id}";
const END: &str = "/api/v1/maintenance-series/{id}/end";

/// Adds the addresses of maintenance series.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (read, write) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::Maintenance));
    table
        .get(ALL, read, list)
        .post(ALL, write, plan)
        .get(ONE, read, show)
        .patch(ONE, write, patch)
        .post(END, write, end)
}

/// What they take and give.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(ALL, "List maintenance series, newest first")
            .lists(&["open", "running", "ended"])
            .gives::<ListJson<SeriesJson>>(200),
        Operation::post(ALL, "Plan maintenance that repeats")
            .takes::<NewSeriesJson>()
            .gives::<SeriesJson>(201),
        Operation::get(ONE, "Show a maintenance series").gives::<SeriesJson>(200),
        Operation::patch(ONE, "Change a maintenance series and its windows that have not begun")
            .takes::<SeriesPatchJson>()
            .gives::<SeriesJson>(200),
        Operation::post(END, "End a maintenance series and call off its windows that follow it")
            .gives::<SeriesJson>(200),
    ]
}

async fn list(call: Call) -> Answer {
    let statuses = call.statuses(&["running", "ended"], &["ended"])?;
    let (slice, limit) = call.slice(statuses).await?;
    let found = call.app.store.slice_maintenance_series(&slice).await?;
    noun::list(&call, found, limit)
}

async fn find(call: &Call) -> Result<Stored<MaintenanceSeries>, Problem> {
    let id: SeriesId = call.param("id")?;
    call.app.store.find_maintenance_series(id).await?.ok_or(Problem::NotFound)
}

impl Noun for MaintenanceSeries {
    type Json = SeriesJson;
    type Id = SeriesId;
    const ALL: &'static str = ALL;

    fn id(&self) -> SeriesId {
        self.id
    }

    fn json(&self, version: i64, call: &Call) -> SeriesJson {
        SeriesJson::of(self, version, call.now)
    }
}

async fn show(call: Call) -> Answer {
    let stored = find(&call).await?;
    noun::show(&call, &stored)
}

async fn plan(call: Call) -> Answer {
    let new: NewSeriesJson = call.json()?;
    let page_id = call.status_page(new.status_page.as_deref()).await?;
    let timezone = match new.timezone {
        Some(timezone) => timezone,
        None => {
            let page = call.app.store.find_status_page_by_id(page_id).await?;
            let timezone = page.and_then(|page| page.value.timezone);
            timezone.unwrap_or_else(|| "UTC".to_owned())
        }
    };
    let new = NewSeries {
        page_id,
        title: new.title,
        rule: new.rule,
        first: new.first,
        timezone,
        except: new.except,
        lasts_minutes: new.lasts_minutes,
        affected: affected(&call, page_id, new.affected).await?,
        expected_effect: new.expected_effect,
        recovery_plan: new.recovery_plan,
        abort_after_minutes: new.abort_after_minutes,
        is_automatic: new.is_automatic.unwrap_or(true),
    };
    let (written, _) = writing::plan_series(&call.app.store, new, call.change()).await?;
    noun::made(&call, &written)
}

/// Changes the series of the path: `decide` is a transition.
async fn change(
    call: &Call,
    id: SeriesId,
    expected: Option<i64>,
    decide: impl FnOnce(MaintenanceSeries) -> Result<MaintenanceSeries, WriteError> + Send,
) -> Answer {
    let store = &call.app.store;
    let (written, _) = writing::change_series(store, id, expected, call.change(), decide).await?;
    noun::changed(call, StatusCode::OK, &written)
}

async fn patch(call: Call) -> Answer {
    let expected = call.version()?;
    let mut patch: SeriesPatchJson = call.json()?;
    let found = find(&call).await?;
    let affected = match patch.affected.take() {
        Some(list) => Some(affected(&call, found.page_id, list).await?),
        None => None,
    };
    change(&call, found.id, Some(expected), |series| {
        let series = patch.apply(series);
        let affected = affected.unwrap_or_else(|| series.affected.clone());
        Ok(MaintenanceSeries { affected, ..series })
    })
    .await
}

async fn end(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let found = find(&call).await?;
    change(&call, found.id, expected, |series| Ok(series.end(call.now)?)).await
}
