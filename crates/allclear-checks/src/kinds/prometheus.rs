//! The kind `prometheus`: a query, and the bounds that every sample of the answer has to keep. A server that cannot
//! be asked, or does not understand the query, says nothing of what is asked for: nothing is known then.

mod answer;

use std::fmt::Write as _;

use allclear_domain::check::{Bounds, HttpCheck, PrometheusCheck, Reason, ReasonCode, Verdict};
use tokio::time::Instant;
use url::Url;

use self::answer::{Results, Sample};
use super::http::{Answer, HttpProbe, reading};
use super::record::Record;
use super::unread::{badness, line, unread, untold};
use super::{NotReady, Way, reason};
use crate::limits;

/// Where queries go.
const PATH: &str = "/api/v1/query";

/// A check of the kind `prometheus` that is read and can be tried.
#[derive(Debug)]
pub struct PrometheusProbe {
    check: PrometheusCheck,
    query: HttpProbe,
}

impl PrometheusProbe {
    /// Reads the check.
    pub(super) fn new(check: &PrometheusCheck) -> Result<Self, NotReady> {
        let mut url = Url::parse(&check.url)
            .map_err(|error| NotReady::new("url", format!("is no address: {error}")))?;
        let path = url.path().trim_end_matches('/');
        if !path.ends_with(PATH) {
            url.set_path(&format!("{path}{PATH}"));
        }
        url.query_pairs_mut().append_pair("query", &check.query);
        let sign_in = check.sign_in.clone();
        let http = HttpCheck { sign_in, ..reading(url.as_str(), "application/json") };
        Ok(Self { check: check.clone(), query: HttpProbe::new(&http)? })
    }

    /// Asks once.
    pub(super) async fn run(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        let answer = self.query.ask(way, record, deadline).await;
        let answer = answer.map_err(|why| unread("Prometheus", why))?;
        let results = results(&answer)?;
        results
            .remarks
            .iter()
            .for_each(|remark| record.noted(&format!("Prometheus remarks: {remark}")));
        let (verdict, told) = self.judge(&results.samples);
        match verdict {
            Verdict::Ok => {
                record.noted(&told);
                Ok(())
            }
            Verdict::Degraded => Err(reason(ReasonCode::Impaired, told)),
            Verdict::Fail => Err(reason(ReasonCode::Assertion, told)),
            Verdict::Unknown => Err(untold(told)),
        }
    }

    /// What all samples are together: as bad as the worst, which is told.
    fn judge(&self, samples: &[Sample]) -> (Verdict, String) {
        let of = |sample: &Sample| self.check.verdict(sample.value).unwrap_or(self.check.empty);
        let mut worst: Option<(&Sample, Verdict)> = None;
        for sample in samples {
            let verdict = of(sample);
            let is_worse = worst.is_none_or(|(known, before)| {
                (badness(verdict), self.distance(sample)) > (badness(before), self.distance(known))
            });
            if is_worse {
                worst = Some((sample, verdict));
            }
        }
        let Some((sample, verdict)) = worst else {
            let told = "the query gives nothing, and nothing is no number".to_owned();
            return (self.check.empty, told);
        };
        let mut told = format!("{} is {}", named(sample), number(sample.value));
        if sample.value.is_nan() {
            told.push_str(", which is no number");
        }
        if verdict != Verdict::Ok && !self.check.ok.is_open() {
            // Writing to a string does not fail.
            let _ = write!(told, ": it should be {}", range(&self.check.ok));
        }
        if samples.len() > 1 {
            let as_bad = samples.iter().filter(|sample| of(sample) == verdict).count();
            let what = if verdict == Verdict::Ok { "right" } else { "as bad" };
            let _ = write!(told, " ({as_bad} of {} samples are {what})", samples.len());
        }
        (verdict, told)
    }

    /// How far a sample is beyond the bounds.
    fn distance(&self, sample: &Sample) -> f64 {
        let low = self.check.ok.at_least.map_or(0.0, |bound| bound - sample.value);
        let high = self.check.ok.at_most.map_or(0.0, |bound| sample.value - bound);
        let distance = low.max(high);
        if distance.is_nan() { 0.0 } else { distance }
    }
}

/// What an answer says, whatever its status is: errors of Prometheus have words.
fn results(answer: &Answer) -> Result<Results, Reason> {
    match answer::read(&answer.body) {
        Ok(results) => Ok(results),
        Err(answer::Unusable::Refused(words)) => {
            Err(untold(format!("Prometheus cannot answer the query: {}", line(&words))))
        }
        Err(_) if !answer.status.is_success() => {
            Err(unread("Prometheus", untold(format!("the status is {}, not 200", answer.status))))
        }
        Err(answer::Unusable::Odd(what)) => Err(untold(what)),
    }
}

/// A sample by its name and labels, as one writes them.
fn named(sample: &Sample) -> String {
    let name = sample.labels.iter().find(|(label, _)| label == "__name__");
    let mut labels = sample.labels.iter().filter(|(label, _)| label != "__name__");
    let told: Vec<String> = labels
        .by_ref()
        .take(limits::TOLD_LABELS_MAX)
        .map(|(label, value)| format!("{}={:?}", line(label), line(value)))
        .collect();
    let more = if labels.next().is_some() { ",…" } else { "" };
    let name = name.map(|(_, name)| line(name)).unwrap_or_default();
    match (name.is_empty(), told.is_empty()) {
        (true, true) => "the result".to_owned(),
        (false, true) => name,
        _ => format!("{name}{{{}{more}}}", told.join(",")),
    }
}

fn number(value: f64) -> String {
    match value {
        _ if value.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        // Very large and very small ones would fill lines.
        _ if value != 0.0 && !(1e-6..1e15).contains(&value.abs()) => format!("{value:e}"),
        _ => value.to_string(),
    }
}

fn range(bounds: &Bounds) -> String {
    match (bounds.at_least, bounds.at_most) {
        (Some(least), Some(most)) => format!("{} to {}", number(least), number(most)),
        (Some(least), None) => format!("at least {}", number(least)),
        (None, Some(most)) => format!("at most {}", number(most)),
        (None, None) => "any number".to_owned(),
    }
}

#[cfg(test)]
mod tests;
