//! What probing says of itself, for those who watch Allclear.

use std::sync::{Arc, Mutex, PoisonError};

use allclear_domain::check::Verdict;
use jiff::SignedDuration;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::watchdog::Unprobed;

/// Bounds of the buckets of the lag, in seconds.
const LAGS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// What a probe found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Found {
    verdict: &'static str,
}

/// The lane that a probe began in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Lane {
    lane: &'static str,
}

/// What probing says of itself.
#[derive(Clone, Debug)]
pub struct Figures {
    probes: Family<Found, Counter>,
    lag: Family<Lane, Histogram, fn() -> Histogram>,
    written: Counter,
    here: Gauge,
    checks: Gauge,
    in_flight: Gauge,
    unwritten: Gauge,
    unprobed: Gauge,
    /// The checks that this counts.
    unprobed_checks: Arc<Mutex<Vec<Unprobed>>>,
}

impl Default for Figures {
    fn default() -> Self {
        let (probes, written, here, checks, in_flight, unwritten) = Default::default();
        let lag: fn() -> Histogram = || Histogram::new(LAGS);
        let lag = Family::new_with_constructor(lag);
        let (unprobed, unprobed_checks) = Default::default();
        Self { probes, lag, written, here, checks, in_flight, unwritten, unprobed, unprobed_checks }
    }
}

impl Figures {
    /// Has them told together with those of others.
    pub fn register(&self, registry: &mut Registry) {
        let probes = self.probes.clone();
        registry.register("allclear_probes", "Probes that ended, by what they found", probes);
        registry.register_with_unit(
            "allclear_probe_lag",
            "How late probes began, by lane",
            Unit::Seconds,
            self.lag.clone(),
        );
        let help = "Results of probes that are written for good";
        registry.register("allclear_probe_results_written", help, self.written.clone());
        let help = "Whether this node probes; of several on one database one does";
        registry.register("allclear_probes_here", help, self.here.clone());
        registry.register("allclear_checks", "Checks that are probed", self.checks.clone());
        registry.register("allclear_probes_in_flight", "Probes that run", self.in_flight.clone());
        let help = "Checks whose last result is not written yet";
        registry.register("allclear_probe_results_unwritten", help, self.unwritten.clone());
        let help = "Checks that nobody probed for three intervals";
        registry.register("allclear_checks_unprobed", help, self.unprobed.clone());
    }

    pub(crate) fn began(&self, lag: SignedDuration, is_slow: bool) {
        let lane = if is_slow { "slow" } else { "quick" };
        self.lag.get_or_create(&Lane { lane }).observe(lag.as_secs_f64().max(0.0));
    }

    pub(crate) fn ended(&self, verdict: Verdict) {
        self.probes.get_or_create(&Found { verdict: verdict.as_str() }).inc();
    }

    pub(crate) fn wrote(&self, results: u64) {
        self.written.inc_by(results);
    }

    /// Checks that nobody probed for three intervals, the longest so first.
    #[must_use]
    pub fn list_unprobed(&self) -> Vec<Unprobed> {
        self.unprobed_checks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn unprobed(&self, checks: Vec<Unprobed>) {
        self.unprobed.set(i64::try_from(checks.len()).unwrap_or(i64::MAX));
        *self.unprobed_checks.lock().unwrap_or_else(PoisonError::into_inner) = checks;
    }

    pub(crate) fn probes_here(&self, is_here: bool) {
        self.here.set(i64::from(is_here));
    }

    pub(crate) fn stand(&self, checks: usize, in_flight: usize, unwritten: usize) {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.checks.set(number(checks));
        self.in_flight.set(number(in_flight));
        self.unwritten.set(number(unwritten));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_told_by_verdict_and_lane() {
        let figures = Figures::default();
        let mut registry = Registry::default();
        figures.register(&mut registry);
        figures.began(SignedDuration::from_millis(3), false);
        figures.began(SignedDuration::from_millis(-3), false);
        figures.began(SignedDuration::from_secs(2), true);
        figures.ended(Verdict::Fail);
        figures.wrote(7);
        figures.probes_here(true);
        figures.stand(12, 2, 1);
        let mut told = String::new();
        prometheus_client::encoding::text::encode(&mut told, &registry).unwrap();
        for line in [
            r#"allclear_probes_total{verdict="fail"} 1"#,
            r#"allclear_probe_lag_seconds_bucket{le="0.001",lane="quick"} 1"#,
            r#"allclear_probe_lag_seconds_bucket{le="0.005",lane="quick"} 2"#,
            r#"allclear_probe_lag_seconds_count{lane="slow"} 1"#,
            "allclear_probe_results_written_total 7",
            "allclear_probes_here 1",
            "allclear_checks_unprobed 0",
            "allclear_checks 12",
            "allclear_probes_in_flight 2",
            "allclear_probe_results_unwritten 1",
        ] {
            assert!(told.lines().any(|told| told == line), "{line} is missing from:\n{told}");
        }
    }
}
