//! What waits, for how long, and what becomes of it: on a board, with rounds made by hand.

use allclear_domain::Entropy;
use allclear_domain::check::{Sign, Threshold};

use super::*;
use crate::board::Board;
use crate::for_tests::{at, check, far, round};
use crate::lanes::Room;

/// Room for one probe in each lane.
const ROOM: Room = Room { quick: 1, slow: 1 };

use Sign::{Answered, Silent};

/// A board that sees, and has one check.
fn seeing() -> (Board, Arc<Check>) {
    let mut board = Board::default();
    let check = check(&Entropy::from_seed(1), "a");
    board.remember(Vec::new(), vec![check.clone()], at(0));
    look(&mut board, &round(Answered, Answered), 0);
    (board, Arc::new(check))
}

/// A round that begins and ends now.
fn look(board: &mut Board, round: &Round, second: i64) {
    board.lookout.begin_round(Instant::now());
    board.see(Some(round), at(second));
}

/// Probes the check if it is due.
fn probe(board: &mut Board, verdict: Verdict, second: i64) -> bool {
    let due = board.take_due(at(second), ROOM);
    due.iter().for_each(|due| board.hear(&due.check, far(verdict, at(second)), at(second)));
    !due.is_empty()
}

/// The verdict of the last probe that was heard.
fn heard(board: &mut Board, check: &Check) -> Option<(Verdict, String)> {
    let judged = board.take_unwritten().judged.remove(&check.id)?;
    let told = judged.last.reason.map(|reason| reason.told).unwrap_or_default();
    Some((judged.last.verdict, told))
}

#[test]
fn what_works_is_heard_at_once_and_what_fails_after_a_round() {
    let (mut board, check) = seeing();
    assert!(probe(&mut board, Verdict::Ok, 0));
    assert_eq!(heard(&mut board, &check).unwrap().0, Verdict::Ok);
    assert!(probe(&mut board, Verdict::Fail, 30));
    assert_eq!(heard(&mut board, &check), None);
    assert!(board.lookout.holds() && board.lookout.wants_round(Instant::now() + LOOK_SOON_AFTER));
    assert!(!probe(&mut board, Verdict::Fail, 60), "it is not due while it waits");
    look(&mut board, &round(Answered, Answered), 61);
    assert_eq!(heard(&mut board, &check).unwrap(), (Verdict::Fail, "nobody listens".to_owned()));
    assert!(!board.lookout.holds());
}

#[test]
fn a_round_that_began_before_proves_nothing() {
    let (mut board, check) = seeing();
    board.lookout.begin_round(Instant::now());
    assert!(probe(&mut board, Verdict::Fail, 0));
    board.see(Some(&round(Answered, Answered)), at(1));
    assert!(board.lookout.holds(), "the line may have gone in between");
    look(&mut board, &round(Silent, Silent), 5);
    let (verdict, told) = heard(&mut board, &check).unwrap();
    assert_eq!(verdict, Verdict::Unknown);
    assert!(told.contains("this machine does not see the network"), "{told}");
    assert!(told.ends_with("found: nobody listens"), "{told}");
}

#[test]
fn blindness_turns_nothing_and_is_over_with_a_probe_at_once() {
    let (mut board, check) = seeing();
    probe(&mut board, Verdict::Ok, 0);
    for second in 1..600 {
        if probe(&mut board, Verdict::Fail, second) {
            look(&mut board, &round(Silent, Silent), second);
        }
    }
    let unwritten = board.take_unwritten();
    assert!(unwritten.turned.is_empty(), "{:?}", unwritten.turned);
    assert_eq!(unwritten.judged[&check.id].last.verdict, Verdict::Unknown);
    let spells = Vec::from(unwritten.seen.spells);
    assert_eq!(spells.len(), 1, "it is told once: {spells:?}");
    assert_eq!((spells[0].began_at, spells[0].ended_at), (at(0), None));
    look(&mut board, &round(Answered, Answered), 600);
    assert!(probe(&mut board, Verdict::Ok, 600), "what was hidden is looked at at once");
    let spells = board.take_unwritten().seen.spells;
    assert_eq!((spells[0].began_at, spells[0].ended_at), (at(0), Some(at(600))));
}

#[test]
fn a_real_outage_is_dated_by_its_first_failure_whatever_waited() {
    let (mut board, _) = seeing();
    probe(&mut board, Verdict::Ok, 0);
    let (mut failed, mut second) = (Vec::new(), 5);
    while failed.len() < 3 {
        if probe(&mut board, Verdict::Fail, second) {
            failed.push(second);
            second += 3;
            look(&mut board, &round(Answered, Answered), second);
        }
        second += 1;
    }
    let turned = board.take_unwritten().turned;
    let turn = turned.iter().find(|one| one.turn.threshold == Threshold::Fail).unwrap();
    assert_eq!(turn.turn.since, at(failed[0]));
    // Once it is believed, further failures are no news, and sentinels are left alone.
    assert!((second..second + 30).any(|second| probe(&mut board, Verdict::Fail, second)));
    assert!(!board.lookout.holds());
}

#[test]
fn a_recovery_is_not_undone_by_our_own_failure() {
    let (mut board, check) = seeing();
    for second in 0..40 {
        if probe(&mut board, Verdict::Fail, second) {
            look(&mut board, &round(Answered, Answered), second);
        }
    }
    let first = (40..60).find(|second| probe(&mut board, Verdict::Ok, *second)).unwrap();
    let lost = (first + 1..90).find(|second| probe(&mut board, Verdict::Fail, *second)).unwrap();
    look(&mut board, &round(Silent, Silent), lost);
    look(&mut board, &round(Answered, Answered), lost + 5);
    board.take_unwritten();
    assert!(probe(&mut board, Verdict::Ok, lost + 5));
    let unwritten = board.take_unwritten();
    let turn = unwritten.turned.iter().find(|one| one.check.id == check.id).unwrap().turn;
    assert_eq!((turn.is_crossed, turn.since), (false, at(first)));
}

#[test]
fn what_is_near_is_believed_while_the_internet_is_gone() {
    let (mut board, check) = seeing();
    for (reach, verdict) in [
        (Some(Reach::Far), Verdict::Unknown),
        (None, Verdict::Unknown),
        (Some(Reach::Near), Verdict::Fail),
        (Some(Reach::Itself), Verdict::Fail),
    ] {
        let mut second = 1;
        let due = loop {
            if let Some(due) = board.take_due(at(second), ROOM).pop() {
                break due;
            }
            second += 1;
        };
        let result = ProbeResult { reach, ..far(Verdict::Fail, at(second)) };
        board.hear(&due.check, result, at(second));
        look(&mut board, &round(Answered, Silent), second);
        assert_eq!(heard(&mut board, &check).unwrap().0, verdict, "{reach:?}");
        board.hurry(check.id, at(0));
    }
}

#[test]
fn where_nobody_can_tell_a_failure_is_heard_as_it_is() {
    let mut board = Board::default();
    let check = check(&Entropy::from_seed(1), "a");
    board.remember(Vec::new(), vec![check.clone()], at(0));
    probe(&mut board, Verdict::Fail, 0);
    look(&mut board, &Round::default(), 0);
    assert_eq!(heard(&mut board, &check).unwrap().0, Verdict::Fail);
    assert_eq!(board.lookout.view(), View::Untold);
}

#[test]
fn who_starts_without_a_network_and_saw_one_before_is_blind() {
    let (mut board, check) = seeing();
    let known = board.take_unwritten().seen.sight;
    let mut again = Board::default();
    again.lookout.remember(known, None);
    again.remember(Vec::new(), vec![(*check).clone()], at(100));
    probe(&mut again, Verdict::Fail, 100);
    look(&mut again, &round(Silent, Silent), 101);
    assert_eq!(heard(&mut again, &check).unwrap().0, Verdict::Unknown);
}

#[test]
fn a_check_that_goes_while_it_waits_is_forgotten() {
    let (mut board, check) = seeing();
    probe(&mut board, Verdict::Fail, 0);
    board.remove_check(check.id, at(0));
    assert!(!board.lookout.holds());
    look(&mut board, &round(Answered, Answered), 1);
    assert_eq!(heard(&mut board, &check), None);
}

#[test]
fn rounds_keep_their_pace() {
    let (mut board, _) = seeing();
    let began = Instant::now();
    board.lookout.begin_round(began);
    assert!(!board.lookout.wants_round(began + LOOK_EVERY), "one at a time");
    board.see(Some(&round(Answered, Answered)), at(0));
    let wants = |board: &Board, after| board.lookout.wants_round(began + after);
    assert!(!wants(&board, LOOK_AGAIN_AFTER) && wants(&board, LOOK_EVERY));
    probe(&mut board, Verdict::Fail, 0);
    assert!(!wants(&board, Duration::ZERO) && wants(&board, LOOK_SOON_AFTER));
    board.lookout.drop_round();
    assert!(wants(&board, Duration::ZERO), "a round that said nothing is made again");
}

#[test]
fn what_could_not_be_written_comes_back_in_order_and_has_a_limit() {
    let (mut board, _) = seeing();
    let standing = |board: &mut Board, second| {
        board.lookout.stood_still(WORTH_KEEPING, at(second));
    };
    board.lookout.stood_still(Duration::from_secs(1), at(0));
    standing(&mut board, 10);
    let failed = board.take_unwritten();
    assert_eq!(failed.seen.spells.len(), 1, "what is short is not kept");
    standing(&mut board, 20);
    board.take_back(failed);
    let ends: Vec<_> = board.take_unwritten().seen.spells.iter().map(|one| one.ended_at).collect();
    assert_eq!(ends, [Some(at(10)), Some(at(20))]);
    (0..500).for_each(|second| standing(&mut board, second));
    let spells = board.take_unwritten().seen.spells;
    assert_eq!(
        (spells.len(), spells.back().unwrap().ended_at),
        (UNWRITTEN_SPELLS_MAX, Some(at(499)))
    );
}

#[test]
fn a_round_that_breaks_off_forgets_no_sentinel() {
    let (mut board, check) = seeing();
    probe(&mut board, Verdict::Fail, 0);
    board.lookout.begin_round(Instant::now());
    board.see(None, at(1));
    assert_eq!(heard(&mut board, &check).unwrap().0, Verdict::Fail, "as it was seen until then");
    // The line goes down now, and that is known.
    probe(&mut board, Verdict::Fail, 40);
    look(&mut board, &round(Silent, Silent), 41);
    assert_eq!(heard(&mut board, &check).unwrap().0, Verdict::Unknown);
    assert!(board.lookout.view().is_blind());
    probe(&mut board, Verdict::Fail, 80);
    board.lookout.begin_round(Instant::now());
    board.see(None, at(81));
    assert_eq!(heard(&mut board, &check).unwrap().0, Verdict::Unknown, "it stays hidden");
}

#[test]
fn what_fails_in_every_moment_of_standing_still_counts_in_the_end() {
    let (mut board, check) = seeing();
    let voids = |board: &mut Board| (0..9).map(|_| board.may_void(check.id)).collect::<Vec<_>>();
    let few = [true, true, true, false, false, false, false, false, false];
    assert_eq!(voids(&mut board), few);
    probe(&mut board, Verdict::Fail, 0);
    look(&mut board, &round(Answered, Answered), 1);
    assert!(!board.may_void(check.id), "a failure is no sign of life");
    probe(&mut board, Verdict::Ok, 30);
    assert_eq!(voids(&mut board), few);
}
