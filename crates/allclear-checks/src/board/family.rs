//! Checks that stand behind others. Before a failure of a child is believed, its parents are probed again:
//! where one is down, the failure is the parent's, and nothing is known of the child until the parent is
//! back. Only failures are looked at so: what works is heard at once, and what is over is over.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::*;

/// Who stands behind whom, and what waits for that.
#[derive(Debug, Default)]
pub(super) struct Family {
    children: HashMap<CheckId, BTreeSet<CheckId>>,
    /// The groups that a check is a member of.
    groups: HashMap<CheckId, BTreeSet<CheckId>>,
    /// Checks of which nothing is known because another is down.
    behind: HashSet<CheckId>,
    /// Failures that wait for parents, one of a check.
    waiting: HashMap<CheckId, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    check: Arc<Check>,
    result: ProbeResult,
    since: Timestamp,
}

/// What the parents of a check say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parents {
    /// This one is down.
    Down(CheckId),
    /// None of them is.
    Work,
    /// Not all of them were probed since, or one looks worse than is believed.
    AreAsked,
}

impl Family {
    /// Takes in a check that is watched, as it is now.
    pub(super) fn put(&mut self, check: &Check, judgment: &Judgment) {
        for parent in &check.parents {
            self.children.entry(*parent).or_default().insert(check.id);
        }
        for member in check.kind.as_group().iter().flat_map(|group| &group.members) {
            self.groups.entry(*member).or_default().insert(check.id);
        }
        if judgment.behind().is_some() {
            self.behind.insert(check.id);
        } else {
            self.behind.remove(&check.id);
        }
    }

    /// Forgets what is known of a check. Its place among the children of others does no harm: a check
    /// says itself what it stands behind.
    pub(super) fn forget(&mut self, id: CheckId) {
        self.behind.remove(&id);
        self.waiting.remove(&id);
        self.children.retain(|_, children| {
            children.remove(&id);
            !children.is_empty()
        });
        self.groups.retain(|_, groups| {
            groups.remove(&id);
            !groups.is_empty()
        });
    }

    /// The groups that a check is, or was, a member of.
    pub(super) fn groups_of(&self, id: CheckId) -> BTreeSet<CheckId> {
        self.groups.get(&id).cloned().unwrap_or_default()
    }

    /// The checks that stand behind one, or behind a group that it is below.
    fn children_of(&self, id: CheckId) -> BTreeSet<CheckId> {
        let (mut above, mut children) = (vec![id], BTreeSet::new());
        let mut seen = HashSet::from([id]);
        while let Some(id) = above.pop() {
            children.extend(self.children.get(&id).into_iter().flatten());
            above.extend(self.groups_of(id).into_iter().filter(|group| seen.insert(*group)));
        }
        children
    }

    fn is_idle(&self) -> bool {
        self.behind.is_empty() && self.waiting.is_empty()
    }
}

impl Watched {
    /// The check that is down, where this one is, or stands behind it. One that flaps and works just now
    /// explains no failure of others.
    fn down(&self) -> Option<CheckId> {
        if self.judgment.fails_now() { Some(self.check.id) } else { self.judgment.behind() }
    }

    /// Whether a failure would be believed, and so be said.
    fn would_turn(&self, result: &ProbeResult) -> bool {
        let heard = self.judgment.hear(self.check.patience, result.verdict, result.probed_at);
        heard.1.iter().any(|turn| turn.is_crossed)
    }
}

impl Board {
    /// Gives a result back as it is to be taken in, with the parent that is down where that is why
    /// nothing is known; `None` where it waits.
    pub(super) fn look_up(
        &mut self,
        check: &Arc<Check>,
        result: ProbeResult,
        now: Timestamp,
    ) -> Option<(ProbeResult, Option<CheckId>)> {
        let Some(watched) = self.checks.get(&check.id) else { return Some((result, None)) };
        let is_known = watched.judgment.crossed_at(Threshold::Fail).is_some();
        if result.verdict != Verdict::Fail || watched.check.parents.is_empty() || is_known {
            return Some((result, None));
        }
        let turns = watched.would_turn(&result);
        let since = if turns { watched.asked_at.unwrap_or(now) } else { Timestamp::MIN };
        match self.ask_parents(&watched.check, since) {
            Parents::Down(parent) => Some((self.told_behind(result, parent), Some(parent))),
            Parents::AreAsked if turns => {
                let parents = self.with_members(&watched.check.parents);
                let waiting = Waiting { check: check.clone(), result, since };
                self.family.waiting.insert(check.id, waiting);
                for parent in parents {
                    self.look_now(parent, now);
                }
                None
            }
            Parents::Work | Parents::AreAsked => Some((result, None)),
        }
    }

    fn told_behind(&self, result: ProbeResult, parent: CheckId) -> ProbeResult {
        let name = self.checks.get(&parent).map_or("a check", |parent| &parent.check.name);
        result.behind(name)
    }

    /// What the parents of a check say that were probed since then. One that is paused or gone says
    /// nothing, and neither does one of which nothing is known.
    fn ask_parents(&self, check: &Check, since: Timestamp) -> Parents {
        for id in &check.parents {
            let Some(parent) = self.checks.get(id) else { continue };
            let by_members = || self.is_down_by_members(&parent.check).then_some(*id);
            if let Some(down) = parent.down().or_else(by_members).filter(|down| *down != check.id) {
                return Parents::Down(down);
            }
        }
        let asked = |id: &CheckId| {
            self.checks.get(id).is_some_and(|one| {
                one.heard_at.is_none_or(|at| at < since)
                    || one.judgment.run(Threshold::Fail).is_some()
                    || self.family.waiting.contains_key(id)
            })
        };
        // What a group says follows from others, which are asked with it.
        match self.with_members(&check.parents).iter().any(asked) {
            true => Parents::AreAsked,
            false => Parents::Work,
        }
    }

    /// There is something new about a check: those that stand behind it may not have to wait any more,
    /// or are judged afresh.
    pub(super) fn tell_children(&mut self, id: CheckId, now: Timestamp) {
        let mut news = vec![id];
        while let Some(id) = news.pop().filter(|_| !self.family.is_idle()) {
            let children = self.family.children_of(id);
            news.extend(children.into_iter().filter(|child| self.settle(*child, now)));
        }
    }

    /// Whether there is something new about a check that waits, or stands behind another.
    fn settle(&mut self, id: CheckId, now: Timestamp) -> bool {
        let Some(watched) = self.checks.get(&id) else { return false };
        let Some(waiting) = self.family.waiting.get(&id) else {
            let is_released = watched.judgment.behind().is_some()
                && !matches!(self.ask_parents(&watched.check, Timestamp::MIN), Parents::Down(_));
            if is_released {
                self.judge_afresh(id, now);
            }
            return is_released;
        };
        let since = waiting.since;
        let answer = self.ask_parents(&watched.check, since);
        if answer == Parents::AreAsked {
            return false;
        }
        let Some(Waiting { check, result, .. }) = self.family.waiting.remove(&id) else {
            return false;
        };
        if let Parents::Down(parent) = answer {
            let result = self.told_behind(result, parent);
            self.take_in(&check, result, Some(parent), now);
            return true;
        }
        // They work now. Perhaps it does, too: what it says next is believed.
        if let Some(watched) = self.checks.get_mut(&id) {
            (watched.due_at, watched.asked_at) = (Some(now), Some(since));
        }
        self.hurry(id, now);
        true
    }

    fn judge_afresh(&mut self, id: CheckId, now: Timestamp) {
        self.family.behind.remove(&id);
        if let Some(watched) = self.checks.get_mut(&id) {
            watched.judgment = watched.judgment.judged_afresh();
        }
        self.tell_groups(id, now);
        self.look_now(id, now);
    }

    /// Judges those afresh that stand behind nothing any more that is down, because it was changed.
    pub(super) fn release(&mut self, now: Timestamp) {
        for id in self.family.behind.iter().copied().collect::<Vec<_>>() {
            if !self.family.waiting.contains_key(&id) && self.settle(id, now) {
                self.tell_children(id, now);
            }
        }
    }

    /// Has failures said that waited too long: a parent of which nothing is heard explains nothing. A group
    /// is down once its members are, so that these are waited for, too.
    pub(super) fn give_up_waiting(&mut self, now: Timestamp) {
        let is_over = |one: &Waiting| {
            let parents = self.with_members(&one.check.parents);
            let parents = parents.iter().filter_map(|id| self.checks.get(id));
            let longest = parents.map(|parent| parent.check.waited_for()).max();
            longest.is_none_or(|most| now.duration_since(one.since).abs() >= most)
        };
        let waiting = self.family.waiting.iter();
        let over: Vec<CheckId> =
            waiting.filter(|(_, one)| is_over(one)).map(|(id, _)| *id).collect();
        let over: Vec<_> =
            over.iter().filter_map(|id| self.family.waiting.remove_entry(id)).collect();
        for (id, Waiting { check, result, .. }) in over {
            self.take_in(&check, result, None, now);
            self.tell_children(id, now);
        }
    }
}

#[cfg(test)]
mod tests;
