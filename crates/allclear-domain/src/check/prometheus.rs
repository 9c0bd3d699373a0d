//! What a check of the kind `prometheus` asks for: a query, and the bounds of what comes of it.

use serde::{Deserialize, Serialize};

use super::http::SignIn;
use super::probe::Verdict;
use super::target::host_of;
use super::upstream::web_address;
use crate::error::InvalidValue;

/// What such an address stands behind.
const PREFIX: &str = "prometheus:";

/// A query of Prometheus, or of what speaks its API, and the bounds that every sample has to keep. A server
/// that does not answer, or does not understand the query, says nothing of what is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrometheusCheck {
    /// The server: `https://…`, with what stands before `/api/v1/query` there.
    pub url: String,
    /// What is asked, in `PromQL`.
    pub query: String,
    /// How it signs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
    /// Within these bounds it works.
    #[serde(default, skip_serializing_if = "Bounds::is_open")]
    pub ok: Bounds,
    /// Beyond those above and within these it works badly; beyond them it does not work. A side without a bound
    /// has nothing between the two.
    #[serde(default, skip_serializing_if = "Bounds::is_open")]
    pub degraded: Bounds,
    /// What it is when nothing comes, or no number.
    #[serde(default = "PrometheusCheck::usual_empty")]
    pub empty: Verdict,
}

/// From where to where a number may be, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Not less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// Not more than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
}

impl Bounds {
    /// Whether every number is within.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.at_least.is_none() && self.at_most.is_none()
    }
}

impl PrometheusCheck {
    /// A query, any number of which is right.
    #[must_use]
    pub fn of(url: impl Into<String>, query: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            query: query.into(),
            sign_in: None,
            ok: Bounds::default(),
            degraded: Bounds::default(),
            empty: Self::usual_empty(),
        }
    }

    /// What it is when nothing comes, where nobody says otherwise: nothing is no number.
    #[must_use]
    pub const fn usual_empty() -> Verdict {
        Verdict::Unknown
    }

    /// What a number is; `None` where it is none.
    #[must_use]
    pub fn verdict(&self, number: f64) -> Option<Verdict> {
        if number.is_nan() {
            return None;
        }
        let side = |ok: Option<f64>, degraded: Option<f64>, keeps: fn(f64, f64) -> bool| match ok {
            Some(bound) if !keeps(number, bound) => match degraded {
                Some(bound) if keeps(number, bound) => Verdict::Degraded,
                _ => Verdict::Fail,
            },
            _ => Verdict::Ok,
        };
        let low = side(self.ok.at_least, self.degraded.at_least, |number, bound| number >= bound);
        let high = side(self.ok.at_most, self.degraded.at_most, |number, bound| number <= bound);
        Some(low.max(high))
    }

    /// As one writes it: `prometheus:https://prometheus.example.com up{job="shop"}`.
    #[must_use]
    pub fn target(&self) -> String {
        format!("{} {}", self.server(), self.query)
    }

    /// The same without the query.
    #[must_use]
    pub fn server(&self) -> String {
        format!("{PREFIX}{}", self.url)
    }

    /// What a check of it is called where nobody says.
    pub(super) fn usual_name(&self) -> String {
        format!("Query of {}", host_of(&self.url))
    }

    /// Reads an address that begins with `prometheus:`, and the query after it.
    pub(super) fn read(text: &str) -> Option<Result<Self, InvalidValue>> {
        let (prefix, rest) = text.split_at_checked(PREFIX.len())?;
        if !prefix.eq_ignore_ascii_case(PREFIX) {
            return None;
        }
        let (url, query) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        Some(web_address(url).map(|url| Self::of(url, query.trim())))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::CheckKind;

    fn bounds(at_least: Option<f64>, at_most: Option<f64>) -> Bounds {
        Bounds { at_least, at_most }
    }

    #[test]
    fn each_side_has_its_own_bounds() {
        let check = PrometheusCheck {
            ok: bounds(Some(1.0), Some(10.0)),
            degraded: bounds(None, Some(20.0)),
            ..PrometheusCheck::of("https://metrics.example.com", "up")
        };
        for (number, verdict) in [
            (0.999, Verdict::Fail),
            (1.0, Verdict::Ok),
            (10.0, Verdict::Ok),
            (10.001, Verdict::Degraded),
            (20.0, Verdict::Degraded),
            (20.001, Verdict::Fail),
            (f64::INFINITY, Verdict::Fail),
            (f64::NEG_INFINITY, Verdict::Fail),
        ] {
            assert_eq!(check.verdict(number), Some(verdict), "{number}");
        }
        assert_eq!(check.verdict(f64::NAN), None);
        let open = PrometheusCheck::of("https://metrics.example.com", "up");
        assert_eq!(open.verdict(f64::INFINITY), Some(Verdict::Ok));
    }

    proptest! {
        #[test]
        fn what_is_further_away_is_never_better(
            ok in -1e6..1e6_f64, more in 0.0..1e6_f64, near in -1e7..1e7_f64, far in 0.0..1e7_f64,
        ) {
            let check = PrometheusCheck {
                ok: bounds(None, Some(ok)),
                degraded: bounds(None, Some(ok + more)),
                ..PrometheusCheck::of("https://metrics.example.com", "up")
            };
            prop_assert!(check.verdict(near) <= check.verdict(near + far));
            prop_assert_eq!(check.verdict(near) == Some(Verdict::Ok), near <= ok);
        }
    }

    #[test]
    fn a_document_comes_back_as_it_was() {
        let short: CheckKind = serde_json::from_str(
            r#"{"prometheus": {"url": "https://metrics.example.com", "query": "up"}}"#,
        )
        .unwrap();
        assert_eq!(short, "prometheus:metrics.example.com up".parse().unwrap());
        let full = PrometheusCheck {
            ok: bounds(Some(0.5), None),
            degraded: bounds(Some(0.1), None),
            empty: Verdict::Fail,
            ..PrometheusCheck::of("https://metrics.example.com", "sum(\n  up\n)")
        };
        let text = serde_json::to_string(&full).unwrap();
        assert_eq!(serde_json::from_str::<PrometheusCheck>(&text).unwrap(), full, "{text}");
    }
}
