//! Requests before the one that is judged, and what is taken from their answers, on the wire.

use allclear_domain::check::{Capture, CaptureFrom, HttpStep, Method};
use allclear_domain::limits;
use allclear_domain::text::Key;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AssertionJson, HeaderJson, StatusRangeJson};
use crate::api::wire::MethodWord;

/// A request before the one that is judged. It has to be answered rightly, too. What signs in goes with it where it
/// goes to the server of the check.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "HttpStep")]
#[serde(deny_unknown_fields)]
pub(super) struct StepJson {
    /// What it does, to people.
    #[serde(default)]
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    name: Option<String>,
    /// Where it goes: `http://…` or `https://…`. In the path and the query, `{{name}}` stands for a value that was
    /// captured before; so it does in values of header fields and in the body.
    #[schemars(length(min = 1, max = limits::URL_BYTES_MAX))]
    url: String,
    #[serde(default)]
    #[schemars(with = "MethodWord")]
    method: Method,
    /// Header fields that are sent beside our own. Those that hold secrets are refused here, but for captured values.
    #[serde(default)]
    #[schemars(length(max = limits::CHECK_HEADERS_MAX))]
    headers: Vec<HeaderJson>,
    /// What is sent as the body.
    #[serde(default)]
    body: Option<String>,
    /// Statuses that are right; 200 to 299 where none is named. A redirect that is named is not followed.
    #[serde(default)]
    #[schemars(length(max = limits::CHECK_STATUSES_MAX))]
    statuses: Vec<StatusRangeJson>,
    /// What else has to hold, all of it.
    #[serde(default)]
    #[schemars(length(max = limits::CHECK_ASSERTIONS_MAX))]
    assertions: Vec<AssertionJson>,
    /// What is taken from its answer.
    #[serde(default)]
    #[schemars(length(max = limits::CHECK_CAPTURES_MAX))]
    captures: Vec<CaptureJson>,
}

/// A value that is taken from an answer, and hidden as a secret wherever the answer is kept. One that is not there
/// fails the check.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Capture")]
#[serde(deny_unknown_fields)]
struct CaptureJson {
    /// What it is called, in lower case letters, digits and hyphens.
    #[schemars(with = "String", length(min = 1, max = limits::KEY_CHARS_MAX))]
    name: Key,
    from: CaptureFromJson,
}

/// Where in an answer a value stands that is taken.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CaptureFrom")]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum CaptureFromJson {
    /// In a header field; the first one of that name.
    Header { name: String },
    /// In the body, read as JSON: the first text, number or flag that a path (RFC 9535) finds.
    Json { path: String },
    /// In the body: what the one group of a regular expression finds first.
    Pattern { regex: String },
    /// In a cookie that the answer sets.
    Cookie { name: String },
}

fn all<T, U: From<T>>(list: Vec<T>) -> Vec<U> {
    list.into_iter().map(Into::into).collect()
}

impl From<HttpStep> for StepJson {
    fn from(step: HttpStep) -> Self {
        Self {
            name: step.name,
            url: step.url,
            method: step.method,
            headers: all(step.headers),
            body: step.body,
            statuses: all(step.statuses),
            assertions: all(step.assertions),
            captures: all(step.captures),
        }
    }
}

impl From<StepJson> for HttpStep {
    fn from(shape: StepJson) -> Self {
        Self {
            name: shape.name,
            url: shape.url,
            method: shape.method,
            headers: all(shape.headers),
            body: shape.body,
            statuses: all(shape.statuses),
            assertions: all(shape.assertions),
            captures: all(shape.captures),
        }
    }
}

impl From<Capture> for CaptureJson {
    fn from(Capture { name, from }: Capture) -> Self {
        let from = match from {
            CaptureFrom::Header { name } => CaptureFromJson::Header { name },
            CaptureFrom::Json { path } => CaptureFromJson::Json { path },
            CaptureFrom::Pattern { regex } => CaptureFromJson::Pattern { regex },
            CaptureFrom::Cookie { name } => CaptureFromJson::Cookie { name },
        };
        Self { name, from }
    }
}

impl From<CaptureJson> for Capture {
    fn from(CaptureJson { name, from }: CaptureJson) -> Self {
        let from = match from {
            CaptureFromJson::Header { name } => CaptureFrom::Header { name },
            CaptureFromJson::Json { path } => CaptureFrom::Json { path },
            CaptureFromJson::Pattern { regex } => CaptureFrom::Pattern { regex },
            CaptureFromJson::Cookie { name } => CaptureFrom::Cookie { name },
        };
        Self { name, from }
    }
}
