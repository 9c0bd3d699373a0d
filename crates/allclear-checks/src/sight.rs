//! Failures that wait until it is known that they are not our own. Pure: it knows no clock, no store and
//! no network.
//!
//! What works is heard at once. What fails waits for a round of sentinels that begins after it: where
//! they answer, it is heard as it is; where they do not, nothing is known of the target, nor of any other
//! that failed since they answered last. So nothing that was believed has ever to be taken back.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use allclear_domain::Check;
use allclear_domain::check::{
    BlindCause, BlindSpell, ProbeResult, Reach, ReasonCode, Round, Sight, VantagePoint, Verdict,
    View,
};
use allclear_domain::ids::CheckId;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The time from one round to the next, where nothing is wrong.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// The same, while something is hidden or may be.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// The same, while failures wait: sentinels are other people's machines.
const LOOK_SOON_AFTER: Duration = Duration::from_secs(1);
/// What is seen is written so often, where nothing about it changes.
const WRITE_EVERY: SignedDuration = SignedDuration::from_mins(10);
/// Blind spells that wait to be written; beyond, the oldest are not.
const UNWRITTEN_SPELLS_MAX: usize = 100;
/// Standing still for less is not worth a row.
const WORTH_KEEPING: Duration = Duration::from_secs(5);

/// What the core sees, and what failed while that is not known.
#[derive(Debug, Default)]
pub struct Lookout {
    sight: Option<Sight>,
    /// The blind spell that goes on.
    spell: Option<BlindSpell>,
    /// Failures that wait, one of a check.
    held: HashMap<CheckId, Held>,
    /// Checks of which nothing is known for want of sight.
    hidden: HashSet<CheckId>,
    /// Rounds that were begun.
    rounds: u64,
    /// When the last of them was.
    began_at: Option<Instant>,
    is_looking: bool,
    /// The farthest away of what worked since it was begun.
    proven: Option<Reach>,
    /// What was last given out to be written.
    written: Option<Sight>,
    unwritten: Seen,
}

/// A failure that waits for a round after this many.
#[derive(Debug)]
struct Held {
    check: Arc<Check>,
    result: ProbeResult,
    rounds: u64,
}

/// What is seen, to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// What is seen now.
    pub sight: Option<Sight>,
    /// Blind spells that began, changed or ended, in order.
    pub spells: VecDeque<BlindSpell>,
}

impl Seen {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sight.is_none() && self.spells.is_empty()
    }

    /// What could not be written comes back behind what is newer.
    fn take_back(&mut self, failed: Self) {
        self.sight = self.sight.take().or(failed.sight);
        for spell in failed.spells.into_iter().rev() {
            if self.spells.len() < UNWRITTEN_SPELLS_MAX {
                self.spells.push_front(spell);
            }
        }
    }

    fn note(&mut self, spell: BlindSpell) {
        if self.spells.len() >= UNWRITTEN_SPELLS_MAX {
            self.spells.pop_front();
        }
        self.spells.push_back(spell);
    }
}

/// What a round settled.
#[derive(Debug, Default)]
pub struct Settled {
    /// Failures that waited for it, as they are to be heard.
    pub results: Vec<(Arc<Check>, ProbeResult)>,
    /// Checks that were hidden and are not any more.
    pub visible: Vec<CheckId>,
}

impl Lookout {
    /// Takes in what is known from before, at the start.
    pub fn remember(&mut self, sight: Option<Sight>, spell: Option<BlindSpell>) {
        self.written.clone_from(&sight);
        (self.sight, self.spell) = (sight, spell);
    }

    /// What is seen.
    #[must_use]
    pub fn view(&self) -> View {
        self.sight.as_ref().map_or(View::Untold, |sight| sight.view)
    }

    /// Gives a result back that is to be heard at once, and keeps one that waits. `is_news` says whether
    /// it would change anything that is believed.
    pub fn take(
        &mut self,
        check: &Arc<Check>,
        result: ProbeResult,
        is_news: bool,
    ) -> Option<ProbeResult> {
        match result.verdict {
            Verdict::Ok | Verdict::Degraded => {
                let far = result.reach.filter(|reach| *reach != Reach::Itself);
                self.proven = self.proven.max(far);
                self.hidden.remove(&check.id);
            }
            Verdict::Unknown => {
                if result.reason.as_ref().is_some_and(|why| why.code == ReasonCode::Ours) {
                    self.hidden.insert(check.id);
                }
            }
            Verdict::Fail => {
                let is_hidden = self.view().hides(result.reach);
                if result.reach != Some(Reach::Itself) && (is_news || is_hidden) {
                    let held = Held { check: check.clone(), result, rounds: self.rounds };
                    self.held.insert(check.id, held);
                    return None;
                }
                self.hidden.remove(&check.id);
            }
        }
        Some(result)
    }

    /// Forgets a check that is gone or tries something else.
    pub fn forget(&mut self, id: CheckId) {
        self.held.remove(&id);
        self.hidden.remove(&id);
    }

    /// Whether it is time for a round.
    #[must_use]
    pub fn wants_round(&self, now: Instant) -> bool {
        let pace = match (self.held.is_empty(), self.view().is_blind() || !self.hidden.is_empty()) {
            (false, _) => LOOK_SOON_AFTER,
            (true, true) => LOOK_AGAIN_AFTER,
            (true, false) => LOOK_EVERY,
        };
        let is_time = |began: Instant| now.saturating_duration_since(began) >= pace;
        !self.is_looking && self.began_at.is_none_or(is_time)
    }

    /// Whether failures wait.
    #[must_use]
    pub fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// A round begins now.
    pub fn begin_round(&mut self, now: Instant) {
        (self.rounds, self.began_at) = (self.rounds + 1, Some(now));
        (self.is_looking, self.proven) = (true, None);
    }

    /// The round that was begun says nothing: this program stood still meanwhile.
    pub fn drop_round(&mut self) {
        (self.is_looking, self.began_at) = (false, None);
    }

    /// The round that was begun is over. Everything that failed before it began is settled.
    pub fn end_round(&mut self, round: &Round, now: Timestamp) -> Settled {
        self.is_looking = false;
        let before = self.sight.take();
        let was_blind = before.as_ref().is_some_and(|sight| sight.view.is_blind());
        let before = before.unwrap_or_else(|| Sight::new(VantagePoint::core(), now));
        let sight = before.look(round, self.proven, now);
        if let Some(spell) = sight.spell(self.spell.as_ref()) {
            tell(&spell, self.spell.is_none());
            self.spell = Some(spell.clone()).filter(|spell| spell.ended_at.is_none());
            self.unwritten.note(spell);
        }
        let mut settled = Settled { results: self.settle(&sight), ..Settled::default() };
        if !sight.view.is_blind() {
            let hidden = std::mem::take(&mut self.hidden);
            // Those that were never hidden, such as one whose DNS server is gone, go on as usual.
            settled.visible = hidden.into_iter().filter(|_| was_blind).collect();
        }
        self.note(&sight, now);
        self.sight = Some(sight);
        settled
    }

    /// The round that was begun broke off, and says nothing of any sentinel: what is seen stays as it was,
    /// and what failed before it began is settled by that.
    pub fn give_up_round(&mut self, now: Timestamp) -> Vec<(Arc<Check>, ProbeResult)> {
        self.is_looking = false;
        let sight = self.sight.clone();
        self.settle(&sight.unwrap_or_else(|| Sight::new(VantagePoint::core(), now)))
    }

    /// Failures that waited for the round that is over, as they are to be heard.
    fn settle(&mut self, sight: &Sight) -> Vec<(Arc<Check>, ProbeResult)> {
        let (rounds, mut results) = (self.rounds, Vec::new());
        for (id, held) in self.held.extract_if(|_, held| held.rounds < rounds) {
            let result = if sight.view.hides(held.result.reach) {
                self.hidden.insert(id);
                held.result.void(&sight.tell())
            } else {
                self.hidden.remove(&id);
                held.result
            };
            results.push((held.check, result));
        }
        results
    }

    /// This program stood still for so long, until now.
    pub fn stood_still(&mut self, late: Duration, now: Timestamp) {
        let Ok(late) = SignedDuration::try_from(late) else { return };
        let Ok(began_at) = now.checked_sub(late) else { return };
        if late >= SignedDuration::try_from(WORTH_KEEPING).unwrap_or_default() {
            self.unwritten.note(BlindSpell {
                vantage: VantagePoint::core(),
                began_at,
                ended_at: Some(now),
                cause: BlindCause::StoodStill,
            });
        }
    }

    fn note(&mut self, sight: &Sight, now: Timestamp) {
        let is_old = |written: &Sight| {
            now.duration_since(written.looked_at).abs() >= WRITE_EVERY
                || sight.differs_from(written)
        };
        if self.written.as_ref().is_none_or(is_old) {
            self.written = Some(sight.clone());
            self.unwritten.sight = Some(sight.clone());
        }
    }

    /// Whether something is to be written.
    #[must_use]
    pub fn has_unwritten(&self) -> bool {
        !self.unwritten.is_empty()
    }

    /// Takes out what is to be written.
    pub fn take_unwritten(&mut self) -> Seen {
        std::mem::take(&mut self.unwritten)
    }

    /// Takes back what could not be written.
    pub fn take_back(&mut self, failed: Seen) {
        self.unwritten.take_back(failed);
    }
}

/// Says once that it is blind, and once that it sees again.
fn tell(spell: &BlindSpell, is_new: bool) {
    let what = match spell.cause {
        BlindCause::NoInternet => "the Internet",
        BlindCause::NoNetwork | BlindCause::StoodStill => "the network",
    };
    match spell.ended_at {
        Some(_) => tracing::info!(since = %spell.began_at, "{what} is seen again"),
        None if is_new => tracing::warn!(
            since = %spell.began_at,
            "{what} is not seen: no sentinel answers. What fails now says nothing, and changes nothing"
        ),
        None => tracing::warn!(since = %spell.began_at, "{what} is not seen either"),
    }
}

#[cfg(test)]
mod tests;
