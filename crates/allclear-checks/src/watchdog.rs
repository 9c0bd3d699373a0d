//! Watches over probing itself. What it says is read from the store, where results are written for good:
//! whatever keeps them from there, a check of which none came for three intervals is named, and nobody
//! elsewhere is told that all is well.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use allclear_domain::check::{Check, CheckKind, HttpCheck, OnOutage, Patience, Verdict};
use allclear_domain::ids::CheckId;
use allclear_domain::text::Key;
use allclear_domain::{Clock, Entropy};
use allclear_store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::figures::Figures;
use crate::keeping;
use crate::prober::Prober;

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Checks that one line of the log names.
const NAMED_MAX: usize = 10;

/// Who is told elsewhere that probing goes on.
#[derive(Clone)]
pub struct SignOfLife {
    /// What is asked for. Whoever knows it can say that all is well: it is never shown.
    pub url: String,
    /// How often.
    pub every: SignedDuration,
}

impl std::fmt::Debug for SignOfLife {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignOfLife(every {})", self.every)
    }
}

impl SignOfLife {
    /// What is tried for it: nobody judges it.
    fn check(&self, entropy: &Entropy, now: Timestamp) -> Option<Check> {
        Some(Check {
            id: entropy.id(now),
            key: Key::new("sign-of-life").ok()?,
            name: "Sign of life".to_owned(),
            kind: CheckKind::Http(HttpCheck::of(self.url.clone())),
            interval_seconds: Check::USUAL_INTERVAL_SECONDS,
            deadline_ms: Check::USUAL_DEADLINE_MS,
            slow_after_ms: None,
            patience: Patience::default(),
            affects: Vec::new(),
            on_outage: OnOutage::Nothing,
            tags: Vec::new(),
            shows_times: false,
            parents: Vec::new(),
            paused_at: None,
            created_at: now,
        })
    }
}

/// A check that nobody probes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unprobed {
    /// The check.
    pub id: CheckId,
    /// Its name.
    pub name: String,
    /// How long.
    pub length: SignedDuration,
}

/// What one run saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Checks that nobody probes, the longest so first.
    pub unprobed: Vec<Unprobed>,
    /// Whether a sign of life was sent, and taken.
    pub is_sent: bool,
}

/// Watches over probing.
pub struct Watchdog {
    store: Store,
    clock: Arc<dyn Clock>,
    prober: Arc<dyn Prober>,
    figures: Figures,
    /// What this node is called where the store says who probes.
    holder: String,
    /// What is asked for, and how often.
    sign: Option<(Arc<Check>, SignedDuration)>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    revision: i64,
    /// Every check, and since when it is known to be probed.
    checks: HashMap<CheckId, (Check, Timestamp)>,
    /// Those that were named in the log.
    named: Vec<CheckId>,
    sent_at: Option<Timestamp>,
    is_refused: bool,
}

impl Watchdog {
    /// One for the node that is called `holder`; what it sees is told with `figures`.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: &Entropy,
        prober: Arc<dyn Prober>,
        (figures, holder): (Figures, String),
        sign: Option<SignOfLife>,
    ) -> Self {
        let sign = sign.and_then(|sign| {
            let check = sign.check(entropy, clock.now())?;
            Some((Arc::new(check), sign.every))
        });
        Self { store, clock, prober, figures, holder, sign, state: Mutex::default() }
    }

    /// One look.
    ///
    /// # Errors
    /// Where the store cannot be read: then nobody is told anything.
    pub async fn run_once(&self, now: Timestamp) -> Result<Report, StoreError> {
        let state = &mut *self.state.lock().await;
        let changes = self.store.check_changes_since(state.revision).await?;
        for id in changes.removed {
            state.checks.remove(&id);
        }
        for check in changes.checks {
            let before = state.checks.get(&check.id);
            let goes_on = before.filter(|(before, _)| before.paused_at == check.paused_at);
            // One that is new, or resumed, was not left alone before.
            let since = goes_on.map_or(now, |(_, since)| *since);
            state.checks.insert(check.id, (check, since));
        }
        state.revision = changes.revision;
        let probed: HashMap<_, _> = self.store.list_probed().await?.into_iter().collect();
        let probed_at = |id: &CheckId, since: Timestamp| probed.get(id).copied().unwrap_or(since);
        let unprobed = state.checks.iter().filter_map(|(id, (check, since))| {
            let length = check.unprobed_for(probed_at(id, *since), now)?;
            Some(Unprobed { id: *id, name: check.name.clone(), length })
        });
        let mut unprobed: Vec<_> = unprobed.collect();
        unprobed.sort_by_key(|one| (std::cmp::Reverse(one.length), one.id));
        let is_late = |(id, (check, since)): (&CheckId, &(Check, Timestamp))| {
            check.is_late(probed_at(id, *since), now)
        };
        let is_well = !state.checks.iter().any(is_late);
        state.tell(&unprobed);
        self.figures.unprobed(unprobed.clone());
        let is_sent = is_well && self.send(state, now).await?;
        Ok(Report { unprobed, is_sent })
    }

    /// Says elsewhere that every check that was due is probed and its result written, where it is time to
    /// and this is the node that probes.
    async fn send(&self, state: &mut State, now: Timestamp) -> Result<bool, StoreError> {
        let Some((check, every)) = &self.sign else { return Ok(false) };
        let is_time = |sent: Timestamp| now.duration_since(sent).abs() >= *every;
        let lease = self.store.find_lease(keeping::LEASE).await?;
        let is_here = lease.is_some_and(|lease| lease.holder == self.holder);
        if !is_here || !state.sent_at.is_none_or(is_time) {
            return Ok(false);
        }
        let result = self.prober.probe(check.clone(), now).await;
        let is_taken = matches!(result.verdict, Verdict::Ok | Verdict::Degraded);
        if is_taken {
            state.sent_at = Some(now);
        } else if !state.is_refused {
            let code = result.reason.map(|reason| reason.code);
            // Reasons may repeat the address, which is a secret.
            tracing::warn!(?code, "the sign of life was not taken; it is tried again");
        }
        state.is_refused = !is_taken;
        Ok(is_taken)
    }

    /// Runs until it is dropped.
    pub async fn run(&self) {
        loop {
            if let Err(error) = self.run_once(self.clock.now()).await {
                tracing::error!(%error, "whether every check is probed cannot be read");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

impl State {
    /// Says in the log which checks nobody probes, each once, and when all are probed again.
    fn tell(&mut self, unprobed: &[Unprobed]) {
        let new: Vec<_> = unprobed.iter().filter(|one| !self.named.contains(&one.id)).collect();
        if !new.is_empty() {
            let names: Vec<_> = new.iter().take(NAMED_MAX).map(|one| one.name.as_str()).collect();
            let count = new.len();
            tracing::error!(count, ?names, "checks were not probed for three intervals");
        } else if unprobed.is_empty() && !self.named.is_empty() {
            tracing::info!("every check is probed again");
        }
        self.named = unprobed.iter().map(|one| one.id).collect();
    }
}

#[cfg(test)]
mod tests;
