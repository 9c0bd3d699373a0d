//! The shape of what a check found over a stretch of time.

use allclear_checks::times::{Step, Stretch, Times};
use allclear_domain::check::Samples;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// What a check found over a stretch of time.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ResponseTimes")]
pub(super) struct TimesJson {
    /// Seconds that a step takes.
    step_seconds: i64,
    /// All of it.
    all: FoundJson,
    /// Its steps in order; those in which nothing was found are left out.
    steps: Vec<StepJson>,
}

/// What was found in one step.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ResponseTimesStep")]
struct StepJson {
    /// When it begins.
    starts_at: Timestamp,
    found: FoundJson,
}

/// What probes found, added up. A time is that which so many of those that worked did not exceed, at
/// most 3.2 % off; `null` where none worked.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Found")]
struct FoundJson {
    /// Probes that worked.
    ok: u32,
    /// Probes that worked badly.
    degraded: u32,
    /// Probes that failed.
    failed: u32,
    /// Probes that say nothing of the target.
    unknown: u32,
    /// Microseconds that half of them did not exceed.
    p50_us: Option<u64>,
    /// Microseconds that 95 of 100 did not exceed.
    p95_us: Option<u64>,
    /// Microseconds that 99 of 100 did not exceed.
    p99_us: Option<u64>,
}

impl TimesJson {
    pub(super) fn of(stretch: Stretch, times: &Times) -> Self {
        let found = times.steps.iter().filter(|step| step.samples.count() > 0);
        let step = |step: &Step| StepJson {
            starts_at: step.starts_at,
            found: FoundJson::of(&step.samples),
        };
        Self {
            step_seconds: stretch.step().as_secs(),
            all: FoundJson::of(&times.all),
            steps: found.map(step).collect(),
        }
    }
}

impl FoundJson {
    fn of(samples: &Samples) -> Self {
        let Samples { ok, degraded, failed, unknown, ref took } = *samples;
        let [p50_us, p95_us, p99_us] = [50, 95, 99].map(|percent| took.percentile(percent));
        Self { ok, degraded, failed, unknown, p50_us, p95_us, p99_us }
    }
}
