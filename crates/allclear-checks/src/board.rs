//! Which checks are due, what is believed of each, and what of that is not written yet. Pure: it knows
//! no clock, no store and no network.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use allclear_domain::Check;
use allclear_domain::check::{
    Exchange, Judgment, Outage, ProbeResult, Reason, Round, Threshold, Turn, Verdict, next_probe_at,
};
use allclear_domain::ids::CheckId;
use allclear_store::Judged;
use jiff::{SignedDuration, Timestamp};

use crate::sight::{Lookout, Seen, Settled};

/// Results that are not written yet, at most: beyond, nothing is probed until some are.
pub const UNWRITTEN_MAX: usize = 100_000;

/// All checks that are probed.
#[derive(Debug, Default)]
pub struct Board {
    checks: HashMap<CheckId, Watched>,
    /// When each is due. An entry whose time is not that of its check any more counts for nothing.
    due: BinaryHeap<Reverse<(Timestamp, CheckId)>>,
    unwritten: Unwritten,
    /// Failures that are not heard yet.
    pub(crate) lookout: Lookout,
}

/// One check.
#[derive(Debug)]
struct Watched {
    check: Arc<Check>,
    judgment: Judgment,
    last_bad: Option<ProbeResult>,
    /// `None` while it is probed.
    due_at: Option<Timestamp>,
}

/// What is not written yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unwritten {
    /// What is believed now: the newest of each check.
    pub judged: HashMap<CheckId, Judged>,
    /// What turned, in order.
    pub turned: Vec<Turned>,
    /// What is seen.
    pub seen: Seen,
}

/// A threshold that a check crossed, or came back from.
#[derive(Clone, Debug, PartialEq)]
pub struct Turned {
    /// The check, as it was probed.
    pub check: Arc<Check>,
    /// What turned.
    pub turn: Turn,
    /// Why the probe failed by which it was believed.
    pub reason: Option<Reason>,
}

impl Unwritten {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.judged.is_empty() && self.turned.is_empty() && self.seen.is_empty()
    }

    fn len(&self) -> usize {
        self.judged.len() + self.turned.len()
    }
}

/// A check that is due.
#[derive(Clone, Debug)]
pub struct Due {
    /// The check.
    pub check: Arc<Check>,
    /// How late it is.
    pub lag: SignedDuration,
}

impl Board {
    /// Takes in what is known from before: at the start, before any check is.
    pub fn remember(&mut self, judged: Vec<Judged>, checks: Vec<Check>, now: Timestamp) {
        let mut known: HashMap<CheckId, Judged> =
            judged.into_iter().map(|one| (one.check_id, one)).collect();
        for check in checks {
            let before = known.remove(&check.id);
            self.put(check, before, now);
        }
    }

    /// Takes in a check that is new, or has changed. What is believed of it stays, unless it tries
    /// something else now.
    pub fn put_check(&mut self, check: Check, now: Timestamp) {
        let before = self.checks.remove(&check.id).filter(|before| {
            before.check.kind == check.kind && before.check.paused_at == check.paused_at
        });
        if before.is_none() {
            self.forget(check.id);
        }
        if check.paused_at.is_some() {
            return;
        }
        let due_at = match &before {
            // Nobody waits long for a first result.
            None => Some(now),
            Some(before) if before.due_at.is_none() => None,
            Some(before) => Some(next_probe_at(&check, &before.judgment, now)),
        };
        let (judgment, last_bad) =
            before.map_or_else(Default::default, |before| (before.judgment, before.last_bad));
        self.set(Watched { check: Arc::new(check), judgment, last_bad, due_at });
    }

    /// Forgets a check that is gone, with what is not written of it.
    pub fn remove_check(&mut self, id: CheckId) {
        self.checks.remove(&id);
        self.forget(id);
    }

    fn forget(&mut self, id: CheckId) {
        self.lookout.forget(id);
        self.unwritten.judged.remove(&id);
        self.unwritten.turned.retain(|turned| turned.check.id != id);
    }

    fn put(&mut self, check: Check, before: Option<Judged>, now: Timestamp) {
        if check.paused_at.is_some() {
            return;
        }
        let (judgment, last_bad, due_at) = match before {
            None => (Judgment::default(), None, now),
            Some(Judged { judgment, last, last_bad, .. }) => {
                // What was due while nobody looked is due now.
                let probed_at = last.probed_at.min(now);
                let due_at = next_probe_at(&check, &judgment, probed_at).max(now);
                (judgment, last_bad, due_at)
            }
        };
        self.set(Watched { check: Arc::new(check), judgment, last_bad, due_at: Some(due_at) });
    }

    fn set(&mut self, watched: Watched) {
        let id = watched.check.id;
        if let Some(due_at) = watched.due_at {
            self.due.push(Reverse((due_at, id)));
        }
        self.checks.insert(id, watched);
    }

    /// The clock was put right: what is due far ahead by the former one is due as usual.
    pub fn put_right(&mut self, now: Timestamp) {
        let mut due = BinaryHeap::with_capacity(self.checks.len());
        for (id, watched) in &mut self.checks {
            if watched.due_at.is_some() {
                let due_at = next_probe_at(&watched.check, &watched.judgment, now);
                watched.due_at = Some(due_at);
                due.push(Reverse((due_at, *id)));
            }
        }
        self.due = due;
    }

    /// The checks that are due, the longest overdue first, `most` of them. Each is being probed from
    /// now on, until [`Board::hear`] is told what came of it.
    pub fn take_due(&mut self, now: Timestamp, most: usize) -> Vec<Due> {
        let mut taken = Vec::new();
        while taken.len() < most && self.unwritten.len() < UNWRITTEN_MAX {
            let Some(Reverse((due_at, id))) = self.due.peek().copied() else { break };
            if due_at > now {
                break;
            }
            self.due.pop();
            let watched = self.checks.get_mut(&id);
            if let Some(watched) = watched.filter(|watched| watched.due_at == Some(due_at)) {
                watched.due_at = None;
                let (check, lag) = (watched.check.clone(), now.duration_since(due_at));
                taken.push(Due { check, lag });
            }
        }
        taken
    }

    /// When the next check is due.
    #[must_use]
    pub fn next_due_at(&self) -> Option<Timestamp> {
        self.due.peek().map(|Reverse((due_at, _))| *due_at)
    }

    /// Takes in what a probe of `check` found, and says when the next one is due. A check that was
    /// changed meanwhile to try something else, paused or removed has no use for it. A failure may wait
    /// until it is known that it is not our own: until then its check is not due.
    pub fn hear(&mut self, check: &Arc<Check>, result: ProbeResult, now: Timestamp) {
        let Some(watched) = self.checks.get(&check.id) else { return };
        let (patience, verdict) = (watched.check.patience, result.verdict);
        let is_news = watched.judgment.is_moved_by(patience, verdict, result.probed_at);
        if watched.check.kind != check.kind || watched.due_at.is_some() {
            return;
        }
        if let Some(result) = self.lookout.take(check, result, is_news) {
            self.believe(check, result, now);
        }
    }

    /// Takes in what sentinels did: failures that waited for it are heard, or void, and what was hidden
    /// until now is due.
    pub fn see(&mut self, round: &Round, now: Timestamp) {
        let Settled { results, visible } = self.lookout.end_round(round, now);
        for (check, result) in results {
            self.believe(&check, result, now);
        }
        for id in visible {
            self.hurry(id, now);
        }
    }

    /// Has a check probed at once, unless it is being probed.
    pub fn hurry(&mut self, id: CheckId, now: Timestamp) {
        if let Some(watched) = self.checks.get_mut(&id).filter(|watched| watched.due_at.is_some()) {
            watched.due_at = Some(now);
            self.due.push(Reverse((now, id)));
        }
    }

    fn believe(&mut self, check: &Arc<Check>, mut result: ProbeResult, now: Timestamp) {
        let Some(watched) = self.checks.get_mut(&check.id) else { return };
        if watched.check.kind != check.kind || watched.due_at.is_some() {
            return;
        }
        let patience = watched.check.patience;
        let (judgment, turns) = watched.judgment.hear(patience, result.verdict, result.probed_at);
        watched.judgment = judgment;
        if result.verdict == Verdict::Ok {
            // Nobody asks what was said when all is well, and it is most of what would be written.
            result.exchange = Exchange::default();
        } else {
            watched.last_bad = Some(result.clone());
        }
        let due_at = next_probe_at(&watched.check, &judgment, result.probed_at).max(now);
        watched.due_at = Some(due_at);
        self.due.push(Reverse((due_at, check.id)));
        for turn in turns {
            let turned =
                Turned { check: watched.check.clone(), turn, reason: result.reason.clone() };
            self.unwritten.turned.push(turned);
        }
        let last_bad = watched.last_bad.clone();
        let judged = Judged { check_id: check.id, judgment, last: result, last_bad };
        self.unwritten.judged.insert(check.id, judged);
    }

    /// Compares what is believed with the outages that are open, and has written what differs: a check
    /// may have been changed while results of what it was were written.
    pub fn compare(&mut self, open: &[Outage], now: Timestamp) {
        for (id, watched) in &self.checks {
            if self.unwritten.turned.iter().any(|turned| turned.check.id == *id) {
                continue;
            }
            for threshold in Threshold::ALL {
                let is_open =
                    open.iter().any(|one| one.check_id == *id && one.threshold == threshold);
                let turn = match (watched.judgment.crossed_at(threshold), is_open) {
                    (Some(since), false) => Turn { threshold, is_crossed: true, since },
                    // What was never heard of says nothing of an outage that somebody measured.
                    (None, true) if watched.judgment.has_heard() => {
                        Turn { threshold, is_crossed: false, since: now }
                    }
                    _ => continue,
                };
                let reason = watched.last_bad.as_ref().and_then(|last| last.reason.clone());
                let turned = Turned { check: watched.check.clone(), turn, reason };
                self.unwritten.turned.push(turned);
            }
        }
    }

    /// Takes out everything that is to be written.
    pub fn take_unwritten(&mut self) -> Unwritten {
        let seen = self.lookout.take_unwritten();
        Unwritten { seen, ..std::mem::take(&mut self.unwritten) }
    }

    /// Takes back what could not be written. What came since is newer.
    pub fn take_back(&mut self, failed: Unwritten) {
        let Unwritten { judged, mut turned, seen } = failed;
        self.lookout.take_back(seen);
        for (id, one) in judged {
            if self.checks.contains_key(&id) {
                self.unwritten.judged.entry(id).or_insert(one);
            }
        }
        turned.retain(|one| self.checks.contains_key(&one.check.id));
        turned.append(&mut self.unwritten.turned);
        self.unwritten.turned = turned;
    }

    /// How many checks are probed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.checks.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }

    /// Whether something is to be written.
    #[must_use]
    pub fn has_unwritten(&self) -> bool {
        !self.unwritten.is_empty() || self.lookout.has_unwritten()
    }
}

#[cfg(test)]
mod tests;
