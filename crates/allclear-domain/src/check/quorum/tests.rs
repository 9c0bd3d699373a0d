//! Who decides, table by table, and what holds of all votes.

use proptest::prelude::*;

use super::*;
use crate::check::Patience;

const FRESH_FOR: SignedDuration = SignedDuration::from_secs(95);
const PATIENCE: Patience = Patience { fail_after: 1, recover_after: 1, stable_for_seconds: 0 };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn verdict(letter: char) -> Verdict {
    match letter {
        '.' => Verdict::Ok,
        'd' => Verdict::Degraded,
        'F' => Verdict::Fail,
        _ => Verdict::Unknown,
    }
}

/// What is believed after one such sample.
fn believed(letter: char) -> Judgment {
    Judgment::default().hear(PATIENCE, verdict(letter), at(-1)).0
}

/// One vote each, all at the same time.
fn quorum(letters: &str) -> Quorum {
    let mut quorum = Quorum::default();
    for (place, letter) in letters.chars().enumerate() {
        quorum.note(&VantagePoint::new(format!("v{place}")), verdict(letter), at(0));
    }
    quorum
}

fn said(letters: &str, before: char) -> Verdict {
    quorum(letters).verdict(&believed(before), FRESH_FOR, at(0))
}

#[test]
fn half_of_the_votes_and_two_of_them_say_that_it_fails_and_two_thirds_that_it_does_not() {
    let cases = [
        // Nobody can tell, or one alone can.
        ("", Verdict::Unknown),
        ("??", Verdict::Unknown),
        (".", Verdict::Ok),
        ("d", Verdict::Degraded),
        ("F", Verdict::Fail),
        ("F??", Verdict::Fail),
        // One of two is not enough, either way.
        ("F.", Verdict::Unknown),
        ("FF", Verdict::Fail),
        ("..", Verdict::Ok),
        ("F..", Verdict::Ok),
        ("FF.", Verdict::Fail),
        ("FF..", Verdict::Fail),
        ("F...", Verdict::Ok),
        ("FF...", Verdict::Unknown),
        ("FF....", Verdict::Ok),
        // Who fails is degraded, too.
        ("Fd.", Verdict::Degraded),
        ("dd.", Verdict::Degraded),
        ("d..", Verdict::Ok),
    ];
    for (letters, expected) in cases {
        assert_eq!(said(letters, '.'), expected, "{letters}");
    }
}

#[test]
fn halves_that_disagree_leave_what_is_believed_of_being_degraded() {
    assert_eq!(said("d.", '.'), Verdict::Ok);
    assert_eq!(said("d.", 'd'), Verdict::Degraded);
    // Neither says that it fails: that is over, whatever else they say.
    assert_eq!(said("d.", 'F'), Verdict::Degraded);
}

#[test]
fn two_halves_never_have_it_go_up_and_down() {
    let mut quorum = quorum("....");
    let mut judgment = believed('.');
    let mut turned = 0;
    for second in 1..200 {
        let place = second % 4;
        let found = if place < 2 { Verdict::Fail } else { Verdict::Ok };
        quorum.note(&VantagePoint::new(format!("v{place}")), found, at(second));
        let all = quorum.verdict(&judgment, FRESH_FOR, at(second));
        let (next, turns) = judgment.hear(PATIENCE, all, at(second));
        turned += turns.iter().filter(|turn| turn.threshold == Threshold::Fail).count();
        judgment = next;
    }
    assert_eq!(turned, 1, "it fails, once");
}

#[test]
fn a_vote_counts_until_the_next_one_is_late() {
    let mut quorum = quorum("FF");
    quorum.note(&VantagePoint::core(), Verdict::Ok, at(95));
    assert_eq!(quorum.verdict(&believed('.'), FRESH_FOR, at(95)), Verdict::Fail);
    quorum.note(&VantagePoint::core(), Verdict::Ok, at(96));
    assert_eq!(quorum.verdict(&believed('.'), FRESH_FOR, at(96)), Verdict::Ok);
}

#[test]
fn what_comes_late_changes_nothing_and_a_clock_that_is_put_right_does() {
    let mut quorum = Quorum::default();
    let core = VantagePoint::core();
    quorum.note(&core, Verdict::Fail, at(10_000));
    quorum.note(&core, Verdict::Ok, at(9_999));
    assert_eq!(quorum.verdict(&believed('.'), FRESH_FOR, at(10_000)), Verdict::Fail);
    quorum.note(&core, Verdict::Ok, at(0));
    assert_eq!(quorum.verdict(&believed('.'), FRESH_FOR, at(0)), Verdict::Ok);
}

#[test]
fn so_many_vantage_points_have_a_vote_and_the_oldest_goes() {
    let mut quorum = Quorum::default();
    for place in 0..=VANTAGE_POINTS_MAX {
        let vantage = VantagePoint::new(format!("v{place}"));
        quorum.note(&vantage, Verdict::Ok, at(i64::try_from(place).unwrap()));
    }
    assert_eq!(quorum.0.len(), VANTAGE_POINTS_MAX);
    assert!(quorum.0.iter().all(|vote| vote.vantage.as_str() != "v0"));
}

fn letters() -> impl Strategy<Value = Vec<char>> {
    prop::collection::vec(prop::sample::select(vec!['.', 'd', 'F', '?']), 0..9)
}

proptest! {
    #[test]
    fn one_vote_alone_is_what_is_said(letter in prop::sample::select(vec!['.', 'd', 'F', '?']),
        before in prop::sample::select(vec!['.', 'd', 'F']), second in 0..100_000_i64) {
        let mut quorum = Quorum::default();
        quorum.note(&VantagePoint::core(), verdict(letter), at(second));
        let said = quorum.verdict(&believed(before), FRESH_FOR, at(second));
        prop_assert_eq!(said, verdict(letter));
    }

    #[test]
    fn the_order_of_votes_does_not_matter(votes in letters(), before in prop::sample::select(vec!['.', 'd', 'F'])) {
        let forth: String = votes.iter().collect();
        let back: String = votes.iter().rev().collect();
        prop_assert_eq!(said(&forth, before), said(&back, before));
    }

    #[test]
    fn who_cannot_tell_has_no_vote(votes in letters(), before in prop::sample::select(vec!['.', 'd', 'F'])) {
        let all: String = votes.iter().collect();
        prop_assert_eq!(said(&all, before), said(&all.replace('?', ""), before));
    }

    #[test]
    fn one_of_several_never_has_it_fail(votes in letters(), before in prop::sample::select(vec!['.', 'd', 'F'])) {
        let all: String = votes.iter().filter(|one| **one != '?').collect();
        let fails = all.matches('F').count();
        if said(&all, before) == Verdict::Fail {
            prop_assert!(fails == all.len() || fails >= 2);
        }
    }

    #[test]
    fn a_vote_that_gets_worse_never_has_it_better(votes in letters(), place in 0..9_usize,
        before in prop::sample::select(vec!['.', 'd', 'F'])) {
        let rank = |verdict| match verdict {
            Verdict::Ok => Some(0),
            Verdict::Degraded => Some(1),
            Verdict::Fail => Some(2),
            Verdict::Unknown => None,
        };
        let better: String = votes.iter().collect();
        let mut worse = votes;
        if let Some(one) = worse.get_mut(place).filter(|one| **one != '?') {
            *one = 'F';
        }
        let worse: String = worse.into_iter().collect();
        if let (Some(better), Some(worse)) = (rank(said(&better, before)), rank(said(&worse, before))) {
            prop_assert!(worse >= better);
        }
    }
}
