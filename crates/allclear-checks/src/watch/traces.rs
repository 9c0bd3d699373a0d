//! Who is on the way to what cannot be reached, looked for beside the duty that probes: what is believed
//! never waits for it. Checks of the same address share what is found.

use std::collections::HashMap;
use std::net::IpAddr;

use allclear_domain::ids::CheckId;

use super::*;
use crate::limits::{TRACES_APART, TRACES_MAX};
use crate::prober::{Trace, Tracing};

/// What is to be told: the check, when its run of failures began, and what came of looking.
pub(super) type Traced = (CheckId, Timestamp, Trace);

/// Ways that are looked along.
#[derive(Debug, Default)]
pub(super) struct Traces {
    running: JoinSet<(IpAddr, Trace)>,
    /// The last one to each address, as long as no other one begins.
    looks: HashMap<IpAddr, Look>,
}

/// One way, looked along once.
#[derive(Debug)]
struct Look {
    begun_at: Instant,
    /// What was found; nothing as long as it runs.
    found: Option<Trace>,
    /// Who shares it, and when the run of failures of each began.
    asked: HashMap<CheckId, Timestamp>,
}

impl Traces {
    /// What is to be told when the next one ends; never, where none runs.
    pub(super) async fn next(&mut self) -> Vec<Traced> {
        let (address, trace) = match self.running.join_next().await {
            Some(Ok(traced)) => traced,
            // One that broke off tells nothing.
            Some(Err(_)) => return Vec::new(),
            None => std::future::pending().await,
        };
        let Some(look) = self.looks.get_mut(&address) else { return Vec::new() };
        look.found = Some(trace.clone());
        look.asked.iter().map(|(id, began_at)| (*id, *began_at, trace.clone())).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Forgets for whom was looked: their runs of failures are not known any more. Where was looked, and
    /// when, stays.
    pub(super) fn forget_checks(&mut self) {
        for look in self.looks.values_mut() {
            look.asked.clear();
        }
    }

    /// Begins to look along the way of a check, as far as there is room, or has the check share what was
    /// found on that way lately. Where that is known already, it is given.
    fn ask(
        &mut self,
        (id, began_at): (CheckId, Timestamp),
        tracing: Tracing,
        now: Instant,
        on: &Handle,
    ) -> Option<Trace> {
        self.looks.retain(|_, look| now.saturating_duration_since(look.begun_at) < TRACES_APART);
        let Tracing { address, looking } = tracing;
        if let Some(look) = self.looks.get_mut(&address) {
            // Another run of failures of the same check has a way of its own, later.
            let is_new = !look.asked.contains_key(&id);
            return is_new.then(|| look.share(id, began_at)).flatten();
        }
        if self.running.len() < TRACES_MAX {
            let asked = HashMap::from([(id, began_at)]);
            self.looks.insert(address, Look { begun_at: now, found: None, asked });
            self.running.spawn_on(async move { (address, looking.await) }, on);
        }
        None
    }
}

impl Look {
    /// Has one more check share it. Why nothing is known was told to those who waited for it.
    fn share(&mut self, id: CheckId, began_at: Timestamp) -> Option<Trace> {
        self.asked.insert(id, began_at);
        self.found.clone().filter(|found| matches!(found, Trace::Way(_)))
    }
}

impl Watch {
    /// Begins to look for who is on the way to what could not be reached, as far as there is room. Where there
    /// is none, the next failure of the run asks again.
    pub(super) fn trace(&self, state: &mut State, traces: &mut Traces, now: Timestamp) {
        let (instant, on) = (Instant::now(), self.probes_on());
        for (id, began_at) in state.board.take_unreached() {
            let Some(tracing) = self.prober.trace(id, now) else { continue };
            if let Some(trace) = traces.ask((id, began_at), tracing, instant, &on) {
                state.board.note_way(id, began_at, trace);
            }
        }
    }

    /// Takes in what was found on a way.
    pub(super) fn note_ways(state: &mut State, traced: Vec<Traced>) {
        for (id, began_at, trace) in traced {
            state.board.note_way(id, began_at, trace);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::for_tests::at;

    fn ids() -> Vec<CheckId> {
        let entropy = Entropy::from_seed(1);
        (0..8).map(|_| entropy.id(Timestamp::UNIX_EPOCH)).collect()
    }

    /// The way to one of several addresses, where somebody is found.
    fn way(last: u8) -> Tracing {
        let found = Trace::Way(vec![format!("1: a router to {last}")]);
        let looking = Box::pin(async move { found });
        Tracing { address: [192, 0, 2, last].into(), looking }
    }

    fn told(last: u8) -> Trace {
        Trace::Way(vec![format!("1: a router to {last}")])
    }

    #[tokio::test]
    async fn a_few_ways_are_looked_along_and_each_not_too_often() {
        let (mut traces, ids, now, on) =
            (Traces::default(), ids(), Instant::now(), Handle::current());
        for last in 0..8 {
            assert_eq!(traces.ask((ids[0], at(0)), way(last), now, &on), None);
            assert_eq!(traces.running.len(), TRACES_MAX.min(usize::from(last) + 1));
        }
        while !traces.is_empty() {
            assert_eq!(traces.next().await.len(), 1);
        }
        let mut begins_at = |after: Duration| {
            traces.ask((ids[0], at(9)), way(0), now + after, &on);
            traces.running.len()
        };
        assert_eq!(begins_at(TRACES_APART / 2), 0, "another run, and too soon");
        assert_eq!(begins_at(TRACES_APART), 1);
    }

    #[tokio::test]
    async fn checks_of_one_address_share_one_way() {
        let (mut traces, ids, now, on) =
            (Traces::default(), ids(), Instant::now(), Handle::current());
        for id in &ids[..6] {
            assert_eq!(traces.ask((*id, at(0)), way(7), now, &on), None);
        }
        assert_eq!(traces.running.len(), 1);
        let mut shared = traces.next().await;
        shared.sort_by_key(|(id, _, _)| *id);
        let mut all: Vec<_> = ids[..6].iter().map(|id| (*id, at(0), told(7))).collect();
        all.sort_by_key(|(id, _, _)| *id);
        assert_eq!(shared, all);
        // One that fails a little later has it at once, and once.
        assert_eq!(traces.ask((ids[6], at(30)), way(7), now, &on), Some(told(7)));
        assert_eq!(traces.ask((ids[6], at(60)), way(7), now, &on), None);
        assert!(traces.is_empty());
    }

    #[tokio::test]
    async fn what_was_looked_along_is_known_when_the_turn_changes() {
        let (mut traces, ids, now, on) =
            (Traces::default(), ids(), Instant::now(), Handle::current());
        traces.ask((ids[0], at(0)), way(7), now, &on);
        traces.ask((ids[0], at(0)), way(8), now, &on);
        traces.forget_checks();
        // What was begun before is nothing of the runs that are known from here on.
        assert_eq!((traces.next().await, traces.next().await), (Vec::new(), Vec::new()));
        assert_eq!(traces.ask((ids[0], at(20)), way(7), now, &on), Some(told(7)));
        assert!(traces.is_empty());
    }

    #[tokio::test]
    async fn why_nothing_is_known_is_told_to_those_who_waited() {
        let (mut traces, ids, now, on) =
            (Traces::default(), ids(), Instant::now(), Handle::current());
        let unknown = || Trace::Unknown(Some("it was not looked for".to_owned()));
        let tracing = || Tracing { looking: Box::pin(async move { unknown() }), ..way(7) };
        traces.ask((ids[0], at(0)), tracing(), now, &on);
        assert_eq!(traces.next().await, [(ids[0], at(0), unknown())]);
        assert_eq!(traces.ask((ids[1], at(0)), tracing(), now, &on), None);
        assert!(traces.is_empty());
    }
}
