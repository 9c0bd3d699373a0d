//! `/api/v1/checks`.

mod finding;
mod heard;
mod imports;
mod json;
mod kind;
mod measured;
mod names;
mod parents;
mod proposals;
mod times;

use allclear_checks::times::Stretch;
use allclear_checks::writing;
use allclear_domain::check::Affects;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{CheckId, ComponentId};
use allclear_domain::text::Key;
use allclear_domain::{Check, CheckKind, Scope, limits};
use allclear_store::{Judged, Stored};
use axum::http::StatusCode;

use self::heard::HeardJson;
use self::imports::{CheckImportJson, NewCheckImportJson};
use self::json::{AffectsJson, CheckJson, CheckPatchJson, NewCheckJson};
use self::measured::OutagesJson;
use self::names::{NamesChangedJson, NamesJson, NewNamesJson};
use self::proposals::{NewProposalsJson, ProposalsJson};
use self::times::TimesJson;
use super::call::Call;
use super::json::{Answer, at_version, created, json, nothing};
use super::openapi::Operation;
use super::problem::Problem;
use super::wire::{ListJson, cursor_of};
use crate::access::Needs;
use crate::access::table::Table;

const ALL: &str = "/api/v1/checks";
const ONE: &str = "/api/v1/checks/{id}";
const PAUSE: &str = "/api/v1/checks/{id}/pause";
const RESUME: &str = "/api/v1/checks/{id}/resume";
const OUTAGES: &str = "/api/v1/checks/{id}/outages";
const NAMES: &str = "/api/v1/checks/{id}/names";
const TIMES: &str = "/api/v1/checks/{id}/response-times";
const IMPORTS: &str = "/api/v1/check-imports";
// Below `checks` it would hide a check with that key.
const PROPOSALS: &str = "/api/v1/check-proposals";

/// Adds the addresses of checks.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (read, write) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::Checks));
    table
        .get(ALL, read, list)
        .post(ALL, write, add)
        .get(ONE, read, show)
        .patch(ONE, write, patch)
        .delete(ONE, write, remove)
        .post(PAUSE, write, pause)
        .post(RESUME, write, resume)
        .get(OUTAGES, read, outages)
        .get(TIMES, read, response_times)
        .get(NAMES, read, names::show)
        .put(NAMES, write, names::put)
        .post(IMPORTS, write, imports::import)
        .post(PROPOSALS, write, proposals::propose)
}

/// What they take and give.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(ALL, "List checks, oldest first")
            .query("q", finding::TOLD)
            .pages()
            .gives::<ListJson<CheckJson>>(200),
        Operation::post(ALL, "Add a check; it is probed at once")
            .takes::<NewCheckJson>()
            .gives::<CheckJson>(201),
        Operation::get(ONE, "Show a check, with the last exchange that did not simply work")
            .gives::<CheckJson>(200),
        Operation::patch(ONE, "Change a check").takes::<CheckPatchJson>().gives::<CheckJson>(200),
        Operation::delete(ONE, "Remove a check; the outages that it measured stay"),
        Operation::post(PAUSE, "Stop probing a check; an outage that goes on ends here")
            .gives::<CheckJson>(200),
        Operation::post(RESUME, "Probe a paused check again, and judge it anew")
            .gives::<CheckJson>(200),
        Operation::get(OUTAGES, "List the latest outages of a check, newest first")
            .limited()
            .gives::<OutagesJson>(200),
        Operation::get(TIMES, "Show what a check found over a stretch of time, step by step")
            .query("over", "`hour`, `day`, `week` or `quarter`; `day` where it is left out.")
            .gives::<TimesJson>(200)
            .without_version(),
        Operation::get(NAMES, "List the names that a check asks one by one, by the alphabet")
            .query(
                "state",
                "Those that are `untried`, `ok`, `degraded`, `doubted` or `failing` alone.",
            )
            .query(
                "format",
                "`text` for one name a line and nothing else, as with `Accept: text/plain`.",
            )
            .pages()
            .gives::<NamesJson>(200),
        Operation::put(NAMES, "Set which names a check asks; those that stay keep their state")
            .query("shrink", "`true` where most of the former names may go.")
            .takes::<NewNamesJson>()
            .gives::<NamesChangedJson>(200),
        Operation::post(IMPORTS, "Bring checks over, all or none; what is there is left as it is")
            .takes::<NewCheckImportJson>()
            .gives::<CheckImportJson>(200)
            .without_version(),
        Operation::post(
            PROPOSALS,
            "Try what could be watched of an address, once; nothing is written",
        )
        .takes::<NewProposalsJson>()
        .gives::<ProposalsJson>(200)
        .without_version(),
    ]
}

async fn list(call: Call) -> Answer {
    let (slice, limit) = call.slice(Vec::new()).await?;
    let store = &call.app.store;
    let words = call.query::<String>("q")?;
    let (found, judged) = match words {
        Some(words) => finding::find(store, slice, &words).await?,
        None => {
            let found = store.slice_checks(&slice).await?;
            let judged = match (found.first(), found.last()) {
                (Some(first), Some(last)) => {
                    store.list_judgments_between(first.id, last.id).await?
                }
                _ => Vec::new(),
            };
            (found, judged)
        }
    };
    let cursor = |stored: &Stored<Check>| cursor_of(stored.id);
    let may_write = call.access.may(Scope::Checks);
    let unprobed = call.app.figures.list_unprobed();
    let of = |stored: &Stored<Check>| {
        let of_it = judged.iter().filter(|judged| judged.check_id == stored.id);
        let shown = CheckJson::of(stored, &of_it.collect::<Vec<_>>());
        shown.among(&unprobed).for_those_who(may_write)
    };
    json(StatusCode::OK, &ListJson::of(found, limit, cursor, of))
}

/// The check that the path names, by its id or its key.
async fn find(call: &Call) -> Result<Stored<Check>, Problem> {
    let store = &call.app.store;
    let found = match call.param::<CheckId>("id") {
        Ok(id) => store.find_check(id).await?,
        Err(_) => {
            let key = Key::new(call.param::<String>("id")?).map_err(|_| Problem::NotFound)?;
            store.find_check_by_key(key.as_str()).await?
        }
    };
    found.ok_or(Problem::NotFound)
}

async fn show(call: Call) -> Answer {
    let stored = find(&call).await?;
    let judged = call.app.store.list_judgments_of(stored.id).await?;
    let judged: Vec<&Judged> = judged.iter().collect();
    let heard = match stored.kind.as_heartbeat() {
        None => None,
        Some(check) => {
            let heard = call.app.store.find_heard(stored.id).await?;
            Some(HeardJson::of(check, heard.heartbeat))
        }
    };
    let shown = CheckJson::of(&stored, &judged).with_exchanges(&judged).with_heard(heard);
    let shown = shown.among(&call.app.figures.list_unprobed());
    let answer = json(StatusCode::OK, &shown.for_those_who(call.access.may(Scope::Checks)))?;
    Ok(at_version(answer, stored.version))
}

/// Something was written: whatever probes learns of it at once, and so do pages.
fn written(call: &Call) {
    call.written();
    call.app.watch.notify_one();
}

async fn add(call: Call) -> Answer {
    let mut new: NewCheckJson = call.json()?;
    let found = affects(&call, std::mem::take(&mut new.affects)).await?;
    let above = parents_of(&call, std::mem::take(&mut new.parents)).await?;
    new.kind.look_up(&call).await?;
    may_tell(&call, new.on_outage())?;
    let new = new.with(found, above)?;
    may_run(&call, None, &new.kind)?;
    let stored = writing::add_check(&call.app.store, new, call.change()).await?;
    written(&call);
    let path = format!("{ALL}/{}", stored.id);
    Ok(at_version(created(&path, &CheckJson::of(&stored, &[]))?, stored.version))
}

async fn patch(call: Call) -> Answer {
    let expected = call.version()?;
    let mut patch: CheckPatchJson = call.json()?;
    let id = find(&call).await?.id;
    may_tell(&call, patch.on_outage())?;
    let found = match patch.affects.take() {
        Some(list) => Some(affects(&call, list).await?),
        None => None,
    };
    let above = match patch.parents.take() {
        Some(list) => Some(parents_of(&call, list).await?),
        None => None,
    };
    if let Some(kind) = &mut patch.kind {
        kind.look_up(&call).await?;
    }
    let decide = |check: Check| {
        let before = check.kind.clone();
        let after = patch.over(check, found, above)?;
        may_run(&call, Some(&before), &after.kind)?;
        Ok(after)
    };
    let (store, change) = (&call.app.store, call.change());
    let stored = writing::change_check(store, id, Some(expected), change, decide).await?;
    changed(&call, &stored).await
}

/// A check that was changed. What was believed of it may be forgotten by that.
async fn changed(call: &Call, stored: &Stored<Check>) -> Answer {
    written(call);
    let judged = call.app.store.list_judgments_of(stored.id).await?;
    let answer = json(StatusCode::OK, &CheckJson::of(stored, &judged.iter().collect::<Vec<_>>()))?;
    Ok(at_version(answer, stored.version))
}

async fn remove(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let id = find(&call).await?.id;
    writing::remove_check(&call.app.store, id, expected, call.change()).await?;
    written(&call);
    Ok(nothing())
}

async fn pause(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let id = find(&call).await?.id;
    let stored = writing::pause_check(&call.app.store, id, expected, call.change()).await?;
    changed(&call, &stored).await
}

async fn resume(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let id = find(&call).await?.id;
    let stored = writing::resume_check(&call.app.store, id, expected, call.change()).await?;
    changed(&call, &stored).await
}

async fn outages(call: Call) -> Answer {
    let limit = u16::try_from(call.limit()?).unwrap_or(u16::MAX);
    let id = find(&call).await?.id;
    let outages = call.app.store.list_latest_outages(id, limit).await?;
    json(StatusCode::OK, &OutagesJson::of(&outages))
}

/// The checks that one stands behind.
async fn parents_of(call: &Call, list: Vec<String>) -> Result<Vec<CheckId>, Problem> {
    parents::find(call, "parents", limits::CHECK_PARENTS_MAX, list).await
}

/// What the server would not run is not taken.
fn may_run(call: &Call, before: Option<&CheckKind>, after: &CheckKind) -> Result<(), InvalidValue> {
    match call.app.looker.refusal(after).filter(|_| before != Some(after)) {
        Some(problem) => Err(problem),
        None => Ok(()),
    }
}

/// Whoever has incidents opened has to be one who may.
fn may_tell(call: &Call, on_outage: Option<&str>) -> Result<(), Problem> {
    match on_outage {
        Some(word) if word != "nothing" && !call.access.may(Scope::Incidents) => {
            Err(Problem::ScopeMissing(Scope::Incidents))
        }
        _ => Ok(()),
    }
}

/// The components that stand or fall with a check, looked up.
async fn affects(call: &Call, list: Vec<AffectsJson>) -> Result<Vec<Affects>, Problem> {
    if list.len() > limits::CHECK_COMPONENTS_MAX {
        let most = limits::CHECK_COMPONENTS_MAX;
        let problem = format!("names {} components: name {most} at most", list.len());
        return Err(InvalidValue::new("affects", problem).into());
    }
    let mut found = Vec::with_capacity(list.len());
    for (place, AffectsJson { component, when_failing, when_degraded }) in
        list.into_iter().enumerate()
    {
        let component_id = find_component(call, &component).await?.ok_or_else(|| {
            let named: String = component.chars().take(80).collect();
            let problem = format!(
                "there is no component `{named}`: name it by its id, or by the slug of its status \
                 page and its key, as in shop/checkout"
            );
            InvalidValue::new(format!("affects[{place}].component"), problem)
        })?;
        found.push(Affects { component_id, when_failing, when_degraded });
    }
    Ok(found)
}

/// A component by its id, by the slug of its status page and its key, or by its key on the default
/// status page.
async fn find_component(call: &Call, named: &str) -> Result<Option<ComponentId>, Problem> {
    let store = &call.app.store;
    if let Ok(id) = named.parse::<ComponentId>() {
        return Ok(store.find_component_by_id(id).await?.map(|component| component.id));
    }
    let (slug, key) = match named.split_once('/') {
        Some((slug, key)) => (Some(Key::new(slug)), Key::new(key)),
        None => (None, Key::new(named)),
    };
    let page = match slug.transpose() {
        Ok(None) => store.find_default_status_page().await?,
        Ok(Some(slug)) => store.find_status_page(slug.as_str()).await?,
        Err(_) => None,
    };
    match (page, key) {
        (Some(page), Ok(key)) => {
            let found = store.find_component(page.id, key.as_str()).await?;
            Ok(found.map(|component| component.id))
        }
        _ => Ok(None),
    }
}

async fn response_times(call: Call) -> Answer {
    let id = find(&call).await?.value.id;
    let stretch = call.query::<Stretch>("over")?.unwrap_or_default();
    let times = allclear_checks::times::read(&call.app.store, id, stretch, call.now).await?;
    json(StatusCode::OK, &TimesJson::of(stretch, &times))
}
