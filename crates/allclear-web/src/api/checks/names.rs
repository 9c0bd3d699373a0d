//! Which names a check asks one by one, and what is known of each.

use allclear_checks::names::{SetNames, read_list, set_names};
use allclear_domain::check::{NameCounts, NameState, WatchedName};
use allclear_domain::limits::NAMES_PER_CHECK_MAX;
use allclear_store::NameListRow;
use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderValue, Response, StatusCode};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::find;
use crate::api::call::Call;
use crate::api::json::{Answer, at_version, json};
use crate::api::problem::Problem;
use crate::api::wire::{ListJson, NameStateWord, cursor_of, read_cursor};

/// Names, and how many there are of each kind.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NameList")]
pub(super) struct NamesJson {
    /// How many there are.
    total: u32,
    /// Not asked yet.
    untried: u32,
    ok: u32,
    /// They answer, and their certificates end soon.
    degraded: u32,
    /// They did not answer once, and are asked again at once.
    doubted: u32,
    failing: u32,
    /// Since when nothing that was asked has answered: nobody knows then which names work.
    dark_since: Option<Timestamp>,
    /// When the list was last set.
    set_at: Option<Timestamp>,
    /// When it was last read from where the check says.
    read_at: Option<Timestamp>,
    /// Why it was not taken the last time.
    list_problem: Option<String>,
    items: Vec<NameJson>,
    /// Asks for the slice that follows: send it as `cursor`. `null` where this was the last one.
    next_cursor: Option<String>,
}

/// One name.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WatchedName")]
struct NameJson {
    name: String,
    #[schemars(with = "NameStateWord")]
    state: NameState,
    since: Option<Timestamp>,
    probed_at: Option<Timestamp>,
    /// From when on it is its turn.
    due_at: Timestamp,
    /// Why it does not simply work.
    reason: Option<String>,
    certificate_ends_at: Option<Timestamp>,
}

/// The names that are to be asked from now on.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewNameList")]
#[serde(deny_unknown_fields)]
pub(super) struct NewNamesJson {
    /// Host names; other letters than a to z become their ASCII form, and each counts once.
    #[schemars(length(max = NAMES_PER_CHECK_MAX))]
    names: Vec<String>,
}

/// How a list changed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NamesChanged")]
pub(super) struct NamesChangedJson {
    added: usize,
    removed: usize,
    /// Those that stayed, with what is known of them.
    kept: usize,
}

impl NamesJson {
    fn of(counts: NameCounts, row: NameListRow, found: Vec<WatchedName>, limit: usize) -> Self {
        let cursor = |one: &WatchedName| cursor_of(&one.name);
        let ListJson { items, next_cursor } = ListJson::of(found, limit, cursor, NameJson::of);
        let NameCounts { untried, ok, degraded, doubted, failing } = counts;
        let total = counts.total();
        let list = row.list;
        Self {
            total,
            untried,
            ok,
            degraded,
            doubted,
            failing,
            dark_since: list.dark_since,
            set_at: list.set_at,
            read_at: list.read_at,
            list_problem: list.problem,
            items,
            next_cursor,
        }
    }
}

impl NameJson {
    fn of(one: &WatchedName) -> Self {
        let WatchedName { name, state, since, probed_at, due_at, reason, certificate_ends_at } =
            one.clone();
        Self { name, state, since, probed_at, due_at, reason, certificate_ends_at }
    }
}

/// The names of a check, in the order of the alphabet.
pub(super) async fn show(call: Call) -> Answer {
    let store = &call.app.store;
    let check = find(&call).await?;
    if check.kind.as_names().is_none() {
        return Err(Problem::NotFound);
    }
    let state = call.query::<NameState>("state")?;
    let row = store.find_name_list(check.id).await?;
    let version = row.version;
    if wants_text(&call) {
        let all = store.slice_names(check.id, state, "", NAMES_PER_CHECK_MAX).await?;
        return Ok(at_version(text(&all), version));
    }
    let limit = call.limit()?;
    let from = call.query.get("cursor").map(|cursor| read_cursor::<String>(cursor)).transpose()?;
    let found = store.slice_names(check.id, state, &from.unwrap_or_default(), limit + 1).await?;
    let counts = store.count_names(check.id).await?;
    let answer = json(StatusCode::OK, &NamesJson::of(counts, row, found, limit))?;
    Ok(at_version(answer, version))
}

/// Whether somebody wants one name a line, and nothing else.
fn wants_text(call: &Call) -> bool {
    let accepts = call.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let is_text = accepts.is_some_and(|accept| accept.trim().starts_with("text/plain"));
    is_text || call.query.get("format").is_some_and(|format| format == "text")
}

/// One name a line.
fn text(names: &[WatchedName]) -> Response<Body> {
    let lines: String = names.iter().flat_map(|one| [one.name.as_str(), "\n"]).collect();
    let mut response = Response::new(Body::from(lines));
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// Sets which names are asked.
pub(super) async fn put(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let may_shrink = call.query::<bool>("shrink")?.unwrap_or_default();
    let id = find(&call).await?.id;
    let kind = call.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let names = match kind.is_some_and(|kind| kind.starts_with("text/plain")) {
        true => {
            let text = std::str::from_utf8(&call.body)
                .map_err(|_| Problem::BadRequest("the list is no UTF-8".to_owned()))?;
            read_list(text)?
        }
        false => call.json::<NewNamesJson>()?.names,
    };
    let set = SetNames { names, may_shrink, expected };
    let (changed, row) = set_names(&call.app.store, id, set, call.change()).await?;
    super::written(&call);
    let (added, removed, kept) = (changed.added, changed.removed, changed.kept);
    let answer = json(StatusCode::OK, &NamesChangedJson { added, removed, kept })?;
    Ok(at_version(answer, row.version))
}
