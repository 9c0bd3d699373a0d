//! What groups say while their members come and go.

use std::ops::Range;

use allclear_domain::Entropy;
use allclear_domain::check::Patience;

use super::*;
use crate::for_tests::{at, check, result};

const ROOM: Room = Room { quick: 1_000, slow: 1_000 };

/// So many checks, and a group of them of which so many have to work, as the last one.
fn checks(members: usize, up_min: Option<u16>) -> Vec<Check> {
    let entropy = Entropy::from_seed(1);
    let keys = (0..members).map(|nth| format!("c{nth}"));
    let mut checks: Vec<Check> = keys.map(|key| check(&entropy, &key)).collect();
    checks.push(group(&entropy, "group", checks.iter().map(|one| one.id).collect(), up_min));
    checks
}

fn group(entropy: &Entropy, key: &str, members: Vec<CheckId>, up_min: Option<u16>) -> Check {
    let kind = CheckKind::Group(GroupCheck::of(members, up_min));
    let (interval_seconds, patience) = (60, kind.usual_patience());
    Check { kind, interval_seconds, patience, ..check(entropy, key) }
}

fn board(checks: &[Check]) -> Board {
    let mut board = Board::default();
    board.remember(Vec::new(), checks.to_vec(), at(0));
    board
}

/// Probes and looks at what is due, second by second; gives what turned beyond failing: the key, whether it
/// failed, and the second.
fn run(
    board: &mut Board,
    seconds: Range<i64>,
    finds: impl Fn(&Check, i64) -> Verdict,
) -> Vec<(String, bool, i64)> {
    let mut turned = Vec::new();
    for second in seconds {
        for due in board.take_due(at(second), ROOM) {
            let found = match due.check.kind.as_group() {
                Some(group) => board.look_at_group(group, at(second)),
                None => result(finds(&due.check, second), at(second)),
            };
            board.hear(&due.check, found, at(second));
        }
        for one in board.take_unwritten().turned {
            if one.turn.threshold == Threshold::Fail {
                turned.push((one.check.key.to_string(), one.turn.is_crossed, second));
            }
        }
    }
    turned
}

fn of_group(turned: Vec<(String, bool, i64)>) -> Vec<(bool, i64)> {
    let is_it =
        |(key, is_down, second): (String, bool, i64)| (key == "group").then_some((is_down, second));
    turned.into_iter().filter_map(is_it).collect()
}

fn verdict(board: &Board, check: &Check) -> Option<Verdict> {
    board.checks[&check.id].judgment.verdict()
}

#[test]
fn a_group_follows_what_is_believed_and_not_what_is_suspected() {
    let checks = checks(3, Some(2));
    let mut board = board(&checks);
    let down = |many: usize, from: i64, to: i64| {
        let ids: Vec<CheckId> = checks.iter().take(many).map(|one| one.id).collect();
        move |check: &Check, second: i64| match (from..to).contains(&second)
            && ids.contains(&check.id)
        {
            true => Verdict::Fail,
            false => Verdict::Ok,
        }
    };
    assert_eq!(run(&mut board, 0..100, down(0, 0, 0)), []);
    assert_eq!(verdict(&board, &checks[3]), Some(Verdict::Ok));
    // Two bad samples of each, and none is believed.
    assert_eq!(run(&mut board, 100..200, down(3, 100, 103)), []);
    assert_eq!(verdict(&board, &checks[3]), Some(Verdict::Ok));
    // One of three is down: the next one takes the group down.
    assert_eq!(of_group(run(&mut board, 200..300, down(1, 200, 300))), []);
    assert_eq!(verdict(&board, &checks[3]), Some(Verdict::Degraded));
    let turned = run(&mut board, 300..400, down(2, 300, 350));
    let second_of = |key: &str, is_down| {
        let found = turned.iter().find(|one| one.0 == key && one.1 == is_down);
        found.map(|one| one.2).unwrap()
    };
    assert!(second_of("group", true) <= second_of("c1", true) + 1, "at once: {turned:?}");
    let works = second_of("c0", false).min(second_of("c1", false));
    assert!((works..=works + 1).contains(&second_of("group", false)), "{turned:?}");
}

#[test]
fn a_restart_begins_nothing_falsely() {
    let checks = checks(2, None);
    let mut before = board(&checks);
    run(&mut before, 0..50, |_, _| Verdict::Ok);
    // Nothing is known but of the group and of one member.
    let judged: Vec<Judged> = checks
        .iter()
        .skip(1)
        .map(|one| Judged {
            check_id: one.id,
            judgment: before.checks[&one.id].judgment,
            last: result(Verdict::Ok, at(49)),
            last_bad: None,
        })
        .collect();
    let mut board = Board::default();
    board.remember(judged, checks.clone(), at(50));
    let found = board.look_at_group(checks[2].kind.as_group().unwrap(), at(50));
    assert_eq!(found.verdict, Verdict::Unknown);
    assert_eq!(found.reason.unwrap().told, "1 of 2 work, all must: nothing is known of c0");
    assert_eq!(run(&mut board, 50..200, |_, _| Verdict::Ok), []);
    assert_eq!(verdict(&board, &checks[2]), Some(Verdict::Ok));
}

#[test]
fn paused_and_removed_members_do_not_count() {
    let mut checks = checks(3, None);
    let mut board = board(&checks);
    let found = |check: &Check, _| match check.key.as_str() {
        "c0" | "c1" => Verdict::Fail,
        _ => Verdict::Ok,
    };
    let turned = of_group(run(&mut board, 0..100, found));
    assert_eq!(turned.len(), 1);
    checks[0].paused_at = Some(at(100));
    board.put_check(checks[0].clone(), at(100));
    assert_eq!(of_group(run(&mut board, 100..110, found)), []);
    board.remove_check(checks[1].id, at(110));
    let turned = of_group(run(&mut board, 110..113, found));
    assert_eq!(turned, [(false, 110)], "it is looked at at once");
    board.remove_check(checks[2].id, at(113));
    let told =
        board.look_at_group(checks[3].kind.as_group().unwrap(), at(113)).reason.unwrap().told;
    assert_eq!(told, "none of its members is watched: resume one, or name others");
}

#[test]
fn groups_within_groups_follow() {
    let mut checks = checks(2, None);
    let entropy = Entropy::from_seed(2);
    checks.push(group(&entropy, "outer", vec![checks[2].id], None));
    let mut board = board(&checks);
    let found = |check: &Check, second: i64| match check.key.as_str() {
        "c0" if second >= 50 => Verdict::Fail,
        _ => Verdict::Ok,
    };
    let turned = run(&mut board, 0..120, found);
    let keys: Vec<&str> = turned.iter().map(|one| one.0.as_str()).collect();
    assert_eq!(keys, ["c0", "group", "outer"], "{turned:?}");
    assert!(turned[2].2 <= turned[0].2 + 2, "each at once: {turned:?}");
}

#[test]
fn members_that_take_long_to_be_believed_are_waited_for_behind_their_group() {
    let mut checks = checks(2, Some(1));
    for member in checks.iter_mut().take(2) {
        member.patience = Patience { fail_after: 4, recover_after: 2, stable_for_seconds: 0 };
        member.deadline_ms = 20_000;
    }
    let entropy = Entropy::from_seed(3);
    let patience = Patience { fail_after: 1, recover_after: 1, stable_for_seconds: 0 };
    let parents = vec![checks[2].id];
    checks.push(Check { parents, patience, ..check(&entropy, "web") });
    assert!(checks[0].waited_for() > checks[2].waited_for(), "the group itself is quick");
    let mut board = board(&checks);
    run(&mut board, 0..30, |_, _| Verdict::Ok);
    let (mut turned, mut probes) = (Vec::new(), Vec::new());
    for second in 30..300 {
        for due in board.take_due(at(second), ROOM) {
            // Two routers that are gone: their own probes run into their deadline.
            if let Some(group) = due.check.kind.as_group() {
                let found = board.look_at_group(group, at(second));
                board.hear(&due.check, found, at(second));
            } else if due.check.id == checks[3].id {
                board.hear(&due.check, result(Verdict::Fail, at(second)), at(second));
            } else {
                probes.push((due.check, second + 20));
            }
        }
        for (check, _) in probes.extract_if(.., |(_, until)| *until <= second) {
            board.hear(&check, result(Verdict::Fail, at(second)), at(second));
        }
        let fails = board.take_unwritten().turned.into_iter();
        let fails = fails.filter(|one| one.turn.threshold == Threshold::Fail);
        turned.extend(fails.map(|one| one.check.key.to_string()));
    }
    turned.sort_unstable();
    assert_eq!(turned, ["c0", "c1", "group"], "the website says nothing of its own");
    assert!(board.checks[&checks[3].id].judgment.behind().is_some());
}

#[test]
fn what_stands_behind_a_group_that_goes_down_is_not_said_to_fail() {
    // Two ways out, of which one has to work, and a website behind them.
    let mut checks = checks(2, Some(1));
    let entropy = Entropy::from_seed(3);
    let patience = Patience { fail_after: 1, recover_after: 1, stable_for_seconds: 0 };
    let parents = vec![checks[2].id];
    checks.push(Check { parents, patience, ..check(&entropy, "web") });
    let mut board = board(&checks);
    run(&mut board, 0..100, |_, _| Verdict::Ok);
    let turned = run(&mut board, 100..200, |_, _| Verdict::Fail);
    let mut keys: Vec<&str> = turned.iter().map(|one| one.0.as_str()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["c0", "c1", "group"], "{turned:?}");
    assert_eq!(board.checks[&checks[3].id].judgment.behind(), Some(checks[2].id));
    // One way out is back, and the website is not.
    let turned = run(&mut board, 200..300, |check, _| match check.key.as_str() {
        "c0" => Verdict::Ok,
        _ => Verdict::Fail,
    });
    assert!(turned.iter().any(|one| one.0 == "web" && one.1), "{turned:?}");
}
