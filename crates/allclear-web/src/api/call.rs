//! One request to the API, after it was let in.

use std::collections::HashMap;
use std::str::FromStr;

use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{ComponentId, PublicId, StatusPageId};
use allclear_domain::{Access, Change};
use allclear_store::{Slice, StoreError, Stored};
use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use bytes::Bytes;
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::shape;
use super::wire::read_cursor;
use crate::app::App;

/// Results on one page of a list, where nothing else is asked for.
const LIMIT: usize = 50;
/// Results on one page of a list, at most.
const LIMIT_MAX: usize = 200;

/// One request, and everything that a handler may want of it.
pub(crate) struct Call {
    pub(crate) app: App,
    /// Who asks, and what they may do.
    pub(crate) access: Access,
    /// What varies in the path, by name.
    pub(crate) params: HashMap<String, String>,
    /// The query, by name.
    pub(crate) query: HashMap<String, String>,
    pub(crate) headers: HeaderMap,
    /// The address that it reached Allclear at, without a slash at the end.
    pub(crate) base_url: String,
    /// The body; empty where none was sent.
    pub(crate) body: Bytes,
    /// When it came.
    pub(crate) now: Timestamp,
}

impl Call {
    /// A change by whoever asks, now.
    pub(crate) fn change(&self) -> Change<'_> {
        Change { actor: &self.access.actor, entropy: &self.app.entropy, now: self.now }
    }

    /// Something in the path; what is no id there is an address that nothing answers at.
    pub(crate) fn param<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        self.params.get(name).and_then(|text| text.parse().ok()).ok_or(Problem::NotFound)
    }

    /// A value of the query, where there is one.
    pub(crate) fn query<T>(&self, name: &str) -> Result<Option<T>, Problem>
    where
        T: FromStr,
        T::Err: std::fmt::Display,
    {
        let Some(text) = self.query.get(name) else { return Ok(None) };
        let parsed = text.parse().map_err(|error: T::Err| {
            InvalidValue::new(format!("query parameter {name}"), error.to_string())
        });
        Ok(Some(parsed?))
    }

    /// How many results are asked for.
    pub(crate) fn limit(&self) -> Result<usize, Problem> {
        let limit = self.query::<usize>("limit")?.unwrap_or(LIMIT);
        if (1..=LIMIT_MAX).contains(&limit) {
            return Ok(limit);
        }
        let problem = format!("is {limit}: write a number from 1 to {LIMIT_MAX}");
        Err(InvalidValue::new("query parameter limit", problem).into())
    }

    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        shape::read(&self.body).map_err(Problem::BadJson)
    }

    /// The version that a change was made to, from `If-Match`. It has to be there, so that two who
    /// edit at the same time never overwrite each other in silence.
    pub(crate) fn version(&self) -> Result<i64, Problem> {
        self.version_if_any()?.ok_or(Problem::VersionMissing)
    }

    /// The same, for what adds to something and overwrites nothing: there it may be left out.
    pub(crate) fn version_if_any(&self) -> Result<Option<i64>, Problem> {
        let Some(tag) = self.headers.get(IF_MATCH) else {
            return Ok(None);
        };
        let version = tag.to_str().ok().and_then(|tag| {
            tag.trim().trim_start_matches("W/").strip_prefix("\"v")?.strip_suffix('"')?.parse().ok()
        });
        version.map(Some).ok_or(Problem::VersionMissing)
    }

    /// Whatever the path names, by its id or its public id.
    pub(crate) async fn named<T, I, ById, ByPublicId>(
        &self,
        by_id: impl FnOnce(I) -> ById,
        by_public_id: impl FnOnce(PublicId) -> ByPublicId,
    ) -> Result<Stored<T>, Problem>
    where
        I: FromStr,
        ById: Future<Output = Result<Option<Stored<T>>, StoreError>>,
        ByPublicId: Future<Output = Result<Option<Stored<T>>, StoreError>>,
    {
        let found = match self.param::<I>("id") {
            Ok(id) => by_id(id).await?,
            Err(_) => by_public_id(self.param("id")?).await?,
        };
        found.ok_or(Problem::NotFound)
    }

    /// The status page that something is for: named by its id or its slug, else the default.
    pub(crate) async fn status_page(&self, named: Option<&str>) -> Result<StatusPageId, Problem> {
        let store = &self.app.store;
        let found = match named {
            None => store.find_default_status_page().await?,
            Some(text) => match text.parse::<StatusPageId>() {
                Ok(id) => store.find_status_page_by_id(id).await?,
                Err(_) => store.find_status_page(text).await?,
            },
        };
        let missing = || InvalidValue::new("status_page", "there is no such status page");
        Ok(found.ok_or_else(missing)?.id)
    }

    /// A component of a status page, named by its id or its key.
    pub(crate) async fn component(
        &self,
        page_id: StatusPageId,
        named: &str,
    ) -> Result<ComponentId, Problem> {
        if let Ok(id) = named.parse() {
            return Ok(id);
        }
        let found = self.app.store.find_component(page_id, named).await?;
        let missing = || {
            let named: String = named.chars().take(80).collect();
            let problem = format!("`{named}` is neither an id nor a key on this status page");
            InvalidValue::new("component", problem)
        };
        Ok(found.ok_or_else(missing)?.id)
    }

    /// The slice of a list that is asked for, with one more, so that the end is known.
    pub(crate) async fn slice<I: FromStr>(
        &self,
        statuses: Vec<&'static str>,
    ) -> Result<(Slice<I>, usize), Problem> {
        let limit = self.limit()?;
        let cursor = self.query.get("cursor").map(|cursor| read_cursor(cursor)).transpose()?;
        let page_id = match self.query.get("status_page") {
            Some(named) => Some(self.status_page(Some(named)).await?),
            None => None,
        };
        Ok((Slice { from: cursor, page_id, statuses, limit: limit + 1 }, limit))
    }

    /// The statuses that are asked for: one of `all`, or `open` for those that are not over.
    pub(crate) fn statuses(
        &self,
        all: &[&'static str],
        over: &[&'static str],
    ) -> Result<Vec<&'static str>, Problem> {
        let Some(wanted) = self.query.get("status") else { return Ok(Vec::new()) };
        if wanted == "open" {
            return Ok(all.iter().copied().filter(|word| !over.contains(word)).collect());
        }
        let known = all.iter().copied().find(|word| word == wanted);
        let problem = || {
            let problem = format!("is unknown: use open, {}", all.join(", "));
            InvalidValue::new("query parameter status", problem)
        };
        Ok(vec![known.ok_or_else(problem)?])
    }

    /// An id in the body.
    pub(crate) fn id<T: FromStr>(&self, field: &str, text: &str) -> Result<T, Problem>
    where
        T::Err: std::fmt::Display,
    {
        let parsed = text.parse();
        parsed.map_err(|error: T::Err| InvalidValue::new(field, error.to_string()).into())
    }

    /// Something was written: pages follow at once.
    pub(crate) fn written(&self) {
        self.app.nudge.notify_one();
    }
}
