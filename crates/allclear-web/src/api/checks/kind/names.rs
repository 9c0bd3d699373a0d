//! What a check of the kind `names` asks for, on the wire. The names themselves are beside it.

use allclear_domain::check::{NameScheme, NamesCheck};
use allclear_domain::limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::StatusRangeJson;
use crate::api::wire::NameSchemeWord;

/// That many host names answer, each for itself. Some of them are asked in each round, all of them within a
/// period. Which ones they are is set at `/api/v1/checks/{id}/names`, or read from `list_url`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "NamesCheck")]
#[serde(deny_unknown_fields)]
pub(in super::super) struct NamesKindJson {
    /// With TLS or without; `https` where this is left out.
    #[serde(default)]
    #[schemars(with = "NameSchemeWord")]
    scheme: NameScheme,
    /// The port; the usual one of the scheme where this is left out.
    #[serde(default)]
    #[schemars(range(min = 1))]
    port: Option<u16>,
    /// What each is asked for; `/` where this is left out. Redirects are answers, and are not followed.
    #[serde(default = "path")]
    #[schemars(length(min = 1, max = limits::URL_BYTES_MAX))]
    path: String,
    /// Statuses that are right; all below 500 where none is named.
    #[serde(default)]
    #[schemars(length(max = limits::CHECK_STATUSES_MAX))]
    statuses: Vec<StatusRangeJson>,
    /// Days before the end of a certificate from which on its name is degraded; nobody looks at that where this is
    /// left out.
    #[serde(default)]
    #[schemars(range(min = 1, max = limits::CHECK_WARN_DAYS_MAX))]
    certificate_days: Option<u16>,
    /// Seconds within which every name is asked; 600 where this is left out. A round asks 500 at most.
    #[serde(default = "period")]
    #[schemars(range(min = limits::NAMES_PERIOD_SECONDS_MIN, max = limits::NAMES_PERIOD_SECONDS_MAX))]
    period_seconds: u32,
    /// In a hundred names, how many have to fail for the check to fail; 50 where this is left out. While fewer do, it
    /// is degraded.
    #[serde(default = "percent")]
    #[schemars(range(min = 1, max = 100))]
    fail_at_percent: u8,
    /// Where the list is read from once in each period: one name a line, or an array of JSON.
    #[serde(default)]
    #[schemars(length(max = limits::URL_BYTES_MAX))]
    list_url: Option<String>,
}

fn path() -> String {
    "/".to_owned()
}

const fn period() -> u32 {
    NamesCheck::USUAL_PERIOD_SECONDS
}

const fn percent() -> u8 {
    NamesCheck::USUAL_FAIL_AT_PERCENT
}

impl From<NamesCheck> for NamesKindJson {
    fn from(check: NamesCheck) -> Self {
        Self {
            scheme: check.scheme,
            port: check.port,
            path: check.path,
            statuses: check.statuses.into_iter().map(Into::into).collect(),
            certificate_days: check.certificate_days,
            period_seconds: check.period_seconds,
            fail_at_percent: check.fail_at_percent,
            list_url: check.list_url,
        }
    }
}

impl From<NamesKindJson> for NamesCheck {
    fn from(shape: NamesKindJson) -> Self {
        Self {
            scheme: shape.scheme,
            port: shape.port,
            path: shape.path,
            statuses: shape.statuses.into_iter().map(Into::into).collect(),
            certificate_days: shape.certificate_days,
            period_seconds: shape.period_seconds,
            fail_at_percent: shape.fail_at_percent,
            list_url: shape.list_url,
        }
    }
}
