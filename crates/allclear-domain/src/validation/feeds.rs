//! Checks that ask somebody else how things are: providers, Prometheus.

use super::{Validate, Validation};
use crate::check::{Bounds, PrometheusCheck, UpstreamCheck};
use crate::limits;

impl Validate for UpstreamCheck {
    fn validate(&self, validation: &mut Validation) {
        validation.line("url", &self.url, limits::URL_BYTES_MAX);
        let max = limits::CHECK_UPSTREAM_COMPONENTS_MAX;
        named_once("components", &self.components, max, validation);
        named_once("ended", &self.ended, limits::CHECK_ENDED_WORDS_MAX, validation);
        let days = 1..=limits::CHECK_ENTRY_DAYS_MAX;
        validation.number("entry_days_max", u32::from(self.entry_days_max), days);
    }
}

/// A list of words that are not empty, each of which says something new.
fn named_once(field: &str, words: &[String], max: usize, validation: &mut Validation) {
    validation.each(field, words, max, |validation, one| validation.title("name", one));
    for (place, one) in words.iter().enumerate().take(max) {
        if words.iter().take(place).any(|other| other == one) {
            validation.within(format_args!("{field}[{place}]"), |validation| {
                validation.refuse("is named twice: name each once");
            });
        }
    }
}

impl Validate for PrometheusCheck {
    fn validate(&self, validation: &mut Validation) {
        validation.line("url", &self.url, limits::URL_BYTES_MAX);
        if self.query.trim().is_empty() {
            validation.within("query", |validation| {
                validation.refuse("is empty: write what is asked, such as up{job=\"shop\"}");
            });
        }
        validation.bounded("query", &self.query, limits::CHECK_QUERY_BYTES_MAX);
        if let Some(sign_in) = &self.sign_in {
            validation.part("sign_in", sign_in);
        }
        validation.part("ok", &self.ok);
        validation.part("degraded", &self.degraded);
        let (ok, degraded) = (self.ok, self.degraded);
        let low = (ok.at_least, degraded.at_least, "at_least", "above");
        let high = (ok.at_most.map(|it| -it), degraded.at_most.map(|it| -it), "at_most", "below");
        for (ok, degraded, field, side) in [low, high] {
            let problem = match (ok, degraded) {
                (None, Some(_)) => format!("is said without a bound `ok.{field}`: say that, too"),
                (Some(ok), Some(degraded)) if degraded > ok => {
                    format!("is {side} `ok.{field}`, so that nothing lies between: correct one")
                }
                _ => continue,
            };
            validation
                .within(format_args!("degraded.{field}"), |validation| validation.refuse(problem));
        }
    }
}

impl Validate for Bounds {
    fn validate(&self, validation: &mut Validation) {
        for (field, bound) in [("at_least", self.at_least), ("at_most", self.at_most)] {
            if bound.is_some_and(|bound| !bound.is_finite()) {
                validation.within(field, |validation| validation.refuse("is no number"));
            }
        }
        if self.at_least.zip(self.at_most).is_some_and(|(least, most)| least > most) {
            validation.within("at_least", |validation| {
                validation.refuse("is above `at_most`: correct one of them");
            });
        }
    }
}
