//! What Prometheus answers to an instant query (“HTTP API”, “Instant queries”).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::kinds::unread::line;
use crate::limits;

/// A sample, with its labels in order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) labels: Vec<(String, String)>,
    pub(super) value: f64,
}

/// What a query gives.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Results {
    pub(super) samples: Vec<Sample>,
    /// What Prometheus remarks on the query.
    pub(super) remarks: Vec<String>,
}

/// Why an answer is of no use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// Prometheus says so itself, in these words.
    Refused(String),
    /// It is not what is expected.
    Odd(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    status: String,
    data: Option<Data>,
    error_type: Option<String>,
    error: Option<String>,
    warnings: Option<Vec<String>>,
    infos: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: Value,
}

#[derive(Deserialize)]
struct Series {
    #[serde(default)]
    metric: BTreeMap<String, String>,
    /// When, and the number as a text. A histogram has none.
    value: Option<(f64, String)>,
}

/// Reads an answer.
pub(super) fn read(body: &[u8]) -> Result<Results, Unusable> {
    let odd = |error: serde_json::Error| {
        Unusable::Odd(format!("what answers does not speak the API of Prometheus: {error}"))
    };
    let body: Body = serde_json::from_slice(body).map_err(odd)?;
    if body.status != "success" {
        let words = [body.error_type, body.error].into_iter().flatten();
        return Err(Unusable::Refused(words.collect::<Vec<_>>().join(": ")));
    }
    let data = body.data.ok_or_else(|| Unusable::Odd("the answer holds no data".to_owned()))?;
    let samples = match data.result_type.as_str() {
        "vector" => {
            let series: Vec<Series> = serde_json::from_value(data.result).map_err(odd)?;
            series.into_iter().map(sample).collect::<Result<_, _>>()?
        }
        "scalar" => {
            let (_, text): (f64, String) = serde_json::from_value(data.result).map_err(odd)?;
            vec![Sample { labels: Vec::new(), value: number(&text)? }]
        }
        "matrix" => {
            let told = "the query gives ranges of samples: ask for an instant, without […], or with a \
                        function such as rate(…) around it";
            return Err(Unusable::Odd(told.to_owned()));
        }
        other => {
            let told = format!("the query gives a {}, which is no number", line(other));
            return Err(Unusable::Odd(told));
        }
    };
    let remarks = body.warnings.into_iter().chain(body.infos).flatten();
    let remarks = remarks.take(limits::TOLD_RECORDS_MAX).map(|remark| line(&remark)).collect();
    Ok(Results { samples, remarks })
}

fn sample(Series { metric, value }: Series) -> Result<Sample, Unusable> {
    let Some((_, text)) = value else {
        let told = "the query gives histograms, which are no numbers: ask for one, such as with \
                    histogram_quantile(…)";
        return Err(Unusable::Odd(told.to_owned()));
    };
    Ok(Sample { value: number(&text)?, labels: metric.into_iter().collect() })
}

/// A number as Prometheus writes it, with `NaN`, `+Inf` and `-Inf` among them.
fn number(text: &str) -> Result<f64, Unusable> {
    text.parse()
        .map_err(|_| Unusable::Odd(format!("the query gives “{}”, which is no number", line(text))))
}
