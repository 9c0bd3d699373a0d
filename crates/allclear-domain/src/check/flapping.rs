//! Whether something goes up and down so often that each time is not worth telling.
//!
//! Every turn that is believed counts one, and counts half as much with every [`HALF_LIFE`] that passes.
//! So the measure does not depend on how often a check is probed, and neither does it forget what was just
//! before. It begins at [`STARTS_AT`] and is over at [`ENDS_AT`], far enough apart that flapping does not
//! flap itself.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// One turn, in thousandths.
const TURN: u32 = 1_000;
/// From how much on something flaps: a third outage within a quarter of an hour, or a fourth in 45 minutes.
const STARTS_AT: u32 = 4_000;
/// Down to how much it goes on: for 30 to 40 minutes after its last turn.
const ENDS_AT: u32 = 1_500;
/// How much is counted at most: beyond, calm would have to last for hours.
const MOST: u32 = 6_000;
/// How long it takes until a turn counts half.
const HALF_LIFE: SignedDuration = SignedDuration::from_mins(20);

/// How often something turned lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flapping {
    /// What turns amounted to, right after the last one, in thousandths.
    score: u32,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    turned_at: Option<Timestamp>,
    /// Whether it flaps.
    is_on: bool,
}

impl Flapping {
    /// Nothing turned yet.
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it flaps.
    pub(super) const fn is_on(&self) -> bool {
        self.is_on
    }

    /// It turned once more.
    pub(super) fn turn(&mut self, at: Timestamp) {
        self.score = self.score_at(at).saturating_add(TURN).min(MOST);
        self.turned_at = Some(at);
        self.is_on |= self.score >= STARTS_AT;
    }

    /// It is over once it was calm for long enough.
    pub(super) fn settle(&mut self, at: Timestamp) {
        self.is_on &= self.score_at(at) > ENDS_AT;
    }

    /// What turns amount to by then: half with every half-life, and in a straight line between.
    fn score_at(&self, at: Timestamp) -> u32 {
        let age = self.turned_at.map_or(0, |turned| at.duration_since(turned).as_secs()).max(0);
        let (halvings, rest) = (age / HALF_LIFE.as_secs(), age % HALF_LIFE.as_secs());
        let halvings = u32::try_from(halvings).unwrap_or(u32::MAX);
        let whole = self.score.checked_shr(halvings).unwrap_or(0);
        let part = i64::from(whole) * rest / (2 * HALF_LIFE.as_secs());
        whole.saturating_sub(u32::try_from(part).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    /// Turns every so many seconds, so often; gives how many turns it took, and when it was over.
    fn flaps(every: i64, turns: i64) -> (Option<i64>, i64) {
        let (mut flapping, mut began) = (Flapping::default(), None);
        for turn in 1..=turns {
            flapping.settle(at(turn * every));
            flapping.turn(at(turn * every));
            if flapping.is_on() {
                began.get_or_insert(turn);
            }
        }
        let over = (0..10_000).find(|second| {
            flapping.settle(at(turns * every + second));
            !flapping.is_on()
        });
        (began, over.unwrap())
    }

    #[test]
    fn it_takes_several_turns_and_calm_ends_it() {
        for (every, began) in [(1, 5), (60, 5), (120, 5), (300, 6), (660, 0), (1_200, 0)] {
            let (turns, over) = flaps(every, 40);
            assert_eq!(turns.unwrap_or(0), began, "every {every} s");
            assert!(over <= 2_460, "every {every} s: over after {over} s");
        }
        let (_, after_few) = flaps(1, 5);
        let (_, after_many) = flaps(1, 40);
        assert!(after_few >= 1_800 && after_many > after_few, "{after_few}, {after_many}");
    }

    proptest! {
        #[test]
        fn it_ends_once_and_what_turns_counts_less_and_less(
            gaps in prop::collection::vec(1_i64..2_000, 1..60),
        ) {
            let (mut flapping, mut second) = (Flapping::default(), 0);
            for gap in gaps {
                let mut before = flapping.score_at(at(second));
                for later in (0..=gap).step_by(7) {
                    let score = flapping.score_at(at(second + later));
                    prop_assert!(score <= before, "it only ever counts less");
                    before = score;
                    let was_on = flapping.is_on();
                    flapping.settle(at(second + later));
                    prop_assert!(was_on || !flapping.is_on(), "calm begins nothing");
                }
                second += gap;
                let (was_on, before) = (flapping.is_on(), flapping.score_at(at(second)));
                flapping.turn(at(second));
                prop_assert!(!was_on || flapping.is_on(), "a turn ends nothing");
                prop_assert!(flapping.score_at(at(second)) >= before.min(MOST));
            }
            // A clock that is set back makes nothing count more.
            prop_assert!(flapping.score_at(at(-9_999)) == flapping.score);
            prop_assert_eq!(flapping.score_at(at(second + 90 * 86_400)), 0);
        }
    }
}
