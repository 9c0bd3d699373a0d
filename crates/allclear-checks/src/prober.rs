//! Who probes.

use std::pin::Pin;
use std::sync::Arc;

use allclear_domain::Check;
use allclear_domain::check::ProbeResult;
use jiff::Timestamp;

/// What one probe will have found.
pub type Probing = Pin<Box<dyn Future<Output = ProbeResult> + Send>>;

/// Whoever tries what a check says. It keeps the check's deadline, and always ends in a result.
pub trait Prober: Send + Sync {
    /// Tries it once; `probed_at` is the present.
    fn probe(&self, check: Arc<Check>, probed_at: Timestamp) -> Probing;
}
