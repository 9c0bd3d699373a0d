//! Which checks are due, what is believed of each, and what of that is not written yet. Pure: it knows
//! no clock, no store and no network.

mod family;
mod groups;
mod run;
mod unwritten;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use allclear_domain::Check;
use allclear_domain::check::{
    Exchange, Judgment, Outage, ProbeResult, Quorum, Reason, Round, Samples, Span, Threshold, Turn,
    Verdict, fresh_for, next_probe_at,
};
use allclear_domain::ids::CheckId;
use allclear_domain::limits::CLOCK_DIFFERENCE_MAX;
use allclear_store::{Judged, Sampled};
use jiff::{SignedDuration, Timestamp};

use self::family::Family;
use self::run::Run;
pub use self::unwritten::{MINUTES_UNWRITTEN_MAX, Turned, Unwritten};
use crate::lanes::{QUICK, Room};
use crate::sight::{Lookout, Seen, Settled};

/// Results that are not written yet, at most: beyond, nothing is probed until some are.
pub const UNWRITTEN_MAX: usize = 100_000;

/// What turned and is written at once, at most.
const TURNED_WRITTEN_MAX: usize = 200;

/// Failures in a row of a check that may be void because this program stood still.
const VOIDS_MAX: u8 = 3;

/// When checks are due, the first one first.
type DueTimes = BinaryHeap<Reverse<(Timestamp, CheckId)>>;

/// All checks that are probed.
#[derive(Debug, Default)]
pub struct Board {
    checks: HashMap<CheckId, Watched>,
    /// When each is due whose last probe was quick. An entry whose time is not that of its check any
    /// more counts for nothing.
    quick: DueTimes,
    /// The same of those whose last probe was slow.
    slow: DueTimes,
    unwritten: Unwritten,
    /// Failures that are not heard yet.
    pub(crate) lookout: Lookout,
    /// Who stands behind whom.
    family: Family,
    /// Checks that did not get to their targets, and when their runs of failures began: it is to be looked
    /// for who is on the way.
    unreached: Vec<(CheckId, Timestamp)>,
}

/// One check.
#[derive(Debug)]
struct Watched {
    check: Arc<Check>,
    judgment: Judgment,
    /// What each vantage point found last.
    quorum: Quorum,
    last_bad: Option<ProbeResult>,
    /// The last run of failures.
    run: Option<Run>,
    /// When the last probe began that was heard.
    heard_at: Option<Timestamp>,
    /// Since when what it stands behind is probed again, because it may be down itself.
    asked_at: Option<Timestamp>,
    /// Failures in a row that were void because this program stood still.
    voided: u8,
    /// Whether its last probe was slow.
    is_slow: bool,
    /// What was found in the minute that is under way.
    minute: Option<Sampled>,
    /// `None` while it is probed.
    due_at: Option<Timestamp>,
    /// Whether there is something new that the probe that runs may not have seen.
    has_news: bool,
}

/// A check that is due.
#[derive(Clone, Debug)]
pub struct Due {
    /// The check.
    pub check: Arc<Check>,
    /// How late it is.
    pub lag: SignedDuration,
    /// Whether its last probe was slow.
    pub is_slow: bool,
}

impl Watched {
    /// A check of which nothing is known.
    fn new(check: Arc<Check>) -> Self {
        let (judgment, quorum) = Default::default();
        Self {
            check,
            judgment,
            quorum,
            last_bad: None,
            run: None,
            heard_at: None,
            asked_at: None,
            voided: 0,
            is_slow: false,
            minute: None,
            has_news: false,
            due_at: None,
        }
    }

    /// Adds what a probe found to its minute, and gives the minute as it stands now. A probe that was
    /// heard of late counts for the minute that is under way: the one before may be added up already.
    fn add(&mut self, result: &ProbeResult) -> Sampled {
        let starts_at = Span::Minute.start_of(result.probed_at);
        let goes_on = |minute: &Sampled| {
            let ahead = minute.starts_at.duration_since(starts_at);
            minute.vantage == result.vantage && !ahead.is_negative() && ahead < CLOCK_DIFFERENCE_MAX
        };
        let mut minute = self.minute.take().filter(goes_on).unwrap_or_else(|| Sampled {
            check_id: self.check.id,
            vantage: result.vantage.clone(),
            starts_at,
            samples: Samples::default(),
        });
        minute.samples.add(result);
        self.minute.insert(minute).clone()
    }
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
        self.release(now);
    }

    /// Takes in a check that is new, or has changed. What is believed of it stays, unless it tries
    /// something else now.
    pub fn put_check(&mut self, check: Check, now: Timestamp) {
        let before = self.checks.remove(&check.id).filter(|before| {
            before.check.kind.tries_as(&check.kind) && before.check.paused_at == check.paused_at
        });
        let id = check.id;
        if before.is_none() {
            self.forget(id);
        }
        if check.paused_at.is_some() {
            self.tell_groups(id, now);
            return self.tell_children(id, now);
        }
        let due_at = match &before {
            // Nobody waits long for a first result.
            None => Some(now),
            Some(before) if before.due_at.is_none() => None,
            Some(before) => Some(next_probe_at(&check, &before.judgment, now)),
        };
        let check = Arc::new(check);
        self.set(match before {
            Some(before) => Watched { check, due_at, ..before },
            None => Watched { due_at, ..Watched::new(check) },
        });
        self.tell_groups(id, now);
        self.tell_children(id, now);
        self.release(now);
    }

    /// Forgets a check that is gone, with what is not written of it.
    pub fn remove_check(&mut self, id: CheckId, now: Timestamp) {
        self.checks.remove(&id);
        self.forget(id);
        self.tell_groups(id, now);
        self.tell_children(id, now);
    }

    fn forget(&mut self, id: CheckId) {
        self.lookout.forget(id);
        self.family.forget(id);
        self.unwritten.judged.remove(&id);
        self.unwritten.turned.retain(|turned| turned.check.id != id);
        self.unwritten.minutes.retain(|(check_id, _), _| *check_id != id);
    }

    fn put(&mut self, check: Check, before: Option<Judged>, now: Timestamp) {
        if check.paused_at.is_some() {
            return;
        }
        let new = Watched { due_at: Some(now), ..Watched::new(Arc::new(check)) };
        self.set(match before {
            None => new,
            Some(Judged { judgment, last, last_bad, .. }) => {
                // What was due while nobody looked is due now.
                let probed_at = last.probed_at.min(now);
                let due_at = next_probe_at(&new.check, &judgment, probed_at).max(now);
                let is_slow = last.took() >= QUICK;
                let (heard_at, due_at) = (Some(last.probed_at), Some(due_at));
                Watched { judgment, last_bad, is_slow, heard_at, due_at, ..new }
            }
        });
    }

    /// Goes on with the minute that was under way when somebody else stopped.
    pub fn go_on_with(&mut self, minutes: Vec<Sampled>) {
        for minute in minutes {
            if let Some(watched) = self.checks.get_mut(&minute.check_id) {
                watched.minute.get_or_insert(minute);
            }
        }
    }

    fn set(&mut self, watched: Watched) {
        let id = watched.check.id;
        self.family.put(&watched.check, &watched.judgment);
        if let Some(due_at) = watched.due_at {
            let lane = if watched.is_slow { &mut self.slow } else { &mut self.quick };
            lane.push(Reverse((due_at, id)));
        }
        self.checks.insert(id, watched);
    }

    /// There is something new about a check: it is due now, or as soon as it is not probed any more.
    pub fn look_now(&mut self, id: CheckId, now: Timestamp) {
        let Some(watched) = self.checks.get_mut(&id) else { return };
        watched.has_news = watched.due_at.is_none();
        if let Some(due_at) = &mut watched.due_at {
            *due_at = now;
            let lane = if watched.is_slow { &mut self.slow } else { &mut self.quick };
            lane.push(Reverse((now, id)));
        }
    }

    /// Whether any of the checks is a heartbeat.
    #[must_use]
    pub fn has_heartbeats(&self) -> bool {
        self.checks.values().any(|watched| watched.check.kind.as_heartbeat().is_some())
    }

    /// The clock was put right: what is due far ahead by the former one is due as usual.
    pub fn put_right(&mut self, now: Timestamp) {
        (self.quick, self.slow) = Default::default();
        for (id, watched) in &mut self.checks {
            if watched.due_at.is_some() {
                let due_at = next_probe_at(&watched.check, &watched.judgment, now);
                watched.due_at = Some(due_at);
                let lane = if watched.is_slow { &mut self.slow } else { &mut self.quick };
                lane.push(Reverse((due_at, *id)));
            }
        }
    }

    /// The checks that are due, the longest overdue first, as many as there is room for. Each is being
    /// probed from now on, until [`Board::hear`] is told what came of it.
    pub fn take_due(&mut self, now: Timestamp, room: Room) -> Vec<Due> {
        self.give_up_waiting(now);
        let mut taken = Vec::new();
        for (lane, most) in [(&mut self.quick, room.quick), (&mut self.slow, room.slow)] {
            let most = taken.len() + most;
            while taken.len() < most && self.unwritten.len() < UNWRITTEN_MAX {
                let Some(Reverse((due_at, id))) = lane.peek().copied() else { break };
                if due_at > now {
                    break;
                }
                lane.pop();
                let watched = self.checks.get_mut(&id);
                if let Some(watched) = watched.filter(|watched| watched.due_at == Some(due_at)) {
                    watched.due_at = None;
                    let (check, lag) = (watched.check.clone(), now.duration_since(due_at));
                    taken.push(Due { check, lag, is_slow: watched.is_slow });
                }
            }
        }
        taken
    }

    /// When the next check is due for which there is room.
    #[must_use]
    pub fn next_due_at(&self, room: Room) -> Option<Timestamp> {
        let lanes = [(&self.quick, room.quick), (&self.slow, room.slow)];
        let open = lanes.into_iter().filter(|(_, room)| *room > 0);
        open.filter_map(|(lane, _)| lane.peek()).map(|Reverse((due_at, _))| *due_at).min()
    }

    /// Takes in what a probe of `check` found, and says when the next one is due. A check that was
    /// changed meanwhile to try something else, paused or removed has no use for it. A failure may wait
    /// until it is known that it is not our own: until then its check is not due.
    pub fn hear(&mut self, check: &Arc<Check>, result: ProbeResult, now: Timestamp) {
        let Some(watched) = self.checks.get(&check.id) else { return };
        let (patience, verdict) = (watched.check.patience, result.verdict);
        let is_news = watched.judgment.is_moved_by(patience, verdict, result.probed_at);
        if !watched.check.kind.tries_as(&check.kind) || watched.due_at.is_some() {
            return;
        }
        if let Some(result) = self.lookout.take(check, result, is_news) {
            self.believe(check, result, now);
        }
    }

    /// Whether a failure may be void that ran into a moment in which this program stood still. Where that
    /// happens again and again, what fails every time counts as it is until something works.
    pub fn may_void(&mut self, id: CheckId) -> bool {
        let Some(watched) = self.checks.get_mut(&id) else { return true };
        watched.voided = watched.voided.saturating_add(1);
        watched.voided <= VOIDS_MAX
    }

    /// Takes in what sentinels did, where a round says anything: failures that waited for it are heard, or
    /// void, and what was hidden until now is due.
    pub fn see(&mut self, round: Option<&Round>, now: Timestamp) {
        let Settled { results, visible } = match round {
            Some(round) => self.lookout.end_round(round, now),
            None => Settled { results: self.lookout.give_up_round(now), visible: Vec::new() },
        };
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
            let lane = if watched.is_slow { &mut self.slow } else { &mut self.quick };
            lane.push(Reverse((now, id)));
        }
    }

    /// Takes in what was found, unless it says more of what the check stands behind.
    fn believe(&mut self, check: &Arc<Check>, result: ProbeResult, now: Timestamp) {
        let Some(watched) = self.checks.get(&check.id) else { return };
        if !watched.check.kind.tries_as(&check.kind) || watched.due_at.is_some() {
            return;
        }
        if let Some((result, parent)) = self.look_up(check, result, now) {
            self.take_in(check, result, parent, now);
            self.tell_children(check.id, now);
        }
    }

    /// Takes in what was found; nothing is known of a check while a parent is down.
    fn take_in(
        &mut self,
        check: &Arc<Check>,
        mut result: ProbeResult,
        parent: Option<CheckId>,
        now: Timestamp,
    ) {
        let Some(watched) = self.checks.get_mut(&check.id) else { return };
        self.unwritten.results += 1;
        // What nobody probes is looked at now and then, which is no sample of anything.
        if watched.check.kind.is_probed() {
            self.unwritten.put_minute(watched.add(&result));
        }
        let patience = watched.check.patience;
        watched.quorum.note(&result.vantage, result.verdict, result.probed_at);
        let (fresh_for, at) = (fresh_for(&watched.check), result.probed_at);
        let verdict = watched.quorum.verdict(&watched.judgment, fresh_for, at);
        let (judgment, turns) = watched.judgment.hear(patience, verdict, at);
        let judgment = parent.map_or(judgment, |parent| judgment.put_behind(parent));
        let is_news = judgment.verdict() != watched.judgment.verdict();
        watched.judgment = judgment;
        (watched.heard_at, watched.asked_at) = (Some(result.probed_at), None);
        self.family.put(&watched.check, &judgment);
        if matches!(result.verdict, Verdict::Ok | Verdict::Degraded) {
            watched.voided = 0;
        }
        let began_at = watched.go_on(&mut result);
        self.unreached.extend(began_at.map(|began_at| (check.id, began_at)));
        if result.verdict == Verdict::Ok {
            // Nobody asks what was said when all is well, and it is most of what would be written.
            result.exchange = Exchange::default();
        } else {
            watched.last_bad = Some(result.clone());
        }
        let due_at = match std::mem::take(&mut watched.has_news) {
            true => now,
            false => next_probe_at(&watched.check, &judgment, result.probed_at).max(now),
        };
        watched.due_at = Some(due_at);
        watched.is_slow = result.took() >= QUICK;
        let lane = if watched.is_slow { &mut self.slow } else { &mut self.quick };
        lane.push(Reverse((due_at, check.id)));
        for turn in turns {
            let turned =
                Turned { check: watched.check.clone(), turn, reason: result.reason.clone() };
            self.unwritten.turned.push(turned);
        }
        let last_bad = watched.last_bad.clone();
        let judged = Judged { check_id: check.id, judgment, last: result, last_bad };
        self.unwritten.judged.insert(check.id, judged);
        if is_news {
            self.tell_groups(check.id, now);
        }
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

    /// Takes out what is to be written: everything, but for what turned beyond so much that others would
    /// wait long to write. What is left out has its time with the next write; after a crash,
    /// [`Board::compare`] finds it.
    pub fn take_unwritten(&mut self) -> Unwritten {
        let seen = self.lookout.take_unwritten();
        let mut taken = Unwritten { seen, ..std::mem::take(&mut self.unwritten) };
        let most = taken.turned.len().min(TURNED_WRITTEN_MAX);
        self.unwritten.turned = taken.turned.split_off(most);
        taken
    }

    /// Takes back what could not be written. What came since is newer.
    pub fn take_back(&mut self, failed: Unwritten) {
        let Unwritten { results, judged, mut turned, minutes, seen } = failed;
        self.unwritten.results += results;
        for (place, minute) in minutes {
            if self.checks.contains_key(&minute.check_id) {
                self.unwritten.minutes.entry(place).or_insert(minute);
            }
        }
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

    /// How many checks there are whose last result is not written yet.
    #[must_use]
    pub fn unwritten_results(&self) -> usize {
        self.unwritten.judged.len()
    }

    /// Whether something is to be written.
    #[must_use]
    pub fn has_unwritten(&self) -> bool {
        !self.unwritten.is_empty() || self.lookout.has_unwritten()
    }
}

#[cfg(test)]
mod tests;
