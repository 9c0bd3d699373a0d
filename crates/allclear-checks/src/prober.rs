//! Who probes.

use std::pin::Pin;
use std::sync::Arc;

use allclear_domain::Check;
use allclear_domain::check::{ProbeResult, Round};
use jiff::Timestamp;

/// What one probe will have found.
pub type Probing = Pin<Box<dyn Future<Output = ProbeResult> + Send>>;

/// What sentinels will have done.
pub type Looking = Pin<Box<dyn Future<Output = Round> + Send>>;

/// Whoever tries what a check says. It keeps the check's deadline, and always ends in a result.
pub trait Prober: Send + Sync {
    /// Tries it once; `probed_at` is the present.
    fn probe(&self, check: Arc<Check>, probed_at: Timestamp) -> Probing;

    /// Asks the sentinels of the place that it probes from. Where there are none, nobody can tell
    /// whether a failure is our own, and each is heard as it is.
    fn look(&self) -> Looking {
        Box::pin(std::future::ready(Round::default()))
    }
}
