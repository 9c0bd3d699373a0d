//! `/api/v1/expiry-feeds`: addresses at which calendars read what ends.

use allclear_checks::expiry;
use allclear_domain::expiry::ExpiryFeed;
use allclear_domain::ids::ExpiryFeedId;
use allclear_domain::{Scope, limits};
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::Needs;
use crate::access::table::Table;
use crate::api::call::Call;
use crate::api::idempotency::NotKept;
use crate::api::json::{Answer, created, json, nothing};
use crate::api::list::slice;
use crate::api::openapi::Operation;
use crate::api::wire::ListJson;
use crate::calendar;

const ALL: &str = "/api/v1/expiry-feeds";
const ONE: &str = "/api/v1/expiry-feeds/{id}";

/// An address at which calendars read what ends.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ExpiryFeed")]
struct FeedJson {
    id: String,
    /// Whose calendar it is for.
    name: String,
    created_at: Timestamp,
    /// Given once: the address, with a secret in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl FeedJson {
    fn of(feed: ExpiryFeed) -> Self {
        let ExpiryFeed { id, name, created_at } = feed;
        Self { id: id.to_string(), name, created_at, url: None }
    }
}

/// Such an address, to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewExpiryFeed")]
#[serde(deny_unknown_fields)]
struct NewFeedJson {
    /// Whose calendar it is for.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    name: String,
}

pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (read, write) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::Checks));
    table.get(ALL, read, list).post(ALL, write, make).delete(ONE, write, revoke)
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(ALL, "List the addresses at which calendars read what ends, oldest first")
            .pages()
            .gives::<ListJson<FeedJson>>(200),
        Operation::post(
            ALL,
            "Make an address at which a calendar reads what ends; it is given once",
        )
        .takes::<NewFeedJson>()
        .gives::<FeedJson>(201)
        .without_version(),
        Operation::delete(ONE, "Revoke such an address").without_version(),
    ]
}

async fn list(call: Call) -> Answer {
    let rows = call.app.store.list_expiry_feeds().await?;
    let rows = slice(&call, rows, |row| row.feed.id)?;
    json(StatusCode::OK, &rows.map(|row| FeedJson::of(row.feed)))
}

async fn make(call: Call) -> Answer {
    let new: NewFeedJson = call.json()?;
    let secret = calendar::mint(&call.app.entropy);
    let (store, change) = (&call.app.store, call.change());
    let feed = expiry::add_feed(store, &new.name, secret.digest(), change).await?;
    let path = format!("{ALL}/{}", feed.id);
    let url = Some(calendar::url(&call.base_url, &secret));
    let mut response = created(&path, &FeedJson { url, ..FeedJson::of(feed) })?;
    response.extensions_mut().insert(NotKept);
    Ok(response)
}

async fn revoke(call: Call) -> Answer {
    let id: ExpiryFeedId = call.param("id")?;
    expiry::remove_feed(&call.app.store, id, call.change()).await?;
    Ok(nothing())
}
