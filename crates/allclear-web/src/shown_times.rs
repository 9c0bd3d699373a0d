//! How long probes take, as far as readers are shown that.

use std::collections::HashMap;
use std::sync::Arc;

use allclear_checks::times::{self, Stretch};
use allclear_domain::Check;
use allclear_domain::check::{Histogram, ShownTimes};
use allclear_domain::ids::ComponentId;
use allclear_store::{Store, StoreError};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::limits;

/// How often it is read: what is shown are days.
const EVERY: SignedDuration = SignedDuration::from_mins(10);

/// Whether it is time to read again; so it is where the clock was set back.
pub(crate) fn is_due(read_at: Option<Timestamp>, now: Timestamp) -> bool {
    read_at.is_none_or(|read_at| now.duration_since(read_at).abs() >= EVERY)
}

/// Reads how long probes took that readers are shown, added up for each component.
///
/// # Errors
/// Where the store fails.
pub(crate) async fn read(
    store: &Store,
    checks: &[Check],
    now: Timestamp,
) -> Result<HashMap<ComponentId, Arc<ShownTimes>>, StoreError> {
    let shown: Vec<&Check> = checks.iter().filter(|check| check.shows_times).collect();
    if shown.len() > limits::CHECKS_WITH_SHOWN_TIMES_MAX {
        tracing::warn!(
            checks = shown.len(),
            "readers see how long probes of the first {} checks take",
            limits::CHECKS_WITH_SHOWN_TIMES_MAX
        );
    }
    let mut days_of: HashMap<ComponentId, Vec<Histogram>> = HashMap::new();
    let mut first_day = now;
    for check in shown.into_iter().take(limits::CHECKS_WITH_SHOWN_TIMES_MAX) {
        let found = times::read(store, check.id, Stretch::Quarter, now).await?;
        first_day = found.steps.first().map_or(first_day, |step| step.starts_at);
        for affects in &check.affects {
            let days = days_of.entry(affects.component_id).or_default();
            days.resize(days.len().max(found.steps.len()), Histogram::default());
            for (day, step) in days.iter_mut().zip(&found.steps) {
                day.merge(&step.samples.took);
            }
        }
    }
    let first_day = first_day.to_zoned(TimeZone::UTC).date();
    let times = days_of.into_iter().filter_map(|(component_id, days)| {
        Some((component_id, Arc::new(ShownTimes::of(first_day, &days)?)))
    });
    Ok(times.collect())
}
