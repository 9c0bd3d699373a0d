//! One request to the API, after it was let in.

use std::collections::HashMap;
use std::str::FromStr;

use allclear_domain::error::InvalidValue;
use allclear_domain::{Access, Change};
use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use bytes::Bytes;
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::problem::Problem;
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
        serde_json::from_slice(&self.body).map_err(|error| Problem::BadJson(error.to_string()))
    }

    /// The version that a change was made to, from `If-Match`. It has to be there, so that two who
    /// edit at the same time never overwrite each other in silence.
    pub(crate) fn version(&self) -> Result<i64, Problem> {
        let Some(tag) = self.headers.get(IF_MATCH) else {
            return Err(Problem::VersionMissing);
        };
        let version = tag.to_str().ok().and_then(|tag| {
            tag.trim().trim_start_matches("W/").strip_prefix("\"v")?.strip_suffix('"')?.parse().ok()
        });
        version.ok_or(Problem::VersionMissing)
    }
}
