//! Checks that stand behind others: a server behind its router, a website behind its server.
//!
//! While a parent is down, a child that fails proves nothing more: its failures are the parent's. It goes
//! on being probed, and what works is heard as ever.

use super::probe::{ProbeResult, Reason, ReasonCode, Verdict};

impl ProbeResult {
    /// The same as no vote: the check with this name is down, and this one stands behind it. What was
    /// found is told all the same.
    #[must_use]
    pub fn behind(self, parent: &str) -> Self {
        let found = self.reason.as_ref().map(|found| format!("; found: {}", found.told));
        let told = format!("it stands behind {parent}, which is down{}", found.unwrap_or_default());
        let reason = Some(Reason::new(ReasonCode::Behind, told));
        Self { verdict: Verdict::Unknown, reason, ..self }
    }
}
