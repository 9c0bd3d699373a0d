//! What checks of the kinds `upstream` and `prometheus` ask for, on the wire.

use allclear_domain::check::{
    Bounds, PrometheusCheck, UpstreamCheck, UpstreamCounts, UpstreamFormat, Verdict,
};
use allclear_domain::limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::secret::SignInJson;
use crate::api::wire::{UpstreamFormatWord, VerdictWord};

/// What a provider says of its own service, on its status page or in its feed. One that cannot be read makes the
/// probe `unknown`: that a status page is down is no failure of the service.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "UpstreamCheck")]
#[serde(deny_unknown_fields)]
pub(in super::super) struct UpstreamJson {
    /// Where it says so: the summary of a status page, such as
    /// `https://status.example.com/api/v2/summary.json`, or a feed.
    #[schemars(length(min = 1, max = limits::URL_BYTES_MAX))]
    url: String,
    #[serde(default)]
    #[schemars(with = "UpstreamFormatWord")]
    format: UpstreamFormat,
    /// Their names for what concerns us, exactly as they write them; all of it where none is named. Of a feed:
    /// entries in which one of them stands.
    #[serde(default)]
    #[schemars(length(max = limits::CHECK_UPSTREAM_COMPONENTS_MAX))]
    components: Vec<String>,
    /// What their words are to us.
    #[serde(default)]
    counts: UpstreamCountsJson,
    /// Of a feed: words by which an entry tells that it is over, or that it lies ahead. `resolved`, `completed`
    /// and others where this is left out.
    #[serde(default = "UpstreamCheck::usual_ended")]
    #[schemars(length(max = limits::CHECK_ENDED_WORDS_MAX))]
    ended: Vec<String>,
    /// Of a feed: days after which an entry is not looked at any more; 7 where this is left out.
    #[serde(default = "days")]
    #[schemars(range(min = 1, max = limits::CHECK_ENTRY_DAYS_MAX))]
    entry_days_max: u16,
}

const fn days() -> u16 {
    UpstreamCheck::USUAL_ENTRY_DAYS_MAX
}

/// What a provider's words are to us. Where one is left out, maintenance is `ok`, bad performance `degraded`, an
/// outage of any kind `fail`, and an open entry of a feed, which does not say how bad it is, `degraded`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "UpstreamCounts")]
#[serde(deny_unknown_fields, default)]
struct UpstreamCountsJson {
    #[schemars(with = "VerdictWord")]
    under_maintenance: Verdict,
    #[schemars(with = "VerdictWord")]
    degraded_performance: Verdict,
    #[schemars(with = "VerdictWord")]
    partial_outage: Verdict,
    #[schemars(with = "VerdictWord")]
    major_outage: Verdict,
    #[schemars(with = "VerdictWord")]
    open_entry: Verdict,
}

impl Default for UpstreamCountsJson {
    fn default() -> Self {
        UpstreamCounts::default().into()
    }
}

/// A query of Prometheus, or of what speaks its API, and the bounds that every sample has to keep. A server that
/// does not answer, or does not understand the query, makes the probe `unknown`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PrometheusCheck")]
#[serde(deny_unknown_fields)]
pub(in super::super) struct PrometheusJson {
    /// The server, with what stands before `/api/v1/query` there.
    #[schemars(length(min = 1, max = limits::URL_BYTES_MAX))]
    url: String,
    /// What is asked, in `PromQL`: an instant vector or a scalar.
    #[schemars(length(min = 1, max = limits::CHECK_QUERY_BYTES_MAX))]
    query: String,
    /// How it signs in.
    #[serde(default)]
    sign_in: Option<SignInJson>,
    /// Within these bounds it works.
    #[serde(default)]
    ok: BoundsJson,
    /// Beyond those of `ok` and within these it is degraded; beyond them it fails. A side without a bound has
    /// nothing between the two.
    #[serde(default)]
    degraded: BoundsJson,
    /// What it is when the query gives nothing, or `NaN`; `unknown` where this is left out.
    #[serde(default = "PrometheusCheck::usual_empty")]
    #[schemars(with = "VerdictWord")]
    empty: Verdict,
}

/// From where to where a number may be, both included.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Bounds")]
#[serde(deny_unknown_fields, default)]
struct BoundsJson {
    at_least: Option<f64>,
    at_most: Option<f64>,
}

same! {
    struct UpstreamCountsJson = UpstreamCounts {
        under_maintenance, degraded_performance, partial_outage, major_outage, open_entry
    };
    struct BoundsJson = Bounds { at_least, at_most };
}

impl From<UpstreamCheck> for UpstreamJson {
    fn from(check: UpstreamCheck) -> Self {
        let UpstreamCheck { url, format, components, counts, ended, entry_days_max } = check;
        Self { url, format, components, counts: counts.into(), ended, entry_days_max }
    }
}

impl From<UpstreamJson> for UpstreamCheck {
    fn from(shape: UpstreamJson) -> Self {
        let UpstreamJson { url, format, components, counts, ended, entry_days_max } = shape;
        Self { url, format, components, counts: counts.into(), ended, entry_days_max }
    }
}

impl From<PrometheusCheck> for PrometheusJson {
    fn from(check: PrometheusCheck) -> Self {
        let PrometheusCheck { url, query, sign_in, ok, degraded, empty } = check;
        let (ok, degraded) = (ok.into(), degraded.into());
        Self { url, query, sign_in: sign_in.map(Into::into), ok, degraded, empty }
    }
}

impl From<PrometheusJson> for PrometheusCheck {
    fn from(shape: PrometheusJson) -> Self {
        let PrometheusJson { url, query, sign_in, ok, degraded, empty } = shape;
        let (ok, degraded) = (ok.into(), degraded.into());
        Self { url, query, sign_in: sign_in.map(Into::into), ok, degraded, empty }
    }
}
