//! What several vantage points say together.
//!
//! Each has one vote, what it found last, for as long as that is fresh. It takes half of the votes, and two where
//! there are two, to say that something is wrong, and two thirds to say that it is not: between them
//! everything stays as it is believed to be, so that two halves that disagree do not have a check go up
//! and down with every sample. Where one vantage point alone can tell, what it says is what is said.

use jiff::{SignedDuration, Timestamp};

use super::judgment::{Judgment, Threshold};
use super::probe::{VantagePoint, Verdict};
use crate::limits::{CLOCK_DIFFERENCE_MAX, VANTAGE_POINTS_MAX};

/// What a vantage point found last.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Vote {
    vantage: VantagePoint,
    verdict: Verdict,
    sampled_at: Timestamp,
}

/// What each vantage point found last of one check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quorum(Vec<Vote>);

impl Quorum {
    /// Takes in a sample, unless its vantage point found something newer already. Beyond
    /// [`VANTAGE_POINTS_MAX`] the vote that is oldest goes.
    pub fn note(&mut self, vantage: &VantagePoint, verdict: Verdict, sampled_at: Timestamp) {
        if let Some(vote) = self.0.iter_mut().find(|vote| vote.vantage == *vantage) {
            let behind = vote.sampled_at.duration_since(sampled_at);
            // What is newer by more than any probe takes was dated by a clock that is put right now.
            if behind <= SignedDuration::ZERO || behind > CLOCK_DIFFERENCE_MAX {
                (vote.verdict, vote.sampled_at) = (verdict, sampled_at);
            }
            return;
        }
        if self.0.len() >= VANTAGE_POINTS_MAX {
            let oldest = self.0.iter().enumerate().min_by_key(|(_, vote)| vote.sampled_at);
            if let Some((place, _)) = oldest {
                self.0.swap_remove(place);
            }
        }
        self.0.push(Vote { vantage: vantage.clone(), verdict, sampled_at });
    }

    /// What all of them say now, where `judgment` is believed; a vote counts for as long as it is fresh
    /// ([`fresh_for`](super::fresh_for)). *Unknown* where nobody can tell, or where they do not agree on
    /// whether it works.
    #[must_use]
    pub fn verdict(
        &self,
        judgment: &Judgment,
        fresh_for: SignedDuration,
        now: Timestamp,
    ) -> Verdict {
        let is_fresh = |vote: &&Vote| {
            let age = now.duration_since(vote.sampled_at);
            age <= fresh_for && age >= -CLOCK_DIFFERENCE_MAX && vote.verdict != Verdict::Unknown
        };
        let votes: Vec<Verdict> = self.0.iter().filter(is_fresh).map(|vote| vote.verdict).collect();
        match agreed(Threshold::Fail, &votes) {
            None => Verdict::Unknown,
            Some(true) => Verdict::Fail,
            Some(false) => {
                let believed = judgment.crossed_at(Threshold::Degraded).is_some();
                match agreed(Threshold::Degraded, &votes).unwrap_or(believed) {
                    true => Verdict::Degraded,
                    false => Verdict::Ok,
                }
            }
        }
    }
}

/// Whether it is agreed that a threshold is crossed, or that it is not; `None` where neither is.
fn agreed(threshold: Threshold, votes: &[Verdict]) -> Option<bool> {
    let all = votes.len();
    let beyond = votes.iter().filter(|one| threshold.is_crossed_by(**one) == Some(true)).count();
    let short_of = all - beyond;
    let half = all.div_ceil(2).max(all.min(2));
    let two_thirds = (2 * all).div_ceil(3);
    match (all, beyond >= half, short_of >= two_thirds) {
        (0, _, _) | (_, false, false) => None,
        (_, true, _) => Some(true),
        (_, false, true) => Some(false),
    }
}

#[cfg(test)]
mod tests;
