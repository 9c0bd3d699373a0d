//! Groups: what follows from what is believed of their members. Nobody probes them; they are looked at in
//! their interval, and at once when something else is believed of a member.

use std::collections::HashSet;

use allclear_domain::check::{CheckKind, GroupCheck, Member, Phases, Reach, VantagePoint};

use super::*;

impl Board {
    /// What a group says now. Whether what is believed of its members was our own fault was asked with each
    /// of them already.
    #[must_use]
    pub fn look_at_group(&self, group: &GroupCheck, now: Timestamp) -> ProbeResult {
        let (verdict, reason) = group.verdict(&self.members_of(group));
        ProbeResult {
            vantage: VantagePoint::core(),
            probed_at: now,
            took_us: 0,
            verdict,
            reason,
            phases: Phases::default(),
            exchange: Exchange::default(),
            certificate_ends_at: None,
            leaf: None,
            reach: Some(Reach::Itself),
        }
    }

    /// Those members that are watched, as they are believed to be: what is paused or gone is not here.
    fn members_of(&self, group: &GroupCheck) -> Vec<Member> {
        let watched = group.members.iter().filter_map(|id| self.checks.get(id));
        let member = |one: &Watched| {
            let believed = one.judgment.verdict().unwrap_or(Verdict::Unknown);
            let beyond = match believed {
                Verdict::Fail => Some(Threshold::Fail),
                Verdict::Degraded => Some(Threshold::Degraded),
                Verdict::Ok | Verdict::Unknown => None,
            };
            let since = beyond.and_then(|threshold| one.judgment.crossed_at(threshold));
            Member { name: one.check.name.clone(), believed, since }
        };
        watched.map(member).collect()
    }

    /// Something else is believed of a check, or nothing any more: the groups that it is in are looked at.
    pub(super) fn tell_groups(&mut self, id: CheckId, now: Timestamp) {
        for group in self.family.groups_of(id) {
            let is_in = |watched: &Watched| {
                watched.check.kind.as_group().is_some_and(|group| group.members.contains(&id))
            };
            if self.checks.get(&group).is_some_and(is_in) {
                self.look_now(group, now);
            }
        }
    }

    /// Whether a group is down by what is believed of its members now, although nobody may have looked at
    /// it since.
    pub(super) fn is_down_by_members(&self, check: &Check) -> bool {
        let group = check.kind.as_group();
        group.is_some_and(|group| group.verdict(&self.members_of(group)).0 == Verdict::Fail)
    }

    /// Checks, and below those that are groups all that they stand for.
    pub(super) fn with_members(&self, ids: &[CheckId]) -> Vec<CheckId> {
        let (mut all, mut seen) = (ids.to_vec(), HashSet::new());
        let mut place = 0;
        while let Some(id) = all.get(place).copied() {
            place += 1;
            let watched = self.checks.get(&id).filter(|_| seen.insert(id));
            if let Some(CheckKind::Group(group)) = watched.map(|one| &one.check.kind) {
                all.extend(group.members.iter().filter(|member| !seen.contains(member)));
            }
        }
        all
    }
}

#[cfg(test)]
mod tests;
