//! Who is on the way to what cannot be reached, looked for beside the duty that probes: what is believed
//! never waits for it.

use std::collections::HashMap;

use allclear_domain::ids::CheckId;

use super::*;
use crate::limits::{TRACES_APART, TRACES_MAX};

/// What is on a way: the check, when its run of failures began, and what is to be told.
pub(super) type Traced = (CheckId, Timestamp, Vec<String>);

/// Ways that are looked along.
#[derive(Debug, Default)]
pub(super) struct Traces {
    running: JoinSet<Traced>,
    /// When that began last, of each check.
    begun: HashMap<CheckId, Instant>,
}

impl Traces {
    /// The next one that ends; never, where none runs.
    pub(super) async fn next(&mut self) -> Option<Traced> {
        match self.running.join_next().await {
            Some(Ok(traced)) => Some(traced),
            // One that broke off tells nothing.
            Some(Err(_)) => None,
            None => std::future::pending().await,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Whether there is room for one of this check.
    fn has_room(&self, id: CheckId, now: Instant) -> bool {
        let is_recent = |at: &Instant| now.saturating_duration_since(*at) < TRACES_APART;
        self.running.len() < TRACES_MAX && !self.begun.get(&id).is_some_and(is_recent)
    }
}

impl Watch {
    /// Begins to look for who is on the way to what could not be reached, as far as there is room. Where there
    /// is none, the next failure of the run asks again.
    pub(super) fn trace(&self, state: &mut State, traces: &mut Traces, now: Timestamp) {
        let instant = Instant::now();
        for (id, began_at) in state.board.take_unreached() {
            if !traces.has_room(id, instant) {
                continue;
            }
            let Some(tracing) = self.prober.trace(id, now) else { continue };
            let is_recent = |at: &Instant| instant.saturating_duration_since(*at) < TRACES_APART;
            traces.begun.retain(|_, at| is_recent(at));
            traces.begun.insert(id, instant);
            let traced = async move { (id, began_at, tracing.await) };
            traces.running.spawn_on(traced, &self.probes_on());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_few_ways_are_looked_along_and_each_not_too_often() {
        let entropy = Entropy::from_seed(1);
        let ids: Vec<CheckId> = (0..8).map(|_| entropy.id(Timestamp::UNIX_EPOCH)).collect();
        let (mut traces, now) = (Traces::default(), Instant::now());
        traces.begun.insert(ids[0], now);
        assert!(!traces.has_room(ids[0], now + TRACES_APART / 2));
        assert!(traces.has_room(ids[0], now + TRACES_APART));
        for id in &ids[..TRACES_MAX] {
            assert!(traces.has_room(ids[7], now));
            let id = *id;
            traces.running.spawn(async move { (id, Timestamp::UNIX_EPOCH, Vec::new()) });
        }
        assert!(!traces.has_room(ids[7], now));
        assert!(traces.next().await.is_some());
        assert!(traces.has_room(ids[7], now));
    }
}
